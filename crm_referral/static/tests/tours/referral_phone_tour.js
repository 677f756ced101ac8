import { registry } from "@web/core/registry";
import {
    card,
    chooseMotive,
    editField,
    enter,
    hasState,
    inStep,
    isComplete,
    pressFor,
    says,
} from "@crm_referral/../tests/tours/referral_tour_steps";

const next = {
    content: "press Next, in reach of the thumb",
    trigger: "[name='phone_buttons'] button[name='action_next_step']:enabled",
    run: "click",
};

const isInSight = (selector) => ({
    content: `${selector} is on the screen`,
    trigger: selector,
    run() {
        const { top, bottom } = this.anchor.getBoundingClientRect();
        if (top < 0 || bottom > window.innerHeight) {
            throw new Error(`${selector} is at ${top} to ${bottom}`);
        }
    },
});

registry.category("web_tour.tours").add("crm_referral_phone", {
    url: "/odoo/my-referrals",
    steps: () => [
        {
            content: "open the request",
            trigger: ".o_kanban_record:contains(Ann Archer)",
            run: "click",
        },
        inStep("Benefits"),
        says("Hello Ann Archer"),
        ...enter("benefit_ids", "name", "Month-end takes two days"),
        isComplete,
        next,
        inStep("Profile"),
        isInSight(".o_guided_stepper_summary"),
        isInSight(".o_talk_track summary"),
        editField("challenge", "Nine days for every month-end"),
        editField("improvement", "Two days and no overtime"),
        next,
        inStep("Personal Value"),
        chooseMotive("Returning a favour"),
        isComplete,
        next,
        inStep("Suggest"),
        ...enter("candidate_ids", "name", "Wu Chih-Ming"),
        ...enter("candidate_ids", "function", "Head of a school"),
        isComplete,
        next,
        inStep("Introduce"),
        {
            content: "she will call him",
            trigger: `${card("Wu Chih-Ming")} [name='introduction_channel'] select`,
            run: "selectByLabel Phone",
        },
        pressFor("Wu Chih-Ming", "action_agree"),
        hasState("Wu Chih-Ming", "Agreed"),
        {
            content: "a call can be planned",
            trigger: `${card("Wu Chih-Ming")} button[name='action_schedule_introduction']`,
        },
        pressFor("Head of a school", "action_decline"),
        hasState("Head of a school", "Declined"),
        isComplete,
        next,
        inStep("Follow Through"),
        pressFor("Wu Chih-Ming", "action_introduce"),
        hasState("Wu Chih-Ming", "Introduced"),
    ],
});
