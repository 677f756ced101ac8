from odoo import models
from odoo.tools.misc import format_datetime

from odoo.addons.crm_foundation.tools.local_time import canonical_timezone
from odoo.addons.xlsx_stream.tools.paper import LINE_HEIGHT, count_lines

TEXT_WIDTH = 90
LABEL_WIDTH = 34


class CrmReferralSheetAbout(models.AbstractModel):
    """The last sheet: where all this comes from, and what it means."""

    _name = "crm.referral.sheet.about"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    def _get_title(self):
        return self.env._("About")

    def _add(self, job):
        """Who made this and when, with which filters, and what every figure means."""
        page = job.add_page(self._get_title())
        page.sheet.set_column(0, 0, LABEL_WIDTH)
        page.sheet.set_column(1, 1, TEXT_WIDTH)
        page.write_title(self.env._("About this workbook"))
        row = self._write_lines(page, 2, self._get_origin(job))
        headers = [self.env._("Sheet"), self.env._("Rows")]
        row = self._write_table(page, row + 1, headers, self._get_sheets(job))
        headers = [self.env._("Figure"), self.env._("What it means")]
        self._write_table(page, row + 1, headers, self._get_meanings(job))

    def _write_table(self, page, row, headers, lines):
        page.write_headers(row, headers, page.formats.text_header)
        return self._write_lines(page, row + 1, lines)

    def _write_lines(self, page, row, lines):
        """:return: the row below"""
        for name, text in lines:
            # Only Excel makes a row higher by itself.
            height = count_lines(text, TEXT_WIDTH) * LINE_HEIGHT + 2
            page.sheet.set_row(row, height)
            page.sheet.write_string(row, 0, name, page.formats.label)
            page.sheet.write_string(row, 1, text, page.formats.wrapped)
            row += 1
        return row

    def _get_origin(self, job):
        """:return: who made this and when, and of what: names and texts"""
        user, options = self.env.user, job.options
        now = format_datetime(self.env, self.env.cr.now(), dt_format="medium")
        made_on = f"{now} ({canonical_timezone(self.env.tz.zone)})"
        return [
            (self.env._("Workbook"), options["name"]),
            (self.env._("Made by"), user.name),
            (self.env._("Made on"), made_on),
            (self.env._("Filters"), self._scope._describe(options)),
            (
                self.env._("What is in it"),
                self.env._("Only what %(user)s may see in Odoo.", user=user.name),
            ),
            (
                self.env._("Currency"),
                self.env._(
                    "Sums are in %(currency)s. Single leads are in the currency of "
                    "their company.",
                    currency=self.env.company.currency_id.name,
                ),
            ),
        ]

    def _get_sheets(self, job):
        """:return: the big sheets, and how many rows they have"""
        return [(name, self._describe_rows(each)) for name, each in job.sheets.items()]

    def _describe_rows(self, sheet):
        if len(sheet.names) > 1:
            return self.env._(
                "%(rows)s, in %(number)s sheets, because Excel allows no more rows "
                "in one",
                rows=sheet.rows,
                number=len(sheet.names),
            )
        if not sheet.rows:
            return self.env._("0: no record matches these filters")
        return str(sheet.rows)

    def _get_meanings(self, job):
        """:return: the figures and the sheets, and what they mean"""
        Workbook = self.env["crm.referral.workbook"]
        sheets = [Workbook._get_sheet(code) for code in job.options["sheets"]]
        selection = self.env._(
            "When the workbook was made of selected requests, all sheets show what "
            "belongs to them, whatever the date; PRIDE and BE SURE what is about their "
            "customers."
        )
        return [
            *((each.name, each.help) for each in self._figures._get_key_figures()),
            *(
                (sheet._get_title(), text)
                for sheet in sheets
                if (text := sheet._get_explanation())
            ),
            (self.env._("Selection"), selection),
        ]
