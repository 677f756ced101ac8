from odoo import models

FIGURES = (
    "questions",
    "told_due",
    "told_in_time",
    "told_rate",
    "answered",
    "hours_to_answer",
    "unanswered",
)


class CrmReferralSheetHandovers(models.AbstractModel):
    """A row per colleague who was asked: what comes back, and when."""

    _name = "crm.referral.sheet.handovers"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    @property
    def _figures(self):
        return self.env["crm.service.figures"]

    def _get_title(self):
        return self.env._("Questions to Colleagues")

    def _get_explanation(self):
        [figure] = self._figures._get("told_rate")
        return figure.help

    def _add(self, job):
        page = job.add_page(self._get_title())
        page.write_title(self._get_title(), self._get_explanation())
        groups = self._figures._read_by(job.options, FIGURES, "to_user_id")
        whole = self._figures._read(job.options, FIGURES)
        lines = [
            (user.display_name, values)
            for user, values in sorted(
                groups.items(), key=lambda group: group[0].display_name
            )
        ]
        page.write_figure_table(
            3,
            self.env._("Colleague"),
            self._figures._get(*FIGURES),
            lines,
            {"hours_to_answer": whole["hours_to_answer"]},
        )
        page.sheet.freeze_panes(4, 1)
