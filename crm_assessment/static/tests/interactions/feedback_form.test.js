import { describe, expect, test } from "@odoo/hoot";
import {
    advanceTime,
    animationFrame,
    check,
    edit,
    manuallyDispatchProgrammaticEvent,
    queryOne,
} from "@odoo/hoot-dom";
import { Deferred } from "@odoo/hoot-mock";
import { onRpc } from "@web/../tests/web_test_helpers";
import { setupInteractionWhiteList, startInteractions } from "@web/../tests/public/helpers";

setupInteractionWhiteList("crm_assessment.feedback_form");

describe.current.tags("interaction_dev");

const SAVE = "/assessment/feedback/TOKEN/save";
const FORM = `
    <form class="o_feedback_form" data-save-url="${SAVE}" data-lang="en_US" data-max-length="5"
          data-saving="Saving" data-saved="Saved" data-unsaved="Not saved" data-too-long="Too long">
        <input type="hidden" name="csrf_token" value="CSRF"/>
        <fieldset class="o_feedback_question" data-kind="scale">
            <div class="o_feedback_choices">
                <input type="radio" name="option-1" value="7"/>
                <input type="radio" name="option-1" value="8"/>
                <input type="radio" name="option-1" value=""/>
            </div>
        </fieldset>
        <fieldset class="o_feedback_question" data-kind="text">
            <textarea id="answer-2" name="note-2"></textarea>
            <p id="error-2" class="o_feedback_error"></p>
        </fieldset>
        <button type="submit" name="save" class="o_feedback_save">Save</button>
        <span class="o_feedback_progress"><progress value="0" max="1"></progress></span>
        <span class="o_feedback_answered">0</span>
        <span class="o_feedback_status"></span>
    </form>`;

/** Start the page; what is saved is stepped, and answered with this. */
async function startPage(answer = () => ({ status: "saved" })) {
    onRpc(SAVE, async (request) => {
        const { params } = await request.json();
        expect(params.csrf_token).toBe("CSRF");
        expect(params.lang).toBe("en_US");
        expect.step(params.answers);
        return answer();
    });
    const { core } = await startInteractions(FORM);
    expect(core.interactions).toHaveLength(1);
}

test("an answer is saved at once, and can be taken back", async () => {
    await startPage();
    expect(".o_feedback_save").toHaveClass("d-none");
    await check("input[value='7']");
    await animationFrame();
    expect.verifySteps([{ "option-1": "7" }]);
    expect(".o_feedback_status").toHaveText("Saved");
    expect(".o_feedback_answered").toHaveText("1");
    expect("progress").toHaveAttribute("value", "1");

    await check("input[value='']");
    await animationFrame();
    expect.verifySteps([{ "option-1": "" }]);
    expect(".o_feedback_status").toHaveText("Saved");
    expect(".o_feedback_answered").toHaveText("0");
});

test("what is typed is saved after a pause, once", async () => {
    await startPage();
    queryOne("textarea").focus();
    await edit("Nice");
    expect.verifySteps([]);
    await advanceTime(1000);
    await animationFrame();
    expect.verifySteps([{ "note-2": "Nice" }]);
});

test("too long an answer is said at once, and not sent", async () => {
    await startPage();
    queryOne("textarea").focus();
    // Typed with an input method, as no test can press the keys of an emoji.
    queryOne("textarea").value = "🙂🙂🙂🙂🙂";
    await manuallyDispatchProgrammaticEvent(queryOne("textarea"), "input");
    await advanceTime(1000);
    await animationFrame();
    expect.verifySteps([{ "note-2": "🙂🙂🙂🙂🙂" }]);
    await edit("123456");
    await advanceTime(1000);
    await animationFrame();
    expect(".o_feedback_error").toHaveText("Too long");
    expect("textarea").toHaveAttribute("aria-invalid", "true");
    expect(".o_feedback_status").toHaveClass("o_feedback_status_unsaved");
    expect.verifySteps([]);
});

test("one request at a time, so that the last answer counts", async () => {
    const first = new Deferred();
    const answers = [first, { status: "saved" }];
    await startPage(() => answers.shift());
    await check("input[value='7']");
    await check("input[value='8']");
    await animationFrame();
    expect.verifySteps([{ "option-1": "7" }]);
    expect(".o_feedback_status").toHaveText("Saving");
    first.resolve({ status: "saved" });
    await animationFrame();
    await animationFrame();
    expect.verifySteps([{ "option-1": "8" }]);
    expect(".o_feedback_status").toHaveText("Saved");
});

test("what could not be saved is tried again", async () => {
    const answers = [{ status: "busy", message: "One moment" }, { status: "saved" }];
    await startPage(() => answers.shift());
    await check("input[value='7']");
    await animationFrame();
    expect.verifySteps([{ "option-1": "7" }]);
    expect(".o_feedback_status").toHaveText("One moment");
    expect(".o_feedback_status").toHaveClass("o_feedback_status_unsaved");
    await advanceTime(3000);
    await animationFrame();
    expect.verifySteps([{ "option-1": "7" }]);
    expect(".o_feedback_status").toHaveText("Saved");
});

test("a page that is over says so, and sends nothing more", async () => {
    await startPage(() => ({ status: "expired", message: "The time is over" }));
    await check("input[value='7']");
    await animationFrame();
    expect.verifySteps([{ "option-1": "7" }]);
    expect(".o_feedback_status").toHaveText("The time is over");
    await check("input[value='8']");
    await animationFrame();
    expect.verifySteps([]);
});
