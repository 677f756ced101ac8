import { registry } from "@web/core/registry";

import { pick as pickRecord } from "./complaint_tour_steps";

const WHO = "#quick_contact_who";
const REASON = "#quick_contact_reason";
const OPTION = ".o-autocomplete--dropdown-item a";

const write = (selector, words) => ({ trigger: selector, run: `edit ${words}` });
const choose = (words) => ({ trigger: `${OPTION}:contains(${words})`, run: "click" });
// Like a picker does: what the test helpers type is no moment to the browser.
const pick = (selector, days) => ({
    trigger: selector,
    run() {
        const moment = luxon.DateTime.now().plus({ days });
        this.anchor.value = moment.toFormat("yyyy-MM-dd'T'HH:mm");
        this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
    },
});
const press = (keys, trigger) => ({ trigger, run: `press ${keys}` });

// An agent takes three calls: somebody unknown, a customer, and the customer again.
registry.category("web_tour.tours").add("crm_service_quick_contact", {
    url: "/odoo/new-contact",
    steps: () => [
        write(WHO, "Chen 02 290 34 91"),
        choose("Nobody we know: Chen"),
        write("#quick_contact_note", "It gurgles"),
        { trigger: "label[for='quick_contact_solved']", run: "click" },
        press("Enter", "#quick_contact_note"),
        { trigger: "[role='alert']:contains(Choose the reason)" },
        { trigger: "label[for='quick_contact_solved']", run: "click" },
        {
            content: "what was typed is still there",
            trigger: "#quick_contact_note:value(It gurgles)",
        },
        press("Enter", "#quick_contact_note"),
        { trigger: ".o_notification:contains(Chen)" },
        { content: "the next one is ready to be typed", trigger: `${WHO}:focus` },

        write(WHO, "Tour Clin"),
        choose("Tour Clinic"),
        { trigger: "aside:contains(Where is it)" },
        write(REASON, "Late"),
        choose("Late"),
        {
            content: "it is asked whether it is again about the same",
            trigger: "button[name='again']",
            run: "click",
        },
        { trigger: "label[for='quick_contact_solved']", run: "click" },
        { trigger: "button[type='submit']", run: "click" },
        { trigger: "[role='alert']:contains(first time)" },
        {
            trigger: "#quick_contact_miss",
            run: "selectByLabel The answer was not understood or not accepted",
        },
        { trigger: "button[type='submit']", run: "click" },
        { trigger: ".o_notification:contains(Tour Clinic)" },
        { trigger: ".o_quick_contact:not(:has(#quick_contact_miss))" },

        write(WHO, "Tour Clin"),
        choose("Tour Clinic"),
        { trigger: "label[for='quick_contact_callback']", run: "click" },
        write("#quick_contact_note", "Calls from the ward"),
        pick("#quick_contact_from", 1),
        pick("#quick_contact_to", -1),
        { trigger: "button[type='submit']", run: "click" },
        {
            content: "the server refuses a time that ends before it begins",
            trigger: "[role='alert']:contains(begins before it ends)",
        },
        { trigger: "#quick_contact_note:value(Calls from the ward)" },
        // Wherever the customer is, it is within that time now.
        pick("#quick_contact_from", -1),
        pick("#quick_contact_to", 1),
        { trigger: "button[type='submit']", run: "click" },
        { trigger: ".o_quick_contact:not(:has(#quick_contact_from))" },
    ],
});

// Nothing that was typed is lost when the contact is not done yet.
registry.category("web_tour.tours").add("crm_service_refused_contact", {
    url: "/odoo/crm.service.contact/new",
    steps: () => [
        write("[name='note'] textarea", "It gurgles again"),
        { trigger: "button[name='action_done']:enabled", run: "click" },
        { trigger: ".modal:contains(The reason for the contact.)" },
        { trigger: ".modal-footer button.btn-primary", run: "click" },
        {
            content: "the note is still there",
            trigger: "body:not(:has(.modal)) [name='note'] textarea:value(It gurgles again)",
        },
        ...pickRecord("reason_id", "Late"),
        { trigger: "button[name='action_done']:enabled", run: "click" },
        {
            content: "now it is done",
            trigger: ".o_form_view:not(:has(button[name='action_done']))",
        },
        { trigger: "[name='note'] textarea:value(It gurgles again)" },
    ],
});

// On the phone the agent calls back who waits, within the time that they named.
registry.category("web_tour.tours").add("crm_service_call_back", {
    url: "/odoo/call-back-now",
    steps: () => [
        {
            content: "the number is there to be pressed",
            trigger: ".o_kanban_record:contains(Tour Clinic) a[href^='tel:']",
        },
        {
            trigger: ".o_kanban_record:contains(Tour Clinic) [name='action_called']",
            run: "click",
        },
        {
            content: "nobody waits any more",
            trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains(Tour Clinic)))",
        },
    ],
});
