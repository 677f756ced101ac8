import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_referral_assessment_agent", {
    steps: () => [
        {
            content: "the agent starts a checklist from the customer",
            trigger: "button[name=action_start_checklist]",
            run: "click",
        },
        {
            content: "nothing begins by looking at it",
            trigger: ".o_statusbar_buttons button[name=action_start]",
            run: "click",
        },
        {
            content: "one tap an answer",
            trigger: ".o_assessment_row:eq(0) .btn:contains(Yes)",
            run: "click",
        },
        { trigger: ".o_assessment_row:eq(1) .btn:contains(No)", run: "click" },
        {
            content: "a no asks what stood in the way",
            trigger: ".o_assessment_cause .btn:contains(Organization)",
            run: "click",
        },
        {
            trigger: ".o_assessment_cause select",
            run: "selectByLabel P · Process",
        },
        ...[...Array(10).keys()].map((index) => ({
            content: "every question has its answer",
            trigger: `.o_assessment_row:eq(${index + 2}) .btn:contains(Yes)`,
            run: "click",
        })),
        {
            content: "a remark on an item",
            trigger: ".o_assessment_row:eq(1) .o_assessment_add_remark",
            run: "click",
        },
        {
            trigger: ".o_assessment_row:eq(1) textarea.o_assessment_remark",
            run: "edit Credit notes wait for the end of the month.",
        },
        {
            content: "signed where the answers end",
            trigger: ".o_assessment_sign button[name=action_done]",
            run: "click",
        },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)" },
    ],
});

registry.category("web_tour.tours").add("crm_referral_assessment_manager", {
    steps: () => [
        {
            content: "the manager sees at a glance where loyalty is lost",
            trigger: ".o_assessment_radar canvas",
        },
        { trigger: ".o_assessment_gaps li:contains(better than the customer)" },
        {
            content: "a weak letter opens as an action",
            trigger: ".o_assessment_letter:eq(0) .btn:contains(Decide)",
            run: "click",
        },
        { trigger: ".modal [name=name] input", run: "edit Confirm every date in writing" },
        { trigger: ".modal [name=deadline] input", run: "edit 01/01/2030" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        {
            content: "this letter has its decision",
            trigger: ".o_assessment_letter:eq(0):not(:has(.btn))",
        },
        { trigger: ".o_assessment_letter:eq(1) .btn:contains(Decide)" },
    ],
});
