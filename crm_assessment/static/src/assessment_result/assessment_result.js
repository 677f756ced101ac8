import { _t } from "@web/core/l10n/translation";
import { formatList } from "@web/core/l10n/utils";
import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import {
    formatScore,
    getDatasetStyle,
    getViewpointStyle,
} from "@crm_assessment/assessment_styles/assessment_styles";
import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";

// The drawing area of a small line, in its own units.
const TREND = { width: 160, height: 56, margin: 5 };

/**
 * The result of a round: radar of the viewpoints, scores with their n, gaps in words, trend.
 */
export class AssessmentResult extends Component {
    static template = "crm_assessment.AssessmentResult";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.radarRef = useRef("radar");
        this.trend = TREND;
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.renderRadar(),
            () => [JSON.stringify(this.result)],
        );
        onWillUnmount(() => this.destroyRadar());
    }

    get result() {
        return this.props.record.data[this.props.name];
    }

    get hasRadar() {
        return this.result.letters.filter((letter) => letter.score !== false).length > 2;
    }

    get radarLabel() {
        return _t("Scores of the areas by viewpoint; the table has the same figures.");
    }

    /**
     * One small line for the whole and for each letter: six in one chart cannot be told apart
     * on a phone.
     */
    get trends() {
        const { letters, trend } = this.result;
        const lines = [
            { key: "overall", name: _t("Overall"), scores: trend.map(({ score }) => score) },
            ...letters.map(({ id, name }) => ({
                key: id,
                name,
                scores: trend.map((round) => round.letters[id] ?? false),
            })),
        ];
        return lines
            .map((line) => this.computeTrend(line))
            .filter(({ points }) => points.length > 1);
    }

    computeTrend({ key, name, scores }) {
        const { trend } = this.result;
        const step = (TREND.width - 2 * TREND.margin) / (trend.length - 1 || 1);
        const height = TREND.height - 2 * TREND.margin;
        const points = scores
            .map((score, index) => ({
                score,
                date: trend[index].date,
                x: TREND.margin + index * step,
                y: TREND.margin + height * (1 - score / 100),
            }))
            .filter((point) => point.score !== false);
        const [before, last] = points.slice(-2);
        const change = last ? Math.round(last.score) - Math.round(before.score) : 0;
        const texts = points.map(({ date, score }) => `${date}: ${this.format(score)}`);
        return {
            key,
            name,
            points,
            line: points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
            last: this.format(last ? last.score : false),
            change,
            changeText: change > 0 ? `+${change}` : change < 0 ? `−${-change}` : "±0",
            label: _t("%(name)s over the rounds: %(scores)s", {
                name,
                scores: formatList(texts),
            }),
        };
    }

    format(score) {
        return formatScore(score);
    }

    viewpointStyle(viewpoint) {
        return getViewpointStyle(viewpoint.code);
    }

    levelClass(level) {
        return { weak: "text-bg-danger", fair: "text-bg-warning", strong: "text-bg-success" }[
            level
        ];
    }

    destroyRadar() {
        this.chart?.destroy();
        this.chart = null;
    }

    renderRadar() {
        this.destroyRadar();
        if (this.radarRef.el) {
            this.chart = new Chart(this.radarRef.el, this.radarConfig);
        }
    }

    get radarConfig() {
        const { letters } = this.result;
        const viewpoints = this.result.viewpoints
            .map((viewpoint, index) => ({ ...viewpoint, index }))
            .filter((viewpoint) => !viewpoint.is_missing);
        return {
            type: "radar",
            data: {
                labels: letters.map((letter) => letter.name),
                datasets: viewpoints.map((viewpoint) => ({
                    ...getDatasetStyle(this.viewpointStyle(viewpoint)),
                    label: viewpoint.name,
                    data: letters.map(({ scores }) => {
                        const { score } = scores[viewpoint.index];
                        return score === false ? null : score;
                    }),
                    pointRadius: 4,
                })),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                scales: { r: { min: 0, max: 100, ticks: { stepSize: 25 } } },
                plugins: {
                    legend: { position: "bottom", labels: { usePointStyle: true, boxHeight: 7 } },
                },
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
