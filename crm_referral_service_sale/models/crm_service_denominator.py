from odoo import api, models

from odoo.addons.crm_referral_service.tools.denominator import Denominator


class CrmServiceDenominator(models.AbstractModel):
    _inherit = "crm.service.denominator"

    @api.model
    def _get_denominators(self):
        label = self.env._("confirmed orders")
        is_confirmed = [("state", "=", "sale")]
        orders = Denominator(label, "sale.order", is_confirmed, "date_order")
        return super()._get_denominators() | {"orders": orders}
