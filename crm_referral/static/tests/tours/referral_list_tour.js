import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { clickButton, editField } from "@crm_referral/../tests/tours/referral_tour_steps";

const { DateTime } = luxon;
const nextWeek = DateTime.now().plus({ days: 7 }).toFormat("MM/dd/yyyy");

const press = (name, button) => ({
    content: `${button} for ${name}`,
    trigger: `.o_kanban_record:contains(${name}) button[name='${button}']`,
    run: "click",
});
const isGone = (name) => ({
    content: `${name} has left the list`,
    trigger: `.o_kanban_view:not(:has(.o_kanban_record:contains(${name})))`,
});
const fitsTheScreen = {
    content: "nothing stands out of the screen",
    trigger: ".o_kanban_view .o_kanban_record",
    run() {
        for (const button of document.querySelectorAll(".o_kanban_record footer button")) {
            const { left, right } = button.getBoundingClientRect();
            if (left < 0 || right > window.innerWidth) {
                throw new Error(`${button.textContent} is at ${left} to ${right}`);
            }
        }
    },
};

registry.category("web_tour.tours").add("crm_referral_list_phone", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.toggleHomeMenu(),
        {
            content: "the icon of the app",
            trigger: ".o_app[data-menu-xmlid='crm_referral.crm_referral_menu_root']",
            run: "click",
        },
        {
            content: "the list says what was confirmed last",
            trigger: ".o_kanban_record:contains(Ann Archer):contains(seven days saved)",
        },
        fitsTheScreen,
        press("Ann Archer", "action_open_put_off"),
        editField("put_off_until", nextWeek, ".modal"),
        clickButton("action_put_off", ".modal"),
        isGone("Ann Archer"),
        press("Carl Carter", "action_open_dismiss"),
        editField("dismiss_reason", "Moving house", ".modal"),
        clickButton("action_dismiss", ".modal"),
        isGone("Carl Carter"),
        {
            content: "nobody is left, and the screen says what to do",
            trigger: ".o_view_nocontent:contains(Nobody to ask right now)",
        },
        {
            content: "the requests are one tap away",
            trigger: ".o_control_panel button:contains(My Requests)",
            run: "click",
        },
        {
            content: "the board",
            trigger: ".o_kanban_view .o_kanban_group",
        },
    ],
});
