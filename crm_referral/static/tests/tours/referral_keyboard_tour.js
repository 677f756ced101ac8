import { registry } from "@web/core/registry";
import { edit, getFocusableElements, isVisible, press } from "@odoo/hoot-dom";
import { inStep } from "@crm_referral/../tests/tours/referral_tour_steps";

/**
 * Put the focus where Tab leads to; fails when no Tab does. The Tab of hoot stops at the
 * hidden buttons that a browser passes over.
 */
function tabTo(selector) {
    const element = getFocusableElements({ tabbable: true }).find(
        (el) => el.matches(selector) && isVisible(el),
    );
    if (!element) {
        throw new Error(`No Tab leads to ${selector}`);
    }
    element.focus();
}

const type = (selector, text) => ({
    content: `go to ${selector} and type`,
    trigger: selector,
    async run() {
        tabTo(selector);
        await edit(text);
    },
});

const pressAt = (selector, ...keys) => ({
    content: `go to ${selector} and press ${keys.join(" ")}`,
    trigger: selector,
    async run() {
        tabTo(selector);
        for (const key of keys) {
            await press(key);
        }
    },
});

const next = {
    content: "the hotkey of Next",
    trigger: ".o_statusbar_buttons button[name='action_next_step']:enabled",
    run: "press alt+q",
};

registry.category("web_tour.tours").add("crm_referral_keyboard", {
    url: "/odoo/my-referrals",
    steps: () => [
        {
            content: "go from the search to the first card",
            trigger: ".o_kanban_view:has(.o_kanban_record) .o_searchview_input:focus",
            run: "press ArrowDown",
        },
        {
            content: "open it",
            trigger: ".o_kanban_record:contains(Ann Archer):focus",
            run: "press Enter",
        },
        inStep("Benefits"),
        next,
        inStep("Profile"),
        type(".o_field_widget[name='challenge'] textarea", "Nine days for every month-end"),
        type(".o_field_widget[name='improvement'] textarea", "Two days and no overtime"),
        next,
        inStep("Personal Value"),
        type(".o_field_widget[name='motive_ids'] input", "Returning"),
        {
            content: "take the motive that was found",
            trigger: ".o-autocomplete--dropdown-item a:contains(Returning a favour)",
            run: "press Enter",
        },
        {
            content: "it is chosen",
            trigger: ".o_field_widget[name='motive_ids'] .o_tag:contains(Returning a favour)",
        },
        next,
        inStep("Suggest"),
        pressAt(".o_field_widget[name='candidate_ids'] .o_field_x2many_list_row_add a", "Enter"),
        {
            content: "type the name where the focus is",
            trigger: ".o_selected_row [name='name'] input:focus",
            async run() {
                await edit("Wu Chih-Ming");
            },
        },
        next,
        inStep("Introduce"),
        {
            // Enter would edit the row; hoot does not know that Space presses a button.
            content: "Space on the button: the customer agrees",
            trigger: ".o_data_row button[name='action_agree']",
            async run() {
                tabTo(".o_data_row button[name='action_agree']");
                await press(" ");
                document.activeElement.click();
            },
        },
        {
            content: "the customer agrees",
            trigger: ".o_data_row [name='state']:contains(Agreed)",
        },
        next,
        inStep("Follow Through"),
        pressAt(".o_guided_step_current button", "ArrowLeft", "Enter"),
        inStep("Introduce"),
    ],
});
