from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_list
from odoo.tools.misc import format_date, format_datetime, get_lang

from ..tools.local_time import sql_timezone
from ..tools.xlsx_stream import StreamWorkbook

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
# Where charts are, to the right of the tables.
CHART_COLUMN = 8


@dataclass(frozen=True)
class Figure:
    """A figure: what it means, and how the analysis counts it.

    :param rows: the conditions of the rows that it counts
    :param date: field of the day that counts
    """

    code: str
    name: str
    help: str
    rows: tuple
    date: str
    aggregate: str
    format: str = "integer"
    model: str = "crm.referral.report"


@dataclass(frozen=True)
class Rate:
    """A figure divided by the sum of others."""

    code: str
    name: str
    help: str
    part: str
    whole: list[str]
    format: str = "percent"


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
        zone = sql_timezone(self.env.cr, self.env.tz.zone)
        book = StreamWorkbook(self.env.cr, target, timezone=zone, **stream)
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
        if options["selection"] is not None:
            if model == "crm.referral":
                return domain & options["selection"]
            if model == "crm.referral.report":
                domain &= self._get_selected_rows_domain()
            if model == "crm.assessment.report":
                return domain & self._get_customer_domain(options["selection"])
            path = "referral_id"
            if model == "crm.lead":
                path = "referral_candidate_id.referral_id"
            return domain & Domain(path, "any", options["selection"])
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
            sheet.write_string(row, 0, figure.name, job.label)
            sheet.write_string(row, 1, figure.help, job.wrapped)
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
                self.env._("PRIDE"),
                self.env._(
                    "Forms of ended rounds that were signed in the period. A mean is "
                    "one over the areas of all forms, from 0 to 100; n says over how "
                    "many. An area without enough answers is in none."
                ),
            ),
            (
                self.env._("BE SURE"),
                self.env._(
                    "Checklists that agent and reviewer have signed. The reviewer's "
                    "word counts, unless a dispute was settled otherwise. Agents with "
                    "too few checklists are not compared."
                ),
            ),
            (
                self.env._("Actions Due"),
                self.env._(
                    "Open activities on requests and their candidates, and open "
                    "improvement actions, that are due until the end of the period."
                ),
            ),
            (
                self.env._("Selection"),
                self.env._(
                    "When the workbook was made of selected requests, all sheets show "
                    "what belongs to them, whatever the date; PRIDE and BE SURE what "
                    "is about their customers."
                ),
            ),
        ]

    def _describe_filters(self, options):
        """:return: the filters of an export in one line of words."""
        parts = []
        if options["selection"] is not None:
            parts.append(
                self.env._(
                    "%(number)s selected requests",
                    number=self.env["crm.referral"].search_count(options["selection"]),
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
                parts.append(format_list(self.env, names))
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

    def _write_figure_table(self, job, sheet, row, heading, figures, lines):
        """Write a table with a column per figure and a row of sums below.

        :param str heading: of the first column
        :param list figures: what the columns show
        :param list lines: first cell, and the values of the figures, of each row; the
            first cell is a text or the first day of a month
        :return: the first and the last row of the lines
        :rtype: tuple
        """
        self._write_headers(job, sheet, row, [heading, *(f.name for f in figures)])
        first = row + 1
        for label, values in lines:
            row += 1
            if isinstance(label, str):
                sheet.write_string(row, 0, label, job.text)
            else:
                month = fields.Datetime.to_datetime(label)
                sheet.write_datetime(row, 0, month, job.month)
            for index, (figure, value) in enumerate(
                zip(figures, values, strict=True), 1
            ):
                sheet.write_number(row, index, value, job.number[figure.format])
        sums = [
            sum(column) for column in zip(*(v for _l, v in lines), strict=True)
        ] or [0] * len(figures)
        self._write_totals(job, sheet, row, first, sums, [f.format for f in figures])
        return first, row

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
        self,
        job,
        sheet,
        row,
        kind,
        title,
        first,
        last,
        columns,
        column=CHART_COLUMN,
        highest=None,
    ):
        """Put a chart of Excel's own beside the figures.

        :param int row: where it is, with ``column``
        :param str kind: ``column`` and ``line`` go by month, ``bar`` and ``radar`` not
        :param int first: first and ``last`` row of the figures, below their heading
        :param columns: whose figures are drawn
        :param highest: where the axis ends, for figures from 0 to it
        """
        chart = job.book.workbook.add_chart({"type": kind})
        name = sheet.get_name()
        for index in columns:
            chart.add_series(
                {
                    "name": [name, first - 1, index],
                    "categories": [name, first, 0, last, 0],
                    "values": [name, first, index, last, index],
                    # Also the line of a single month is to be seen.
                    **({"marker": {"type": "circle"}} if kind == "line" else {}),
                }
            )
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_legend({"position": "bottom"} if len(columns) > 1 else {"none": True})
        grid = {"visible": True, "line": {"color": "#DEE2E6"}}
        scale = {"major_gridlines": grid}
        if highest is not None:
            scale |= {"min": 0, "max": highest}
        if kind == "bar":
            # From top to bottom, with the numbers below.
            chart.set_y_axis({"reverse": True})
            chart.set_x_axis({"label_position": "high", **scale})
        else:
            if kind != "radar":
                chart.set_x_axis({"num_format": "yyyy-mm", "text_axis": True})
            chart.set_y_axis(scale)
        chart.set_size({"width": 620, "height": 320})
        sheet.insert_chart(row, column, chart)
