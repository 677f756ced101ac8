import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { editField } from "@crm_referral/../tests/tours/referral_tour_steps";
import {
    fitsOnScreen,
    openActivity,
} from "@crm_referral_service/../tests/tours/complaint_tour_steps";

const tours = registry.category("web_tour.tours");
const WHO = "#quick_contact_who";
const NOTE = "#quick_contact_note";
const OPTION = ".o-autocomplete--dropdown-item a";

const choose = (words) => ({ trigger: `${OPTION}:contains(${words})`, run: "click" });
// What it leads to is shown in another tab, in which no tour goes on.
function follow() {
    window.location.href = this.anchor.href;
}
const isPhone = () => window.innerWidth < 768;

/** A relation: typed at a desk, chosen from a list of its own on a phone. */
const pick = (name, label, scope = "") => [
    {
        content: `open the choices of ${name}`,
        trigger: `${scope} .o_field_widget[name='${name}'] input`.trim(),
        run: (helpers) => (isPhone() ? helpers.click() : helpers.edit(label)),
    },
    {
        content: `choose ${label}`,
        trigger: `.modal .o_kanban_record:contains(${label}), .modal .o_data_row .o_data_cell:contains(${label}), .o-autocomplete--dropdown-item:contains(${label})`,
        run: "click",
    },
    {
        content: `${label} is chosen`,
        trigger: `${scope} .o_field_widget[name='${name}'] input:value(${label})`.trim(),
    },
];

const write = (day) => [
    {
        content: "until when",
        trigger: ".modal .o_field_widget[name='deadline'] :is(input, button)",
        run: "click",
    },
    {
        content: day,
        trigger: ".modal .o_field_widget[name='deadline'] input",
        run: `edit ${day}`,
    },
];

/** At the desk through the menus; on the phone it is open already. */
const openCouncil = () =>
    isPhone()
        ? []
        : [
              ...stepUtils.goToAppSteps("crm_referral_service.crm_service_menu_root"),
              {
                  content: "open Improvement",
                  trigger: "[data-menu-xmlid='crm_referral_service.crm_service_menu_improvement']",
                  run: "click",
              },
              {
                  content: "open the Council",
                  trigger: "[data-menu-xmlid='crm_referral_service.crm_service_council_menu']",
                  run: "click",
              },
          ];

const agendaSays = (title, words) => ({
    content: `${title}: ${words}`,
    trigger: `.o_field_widget[name='agenda_html'] section:contains(${title}) li:contains(${words})`,
});

const save = {
    content: "save it",
    trigger: ".o_form_button_save:visible",
    run: "click",
};
const saved = {
    content: "it is saved",
    trigger: ".o_form_status_indicator_buttons.invisible:not(:visible)",
};

const openContact = (words) => ({
    content: `open ${words}`,
    trigger: `.o_data_row:contains(${words}) .o_data_cell:contains(${words})`,
    run: "click",
});

// On Thursday somebody whom we do not know calls, and calls again.
tours.add("crm_service_monday_calls", {
    steps: () => [
        {
            content: "six fields, no more",
            trigger: ".o_quick_contact form",
            run() {
                const fields = this.anchor.querySelectorAll("[data-field]");
                if (fields.length > 6) {
                    throw new Error(`There are ${fields.length} fields`);
                }
            },
        },
        { trigger: WHO, run: "edit Chen 02 290 34 91" },
        choose("Nobody we know: Chen"),
        { trigger: "#quick_contact_reason", run: "edit Late" },
        choose("Late"),
        { trigger: NOTE, run: "edit It should have come on Tuesday" },
        { trigger: NOTE, run: "press Enter" },
        { trigger: ".o_notification:contains(Chen)" },
        { content: "the next one", trigger: `${WHO}:focus` },
        { trigger: WHO, run: "edit Chen 02 290 34 91" },
        choose("Nobody we know: Chen"),
        { content: "what was before", trigger: "aside:contains(should have come on Tuesday)" },
        { trigger: "#quick_contact_reason", run: "edit Late" },
        choose("Late"),
        {
            content: "is it again about the same?",
            trigger: "button[name='again']",
            run: "click",
        },
        {
            trigger: "#quick_contact_miss",
            run: "selectByLabel The answer was not understood or not accepted",
        },
        { trigger: NOTE, run: "edit It is still not here" },
        { trigger: NOTE, run: "press Enter" },
        { trigger: ".o_quick_contact:not(:has(#quick_contact_miss))" },
        { trigger: `${WHO}:focus` },
    ],
});

// A customer scans the card at the desk.
tours.add("crm_service_monday_form", {
    steps: () => [
        {
            trigger: "textarea[name='message']",
            run: "edit The third time that nobody was at home when you came",
        },
        { trigger: "input[name='name']", run: "edit Lin" },
        { trigger: "input[name='email']", run: "edit lin@example.com" },
        { trigger: "label:has(input[name='news'])", run: "click" },
        { trigger: "button[type='submit'].o_feedback_send", run: "click", expectUnloadPage: true },
        { trigger: ".o_feedback_closed:contains(Thank you)", run: fitsOnScreen },
    ],
});

// The agent takes what nobody has taken, and says where the miss lies.
tours.add("crm_service_monday_why", {
    steps: () => [
        openContact("The third time"),
        ...pick("reason_id", "Late"),
        ...pick("user_id", "Agent"),
        save,
        saved,
        { content: "back to the list", trigger: ".o_back_button a, .breadcrumb a", run: "click" },
        openContact("It is still not here"),
        ...pick("miss_section_id", "Process"),
        save,
        saved,
    ],
});

// On Monday: what costs most, why, whose it is, what was decided and whether it worked.
tours.add("crm_service_monday_see", {
    steps: () => [
        ...openCouncil(),
        agendaSays(
            "What customers turn to us for most",
            "Late: 33 in four weeks, 1 of them had come before (Technician)",
        ),
        agendaSays(
            "Why It Was Not Solved the First Time",
            "not accepted: 1 of 1 in four weeks · Process 1",
        ),
        agendaSays("What we decided", "Ask the carrier for an hour: Open, until 04/10/2026"),
        agendaSays(
            "What we decided",
            "We call the day before: Done. 24 contacts before, 10 after: Fewer contacts",
        ),
        {
            content: "and the notice, of which it is known now",
            trigger: ".o_field_widget[name='agenda_html'] a:contains(Your parcel has left us)",
            run: follow,
            expectUnloadPage: true,
        },
        {
            content: "9.0 per 100 before",
            trigger: ".o_before_after [data-period='before']:contains(9.0):contains(18)",
        },
        {
            content: "2.0 per 100 after",
            trigger: ".o_before_after [data-period='after']:contains(2.0):contains(5)",
        },
        { content: "how many it is of", trigger: ".o_form_view:contains(Fewer contacts)" },
    ],
});

tours.add("crm_service_monday_decide", {
    steps: () => [
        ...openCouncil(),
        {
            content: "decide",
            trigger:
                ".o_field_widget[name='action_ids'] :is(.o_field_x2many_list_row_add a, .o-kanban-button-new)",
            run: "click",
        },
        editField("name", "The driver calls an hour before", ".modal"),
        ...pick("reason_id", "Late", ".modal"),
        {
            content: "who owns the reason sees to it",
            trigger: ".modal .o_field_widget[name='user_id'] input:value(Technician)",
        },
        ...write("04/13/2026"),
        { trigger: ".modal .o_form_button_save", run: "click" },
        {
            content: "it is decided",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name='action_ids']:contains(The driver calls)",
        },
        {
            content: "end the meeting",
            trigger: "button[name='action_close']:enabled",
            run: "click",
        },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        {
            content: "it has ended",
            trigger: ".o_form_view:not(:has(button[name='action_close']))",
        },
    ],
});

// Whoever sees to it has an activity, and no rights in service.
tours.add("crm_service_monday_done", {
    steps: () => [
        ...openActivity("Improvement Action"),
        {
            content: "open it",
            trigger:
                ".o_data_row:contains(The driver calls) .o_data_cell, .o_kanban_record:contains(The driver calls)",
            run: "click",
        },
        {
            content: "it is done",
            trigger: "button[name='action_done']:enabled",
            run: "click",
        },
        {
            content: "and stays so",
            trigger: ".o_form_view:not(:has(button[name='action_done']))",
        },
    ],
});

// A week later: who told us hears of it.
tours.add("crm_service_monday_tell", {
    steps: () => [
        ...openCouncil(),
        {
            content: "what was decided is done",
            trigger:
                ".o_field_widget[name='agenda_html'] a:contains(The driver calls an hour before: Done)",
            run: follow,
            expectUnloadPage: true,
        },
        {
            content: "tell them",
            trigger: "button[name='action_tell_callers']:enabled",
            run: "click",
        },
        {
            content: "the mail is shown before it goes",
            trigger:
                ".modal:contains(The driver calls an hour before (2 customers)):has(.o_field_widget[name='subject'] :value(You told us, we fixed it)) .o_field_html:contains(Thank you for telling us)",
        },
        {
            content: "send it",
            trigger: ".modal .o_mail_send, .modal button[name='action_send_mail']",
            run: "click",
        },
        {
            content: "two have heard",
            trigger:
                ".o_form_view:not(:has(.modal)) .o_field_widget[name='news_count']:contains(2)",
        },
    ],
});

tours.add("crm_service_monday_page", {
    steps: () => [
        {
            content: "who told us reads it on their page, too",
            trigger:
                ".o_feedback_card:contains(You told us, we fixed it):contains(The driver calls an hour before)",
            run: fitsOnScreen,
        },
    ],
});
