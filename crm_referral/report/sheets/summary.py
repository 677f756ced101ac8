from types import SimpleNamespace

from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import models

from odoo.addons.crm_foundation.tools.figures import Rate

from ...tools.workbook_page import columns_of

PRINT_SCALE = 80


class CrmReferralSheetSummary(models.AbstractModel):
    """The summary: key figures, and what they are made of, behind a cover."""

    _name = "crm.referral.sheet.summary"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    def _get_title(self):
        return self.env._("Summary")

    @property
    def _summary(self):
        return self.env["crm.referral.summary"]

    def _add(self, job):
        """The cover; key figures, tables by month, people, teams, states, channels."""
        Cover = self.env["crm.referral.sheet.cover"]
        cover = Cover._add(job)
        page = job.add_page(self._get_title())
        options, scope = job.options, self._scope
        comparison = scope._describe_comparison(options)
        page.write_title(options["name"], scope._describe(options), comparison)
        tables = SimpleNamespace(page=page)
        row = self._write_key_figures(job, tables, 3) + 2
        breaks = [row]
        row = self._write_months(job, tables, row) + 2
        for heading, fname in self._summary._get_groupings(options):
            figures, lines = self._summary._read_groups(options, fname)
            _first, last = page.write_figure_table(row, heading, figures, lines)
            row = last + 3
        breaks.append(row)
        self._write_candidates(job, tables, row)
        # Its columns are as wide as the paper; who fits pages loses their ends.
        page.sheet.set_print_scale(PRINT_SCALE)
        page.sheet.set_h_pagebreaks(breaks)
        Cover._fill(job, cover, tables)

    # === KEY FIGURES === #

    def _write_key_figures(self, job, tables, row):
        """Write each figure now and before, its change, and of how many it is one.

        :return: the last row
        """
        page, figures = tables.page, self._figures._get_key_figures()
        tables.periods = self._summary._read_periods(job.options)
        headers = self._summary._get_headers(tables.periods)
        page.write_headers(row, headers)
        tables.rows = {f.code: row + 1 + index for index, f in enumerate(figures)}
        for figure in figures:
            row = tables.rows[figure.code]
            page.write_text(row, 0, figure.name)
            page.sheet.write_comment(row, 0, figure.help)
            for column, values in enumerate(tables.periods, 1):
                self._write_figure(tables, column, figure, values)
            if len(tables.periods) > 1:
                self._write_change(tables, figure)
            base = self._figures._get_count(figure, tables.periods[0])
            if base is not None:
                page.write_number(row, len(headers) - 1, base)
        if not any(tables.periods[0].values()):
            row += 1
            page.write_note(row, self.env._("There is nothing in this period."))
        return row

    def _write_figure(self, tables, column, figure, values):
        page, row = tables.page, tables.rows[figure.code]
        if not isinstance(figure, Rate):
            page.write_number(row, column, values[figure.code], figure.format)
            return
        part, *whole = (
            xl_rowcol_to_cell(tables.rows[code], column)
            for code in (figure.part, *figure.whole)
        )
        style = page.formats.number[figure.format]
        value = figure.get_value(values)
        page.write_ratio((row, column), part, "+".join(whole), value, style)

    def _write_change(self, tables, figure):
        row, styles = tables.rows[figure.code], tables.page.formats.change
        now, before = (xl_rowcol_to_cell(row, column) for column in (1, 2))
        if figure.in_points:
            factor = "*100" if figure.format == "percent" else ""
            formula = f'=IF(OR({now}="",{before}=""),"",({now}-{before}){factor})'
            style = styles["change_points"]
        else:
            formula = f'=IF(OR({now}="",N({before})=0),"",{now}/{before}-1)'
            style = styles["change"]
        change = figure.get_change(*map(figure.get_value, tables.periods))
        shown = "" if change is None else change
        tables.page.sheet.write_formula(row, 3, formula, style, shown)

    # === TABLES === #

    def _write_months(self, job, tables, row):
        """Write the figures month by month.

        :return: the last row
        """
        heading, figures, lines = self._summary._read_months(job.options)
        first, last = tables.page.write_figure_table(row, heading, figures, lines)
        is_drawn = any(any(values.values()) for _label, values in lines)
        tables.months = (first, last, columns_of(figures)) if is_drawn else None
        return last + 1

    def _write_candidates(self, job, tables, row):
        """Write candidates by state and by channel, each with its share."""
        page, [figure] = tables.page, self._figures._get("candidates")
        tables.candidates = []
        for heading, lines in self._summary._read_candidates(job.options):
            page.write_headers(row, [heading, figure.name, self.env._("Share")])
            first, total = row + 1, sum(count for _label, count in lines)
            for label, count in lines:
                row += 1
                page.write_text(row, 0, label)
                page.write_number(row, 1, count)
                page.write_share(row, (first, first + len(lines) - 1), count, total)
            if total:
                tables.candidates.append((heading, first, row))
            row = page.write_totals(row, first, [total]) + 2
