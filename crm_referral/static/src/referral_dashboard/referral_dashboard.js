import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import {
    formatFloat,
    formatInteger,
    formatMonetary,
    formatPercentage,
} from "@web/views/fields/formatters";

const TREND_WIDTH = 120;
const TREND_HEIGHT = 32;

/**
 * What a manager looks at first: a few figures with their trend, where the open requests
 * are, what needs a hand, and who refers best. Everything opens its records.
 */
export class ReferralDashboard extends Component {
    static template = "crm_referral.ReferralDashboard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.display = { controlPanel: {} };
        this.state = useState({ data: null });
        onWillStart(() => this.load());
    }

    get biggestStep() {
        return Math.max(1, ...this.state.data.steps.map((step) => step.count));
    }

    get isEmpty() {
        const { figures, steps } = this.state.data;
        return (
            figures.every((figure) => !figure.value && figure.trend.every((value) => !value)) &&
            steps.every((step) => !step.count)
        );
    }

    async load(days) {
        const params = days ? [days] : [];
        this.state.data = await this.keepLast.add(
            this.orm.call("crm.referral.dashboard", "get_dashboard", params),
        );
    }

    format(value, format) {
        if (value === false || value === null || value === undefined) {
            return "–";
        }
        switch (format) {
            case "percentage":
                return formatPercentage(value, { digits: [16, 1] });
            case "monetary":
                return formatMonetary(value, {
                    currencyId: this.state.data.currency_id,
                    digits: [16, 0],
                });
            default:
                return formatInteger(value);
        }
    }

    /** Of how much the rate is: a rate without its n says little. */
    formatBase(figure) {
        return _t("of %s", this.format(figure.base, figure.base_format));
    }

    /**
     * The change against the period before: percentage points for a rate, else per cent.
     */
    getChange(figure) {
        const { value, previous } = figure;
        if (!previous || value === null) {
            return null;
        }
        const change = figure.format === "percentage" ? value - previous : value / previous - 1;
        const number = formatFloat(Math.abs(change) * 100, { digits: [16, 0] });
        if (number === "0") {
            return { sign: 0, text: _t("as before"), icon: "fa-minus" };
        }
        const text = figure.format === "percentage" ? _t("%s points", number) : _t("%s %", number);
        return change > 0
            ? { sign: 1, text: _t("%s more than before", text), icon: "fa-arrow-up" }
            : { sign: -1, text: _t("%s less than before", text), icon: "fa-arrow-down" };
    }

    getTrendPoints(figure) {
        const values = figure.trend.map((value) => value || 0);
        const highest = Math.max(...values) || 1;
        return values
            .map((value, index) => {
                const x = (index * TREND_WIDTH) / (values.length - 1);
                const y = TREND_HEIGHT - 2 - (value / highest) * (TREND_HEIGHT - 4);
                return `${x.toFixed(1)},${y.toFixed(1)}`;
            })
            .join(" ");
    }

    open(action) {
        return this.action.doAction(action);
    }

    openAnalysis() {
        return this.action.doAction("crm_referral.crm_referral_report_action");
    }
}

registry.category("actions").add("crm_referral.dashboard", ReferralDashboard);
