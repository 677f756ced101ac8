from odoo import models

FIGURES = (
    "step_entered",
    "step_left",
    "step_done",
    "step_skipped",
    "step_back",
    "step_done_rate",
    "step_skip_rate",
    "step_days",
)
# The columns of those who entered and of those who completed
CHART_COLUMNS = (1, 3)


class CrmReferralSheetFunnel(models.AbstractModel):
    """The funnel: where requests stop, and how long they stay in each step."""

    _name = "crm.referral.sheet.funnel"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    def _get_title(self):
        return self.env._("Funnel")

    def _get_explanation(self):
        [figure] = self._figures._get("step_entered")
        return figure.help

    def _add(self, job):
        """A row per step: how many entered, left, skipped, and how long they stayed."""
        page = job.add_page(self._get_title())
        title = self.env._("Funnel by step")
        page.write_title(title, self._get_explanation())
        figures = self._figures._get(*FIGURES)
        groups = self._figures._read_by(job.options, FIGURES, "step_id")
        whole = self._figures._read(job.options, FIGURES)
        nothing = self._figures._get_nothing(FIGURES)
        lines = [
            (step.name, groups.get(step, nothing))
            for step in self.env["crm.referral"]._get_steps()
        ]
        first, last = page.write_figure_table(
            3, self.env._("Step"), figures, lines, {"step_days": whole["step_days"]}
        )
        page.sheet.freeze_panes(first, 1)
        page.insert_chart((last + 3, 0), "bar", title, (first, last, CHART_COLUMNS))
