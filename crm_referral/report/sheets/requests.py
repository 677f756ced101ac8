from odoo import models

from ..crm_referral_sheet_rows import Source


class CrmReferralSheetRequests(models.AbstractModel):
    """A row per request that was asked in the period."""

    _name = "crm.referral.sheet.requests"
    _inherit = "crm.referral.sheet.rows"
    _description = "Sheet of a Referral Workbook"

    _rows_model = "crm.referral"

    def _get_title(self):
        return self.env._("Requests")

    def _get_explanation(self):
        [figure] = self._figures._get("asks")
        return figure.help

    def _get_sources(self):
        return [
            Source("id", self.env._("Record")),
            Source("partner_id", self.env._("Customer"), width=32),
            Source("partner_id.industry_id", self.env._("Industry"), width=18),
            *self._get_owner_sources(),
            Source("create_date", self.env._("Asked On")),
            Source("step_id", self.env._("Step"), width=16),
            Source("outcome", self.env._("Outcome"), width=14),
            Source("decline_reason_id", self.env._("Decline Reason"), width=20),
            Source("closed_on", self.env._("Closed On")),
            Source("candidate_count", self.env._("Candidates"), total=True),
            Source("introduced_count", self.env._("Introductions"), total=True),
            Source("lead_count", self.env._("Leads"), total=True),
            Source("won_count", self.env._("Leads Won"), total=True),
            Source("won_revenue", self.env._("Won Revenue"), total=True),
            Source("challenge", self.env._("Challenge"), width=40),
            Source("improvement", self.env._("What Changed"), width=40),
            Source("promise", self.env._("Our Promise"), width=28),
            Source("promise_deadline", self.env._("Promised Until")),
            Source("promise_state", self.env._("Promise Kept"), width=12),
            Source("next_ask_date", self.env._("May Be Asked Again From")),
        ]
