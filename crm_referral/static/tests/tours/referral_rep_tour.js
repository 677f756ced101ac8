import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    clickButton,
    editField,
    inStep,
    isComplete,
    isMissing,
    next,
    says,
} from "@crm_referral/../tests/tours/referral_tour_steps";

const candidate = (name) => `.o_field_widget[name='candidate_ids'] .o_data_row:contains(${name})`;

const addCandidate = (row, name, value) => [
    {
        content: "add a candidate",
        trigger: ".o_field_widget[name='candidate_ids'] a:contains(Add a candidate)",
        run: "click",
    },
    {
        content: `${name} is ${value}`,
        trigger: `.o_field_widget[name='candidate_ids'] .o_data_row:nth-child(${row}).o_selected_row [name='${name}'] input`,
        run: `edit ${value}`,
    },
];

const pressFor = (name, button, label) => ({
    content: `${label} for ${name}`,
    trigger: `${candidate(name)} button[name='${button}']`,
    run: "click",
});

const hasState = (name, state) => ({
    content: `${name} is ${state}`,
    trigger: `${candidate(name)} [name='state']:contains(${state})`,
});

/** In the form of the candidate. */
const hasStatus = (state) => ({
    content: `the candidate is ${state}`,
    trigger: `.o_statusbar_status .o_arrow_button_current:contains(${state})`,
});

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
        {
            content: "add a benefit",
            trigger: ".o_field_widget[name='benefit_ids'] a:contains(Add a benefit)",
            run: "click",
        },
        {
            content: "name it",
            trigger: ".o_field_widget[name='benefit_ids'] .o_selected_row [name='name'] input",
            run: "edit Month-end takes two days",
        },
        {
            content: "the customer confirms it",
            trigger:
                ".o_field_widget[name='benefit_ids'] .o_selected_row [name='confirmed_now'] input",
            run: "click",
        },
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
        {
            content: "look for a motive",
            trigger: ".o_field_widget[name='motive_ids'] input",
            run: "click",
        },
        {
            content: "choose one",
            trigger: ".o-autocomplete--dropdown-item a:contains(Helping somebody they like)",
            run: "click",
        },
        {
            content: "it is chosen",
            trigger: ".o_field_widget[name='motive_ids'] .o_tag",
        },
        editField("promise", "I call after the first meeting"),
        isComplete,
        next,
        // 4 Suggest
        inStep("Suggest"),
        ...addCandidate(1, "name", "Wu Chih-Ming"),
        ...addCandidate(2, "function", "Head of a school"),
        next,
        // 5 Introduce
        inStep("Introduce"),
        isMissing("Wu Chih-Ming"),
        pressFor("Wu Chih-Ming", "action_agree", "yes"),
        hasState("Wu Chih-Ming", "Agreed"),
        pressFor("Head of a school", "action_decline", "no"),
        hasState("Head of a school", "Declined"),
        pressFor("Wu Chih-Ming", "action_introduce", "introduced"),
        hasState("Wu Chih-Ming", "Introduced"),
        isComplete,
        next,
        // 6 Follow Through
        inStep("Follow Through"),
        {
            content: "open the candidate",
            trigger: `${candidate("Wu Chih-Ming")} .o_list_record_open_form_view button`,
            run: "click",
        },
        editField("research_person", "Runs a clinic of 50"),
        editField("research_organization", "Grows by two sites a year"),
        editField("research_industry", "New reporting rules"),
        clickButton("action_contact"),
        hasStatus("Contacted"),
        clickButton("action_convert"),
        // The lead
        {
            content: "the lead tells who referred it",
            trigger: ".o-form-buttonbox button[name='action_view_referral']:contains(Lin Mei-Hua)",
        },
        goBack,
        hasStatus("Converted"),
        goBack,
        inStep("Follow Through"),
        pressFor("Wu Chih-Ming", "action_referrer_told", "tell the customer"),
        isComplete,
        next,
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
