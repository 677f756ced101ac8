import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";

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
        onWillStart(() => this.load());
    }

    get display() {
        return { controlPanel: {} };
    }

    get selected() {
        return this.state.cards.agents.find(({ id }) => id === this.state.agentId);
    }

    get selectedMonths() {
        return Object.entries(this.selected.months).map(([month, letters]) => ({
            month,
            letters,
        }));
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
        });
    }
}

registry.category("actions").add("crm_referral.assessment_scorecard", AssessmentScorecard);
