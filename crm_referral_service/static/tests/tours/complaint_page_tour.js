import { registry } from "@web/core/registry";
import { fitsOnScreen } from "@crm_referral_service/../tests/tours/complaint_tour_steps";

const tours = registry.category("web_tour.tours");

const reopen = (words) => [
    { trigger: "summary:contains(It is not solved)", run: "click" },
    { content: "the words are in sight", trigger: "button[value='reopen']", run: fitsOnScreen },
    {
        content: "what is not solved",
        trigger: "form:has(button[value='reopen']) textarea[name='words']",
        run: `edit ${words}`,
    },
    {
        trigger: "button[value='reopen']",
        run: "click",
        expectUnloadPage: true,
    },
    {
        content: "we take it up again",
        trigger: ".o_feedback_notice:contains(We take it up again)",
        run: fitsOnScreen,
    },
    {
        content: "there is nothing to reopen any more, and a deadline again",
        trigger:
            ".o_complaint_page:not(:has(button[value='reopen'])) .o_feedback_card:contains(You hear from us by)",
    },
];

tours.add("crm_service_page_reopen", {
    steps: () => [
        {
            content: "it has ended on our side",
            trigger: ".o_complaint_page h2:contains(ended it on our side)",
            run: fitsOnScreen,
        },
        ...reopen("It gurgles again"),
    ],
});

tours.add("crm_service_portal_reopen", {
    steps: () => [
        {
            content: "the complaints of the own company",
            trigger: "a[href='/my/complaints']:contains(Complaints)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "open it",
            trigger: "a[href^='/my/complaints/']",
            run: "click",
            expectUnloadPage: true,
        },
        ...reopen("It gurgles again"),
    ],
});
