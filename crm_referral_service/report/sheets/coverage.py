from odoo import models
from odoo.tools import format_date

FIGURES = ("promised_hours", "covered_hours", "coverage", "gap_contacts")


class CrmReferralSheetCoverage(models.AbstractModel):
    """Covered of promised hours, by team and by week."""

    _name = "crm.referral.sheet.coverage"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    @property
    def _figures(self):
        return self.env["crm.service.figures"]

    def _get_title(self):
        return self.env._("Coverage")

    def _get_explanation(self):
        [figure] = self._figures._get("coverage")
        return figure.help

    def _add(self, job):
        page = job.add_page(self._get_title())
        page.write_title(self._get_title(), self._get_explanation())
        row = 3
        headings = {
            "team_id": self.env._("Service Team"),
            "date:week": self.env._("Week From"),
        }
        for groupby, heading in headings.items():
            groups = self._figures._read_by(job.options, FIGURES, groupby)
            lines = [
                (self._get_label(group), values) for group, values in groups.items()
            ]
            _first, last = page.write_figure_table(
                row, heading, self._figures._get(*FIGURES), lines
            )
            row = last + 4

    def _get_label(self, group):
        """:return: the name of a team, or the first day of a week"""
        if isinstance(group, models.BaseModel):
            return group.display_name
        return format_date(self.env, group)
