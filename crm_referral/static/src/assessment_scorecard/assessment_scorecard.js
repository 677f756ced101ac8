import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";

const { DateTime } = luxon;

// One for each letter; distinguishable without colour too.
const STYLES = [
    { color: "#714B67", pointStyle: "circle", borderDash: [] },
    { color: "#017E84", pointStyle: "rectRot", borderDash: [6, 3] },
    { color: "#C8502D", pointStyle: "triangle", borderDash: [2, 2] },
    { color: "#2F6FDE", pointStyle: "rect", borderDash: [8, 2, 2, 2] },
    { color: "#7A6A00", pointStyle: "star", borderDash: [1, 3] },
    { color: "#3C3C3C", pointStyle: "crossRot", borderDash: [12, 4] },
];

/**
 * The agents' six BE SURE letters, each figure with its n. Who has too few reviewed
 * checklists is shown, but not compared.
 */
export class AssessmentScorecard extends Component {
    static template = "crm_referral.AssessmentScorecard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ months: 12, cards: null, agentId: false });
        this.chartRef = useRef("chart");
        onWillStart(() => Promise.all([this.load(), loadBundle("web.chartjs_lib")]));
        useEffect(
            () => this.renderChart(),
            () => [this.chartRef.el, this.state.agentId, this.state.cards],
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get display() {
        return { controlPanel: {} };
    }

    get selected() {
        return this.state.cards.agents.find(({ id }) => id === this.state.agentId);
    }

    get selectedMonths() {
        return Object.entries(this.selected.months).map(([month, letters]) => ({
            month: DateTime.fromISO(month).toLocaleString({ year: "numeric", month: "short" }),
            letters,
        }));
    }

    get hasChart() {
        return this.selectedMonths.length > 1;
    }

    get chartLabel() {
        return _t("Scores of the areas by month; the table has the same figures.");
    }

    renderChart() {
        this.chart?.destroy();
        this.chart = this.chartRef.el && new Chart(this.chartRef.el, this.chartConfig);
    }

    get chartConfig() {
        const months = this.selectedMonths;
        return {
            type: "line",
            data: {
                labels: months.map(({ month }) => month),
                datasets: this.state.cards.letters.map((letter, index) => {
                    const { color, pointStyle, borderDash } = STYLES[index % STYLES.length];
                    return {
                        label: letter.name,
                        data: months.map(({ letters }) => letters[letter.id]?.score ?? null),
                        borderColor: color,
                        pointBackgroundColor: color,
                        pointRadius: 5,
                        borderWidth: 2,
                        pointStyle,
                        borderDash,
                        spanGaps: true,
                    };
                }),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                scales: { y: { min: 0, max: 100, ticks: { stepSize: 25 } } },
                plugins: {
                    legend: { position: "bottom", labels: { usePointStyle: true } },
                    tooltip: {
                        callbacks: {
                            label: ({ dataIndex, dataset, datasetIndex, parsed }) => {
                                const { id } = this.state.cards.letters[datasetIndex];
                                const { n } = months[dataIndex].letters[id];
                                return `${dataset.label}: ${Math.round(parsed.y)} (n=${n})`;
                            },
                        },
                    },
                },
            },
        };
    }

    async load() {
        this.state.cards = await this.orm.call("crm.assessment.round", "get_scorecards", [], {
            months: this.state.months,
        });
        if (this.state.cards.agents.length === 1) {
            this.state.agentId = this.state.cards.agents[0].id;
        }
    }

    async onMonths(value) {
        this.state.months = parseInt(value);
        await this.load();
    }

    onSelect(agent) {
        this.state.agentId = this.state.agentId === agent.id ? false : agent.id;
    }

    format(cell) {
        return cell && cell.score !== false && cell.score !== null
            ? `${Math.round(cell.score)}`
            : "–";
    }

    formatGap(cell) {
        if (!cell || cell.gap === false) {
            return "–";
        }
        const gap = Math.round(cell.gap);
        return gap > 0 ? `+${gap}` : `${gap}`;
    }

    rank(index, agent) {
        return agent.is_ranked ? `${index + 1}.` : "";
    }

    onOpenChecklists(agent) {
        return this.action.doAction("crm_referral.crm_assessment_round_be_sure_action", {
            additionalContext: { search_default_reviewed: 1, search_default_user_id: agent.id },
        });
    }

    onOpenCoaching(agent) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Coaching of %s", agent.name),
            res_model: "crm.assessment.action",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [
                ["kind", "=", "coaching"],
                ["agent_id", "=", agent.id],
            ],
            // A coaching is planned on a checklist, from which it follows.
            context: { create: false },
        });
    }
}

registry.category("actions").add("crm_referral.assessment_scorecard", AssessmentScorecard);
