import { describe, expect, test } from "@odoo/hoot";
import { click, edit, queryAttribute, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { setupInteractionWhiteList, startInteractions } from "@web/../tests/public/helpers";
import { browser } from "@web/core/browser/browser";

setupInteractionWhiteList("crm_referral.referrer_text");

describe.current.tags("interaction_dev");

const PAGE = `
    <div class="o_referrer_text" data-cc="helen@example.com" data-subject="Grace &amp; Helen">
        <textarea>Dear Grace,
meet Helen.</textarea>
        <a class="o_referrer_mail" href="mailto:?body=as%20proposed">Mail</a>
        <button type="button" class="o_referrer_copy" hidden="hidden">Copy</button>
        <button type="button" class="o_referrer_share" hidden="hidden">Share</button>
        <p class="o_referrer_copied" hidden="hidden">Copied</p>
    </div>`;

/** A browser that can do what is given, and no more. */
async function startPage({ writeText, share, page = PAGE } = {}) {
    patchWithCleanup(browser.navigator, {
        clipboard: writeText && { writeText },
        share,
    });
    const { core } = await startInteractions(page);
    expect(core.interactions).toHaveLength(1);
}

async function rewrite(text) {
    await click("textarea");
    await edit(text);
    await animationFrame();
}

test("the mail program gets what stands in the field", async () => {
    await startPage();
    expect(".o_referrer_mail").toHaveAttribute(
        "href",
        "mailto:?cc=helen%40example.com&subject=Grace%20%26%20Helen" +
            "&body=Dear%20Grace%2C%0D%0Ameet%20Helen.",
    );
    await rewrite("50% & more?");
    expect(queryAttribute(".o_referrer_mail", "href")).toMatch(/&body=50%25%20%26%20more%3F$/);
});

test("without a salesperson to tell, nobody gets a copy", async () => {
    await startPage({ page: PAGE.replace("helen@example.com", "") });
    expect(queryAttribute(".o_referrer_mail", "href")).toMatch(/^mailto:\?subject=/);
});

test("a browser that can neither copy nor share offers neither", async () => {
    await startPage();
    expect(queryOne(".o_referrer_copy").hidden).toBe(true);
    expect(queryOne(".o_referrer_share").hidden).toBe(true);
    expect(queryOne(".o_referrer_copied").hidden).toBe(true);
});

test("what is copied is what was written, and it is said until it changes", async () => {
    await startPage({ writeText: async (text) => expect.step(text) });
    await rewrite("Hi Grace");
    await click(".o_referrer_copy");
    await animationFrame();
    expect.verifySteps(["Hi Grace"]);
    expect(queryOne(".o_referrer_copied").hidden).toBe(false);
    await rewrite("Hello Grace");
    expect(queryOne(".o_referrer_copied").hidden).toBe(true);
});

test("what is shared is what was written", async () => {
    await startPage({ share: async (content) => expect.step(content) });
    await rewrite("Hi Grace");
    await click(".o_referrer_share");
    await animationFrame();
    expect.verifySteps([{ title: "Grace & Helen", text: "Hi Grace" }]);
});

test("who closes the sheet has shared nothing, and is not bothered", async () => {
    await startPage({
        async share() {
            expect.step("closed");
            throw new DOMException("Share canceled", "AbortError");
        },
    });
    await click(".o_referrer_share");
    await animationFrame();
    expect.verifySteps(["closed"]);
    expect.verifyErrors([]);
});
