import { loadBundle } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import {
    formatScore,
    getDatasetStyle,
    getLetterStyle,
} from "@crm_assessment/assessment_styles/assessment_styles";
import { downloadTable, roundFigure } from "@crm_foundation/table_download/table_download";
import { Component, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";

const { DateTime } = luxon;

/**
 * The agents' letters, each figure with its n. Who has too few reviewed
 * checklists is shown, but not compared.
 */
export class AssessmentScorecard extends Component {
    static template = "crm_assessment.AssessmentScorecard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.checklists =
            this.props.action.params?.checklists ||
            "crm_assessment.crm_assessment_round_review_action";
        // The answer to the last question counts, whichever comes first.
        this.keepLast = new KeepLast();
        this.state = useState({ months: 12, team: false, cards: null, agentId: false });
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
                datasets: this.state.cards.letters.map((letter, index) => ({
                    ...getDatasetStyle(getLetterStyle(index)),
                    label: letter.name,
                    data: months.map(({ letters }) => letters[letter.id]?.score ?? null),
                    pointRadius: 5,
                })),
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
        const { months, team } = this.state;
        const framework = this.props.action.params?.framework || false;
        this.state.cards = await this.keepLast.add(
            this.orm.call("crm.assessment.scorecard", "get_scorecards", [framework], {
                months,
                team,
            }),
        );
        const { agents } = this.state.cards;
        if (agents.length === 1) {
            this.state.agentId = agents[0].id;
        } else if (!this.selected) {
            this.state.agentId = false;
        }
    }

    async onMonths(value) {
        this.state.months = parseInt(value);
        await this.load();
    }

    async onTeam(value) {
        this.state.team = parseInt(value) || false;
        await this.load();
    }

    onExport() {
        const { agents, letters } = this.state.cards;
        const heading = [
            _t("Place"),
            _t("Agent"),
            ...letters.flatMap(({ name }) => [
                name,
                _t("%s, own view against the reviewer's", name),
            ]),
            _t("Score"),
            _t("Reviewed"),
            _t("Coaching"),
        ];
        const rows = agents.map((agent) => [
            agent.rank,
            agent.name,
            ...letters.flatMap(({ id }) => [
                roundFigure(agent.letters[id]?.score),
                roundFigure(agent.letters[id]?.gap),
            ]),
            roundFigure(agent.score),
            agent.n,
            agent.coaching,
        ]);
        return downloadTable([heading, ...rows], _t("Agent Scorecards"));
    }

    onSelect(agent) {
        this.state.agentId = this.state.agentId === agent.id ? false : agent.id;
    }

    format(cell) {
        return formatScore(cell?.score);
    }

    formatGap(cell) {
        if (typeof cell?.gap !== "number") {
            return "–";
        }
        const gap = Math.round(cell.gap);
        return gap > 0 ? `+${gap}` : `${gap}`;
    }

    rank(agent) {
        return agent.rank ? `${agent.rank}.` : "";
    }

    rankLabel(agent) {
        return _t("%(rank)s of %(ranked)s", {
            rank: agent.rank,
            ranked: this.state.cards.ranked,
        });
    }

    onOpenChecklists(agent) {
        return this.action.doAction(this.checklists, {
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

registry.category("actions").add("crm_assessment.assessment_scorecard", AssessmentScorecard);
