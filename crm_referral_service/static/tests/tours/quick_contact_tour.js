import { registry } from "@web/core/registry";

const WHO = "#quick_contact_who";
const REASON = "#quick_contact_reason";
const OPTION = ".o-autocomplete--dropdown-item a";

const write = (selector, words) => ({ trigger: selector, run: `edit ${words}` });
const choose = (words) => ({ trigger: `${OPTION}:contains(${words})`, run: "click" });
const press = (keys, trigger) => ({ trigger, run: `press ${keys}` });

// An agent takes three calls: somebody unknown, a customer, and the customer again.
registry.category("web_tour.tours").add("crm_service_quick_contact", {
    url: "/odoo/new-contact",
    steps: () => [
        write(WHO, "Chen 02 290 34 91"),
        choose("Nobody we know: Chen"),
        write("#quick_contact_note", "It gurgles"),
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
        { trigger: "#quick_contact_from" },
        { trigger: "button[type='submit']", run: "click" },
        { trigger: ".o_quick_contact:not(:has(#quick_contact_from))" },
    ],
});
