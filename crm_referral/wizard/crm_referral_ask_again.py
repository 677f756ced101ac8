from odoo import fields, models


class CrmReferralAskAgain(models.TransientModel):
    """Asks a manager why a customer may be asked again who did not want to be."""

    _name = "crm.referral.ask.again"
    _description = "Take Back “Do Not Ask”"
    _inherit = ["crm.guarded.mixin"]

    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", required=True, ondelete="cascade"
    )
    reason = fields.Char(required=True)

    def action_apply(self):
        """Note the reason, and let the customer be asked again.

        :return: action that closes the window
        """
        self.ensure_one()
        self.partner_id.action_may_ask_again(self.reason)
        return {"type": "ir.actions.act_window_close"}
