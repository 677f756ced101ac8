import { browser } from "@web/core/browser/browser";
import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/**
 * The text with which a customer introduces us, in their own words: their mail program gets
 * what stands in the field, and two buttons more copy or share it. Without it the mail
 * program gets the text as it was proposed.
 */
export class ReferrerText extends Interaction {
    static selector = ".o_referrer_text";

    dynamicContent = {
        ".o_referrer_mail": { "t-att-href": () => this.mailto },
        ".o_referrer_copy": {
            "t-att-hidden": () => !browser.navigator.clipboard,
            "t-on-click": this.copy,
        },
        ".o_referrer_share": {
            "t-att-hidden": () => !browser.navigator.share,
            "t-on-click": this.share,
        },
        ".o_referrer_copied": { "t-att-hidden": () => !this.isCopied },
        textarea: { "t-on-input": this.onInput },
    };

    setup() {
        this.isCopied = false;
    }

    get text() {
        return this.el.querySelector("textarea").value;
    }

    get mailto() {
        const { cc, subject } = this.el.dataset;
        const query = { cc, subject, body: this.text.replaceAll("\n", "\r\n") };
        const parts = Object.entries(query).filter(([, value]) => value);
        return `mailto:?${parts.map((part) => part.map(encodeURIComponent).join("=")).join("&")}`;
    }

    onInput() {
        this.isCopied = false;
    }

    async copy() {
        await this.waitFor(browser.navigator.clipboard.writeText(this.text));
        this.isCopied = true;
    }

    async share() {
        try {
            const { subject } = this.el.dataset;
            await this.waitFor(browser.navigator.share({ title: subject, text: this.text }));
        } catch (error) {
            // Who closes the sheet has changed their mind.
            if (error.name !== "AbortError") {
                throw error;
            }
        }
    }
}

registry.category("public.interactions").add("crm_referral.referrer_text", ReferrerText);
