from odoo import models

from odoo.addons.crm_referral.report.crm_referral_sheet_rows import Source


class CrmReferralSheetComplaints(models.AbstractModel):
    """A row per complaint that came in in the period."""

    _name = "crm.referral.sheet.complaints"
    _inherit = "crm.referral.sheet.rows"
    _description = "Sheet of a Referral Workbook"

    _rows_model = "crm.complaint"

    def _get_title(self):
        return self.env._("Complaints")

    def _get_explanation(self):
        [figure] = self.env["crm.service.figures"]._get("complaints")
        return figure.help

    def _get_query(self, options):
        """By the day on which the customer turned to us, and not of our typing."""
        return self.env[self._rows_model]._search(
            self._scope._get_domain(options, self._rows_model, "received_on")
        )

    def _get_sources(self):
        return [
            Source("id", self.env._("Record")),
            Source("name", self.env._("Number"), width=14),
            Source("partner_id", self.env._("Customer"), width=32),
            Source("user_id", self.env._("Owner"), width=18),
            Source("team_id", self.env._("Service Team"), width=16),
            *self._get_company_sources(),
            Source("received_on", self.env._("Received On")),
            Source("acknowledged_on", self.env._("Acknowledged On")),
            Source("answer_by", self.env._("Answer By")),
            Source("step_id", self.env._("Step"), width=16),
            Source("severity", self.env._("Severity"), width=18),
            Source("reason_id", self.env._("Reason"), width=24),
            Source("outcome", self.env._("Outcome"), width=20),
            Source("solved", self.env._("Solved"), width=10),
            Source("felt_heard", self.env._("Felt Heard"), width=10),
            Source("tested_via", self.env._("Who Said So"), width=18),
            Source("closed_on", self.env._("Closed On")),
            Source("second_contact_done_on", self.env._("Second Contact On")),
            Source("reopen_count", self.env._("Times Reopened"), total=True),
            Source("scope", self.env._("Scope"), width=18),
            Source("story", self.env._("In the Customer's Words"), width=40),
            Source("wanted_remedy", self.env._("Wanted Remedy"), width=32),
            Source("our_part", self.env._("What We Do"), width=32),
        ]

    def _get_company_sources(self):
        if self.env.user.has_group("base.group_multi_company"):
            return [Source("company_id", self.env._("Company"), width=20)]
        return []
