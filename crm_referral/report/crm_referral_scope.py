from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_list
from odoo.tools.misc import format_date

from odoo.addons.crm_foundation.tools.period_domain import period_domain

from ..tools.report_periods import compared_period

# How records lead to the request that was selected.
REQUEST_PATHS = {
    "crm.referral.candidate": "referral_id",
    "crm.lead": "referral_candidate_id.referral_id",
}
# What may belong to no company.
WITHOUT_COMPANY = {"crm.lead", "crm.referral.report"}


class CrmReferralScope(models.AbstractModel):
    """What a report is about: the records of a period, of companies, teams and people,
    or what belongs to selected records; and that in words.

    Its options are those of ``crm.referral.export._prepare_options``. What is read is
    read with the rights, the companies, the language and the time zone of the
    environment: the record rules decide.
    """

    _name = "crm.referral.scope"
    _description = "Referral Workbook"

    # === DOMAINS === #

    @api.model
    def _get_domain(self, options, model="crm.referral", date="create_date"):
        """:param date: field of the day that counts; None for all dates
        :return: domain of the records of a model that a report is about
        :rtype: Domain
        """
        without = [False] if model in WITHOUT_COMPANY else []
        domain = Domain("company_id", "in", [*options["company_ids"], *without])
        if options["team_ids"]:
            domain &= Domain("team_id", "in", options["team_ids"])
        if options["salesperson_ids"]:
            domain &= Domain("user_id", "in", options["salesperson_ids"])
        if options["selection"] is not None:
            return domain & self._get_selection_domain(options, model)
        if date is None:
            return domain
        return domain & self._get_period_domain(options, model, date)

    @api.model
    def _get_selection_domain(self, options, model):
        """:return: domain of what belongs to the selected records. Of what does not
            lead to them, it is what is about the same customers.
        :rtype: Domain
        """
        selected, selection = options["selected_model"], options["selection"]
        if model == selected:
            return selection
        if (selected, model) == ("crm.referral", "crm.referral.report"):
            of_requests = Domain("referral_id", "any", selection)
            return self._get_selected_rows_domain() & of_requests
        if path := self._get_selection_paths(selected).get(model):
            return Domain(path, "any", selection)
        return self._get_customer_domain(options, model)

    @api.model
    def _get_selection_paths(self, selected):
        """:param str selected: the model of the selected records
        :return: by model the path that leads to them; an addon adds its own
        :rtype: dict[str, str]
        """
        return REQUEST_PATHS if selected == "crm.referral" else {}

    def _get_selected_rows_domain(self):
        """:return: domain of the rows of the analysis that count for selected requests:
        those of archived ones as well, if they were selected.
        :rtype: Domain
        """
        candidate = Domain("kind", "=", "candidate")
        return Domain("active", "in", [True, False]) & (
            Domain("active", "=", True)
            | Domain("kind", "in", ("request", "step"))
            | candidate & Domain("candidate_id.active", "=", True)
        )

    @api.model
    def _get_customer_domain(self, options, model):
        """:return: domain of what is about the customers of the selected records;
            of nothing when one of them knows no customer.
        :rtype: Domain
        """
        Selected = self.env[options["selected_model"]]
        if not ("partner_id" in Selected and "partner_id" in self.env[model]):
            return Domain.FALSE
        query = Selected._search(options["selection"])
        Partner, alias = Selected._fields["partner_id"].join(
            Selected, query.table, query
        )
        customers = query.select(
            Partner._field_to_sql(alias, "commercial_partner_id", query)
        )
        return Domain("partner_id.commercial_partner_id", "in", SQL("(%s)", customers))

    @api.model
    def _get_period_domain(self, options, model, fname):
        """:return: domain of the days of the period, both ends included, either open.
        :rtype: Domain
        """
        start, end = options["date_from"], options["date_to"]
        domain = period_domain(self.env[model], fname, start, end)
        if fname != "create_date" and not (start or end):
            domain &= Domain(fname, "!=", False)
        return domain

    # === PERIODS === #

    @api.model
    def _get_today(self):
        """:return: the reader's day."""
        return fields.Date.context_today(self)

    @api.model
    def _get_previous_period(self, options):
        """:return: the same days of the period before, or None."""
        start, end = options["date_from"], options["date_to"]
        if not start or not end or options["selection"] is not None:
            return None
        return compared_period(start, end, self._get_today())

    # === IN WORDS === #

    @api.model
    def _describe(self, options):
        """:return: what a report is about, in one line of words."""
        return " · ".join(
            [
                self._describe_period(options),
                self._describe_companies(options),
                *self._describe_narrowing(options),
            ]
        )

    @api.model
    def _describe_companies(self, options):
        """:return: the names of the companies a report is about."""
        companies = self.env["res.company"].browse(options["company_ids"])
        return format_list(self.env, companies.mapped("name"))

    @api.model
    def _describe_period(self, options):
        """:return: of when, or of which records, a report is."""
        start, end = options["date_from"], options["date_to"]
        if options["selection"] is not None:
            Selected = self.env[options["selected_model"]]
            count = Selected.search_count(options["selection"])
            return self.env._("%(number)s selected records", number=count)
        if start and end:
            return self.env._(
                "%(start)s to %(end)s",
                start=format_date(self.env, start),
                end=format_date(self.env, end),
            )
        if start:
            return self.env._("since %(start)s", start=format_date(self.env, start))
        if end:
            return self.env._("until %(end)s", end=format_date(self.env, end))
        return self.env._("all dates")

    @api.model
    def _describe_narrowing(self, options):
        """:return: the teams and the people a report is narrowed to, in words.
        :rtype: list[str]
        """
        return [
            format_list(self.env, self.env[model].browse(ids).mapped("display_name"))
            for model, ids in (
                ("crm.team", options["team_ids"]),
                ("res.users", options["salesperson_ids"]),
            )
            if ids
        ]

    @api.model
    def _describe_comparison(self, options):
        """:return: in words with which days the figures are compared, or nothing."""
        period = self._get_previous_period(options)
        if not period:
            return ""
        start, end = (format_date(self.env, day) for day in period)
        return self.env._(
            "Period before: %(start)s to %(end)s, the same days", start=start, end=end
        )
