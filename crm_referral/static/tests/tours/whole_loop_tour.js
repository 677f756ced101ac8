import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    chooseMotive,
    clickButton,
    editField,
    inStep,
    isComplete,
} from "@crm_referral/../tests/tours/referral_tour_steps";

const next = {
    content: "press Next, in reach of the thumb",
    trigger: "[name='phone_buttons'] button[name='action_next_step']:enabled",
    run: "click",
};

const take = (name) => [
    {
        content: `take ${name}`,
        trigger: `.o_acquaintance:contains(${name}) .o_acquaintance_take:enabled`,
        run: "click",
    },
    {
        content: `${name} is a candidate`,
        trigger: `.o_field_widget[name='candidate_ids'] .o_kanban_record:contains(${name})`,
    },
];

registry.category("web_tour.tours").add("crm_referral_whole_loop", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.toggleHomeMenu(),
        {
            content: "the icon of the app",
            trigger: ".o_app[data-menu-xmlid='crm_referral.crm_referral_menu_root']",
            run: "click",
        },
        {
            content: "the first on the list, and why",
            trigger:
                ".o_kanban_record:first:contains(Ann Archer):contains(Won opportunities) button[name='action_begin']",
            run: "click",
        },
        inStep("Benefits"),
        {
            content: "she says that it is so",
            trigger: "[name='benefit_ids'] button[name='action_toggle_confirmed']",
            run: "click",
        },
        isComplete,
        next,
        inStep("Profile"),
        editField("challenge", "Nine days for every month-end"),
        editField("improvement", "Two days and no overtime"),
        next,
        inStep("Personal Value"),
        chooseMotive("Returning a favour"),
        isComplete,
        next,
        inStep("Suggest"),
        ...take("Lea Lee"),
        ...take("Max Moss"),
        isComplete,
        {
            content: "what is for the customer",
            trigger: ".o_notebook a[name='customer_page']",
            run: "click",
        },
        clickButton("action_send_link", ".o_notebook .tab-pane.active"),
        {
            content: "the mail is shown before it goes",
            trigger: ".modal .o_field_widget[name='body']:contains(Ann Archer)",
        },
        clickButton("action_send_mail", ".modal"),
        {
            content: "it has gone",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});
