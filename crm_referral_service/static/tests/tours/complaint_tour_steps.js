/** Steps that several tours of customer service share. */

export const next = {
    content: "press Next, in reach of the thumb",
    trigger: "[name='phone_buttons'] button[name='action_next_step']:enabled",
    run: "click",
};

export const finish = {
    content: "press Finish",
    trigger: "[name='phone_buttons'] button[name='action_finish']:enabled",
    run: "click",
};

export const choose = (name, label) => ({
    content: `${name}: ${label}`,
    trigger: `.o_field_widget[name='${name}'] label:contains(${label})`,
    run: "click",
});

/** On a phone a relation is chosen from a list of its own. */
export const pick = (name, label, scope = "") => [
    {
        content: `open the choices of ${name}`,
        trigger: `${scope} .o_field_widget[name='${name}'] input`.trim(),
        run: "click",
    },
    {
        content: `choose ${label}`,
        trigger: `.modal .o_kanban_record:contains(${label}), .modal .o_data_row .o_data_cell:contains(${label}), .dropdown-item:contains(${label})`,
        run: "click",
    },
    {
        content: `${label} is chosen`,
        trigger: `${scope} .o_field_widget[name='${name}'] input:value(${label})`.trim(),
    },
];

const cards = (field) => `.o_field_widget[name='${field}']`;

export const add = (field, words) => ({
    content: words,
    trigger: `${cards(field)} .o_conversation_entry button:contains(${words})`,
    run: "click",
});

export const saveDialog = [
    {
        content: "save it",
        trigger: ".modal .o_form_button_save",
        run: "click",
    },
    { content: "the form is closed", trigger: "body:not(:has(.modal))" },
    {
        content: "it is saved",
        trigger: ".o_form_status_indicator_buttons.invisible:not(:visible)",
    },
];

export const pressOn = (field, name, button) => ({
    content: `${button} of ${name}`,
    trigger: `${cards(field)} .o_kanban_record:contains(${name}) button[name='${button}']`,
    run: "click",
});

export const cardSays = (field, name, state) => ({
    content: `${name} is ${state}`,
    trigger: `${cards(field)} .o_kanban_record:contains(${name}) [name='state']:contains(${state})`,
});

/** What waits for somebody is behind the clock at the top. */
export const openActivity = (words) => [
    {
        content: "open the activities",
        trigger: ".o_menu_systray .o-mail-ActivityMenu-counter, .o_menu_systray i.fa-clock-o",
        run: "click",
    },
    {
        content: `there is: ${words}`,
        trigger: `.o-mail-ActivityGroup:contains(${words})`,
        run: "click",
    },
];

export const fitsOnScreen = () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
        throw new Error(`The page is ${scrollWidth} wide on a screen of ${clientWidth}`);
    }
};
