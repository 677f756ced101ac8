import { expect, test } from "@odoo/hoot";
import { unload } from "@odoo/hoot-dom";
import { animationFrame, mockSendBeacon } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class Conversation extends models.Model {
    _name = "conversation";

    note = fields.Char({ default: "From the number that called" });
}

defineMailModels();
defineModels([Conversation]);

const mountNew = async () => {
    mockSendBeacon((_route, blob) => {
        blob.text().then((text) => expect.step(JSON.parse(text).params.args[1].note));
        return true;
    });
    await mountView({
        type: "form",
        resModel: "conversation",
        arch: `<form js_class="conversation_form"><field name="note" /></form>`,
    });
};

test("a new conversation without a note is not kept when the page is closed", async () => {
    await mountNew();
    const [event] = await unload();
    await animationFrame();
    expect(event?.defaultPrevented).not.toBe(true);
    expect.verifySteps([]);
});

test("half a word is kept when the page is closed", async () => {
    await mountNew();
    await contains("[name='note'] input").edit("Again n", { confirm: false });
    await unload();
    await expect.waitForSteps(["Again n"]);
});
