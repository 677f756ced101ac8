from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    service_order_days = fields.Integer(
        related="company_id.service_order_days", readonly=False
    )
