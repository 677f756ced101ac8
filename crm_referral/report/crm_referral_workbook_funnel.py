from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import models
from odoo.fields import Domain

from .crm_referral_workbook_layout import LABEL_WIDTH, NUMBER_WIDTH


class CrmReferralWorkbookFunnel(models.AbstractModel):
    """The funnel: where requests stop, and how long they stay in each step."""

    _inherit = "crm.referral.workbook"

    def _add_sheet_funnel(self, job):
        """A row per step: how many entered, left, skipped, and how long they stayed."""
        Report = self.env["crm.referral.report"]
        specs = {
            "step_entered_count:sum": self.env._("Entered"),
            "step_left_count:sum": self.env._("Left"),
            "step_done_count:sum": self.env._("Completed"),
            "step_skipped_count:sum": self.env._("Skipped"),
            "step_back_count:sum": self.env._("Went Back"),
        }
        domain = self._get_referral_domain(job.options, Report._name, "date") & Domain(
            "kind", "=", "step"
        )
        groups = {
            step: row
            for step, *row in Report._read_group(
                domain, ["step_id"], [*specs, "step_days:avg"]
            )
        }
        [(average,)] = Report._read_group(domain, [], ["step_days:avg"])
        sheet = self._add_worksheet(job, self.env._("Funnel"))
        sheet.set_column(0, 0, LABEL_WIDTH)
        sheet.set_column(1, 8, NUMBER_WIDTH)
        sheet.write_string(0, 0, self.env._("Funnel by step"), job.title)
        sheet.write_string(
            1, 0, self.env._("Steps that were entered in the period."), job.muted
        )
        headers = [
            self.env._("Step"),
            *specs.values(),
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
            *counts, days = groups.get(step, [0] * (len(specs) + 1))
            sheet.write_string(row, 0, step.name, job.text)
            for index, count in enumerate(counts, 1):
                sheet.write_number(row, index, count or 0, job.number["integer"])
            self._write_step_rates(job, sheet, row, counts)
            if days:
                sheet.write_number(row, 8, days, job.number["decimal"])
        totals = [
            sum((groups[step][index] or 0) for step in groups)
            for index in range(len(specs))
        ]
        row = self._write_totals(
            job, sheet, row, first, totals, ["integer"] * len(specs)
        )
        self._write_step_rates(job, sheet, row, totals)
        if average:
            sheet.write_number(row, 8, average, job.bold["decimal"])
        self._insert_chart(
            job,
            sheet,
            (row + 2, 0),
            "bar",
            self.env._("Funnel by step"),
            (first, row - 1, (1, 3)),
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
