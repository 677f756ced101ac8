import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { markup } from "@odoo/owl";

registry.category("web_tour.tours").add("crm_referral_tour", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='crm_referral.crm_referral_menu_root']",
            content: _t(
                "Happy customers know others like them. Let's ask one for an introduction.",
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        // A manager lands on the figures: the way to one's own requests is the same for all.
        {
            isActive: ["desktop"],
            trigger: "button[data-menu-xmlid='crm_referral.crm_referral_menu_requests']",
            content: _t("All about asking is in here."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["desktop"],
            trigger: ".dropdown-item[data-menu-xmlid='crm_referral.crm_referral_menu_my']",
            content: _t("These are your own requests, step by step."),
            tooltipPosition: "right",
            run: "click",
        },
        {
            isActive: ["mobile"],
            trigger: ".o_control_panel button:contains(My Requests)",
            content: _t("These are your own requests, step by step."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_kanban_view .o-kanban-button-new",
            content: _t("Think of somebody for whom something has really got better, and begin."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='partner_id'] input",
            content: markup(
                _t(
                    "<b>Who is it?</b> Write a few letters and choose the customer: the first of six steps opens.",
                ),
            ),
            tooltipPosition: "bottom",
            run: "edit Lin Mei-Hua",
        },
        {
            isActive: ["auto"],
            trigger: ".o_m2o_dropdown_option_create a",
            run: "click",
        },
        {
            trigger: ".o_talk_track_copy",
            content: markup(
                _t(
                    "<b>This is what to say</b>, with the customer's name in it. Copy it if you like.",
                ),
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='benefit_ids'] .o_conversation_entry input",
            content: _t(
                "What have they got out of working with you? Note it in the customer's own words, best with a number.",
            ),
            tooltipPosition: "top",
            run: "edit Month-end takes two days",
        },
        {
            trigger: ".o_field_widget[name='benefit_ids'] .o_conversation_entry button.btn-primary",
            content: _t("Ask whether they see it the same way, and add it when they say yes."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:has(.alert[name^='complete']) .o_statusbar_buttons button[name='action_next_step']",
            content: _t("Nothing is missing any more: on to the next step!"),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".o_guided_step_done + .o_guided_step_current",
        },
    ],
});
