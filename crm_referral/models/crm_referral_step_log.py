from odoo import fields, models


class CrmReferralStepLog(models.Model):
    """A stay of a referral request in one of its steps."""

    _name = "crm.referral.step.log"
    _description = "Referral Step Log"
    _inherit = ["crm.guided.conversation.step.log"]

    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    step_id = fields.Many2one(
        comodel_name="crm.referral.step",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
