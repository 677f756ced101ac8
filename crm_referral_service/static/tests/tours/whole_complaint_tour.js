import { registry } from "@web/core/registry";
import {
    clickButton,
    editField,
    inStep,
    isComplete,
    isMissing,
    says,
} from "@crm_referral/../tests/tours/referral_tour_steps";
import {
    add,
    cardSays,
    choose,
    finish,
    fitsOnScreen,
    next,
    openActivity,
    pick,
    pressOn,
    saveDialog,
} from "@crm_referral_service/../tests/tours/complaint_tour_steps";

const tours = registry.category("web_tour.tours");
const openComplaint = {
    content: "open the complaint",
    trigger: ".o_kanban_record:contains(A. Lin)",
    run: "click",
};

tours.add("crm_service_loop_call", {
    url: "/odoo/my-complaints",
    steps: () => [
        {
            content: "the phone rings",
            trigger: ".o-kanban-button-new, .o_list_button_add",
            run: "click",
        },
        editField("caller_name", "A. Lin"),
        editField("phone", "+32 2 290 34 91"),
        editField("email", "lin@clinic.example"),
        {
            content: "nobody asks for a customer number",
            trigger: ".o_statusbar_buttons button:contains(Start)",
            run: "click",
        },
        inStep("Greet"),
        says("Good that you turn to me"),
        clickButton("action_create_partner", "[name='unknown']"),
        clickButton("action_acknowledge", "[name='step_greet']"),
        isComplete,
        next,
        inStep("Listen"),
        editField("story", "It gurgles, and nobody calls back"),
        choose("feeling_ids", "Worried"),
        isComplete,
        next,
        inStep("Question"),
        editField("basic_facts", "The pump in the cellar, since Monday"),
        editField("details", "Only at night"),
        choose("severity", "It costs me time"),
        editField("wanted_remedy", "To sleep"),
        ...pick("reason_id", "Does not work"),
        isComplete,
        next,
        inStep("Empathise"),
        editField("common_ground", "A pump should be quiet at night"),
        next,
        inStep("Address"),
        editField("our_part", "The pump runs by day only, from tonight on"),
        add("gesture_ids", "Add a Gesture"),
        ...pick("type_id", "A goodwill payment", ".modal"),
        editField("amount", "300", ".modal"),
        ...saveDialog,
        pressOn("gesture_ids", "goodwill", "action_agree"),
        cardSays("gesture_ids", "goodwill", "Waits for approval"),
        add("handover_ids", "Ask a Colleague"),
        ...pick("to_user_id", "Technician", ".modal"),
        editField("question", "May a pump gurgle at night?", ".modal"),
        ...saveDialog,
        cardSays("handover_ids", "Technician", "Asked"),
        isMissing("Technician"),
        isMissing("approval"),
    ],
});

tours.add("crm_service_loop_answer", {
    url: "/odoo",
    steps: () => [
        ...openActivity("Question to a Colleague"),
        {
            content: "open the question",
            trigger:
                ".o_data_row .o_data_cell:contains(May a pump gurgle), .o_kanban_record:contains(May a pump gurgle)",
            run: "click",
        },
        {
            content: "there is the question, and nothing of the complaint",
            trigger:
                ".o_form_view:contains(May a pump gurgle):not(:contains(Lin)):not(:contains(nobody calls back)):not(:has([name='complaint_id']))",
        },
        editField("answer", "It may not: there is air in it. Let it run by day."),
        {
            content: "give it back",
            trigger: "button[name='action_answer']:enabled",
            run: "click",
        },
        {
            content: "it is answered",
            trigger: ".o_form_view:not(:has(button[name='action_answer']))",
        },
    ],
});

tours.add("crm_service_loop_approve", {
    url: "/odoo",
    steps: () => [
        ...openActivity("Gesture to a Customer"),
        {
            content: "open what waits",
            trigger:
                ".o_data_row:contains(goodwill) .o_data_cell, .o_kanban_record:contains(goodwill)",
            run: "click",
        },
        {
            content: "decide",
            trigger: "button[name='action_open_decide']:enabled",
            run: "click",
        },
        {
            content: "approve",
            trigger: ".modal button[name='action_approve']:enabled",
            run: "click",
        },
        { content: "decided", trigger: "body:not(:has(.modal))" },
    ],
});

tours.add("crm_service_loop_tell", {
    url: "/odoo/my-complaints",
    steps: () => [
        openComplaint,
        inStep("Address"),
        cardSays("gesture_ids", "goodwill", "Agreed"),
        pressOn("handover_ids", "there is air in it", "action_told"),
        isComplete,
        next,
        inStep("Test"),
        clickButton("action_ask_endings", "[name='step_test']"),
        {
            content: "the mail is shown before it goes",
            trigger: ".modal .o_field_widget[name='body']:contains(solved)",
        },
        {
            content: "send it",
            trigger: ".modal .o_mail_send, .modal button[name='action_send_mail']",
            run: "click",
        },
        { content: "it has gone", trigger: "body:not(:has(.modal)) .o_form_view" },
    ],
});

tours.add("crm_service_loop_customer", {
    steps: () => [
        {
            content: "solved",
            trigger: "input[name='solved'][value='yes']",
            run: "click",
        },
        {
            content: "felt heard",
            trigger: "input[name='felt_heard'][value='yes']",
            run: "click",
        },
        {
            content: "in own words",
            trigger: "form:has([name='felt_heard']) textarea[name='words']",
            run: "edit I have slept",
        },
        {
            content: "send",
            trigger: "button[value='answer']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "thanks",
            trigger: ".o_feedback_notice:contains(Thank you for being frank)",
            run: fitsOnScreen,
        },
    ],
});

tours.add("crm_service_loop_follow", {
    url: "/odoo/my-complaints",
    steps: () => [
        openComplaint,
        inStep("Test"),
        {
            content: "said on the own page",
            trigger: "[name='step_test'] [name='tested_via']:contains(own page)",
        },
        isComplete,
        next,
        inStep("Follow Through"),
        editField("second_contact_reason", "How to let the air out without a tool"),
        {
            content: "it was today",
            trigger: ".o_field_widget[name='second_contact_done_on'] :is(input, button)",
            run: "click",
        },
        {
            content: "choose today",
            trigger: ".o_datetime_picker .o_today",
            run: "click",
        },
        choose("scope", "This once"),
        isComplete,
        finish,
        {
            content: "the complaint ended well",
            trigger:
                ".o_form_view:has(.o_guided_step_ended) [name='outcome']:contains(Solved and felt heard)",
        },
    ],
});

tours.add("crm_service_loop_ask", {
    url: "/odoo/whom-to-ask",
    steps: () => [
        {
            content: "it is a good moment",
            trigger:
                ".o_kanban_record:first:contains(A. Lin):contains(Complaint resolved) button[name='action_begin']",
            run: "click",
        },
        inStep("Benefits"),
        {
            content: "what we put right is the first line",
            trigger:
                "[name='benefit_ids'] .o_kanban_record:first:contains(The pump runs by day only)",
        },
    ],
});
