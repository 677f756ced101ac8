import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    makeServerError,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Benefit extends models.Model {
    _name = "benefit";

    name = fields.Char();
    place = fields.Char();
    confirmed = fields.Boolean();
    conversation_id = fields.Many2one({ relation: "conversation" });

    _records = [
        { id: 1, name: "Fast" },
        { id: 2, name: "Cheap" },
    ];

    _views = {
        form: `<form><field name="name" /></form>`,
        list: `<list><field name="name" /></list>`,
        search: `<search />`,
    };
}

class Conversation extends models.Model {
    _name = "conversation";

    note = fields.Char();
    benefit_ids = fields.Many2many({ relation: "benefit" });
    person_ids = fields.One2many({ relation: "benefit", relation_field: "conversation_id" });

    _records = [{ id: 1, benefit_ids: [1] }];
}

defineMailModels();
defineModels([Benefit, Conversation]);

beforeEach(() => {
    onRpc("conversation", "web_save", () => expect.step("save"));
});

const mountCards = (name = "benefit_ids") =>
    mountView({
        type: "form",
        resModel: "conversation",
        resId: 1,
        arch: /* xml */ `
            <form>
                <field name="note" />
                <field name="${name}" widget="conversation_cards" options="{'entry': ['name', 'place']}">
                    <kanban>
                        <control>
                            <create string="Confirmed" context="{'default_confirmed': True}" />
                            <create string="Only Note It" />
                            <create string="From the library" context="{'from_library': True}" />
                        </control>
                        <field name="name" placeholder="What is it?" />
                        <field name="place" />
                        <field name="confirmed" />
                        <templates><t t-name="card">
                            <field name="name" />
                            <span invisible="not confirmed"> yes</span>
                        </t></templates>
                    </kanban>
                </field>
            </form>
        `,
    });

const cards = () => queryAllTexts(".o_kanban_record:not(.o_kanban_ghost)");
const entry = ".o_conversation_entry input[name='name']";

test("Enter saves what is typed, and the next one can be typed", async () => {
    await mountCards();
    expect(entry).toHaveAttribute("placeholder", "What is it?");
    await contains(entry).edit("  Quiet ", { confirm: false });
    await press("Enter");
    await expect.waitForSteps(["save"]);
    await animationFrame();
    expect(cards()).toEqual(["Fast", "Quiet\nyes"]);
    expect(entry).toHaveValue("");
    expect(entry).toBeFocused();
    await press("Enter");
    await animationFrame();
    expect(cards()).toHaveLength(2);
    expect.verifySteps([]);
});

test("whoever types fast loses nothing", async () => {
    const saved = new Deferred();
    onRpc("conversation", "web_save", () => saved);
    await mountCards();
    await contains(entry).edit("Quiet", { confirm: false });
    await press("Enter");
    await contains(entry).edit("Warm", { confirm: false });
    await press("Enter");
    saved.resolve();
    await expect.waitForSteps(["save", "save"]);
    await animationFrame();
    expect(cards()).toEqual(["Fast", "Quiet\nyes", "Warm\nyes"]);
});

test("each button takes what is typed", async () => {
    await mountCards("person_ids");
    await contains(entry).edit("Quiet", { confirm: false });
    await contains("button:contains(Only Note It)").click();
    await expect.waitForSteps(["save"]);
    await animationFrame();
    expect(cards()).toEqual(["Quiet"]);
});

test("without any text a button opens the form", async () => {
    await mountCards();
    await contains("button:contains(Only Note It)").click();
    await contains(".modal [name='name'] input").edit("Quiet");
    await contains(".modal .o_form_button_save").click();
    await expect.waitForSteps(["save"]);
    await animationFrame();
    expect(cards()).toEqual(["Fast", "Quiet"]);
    expect(".modal").toHaveCount(0);
});

test("what is added through the form is saved when the form closes", async () => {
    await mountCards("person_ids");
    await contains("button:contains(Only Note It)").click();
    expect(".modal-title").toHaveText("Only Note It");
    await contains(".modal [name='name'] input").edit("Quiet");
    expect.verifySteps([]);
    await contains(".modal .o_form_button_save").click();
    await expect.waitForSteps(["save"]);
    await animationFrame();
    expect(cards()).toEqual(["Quiet"]);
    await contains("button:contains(Only Note It)").click();
    await contains(".modal .o_form_button_cancel").click();
    await animationFrame();
    expect(cards()).toEqual(["Quiet"]);
    expect.verifySteps([]);
});

test("what the server refuses of the form is kept, and can be corrected", async () => {
    expect.errors(1);
    let isRefused = true;
    onRpc("conversation", "web_save", () => {
        if (isRefused) {
            throw makeServerError({ message: "Too loud" });
        }
    });
    await mountCards("person_ids");
    await contains("button:contains(Only Note It)").click();
    await contains(".modal [name='name'] input").edit("Noise");
    await contains(".modal .o_form_button_save").click();
    await expect.waitForErrors(["Too loud"]);
    await contains(".modal .btn-primary").click();
    expect(cards()).toEqual(["Noise"]);
    isRefused = false;
    await contains(".o_kanban_record:contains(Noise)").click();
    await contains(".modal [name='name'] input").edit("Quiet");
    await contains(".modal .o_form_button_save").click();
    await clickSave();
    await expect.waitForSteps(["save"]);
    await animationFrame();
    expect(cards()).toEqual(["Quiet"]);
});

test("typed text goes along when the form is saved", async () => {
    await mountCards();
    await contains(".o_field_widget[name='note'] input").edit("Likes tea");
    await contains(entry).edit("Quiet", { confirm: false });
    await clickSave();
    await animationFrame();
    expect.verifySteps(["save"]);
    expect(cards()).toEqual(["Fast", "Quiet\nyes"]);
    expect(entry).toHaveValue("");
});

test("what the server refuses can be corrected where it was typed", async () => {
    expect.errors(1);
    onRpc("conversation", "web_save", () => {
        throw makeServerError({ message: "Leave this person out" });
    });
    await mountCards("person_ids");
    await contains(entry).edit("Quiet", { confirm: false });
    await press("Enter");
    await animationFrame();
    await animationFrame();
    expect.verifyErrors(["Leave this person out"]);
    expect(cards()).toEqual([]);
    expect(entry).toHaveValue("Quiet");
});

test.tags("desktop");
test("from the library an existing record is linked", async () => {
    await mountCards();
    await contains("button:contains(From the library)").click();
    expect(queryAllTexts(".modal .o_data_row [name='name']")).toEqual(["Cheap"]);
    await contains(".modal .o_data_row [name='name']").click();
    expect(cards()).toEqual(["Fast", "Cheap"]);
});

test("a record is deleted only when asked for twice", async () => {
    Benefit._records.push({ id: 3, name: "Quiet", conversation_id: 1 });
    Conversation._records[0].person_ids = [3];
    await mountCards("person_ids");
    await contains(".o_kanban_record:contains(Quiet)").click();
    await contains(".modal .o_btn_remove").click();
    await contains(".modal button:contains(keep it)").click();
    expect(cards()).toEqual(["Quiet"]);
    expect(".modal .o_btn_remove").toHaveCount(1);
    await contains(".modal .o_btn_remove").click();
    await contains(".modal:last .btn-primary:contains(Delete)").click();
    await animationFrame();
    expect(cards()).toEqual([]);
    expect(".modal").toHaveCount(0);
});

test("what is only linked is taken off at once", async () => {
    await mountCards();
    await contains(".o_kanban_record:contains(Fast)").click();
    await contains(".modal .o_btn_remove").click();
    await animationFrame();
    expect(cards()).toEqual([]);
    expect(".modal").toHaveCount(0);
});

test("half a name that is typed meanwhile is not taken for a whole one", async () => {
    const added = new Deferred();
    onRpc("benefit", "onchange", () => added);
    await mountCards();
    await contains(entry).edit("Quiet", { confirm: false });
    await press("Enter");
    await contains(entry).edit("War", { confirm: false });
    added.resolve();
    await expect.waitForSteps(["save"]);
    await animationFrame();
    expect(cards()).toEqual(["Fast", "Quiet\nyes"]);
    expect(entry).toHaveValue("War");
});
