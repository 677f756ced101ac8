from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from odoo.addons.crm_foundation.tools.local_time import day_start_in

from ..models.crm_referral_personal_data_mixin import INFORM_REMINDER_DAYS

PERIODS = (30, 90, 365)
TREND_MONTHS = 12
TOP_REFERRERS = 5


class CrmReferralDashboard(models.AbstractModel):
    """The few figures of referrals that matter, each with its trend and its records.

    All of them come from the analysis and the records themselves with the rights of
    the user who looks.
    """

    _name = "crm.referral.dashboard"
    _description = "Referral Dashboard"

    @api.model
    @api.readonly
    def get_dashboard(self, days=90, team_id=False, user_id=False):
        """Collect what the dashboard shows.

        :param int days: length of the period that ends now; each figure is compared
            with the period of the same length before
        :param int team_id: only what is of this sales team
        :param int user_id: only what is of this salesperson
        :return: figures, where open requests are, what needs a hand, best referrers
        :rtype: dict
        """
        if type(days) is not int or days not in PERIODS:
            raise ValidationError(
                self.env._(
                    "Choose one of these periods, in days: %(periods)s.",
                    periods=list(map(str, PERIODS)),
                )
            )
        filters = self._get_filters(team_id, user_id)
        today = fields.Date.context_today(self)
        start = today - timedelta(days=days - 1)
        periods = {
            "current": (start, today + timedelta(days=1)),
            "previous": (start - timedelta(days=days), start),
        }
        Loyalty = self.env["crm.referral.dashboard.loyalty"]
        return {
            "days": days,
            "team_id": team_id or False,
            "user_id": user_id or False,
            "periods": [
                {"days": length, "name": name}
                for length, name in zip(PERIODS, self._get_period_names(), strict=True)
            ],
            **self._get_choices(),
            "currency_id": self.env.company.currency_id.id,
            "figures": self._get_figures(periods, today, filters)
            + Loyalty._get_figures(periods, filters),
            "steps": self._get_steps(filters),
            "todo": self._get_todo(today, filters),
            "referrers": self._get_referrers(periods["current"], filters),
            "can_export": self.env.user.has_groups(
                "sales_team.group_sale_manager,base.group_allow_export"
            ),
        }

    def _get_filters(self, team_id, user_id):
        """:return: domain of what is of a team, or of a person
        :rtype: Domain
        """
        domain = Domain.TRUE
        for fname, value in (("team_id", team_id), ("user_id", user_id)):
            if not value:
                continue
            if type(value) is not int:
                raise ValidationError(
                    self.env._("Choose a sales team and a salesperson from the list.")
                )
            domain &= Domain(fname, "=", value)
        return domain

    def _get_choices(self):
        """:return: the teams and people to choose from, for who sees those of others
        :rtype: dict
        """
        if not self.env.user.has_group("sales_team.group_sale_salesman_all_leads"):
            return {"teams": [], "users": []}
        companies = Domain("company_id", "in", [*self.env.companies.ids, False])
        teams = self.env["crm.team"].search_fetch(companies, ["name"])
        group = self.env.ref("sales_team.group_sale_salesman")
        users = self.env["res.users"].search_fetch(
            Domain("all_group_ids", "in", group.ids)
            & Domain("company_ids", "in", self.env.companies.ids),
            ["name"],
            order="name",
        )
        return {
            "teams": [{"id": team.id, "name": team.name} for team in teams],
            "users": [{"id": user.id, "name": user.name} for user in users],
        }

    # === FIGURES === #

    def _get_figure_definitions(self):
        """The figures, in the order they are shown.

        A figure has the name that it has in the analysis.

        :return: for each figure its code, words, kinds of rows in the analysis, field
            of the day that counts, aggregate, format, whether more is better, and the
            model and domain of its records
        :rtype: list[dict]
        """
        referred = Domain("referrer_id", "!=", False)
        won = referred & Domain("won_status", "=", "won")
        return [
            {
                "code": "asks",
                "help": self.env._("Customers asked for an introduction."),
                "kinds": ["request"],
                "date": "date",
                "aggregate": "request_count:sum",
                "format": "integer",
                "model": "crm.referral",
                "model_date": "create_date",
                "domain": Domain.TRUE,
            },
            {
                "code": "success",
                "help": self.env._(
                    "Requests that ended in this period with an introduction, of all "
                    "that ended in it, whenever the customer was asked. The analysis "
                    "counts by the day of asking, unless you group by Request Closed "
                    "On."
                ),
                "kinds": ["request"],
                "date": "closed_on",
                "aggregate": "success_rate:avg",
                "base": "request_closed_count:sum",
                "format": "percentage",
                "model": "crm.referral",
                "model_date": "closed_on",
                "domain": Domain("outcome", "!=", False),
            },
            {
                "code": "introductions",
                "help": self.env._("Candidates whom a customer has introduced to us."),
                "kinds": ["candidate"],
                "date": "introduced_on",
                "aggregate": "introduced_count:sum",
                "format": "integer",
                "model": "crm.referral.candidate",
                "model_date": "introduced_on",
                "domain": Domain("referral_id.active", "=", True),
            },
            {
                "code": "leads",
                "help": self.env._("Leads that came from a referral."),
                "kinds": ["lead"],
                "date": "lead_created_on",
                "aggregate": "lead_count:sum",
                "format": "integer",
                "model": "crm.lead",
                "model_date": "create_date",
                "domain": referred
                & (
                    Domain("active", "=", True)
                    | Domain("won_status", "in", ["won", "lost"])
                ),
            },
            {
                "code": "wins",
                "help": self.env._("Opportunities from referral that were won."),
                "kinds": ["lead"],
                "date": "date",
                "aggregate": "won_count:sum",
                "format": "integer",
                "model": "crm.lead",
                "model_date": "date_closed",
                "domain": won,
            },
            {
                "code": "win_rate",
                "help": self.env._(
                    "Leads from referral that were won, of those won or lost."
                ),
                "kinds": ["lead"],
                "date": "date",
                "aggregate": "win_rate:avg",
                "base": "lead_closed_count:sum",
                "format": "percentage",
                "model": "crm.lead",
                "model_date": "date_closed",
                "domain": referred & Domain("won_status", "in", ["won", "lost"]),
            },
            {
                "code": "revenue",
                "help": self.env._(
                    "Expected revenue of the opportunities won from referral."
                ),
                "kinds": ["lead", "other"],
                "date": "date",
                "aggregate": "won_revenue:sum",
                "format": "monetary",
                "model": "crm.lead",
                "model_date": "date_closed",
                "domain": won,
            },
            {
                "code": "share",
                "help": self.env._("Revenue won from referral, of all won revenue."),
                "kinds": ["lead", "other"],
                "date": "date",
                "aggregate": "revenue_share:avg",
                "base": "total_won_revenue:sum",
                "base_format": "monetary",
                "format": "percentage",
                "model": "crm.lead",
                "model_date": "date_closed",
                "domain": Domain("won_status", "=", "won"),
            },
        ]

    def _get_figures(self, periods, today, filters):
        definitions = self._get_figure_definitions()
        values = {}
        for kinds, date in dict.fromkeys(
            (tuple(d["kinds"]), d["date"]) for d in definitions
        ):
            specs = [
                spec
                for d in definitions
                if tuple(d["kinds"]) == kinds and d["date"] == date
                for spec in (d["aggregate"], d.get("base"))
                if spec
            ]
            values[kinds, date] = self._read_figures(
                Domain("kind", "in", kinds) & filters, date, specs, periods, today
            )
        figures = []
        for definition in definitions:
            known = values[tuple(definition["kinds"]), definition["date"]]
            spec = definition["aggregate"]
            name = self._get_figure_name(spec)
            figure = {key: definition[key] for key in ("code", "help", "format")}
            figure.update(
                name=name,
                value=known["current"][spec],
                previous=known["previous"][spec],
                trend=[month[spec] for month in known["trend"]],
                base=known["current"].get(definition.get("base")),
                base_format=definition.get("base_format", "integer"),
                action=self._prepare_period_action(
                    name,
                    definition["model"],
                    definition["domain"] & filters,
                    definition["model_date"],
                    periods["current"],
                ),
            )
            figures.append(figure)
        return figures

    def _get_figure_name(self, spec):
        """:return: the label of a measure of the analysis"""
        field = self.env["crm.referral.report"]._fields[spec.partition(":")[0]]
        return field._description_string(self.env)

    def _read_figures(self, domain, date, specs, periods, today):
        """:return: values of the aggregates now, before, and month by month.
        :rtype: dict
        """
        Report = self.env["crm.referral.report"]
        values = {}
        # There is no rate of nothing, but its sum is zero.
        nothing = [None if spec.endswith(":avg") else 0 for spec in specs]
        for name, (start, end) in periods.items():
            row = Report._read_group(
                domain & self._get_period_domain(Report, date, start, end), [], specs
            )[0]
            values[name] = self._name_values(specs, row, nothing)
        first_month = today.replace(day=1) - relativedelta(months=TREND_MONTHS - 1)
        by_month = {
            (month.date() if isinstance(month, datetime) else month).replace(day=1): row
            for month, *row in Report._read_group(
                domain
                & self._get_period_domain(
                    Report, date, first_month, today + timedelta(days=1)
                ),
                [f"{date}:month"],
                specs,
            )
        }
        values["trend"] = [
            self._name_values(
                specs,
                by_month.get(first_month + relativedelta(months=index), nothing),
                nothing,
            )
            for index in range(TREND_MONTHS)
        ]
        return values

    def _name_values(self, specs, row, nothing):
        """:return: values by aggregate, those that are missing as they are for nothing.
        :rtype: dict
        """
        return {
            spec: empty if value is None or value is False else value
            for spec, value, empty in zip(specs, row, nothing, strict=True)
        }

    # === LISTS === #

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
                "id": step.id,
                "name": step.name,
                "count": counts.get(step, 0),
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
        soon = today + timedelta(days=INFORM_REMINDER_DAYS)
        is_open = Domain("outcome", "=", False)
        definitions = [
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
            (
                "tell",
                self.env._("Referrers who have not heard what came of it"),
                "crm.referral.candidate",
                Domain("state", "in", ["contacted", "converted"])
                & Domain("referrer_told_on", "=", False),
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
        return [
            {
                "code": code,
                "name": name,
                "count": self.env[model].search_count(domain & filters),
                "action": self._prepare_action(name, model, domain & filters),
            }
            for code, name, model, domain in definitions
        ]

    def _get_referrers(self, period, filters):
        """:return: the customers through whom most was won in the period.
        :rtype: list[dict]
        """
        Report = self.env["crm.referral.report"]
        rows = Report._read_group(
            Domain("kind", "=", "lead")
            & Domain("won_status", "=", "won")
            & filters
            & self._get_period_domain(Report, "date", *period),
            ["partner_id"],
            ["won_count:sum", "won_revenue:sum"],
            order="won_revenue:sum DESC, won_count:sum DESC",
            limit=TOP_REFERRERS,
        )
        partners = self.env["res.partner"].union(*(row[0] for row in rows))
        # Of another company perhaps: what was won through them counts all the same.
        visible = partners._filtered_access("read")
        return [
            {
                "id": partner.id,
                "name": partner.display_name
                if partner in visible
                else self.env._("A contact of another company"),
                "won_count": won_count,
                "won_revenue": won_revenue,
                "action": {
                    "type": "ir.actions.act_window",
                    "res_model": "res.partner",
                    "res_id": partner.id,
                    "views": [[False, "form"]],
                }
                if partner in visible
                else False,
            }
            for partner, won_count, won_revenue in rows
        ]

    # === TOOLS === #

    def _get_period_names(self):
        return [self.env._("30 days"), self.env._("90 days"), self.env._("12 months")]

    def _get_period_domain(self, model, fname, start, end):
        """:return: domain of the days from ``start`` to before ``end``, as the user
        counts days.
        """
        return self._get_since_domain(model, fname, start) & self._get_before_domain(
            model, fname, end
        )

    def _get_since_domain(self, model, fname, day):
        """:return: domain of what happened on that day of the user or later."""
        return Domain(fname, ">=", self._get_start_of_day(model._fields[fname], day))

    def _get_before_domain(self, model, fname, day):
        """:return: domain of what happened before that day of the user."""
        return Domain(fname, "<", self._get_start_of_day(model._fields[fname], day))

    def _get_start_of_day(self, field, day):
        if field.type != "datetime":
            return day
        return day_start_in(day, self.env.tz.zone)

    def _prepare_period_action(self, name, model, domain, fname, period):
        """The records of a figure; the period is a filter that can be taken off.

        :return: a window action, which has the filter beside its domain
        :rtype: dict
        """
        in_period = self._get_period_domain(self.env[model], fname, *period)
        start, end = period[0], period[1] - timedelta(days=1)
        return {
            **self._prepare_action(name, model, domain & in_period),
            "period": {
                "description": self.env._(
                    "%(field)s: %(start)s to %(end)s",
                    field=self.env[model]._fields[fname]._description_string(self.env),
                    start=format_date(self.env, start),
                    end=format_date(self.env, end),
                ),
                "domain": self._to_list(in_period),
                "other_domain": self._to_list(domain),
            },
        }

    def _prepare_action(self, name, model, domain):
        """:return: a window action on the records of a figure.
        :rtype: dict
        """
        leads = model == "crm.lead"
        views = {"crm.lead": "crm_referral.crm_lead_view_list_referral"}
        view = self.env.ref(views[model], raise_if_not_found=False) if leads else None
        return {
            "name": name,
            "type": "ir.actions.act_window",
            "res_model": model,
            "views": [[view.id if view else False, "list"], [False, "form"]],
            "domain": self._to_list(domain),
            # A lost lead is archived, and counts all the same.
            "context": {"active_test": False} if leads else {},
        }

    def _to_list(self, domain):
        """:return: a domain as the browser takes it.
        :rtype: list
        """
        return [
            [leaf[0], leaf[1], self._to_json(leaf[2])]
            if isinstance(leaf, (list, tuple))
            else leaf
            for leaf in list(domain)
        ]

    def _to_json(self, value):
        if isinstance(value, datetime):
            return fields.Datetime.to_string(value)
        if isinstance(value, (list, tuple, set, frozenset)) or hasattr(value, "union"):
            return list(value)
        if hasattr(value, "isoformat"):
            return fields.Date.to_string(value)
        return value
