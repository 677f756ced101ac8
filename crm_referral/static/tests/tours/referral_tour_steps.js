/**
 * Steps that several tours share. A `content` says what the user does; a trigger waits for
 * the state that the user would wait for.
 */

/** The user is in the given step of the request, which is loaded and saved. */
export function inStep(name) {
    return {
        content: `the request is in the step ${name}`,
        trigger: `.o_guided_step_current button[aria-current='step']:contains(${name})`,
    };
}

/** The talk-track has these words. */
export function says(words) {
    return {
        content: `the words to say have: ${words}`,
        trigger: `.o_talk_track:contains(${words})`,
    };
}

/** The form says that something of this kind is missing. */
export function isMissing(words) {
    return {
        content: `still missing: ${words}`,
        trigger: `.o_field_widget[name='missing_requirements']:contains(${words})`,
    };
}

export const isComplete = {
    content: "nothing is missing in this step",
    trigger: ".alert[name^='complete']",
};

export const editField = (name, value, scope = "") => ({
    content: `note ${name}`,
    trigger: `${scope} .o_field_widget[name='${name}'] :is(input, textarea)`.trim(),
    run: `edit ${value}`,
});

const inputIn = (field, name) =>
    `.o_field_widget[name='${field}'] .o_conversation_entry input[name='${name}']`;

/** Type in the line below the cards, and Enter. */
export const enter = (field, name, value) => [
    {
        content: `type ${value}`,
        trigger: inputIn(field, name),
        async run(helpers) {
            await helpers.edit(value);
            await helpers.press("Enter");
        },
    },
    {
        content: `${value} is there and saved, and the line is free`,
        trigger: `.o_form_view:has(.o_form_status_indicator_buttons.invisible) .o_field_widget[name='${field}']:has(.o_kanban_record:contains(${value})) .o_conversation_entry input[name='${name}']:not(:value(/./))`,
    },
];

export const card = (name) =>
    `.o_field_widget[name='candidate_ids'] .o_kanban_record:contains(${name})`;

export const pressFor = (name, button) => ({
    content: `${button} for ${name}`,
    trigger: `${card(name)} button[name='${button}']`,
    run: "click",
});

export const hasState = (name, state) => ({
    content: `${name} is ${state}`,
    trigger: `${card(name)} [name='state']:contains(${state})`,
});

export const chooseMotive = (name) => ({
    content: `choose ${name}`,
    trigger: `.o_field_widget[name='motive_ids'] label:contains(${name})`,
    run: "click",
});

/** These steps, and a last one that fails when they took more clicks. */
export function withinClicks(limit, steps) {
    let clicks = 0;
    return [
        ...steps.map((step) =>
            step.run === "click"
                ? {
                      ...step,
                      async run(helpers) {
                          clicks++;
                          await helpers.click();
                      },
                  }
                : step,
        ),
        {
            content: `not more than ${limit} clicks`,
            trigger: "body",
            run() {
                if (clicks > limit) {
                    throw new Error(`${clicks} clicks, and ${limit} should do`);
                }
            },
        },
    ];
}

export const clickButton = (name, scope = ".o_statusbar_buttons") => ({
    content: `press ${name}`,
    trigger: `${scope} button[name='${name}']`,
    run: "click",
});

export const next = clickButton("action_next_step");

/** The server says no, and why. */
export const isRefused = (words) => [
    {
        content: `refused: ${words}`,
        trigger: `.modal:contains(${words})`,
    },
    {
        content: "close the message",
        trigger: ".modal footer button.btn-primary",
        run: "click",
    },
    {
        content: "the message is gone",
        trigger: "body:not(:has(.modal))",
    },
];

export const openMenu = (section, item) => [
    {
        content: `open ${section}`,
        trigger: `button[data-menu-xmlid='crm_referral.${section}']`,
        run: "click",
    },
    {
        content: `choose ${item}`,
        trigger: `.dropdown-item[data-menu-xmlid='crm_referral.${item}']`,
        run: "click",
    },
];
