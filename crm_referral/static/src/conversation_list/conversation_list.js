import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";

/**
 * A list that may appear while a dialog is closing, as when a step was skipped.
 *
 * A dialog goes away only after the form behind it was reloaded, and the list takes that
 * dialog for the place where the user is: it would never move the focus into a new row.
 * Whoever clicks in the list is in the list.
 */
export class ConversationListRenderer extends ListRenderer {
    add(params) {
        this.activeElement = this.uiService.activeElement;
        return super.add(params);
    }

    onCellClicked(...args) {
        this.activeElement = this.uiService.activeElement;
        return super.onCellClicked(...args);
    }
}

export class ConversationListField extends X2ManyField {
    static components = { ...X2ManyField.components, ListRenderer: ConversationListRenderer };
}

export const conversationListField = {
    ...x2ManyField,
    component: ConversationListField,
    displayName: _t("Relational table of a conversation"),
};

registry.category("fields").add("conversation_list", conversationListField);
