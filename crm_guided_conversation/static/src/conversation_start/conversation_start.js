import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { computeM2OProps, Many2One } from "@web/views/fields/many2one/many2one";
import {
    buildM2OFieldDescription,
    extractM2OFieldProps,
    Many2OneField,
} from "@web/views/fields/many2one/many2one_field";

import { useChildSubEnv } from "@odoo/owl";

/** Suggestions while typing, on a phone as well: a list of everybody takes too long. */
class TypedMany2One extends Many2One {
    setup() {
        super.setup();
        useChildSubEnv({ isSmall: false });
    }
}

/**
 * With whom the conversation is. Choosing somebody in a new record starts it, unless the
 * field named by the option `unless` says what speaks against it.
 */
export class ConversationStartField extends Many2OneField {
    static components = { Many2One: TypedMany2One };
    static props = { ...Many2OneField.props, unless: { type: String, optional: true } };

    get m2oProps() {
        const { name, record, unless } = this.props;
        return {
            ...computeM2OProps(this.props),
            update: async (value, options) => {
                await record.update({ [name]: value }, options);
                if (record.isNew && value && !record.data[unless]) {
                    await record.save();
                }
            },
        };
    }
}

export const conversationStartField = {
    ...buildM2OFieldDescription(ConversationStartField),
    displayName: _t("Starts a conversation"),
    extractProps: (staticInfo, dynamicInfo) => ({
        ...extractM2OFieldProps(staticInfo, dynamicInfo),
        unless: staticInfo.options.unless,
    }),
};

registry.category("fields").add("conversation_start", conversationStartField);
