from odoo import fields, models


class CrmReferralDecline(models.TransientModel):
    """Asks why the customer declined."""

    _name = "crm.referral.decline"
    _description = "Decline Referral Request"
    _inherit = ["crm.guarded.mixin"]

    referral_ids = fields.Many2many(comodel_name="crm.referral", string="Requests")
    reason_id = fields.Many2one(
        comodel_name="crm.referral.decline.reason", required=True, ondelete="cascade"
    )
    needs_note = fields.Boolean(related="reason_id.needs_note")
    note = fields.Char(string="In Their Words")
    do_not_ask = fields.Boolean(
        string="Do Not Ask Again",
        help="The customer does not want to be asked for referrals any more.",
    )

    def action_apply(self):
        """End the requests as declined.

        :return: action that closes the window
        """
        self.ensure_one()
        self.referral_ids.action_decline(
            self.reason_id.id, note=self.note, do_not_ask=self.do_not_ask
        )
        return {"type": "ir.actions.act_window_close"}
