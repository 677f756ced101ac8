from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    assessment_rest_days = fields.Integer(
        related="company_id.assessment_rest_days", readonly=False
    )
