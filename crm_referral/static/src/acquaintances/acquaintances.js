import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useState } from "@odoo/owl";

const MODEL = "crm.referral.acquaintance";

/** Whom the customer may know, each with the reason, to be taken or dismissed. */
export class Acquaintances extends Component {
    static template = "crm_referral.Acquaintances";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ found: null, isBusy: false });
        // Looked for anew whenever a candidate comes or goes.
        useRecordObserver((record) => this.load(record.resId, record.data.candidate_ids?.count));
    }

    get isEmpty() {
        const { people, positions, busy, dismissed } = this.state.found;
        return !people.length && !positions.length && !busy && !dismissed;
    }

    get busyText() {
        const { busy } = this.state.found;
        return busy === 1
            ? _t(
                  "A colleague is already working on somebody they may know. Ask your sales manager before you name others.",
              )
            : _t(
                  "Colleagues are already working on %s leads of people they may know. Ask your sales manager before you name others.",
                  busy,
              );
    }

    takeLabel(person) {
        return _t("Take: %s", person.name);
    }

    dismissLabel(person) {
        return _t("Not this one: %s", person.name);
    }

    async load(resId) {
        const found = resId
            ? await this.keepLast.add(this.orm.call(MODEL, "get_suggestions", [resId]))
            : null;
        Object.assign(this.state, { found, isBusy: false });
    }

    take(person) {
        return this.call("take", [person.kind, person.id]);
    }

    takePosition(position) {
        return this.call("take_position", [position.function]);
    }

    dismiss(person) {
        return this.call("dismiss", [person.kind, person.id]);
    }

    restore() {
        return this.call("restore", []);
    }

    /** One click counts once; what is typed elsewhere in the form is saved before. */
    async call(method, args) {
        const { record } = this.props;
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true; // until it is looked for anew
        let isDone = false;
        try {
            if (await record.save()) {
                await this.orm.call(MODEL, method, [record.resId, ...args]);
                isDone = true;
                await record.load();
            }
        } finally {
            this.state.isBusy = isDone;
        }
    }
}

registry.category("view_widgets").add("referral_acquaintances", { component: Acquaintances });
