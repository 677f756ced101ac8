from datetime import timedelta

from dateutil.relativedelta import relativedelta
from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import fields, models

from .crm_referral_workbook import CHART_COLUMN, Figure, Rate

# The rows of the analysis that a figure counts.
REQUEST_ROWS = (("kind", "=", "request"),)
CANDIDATE_ROWS = (("kind", "=", "candidate"),)
LEAD_ROWS = (("kind", "=", "lead"),)
REVENUE_ROWS = (("kind", "in", ("lead", "other")),)

MAX_MONTHS = 120
# Where the charts are, to the right of the tables.
CHART_ROWS = (3, 20, 37, 54)
MAX_SALESPEOPLE = 100


class CrmReferralWorkbookSummary(models.AbstractModel):
    """The summary: key figures, and what they are made of."""

    _inherit = "crm.referral.workbook"

    def _get_key_figures(self):
        """:return: the figures of the summary.
        :rtype: list[Figure | Rate]
        """
        return [
            Figure(
                "asks",
                self.env._("Requests"),
                self.env._("Requests that were started in the period."),
                REQUEST_ROWS,
                "date",
                "request_count:sum",
            ),
            Figure(
                "closed",
                self.env._("Requests closed"),
                self.env._(
                    "Requests that got an outcome in the period, whenever they started."
                ),
                REQUEST_ROWS,
                "closed_on",
                "request_closed_count:sum",
            ),
            Figure(
                "succeeded",
                self.env._("… with an introduction"),
                self.env._("Requests that were closed as “Introduced” in the period."),
                REQUEST_ROWS,
                "closed_on",
                "request_introduced_count:sum",
            ),
            Rate(
                "success_rate",
                self.env._("Share with an introduction"),
                self.env._(
                    "Requests closed with an introduction, of all requests closed."
                ),
                "succeeded",
                ["closed"],
            ),
            Figure(
                "declined",
                self.env._("… declined"),
                self.env._("Requests that were closed as “Declined” in the period."),
                REQUEST_ROWS,
                "closed_on",
                "request_declined_count:sum",
            ),
            Rate(
                "decline_rate",
                self.env._("Share declined"),
                self.env._("Requests closed as declined, of all requests closed."),
                "declined",
                ["closed"],
            ),
            Figure(
                "candidates",
                self.env._("Candidates named"),
                self.env._("Candidates who were named in the period."),
                CANDIDATE_ROWS,
                "date",
                "candidate_count:sum",
            ),
            Figure(
                "introductions",
                self.env._("Introductions"),
                self.env._(
                    "Candidates whom a customer introduced to us in the period."
                ),
                CANDIDATE_ROWS,
                "introduced_on",
                "introduced_count:sum",
            ),
            Figure(
                "leads",
                self.env._("Leads"),
                self.env._("Leads with a referrer that were made in the period."),
                LEAD_ROWS,
                "lead_created_on",
                "lead_count:sum",
            ),
            Figure(
                "won",
                self.env._("Leads won"),
                self.env._("Leads with a referrer that were won in the period."),
                LEAD_ROWS,
                "date",
                "won_count:sum",
            ),
            Figure(
                "lost",
                self.env._("Leads lost"),
                self.env._("Leads with a referrer that were lost in the period."),
                LEAD_ROWS,
                "date",
                "lost_count:sum",
            ),
            Rate(
                "win_rate",
                self.env._("Win rate"),
                self.env._(
                    "Leads with a referrer that were won, of those won or lost."
                ),
                "won",
                ["won", "lost"],
            ),
            Figure(
                "revenue",
                self.env._("Won revenue from referral"),
                self.env._(
                    "Expected revenue of the leads with a referrer that were won in "
                    "the period, converted at the rate of the day they were won."
                ),
                REVENUE_ROWS,
                "date",
                "won_revenue:sum",
                "money",
            ),
            Figure(
                "all_revenue",
                self.env._("All won revenue"),
                self.env._("Expected revenue of all opportunities won in the period."),
                REVENUE_ROWS,
                "date",
                "total_won_revenue:sum",
                "money",
            ),
            Rate(
                "share",
                self.env._("Share of won revenue"),
                self.env._("Won revenue from referral, of all won revenue."),
                "revenue",
                ["all_revenue"],
            ),
            Figure(
                "days_to_close",
                self.env._("Days to close a request"),
                self.env._(
                    "Average days from start to outcome of the requests closed."
                ),
                REQUEST_ROWS,
                "closed_on",
                "days_to_close:avg",
                "decimal",
            ),
            Figure(
                "days_to_win",
                self.env._("Days from asking to winning"),
                self.env._(
                    "Average days from the start of the request to the won lead."
                ),
                LEAD_ROWS,
                "date",
                "days_to_win:avg",
                "decimal",
            ),
            *self._get_assessment_figures(),
        ]

    def _read_key_figures(self, options, period=None):
        """:return: the value of each figure that is no rate, by its code.
        :rtype: dict
        """
        queries = {}
        for figure in self._get_key_figures():
            if isinstance(figure, Figure):
                key = (figure.model, figure.rows, figure.date)
                queries.setdefault(key, []).append(figure)
        values = {}
        for (model, _rows, _date), figures in queries.items():
            [row] = self.env[model]._read_group(
                self._get_figure_domain(options, figures[0], period),
                [],
                [figure.aggregate for figure in figures],
            )
            for figure, value in zip(figures, row, strict=True):
                # There is no average of nothing, but its sum is zero.
                nothing = None if figure.aggregate.endswith(":avg") else 0
                is_known = value is not None and value is not False
                values[figure.code] = value if is_known else nothing
        return values

    def _get_previous_period(self, options):
        """:return: the period of the same length before, or None."""
        start, end = options["date_from"], options["date_to"]
        if not start or not end or options["selection"] is not None:
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
        rows = {f.code: row + 1 + index for index, f in enumerate(figures)}
        for figure in figures:
            row = rows[figure.code]
            sheet.write_string(row, 0, figure.name, job.text)
            sheet.write_comment(row, 0, figure.help)
            for column, values in enumerate(periods, 1):
                self._write_figure(job, sheet, row, column, figure, values, rows)
            if previous_period and isinstance(figure, Figure):
                now, before = (xl_rowcol_to_cell(row, column) for column in (1, 2))
                old = periods[1][figure.code] or 0
                new = periods[0][figure.code] or 0
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
        if isinstance(figure, Figure):
            value = values[figure.code]
            if value is None or value is False:
                sheet.write_blank(row, column, None, job.number[figure.format])
            else:
                sheet.write_number(row, column, value, job.number[figure.format])
            return
        part = xl_rowcol_to_cell(rows[figure.part], column)
        whole = "+".join(xl_rowcol_to_cell(rows[code], column) for code in figure.whole)
        rate = self._get_rate(figure, values)
        sheet.write_formula(
            row,
            column,
            f'=IF(({whole})=0,"",{part}/({whole}))',
            job.number["percent"],
            "" if rate is None else rate,
        )

    def _get_rate(self, rate, values):
        """:return: one figure divided by the sum of others, or None."""
        whole = sum(values[code] or 0 for code in rate.whole)
        return (values[rate.part] or 0) / whole if whole else None

    def _get_figures(self, *codes):
        """:return: some of the key figures, in this order.
        :rtype: list[Figure]
        """
        figures = {figure.code: figure for figure in self._get_key_figures()}
        return [figures[code] for code in codes]

    def _read_months(self, options):
        """:return: figures, and for each month its first day and their values.
        :rtype: tuple[list, list]
        """
        figures = self._get_figures(
            "asks", "introductions", "leads", "won", "revenue", "all_revenue"
        )
        columns = [
            self._read_by_month(options, figure, figure.date) for figure in figures
        ]
        return figures, [
            (month, [values.get(month) or 0 for values in columns])
            for month in self._get_months(options, columns)
        ]

    def _write_months(self, job, sheet, row):
        """Month by month, with the two charts that show it."""
        figures, lines = self._read_months(job.options)
        first, last = self._write_figure_table(
            job, sheet, row, self.env._("Month"), figures, lines
        )
        for chart_row, kind, title, shown in (
            (CHART_ROWS[0], "column", self.env._("From asking to winning"), [1, 2, 4]),
            (CHART_ROWS[1], "line", self.env._("Won revenue"), [5, 6]),
        ):
            if lines:
                self._insert_chart(
                    job, sheet, chart_row, kind, title, first, last, shown
                )
        return last + 1

    def _read_by_month(self, options, figure, date):
        """:return: values of a figure by the first day of the month.
        :rtype: dict
        """
        groups = self._read_figure_by(options, figure, f"{date}:month")
        return {
            fields.Date.to_date(month).replace(day=1): value
            for month, value in groups.items()
            if month
        }

    def _get_months(self, options, columns):
        known = sorted(set().union(*columns)) if any(columns) else []
        start = options["date_from"] or (known and known[0])
        end = options["date_to"] or (known and known[-1])
        if options["selection"] is not None:
            start, end = (known[0], known[-1]) if known else (None, None)
        if not start or not end:
            return []
        month, months = start.replace(day=1), []
        while month <= end:
            months.append(month)
            month += relativedelta(months=1)
        return months[-MAX_MONTHS:]

    def _read_salespeople(self, options):
        """:return: figures, and for each salesperson the name and their values.
        :rtype: tuple[list, list]
        """
        figures = self._get_figures("asks", "introductions", "won", "revenue")
        columns = [
            self._read_figure_by(options, figure, "user_id") for figure in figures
        ]
        values = {
            user: [column.get(user) or 0 for column in columns]
            for user in set().union(*columns)
        }
        users = sorted(
            (user for user, row in values.items() if any(row)),
            key=lambda user: (-values[user][3], -values[user][0], user.name or ""),
        )
        lines = [
            (user.name or self.env._("Unassigned"), values[user])
            for user in users[:MAX_SALESPEOPLE]
        ]
        if others := users[MAX_SALESPEOPLE:]:
            sums = map(sum, zip(*(values[user] for user in others), strict=True))
            lines.append((self.env._("Others"), list(sums)))
        return figures, lines

    def _write_salespeople(self, job, sheet, row):
        figures, lines = self._read_salespeople(job.options)
        _first, last = self._write_figure_table(
            job, sheet, row, self.env._("Salesperson"), figures, lines
        )
        return last + 1

    def _write_candidates(self, job, sheet, row):
        """Candidates by state and by channel, each with its share and its chart."""
        Report = self.env["crm.referral.report"]
        [figure] = self._get_figures("candidates")
        for chart_row, fname, title in (
            (CHART_ROWS[2], "state", self.env._("Candidates by state")),
            (
                CHART_ROWS[3],
                "introduction_channel",
                self.env._("Candidates by channel"),
            ),
        ):
            groups = self._read_figure_by(job.options, figure, fname)
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
