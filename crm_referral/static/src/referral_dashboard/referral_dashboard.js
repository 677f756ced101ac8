import { Component, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
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
const DASH_WIDTH = 6;
// What was chosen stays while the tab is open, also behind a drill-down.
const STORAGE_KEY = "crm_referral.dashboard";

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

    /** @param {Object} [changes] of the period, the team or the person */
    async load(changes) {
        const filters = { ...this.getFilters(), ...changes };
        const isChosen = Object.keys(filters).length > 0;
        const { days = 90, team_id = false, user_id = false } = filters;
        const params = isChosen ? [days, team_id, user_id] : [];
        const data = await this.keepLast.add(
            this.orm.call("crm.referral.dashboard", "get_dashboard", params),
        );
        this.state.data = data;
        if (isChosen) {
            browser.sessionStorage.setItem(STORAGE_KEY, JSON.stringify(filters));
        }
    }

    getFilters() {
        try {
            return JSON.parse(browser.sessionStorage.getItem(STORAGE_KEY)) || {};
        } catch {
            return {};
        }
    }

    /** A choice of a list; nothing chosen means all. */
    onChoose(name, ev) {
        return this.load({ [name]: Number(ev.target.value) || false });
    }

    format(value, format) {
        if (value === false || value === null || value === undefined) {
            return "–";
        }
        switch (format) {
            case "score":
                return formatFloat(value, { digits: [16, 1] });
            case "points":
                return formatFloat(value, { digits: [16, 0] });
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
        const { value, previous, format } = figure;
        const inPoints = ["percentage", "score", "points"].includes(format);
        if (value === null || previous === null || (!previous && !inPoints)) {
            return null;
        }
        const change = inPoints ? value - previous : value / previous - 1;
        const scale = inPoints && format !== "percentage" ? 1 : 100;
        const number = formatFloat(Math.abs(change) * scale, { digits: [16, 0] });
        if (number === "0") {
            return { sign: 0, text: _t("as before"), icon: "fa-minus" };
        }
        const text = inPoints ? this.formatPoints(number) : _t("%s %", number);
        return change > 0
            ? { sign: 1, text: _t("%s more than before", text), icon: "fa-arrow-up" }
            : { sign: -1, text: _t("%s less than before", text), icon: "fa-arrow-down" };
    }

    formatPoints(number) {
        return number === "1" ? _t("1 point") : _t("%s points", number);
    }

    /** The lines of the trend: a month without a figure is a gap, and no zero. */
    getTrendLines(figure) {
        const values = figure.trend;
        const highest = Math.max(0, ...values) || 1;
        const lines = [[]];
        values.forEach((value, index) => {
            if (value === null || value === false) {
                lines.push([]);
                return;
            }
            const x = (index * TREND_WIDTH) / (values.length - 1 || 1);
            const y = TREND_HEIGHT - 2 - (value / highest) * (TREND_HEIGHT - 4);
            lines.at(-1).push([x, y]);
        });
        return lines
            .filter((line) => line.length)
            .map((line) => {
                let points = line;
                if (line.length === 1) {
                    // A single month is a dash.
                    const [[x, y]] = line;
                    const start = Math.min(x, TREND_WIDTH - DASH_WIDTH);
                    points = [
                        [start, y],
                        [start + DASH_WIDTH, y],
                    ];
                }
                return points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
            });
    }

    isPressed(days) {
        return days === this.state.data.days;
    }

    makeWorkbook() {
        return this.action.doAction("crm_referral.crm_referral_export_action_new");
    }

    /** Open the records; the period is a filter of their list, to be seen and removed. */
    open({ period, ...action }) {
        if (!period) {
            return this.action.doAction(action);
        }
        const { description, domain, other_domain } = period;
        return this.action.doAction(
            { ...action, domain: other_domain },
            { props: { dynamicFilters: [{ description, domain }] } },
        );
    }

    openAnalysis() {
        return this.action.doAction("crm_referral.crm_referral_report_action");
    }
}

registry.category("actions").add("crm_referral.dashboard", ReferralDashboard);
