import { registry } from "@web/core/registry";
import {
    editField,
    inStep,
    isComplete,
    says,
} from "@crm_referral/../tests/tours/referral_tour_steps";

const next = {
    content: "press Next, in reach of the thumb",
    trigger: "[name='phone_buttons'] button[name='action_next_step']:enabled",
    run: "click",
};

const card = (name) => `.o_field_widget[name='candidate_ids'] .o_kanban_record:contains(${name})`;

const addCandidate = (name, value) => [
    {
        content: "add a candidate",
        trigger: ".o_field_widget[name='candidate_ids'] button:contains(Add a candidate)",
        run: "click",
    },
    editField(name, value, ".modal"),
    {
        content: "keep it",
        trigger: ".modal .o_form_button_save",
        run: "click",
    },
    {
        content: "it is there",
        trigger: card(value),
    },
];

const pressFor = (name, button) => ({
    content: `${button} for ${name}`,
    trigger: `${card(name)} button[name='${button}']`,
    run: "click",
});

const hasState = (name, state) => ({
    content: `${name} is ${state}`,
    trigger: `${card(name)} [name='state']:contains(${state})`,
});

registry.category("web_tour.tours").add("crm_referral_phone", {
    url: "/odoo/my-referrals",
    steps: () => [
        {
            content: "open the request",
            trigger: ".o_kanban_record:contains(Ann Archer)",
            run: "click",
        },
        inStep("Benefits"),
        says("Hello Ann Archer"),
        {
            content: "add a benefit",
            trigger: ".o_field_widget[name='benefit_ids'] button:contains(Add a benefit)",
            run: "click",
        },
        editField("name", "Month-end takes two days", ".modal"),
        {
            content: "keep it",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "the customer confirms it",
            trigger: ".o_field_widget[name='benefit_ids'] button:contains(Confirm)",
            run: "click",
        },
        isComplete,
        next,
        inStep("Profile"),
        editField("challenge", "Nine days for every month-end"),
        editField("improvement", "Two days and no overtime"),
        next,
        inStep("Personal Value"),
        {
            content: "look for a motive",
            trigger: ".o_field_widget[name='motive_ids'] input",
            run: "click",
        },
        {
            content: "choose one",
            trigger: ".modal .o_kanban_record:contains(Returning a favour)",
            run: "click",
        },
        isComplete,
        next,
        inStep("Suggest"),
        ...addCandidate("name", "Wu Chih-Ming"),
        ...addCandidate("function", "Head of a school"),
        isComplete,
        next,
        inStep("Introduce"),
        pressFor("Wu Chih-Ming", "action_agree"),
        hasState("Wu Chih-Ming", "Agreed"),
        pressFor("Head of a school", "action_decline"),
        hasState("Head of a school", "Declined"),
        isComplete,
        next,
        inStep("Follow Through"),
        pressFor("Wu Chih-Ming", "action_introduce"),
        hasState("Wu Chih-Ming", "Introduced"),
    ],
});
