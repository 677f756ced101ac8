import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** A selection that can be changed on the card; it is saved with the form around it. */
export class ConversationChoice extends Component {
    static template = "crm_guided_conversation.ConversationChoice";
    static props = {
        ...standardFieldProps,
        label: { type: String, optional: true },
        isFixed: Boolean,
    };

    get field() {
        return this.props.record.fields[this.props.name];
    }

    get options() {
        return this.field.selection;
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        return this.options.find(([value]) => value === this.value)?.[1] || "";
    }

    onChange(ev) {
        return this.props.record.update({ [this.props.name]: ev.target.value });
    }
}

export const conversationChoice = {
    component: ConversationChoice,
    displayName: _t("Choice on a card"),
    supportedTypes: ["selection"],
    extractProps: ({ string }, { readonly }) => ({ label: string, isFixed: Boolean(readonly) }),
};

registry.category("fields").add("conversation_choice", conversationChoice);
