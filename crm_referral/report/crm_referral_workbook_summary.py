from types import SimpleNamespace

from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import fields, models

from ..tools.report_periods import axis_months, compared_period
from .crm_referral_workbook import Figure, Rate
from .crm_referral_workbook_layout import LABEL_WIDTH, NUMBER_WIDTH

# More months than that are shown as years.
MAX_MONTHS = 60
MAX_YEARS = 60
MAX_GROUPS = 100
PRINT_SCALE = 80


class CrmReferralWorkbookSummary(models.AbstractModel):
    """The summary: key figures, and what they are made of."""

    _inherit = "crm.referral.workbook"

    def _get_today(self):
        """:return: the reader's day."""
        return fields.Date.context_today(self)

    def _get_previous_period(self, options):
        """:return: the same days of the period before, or None."""
        start, end = options["date_from"], options["date_to"]
        if not start or not end or options["selection"] is not None:
            return None
        return compared_period(start, end, self._get_today())

    def _add_sheet_summary(self, job):
        """The cover; key figures, tables by month, people, teams, states, channels."""
        cover = self._add_cover(job)
        sheet = self._add_worksheet(job, self.env._("Summary"))
        sheet.set_column(0, 0, LABEL_WIDTH)
        sheet.set_column(1, 8, NUMBER_WIDTH)
        sheet.write_string(0, 0, job.options["name"], job.title)
        sheet.write_string(1, 0, self._describe_filters(job.options), job.muted)
        if comparison := self._describe_comparison(job.options):
            sheet.write_string(2, 0, comparison, job.muted)
        tables = SimpleNamespace(sheet=sheet)
        row = self._write_key_figures(job, tables, 3) + 2
        breaks = [row]
        row = self._write_months(job, tables, row) + 2
        for heading, fname in self._get_groupings(job.options):
            row = self._write_groups(job, sheet, row, heading, fname) + 2
        breaks.append(row)
        self._write_candidates(job, tables, row)
        # Its columns are as wide as the paper; who fits pages loses their ends.
        sheet.set_print_scale(PRINT_SCALE)
        sheet.set_h_pagebreaks(breaks)
        self._fill_cover(job, cover, tables)

    # === KEY FIGURES === #

    def _write_key_figures(self, job, tables, row):
        """Write each figure now and before, its change, and of how many it is one.

        :return: the last row
        """
        previous_period = self._get_previous_period(job.options)
        tables.periods = [self._read_key_figures(job.options)]
        headers = [self.env._("Key figures"), self.env._("Period")]
        if previous_period:
            tables.periods.append(self._read_key_figures(job.options, previous_period))
            headers += [self.env._("Period Before"), self.env._("Change")]
        sheet = tables.sheet
        self._write_headers(job, sheet, row, [*headers, "n"])
        figures = self._get_key_figures()
        tables.rows = {f.code: row + 1 + index for index, f in enumerate(figures)}
        for figure in figures:
            row = tables.rows[figure.code]
            sheet.write_string(row, 0, figure.name, job.text)
            sheet.write_comment(row, 0, figure.help)
            for column, values in enumerate(tables.periods, 1):
                self._write_figure(job, tables, column, figure, values)
            if previous_period:
                self._write_change(job, tables, figure)
            base = self._get_base(figure, tables.periods[0])
            if base is not None:
                style = job.number["integer"]
                sheet.write_number(row, len(headers), base, style)
        if not any(tables.periods[0].values()):
            row += 1
            sheet.write_string(
                row, 0, self.env._("There is nothing in this period."), job.muted
            )
        return row

    def _write_figure(self, job, tables, column, figure, values):
        row, style = tables.rows[figure.code], job.number[figure.format]
        if isinstance(figure, Rate):
            part = xl_rowcol_to_cell(tables.rows[figure.part], column)
            whole = "+".join(
                xl_rowcol_to_cell(tables.rows[code], column) for code in figure.whole
            )
            rate = self._get_rate(figure, values)
            formula = f'=IF(({whole})=0,"",{part}/({whole}))'
            shown = "" if rate is None else rate
            tables.sheet.write_formula(row, column, formula, style, shown)
        elif values[figure.code] is None:
            tables.sheet.write_blank(row, column, None, style)
        else:
            tables.sheet.write_number(row, column, values[figure.code], style)

    def _write_change(self, job, tables, figure):
        row = tables.rows[figure.code]
        now, before = (xl_rowcol_to_cell(row, column) for column in (1, 2))
        if figure.in_points:
            factor = "*100" if figure.format == "percent" else ""
            formula = f'=IF(OR({now}="",{before}=""),"",({now}-{before}){factor})'
            style = job.change["change_points"]
        else:
            formula = f'=IF(OR({now}="",N({before})=0),"",{now}/{before}-1)'
            style = job.change["change"]
        values = (self._get_value(figure, values) for values in tables.periods)
        change = self._get_change(figure, *values)
        shown = "" if change is None else change
        tables.sheet.write_formula(row, 3, formula, style, shown)

    # === OVER TIME === #

    def _read_months(self, options):
        """Figures over time; what is longer than some years, by year.

        :return: the heading, the figures, and for each month its first day, or else the
            year, with their values
        :rtype: tuple[str, list, list]
        """
        figures = self._get_figures(
            "asks", "introductions", "leads", "won", "revenue", "all_revenue", "share"
        )
        columns = {
            figure.code: self._read_by_month(options, figure)
            for figure in figures
            if isinstance(figure, Figure)
        }
        heading, axis = self.env._("Month"), self._get_axis(options, columns.values())
        if axis and isinstance(axis[0], int):
            heading = self.env._("Year")
            columns = {code: self._sum_years(each) for code, each in columns.items()}
        lines = [
            (label, {code: values.get(label) or 0 for code, values in columns.items()})
            for label in axis
        ]
        return heading, figures, lines

    def _read_by_month(self, options, figure):
        """:return: values of a figure by the first day of the month.
        :rtype: dict
        """
        groups = self._read_figure_by(options, figure, f"{figure.date}:month")
        return {
            fields.Date.to_date(month).replace(day=1): value
            for month, value in groups.items()
            if month
        }

    def _sum_years(self, values):
        years = {}
        for month, value in values.items():
            years[month.year] = years.get(month.year, 0) + (value or 0)
        return years

    def _get_axis(self, options, columns):
        """:return: the first days of the months, or the years, that a table shows: of
        the period so far, and with all that is known.
        :rtype: list
        """
        known = sorted(set().union(*columns))
        ends = [known[0], known[-1]] if known else []
        if options["selection"] is None:
            today = self._get_today()
            start, end = options["date_from"], options["date_to"]
            if start and start <= today:
                ends.append(start)
            if end and (known or start):
                # Months to come have no figures yet.
                ends.append(max(min(end, today), start or min(end, today)))
        if not ends:
            return []
        first, last = min(ends), max(ends)
        if 12 * (last.year - first.year) + last.month - first.month < MAX_MONTHS:
            return axis_months(first, last)
        years = sorted({month.year for month in known})
        if years and years[-1] - years[0] < MAX_YEARS:
            return list(range(years[0], years[-1] + 1))
        return years

    def _write_months(self, job, tables, row):
        """Write the figures month by month.

        :return: the last row
        """
        heading, figures, lines = self._read_months(job.options)
        first, last = self._write_figure_table(
            job, tables.sheet, row, heading, figures, lines
        )
        columns = {figure.code: index for index, figure in enumerate(figures, 1)}
        is_drawn = any(any(values.values()) for _label, values in lines)
        tables.months = (first, last, columns) if is_drawn else None
        return last + 1

    # === BY PERSON, TEAM, COMPANY === #

    def _get_groupings(self, options):
        """:return: heading and field of the tables of who has done it.
        :rtype: list[tuple]
        """
        groupings = [
            (self.env._("Salesperson"), "user_id"),
            (self.env._("Sales Team"), "team_id"),
        ]
        if len(options["company_ids"]) > 1:
            groupings.append((self.env._("Company"), "company_id"))
        return groupings

    def _read_groups(self, options, fname):
        """:return: figures, and for each person, team or company the name and their
        values, those with most revenue first.
        :rtype: tuple[list, list]
        """
        figures = self._get_figures(
            "asks", "introductions", "leads", "won", "lost", "win_rate", "revenue"
        )
        columns = {
            figure.code: self._read_figure_by(options, figure, fname)
            for figure in figures
            if isinstance(figure, Figure)
        }
        values = {
            group: {code: column.get(group) or 0 for code, column in columns.items()}
            for group in set().union(*columns.values())
        }
        # sudo: whoever sees the figures may know whose they are
        names = {
            group: group.sudo().display_name or self.env._("Unassigned")
            for group, row in values.items()
            if any(row.values())
        }
        groups = sorted(
            names,
            key=lambda g: (-values[g]["revenue"], -values[g]["asks"], names[g]),
        )
        lines = [(names[group], values[group]) for group in groups[:MAX_GROUPS]]
        if others := groups[MAX_GROUPS:]:
            sums = {code: sum(values[g][code] for g in others) for code in columns}
            lines.append((self.env._("Others"), sums))
        return figures, lines

    def _write_groups(self, job, sheet, row, heading, fname):
        figures, lines = self._read_groups(job.options, fname)
        _first, last = self._write_figure_table(
            job, sheet, row, heading, figures, lines
        )
        return last + 1

    # === CANDIDATES === #

    def _write_candidates(self, job, tables, row):
        """Candidates by state and by channel, each with its share."""
        Report = self.env["crm.referral.report"]
        [figure] = self._get_figures("candidates")
        tables.candidates = {}
        titles = {
            "state": self.env._("Candidates by state"),
            "introduction_channel": self.env._("Candidates by channel"),
        }
        for fname, title in titles.items():
            groups = self._read_figure_by(job.options, figure, fname)
            labels = Report._fields[fname]._description_selection(self.env)
            headers = [title, figure.name, self.env._("Share")]
            self._write_headers(job, tables.sheet, row, headers)
            first, total = row + 1, sum(groups.values())
            for value, label in labels:
                row += 1
                count = groups.get(value, 0)
                tables.sheet.write_string(row, 0, label, job.text)
                tables.sheet.write_number(row, 1, count, job.number["integer"])
                area = (first, first + len(labels) - 1)
                self._write_share(job, tables.sheet, row, area, count, total)
            if total:
                tables.candidates[fname] = (title, first, row)
            row = self._write_totals(
                job, tables.sheet, row, first, [total], ["integer"]
            )
            row += 2

    def _write_share(self, job, sheet, row, area, count, total):
        cell = xl_rowcol_to_cell(row, 1)
        start, end = (xl_rowcol_to_cell(each, 1, True) for each in area)
        sheet.write_formula(
            row,
            2,
            f'=IF(SUM({start}:{end})=0,"",{cell}/SUM({start}:{end}))',
            job.number["percent"],
            count / total if total else "",
        )
