import { registry } from "@web/core/registry";
import { card, inStep } from "@crm_referral/../tests/tours/referral_tour_steps";

const suggested = (name) => `.o_acquaintance:contains(${name})`;

const isNoLongerSuggested = (selector) => ({
    content: `there is no ${selector} any more`,
    trigger: `.o_acquaintances:not(:has(${selector}))`,
});

registry.category("web_tour.tours").add("crm_referral_acquaintances", {
    url: "/odoo/my-referrals",
    steps: () => [
        {
            content: "open the request",
            trigger: ".o_kanban_record:contains(Ann Archer)",
            run: "click",
        },
        inStep("Suggest"),
        {
            content: "it is said why they may know each other, and all is as wide as the phone",
            trigger: `${suggested("Lea Lee")}:contains(Same city: Hsinchu)`,
            run() {
                const { left, right } = this.anchor.getBoundingClientRect();
                if (left < 0 || right > window.innerWidth) {
                    throw new Error(`The suggestion is at ${left} to ${right}`);
                }
            },
        },
        {
            content: "this one is not for her",
            trigger: `${suggested("Nils Nord")} .o_acquaintance_dismiss:enabled`,
            run: "click",
        },
        isNoLongerSuggested(suggested("Nils Nord")),
        {
            content: "she may know her",
            trigger: `${suggested("Lea Lee")} .o_acquaintance_take:enabled`,
            run: "click",
        },
        {
            content: "she is a candidate",
            trigger: card("Lea Lee"),
        },
        isNoLongerSuggested(suggested("Lea Lee")),
        {
            content: "a position that led to somebody before",
            trigger: ".o_acquaintance_position:enabled:contains(Finance head)",
            run: "click",
        },
        {
            content: "it is a candidate, too",
            trigger: card("Finance head"),
        },
        isNoLongerSuggested(".o_acquaintance_position:contains(Finance head)"),
    ],
});
