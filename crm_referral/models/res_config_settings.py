from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    referral_quiet_days = fields.Integer(
        related="company_id.referral_quiet_days", readonly=False
    )
    referral_retention_days = fields.Integer(
        related="company_id.referral_retention_days", readonly=False
    )
