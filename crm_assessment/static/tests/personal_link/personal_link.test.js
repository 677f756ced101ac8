import { expect, test } from "@odoo/hoot";
import { queryValue, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { browser } from "@web/core/browser/browser";
import {
    contains,
    getService,
    mountWithCleanup,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

defineMailModels();

const LINK = "https://example.com/assessment/feedback/secret";

async function open(writeText) {
    patchWithCleanup(browser.navigator.clipboard, { writeText });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_assessment.personal_link",
        params: { contact: "Anita Oliver", link: LINK },
    });
    await animationFrame();
}

test("the link is shown, and on the clipboard", async () => {
    await open(async (text) => expect.step(text));
    expect(".modal strong").toHaveText("Anita Oliver");
    expect(queryValue(".modal .o_personal_link")).toBe(LINK);
    expect.verifySteps([LINK]);
    await waitFor(".o_notification:contains(The link is copied.)");
    await contains(".modal .input-group button").click();
    expect.verifySteps([LINK]);
    await contains(".modal footer button").click();
    expect(".modal").toHaveCount(0);
});

test("where the browser does not let it, the link is there to be taken", async () => {
    await open(async () => {
        throw new Error("not allowed");
    });
    expect(queryValue(".modal .o_personal_link")).toBe(LINK);
    expect(".o_notification").toHaveCount(0);
});
