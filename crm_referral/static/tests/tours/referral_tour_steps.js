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
    trigger: ".alert-success[name='complete']",
};

export const editField = (name, value) => ({
    content: `note ${name}`,
    trigger: `.o_field_widget[name='${name}'] :is(input, textarea)`,
    run: `edit ${value}`,
});

export const clickButton = (name, scope = ".o_statusbar_buttons") => ({
    content: `press ${name}`,
    trigger: `${scope} button[name='${name}']`,
    run: "click",
});

export const next = clickButton("action_next_step");
