from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

from dateutil.relativedelta import relativedelta
from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query
from odoo.tools.misc import format_date, format_datetime, get_lang

from ..tools.xlsx_stream import Column, SheetSpec, StreamWorkbook

# Excel's codes for those of strftime that languages use.
EXCEL_DATE_CODES = {
    "%Y": "yyyy",
    "%y": "yy",
    "%m": "mm",
    "%-m": "m",
    "%d": "dd",
    "%-d": "d",
    "%b": "mmm",
    "%B": "mmmm",
    "%a": "ddd",
    "%A": "dddd",
    "%H": "hh",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%p": "AM/PM",
}
KINDS_BY_FIELD_TYPE = {
    "integer": "integer",
    "float": "decimal",
    "monetary": "money",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}
MAX_MONTHS = 120
# Where the charts of the summary are, to the right of its tables.
CHART_ROWS = (3, 20, 37, 54)
CHART_COLUMN = 8
MAX_SALESPEOPLE = 100


@dataclass(frozen=True)
class Source:
    """A column of a big sheet: which field it shows, under which heading.

    :param path: a stored field, also of a record that many2one fields lead to; of a
        many2one its name, of a selection its label; ``id`` is a link to the record
    :param only: a field and its value: in other rows the cell is empty
    """

    path: str
    header: str
    total: bool = False
    width: float | None = None
    style: dict = field(default_factory=dict)
    only: tuple[str, str] | None = None


class CrmReferralWorkbook(models.AbstractModel):
    """Makes the workbook of an export: which sheets there are, and what is in them.

    A sheet is one record of ``crm.referral.export.sheet`` and one method
    ``_add_sheet_<code>`` here. Whatever is read is read with the rights, the companies,
    the language and the time zone of the environment: the record rules decide.
    """

    _name = "crm.referral.workbook"
    _description = "Referral Workbook"

    @api.model
    def _build(self, options, target, progress=None, spool=None):
        """Write the workbook.

        :param dict options: what ``crm.referral.export._prepare_options`` returns
        :param target: a path, or a binary file that can seek
        :param progress: is called with the rows written and the rows there are; what it
            raises cancels, and leaves no file
        :param spool: takes the rows first, slice by slice; see ``tools.xlsx_spool``
        :return: what became of it: rows, cut texts, size
        """
        self.env.flush_all()
        if spool:
            # All slices before the sheets that are made anew in each run.
            book, job = self._prepare_job(options, None, spool=spool)
            for code in options["sheets"]:
                if hasattr(self, f"_get_query_{code}"):
                    getattr(self, f"_add_sheet_{code}")(job)
            book.discard()
        book, job = self._prepare_job(options, target, progress=progress, spool=spool)
        with book:
            for code in options["sheets"]:
                getattr(self, f"_add_sheet_{code}")(job)
            book.workbook.worksheets()[0].activate()
        return book.report

    def _prepare_job(self, options, target, **stream):
        """:return: the workbook, and what the sheets need to know of it.
        :rtype: tuple
        """
        book = StreamWorkbook(self.env.cr, target, timezone=self.env.tz.zone, **stream)
        job = SimpleNamespace(
            book=book,
            options=options,
            currency=self.env.company.currency_id,
            sheets={},
            **self._prepare_formats(book.workbook),
        )
        book.workbook.set_properties(
            {
                "title": options["name"],
                "author": self.env.user.name,
                "company": self.env.company.name,
                "created": fields.Datetime.context_timestamp(
                    self, self.env.cr.now()
                ).replace(tzinfo=None),
            }
        )
        return book, job

    @api.model
    def _count_rows(self, options):
        """:return: the rows that the big sheets will have.
        :rtype: int
        """
        counts = 0
        for code in options["sheets"]:
            query = getattr(self, f"_get_query_{code}", None)
            if query:
                query = query(options)
                # ORM's own count would stop at what it may cache.
                [(count,)] = self.env.execute_query(query.select(SQL("COUNT(*)")))
                counts += count
        return counts

    # === WHAT IS IN IT === #

    def _get_referral_domain(self, options, model="crm.referral", date="create_date"):
        """:return: domain of the records of an export.
        :rtype: Domain
        """
        domain = Domain("company_id", "in", self._get_company_ids(options, model))
        if options["team_ids"]:
            domain &= Domain("team_id", "in", options["team_ids"])
        if options["salesperson_ids"]:
            domain &= Domain("user_id", "in", options["salesperson_ids"])
        if options["referral_ids"] is not None:
            path = {
                "crm.referral": "id",
                "crm.lead": "referral_candidate_id.referral_id",
            }.get(model, "referral_id")
            return domain & Domain(path, "in", options["referral_ids"])
        return domain & self._get_period_domain(
            model, date, options["date_from"], options["date_to"]
        )

    def _get_company_ids(self, options, model):
        # A lead may belong to no company.
        without = [False] if model in ("crm.lead", "crm.referral.report") else []
        return [*options["company_ids"], *without]

    def _get_period_domain(self, model, fname, date_from, date_to):
        """:return: domain of the days of a period, both ends included, either open."""
        Dashboard = self.env["crm.referral.dashboard"]
        domain = Domain.TRUE
        if date_from:
            domain &= Dashboard._get_since_domain(self.env[model], fname, date_from)
        if date_to:
            domain &= Dashboard._get_before_domain(
                self.env[model], fname, date_to + timedelta(days=1)
            )
        if fname != "create_date" and not (date_from or date_to):
            domain &= Domain(fname, "!=", False)
        return domain

    # === BIG SHEETS === #

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
            columns.append(column)
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
                footer=f"&L&A&C{job.options['name'].replace('&', '&&')}&R&P / &N",
                right_to_left=lang.direction == "rtl",
                **spec,
            )
        )
        job.sheets[name] = sheet
        return sheet

    def _prepare_column(self, job, model, query, source, total):
        """:return: the SQL of a column's values, and how they become cells.
        :rtype: tuple[SQL, Column]
        """
        alias, query_model = query.table, model._name
        if source.path == "id":
            link = f"{self.get_base_url()}/odoo/{model._name}/{{}}"
            column = Column(source.header, "link", width=source.width, link=link)
            return SQL.identifier(alias, "id"), column
        *path, fname = source.path.split(".")
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
        if source.only:
            fname, value = source.only
            condition = self.env[query_model]._field_to_sql(query.table, fname, query)
            term = SQL("CASE WHEN %s = %s THEN %s END", condition, value, term)
        kind = KINDS_BY_FIELD_TYPE.get(target.type, "text")
        if target.type == "selection":
            term = self._translate_selection(target, term)
        style = {
            "date": {"num_format": job.date_code},
            "datetime": {"num_format": job.datetime_code},
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
                Source("id", self.env._("Open")),
                Source("partner_id", self.env._("Customer"), width=32),
                Source("partner_id.industry_id", self.env._("Industry")),
                Source("user_id", self.env._("Salesperson")),
                Source("team_id", self.env._("Sales Team")),
                *self._get_company_source(),
                Source("create_date", self.env._("Asked On")),
                Source("step_id", self.env._("Step")),
                Source("outcome", self.env._("Outcome"), width=14),
                Source("decline_reason_id", self.env._("Decline Reason")),
                Source("closed_on", self.env._("Closed On")),
                Source("candidate_count", self.env._("Candidates"), total=True),
                Source("introduced_count", self.env._("Introductions"), total=True),
                Source("lead_count", self.env._("Leads"), total=True),
                Source("won_count", self.env._("Leads Won"), total=True),
                Source("won_revenue", self.env._("Won Revenue"), total=True),
                Source("challenge", self.env._("Challenge"), width=40),
                Source("improvement", self.env._("What Changed"), width=40),
                Source("promise", self.env._("Our Promise")),
                Source("promise_deadline", self.env._("Promised Until")),
                Source("promise_state", self.env._("Promise Kept"), width=12),
                Source("next_ask_date", self.env._("May Be Asked Again From")),
            ],
        )

    def _get_query_candidates(self, options) -> Query:
        return self.env["crm.referral.candidate"]._search(
            self._get_referral_domain(options, "crm.referral.candidate")
            & Domain("referral_id.active", "=", True)
        )

    def _add_sheet_candidates(self, job):
        """A row per candidate who was named in the period."""
        self._add_records(
            job,
            self.env._("Candidates"),
            "crm.referral.candidate",
            self._get_query_candidates(job.options),
            [
                Source("id", self.env._("Open")),
                Source("name", self.env._("Person")),
                Source("function", self.env._("Job Position")),
                Source("partner_name", self.env._("Organization")),
                Source("referrer_id", self.env._("Referrer"), width=32),
                Source("user_id", self.env._("Salesperson")),
                Source("team_id", self.env._("Sales Team")),
                *self._get_company_source(),
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
            Domain("active", "=", True) | Domain("won_status", "=", "lost")
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
                Source("id", self.env._("Open")),
                Source("name", self.env._("Lead"), width=40),
                Source("referrer_id", self.env._("Referrer"), width=32),
                Source("partner_id", self.env._("Customer"), width=32),
                Source("partner_id.industry_id", self.env._("Customer's Industry")),
                Source("user_id", self.env._("Salesperson")),
                Source("team_id", self.env._("Sales Team")),
                *self._get_company_source(),
                Source("create_date", self.env._("Created On")),
                Source("stage_id", self.env._("Stage")),
                Source("won_status", self.env._("Status"), width=12),
                Source("date_closed", self.env._("Closed On")),
                Source("lost_reason_id", self.env._("Lost Reason")),
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

    def _get_company_source(self):
        if not self.env.user.has_group("base.group_multi_company"):
            return []
        return [Source("company_id", self.env._("Company"))]

    def _get_query_actions(self, options) -> Query:
        """Activities of requests and candidates that the user may see."""
        domain = self._get_referral_domain({**options, "date_from": None})
        referrals = self.env["crm.referral"]._search(domain)
        candidates = self.env["crm.referral.candidate"]._search(
            Domain("referral_id", "in", referrals)
        )
        due = Domain.TRUE
        if options["date_to"] and options["referral_ids"] is None:
            due = Domain("date_deadline", "<=", options["date_to"])
        # sudo: whoever may see the request may see what is due on it; the domain holds
        # only requests and candidates that the rules leave
        return (
            self.env["mail.activity"]
            .sudo()
            ._search(
                due
                & (
                    (
                        Domain("res_model", "=", "crm.referral")
                        & Domain("res_id", "in", referrals)
                    )
                    | (
                        Domain("res_model", "=", "crm.referral.candidate")
                        & Domain("res_id", "in", candidates)
                    )
                )
            )
        )

    def _add_sheet_actions(self, job):
        """A row per open activity that is due until the end of the period."""
        query = self._get_query_actions(job.options)
        activity = query.table
        query.add_join(
            "LEFT JOIN",
            "candidate",
            "crm_referral_candidate",
            SQL(
                "%s = 'crm.referral.candidate' AND candidate.id = %s",
                SQL.identifier(activity, "res_model"),
                SQL.identifier(activity, "res_id"),
            ),
        )
        query.add_join(
            "JOIN",
            "referral",
            "crm_referral",
            SQL(
                "referral.id = COALESCE(candidate.referral_id, %s)",
                SQL.identifier(activity, "res_id"),
            ),
        )
        query.add_join(
            "JOIN", "customer", "res_partner", SQL("customer.id = referral.partner_id")
        )
        Activity = self.env["mail.activity"].sudo()  # sudo: see _get_query_actions
        sources = [
            Source("date_deadline", self.env._("Due On")),
            Source("activity_type_id", self.env._("Type")),
            Source("summary", self.env._("What to Do"), width=40),
            Source("user_id", self.env._("Assigned To")),
        ]
        prepared = [
            self._prepare_column(job, Activity, query, source, False)
            for source in sources
        ]
        link = f"{self.get_base_url()}/odoo/crm.referral/{{}}"
        columns = [
            Column(self.env._("Open"), "link", link=link),
            *(column for _term, column in prepared),
            Column(self.env._("Customer"), width=32),
            Column(self.env._("Candidate")),
        ]
        terms = [
            SQL("referral.id"),
            *(term for term, _column in prepared),
            SQL("customer.complete_name"),
            SQL("COALESCE(candidate.name, candidate.function)"),
        ]
        job.sheets[self.env._("Actions Due")] = job.book.add_sheet(
            SheetSpec(
                self.env._("Actions Due"),
                columns,
                query.select(*terms),
                order_by=SQL(
                    "%s, %s",
                    SQL.identifier(activity, "date_deadline"),
                    SQL.identifier(activity, "id"),
                ),
                freeze_columns=2,
                empty_text=self.env._("Nothing is due."),
                right_to_left=get_lang(self.env).direction == "rtl",
            )
        )

    # === SUMMARY === #

    def _get_key_figures(self):
        """The figures of the summary.

        :return: for each its code, name, definition, kinds of rows in the analysis,
            field of the day that counts, aggregate and format; a rate names the two
            figures that it divides
        :rtype: list[dict]
        """

        def figure(code, name, help_text, kinds, date, aggregate, fmt="integer"):
            return {
                "code": code,
                "name": name,
                "help": help_text,
                "kinds": kinds,
                "date": date,
                "aggregate": aggregate,
                "format": fmt,
            }

        def rate(code, name, help_text, part, whole):
            return {
                "code": code,
                "name": name,
                "help": help_text,
                "part": part,
                "whole": whole,
                "format": "percent",
            }

        request, candidate, lead = ["request"], ["candidate"], ["lead"]
        revenue = ["lead", "other"]
        return [
            figure(
                "asks",
                self.env._("Requests"),
                self.env._("Requests that were started in the period."),
                request,
                "date",
                "request_count:sum",
            ),
            figure(
                "closed",
                self.env._("Requests closed"),
                self.env._(
                    "Requests that got an outcome in the period, whenever they started."
                ),
                request,
                "closed_on",
                "request_closed_count:sum",
            ),
            figure(
                "succeeded",
                self.env._("… with an introduction"),
                self.env._("Requests that were closed as “Introduced” in the period."),
                request,
                "closed_on",
                "request_introduced_count:sum",
            ),
            rate(
                "success_rate",
                self.env._("Share with an introduction"),
                self.env._(
                    "Requests closed with an introduction, of all requests closed."
                ),
                "succeeded",
                "closed",
            ),
            figure(
                "declined",
                self.env._("… declined"),
                self.env._("Requests that were closed as “Declined” in the period."),
                request,
                "closed_on",
                "request_declined_count:sum",
            ),
            rate(
                "decline_rate",
                self.env._("Share declined"),
                self.env._("Requests closed as declined, of all requests closed."),
                "declined",
                "closed",
            ),
            figure(
                "candidates",
                self.env._("Candidates named"),
                self.env._("Candidates who were named in the period."),
                candidate,
                "date",
                "candidate_count:sum",
            ),
            figure(
                "introductions",
                self.env._("Introductions"),
                self.env._(
                    "Candidates whom a customer introduced to us in the period."
                ),
                candidate,
                "introduced_on",
                "introduced_count:sum",
            ),
            figure(
                "leads",
                self.env._("Leads"),
                self.env._("Leads with a referrer that were made in the period."),
                lead,
                "lead_created_on",
                "lead_count:sum",
            ),
            figure(
                "won",
                self.env._("Leads won"),
                self.env._("Leads with a referrer that were won in the period."),
                lead,
                "date",
                "won_count:sum",
            ),
            figure(
                "lost",
                self.env._("Leads lost"),
                self.env._("Leads with a referrer that were lost in the period."),
                lead,
                "date",
                "lost_count:sum",
            ),
            rate(
                "win_rate",
                self.env._("Win rate"),
                self.env._(
                    "Leads with a referrer that were won, of those won or lost."
                ),
                "won",
                ("won", "lost"),
            ),
            figure(
                "revenue",
                self.env._("Won revenue from referral"),
                self.env._(
                    "Expected revenue of the leads with a referrer that were won in "
                    "the period, converted at the rate of the day they were won."
                ),
                revenue,
                "date",
                "won_revenue:sum",
                "money",
            ),
            figure(
                "all_revenue",
                self.env._("All won revenue"),
                self.env._("Expected revenue of all opportunities won in the period."),
                revenue,
                "date",
                "total_won_revenue:sum",
                "money",
            ),
            rate(
                "share",
                self.env._("Share of won revenue"),
                self.env._("Won revenue from referral, of all won revenue."),
                "revenue",
                "all_revenue",
            ),
            figure(
                "days_to_close",
                self.env._("Days to close a request"),
                self.env._(
                    "Average days from start to outcome of the requests closed."
                ),
                request,
                "closed_on",
                "days_to_close:avg",
                "decimal",
            ),
            figure(
                "days_to_win",
                self.env._("Days from asking to winning"),
                self.env._(
                    "Average days from the start of the request to the won lead."
                ),
                lead,
                "date",
                "days_to_win:avg",
                "decimal",
            ),
        ]

    def _get_report_domain(self, options, kinds, date, period=None):
        """:return: domain of rows of the analysis; of a selection, all dates.
        :rtype: Domain
        """
        if period:
            options = {**options, "date_from": period[0], "date_to": period[1]}
        domain = self._get_referral_domain(options, "crm.referral.report", date)
        return domain & Domain("kind", "in", kinds)

    def _read_key_figures(self, options, period=None):
        """:return: the value of each figure that is no rate, by its code.
        :rtype: dict
        """
        Report = self.env["crm.referral.report"]
        figures = [f for f in self._get_key_figures() if "aggregate" in f]
        values = {}
        for kinds, date in dict.fromkeys(
            (tuple(f["kinds"]), f["date"]) for f in figures
        ):
            same = [
                f for f in figures if (tuple(f["kinds"]), f["date"]) == (kinds, date)
            ]
            [row] = Report._read_group(
                self._get_report_domain(options, kinds, date, period),
                [],
                [f["aggregate"] for f in same],
            )
            for figure, value in zip(same, row, strict=True):
                # There is no average of nothing, but its sum is zero.
                nothing = None if figure["aggregate"].endswith(":avg") else 0
                is_known = value is not None and value is not False
                values[figure["code"]] = value if is_known else nothing
        return values

    def _get_previous_period(self, options):
        """:return: the period of the same length before, or None."""
        start, end = options["date_from"], options["date_to"]
        if not start or not end or options["referral_ids"] is not None:
            return None
        first_of_month = start.day == 1 and (end + timedelta(days=1)).day == 1
        if first_of_month:
            months = (end.year - start.year) * 12 + end.month - start.month + 1
            return start - relativedelta(months=months), start - timedelta(days=1)
        length = end - start + timedelta(days=1)
        return start - length, start - timedelta(days=1)

    def _add_sheet_summary(self, job):
        """Key figures, tables by month, salesperson, state and channel; charts."""
        sheet = self._add_worksheet(job, self.env._("Summary"))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 7, 15)
        sheet.write_string(0, 0, job.options["name"], job.title)
        sheet.write_string(1, 0, self._describe_filters(job.options), job.muted)
        row = self._write_key_figures(job, sheet, 3) + 2
        row = self._write_months(job, sheet, row) + 2
        row = self._write_salespeople(job, sheet, row) + 2
        row = self._write_candidates(job, sheet, row)
        # The charts are beside the tables.
        sheet.print_area(0, 0, max(row, CHART_ROWS[-1] + 16), CHART_COLUMN + 10)

    def _write_key_figures(self, job, sheet, row):
        previous_period = self._get_previous_period(job.options)
        current = self._read_key_figures(job.options)
        periods = [current]
        headers = [self.env._("Key figures"), self.env._("Period")]
        if previous_period:
            periods.append(self._read_key_figures(job.options, previous_period))
            headers += [self.env._("Period Before"), self.env._("Change")]
        self._write_headers(job, sheet, row, headers)
        figures = self._get_key_figures()
        rows = {f["code"]: row + 1 + index for index, f in enumerate(figures)}
        for figure in figures:
            row = rows[figure["code"]]
            sheet.write_string(row, 0, figure["name"], job.text)
            sheet.write_comment(row, 0, figure["help"])
            for column, values in enumerate(periods, 1):
                self._write_figure(job, sheet, row, column, figure, values, rows)
            if previous_period and "aggregate" in figure:
                now, before = (xl_rowcol_to_cell(row, column) for column in (1, 2))
                old = periods[1][figure["code"]] or 0
                new = periods[0][figure["code"]] or 0
                sheet.write_formula(
                    row,
                    3,
                    f'=IF(N({before})=0,"",N({now})/{before}-1)',
                    job.change,
                    new / old - 1 if old else "",
                )
        if not any(current.values()):
            row += 1
            sheet.write_string(
                row, 0, self.env._("There is nothing in this period."), job.muted
            )
        return row

    def _write_figure(self, job, sheet, row, column, figure, values, rows):
        if "aggregate" in figure:
            value = values[figure["code"]]
            if value is None or value is False:
                sheet.write_blank(row, column, None, job.number[figure["format"]])
            else:
                sheet.write_number(row, column, value, job.number[figure["format"]])
            return
        parts = figure["whole"]
        parts = (parts,) if isinstance(parts, str) else parts
        part = xl_rowcol_to_cell(rows[figure["part"]], column)
        whole = "+".join(xl_rowcol_to_cell(rows[code], column) for code in parts)
        total = sum(values[code] or 0 for code in parts)
        sheet.write_formula(
            row,
            column,
            f'=IF(({whole})=0,"",{part}/({whole}))',
            job.number["percent"],
            (values[figure["part"]] or 0) / total if total else "",
        )

    def _write_months(self, job, sheet, row):
        """Month by month, with the two charts that show it."""
        series = [
            (
                self.env._("Requests"),
                ["request"],
                "date",
                "request_count:sum",
                "integer",
            ),
            (
                self.env._("Introductions"),
                ["candidate"],
                "introduced_on",
                "introduced_count:sum",
                "integer",
            ),
            (
                self.env._("Leads"),
                ["lead"],
                "lead_created_on",
                "lead_count:sum",
                "integer",
            ),
            (self.env._("Leads won"), ["lead"], "date", "won_count:sum", "integer"),
            (self.env._("Won revenue"), ["lead"], "date", "won_revenue:sum", "money"),
            (
                self.env._("All won revenue"),
                ["lead", "other"],
                "date",
                "total_won_revenue:sum",
                "money",
            ),
        ]
        Report = self.env["crm.referral.report"]
        columns = []
        for _name, kinds, date, aggregate, _format in series:
            groups = Report._read_group(
                self._get_report_domain(job.options, kinds, date),
                [f"{date}:month"],
                [aggregate],
            )
            columns.append(
                {
                    fields.Date.to_date(month).replace(day=1): value
                    for month, value in groups
                    if month
                }
            )
        months = self._get_months(job.options, columns)
        self._write_headers(
            job, sheet, row, [self.env._("Month"), *(name for name, *_x in series)]
        )
        first = row + 1
        for month in months:
            row += 1
            sheet.write_datetime(row, 0, fields.Datetime.to_datetime(month), job.month)
            for index, values in enumerate(columns, 1):
                fmt = job.number[series[index - 1][4]]
                sheet.write_number(row, index, values.get(month) or 0, fmt)
        totals = [sum(values.get(month) or 0 for month in months) for values in columns]
        row = self._write_totals(job, sheet, row, first, totals, [s[4] for s in series])
        if months:
            last = row - 1
            self._insert_chart(
                job,
                sheet,
                CHART_ROWS[0],
                "column",
                self.env._("From asking to winning"),
                first,
                last,
                (1, 2, 4),
            )
            self._insert_chart(
                job,
                sheet,
                CHART_ROWS[1],
                "line",
                self.env._("Won revenue"),
                first,
                last,
                (5, 6),
            )
        return row

    def _get_months(self, options, columns):
        known = sorted(set().union(*columns)) if any(columns) else []
        start = options["date_from"] or (known and known[0])
        end = options["date_to"] or (known and known[-1])
        if options["referral_ids"] is not None:
            start, end = (known[0], known[-1]) if known else (None, None)
        if not start or not end:
            return []
        month, months = start.replace(day=1), []
        while month <= end:
            months.append(month)
            month += relativedelta(months=1)
        return months[-MAX_MONTHS:]

    def _write_salespeople(self, job, sheet, row):
        Report = self.env["crm.referral.report"]
        series = [
            (
                self.env._("Requests"),
                ["request"],
                "date",
                "request_count:sum",
                "integer",
            ),
            (
                self.env._("Introductions"),
                ["candidate"],
                "introduced_on",
                "introduced_count:sum",
                "integer",
            ),
            (self.env._("Leads won"), ["lead"], "date", "won_count:sum", "integer"),
            (self.env._("Won revenue"), ["lead"], "date", "won_revenue:sum", "money"),
        ]
        columns = [
            dict(
                Report._read_group(
                    self._get_report_domain(job.options, kinds, date),
                    ["user_id"],
                    [aggregate],
                )
            )
            for _name, kinds, date, aggregate, _format in series
        ]
        users = sorted(
            {user for values in columns for user, value in values.items() if value},
            key=lambda user: (
                -(columns[3].get(user) or 0),
                -(columns[0].get(user) or 0),
            ),
        )
        self._write_headers(
            job,
            sheet,
            row,
            [self.env._("Salesperson"), *(name for name, *_x in series)],
        )
        first = row + 1
        shown, others = users[:MAX_SALESPEOPLE], users[MAX_SALESPEOPLE:]
        lines = [
            (
                user.name or self.env._("Unassigned"),
                [values.get(user) or 0 for values in columns],
            )
            for user in shown
        ]
        if others:
            lines.append(
                (
                    self.env._("Others"),
                    [
                        sum(values.get(user) or 0 for user in others)
                        for values in columns
                    ],
                )
            )
        for name, figures in lines:
            row += 1
            sheet.write_string(row, 0, name, job.text)
            for index, value in enumerate(figures, 1):
                sheet.write_number(row, index, value, job.number[series[index - 1][4]])
        totals = [sum(figures[i] for _n, figures in lines) for i in range(len(series))]
        return self._write_totals(
            job, sheet, row, first, totals, [s[4] for s in series]
        )

    def _write_candidates(self, job, sheet, row):
        """Candidates by state and by channel, each with its share and its chart."""
        Report = self.env["crm.referral.report"]
        domain = self._get_report_domain(job.options, ["candidate"], "date")
        for chart_row, fname, title in (
            (CHART_ROWS[2], "state", self.env._("Candidates by state")),
            (
                CHART_ROWS[3],
                "introduction_channel",
                self.env._("Candidates by channel"),
            ),
        ):
            groups = dict(Report._read_group(domain, [fname], ["candidate_count:sum"]))
            labels = Report._fields[fname]._description_selection(self.env)
            self._write_headers(
                job, sheet, row, [title, self.env._("Candidates"), self.env._("Share")]
            )
            first, last = row + 1, row + len(labels)
            total = sum(groups.values())
            for value, label in labels:
                row += 1
                count = groups.get(value, 0)
                cell = xl_rowcol_to_cell(row, 1)
                area = (
                    f"{xl_rowcol_to_cell(first, 1, True)}:"
                    f"{xl_rowcol_to_cell(last, 1, True)}"
                )
                sheet.write_string(row, 0, label, job.text)
                sheet.write_number(row, 1, count, job.number["integer"])
                sheet.write_formula(
                    row,
                    2,
                    f'=IF(SUM({area})=0,"",{cell}/SUM({area}))',
                    job.number["percent"],
                    count / total if total else "",
                )
            row = self._write_totals(job, sheet, row, first, [total], ["integer"])
            if total:
                self._insert_chart(
                    job, sheet, chart_row, "bar", title, first, last, (1,)
                )
            row += 2
        return row

    # === FUNNEL === #

    def _add_sheet_funnel(self, job):
        """A row per step: how many entered, left, skipped, and how long they stayed."""
        Report = self.env["crm.referral.report"]
        specs = [
            ("step_entered_count:sum", self.env._("Entered")),
            ("step_left_count:sum", self.env._("Left")),
            ("step_done_count:sum", self.env._("Completed")),
            ("step_skipped_count:sum", self.env._("Skipped")),
            ("step_back_count:sum", self.env._("Went Back")),
        ]
        domain = self._get_report_domain(job.options, ["step"], "date")
        groups = {
            step: row
            for step, *row in Report._read_group(
                domain, ["step_id"], [*(spec for spec, _n in specs), "step_hours:avg"]
            )
        }
        [(average,)] = Report._read_group(domain, [], ["step_hours:avg"])
        sheet = self._add_worksheet(job, self.env._("Funnel"))
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 8, 13)
        sheet.write_string(0, 0, self.env._("Funnel by step"), job.title)
        sheet.write_string(
            1, 0, self.env._("Steps that were entered in the period."), job.muted
        )
        headers = [
            self.env._("Step"),
            *(name for _spec, name in specs),
            self.env._("Completed of Left"),
            self.env._("Skipped of Left"),
            self.env._("Average Days in Step"),
        ]
        self._write_headers(job, sheet, 3, headers)
        sheet.freeze_panes(4, 1)
        steps = self.env["crm.referral"]._get_steps()
        first, row = 4, 3
        for step in steps:
            row += 1
            *counts, hours = groups.get(step, [0] * (len(specs) + 1))
            sheet.write_string(row, 0, step.name, job.text)
            for index, count in enumerate(counts, 1):
                sheet.write_number(row, index, count or 0, job.number["integer"])
            self._write_step_rates(job, sheet, row, counts)
            if hours:
                sheet.write_number(row, 8, hours / 24, job.number["decimal"])
        totals = [
            sum((groups[step][index] or 0) for step in groups)
            for index in range(len(specs))
        ]
        row = self._write_totals(
            job, sheet, row, first, totals, ["integer"] * len(specs)
        )
        self._write_step_rates(job, sheet, row, totals)
        if average:
            sheet.write_number(row, 8, average / 24, job.bold["decimal"])
        self._insert_chart(
            job,
            sheet,
            row + 2,
            "bar",
            self.env._("Funnel by step"),
            first,
            row - 1,
            (1, 3),
            0,
        )

    def _write_step_rates(self, job, sheet, row, counts):
        left = counts[1] or 0
        whole = xl_rowcol_to_cell(row, 2)
        for column, index in ((6, 2), (7, 3)):
            part = xl_rowcol_to_cell(row, index + 1)
            sheet.write_formula(
                row,
                column,
                f'=IF({whole}=0,"",{part}/{whole})',
                job.number["percent"],
                (counts[index] or 0) / left if left else "",
            )

    # === ABOUT === #

    def _add_sheet_about(self, job):
        """Who made this and when, with which filters, and what every figure means."""
        sheet = self._add_worksheet(job, self.env._("About"))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 90)
        options = job.options
        now = format_datetime(self.env, self.env.cr.now(), dt_format="medium")
        lines = [
            (self.env._("Workbook"), options["name"]),
            (self.env._("Made by"), self.env.user.name),
            (self.env._("Made on"), f"{now} ({self.env.tz.zone})"),
            (self.env._("Filters"), self._describe_filters(options)),
            (
                self.env._("What is in it"),
                self.env._(
                    "Only what %(user)s may see in Odoo.", user=self.env.user.name
                ),
            ),
            (
                self.env._("Currency"),
                self.env._(
                    "Sums are in %(currency)s. Single leads are in the currency of "
                    "their company.",
                    currency=job.currency.name,
                ),
            ),
        ]
        sheet.write_string(0, 0, self.env._("About this workbook"), job.title)
        row = 2
        for name, text in lines:
            sheet.write_string(row, 0, name, job.label)
            sheet.write_string(row, 1, text, job.wrapped)
            row += 1
        row += 1
        self._write_headers(
            job, sheet, row, [self.env._("Sheet"), self.env._("Rows")], job.text_header
        )
        for name, each in job.sheets.items():
            row += 1
            text = str(each.rows)
            if len(each.names) > 1:
                text = self.env._(
                    "%(rows)s, in %(number)s sheets, because Excel allows no more rows "
                    "in one",
                    rows=text,
                    number=len(each.names),
                )
            elif not each.rows:
                text = self.env._("0: no record matches these filters")
            sheet.write_string(row, 0, name, job.label)
            sheet.write_string(row, 1, text, job.wrapped)
        row += 2
        self._write_headers(
            job,
            sheet,
            row,
            [self.env._("Figure"), self.env._("What it means")],
            job.text_header,
        )
        for figure in self._get_key_figures():
            row += 1
            sheet.write_string(row, 0, figure["name"], job.label)
            sheet.write_string(row, 1, figure["help"], job.wrapped)
        for name, text in self._get_sheet_definitions():
            row += 1
            sheet.write_string(row, 0, name, job.label)
            sheet.write_string(row, 1, text, job.wrapped)

    def _get_sheet_definitions(self):
        return [
            (
                self.env._("Funnel"),
                self.env._("Stays in a step that began in the period."),
            ),
            (
                self.env._("Requests"),
                self.env._("Requests that were started in the period."),
            ),
            (
                self.env._("Candidates"),
                self.env._("Candidates who were named in the period."),
            ),
            (
                self.env._("Leads and Revenue"),
                self.env._(
                    "Leads with a referrer that were made or closed in the period; the "
                    "totals follow the filter that you set in the sheet."
                ),
            ),
            (
                self.env._("Actions Due"),
                self.env._(
                    "Open activities on requests and their candidates that are due "
                    "until the end of the period."
                ),
            ),
            (
                self.env._("Selection"),
                self.env._(
                    "When the workbook was made of selected requests, all sheets show "
                    "what belongs to them, whatever the date."
                ),
            ),
        ]

    def _describe_filters(self, options):
        """:return: the filters of an export in one line of words."""
        parts = []
        if options["referral_ids"] is not None:
            parts.append(
                self.env._(
                    "%(number)s selected requests", number=len(options["referral_ids"])
                )
            )
        elif options["date_from"] and options["date_to"]:
            parts.append(
                self.env._(
                    "%(start)s to %(end)s",
                    start=format_date(self.env, options["date_from"]),
                    end=format_date(self.env, options["date_to"]),
                )
            )
        elif options["date_from"]:
            parts.append(
                self.env._(
                    "since %(start)s", start=format_date(self.env, options["date_from"])
                )
            )
        elif options["date_to"]:
            parts.append(
                self.env._(
                    "until %(end)s", end=format_date(self.env, options["date_to"])
                )
            )
        else:
            parts.append(self.env._("all dates"))
        for model, ids in (
            ("res.company", options["company_ids"]),
            ("crm.team", options["team_ids"]),
            ("res.users", options["salesperson_ids"]),
        ):
            if ids:
                names = self.env[model].browse(ids).mapped("display_name")
                parts.append(", ".join(names))
        return " · ".join(parts)

    # === LAYOUT === #

    def _prepare_formats(self, workbook):
        """:return: formats by name, in the user's language.
        :rtype: dict
        """
        lang = get_lang(self.env)
        date_code = self._to_excel_code(lang.date_format) or "yyyy-mm-dd"
        time_code = self._to_excel_code(lang.time_format.replace(":%S", "")) or "hh:mm"
        currency = self.env.company.currency_id
        decimals = (
            "." + "0" * currency.decimal_places if currency.decimal_places else ""
        )
        symbol = f'"{currency.symbol.replace(chr(34), "")}"'
        amount = f"#,##0{decimals}"
        money_code = (
            f"{amount} {symbol}"
            if currency.position == "after"
            else f"{symbol} {amount}"
        )
        codes = {
            "integer": "#,##0",
            "decimal": "#,##0.0",
            "percent": "0.0%",
            "money": money_code,
        }
        header = {"bold": True, "bg_color": "#E9ECEF", "bottom": 1, "text_wrap": True}
        line = {"bottom": 1, "bottom_color": "#DEE2E6"}
        return {
            "date_code": date_code,
            "datetime_code": f"{date_code} {time_code}",
            # Rows of several companies have several currencies: no symbol there.
            "money_code": money_code
            if len(self.env.companies.currency_id) == 1
            else amount,
            "title": workbook.add_format({"bold": True, "font_size": 16}),
            "muted": workbook.add_format({"font_color": "#6C757D"}),
            "header": workbook.add_format(header),
            "number_header": workbook.add_format({**header, "align": "right"}),
            "text_header": workbook.add_format({**header, "align": "left"}),
            "text": workbook.add_format(line),
            "label": workbook.add_format({"bold": True, "valign": "top"}),
            "wrapped": workbook.add_format({"text_wrap": True, "valign": "top"}),
            "month": workbook.add_format(
                {**line, "num_format": "yyyy-mm", "align": "left"}
            ),
            "change": workbook.add_format(
                {**line, "num_format": "+0.0%;-0.0%;0.0%", "font_color": "#6C757D"}
            ),
            "number": {
                name: workbook.add_format({**line, "num_format": code})
                for name, code in codes.items()
            },
            "bold": {
                name: workbook.add_format({"bold": True, "top": 1, "num_format": code})
                for name, code in codes.items()
            },
            "total": workbook.add_format({"bold": True, "top": 1}),
        }

    @api.model
    def _to_excel_code(self, strftime):
        """:return: Excel's code for a date format, or nothing if there is none.
        :rtype: str
        """
        code, rest = "", strftime or ""
        while rest:
            for token in (rest[:3], rest[:2]):
                if token in EXCEL_DATE_CODES:
                    code, rest = code + EXCEL_DATE_CODES[token], rest[len(token) :]
                    break
            else:
                if rest[0] == "%":
                    return ""
                code += rest[0] if rest[0] in " /-.:," else f'"{rest[0]}"'
                rest = rest[1:]
        return code

    def _add_worksheet(self, job, name):
        """:return: a small sheet, set up to be printed."""
        sheet = job.book.workbook.add_worksheet(job.book._free_name(name))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_footer("&L&A&R&P / &N")
        if get_lang(self.env).direction == "rtl":
            sheet.right_to_left()
        return sheet

    def _write_headers(self, job, sheet, row, headers, style=None):
        for column, header in enumerate(headers):
            number_style = style or job.number_header
            sheet.write_string(
                row, column, header, number_style if column else job.header
            )

    def _write_totals(self, job, sheet, row, first, totals, formats):
        """Write the sums of the columns from row ``first`` on, as formulas.

        :return: the row they are in
        """
        last = row
        row += 1
        sheet.write_string(row, 0, self.env._("Total"), job.total)
        for index, (total, fmt) in enumerate(zip(totals, formats, strict=True), 1):
            if last < first:
                sheet.write_number(row, index, 0, job.bold[fmt])
                continue
            start, end = (xl_rowcol_to_cell(r, index) for r in (first, last))
            sheet.write_formula(
                row, index, f"=SUM({start}:{end})", job.bold[fmt], total
            )
        return row

    def _insert_chart(
        self, job, sheet, row, kind, title, first, last, columns, column=CHART_COLUMN
    ):
        """Put a chart of Excel's own beside the figures."""
        chart = job.book.workbook.add_chart({"type": kind})
        name = sheet.get_name()
        for index in columns:
            chart.add_series(
                {
                    "name": [name, first - 1, index],
                    "categories": [name, first, 0, last, 0],
                    "values": [name, first, index, last, index],
                }
            )
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"} if len(columns) > 1 else {"none": True})
        if kind == "bar":
            # From top to bottom, with the numbers below.
            chart.set_y_axis({"reverse": True})
            chart.set_x_axis(
                {
                    "label_position": "high",
                    "major_gridlines": {"visible": True, "line": {"color": "#DEE2E6"}},
                }
            )
        else:
            chart.set_x_axis({"num_format": "yyyy-mm", "text_axis": True})
            chart.set_y_axis(
                {"major_gridlines": {"visible": True, "line": {"color": "#DEE2E6"}}}
            )
        chart.set_size({"width": 620, "height": 320})
        sheet.insert_chart(row, column, chart)
