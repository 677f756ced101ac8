from odoo import models

FIGURES = (
    "gestures",
    "within_limit",
    "within_limit_rate",
    "decided",
    "unchanged",
    "unchanged_rate",
    "hours_to_decide",
)


class CrmReferralSheetAuthority(models.AbstractModel):
    """By the limit that counted: who asks, and whether others only say yes."""

    _name = "crm.referral.sheet.authority"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    @property
    def _figures(self):
        return self.env["crm.service.figures"]

    def _get_title(self):
        return self.env._("Who May Give What")

    def _get_explanation(self):
        [figure] = self._figures._get("unchanged_rate")
        return figure.help

    def _add(self, job):
        page = job.add_page(self._get_title())
        page.write_title(self._get_title(), self._get_explanation())
        groups = self._figures._read_by(job.options, FIGURES, "authority_id")
        whole = self._figures._read(job.options, FIGURES)
        _first, last = page.write_figure_table(
            3,
            self.env._("Limit That Counted"),
            self._figures._get(*FIGURES),
            [
                (limit.display_name or self.env._("No limit"), values)
                for limit, values in groups.items()
            ],
            {"hours_to_decide": whole["hours_to_decide"]},
        )
        page.sheet.freeze_panes(4, 1)
        self._add_proposals(page, last + 4)

    def _add_proposals(self, page, row):
        """The rules that are the problem: what would have been enough for most."""
        proposals = self.env["crm.service.authority"]._get_proposals()
        if not proposals:
            return
        page.write_headers(
            row,
            [
                self.env._("Limits that may be too low"),
                self.env._("Approvals Decided"),
                self.env._("Approved Unchanged"),
                self.env._("Enough for Most"),
            ],
        )
        for line, proposal in enumerate(proposals, row + 1):
            page.write_label(line, proposal.get_name(self.env))
            page.write_number(line, 1, proposal.decided)
            page.write_number(line, 2, proposal.unchanged)
            page.write_number(line, 3, proposal.amount, "decimal")
