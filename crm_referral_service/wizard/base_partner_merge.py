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

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """The hours to call belong together: those of one, not one of each."""
        # sudo: whoever merges customers need not be of the service
        partners = (dst_partner | src_partners).sudo()
        asked = partners.filtered("service_callback_to")
        if asked:
            partners.write(
                {
                    "service_callback_from": asked[0].service_callback_from,
                    "service_callback_to": asked[0].service_callback_to,
                }
            )
        return super()._update_values(src_partners, dst_partner)
