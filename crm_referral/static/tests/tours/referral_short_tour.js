import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import {
    chooseMotive,
    clickButton,
    editField,
    enter,
    hasState,
    inStep,
    pressFor,
    withinClicks,
} from "@crm_referral/../tests/tours/referral_tour_steps";

/** From the icon of the app to the end, with one candidate whom an e-mail introduces. */
const way = (next, finish) => [
    {
        content: "the app says whom to ask, and begins with her",
        trigger: ".o_kanban_record:contains(Ann Archer) button[name='action_begin']",
        run: "click",
    },
    inStep("Benefits"),
    ...enter("benefit_ids", "name", "Month-end takes two days"),
    next,
    inStep("Profile"),
    editField("challenge", "Nine days for every month-end"),
    editField("improvement", "Two days and no overtime"),
    next,
    inStep("Personal Value"),
    chooseMotive("Helping somebody they like"),
    next,
    inStep("Suggest"),
    ...enter("candidate_ids", "name", "Wu Chih-Ming"),
    next,
    inStep("Introduce"),
    pressFor("Wu Chih-Ming", "action_agree_and_send"),
    {
        content: "send the draft",
        trigger: ".modal .o_mail_send, .modal button[name='action_send_mail']",
        run: "click",
    },
    {
        content: "the card says what became of it",
        trigger: ".o_kanban_record:contains(Wu Chih-Ming):contains(/E-mail/):contains(/customer/)",
    },
    hasState("Wu Chih-Ming", "Agreed"),
    next,
    inStep("Follow Through"),
    pressFor("Wu Chih-Ming", "action_introduce"),
    hasState("Wu Chih-Ming", "Introduced"),
    pressFor("Wu Chih-Ming", "action_convert_here"),
    hasState("Wu Chih-Ming", "Converted"),
    finish,
    clickButton("action_told", ".modal"),
    {
        content: "the request ended well",
        trigger: ".o_form_view:has(.o_guided_step_ended) [name='outcome']:contains(Introduced)",
    },
];

const clickBelow = (name) => clickButton(name, "[name='phone_buttons']");
const app = {
    content: "the icon of the app",
    trigger: ".o_app[data-menu-xmlid='crm_referral.crm_referral_menu_root']",
    run: "click",
};

registry.category("web_tour.tours").add("crm_referral_short", {
    url: "/odoo",
    steps: () =>
        withinClicks(15, [
            stepUtils.showAppsMenuItem(),
            app,
            ...way(clickButton("action_next_step"), clickButton("action_finish")),
        ]),
});

registry.category("web_tour.tours").add("crm_referral_short_phone", {
    url: "/odoo",
    steps: () =>
        withinClicks(16, [
            ...stepUtils.toggleHomeMenu(),
            app,
            ...way(clickBelow("action_next_step"), clickBelow("action_finish")),
        ]),
});
