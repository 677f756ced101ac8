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
        {
            content: "the cursor is in the first field",
            trigger: ".o_field_widget[name='challenge'] textarea:focus",
        },
        type(".o_field_widget[name='challenge'] textarea", "Nine days for every month-end"),
        type(".o_field_widget[name='improvement'] textarea", "Two days and no overtime"),
        next,
        inStep("Personal Value"),
        {
            content: "the cursor is at the first motive: Space takes it",
            trigger: ".o_field_widget[name='motive_ids'] input:first",
            async run() {
                tabTo(".o_field_widget[name='motive_ids'] input");
                await press(" ");
            },
        },
        {
            content: "it is chosen",
            trigger: ".o_field_widget[name='motive_ids'] input:checked",
        },
        next,
        inStep("Suggest"),
        {
            content: "type the name where the focus is; Next takes it along",
            trigger: ".o_conversation_entry input[name='name']:focus",
            async run() {
                await edit("Wu Chih-Ming");
            },
        },
        next,
        inStep("Introduce"),
        {
            // Enter would open the card; hoot does not know that Space presses a button.
            content: "Space on the button: the customer agrees",
            trigger: ".o_kanban_record button[name='action_agree']",
            async run() {
                tabTo(".o_kanban_record button[name='action_agree']");
                await press(" ");
                document.activeElement.click();
            },
        },
        {
            content: "the customer agrees",
            trigger: ".o_kanban_record [name='state']:contains(Agreed)",
        },
        next,
        inStep("Follow Through"),
        pressAt(".o_guided_step_current button", "ArrowLeft", "Enter"),
        inStep("Introduce"),
    ],
});
