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
        {
            trigger: ".o_kanban_view .o-kanban-button-new",
            content: _t("Think of somebody for whom something has really got better, and begin."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='partner_id'] input",
            content: markup(_t("<b>Who is it?</b> Write a few letters, then choose the customer.")),
            tooltipPosition: "bottom",
            run: "edit Lin Mei-Hua",
        },
        {
            isActive: ["auto"],
            trigger: ".o_m2o_dropdown_option_create a",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:has([name='partner_id'] input:value(/./)) .o_statusbar_buttons button",
            content: _t("Start, and the first of six steps opens."),
            tooltipPosition: "bottom",
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
            isActive: ["desktop"],
            trigger: ".o_field_widget[name='benefit_ids'] a:contains(/./)",
            content: _t("What have they got out of working with you? Note the first thing."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            isActive: ["desktop"],
            trigger: ".o_field_widget[name='benefit_ids'] .o_selected_row [name='name'] input",
            content: _t("In the customer's own words, best with a number."),
            tooltipPosition: "top",
            run: "edit Month-end takes two days",
        },
        {
            isActive: ["desktop"],
            trigger:
                ".o_field_widget[name='benefit_ids'] .o_selected_row [name='confirmed_now'] input",
            content: _t("Ask whether they see it the same way. Tick it when they say yes."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:has(.alert-success[name='complete']) .o_statusbar_buttons button[name='action_next_step']",
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
