import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * How often customers had to ask before a notice and after it: two bars of one scale. A bar
 * opens the contacts that it counts.
 */
export class BeforeAfter extends Component {
    static template = "crm_referral_service.BeforeAfter";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get comparison() {
        return this.props.record.data[this.props.name] || {};
    }

    get bars() {
        const bars = this.comparison.bars || [];
        const longest = Math.max(...bars.map(({ value }) => value), 0);
        return bars.map((bar) => ({
            ...bar,
            style: `width: ${longest ? ((100 * bar.value) / longest).toFixed(1) : 0}%`,
            counted: bar.base
                ? _t("%(count)s contacts, %(base)s %(denominator)s", {
                      ...bar,
                      denominator: this.comparison.denominator,
                  })
                : _t("%(count)s contacts", bar),
        }));
    }

    get title() {
        const { denominator } = this.comparison;
        return denominator
            ? _t("Contacts per 100 %(denominator)s", { denominator })
            : _t("Contacts in as many days");
    }

    async open(code) {
        const action = await this.orm.call("crm.service.notice", "action_open_contacts", [
            [this.props.record.resId],
            code,
        ]);
        return this.action.doAction(action);
    }
}

registry.category("fields").add("service_before_after", {
    component: BeforeAfter,
    supportedTypes: ["json"],
});
