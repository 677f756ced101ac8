import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatFloatTime } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/**
 * The next fourteen days of each service team: when customers may count on somebody, and
 * where nobody is there. A day opens its shifts, a gap the shift that fills it.
 */
export class DutyStrip extends Component {
    static template = "crm_referral_service.DutyStrip";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ teams: [] });
        onWillStart(() => this.load());
    }

    async load() {
        const { teams } = await this.orm.call("crm.service.duty.gap", "get_strip", []);
        this.state.teams = teams;
    }

    /** What the picture says, for those who do not see it. */
    describe({ promised_hours, gap_hours }) {
        if (!promised_hours) {
            return _t("Nothing promised");
        }
        if (!gap_hours) {
            return _t("Somebody is there");
        }
        return _t("%(gap)s of %(promised)s hours: nobody is there", {
            gap: formatFloatTime(gap_hours),
            promised: formatFloatTime(promised_hours),
        });
    }

    getStyle([start, stop]) {
        return `left: ${(100 * start).toFixed(2)}%; width: ${(100 * (stop - start)).toFixed(2)}%`;
    }

    /** The shifts of a day: all that touch it. */
    async openDay(team, day) {
        const action = await this.action.loadAction(
            "crm_referral_service.crm_service_shift_action",
        );
        return this.action.doAction(
            {
                ...action,
                name: `${team.name} · ${day.name}`,
                domain: [
                    ["service_team_id", "=", team.id],
                    ["start", "<", day.stop],
                    ["stop", ">", day.start],
                ],
            },
            { viewType: "list", additionalContext: { default_service_team_id: team.id } },
        );
    }

    openNew(team) {
        return this.action.doAction("crm_referral_service.crm_service_shift_action_new", {
            additionalContext: { default_service_team_id: team.id },
            onClose: () => this.load(),
        });
    }

    openTeams() {
        return this.action.doAction("crm_referral_service.crm_service_team_action");
    }
}

registry.category("actions").add("crm_referral_service.duty_strip", DutyStrip);
