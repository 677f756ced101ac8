import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";

/**
 * Customers or teams by letters, coloured by their mean score. A cell opens its records.
 */
export class AssessmentHeatMap extends Component {
    static template = "crm_referral.AssessmentHeatMap";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({
            rows: "partner_id",
            viewpoint: "customer",
            months: 12,
            team: false,
            user: false,
            stage: false,
            is_latest: false,
            map: null,
        });
        onWillStart(async () => {
            [this.choices] = await Promise.all([
                this.orm.call("crm.assessment.score", "get_heat_map_choices", []),
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
        const { team, user, stage, is_latest } = this.state;
        return Boolean(team || user || stage || is_latest);
    }

    async load() {
        const { rows, viewpoint, months, team, user, stage, is_latest } = this.state;
        this.state.map = await this.orm.call("crm.assessment.score", "get_heat_map", [], {
            rows,
            viewpoint,
            months,
            team,
            user,
            stage,
            is_latest,
        });
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
        return cell && cell.score !== false ? `${Math.round(cell.score)}` : "–";
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
        });
    }
}

registry.category("actions").add("crm_referral.assessment_heat_map", AssessmentHeatMap);
