import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    clickButton,
    editField,
    inStep,
    openMenu,
    says,
} from "@crm_referral/../tests/tours/referral_tour_steps";

registry.category("web_tour.tours").add("crm_referral_manager", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("crm_referral.crm_referral_menu_root"),
        // The words of a step
        ...openMenu("crm_referral_menu_configuration", "crm_referral_step_menu"),
        {
            content: "open the first step",
            trigger: ".o_data_row .o_data_cell:contains(Benefits)",
            run: "click",
        },
        editField("talk_track", "Good morning {{ object.partner_id.name }}, how are you?"),
        ...stepUtils.saveForm(),
        // The quiet period
        {
            content: "open the requests",
            trigger: "[data-menu-xmlid='crm_referral.crm_referral_menu_all']",
            run: "click",
        },
        {
            content: "open the request that has ended",
            trigger:
                ".o_list_view .o_data_row:contains(Ann Archer) .o_data_cell[name='partner_id']",
            run: "click",
        },
        {
            content: "open the customer",
            trigger: ".o_field_widget[name='partner_id'] a:contains(Ann Archer)",
            run: "click",
        },
        {
            content: "the customer is left in peace for a while",
            trigger: ".o_field_widget[name='referral_readiness']:contains(Quiet period)",
        },
        clickButton("action_ask_referral"),
        {
            content: "the reason is told",
            trigger: ".modal .o_field_widget[name='blockers']:contains(quiet period)",
        },
        editField("reason", "She offered it herself", ".modal"),
        clickButton("action_apply", ".modal"),
        inStep("Benefits"),
        says("Good morning Ann Archer, how are you?"),
        // The figures
        {
            content: "open the requests",
            trigger: "[data-menu-xmlid='crm_referral.crm_referral_menu_all']",
            run: "click",
        },
        {
            content: "see the figures",
            trigger: ".o_list_view .o_switch_view.o_pivot, .o_cp_switch_buttons .o_pivot",
            run: "click",
        },
        {
            content: "by salesperson and outcome",
            trigger: ".o_pivot_view:contains(Manager):contains(Rep):contains(Cancelled)",
        },
    ],
});
