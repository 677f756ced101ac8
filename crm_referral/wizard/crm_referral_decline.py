from odoo import fields, models


class CrmReferralDecline(models.TransientModel):
    """Asks why the customer declined."""

    _name = "crm.referral.decline"
    _description = "Decline Referral Request"

    referral_ids = fields.Many2many(comodel_name="crm.referral", string="Requests")
    reason_id = fields.Many2one(
        comodel_name="crm.referral.decline.reason", required=True, ondelete="cascade"
    )

    def action_apply(self):
        """End the requests as declined.

        :return: action that closes the window
        """
        self.ensure_one()
        self.referral_ids.action_decline(self.reason_id.id)
        return {"type": "ir.actions.act_window_close"}
