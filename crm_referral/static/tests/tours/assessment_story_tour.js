import { registry } from "@web/core/registry";
import { clickButton, editField } from "@crm_referral/../tests/tours/referral_tour_steps";

const row = (number) => `.o_assessment_row:eq(${number})`;

/** Answer the first items; `null` leaves one out. */
const answer = (labels) =>
    labels.flatMap((label, number) =>
        label
            ? [
                  {
                      content: `${label}, to item ${number + 1}`,
                      trigger: `${row(number)} .o_assessment_buttons .btn:contains(/^${label}$/)`,
                      run: "click",
                  },
                  { trigger: `${row(number)} .btn.active:contains(/^${label}$/)` },
              ]
            : [],
    );

/** Five letters of four items, the fourth of which is turned round. */
const answerPride = (...letters) =>
    answer(letters.flatMap(([label, reversed]) => [label, label, label, reversed]));

const BEST = ["Fully", "Not at all"];
const GOOD = ["Mostly", "Hardly"];
const POOR = ["Hardly", "Mostly"];

const sign = [
    clickButton("action_done"),
    {
        content: "what is signed stays, so the form asks once more",
        trigger: ".modal:contains(cannot be changed any more) .modal-footer .btn-primary",
        run: "click",
    },
    { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)" },
];

const goBack = { content: "go back", trigger: ".o_back_button a", run: "click" };
const says = (words) => ({
    content: `the form says: ${words}`,
    trigger: `.alert:contains(${words})`,
});
const absent = (selector, why) => ({
    content: why,
    trigger: `.o_form_view:not(:has(${selector}))`,
});

registry.category("web_tour.tours").add("crm_referral_pride_start", {
    url: "/odoo/action-base.action_partner_form/new",
    steps: () => [
        editField("name", "Lin Mei-Hua"),
        editField("email", "meihua@example.com"),
        {
            content: "she speaks Chinese",
            trigger: ".o_field_widget[name='lang'] input, .o_field_widget[name='lang'] select",
            run: "click",
        },
        { trigger: ".o_select_menu_item:contains(繁體中文)", run: "click" },
        {
            content: "a round is prepared, and nobody is asked by that",
            trigger: "button[name='action_start_pride_round']",
            run: "click",
        },
        says("Nobody has been asked yet"),
        clickButton("action_send"),
        {
            content: "what goes to whom, and the mail itself",
            trigger: ".modal:contains(meihua@example.com) [name='body']:contains(Lin Mei-Hua)",
        },
        {
            trigger: ".modal .modal-footer button[name='action_send']",
            run: "click",
        },
        says("The customer: Asked · The person who serves: Asked · The manager: Asked"),
        says("The mail to the customer is on its way"),
        { trigger: ".o_field_widget[name='partner_id']:contains(Lin Mei-Hua)" },
        { trigger: ".o-mail-Message:contains(Lin Mei-Hua)" },
        absent(".o_assessment_result", "there is no result yet"),
        clickButton("action_answer"),
        { trigger: `${row(0)}:contains(I can tell this customer)` },
        ...answerPride(GOOD, BEST, BEST, GOOD, POOR),
        {
            content: "pressure from outside: is it in our control?",
            trigger: `${row(16)} .o_assessment_follow_up .btn:contains(Outside our control)`,
            run: "click",
        },
        ...sign,
        goBack,
        says("The customer: Asked · The person who serves: Done · The manager: Asked"),
        absent("button[name='action_answer']", "nothing more is asked of the user"),
        absent(".o_assessment_result", "the customer is waited for"),
    ],
});

function assertReadableOnThePhone() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
        throw new Error(`The page is ${scrollWidth} wide on a screen of ${clientWidth}`);
    }
    if (window.innerWidth > 400) {
        throw new Error("This is no phone");
    }
    for (const text of document.querySelectorAll("h1, legend, .o_feedback_send")) {
        const words = text.textContent.trim();
        if (!/[\u4e00-\u9fff]/.test(words)) {
            throw new Error(`Not Chinese: ${words}`);
        }
    }
}

const choose = (question, choice) => ({
    trigger: `.o_feedback_question:eq(${question}) .o_feedback_choice:eq(${choice})`,
    run: "click",
});

registry.category("web_tour.tours").add("crm_referral_pride_customer", {
    steps: () => [
        {
            content: "the page is Chinese, and fits the phone",
            trigger: "html[lang=zh-TW] .o_feedback_question:eq(21)",
            run: assertReadableOnThePhone,
        },
        // Process is poor, the other letters are good; the fourth item is turned round.
        ...[0, 1, 2, 3, 4].flatMap((letter) => {
            const [good, bad] = letter ? [3, 1] : [1, 4];
            return [0, 1, 2, 3].map((item) => choose(letter * 4 + item, item < 3 ? good : bad));
        }),
        {
            content: "seven of ten",
            trigger: ".o_feedback_rating .o_feedback_choice:contains(/^7$/)",
            run: "click",
        },
        { trigger: "[data-kind=text] textarea", run: "edit 常常要我打電話來問進度。" },
        { trigger: ".o_feedback_answered:contains(/^2[12]$/)" },
        { trigger: ".o_feedback_send", run: "click", expectUnloadPage: true },
        {
            content: "thanks, and nothing more to fill in",
            trigger: ".o_feedback_closed h1:contains(/謝/)",
            run: assertReadableOnThePhone,
        },
        { trigger: "body:not(:has(form))" },
    ],
});

registry.category("web_tour.tours").add("crm_referral_pride_result", {
    url: "/odoo/action-base.action_partner_form",
    steps: () => [
        {
            content: "open the customer",
            trigger: ".o_data_row:contains(Lin Mei-Hua) .o_data_cell[name='complete_name']",
            run: "click",
        },
        {
            content: "score and stage are on the customer",
            trigger: "button[name='action_view_pride_rounds']:contains(64):contains(Satisfied)",
            run: "click",
        },
        { trigger: ".o_data_row:contains(Lin Mei-Hua) .o_data_cell:first", run: "click" },
        { content: "the radar", trigger: ".o_assessment_radar canvas[aria-label]" },
        {
            content: "Process is weak, as the customer sees it",
            trigger: ".o_assessment_letter:eq(0):contains(Process):contains(Weak):contains(n=4)",
        },
        { trigger: ".o_assessment_letter:eq(1):contains(Roles):not(:contains(Weak))" },
        {
            content: "and the others see it far better",
            trigger:
                ".o_assessment_gaps li:contains(The manager sees Process 81 points better than the customer.)",
        },
        says("nobody has decided yet"),
        {
            content: "what the customer wrote is evidence",
            trigger: ".o_notebook_headers a:contains(Evidence)",
            run: "click",
        },
        { trigger: ".o_field_widget[name='evidence_line_ids']:contains(常常要我打電話來問進度。)" },
        {
            content: "a weak letter opens as an action",
            trigger: ".o_assessment_letter:eq(0) .btn:contains(Decide)",
            run: "click",
        },
        editField("name", "Call before she has to", ".modal"),
        editField("deadline", "01/01/2030", ".modal"),
        editField("cause", "Nobody tells the customer when a date moves", ".modal"),
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "this letter has its decision, and so has the round",
            trigger: ".o_assessment_letter:eq(0):not(:has(.btn))",
        },
        absent(".alert-warning:visible", "nothing waits for a decision any more"),
        { trigger: ".o_notebook_headers a:contains(Actions)", run: "click" },
        { trigger: ".o_field_widget[name='action_ids']:contains(Call before she has to)" },
    ],
});

const openMine = (name, filter) => ({
    content: `open what is about ${name}`,
    trigger: `.o_data_row:contains(${name}) .o_data_cell:eq(1)`,
    run: "click",
});

registry.category("web_tour.tours").add("crm_referral_be_sure_agent", {
    url: "/odoo/be-sure/new",
    steps: () => [
        {
            content: "which conversation?",
            trigger: ".o_field_widget[name='partner_id'] input",
            run: "edit Clinic Riverside",
        },
        { trigger: ".dropdown-item:contains(Clinic Riverside)", run: "click" },
        {
            content: "the leader of the team reviews",
            trigger:
                "[name='manager_id']:contains(Leader), [name='manager_id'] input:value(Leader)",
        },
        clickButton("action_start"),
        ...answer(Array(11).fill("Yes")),
        ...answer([...Array(11).fill(null), "No"]),
        {
            content: "a no asks what stood in the way",
            trigger: ".o_assessment_cause .btn:contains(Organization)",
            run: "click",
        },
        { trigger: ".o_assessment_cause select", run: "selectByLabel R · Roles" },
        ...sign,
    ],
});

registry.category("web_tour.tours").add("crm_referral_be_sure_reviewer", {
    url: "/odoo/be-sure",
    steps: () => [
        openMine("Clinic Riverside"),
        says("The agent: Done · The reviewer: Asked"),
        absent(".o_assessment_result", "blind: the agent's answers are not shown"),
        clickButton("action_answer"),
        ...answer(["Yes", "Yes", "Partly", "Partly", ...Array(8).fill("Yes")]),
        ...sign,
    ],
});

const seesTheGap = [
    {
        content: "both views side by side",
        trigger: ".o_assessment_letter:eq(1):contains(Eager):contains(100):contains(50)",
    },
    {
        content: "and the gap in words",
        trigger:
            ".o_assessment_gaps li:contains(The agent sees Eager to Help 50 points better than the reviewer.)",
    },
];

registry.category("web_tour.tours").add("crm_referral_be_sure_dispute", {
    url: "/odoo/be-sure",
    steps: () => [
        {
            content: "nobody else's checklist is in the list",
            trigger: ".o_list_view:not(:has(.o_data_row:eq(1)))",
        },
        openMine("Clinic Riverside"),
        ...seesTheGap,
        absent("button[name='action_cancel']:visible", "what is signed stays"),
        clickButton("action_open_dispute"),
        editField("reason", "I offered help twice, in writing", ".modal"),
        { trigger: ".modal button[name='action_apply']:contains(Dispute)", run: "click" },
        says("I offered help twice, in writing"),
        absent(
            ".o_statusbar_buttons :is([name='action_open_dispute'], [name='action_acknowledge'])",
            "a review is disputed once, and not settled by the agent",
        ),
    ],
});

registry.category("web_tour.tours").add("crm_referral_be_sure_settle", {
    url: "/odoo/be-sure",
    steps: () => [
        openMine("Clinic Riverside"),
        says("I offered help twice, in writing"),
        ...seesTheGap,
        clickButton("action_open_dispute"),
        { trigger: ".modal [name='dispute_reason']:contains(I offered help twice)" },
        {
            trigger: ".modal .o_radio_item:contains(view counts) input",
            run: "check",
        },
        { trigger: ".modal .o_radio_item:contains(view counts) input:checked" },
        editField("reason", "Both letters are there", ".modal"),
        { trigger: ".modal button[name='action_apply']:contains(Settle)", run: "click" },
        { trigger: ".o_field_widget[name='settlement']:contains(The agent's view counts)" },
        { trigger: ".o_field_widget[name='settlement_reason']:contains(Both letters are there)" },
        absent("button[name='action_open_dispute']", "it is settled"),
    ],
});

registry.category("web_tour.tours").add("crm_referral_assessment_figures", {
    url: "/odoo/loyalty-heat-map",
    steps: () => [
        {
            content: "the weakest customer comes first",
            trigger: ".o_assessment_heat_map tbody tr:eq(0):contains(Clinic Riverside)",
        },
        { trigger: ".o_assessment_heat_map tbody tr:eq(1):contains(Bakery Seaside)" },
        {
            content: "a cell opens what is behind it",
            trigger: ".o_assessment_heat_map tbody tr:eq(0) .o_heat_cell:eq(0):contains(/^0 n=1$/)",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Process)" },
        { trigger: ".o_list_view:not(:has(.o_data_row:eq(1)))" },
        goBack,
        {
            content: "the reports have the scorecards too",
            trigger: "button[data-menu-xmlid='crm_referral.crm_referral_report_menu']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='crm_referral.crm_assessment_scorecard_menu']",
            run: "click",
        },
        {
            content: "every figure with its n, and no ranking of two checklists",
            trigger:
                ".o_assessment_scorecard tr:contains(Rep):contains(n=2):contains(too few to compare)",
        },
        { content: "month by month", trigger: ".o_assessment_agent:contains(Own view)" },
    ],
});

registry.category("web_tour.tours").add("crm_referral_be_sure_outsider", {
    url: "/odoo/be-sure",
    steps: () => [
        {
            content: "an agent sees no checklist of a colleague",
            trigger: ".o_view_nocontent, .o_list_view:not(:has(.o_data_row))",
        },
        {
            trigger: "button[data-menu-xmlid='crm_referral.crm_referral_report_menu']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='crm_referral.crm_assessment_scorecard_menu']",
            run: "click",
        },
        { trigger: ".o_assessment_scorecard:not(:contains(Rep))" },
        {
            trigger:
                ".o_main_navbar:not(:has([data-menu-xmlid='crm_referral.crm_referral_menu_configuration']))",
        },
    ],
});
