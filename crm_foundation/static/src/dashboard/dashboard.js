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

/**
 * What a manager looks at first: a few figures with their trend, and lists of what is
 * where or needs a hand. Everything opens its records. What is on it comes from the model
 * that the action names, which inherits `crm.dashboard.mixin`.
 */
export class Dashboard extends Component {
    static template = "crm_foundation.Dashboard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.model = this.props.action.params.model;
        // What was chosen stays while the tab is open, also behind a drill-down.
        this.storageKey = `crm_dashboard.${this.model}`;
        this.display = { controlPanel: {} };
        this.state = useState({ data: null });
        onWillStart(() => this.load());
    }

    /** @param {Object} [changes] of the period, or of what is chosen of the lists */
    async load(changes) {
        const chosen = { ...this.getChosen(), ...changes };
        const isChosen = Object.keys(chosen).length > 0;
        const { days, ...filters } = chosen;
        const params = { ...(days && { days }), ...(isChosen && { filters }) };
        const data = await this.keepLast.add(
            this.orm.call(this.model, "get_dashboard", [], params),
        );
        this.state.data = data;
        if (isChosen) {
            browser.sessionStorage.setItem(this.storageKey, JSON.stringify(chosen));
        }
    }

    getChosen() {
        try {
            return JSON.parse(browser.sessionStorage.getItem(this.storageKey)) || {};
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
            case "decimal":
            case "score":
                return formatFloat(value, { digits: [16, 1] });
            case "points":
                return formatFloat(value, { digits: [16, 0] });
            case "percent":
                return formatPercentage(value, { digits: [16, 1] });
            case "money":
                return formatMonetary(value, {
                    currencyId: this.state.data.currency_id,
                    digits: [16, 0],
                });
            default:
                return formatInteger(value);
        }
    }

    /** The figures below their headings, in their order. */
    getGroups() {
        const groups = [];
        for (const figure of this.state.data.figures) {
            const name = figure.group || "";
            if (groups.at(-1)?.name !== name) {
                groups.push({ name, figures: [] });
            }
            groups.at(-1).figures.push(figure);
        }
        return groups;
    }

    /** Of how much the rate is: a rate without its n says little. */
    formatBase(figure) {
        return _t("of %s", this.format(figure.base, figure.base_format));
    }

    /** The change against the period before in words, which way it goes and if that is good. */
    getChange({ change, in_points, wanted = 1 }) {
        if (change === null) {
            return null;
        }
        const size = Math.abs(change) * (in_points ? 1 : 100);
        const number = formatFloat(size, { digits: [16, 0] });
        if (number === "0") {
            return { level: "muted", text: _t("as before"), icon: "fa-minus" };
        }
        const text = in_points ? this.formatPoints(number) : _t("%s %", number);
        const level = { 0: "muted", 1: "success" }[Math.sign(change * wanted)] || "danger";
        return change > 0
            ? { level, text: _t("%s more than before", text), icon: "fa-arrow-up" }
            : { level, text: _t("%s less than before", text), icon: "fa-arrow-down" };
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

    /** How long the bar of a row is, in per cent of the longest. */
    getBar(section, row) {
        const biggest = Math.max(1, ...section.rows.map(({ value }) => value));
        return (100 * row.value) / biggest;
    }

    /** What should be zero is red as long as it is not. */
    getValueClass(section, row) {
        if (section.kind !== "alerts") {
            return "";
        }
        return row.value ? "text-danger" : "text-muted";
    }

    /** How good it is, where there is something. */
    getCellClass({ level, value }) {
        return level && value ? `table-${level}` : "";
    }

    /** Both answers and their number, for those who do not see the table. */
    describeCell({ columns }, row, index) {
        return _t("%(row)s, %(column)s: %(value)s", {
            row: row.name,
            column: columns[index],
            value: this.format(row.cells[index].value),
        });
    }

    isPressed(days) {
        return days === this.state.data.days;
    }

    /** Open the records; the period is a filter of their list, to be seen and removed. */
    open(action) {
        if (!action.period) {
            return this.action.doAction(action);
        }
        const { period, ...rest } = action;
        const { description, domain, other_domain } = period;
        return this.action.doAction(
            { ...rest, domain: other_domain },
            { props: { dynamicFilters: [{ description, domain }] } },
        );
    }
}

registry.category("actions").add("crm_dashboard", Dashboard);
