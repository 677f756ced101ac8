import { registry } from "@web/core/registry";

function assertFits() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
        throw new Error(`The page is ${scrollWidth} wide on a screen of ${clientWidth}`);
    }
}

registry.category("web_tour.tours").add("crm_referral_referrer_phone", {
    steps: () => [
        {
            content: "people are shown by their initials",
            trigger: ".o_referrer_candidate h2:contains(/^B. B.$/)",
            run: assertFits,
        },
        { trigger: ".o_referrer_candidate input[name=may_name]", run: "click" },
        {
            trigger: ".o_referrer_candidate button[value=agree]",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_feedback_notice:contains(Below is a text)", run: assertFits },
        { trigger: ".o_referrer_text textarea", run: "edit Dear B., meet Rep." },
        {
            content: "the mail program gets the customer's own words",
            trigger: ".o_referrer_mail[href*='Dear%20B.%2C%20meet%20Rep.']",
        },
        { trigger: ".o_referrer_copied:not(:visible)" },
        { trigger: "button[value=introduce]", run: "click", expectUnloadPage: true },
        {
            trigger: ".o_referrer_status:contains(You introduced us on)",
            run: assertFits,
        },
        { trigger: "summary:contains(Somebody else)", run: "click" },
        { trigger: "input[name=function]", run: "edit Finance head of a clinic" },
        { trigger: "button[value=name]", run: "click", expectUnloadPage: true },
        { trigger: "h2:contains(Finance head of a clinic)", run: assertFits },
        { trigger: "summary:contains(How often)", run: "click" },
        { trigger: "select[name=interval]", run: "select year" },
        { trigger: "button[value=preferences]", run: "click", expectUnloadPage: true },
        { trigger: ".o_feedback_notice:contains(Saved)", run: assertFits },
    ],
});

registry.category("web_tour.tours").add("crm_referral_referrer_portal", {
    steps: () => [
        {
            trigger: "a[href='/my/referrals']:contains(Introductions)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_referrer_candidate h2:contains(/^B. B.$/)", run: assertFits },
        { trigger: "summary:contains(Rather not)", run: "click" },
        { trigger: "textarea[name=note]", run: "edit Not now" },
        { trigger: "button[value=decline]", run: "click", expectUnloadPage: true },
        { trigger: ".o_feedback_notice:contains(Noted)", run: assertFits },
    ],
});
