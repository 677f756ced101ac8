from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_list
from odoo.tools.misc import format_date

from odoo.addons.crm_foundation.tools.local_time import sql_timezone
from odoo.addons.xlsx_stream.tools.workbook import StreamWorkbook


@dataclass(frozen=True)
class Figure:
    """A figure: what it means, and how the analysis counts it.

    :param rows: the conditions of the rows that it counts
    :param date: field of the day that counts
    :param base: code of the figure that says of how many this is the mean
    :param in_points: whether a change of it is told in points, not as a share
    """

    code: str
    name: str
    help: str
    rows: tuple
    date: str
    aggregate: str
    format: str = "integer"
    model: str = "crm.referral.report"
    base: str = ""
    in_points: bool = False


@dataclass(frozen=True)
class Rate:
    """A figure divided by the sum of others."""

    code: str
    name: str
    help: str
    part: str
    whole: list[str]
    format: str = "percent"
    in_points: bool = True


@dataclass(frozen=True)
class Measure:
    """A figure that the analysis does not know; see ``_read_measures``."""

    code: str
    name: str
    help: str
    format: str = "integer"
    base: str = ""
    in_points: bool = False


class CrmReferralWorkbook(models.AbstractModel):
    """Makes the workbook of an export: which sheets there are, and what is in them.

    A sheet is one record of ``crm.referral.export.sheet`` and one method
    ``_add_sheet_<code>``, in a file for its subject. Whatever is read is read with the
    rights, the companies, the language and the time zone of the environment: the record
    rules decide.
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
        :param spool: takes the rows first, slice by slice; see ``Spool``
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
        book = StreamWorkbook(
            self.env.cr,
            target,
            timezone=sql_timezone(self.env.cr, self.env.tz.zone),
            options=self._get_book_options(),
            **stream,
        )
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
        """:param date: field of the day that counts; None for all dates
        :return: domain of the records of an export.
        :rtype: Domain
        """
        domain = Domain("company_id", "in", self._get_company_ids(options, model))
        if options["team_ids"]:
            domain &= Domain("team_id", "in", options["team_ids"])
        if options["salesperson_ids"]:
            domain &= Domain("user_id", "in", options["salesperson_ids"])
        if options["selection"] is not None:
            if model == "crm.referral":
                return domain & options["selection"]
            if model == "crm.referral.report":
                domain &= self._get_selected_rows_domain()
            if model in ("crm.assessment", "crm.assessment.report"):
                return domain & self._get_customer_domain(options["selection"])
            path = "referral_id"
            if model == "crm.lead":
                path = "referral_candidate_id.referral_id"
            return domain & Domain(path, "any", options["selection"])
        if date is None:
            return domain
        return domain & self._get_period_domain(
            model, date, options["date_from"], options["date_to"]
        )

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

    def _get_customer_domain(self, selection):
        """:return: domain of what is about the customers of some requests.
        :rtype: Domain
        """
        Referral = self.env["crm.referral"]
        query = Referral._search(selection)
        Partner, alias = Referral._fields["partner_id"].join(
            Referral, query.table, query
        )
        customers = query.select(
            Partner._field_to_sql(alias, "commercial_partner_id", query)
        )
        return Domain("partner_id.commercial_partner_id", "in", SQL("(%s)", customers))

    def _get_figure_domain(self, options, figure, period=None):
        """:return: domain of the rows that a figure counts.
        :rtype: Domain
        """
        if period:
            options = {**options, "date_from": period[0], "date_to": period[1]}
        domain = self._get_referral_domain(options, figure.model, figure.date)
        return domain & Domain(list(figure.rows))

    def _read_figure_by(self, options, figure, groupby):
        """:return: values of a figure by group.
        :rtype: dict
        """
        return dict(
            self.env[figure.model]._read_group(
                self._get_figure_domain(options, figure), [groupby], [figure.aggregate]
            )
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

    # === IN WORDS === #

    def _describe_filters(self, options):
        """:return: the filters of an export in one line of words."""
        companies = self.env["res.company"].browse(options["company_ids"])
        return " · ".join(
            [
                self._describe_period(options),
                format_list(self.env, companies.mapped("name")),
                *self._describe_narrowing(options),
            ]
        )

    def _describe_period(self, options):
        """:return: of when, or of which requests, an export is."""
        start, end = options["date_from"], options["date_to"]
        if options["selection"] is not None:
            count = self.env["crm.referral"].search_count(options["selection"])
            return self.env._("%(number)s selected requests", number=count)
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

    def _describe_narrowing(self, options):
        """:return: the teams and the people an export is narrowed to, in words.
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

    def _describe_comparison(self, options):
        """:return: in words with which days the figures are compared, or nothing."""
        period = self._get_previous_period(options)
        if not period:
            return ""
        start, end = (format_date(self.env, day) for day in period)
        return self.env._(
            "Period before: %(start)s to %(end)s, the same days", start=start, end=end
        )
