import { registry } from "@web/core/registry";
import { editField } from "@crm_referral/../tests/tours/referral_tour_steps";

function assertFits() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
        throw new Error(`The page is ${scrollWidth} wide on a screen of ${clientWidth}`);
    }
}

registry.category("web_tour.tours").add("crm_referral_objection_candidate", {
    steps: () => [
        {
            content: "the page asks, in the language of the customer",
            trigger: "button[name='lang'][value='zh_TW'][aria-current='true']",
            run: assertFits,
        },
        {
            content: "the candidate reads English better",
            trigger: "button[name='lang'][value='en_US']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it says where the name is from, and not of whom",
            trigger: "p:contains(A customer of):not(:contains(Ann Archer))",
            run: assertFits,
        },
        {
            content: "one click",
            trigger: "button[name='object']:contains(Do not contact me any more)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it is confirmed, and there is nothing more to do",
            trigger: "h1:contains(We leave you in peace)",
            run: assertFits,
        },
        { trigger: "body:not(:has(button[name='object']))" },
    ],
});

registry.category("web_tour.tours").add("crm_referral_objection_rep", {
    steps: () => [
        {
            content: "the rep sees it at once",
            trigger: ".alert-danger:contains(has objected to being contacted)",
        },
        { trigger: ".ribbon:contains(Objected), .o_widget_web_ribbon:contains(Objected)" },
        { content: "enter Bob again", trigger: ".o_form_button_create", run: "click" },
        {
            trigger: ".o_field_widget[name='referral_id'] input:value(/^$/)",
            run: "edit Carl Carter",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains(Carl Carter)", run: "click" },
        editField("name", "Robert B."),
        editField("email", "Bob@Example.com"),
        { trigger: ".o_form_button_save", run: "click" },
        {
            content: "Odoo refuses, with a sentence",
            trigger: ".modal:contains(Robert B. has asked us not to get in touch)",
        },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_button_cancel", run: "click" },
    ],
});
