import { _t } from "@web/core/l10n/translation";
import { makeContext } from "@web/core/context";
import { registry } from "@web/core/registry";

import {
    ConversationListField,
    conversationListField,
} from "@crm_referral/conversation_list/conversation_list";

/**
 * A many2many whose "Add" writes a new record at once, instead of asking which of the
 * existing ones to link. A `<create>` control with `from_library` in its context still
 * asks.
 */
export class Many2ManyCreateField extends ConversationListField {
    async onAdd({ context, editable } = {}) {
        const fullContext = makeContext([this.props.context, context]);
        if (fullContext.from_library) {
            return super.onAdd({ context, editable });
        }
        if (editable) {
            await this.list.leaveEditMode({ canAbandon: false });
            if (!this.list.editedRecord) {
                return this.addInLine({ context: fullContext, editable });
            }
            return;
        }
        return this._openRecord({ context: fullContext });
    }
}

export const many2ManyCreateField = {
    ...conversationListField,
    component: Many2ManyCreateField,
    displayName: _t("Relational table with new records first"),
    supportedTypes: ["many2many"],
};

registry.category("fields").add("many2many_create", many2ManyCreateField);
