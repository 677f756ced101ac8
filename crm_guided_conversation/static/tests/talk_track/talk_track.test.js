import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";

class Conversation extends models.Model {
    _name = "conversation";

    talk_track = fields.Text({ string: "What to Say" });
    talk_track_gaps = fields.Char({ string: "Not Noted Yet" });

    _records = [
        { id: 1, talk_track: "Hello <b>Ann</b>,\nhow are you?\n\nShall we begin?\n" },
        { id: 2, talk_track: false },
        { id: 3, talk_track: "Shall we begin?", talk_track_gaps: "what was hard before" },
    ];
}

defineMailModels();
defineModels([Conversation]);

const mountTalkTrack = (resId = 1) =>
    mountView({
        type: "form",
        resModel: "conversation",
        resId,
        arch: `<form>
            <field name="talk_track" widget="talk_track" readonly="1" nolabel="1" />
            <field name="talk_track_gaps" readonly="1" />
        </form>`,
    });

test("the words are shown in their paragraphs, as they were written", async () => {
    await mountTalkTrack();
    expect(".o_talk_track summary").toHaveText("What to Say");
    expect(queryAllTexts(".o_talk_track p")).toEqual([
        "Hello <b>Ann</b>,\nhow are you?",
        "Shall we begin?",
    ]);
});

test("nothing is shown where there is nothing to say", async () => {
    await mountTalkTrack(2);
    expect(".o_field_talk_track").toHaveCount(1);
    expect(".o_talk_track").toHaveCount(0);
});

test("the words are copied, and the button says so", async () => {
    patchWithCleanup(navigator.clipboard, {
        async writeText(text) {
            expect.step(text);
        },
    });
    await mountTalkTrack();
    await contains(".o_talk_track_copy").click();
    expect.verifySteps(["Hello <b>Ann</b>,\nhow are you?\n\nShall we begin?"]);
    expect(".o_popover .o-tooltip").toHaveText("Copied");
});

test("what is not noted yet stands apart and is not copied", async () => {
    patchWithCleanup(navigator.clipboard, {
        async writeText(text) {
            expect.step(text);
        },
    });
    await mountTalkTrack(3);
    expect(".o_field_widget[name='talk_track_gaps']").toHaveText("what was hard before");
    expect(".o_talk_track").not.toHaveText(/what was hard before/);
    await contains(".o_talk_track_copy").click();
    expect.verifySteps(["Shall we begin?"]);
});

test("the words can be put away and taken out again", async () => {
    await mountTalkTrack();
    expect(".o_talk_track_text").toBeVisible();
    await contains(".o_talk_track summary").click();
    expect(".o_talk_track details").not.toHaveAttribute("open");
    await contains(".o_talk_track summary").click();
    expect(".o_talk_track_text").toBeVisible();
});

test.tags("mobile");
test("on a phone the words fit the width", async () => {
    await mountTalkTrack();
    expect(".o_talk_track_copy").toBeVisible();
    const { scrollWidth, clientWidth } = document.querySelector(".o_talk_track");
    expect(scrollWidth).toBe(clientWidth);
});
