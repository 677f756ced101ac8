from odoo import models
from odoo.tools.misc import format_datetime

from odoo.addons.crm_foundation.tools.local_time import canonical_timezone
from odoo.addons.xlsx_stream.tools.paper import LINE_HEIGHT, count_lines

TEXT_WIDTH = 90


class CrmReferralWorkbookAbout(models.AbstractModel):
    """The last sheet: where all this comes from, and what it means."""

    _inherit = "crm.referral.workbook"

    def _add_sheet_about(self, job):
        """Who made this and when, with which filters, and what every figure means."""
        sheet = self._add_worksheet(job, self.env._("About"))
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, TEXT_WIDTH)
        options = job.options
        now = format_datetime(self.env, self.env.cr.now(), dt_format="medium")
        lines = [
            (self.env._("Workbook"), options["name"]),
            (self.env._("Made by"), self.env.user.name),
            (self.env._("Made on"), f"{now} ({canonical_timezone(self.env.tz.zone)})"),
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
            self._write_explanation(job, sheet, row, name, text)
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
            self._write_explanation(job, sheet, row, name, text)
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
            self._write_explanation(job, sheet, row, figure.name, figure.help)
        for name, text in self._get_sheet_definitions():
            row += 1
            self._write_explanation(job, sheet, row, name, text)

    def _write_explanation(self, job, sheet, row, name, text):
        # Only Excel makes a row higher by itself.
        lines = count_lines(text, TEXT_WIDTH)
        sheet.set_row(row, lines * LINE_HEIGHT + 2)
        sheet.write_string(row, 0, name, job.label)
        sheet.write_string(row, 1, text, job.wrapped)

    def _get_sheet_definitions(self):
        return [
            (
                self.env._("Funnel"),
                self.env._("Steps that were entered in the period."),
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
                self.env._("Customers' Words"),
                self.env._(
                    "What customers wrote in forms that were signed in the period, "
                    "once everybody may see them, beside the question as it was asked."
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
