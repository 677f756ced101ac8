from odoo import fields, models


class CrmReferralSkip(models.TransientModel):
    """Asks why a step is skipped."""

    _name = "crm.referral.skip"
    _description = "Skip Referral Step"
    _inherit = ["crm.guarded.mixin"]

    referral_ids = fields.Many2many(comodel_name="crm.referral", string="Requests")
    reason = fields.Char(required=True)

    def action_apply(self):
        """Skip the current step of the requests.

        :return: action that closes the window
        """
        self.ensure_one()
        self.referral_ids.action_skip_step(self.reason)
        return {"type": "ir.actions.act_window_close"}
