from odoo import api, models

from odoo.addons.crm_referral_service.tools.denominator import Denominator


class CrmServiceDenominator(models.AbstractModel):
    _inherit = "crm.service.denominator"

    @api.model
    def _get_denominators(self):
        label = self.env._("deliveries")
        is_delivered = [("state", "=", "done"), ("picking_type_code", "=", "outgoing")]
        deliveries = Denominator(label, "stock.picking", is_delivered, "date_done")
        return super()._get_denominators() | {"deliveries": deliveries}
