import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    card,
    chooseMotive,
    clickButton,
    editField,
    enter,
    hasState,
    inStep,
    isComplete,
    isMissing,
    next,
    pressFor,
    says,
} from "@crm_referral/../tests/tours/referral_tour_steps";

const goBack = {
    content: "go back",
    trigger: ".o_back_button a",
    run: "click",
};

registry.category("web_tour.tours").add("crm_referral_rep", {
    url: "/odoo/action-base.action_partner_form/new",
    steps: () => [
        editField("name", "Lin Mei-Hua"),
        ...stepUtils.saveForm(),
        clickButton("action_ask_referral"),
        // 1 Benefits
        inStep("Benefits"),
        says("Hello Lin Mei-Hua"),
        isMissing("confirmed"),
        ...enter("benefit_ids", "name", "Month-end takes two days"),
        isComplete,
        next,
        // 2 Profile
        inStep("Profile"),
        editField("challenge", "Nine days for every month-end"),
        editField("improvement", "Two days and no overtime"),
        editField("missed_by_others", "Evenings at home"),
        isComplete,
        ...stepUtils.saveForm(),
        says("Two days and no overtime"),
        next,
        // 3 Personal Value
        inStep("Personal Value"),
        chooseMotive("Helping somebody they like"),
        editField("promise", "I call after the first meeting"),
        isComplete,
        next,
        // 4 Suggest
        inStep("Suggest"),
        ...enter("candidate_ids", "name", "Wu Chih-Ming"),
        ...enter("candidate_ids", "function", "Head of a school"),
        next,
        // 5 Introduce
        inStep("Introduce"),
        isMissing("Wu Chih-Ming"),
        // One more comes to mind, and is taken back.
        ...enter("candidate_ids", "name", "Lin the Second"),
        isMissing("Lin the Second"),
        {
            content: "open the card",
            trigger: card("Lin the Second"),
            run: "click",
        },
        {
            content: "take the candidate away",
            trigger: ".modal .o_btn_remove",
            run: "click",
        },
        {
            content: "The candidate is gone for good: it asks first",
            trigger: ".modal:not(.o_inactive_modal) .modal-footer .btn-primary:contains(Delete)",
            run: "click",
        },
        {
            content: "it is gone",
            trigger: `.o_field_widget[name='candidate_ids']:not(:has(.o_kanban_record:contains(Lin the Second)))`,
        },
        pressFor("Wu Chih-Ming", "action_agree"),
        hasState("Wu Chih-Ming", "Agreed"),
        pressFor("Head of a school", "action_decline"),
        hasState("Head of a school", "Declined"),
        pressFor("Wu Chih-Ming", "action_introduce"),
        hasState("Wu Chih-Ming", "Introduced"),
        isComplete,
        next,
        // 6 Follow Through
        inStep("Follow Through"),
        {
            content: "open the candidate",
            trigger: card("Wu Chih-Ming"),
            run: "click",
        },
        editField("research_person", "Runs a clinic of 50", ".modal"),
        editField("research_organization", "Grows by two sites a year", ".modal"),
        editField("research_industry", "New reporting rules", ".modal"),
        {
            content: "keep what was found out",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        pressFor("Wu Chih-Ming", "action_contact"),
        hasState("Wu Chih-Ming", "Contacted"),
        pressFor("Wu Chih-Ming", "action_convert_here"),
        hasState("Wu Chih-Ming", "Converted"),
        isComplete,
        // The lead
        pressFor("Wu Chih-Ming", "action_open_lead"),
        {
            content: "the lead tells who referred it",
            trigger: ".o-form-buttonbox button[name='action_view_referral']:contains(Lin Mei-Hua)",
        },
        goBack,
        inStep("Follow Through"),
        clickButton("action_finish"),
        {
            content: "the question whether the customer has heard of it",
            trigger: ".modal .o_kanban_record:contains(Wu Chih-Ming)",
        },
        clickButton("action_told", ".modal"),
        {
            content: "the request ended well",
            trigger: ".o_form_view:has(.o_guided_step_ended) [name='outcome']:contains(Introduced)",
        },
        clickButton("action_view_leads", ".o-form-buttonbox"),
        {
            content: "type the name of the new customer",
            trigger: ".o_lead_opportunity_form .o_field_widget[name='partner_id'] input",
            run: "edit Wu Chih-Ming",
        },
        {
            content: "who is new to us",
            trigger: ".o_m2o_dropdown_option_create a, .o_m2o_dropdown_option a:contains(Create)",
            run: "click",
        },
        clickButton("action_set_won_rainbowman"),
        {
            content: "the lead is won",
            trigger: ".o_lead_opportunity_form .ribbon:contains(Won)",
        },
        {
            content: "show the arrow to the customer",
            trigger: ".o_lead_opportunity_form .o_field_widget[name='partner_id'] input",
            run: "click",
        },
        {
            content: "open the new customer",
            trigger:
                ".o_lead_opportunity_form .o_field_widget[name='partner_id'] .o_external_button",
            run: "click",
        },
        {
            content: "the new customer came through the first one",
            trigger: ".o_field_widget[name='referrer_id'] input:value(Lin Mei-Hua)",
        },
    ],
});
