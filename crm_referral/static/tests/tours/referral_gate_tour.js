import { registry } from "@web/core/registry";
import {
    clickButton,
    editField,
    inStep,
    isRefused,
    next,
} from "@crm_referral/../tests/tours/referral_tour_steps";

const isMissing = "A benefit that the customer has confirmed";

registry.category("web_tour.tours").add("crm_referral_gate", {
    url: "/odoo/my-referrals",
    steps: () => [
        {
            content: "drag the card over a step that is not finished",
            trigger: ".o_kanban_group:contains(Benefits) .o_kanban_record:contains(Ann Archer)",
            run: "drag_and_drop(.o_kanban_group:contains(Personal Value))",
        },
        ...isRefused(isMissing),
        {
            content: "the card is back",
            trigger: ".o_kanban_group:contains(Benefits) .o_kanban_record:contains(Ann Archer)",
            run: "click",
        },
        inStep("Benefits"),
        next,
        ...isRefused(isMissing),
        inStep("Benefits"),
        {
            content: "press a later step",
            trigger: ".o_guided_step button:contains(Suggest)",
            run: "click",
        },
        ...isRefused(isMissing),
        inStep("Benefits"),
        clickButton("action_open_skip_step"),
        {
            content: "a skip without a reason does not go through",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "the reason is asked for",
            trigger: ".modal .o_field_widget[name='reason'].o_field_invalid",
        },
        editField("reason", "We talked about it last week", ".modal"),
        clickButton("action_apply", ".modal"),
        inStep("Profile"),
        {
            content: "the first step shows that it was skipped",
            trigger: ".o_guided_step_skipped button:contains(Benefits)",
            run: "click",
        },
        inStep("Benefits"),
    ],
});
