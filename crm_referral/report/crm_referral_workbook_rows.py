from collections.abc import Callable
from dataclasses import dataclass, field, replace

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, Query
from odoo.tools.misc import get_lang

from odoo.addons.xlsx_stream.tools.workbook import Column, SheetSpec

KINDS_BY_FIELD_TYPE = {
    "integer": "integer",
    "float": "decimal",
    "monetary": "money",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}
NUMBER_KINDS = ("integer", "decimal", "money", "percent")


@dataclass(frozen=True)
class Source:
    """A column of a big sheet: which field it shows, under which heading.

    :param path: a stored field, also of a record that many2one fields lead to; of a
        many2one its name, of a selection its label; ``id`` is a link to the record, or
        as an integer only the number
    :param expression: gives the SQL of a value, for the alias of the table; the path
        is not followed then
    :param kind: of what an expression gives
    :param linked: of a many2one: its model, to which a link leads in place of a name
    :param only: a field and its value: in other rows the cell is empty
    """

    path: str
    header: str
    total: bool = False
    width: float | None = None
    style: dict = field(default_factory=dict)
    only: tuple[str, str] | None = None
    expression: Callable[[str], SQL] | None = None
    kind: str = "decimal"
    linked: str = ""


class CrmReferralWorkbookRows(models.AbstractModel):
    """The big sheets: a row per record, which PostgreSQL itself writes."""

    _inherit = "crm.referral.workbook"

    def _add_records(self, job, name, model, query, sources, **spec):
        """Add a sheet with a row per record of the query.

        :param str name: of the sheet
        :param str model: of the records
        :param Query query: which records; ``_search`` made it with the rules
        :param list sources: the columns; one is the id, by which the rows are ordered
        :return: the sheet
        """
        Model = self.env[model]
        one_currency = len(self._get_currencies(job.options)) == 1
        columns, terms = [], []
        for source in sources:
            term, column = self._prepare_column(
                job, Model, query, source, source.total and one_currency
            )
            columns.append(self._set_apart(column, columns))
            terms.append(term)
        lang = get_lang(self.env)
        sheet = job.book.add_sheet(
            SheetSpec(
                name,
                columns,
                query.select(*terms),
                key=[source.path for source in sources].index("id"),
                freeze_columns=2,
                total_label=self.env._("Total"),
                empty_text=self.env._("No record matches these filters."),
                header_style=self._get_header_style(),
                footer=f"&L&A&C{job.options['name'].replace('&', '&&')}&R&P / &N",
                paper=self._get_paper(),
                right_to_left=lang.direction == "rtl",
                **spec,
            )
        )
        job.sheets[name] = sheet
        return sheet

    def _set_apart(self, column, before):
        """:return: the column, so that its texts do not touch the numbers before."""
        if column.kind == "text" and before and before[-1].kind in NUMBER_KINDS:
            return replace(column, style={"indent": 1, **column.style})
        return column

    def _prepare_column(self, job, model, query, source, total):
        """:return: the SQL of a column's values, and how they become cells.
        :rtype: tuple[SQL, Column]
        """
        alias, query_model = query.table, model._name
        linked = source.linked
        if source.path == "id" and source.kind != "integer":
            linked = model._name
        if linked:
            link = f"{self.get_base_url()}/odoo/{linked}/{{}}"
            column = Column(
                *(source.header, "link", source.width),
                style={"align": "left", **source.style},
                link=link,
            )
            return SQL.identifier(alias, source.path), column
        if source.expression:
            column = Column(
                *(source.header, source.kind, source.width), style=source.style
            )
            return source.expression(alias), column
        term, target = self._follow(model, query, source.path)
        if source.only:
            fname, value = source.only
            condition = self.env[query_model]._field_to_sql(query.table, fname, query)
            term = SQL("CASE WHEN %s = %s THEN %s END", condition, value, term)
        kind = KINDS_BY_FIELD_TYPE.get(target.type, "text")
        style = {
            "date": {"num_format": job.date_code, "align": "left"},
            "datetime": {"num_format": job.datetime_code, "align": "left"},
            "money": {"num_format": job.money_code},
        }.get(kind, {})
        if kind == "text" and target.type in ("text", "html"):
            style = {"valign": "top"}
        return term, Column(
            source.header,
            kind,
            width=source.width,
            total=total,
            style={**style, **source.style},
        )

    def _follow(self, model, query, path):
        """:return: the SQL of what a reader calls the value, and its field.
        :rtype: tuple
        """
        alias = query.table
        *path, fname = path.split(".")
        for step in path:
            model, alias = self._join(model._fields[step], model, alias, query)
        target = model._fields[fname]
        if target.type == "many2one":
            model, alias = self._join(target, model, alias, query)
            target = model._fields[
                "complete_name" if model._name == "res.partner" else model._rec_name
            ]
            if model._name == "res.users":
                partner = model._fields["partner_id"]
                model, alias = self._join(partner, model, alias, query)
                target = model._fields["name"]
        term = model._field_to_sql(alias, target.name, query)
        if target.type == "selection":
            term = self._translate_selection(target, term)
        return term, target

    def _join(self, many2one, model, alias, query):
        """Follow a many2one once: two columns of one record share the join."""
        coalias = query.make_alias(alias, many2one.name)
        if coalias in query._joins:
            return self.env[many2one.comodel_name], coalias
        return many2one.join(model, alias, query)

    def _translate_selection(self, selection, term):
        """:return: the SQL of the labels, in the user's language."""
        labels = selection._description_selection(self.env)
        if not labels:
            return term
        cases = SQL(" ").join(
            SQL("WHEN %s THEN %s", value, label) for value, label in labels
        )
        return SQL("CASE %s %s ELSE %s END", term, cases, term)

    def _get_currencies(self, options):
        companies = self.env["res.company"].browse(options["company_ids"])
        return companies.currency_id

    def _get_owner_sources(self, path=""):
        """:param str path: that leads to the record, with a dot at its end
        :return: the columns that say whose a record is.
        """
        sources = [
            Source(f"{path}user_id", self.env._("Salesperson"), width=18),
            Source(f"{path}team_id", self.env._("Sales Team"), width=16),
        ]
        if self.env.user.has_group("base.group_multi_company"):
            sources.append(Source(f"{path}company_id", self.env._("Company"), width=20))
        return sources

    def _get_query_requests(self, options) -> Query:
        return self.env["crm.referral"]._search(self._get_referral_domain(options))

    def _add_sheet_requests(self, job):
        """A row per request that was asked in the period."""
        self._add_records(
            job,
            self.env._("Requests"),
            "crm.referral",
            self._get_query_requests(job.options),
            [
                Source("id", self.env._("Record")),
                Source("partner_id", self.env._("Customer"), width=32),
                Source("partner_id.industry_id", self.env._("Industry"), width=18),
                *self._get_owner_sources(),
                Source("create_date", self.env._("Asked On")),
                Source("step_id", self.env._("Step"), width=16),
                Source("outcome", self.env._("Outcome"), width=14),
                Source("decline_reason_id", self.env._("Decline Reason"), width=20),
                Source("closed_on", self.env._("Closed On")),
                Source("candidate_count", self.env._("Candidates"), total=True),
                Source("introduced_count", self.env._("Introductions"), total=True),
                Source("lead_count", self.env._("Leads"), total=True),
                Source("won_count", self.env._("Leads Won"), total=True),
                Source("won_revenue", self.env._("Won Revenue"), total=True),
                Source("challenge", self.env._("Challenge"), width=40),
                Source("improvement", self.env._("What Changed"), width=40),
                Source("promise", self.env._("Our Promise"), width=28),
                Source("promise_deadline", self.env._("Promised Until")),
                Source("promise_state", self.env._("Promise Kept"), width=12),
                Source("next_ask_date", self.env._("May Be Asked Again From")),
            ],
        )

    def _get_query_candidates(self, options) -> Query:
        domain = self._get_referral_domain(options, "crm.referral.candidate")
        if options["selection"] is None:
            domain &= Domain("referral_id.active", "=", True)
        return self.env["crm.referral.candidate"]._search(domain)

    def _add_sheet_candidates(self, job):
        """A row per candidate who was named in the period."""
        self._add_records(
            job,
            self.env._("Candidates"),
            "crm.referral.candidate",
            self._get_query_candidates(job.options),
            [
                Source("id", self.env._("Record")),
                Source("name", self.env._("Person")),
                Source("function", self.env._("Job Position"), width=22),
                Source("partner_name", self.env._("Organization"), width=24),
                Source("referrer_id", self.env._("Referrer"), width=32),
                *self._get_owner_sources(),
                Source("create_date", self.env._("Named On")),
                Source("named_by", self.env._("Named By"), width=14),
                Source("state", self.env._("State"), width=14),
                Source(
                    "introduction_channel", self.env._("Introduction Channel"), width=18
                ),
                Source("introduced_on", self.env._("Introduced On")),
                Source("contacted_on", self.env._("Contacted On")),
                Source("lead_id", self.env._("Lead"), width=32),
                Source("lead_won_status", self.env._("Lead Status"), width=14),
                Source("referrer_told_on", self.env._("Referrer Told On")),
                Source("informed_on", self.env._("Person Told On")),
                Source("closing_note", self.env._("Why It Ended"), width=40),
            ],
        )

    def _get_query_leads(self, options) -> Query:
        Lead = self.env["crm.lead"].with_context(active_test=False)
        domain = Domain("referrer_id", "!=", False) & (
            Domain("active", "=", True) | Domain("won_status", "in", ["won", "lost"])
        )
        created = self._get_referral_domain(options, "crm.lead")
        closed = self._get_referral_domain(options, "crm.lead", "date_closed")
        return Lead._search(domain & (created | closed))

    def _add_sheet_leads(self, job):
        """A row per lead from referral that was made or closed in the period."""
        self._add_records(
            job,
            self.env._("Leads and Revenue"),
            "crm.lead",
            self._get_query_leads(job.options),
            [
                Source("id", self.env._("Record")),
                Source("name", self.env._("Lead"), width=40),
                Source("referrer_id", self.env._("Referrer"), width=32),
                Source("partner_id", self.env._("Customer"), width=32),
                Source(
                    "partner_id.industry_id",
                    self.env._("Customer's Industry"),
                    width=18,
                ),
                *self._get_owner_sources(),
                Source("create_date", self.env._("Created On")),
                Source("stage_id", self.env._("Stage"), width=16),
                Source("won_status", self.env._("Status"), width=12),
                Source("date_closed", self.env._("Closed On")),
                Source("lost_reason_id", self.env._("Lost Reason"), width=18),
                Source(
                    "probability",
                    self.env._("Probability (%)"),
                    style={"num_format": "0.0"},
                ),
                Source("expected_revenue", self.env._("Expected Revenue"), total=True),
                Source(
                    "expected_revenue",
                    self.env._("Won Revenue"),
                    total=True,
                    only=("won_status", "won"),
                ),
                Source("company_id.currency_id", self.env._("Currency"), width=10),
            ],
        )
