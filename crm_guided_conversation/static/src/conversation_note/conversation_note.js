import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useAutoresize } from "@web/core/utils/autoresize";
import { useInputField } from "@web/views/fields/input_field_hook";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, useRef } from "@odoo/owl";

/** A note that can be typed on the card; it is saved with the form around it. */
export class ConversationNote extends Component {
    static template = "crm_guided_conversation.ConversationNote";
    static props = {
        ...standardFieldProps,
        label: { type: String, optional: true },
        placeholder: { type: String, optional: true },
        isFixed: Boolean,
    };

    setup() {
        const ref = useRef("note");
        useInputField({ getValue: () => this.text, ref });
        useAutoresize(ref, { minimumHeight: 38 });
    }

    get text() {
        return this.props.record.data[this.props.name] || "";
    }

    get label() {
        return this.props.label || this.props.record.fields[this.props.name].string;
    }
}

export const conversationNote = {
    component: ConversationNote,
    displayName: _t("Note on a card"),
    supportedTypes: ["char", "text"],
    extractProps: ({ placeholder, string }, { readonly }) => ({
        label: string,
        placeholder,
        isFixed: Boolean(readonly),
    }),
};

registry.category("fields").add("conversation_note", conversationNote);
