from odoo import models

from odoo.addons.crm_referral.report.crm_referral_sheet_rows import Source


class CrmReferralSheetContacts(models.AbstractModel):
    """A row per contact of the period."""

    _name = "crm.referral.sheet.contacts"
    _inherit = "crm.referral.sheet.rows"
    _description = "Sheet of a Referral Workbook"

    _rows_model = "crm.service.contact"

    def _get_title(self):
        return self.env._("Service Contacts")

    def _get_explanation(self):
        return self.env._("Also those in which we turned to the customer.")

    def _get_query(self, options):
        """By the day of the contact, and not of our typing."""
        return self.env[self._rows_model]._search(
            self._scope._get_domain(options, self._rows_model, "contacted_on")
        )

    def _get_sources(self):
        return [
            Source("id", self.env._("Record")),
            Source("contacted_on", self.env._("When")),
            Source("partner_id", self.env._("Customer"), width=32),
            Source("channel", self.env._("Channel"), width=12),
            Source("direction", self.env._("Direction"), width=20),
            Source("user_id", self.env._("First Taker"), width=18),
            Source("team_id", self.env._("Service Team"), width=16),
            Source("company_id", self.env._("Company"), width=20),
            Source("reason_id", self.env._("Reason"), width=24),
            Source("kind", self.env._("Kind"), width=18),
            Source("dumb_cause", self.env._("Why It Should Not Have Been"), width=20),
            Source("state", self.env._("State"), width=10),
            Source("outcome", self.env._("Outcome"), width=16),
            Source("agent_solved", self.env._("Solved, the Agent Says")),
            Source("customer_solved", self.env._("Solved, the Customer Says")),
            Source("first_time", self.env._("Solved the First Time"), width=12),
            Source("first_id", self.env._("First Contact"), linked=self._rows_model),
            Source("miss_id", self.env._("Why Not the First Time"), width=24),
            Source("is_outside_hours", self.env._("Outside Promised Hours")),
            Source("note", self.env._("Note"), width=40),
        ]
