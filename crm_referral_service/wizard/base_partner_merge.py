from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Whoever is one customer now is recognised by one key; chains stay chains."""
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["crm.service.contact"]._recognise_merged(src_partners | dst_partner)
        self.env["crm.complaint"]._recognise_merged(src_partners | dst_partner)
        return result
