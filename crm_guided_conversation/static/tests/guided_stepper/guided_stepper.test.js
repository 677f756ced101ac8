import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAll, queryAllTexts, queryRect } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
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

class Step extends models.Model {
    _name = "step";

    name = fields.Char();

    _records = [
        { id: 1, name: "Greet" },
        { id: 2, name: "Listen" },
        { id: 3, name: "Question" },
        { id: 4, name: "Thank" },
    ];
}

class Conversation extends models.Model {
    _name = "conversation";

    note = fields.Char();
    words = fields.Text();
    is_closed = fields.Boolean();
    step_id = fields.Many2one({ relation: "step" });
    step_progress = fields.Json({ compute: "_compute_step_progress" });

    _compute_step_progress() {
        for (const record of this) {
            record.step_progress = this.env["step"].map(({ id, name }) => {
                let state = id < record.step_id ? "done" : "todo";
                if (id === record.step_id) {
                    state = record.is_closed ? "ended" : "current";
                } else if (id === 1) {
                    state = "skipped";
                }
                return { id, name, state };
            });
        }
    }

    _records = [
        { id: 1, step_id: 3, note: "" },
        { id: 2, step_id: 3, is_closed: true },
    ];

    _views = {
        form: /* xml */ `
            <form>
                <field name="step_id" widget="guided_stepper" />
                <field name="note" />
            </form>
        `,
    };
}

defineMailModels();
defineModels([Step, Conversation]);

beforeEach(() => {
    onRpc("conversation", "web_save", ({ args }) => expect.step(args[1]));
});

const mountStepper = (resId = 1) => mountView({ type: "form", resModel: "conversation", resId });

function refuseToMove() {
    expect.errors(1);
    onRpc("conversation", "web_save", ({ args }) => {
        if (args[1].step_id === 4) {
            throw makeServerError({ message: "Not finished yet" });
        }
    });
}

test("each step says in words and by a sign where it stands", async () => {
    await mountStepper();
    expect("nav.o_guided_stepper").toHaveAttribute("aria-label", "Step 3 of 4");
    expect(queryAllTexts(".o_guided_stepper ol > li button")).toEqual([
        "Greet\n, skipped",
        "Listen\n, done",
        "3\nQuestion\n, current step",
        "4\nThank\n, to do",
    ]);
    expect(".o_guided_step_skipped .fa-forward").toHaveCount(1);
    expect(".o_guided_step_done .fa-check").toHaveCount(1);
    expect("button[aria-current='step']").toHaveCount(1);
    expect("button[data-step-id='3']").toHaveAttribute("aria-current", "step");
    expect(".o_guided_stepper button:disabled").toHaveCount(0);
});

test("a click moves to the step and saves it with the notes", async () => {
    await mountStepper();
    await contains(".o_field_widget[name='note'] input").edit("Likes tea");
    await contains("button[data-step-id='4']").click();
    expect.verifySteps([{ step_id: 4, note: "Likes tea" }]);
    expect("button[aria-current='step']").toHaveAttribute("data-step-id", "4");
    expect("nav.o_guided_stepper").toHaveAttribute("aria-label", "Step 4 of 4");
});

test("a click on the current step does nothing", async () => {
    await mountStepper();
    await contains("button[data-step-id='3']").click();
    expect.verifySteps([]);
});

test("a refusal brings the step back and leaves nothing to save", async () => {
    refuseToMove();
    await mountStepper();
    await contains("button[data-step-id='4']").click();
    await animationFrame();
    expect.verifyErrors(["Not finished yet"]);
    expect(".modal").toHaveCount(1);
    expect("button[aria-current='step']").toHaveAttribute("data-step-id", "3");
    expect(".o_form_status_indicator_buttons.invisible").toHaveCount(1);
});

test("a refusal keeps the notes, which can be saved", async () => {
    refuseToMove();
    await mountStepper();
    await contains(".o_field_widget[name='note'] input").edit("Likes tea");
    await contains("button[data-step-id='4']").click();
    await animationFrame();
    expect.verifyErrors(["Not finished yet"]);
    await contains(".modal button.btn-primary").click();
    expect("button[aria-current='step']").toHaveAttribute("data-step-id", "3");
    expect(".o_field_widget[name='note'] input").toHaveValue("Likes tea");
    await clickSave();
    expect.verifySteps([{ step_id: 3, note: "Likes tea" }]);
});

test("a conversation that has ended does not move", async () => {
    await mountStepper(2);
    expect(".o_guided_stepper button:disabled").toHaveCount(4);
    expect(".o_guided_step_ended .fa-flag").toHaveCount(1);
    expect(queryAllTexts(".o_guided_step_ended")).toEqual(["Question\n, ended here"]);
    expect("nav.o_guided_stepper").toHaveAttribute("aria-label", "Step 3 of 4");
});

test("a readonly conversation does not move", async () => {
    await mountView({
        type: "form",
        resModel: "conversation",
        resId: 1,
        arch: `<form><field name="step_id" widget="guided_stepper" readonly="1" /></form>`,
    });
    expect(".o_guided_stepper button:disabled").toHaveCount(4);
    expect("button[data-step-id='3']").toHaveAttribute("aria-current", "step");
});

test.tags("desktop");
test("the keyboard alone is enough", async () => {
    await mountStepper();
    const focused = (id) => expect(`button[data-step-id='${id}']`).toBeFocused();
    expect(queryAll("button[tabindex='0']")).toHaveLength(1);
    await contains("button[data-step-id='3']").focus();
    await press("Tab");
    expect(".o_field_widget[name='note'] input").toBeFocused();
    await contains("button[data-step-id='3']").focus();
    await press("ArrowLeft");
    focused(2);
    await press("ArrowRight");
    focused(3);
    await press("End");
    focused(4);
    await press("ArrowRight");
    focused(4);
    await press("Home");
    focused(1);
    await press("ArrowLeft");
    focused(1);
    await press("ArrowRight");
    await press("Enter");
    await expect.waitForSteps([{ step_id: 2 }]);
    await animationFrame();
    focused(2);
    await press("ArrowLeft");
    await press("Enter");
    await expect.waitForSteps([{ step_id: 1 }]);
    focused(1);
});

const stepForm = /* xml */ `
    <form>
        <field name="step_id" widget="guided_stepper" />
        <field name="note" />
        <div class="o_conversation_note"><field name="words" /></div>
    </form>
`;

test.tags("desktop");
test("in a new step the cursor is in its first field", async () => {
    await mountView({ type: "form", resModel: "conversation", resId: 1, arch: stepForm });
    expect(".o_field_widget[name='words'] textarea").toBeFocused();
    await contains("button[data-step-id='4']").click();
    expect.verifySteps([{ step_id: 4 }]);
    await animationFrame();
    expect(".o_field_widget[name='words'] textarea").toBeFocused();
});

test.tags("mobile");
test("on a phone a new step begins at its top, without the keyboard", async () => {
    await mountView({ type: "form", resModel: "conversation", resId: 1, arch: stepForm });
    expect(".o_field_widget[name='words'] textarea").not.toBeFocused();
});

test.tags("desktop");
test("all labels are shown where there is room", async () => {
    await mountStepper();
    expect(".o_guided_stepper_summary").not.toBeVisible();
    expect(queryRect("button[data-step-id='1'] .o_guided_step_label").width).toBeGreaterThan(20);
});

test.tags("mobile");
test("on a phone the current label and the position are shown, and all signs", async () => {
    await mountStepper();
    expect(".o_guided_stepper_summary").toBeVisible();
    expect(".o_guided_stepper_summary").toHaveText("Question\nStep 3 of 4");
    expect(".o_guided_step_sign:visible").toHaveCount(4);
    expect(queryRect("button[data-step-id='1'] .o_guided_step_label").width).toBe(1);
    expect(queryRect("button[data-step-id='1']").height).toBeGreaterThan(43);
    await contains("button[data-step-id='4']").click();
    expect.verifySteps([{ step_id: 4 }]);
    expect(".o_guided_stepper_summary").toHaveText("Thank\nStep 4 of 4");
});
