import { _t } from "@web/core/l10n/translation";
import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";

// Distinguishable without colour too: every viewpoint has its own point.
const STYLES = [
    { color: "#714B67", pointStyle: "circle", borderDash: [] },
    { color: "#017E84", pointStyle: "rectRot", borderDash: [6, 3] },
    { color: "#C8502D", pointStyle: "triangle", borderDash: [2, 2] },
];

/**
 * The result of a round: radar of the viewpoints, scores with their n, gaps in words, trend.
 */
export class AssessmentResult extends Component {
    static template = "crm_referral.AssessmentResult";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.radarRef = useRef("radar");
        this.trendRef = useRef("trend");
        this.charts = [];
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.renderCharts(),
            () => [JSON.stringify(this.result)],
        );
        onWillUnmount(() => this.destroyCharts());
    }

    get result() {
        return this.props.record.data[this.props.name];
    }

    get hasRadar() {
        return this.result.letters.filter((letter) => letter.score !== false).length > 2;
    }

    get hasTrend() {
        return this.result.trend.filter((round) => round.score !== false).length > 1;
    }

    get radarLabel() {
        return _t("Scores of the letters by viewpoint; the table has the same figures.");
    }

    get trendLabel() {
        return _t("Overall score of the last rounds: %s", this.trendText);
    }

    get trendText() {
        return this.result.trend
            .filter((round) => round.score !== false)
            .map((round) => `${round.date}: ${this.format(round.score)}`)
            .join(", ");
    }

    format(score) {
        return score === false ? "–" : `${Math.round(score)}`;
    }

    levelClass(level) {
        return { weak: "text-bg-danger", fair: "text-bg-warning", strong: "text-bg-success" }[
            level
        ];
    }

    destroyCharts() {
        this.charts.forEach((chart) => chart.destroy());
        this.charts = [];
    }

    renderCharts() {
        this.destroyCharts();
        if (this.radarRef.el) {
            this.charts.push(new Chart(this.radarRef.el, this.radarConfig));
        }
        if (this.trendRef.el) {
            this.charts.push(new Chart(this.trendRef.el, this.trendConfig));
        }
    }

    get radarConfig() {
        const { letters, viewpoints } = this.result;
        return {
            type: "radar",
            data: {
                labels: letters.map((letter) => letter.name),
                datasets: viewpoints.map((viewpoint, index) => {
                    const { color, pointStyle, borderDash } = STYLES[index % STYLES.length];
                    return {
                        label: viewpoint.name,
                        data: letters.map(({ scores }) =>
                            scores[index].score === false ? null : scores[index].score,
                        ),
                        borderColor: color,
                        backgroundColor: `${color}22`,
                        pointBackgroundColor: color,
                        pointRadius: 4,
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
                scales: { r: { min: 0, max: 100, ticks: { stepSize: 25 } } },
                plugins: { legend: { position: "bottom", labels: { usePointStyle: true } } },
            },
        };
    }

    get trendConfig() {
        const rounds = this.result.trend.filter((round) => round.score !== false);
        return {
            type: "line",
            data: {
                labels: rounds.map((round) => round.date),
                datasets: [
                    {
                        data: rounds.map((round) => round.score),
                        borderColor: STYLES[0].color,
                        pointBackgroundColor: STYLES[0].color,
                        tension: 0,
                    },
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                scales: { y: { min: 0, max: 100, ticks: { stepSize: 25 } } },
                plugins: { legend: { display: false } },
            },
        };
    }

    /**
     * Decide what is done about a weak letter.
     */
    async onDecide(letter) {
        await this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Decide on %s", letter.name),
                res_model: "crm.assessment.action",
                views: [[false, "form"]],
                target: "new",
                context: {
                    default_round_id: this.props.record.resId,
                    default_section_id: letter.id,
                },
            },
            { onClose: () => this.props.record.load() },
        );
    }
}

export const assessmentResult = {
    component: AssessmentResult,
    displayName: _t("Assessment Result"),
    supportedTypes: ["json"],
};

registry.category("fields").add("assessment_result", assessmentResult);
