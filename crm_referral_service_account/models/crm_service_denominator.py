from odoo import api, models

from odoo.addons.crm_referral_service.tools.denominator import Denominator


class CrmServiceDenominator(models.AbstractModel):
    _inherit = "crm.service.denominator"

    @api.model
    def _get_denominators(self):
        label = self.env._("customer invoices")
        is_invoice = [("move_type", "=", "out_invoice"), ("state", "=", "posted")]
        invoices = Denominator(label, "account.move", is_invoice, "invoice_date")
        return super()._get_denominators() | {"invoices": invoices}
