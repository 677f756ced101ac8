import { registry } from "@web/core/registry";

const SAVED = ".o_feedback_status:contains(/^Saved|已儲存/)";

function assertFits() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
        throw new Error(`The page is ${scrollWidth} wide on a screen of ${clientWidth}`);
    }
}

registry.category("web_tour.tours").add("crm_referral_feedback_phone", {
    steps: () => [
        {
            content: "the customer reads their own language",
            trigger: "html[lang=zh-TW] legend:contains(指標清楚)",
            run: assertFits,
        },
        {
            content: "it saves by itself, so there is nothing to press for it",
            trigger: ".o_feedback_save:not(:visible)",
        },
        {
            trigger: ".o_feedback_question:eq(0) .o_feedback_choice:eq(2)",
            run: "click",
        },
        { trigger: ".o_feedback_answered:contains(/^1$/)" },
        { trigger: SAVED },
        {
            trigger: ".o_feedback_rating .o_feedback_choice:contains(10)",
            run: "click",
        },
        { trigger: ".o_feedback_answered:contains(/^2$/)" },
        { trigger: "[data-kind=text] textarea", run: "edit 很好，請繼續。" },
        { trigger: SAVED },
        {
            content: "the customer would like to be called, and forgets the number",
            trigger: ".o_feedback_callback .o_feedback_choice",
            run: "click",
        },
        { trigger: ".o_feedback_send", run: "click", expectUnloadPage: true },
        {
            content: "the page says what is missing, and keeps everything else",
            trigger: "#callback-problem",
            run: assertFits,
        },
        { trigger: ".o_feedback_callback .o_feedback_choice:has(input:checked)" },
        { trigger: ".o_feedback_rating .o_feedback_choice:has(input:checked):contains(10)" },
        { trigger: "input[name=callback_phone]", run: "edit 0912 345 678" },
        { trigger: "select[name=callback_from]", run: "select 9" },
        { trigger: "select[name=callback_to]", run: "select 11" },
        { trigger: ".o_feedback_send", run: "click", expectUnloadPage: true },
        {
            content: "some questions are open; the page says so once",
            trigger: ".o_feedback_notice strong:contains(/^3$/)",
            run: assertFits,
        },
        {
            trigger: ".o_feedback_notice button[name=send]",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_feedback_closed h1", run: assertFits },
    ],
});

registry.category("web_tour.tours").add("crm_referral_feedback_hostile", {
    steps: () => [
        {
            content: "what was written is shown as it was written, and runs nothing",
            trigger: ".o_form_view:contains(HOSTILE):contains(onerror)",
        },
        {
            trigger: ".o-mail-Message:contains(HOSTILE):contains(onerror)",
            async run() {
                await new Promise((resolve) => setTimeout(resolve, 500));
                if (window.hostile || document.querySelector("img[onerror]")) {
                    throw new Error("What somebody has written was run");
                }
                assertFits();
            },
        },
    ],
});

registry.category("web_tour.tours").add("crm_referral_feedback_too_long", {
    steps: () => [
        {
            content: "too long an answer is refused at once, and kept on the page",
            trigger: "[data-kind=text] textarea",
            run() {
                this.anchor.focus();
                this.anchor.value = "x".repeat(10001);
                this.anchor.dispatchEvent(new Event("input", { bubbles: true }));
            },
        },
        { trigger: ".o_feedback_error:contains(longer than 10,000)" },
        {
            trigger: "[data-kind=text] textarea[aria-invalid=true]",
            run() {
                document.querySelector(".o_feedback_send").click();
                if (document.activeElement !== this.anchor) {
                    throw new Error("The answer that is too long gets the focus");
                }
                if (this.anchor.value.length !== 10001) {
                    throw new Error("Nothing is lost");
                }
            },
        },
        { trigger: "[data-kind=text] textarea", run: "edit Typed" },
        { trigger: ".o_feedback_error:empty:not(:visible)" },
        { trigger: ".o_feedback_status:contains(/^Saved$/)" },
    ],
});
