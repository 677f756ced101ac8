import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatScore } from "@crm_assessment/assessment_styles/assessment_styles";
import { downloadTable, roundFigure } from "@crm_foundation/table_download/table_download";
import { Component, onWillStart, useState } from "@odoo/owl";

/**
 * Customers or teams by letters, coloured by their mean score. A cell opens its records.
 */
export class AssessmentHeatMap extends Component {
    static template = "crm_assessment.AssessmentHeatMap";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.framework = this.props.action.params?.framework || false;
        // The answer to the last question counts, whichever comes first.
        this.keepLast = new KeepLast();
        this.state = useState({
            rows: "partner_id",
            viewpoint: "customer",
            months: 12,
            team: false,
            user: false,
            stage: false,
            is_latest: true,
            map: null,
        });
        onWillStart(async () => {
            [this.choices] = await Promise.all([
                this.orm.call("crm.assessment.heat.map", "get_heat_map_choices", [this.framework]),
                this.load(),
            ]);
        });
    }

    get display() {
        return { controlPanel: {} };
    }

    /**
     * What the map can be narrowed down to; one choice is none.
     */
    get filters() {
        return [
            { name: "team", label: _t("Team"), all: _t("All teams") },
            { name: "user", label: _t("Who serves"), all: _t("Everybody") },
            { name: "stage", label: _t("Stage"), all: _t("All stages") },
        ]
            .map((filter) => ({ ...filter, choices: this.choices[filter.name] }))
            .filter(({ choices }) => choices.length > 1);
    }

    get isFiltered() {
        const { team, user, stage } = this.state;
        return Boolean(team || user || stage);
    }

    async load() {
        const { rows, viewpoint, months, team, user, stage, is_latest } = this.state;
        this.state.map = await this.keepLast.add(
            this.orm.call("crm.assessment.heat.map", "get_heat_map", [this.framework], {
                rows,
                viewpoint,
                months,
                team,
                user,
                stage,
                is_latest,
            }),
        );
    }

    async onChange(name, value) {
        this.state[name] = ["rows", "viewpoint"].includes(name) ? value : parseInt(value) || false;
        await this.load();
    }

    async onToggleLatest(isChecked) {
        this.state.is_latest = isChecked;
        await this.load();
    }

    format(cell) {
        return formatScore(cell?.score);
    }

    get isEmpty() {
        const { rows, silent } = this.state.map;
        return !rows.length && !silent.length;
    }

    get levels() {
        return [
            { code: "weak", name: _t("Weak") },
            { code: "fair", name: _t("Fair") },
            { code: "strong", name: _t("Strong") },
            { code: "none", name: _t("No score") },
        ];
    }

    get responseText() {
        const { asked, answered, rate } = this.state.map.response;
        return _t("%(answered)s of %(asked)s customers who were asked have answered: %(rate)s %", {
            answered,
            asked,
            rate,
        });
    }

    changeText(row) {
        if (typeof row.change !== "number") {
            return "";
        }
        const change = Math.round(row.change);
        return change > 0 ? `▲ +${change}` : change < 0 ? `▼ −${-change}` : "±0";
    }

    changeLabel(row) {
        return _t("Change since the round before: %s", Math.round(row.change));
    }

    changeClass(row) {
        return row.change < 0 ? "text-danger" : row.change > 0 ? "text-success" : "text-muted";
    }

    onExport() {
        const { letters, rows, silent } = this.state.map;
        const n = (name) => _t("%s, answers", name);
        const heading = [
            this.state.rows === "team_id" ? _t("Sales team") : _t("Customer"),
            ...letters.flatMap(({ name }) => [name, n(name)]),
            _t("Overall"),
            n(_t("Overall")),
            _t("Change"),
            _t("Answered"),
        ];
        const lines = rows.map((row) => [
            row.name,
            ...letters.flatMap(({ id }) => [
                roundFigure(row.cells[id]?.score),
                row.cells[id]?.n ?? 0,
            ]),
            roundFigure(row.overall && row.overall.score),
            row.overall ? row.overall.n : 0,
            roundFigure(row.change),
            _t("Yes"),
        ]);
        const missing = silent.map(({ name }) => [
            name,
            ...letters.flatMap(() => [false, 0]),
            false,
            0,
            false,
            _t("No"),
        ]);
        return downloadTable([heading, ...lines, ...missing], _t("Loyalty Heat Map"));
    }

    onOpenSilent(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: row.name,
            res_model: "crm.assessment.round",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [
                ["partner_id", "=", row.id],
                ["asks_customer", "=", true],
            ],
        });
    }

    cellClass(cell) {
        return cell && cell.level ? `o_heat_${cell.level}` : "o_heat_none";
    }

    cellLabel(row, letter, cell) {
        return cell && cell.score !== false
            ? _t("%(row)s, %(letter)s: %(score)s of 100, n=%(n)s", {
                  row: row.name,
                  letter: letter.name,
                  score: this.format(cell),
                  n: cell.n,
              })
            : _t("%(row)s, %(letter)s: no score", { row: row.name, letter: letter.name });
    }

    onOpen(row, letter) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: `${row.name} · ${letter.name}`,
            res_model: "crm.assessment.score",
            views: [
                [false, "list"],
                [false, "graph"],
            ],
            domain: [
                ...this.state.map.domain,
                [this.state.rows, "=", row.id],
                ["section_id", "=", letter.id],
            ],
            // Figures are kept, not written.
            context: { create: false },
        });
    }
}

registry.category("actions").add("crm_assessment.assessment_heat_map", AssessmentHeatMap);
