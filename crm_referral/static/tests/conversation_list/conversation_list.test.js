import { expect, test } from "@odoo/hoot";
import { edit, press, queryAllTexts, waitFor, waitForNone } from "@odoo/hoot-dom";
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
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { RelationalModel } from "@web/model/relational_model/relational_model";

class Candidate extends models.Model {
    _name = "candidate";

    name = fields.Char();
    job = fields.Char();

    _records = [
        { id: 1, name: "Ada", job: "Buyer" },
        { id: 2, name: "Ben", job: "Planner" },
    ];
}

class SkipStep extends models.Model {
    _name = "skip.step";

    reason = fields.Char();

    action_confirm() {
        this.env["conversation"].write([1], { step: "suggest" });
        return { type: "ir.actions.act_window_close" };
    }

    _views = {
        form: /* xml */ `
            <form>
                <field name="reason" />
                <footer><button name="action_confirm" type="object" string="Confirm" /></footer>
            </form>
        `,
    };
}

class Conversation extends models.Model {
    _name = "conversation";

    step = fields.Char();
    note = fields.Char();
    candidate_ids = fields.One2many({ relation: "candidate" });

    action_skip() {
        return {
            type: "ir.actions.act_window",
            name: "Skip",
            res_model: "skip.step",
            target: "new",
            views: [[false, "form"]],
        };
    }

    _records = [{ id: 1, step: "value", candidate_ids: [1, 2] }];

    _views = {
        form: /* xml */ `
            <form>
                <button name="action_skip" type="object" string="Skip this step" />
                <field name="step" invisible="1" />
                <field name="note" />
                <field
                    name="candidate_ids"
                    widget="conversation_list"
                    invisible="step != 'suggest'"
                >
                    <list editable="bottom">
                        <control><create string="Add a candidate" /></control>
                        <field name="name" />
                        <field name="job" />
                    </list>
                </field>
            </form>
        `,
    };
}

defineMailModels();
defineModels([Candidate, SkipStep, Conversation]);

/**
 * Skip a step in a dialog that goes only once the form behind it is reloaded and drawn, so
 * that the list appears while the dialog is still the active element.
 */
async function skipToCandidates() {
    await mountView({ type: "form", resModel: "conversation", resId: 1 });
    expect(".o_list_renderer").toHaveCount(0);
    await contains("button[name='action_skip']").click();
    await waitFor(".modal button[name='action_confirm']");
    patchWithCleanup(RelationalModel.prototype, {
        async load() {
            await super.load(...arguments);
            await waitFor(".o_list_renderer");
            await animationFrame();
        },
    });
    await contains(".modal button[name='action_confirm']").click();
    await waitForNone(".modal");
    expect(".o_list_renderer").toHaveCount(1);
}

const addCandidate = () => contains(".o_field_x2many_list_row_add a").click();

const shownNames = () => queryAllTexts(".o_data_row [name='name']");

test("after a skipped step a new row is ready for typing", async () => {
    await skipToCandidates();
    await addCandidate();
    expect(".o_selected_row [name='name'] input").toBeFocused();
    await edit("Cleo");
    await press("Tab");
    await animationFrame();
    expect(".o_selected_row [name='job'] input").toBeFocused();
});

test("after a skipped step new rows follow by keyboard and are saved", async () => {
    onRpc("conversation", "web_save", ({ args }) => {
        expect.step(args[1].candidate_ids.map(([command, , values]) => [command, values]));
    });
    await skipToCandidates();
    await addCandidate();
    await edit("Cleo");
    await press("Enter");
    await animationFrame();
    expect(".o_selected_row [name='name'] input").toBeFocused();
    await edit("Dan");
    await clickSave();
    expect.verifySteps([
        [
            [0, { name: "Cleo", job: false }],
            [0, { name: "Dan", job: false }],
        ],
    ]);
    expect(shownNames()).toEqual(["Ada", "Ben", "Cleo", "Dan"]);
});

test("after a skipped step a click in a row puts the focus there", async () => {
    await skipToCandidates();
    await contains(".o_data_row:eq(1) [name='job']").click();
    expect(".o_data_row:eq(1) [name='job'] input").toBeFocused();
    await edit("Head of planning");
    await clickSave();
    expect(".o_data_row:eq(1) [name='job']").toHaveText("Head of planning");
});

test("after a skipped step a click beside the list ends the row", async () => {
    await skipToCandidates();
    await addCandidate();
    expect(".o_selected_row").toHaveCount(1);
    await contains(".o_field_widget[name='note'] input").click();
    expect(".o_selected_row").toHaveCount(0);
    expect(shownNames()).toEqual(["Ada", "Ben"]);
});
