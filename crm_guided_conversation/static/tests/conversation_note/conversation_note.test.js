import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllValues } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Person extends models.Model {
    _name = "person";

    name = fields.Char();
    answer = fields.Text({ string: "Answer" });
    state = fields.Char();
    conversation_id = fields.Many2one({ relation: "conversation" });

    _records = [
        { id: 1, name: "Ann", answer: "Likes her", state: "open", conversation_id: 1 },
        { id: 2, name: "Bob", state: "done", answer: "Said yes", conversation_id: 1 },
    ];

    _views = { form: `<form><field name="name" /></form>` };
}

class Conversation extends models.Model {
    _name = "conversation";

    person_ids = fields.One2many({ relation: "person", relation_field: "conversation_id" });

    _records = [{ id: 1, person_ids: [1, 2] }];
}

defineMailModels();
defineModels([Person, Conversation]);

beforeEach(() => {
    onRpc("conversation", "web_save", ({ args }) => expect.step(args[1]));
});

const mountNotes = () =>
    mountView({
        type: "form",
        resModel: "conversation",
        resId: 1,
        arch: /* xml */ `
            <form>
                <field name="person_ids" mode="kanban">
                    <kanban>
                        <field name="state" />
                        <templates>
                            <t t-name="card">
                                <field name="name" />
                                <field name="answer" widget="conversation_note" string="What did they say?" readonly="state == 'done'" />
                            </t>
                        </templates>
                    </kanban>
                </field>
            </form>`,
    });

const NOTE = ".o_kanban_record textarea";

test("what is noted is typed on the card and saved with the form", async () => {
    await mountNotes();
    expect(queryAllValues(NOTE)).toEqual(["Likes her"]);
    expect(NOTE).toHaveAttribute("aria-label", "What did they say?");
    await contains(NOTE).edit("Will ask her", { confirm: "blur" });
    await clickSave();
    expect.verifySteps([{ person_ids: [[1, 1, { answer: "Will ask her" }]] }]);
});

test("what is still being typed goes along", async () => {
    await mountNotes();
    await contains(NOTE).edit("Half a sen", { confirm: false });
    await clickSave();
    expect.verifySteps([{ person_ids: [[1, 1, { answer: "Half a sen" }]] }]);
});

test("typing does not open the card", async () => {
    await mountNotes();
    await contains(NOTE).click();
    await press("Enter");
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(NOTE).toBeFocused();
});

test("a note that is fixed is text", async () => {
    await mountNotes();
    expect(".o_kanban_record:contains(Bob)").toHaveText(/Said yes/);
    expect(".o_kanban_record:contains(Bob) textarea").toHaveCount(0);
});
