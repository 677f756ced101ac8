from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.period_domain import period_domain

from ..models.crm_referral_news import WAITING_STATES
from ..models.crm_referral_personal_data_mixin import INFORM_REMINDER_DAYS
from .crm_referral_figures import MONTH

TREND_MONTHS = 12
TOP_REFERRERS = 5
WITH_TREND = (
    "asks",
    "success_rate",
    "introductions",
    "leads",
    "won",
    "win_rate",
    "revenue",
    "share",
)
# The form of what is to be done, where a model has more than one.
TODO_FORMS = {
    "disputes": "crm_assessment.crm_assessment_round_view_form_review",
    "undecided": "crm_assessment.crm_assessment_round_view_form",
}
FIGURES = (*WITH_TREND, "pride_score", "nps", "be_sure_score")


class CrmReferralDashboard(models.AbstractModel):
    """The few figures of referrals that matter, each with its trend and its records.

    All of them come from the analysis and the records themselves with the rights of
    the user who looks.
    """

    _name = "crm.referral.dashboard"
    _inherit = "crm.dashboard.mixin"
    _description = "Referral Dashboard"

    # === CHOICES === #

    def _get_filter_fields(self):
        return {"team_id", "user_id"}

    def _get_choices(self):
        """The teams and people to choose from, for who sees those of others."""
        if not self.env.user.has_group("sales_team.group_sale_salesman_all_leads"):
            return []
        companies = Domain("company_id", "in", [*self.env.companies.ids, False])
        teams = self.env["crm.team"].search_fetch(companies, ["name"])
        group = self.env.ref("sales_team.group_sale_salesman")
        users = self.env["res.users"].search_fetch(
            Domain("all_group_ids", "in", group.ids)
            & Domain("company_ids", "in", self.env.companies.ids),
            ["name"],
            order="name",
        )
        return [
            {
                "name": name,
                "label": label,
                "all": everything,
                "options": [{"id": each.id, "name": each.name} for each in records],
            }
            for name, label, everything, records in (
                ("team_id", self.env._("Sales Team"), self.env._("All teams"), teams),
                ("user_id", self.env._("Salesperson"), self.env._("Everybody"), users),
            )
            if records
        ]

    def _get_buttons(self):
        if not self.env.user.has_groups(
            "sales_team.group_sale_manager,base.group_allow_export"
        ):
            return []
        return [
            {
                "name": "export",
                "label": self.env._("Make a Workbook"),
                "action": "crm_referral.crm_referral_export_action_new",
            }
        ]

    def _get_links(self):
        return [
            {
                "name": "analysis",
                "label": self.env._("See the whole analysis"),
                "action": "crm_referral.crm_referral_report_action",
            }
        ]

    def _get_empty_text(self):
        return self.env._(
            "Nothing to show yet. As soon as your team asks its first customer, you "
            "see here what comes of it."
        )

    # === FIGURES === #

    def _get_figures(self, period, previous, filters):
        Figures = self.env["crm.referral.figures"]
        now = Figures._read(self._get_options(*period, filters), FIGURES)
        before = Figures._read(self._get_options(*previous, filters), FIGURES)
        trend = self._read_trend(period[1], filters)
        formats = {each.code: each.format for each in Figures._get_all()}
        return [
            self._prepare_figure(
                figure,
                now,
                before,
                self._prepare_period_action(
                    figure.name, figure.records, filters, period
                ),
                trend=map(figure.get_value, trend) if figure.code in WITH_TREND else (),
                base_format=formats.get(next(iter(figure.bases), ""), "integer"),
            )
            for figure in Figures._get(*FIGURES)
        ]

    def _get_options(self, start, end, filters):
        """:return: a period as ``crm.referral.scope`` takes it.
        :rtype: dict
        """
        return {
            "date_from": start,
            "date_to": end,
            "company_ids": self.env.companies.ids,
            "team_ids": [filters["team_id"]] if "team_id" in filters else [],
            "salesperson_ids": [filters["user_id"]] if "user_id" in filters else [],
            "selection": None,
            "selected_model": False,
        }

    def _read_trend(self, today, filters):
        """:return: the values of each of the last months.
        :rtype: list[dict]
        """
        Figures = self.env["crm.referral.figures"]
        first = today.replace(day=1) - relativedelta(months=TREND_MONTHS - 1)
        options = self._get_options(first, today, filters)
        months = Figures._read_by(options, WITH_TREND, MONTH)
        nothing = Figures._get_nothing(WITH_TREND)
        return [
            months.get(first + relativedelta(months=index), nothing)
            for index in range(TREND_MONTHS)
        ]

    # === LISTS === #

    def _get_sections(self, period, filters):
        domain = self._get_filter_domain(filters)
        return [
            self._prepare_section(
                "steps",
                self.env._("Where open requests are"),
                "bars",
                self._get_steps(domain),
            ),
            self._prepare_section(
                "todo",
                self.env._("What needs a hand"),
                "alerts",
                self._get_todo(fields.Date.context_today(self), domain),
            ),
            self._prepare_section(
                "referrers",
                self.env._("Referrers through whom we won most"),
                "list",
                self._get_referrers(period, domain),
                self.env._("Nothing was won from referral in this period."),
            ),
        ]

    def _get_steps(self, filters):
        """:return: every step with the open requests that are in it.
        :rtype: list[dict]
        """
        domain = Domain("outcome", "=", False) & filters
        counts = dict(
            self.env["crm.referral"]._read_group(domain, ["step_id"], ["__count"])
        )
        return [
            {
                "code": step.code,
                "name": step.name,
                "value": counts.get(step, 0),
                "action": self._prepare_action(
                    step.name, "crm.referral", domain & Domain("step_id", "=", step.id)
                ),
            }
            for step in self.env["crm.referral"]._get_steps()
        ]

    def _get_todo(self, today, filters):
        """:return: what needs somebody's hand today, with its records.
        :rtype: list[dict]
        """
        rows = []
        for code, name, model, domain in (
            *self._get_request_todo(today),
            *self._get_candidate_todo(today),
            *self._get_loyalty_todo(today),
        ):
            action = self._prepare_action(name, model, domain & filters)
            if code in TODO_FORMS:
                form = self.env.ref(TODO_FORMS[code])
                action["views"] = [[False, "list"], [form.id, "form"]]
            rows.append(
                {
                    "code": code,
                    "name": name,
                    "value": self.env[model].search_count(domain & filters),
                    "action": action,
                }
            )
        return rows

    def _get_request_todo(self, today):
        """:return: code, name, model and domain of what is to be done on requests.
        :rtype: list[tuple]
        """
        is_open = Domain("outcome", "=", False)
        return [
            (
                "overdue",
                self.env._("Next step is overdue"),
                "crm.referral",
                is_open & Domain("activity_ids.date_deadline", "<", today),
            ),
            (
                "unassigned",
                self.env._("Open requests without a salesperson"),
                "crm.referral",
                # Who has left does nothing any more.
                is_open & self.env["crm.referral"]._get_unassigned_domain(),
            ),
            (
                "promises",
                self.env._("Promises past their day"),
                "crm.referral",
                Domain("promise_state", "=", "open")
                & Domain("promise_deadline", "<", today),
            ),
        ]

    def _get_candidate_todo(self, today):
        """:return: code, name, model and domain of what is to be done on candidates.
        :rtype: list[tuple]
        """
        soon = today + timedelta(days=INFORM_REMINDER_DAYS)
        return [
            (
                "tell",
                self.env._("Referrers who have not heard what came of it"),
                "crm.referral.candidate",
                Domain("news_ids", "any", Domain("state", "in", WAITING_STATES)),
            ),
            (
                "inform",
                self.env._("Candidates to be told that we have their data"),
                "crm.referral.candidate",
                Domain("inform_by", "<=", soon)
                & Domain("informed_on", "=", False)
                & Domain("erased_on", "=", False)
                & Domain("state", "!=", "objected"),
            ),
        ]

    def _get_loyalty_todo(self, today):
        """:return: code, name, model and domain of what customers have said, and of
            whom to ask.
        :rtype: list[tuple]
        """
        undecided = Domain("undecided_count", ">", 0)
        late = Domain("state", "=", "open") & Domain("deadline", "<", today)
        return [
            (
                "moments",
                self.env._("Good moments to ask"),
                "crm.referral.ask",
                Domain("is_listed", "=", True) & Domain("moment", "!=", False),
            ),
            (
                "undecided",
                self.env._("Weak areas without a decision"),
                "crm.assessment.round",
                undecided,
            ),
            (
                "run_out",
                self.env._("Acceptances that have run out"),
                "crm.assessment.action",
                # What was decided anew since then needs nobody.
                late
                & Domain("kind", "=", "acceptance")
                & Domain("round_id", "any", undecided),
            ),
            (
                "improve",
                self.env._("Improvements past their day"),
                "crm.assessment.action",
                late & Domain("kind", "!=", "acceptance"),
            ),
            (
                "disputes",
                self.env._("Reviews in dispute"),
                "crm.assessment.round",
                Domain("dispute_state", "=", "open"),
            ),
        ]

    def _get_referrers(self, period, filters):
        """:return: the customers through whom most was won in the period.
        :rtype: list[dict]
        """
        Report = self.env["crm.referral.report"]
        won, revenue = self.env["crm.referral.figures"]._get("won", "revenue")
        rows = Report._read_group(
            Domain("kind", "=", "lead")
            & Domain("won_status", "=", "won")
            & filters
            & period_domain(Report, won.date, *period),
            ["partner_id"],
            [won.aggregate, revenue.aggregate],
            order=f"{revenue.aggregate} DESC, {won.aggregate} DESC",
            limit=TOP_REFERRERS,
        )
        partners = self.env["res.partner"].union(*(row[0] for row in rows))
        # Of another company perhaps: what was won through them counts all the same.
        visible = partners._filtered_access("read")
        return [
            {
                "code": partner.id,
                "name": partner.display_name
                if partner in visible
                else self.env._("A contact of another company"),
                "note": self.env._("%(number)s won", number=won_count),
                "value": won_revenue,
                "format": "money",
                "action": self._prepare_form_action(partner)
                if partner in visible
                else False,
            }
            for partner, won_count, won_revenue in rows
        ]

    # === ACTIONS === #

    def _prepare_form_action(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [[False, "form"]],
        }

    def _prepare_action(self, name, model, domain):
        action = super()._prepare_action(name, model, domain)
        if model == "crm.lead":
            view = self.env.ref("crm_referral.crm_lead_view_list_referral")
            # A lost lead is archived, and counts all the same.
            action["context"] = {"active_test": False}
            action["views"] = [[view.id, "list"], [False, "form"]]
        return action
