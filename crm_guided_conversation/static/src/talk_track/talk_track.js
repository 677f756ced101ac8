import { CopyButton } from "@web/core/copy_button/copy_button";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

/** The words to say, large enough to be read while talking. */
export class TalkTrack extends Component {
    static template = "crm_guided_conversation.TalkTrack";
    static components = { CopyButton };
    static props = {
        ...standardFieldProps,
        title: { type: String, optional: true },
    };

    setup() {
        this.copyText = _t("Copy");
        this.successText = _t("Copied");
    }

    get text() {
        return (this.props.record.data[this.props.name] || "").trim();
    }

    get paragraphs() {
        return this.text.split(/\n\s*\n/);
    }
}

export const talkTrack = {
    component: TalkTrack,
    displayName: _t("Talk-track"),
    supportedTypes: ["text"],
    extractProps: ({ string }) => ({ title: string }),
};

registry.category("fields").add("talk_track", talkTrack);
