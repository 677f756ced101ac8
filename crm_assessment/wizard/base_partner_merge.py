from odoo import api, models

from odoo.addons.crm_foundation.models.crm_guarded_mixin import LIFTED


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """What only our methods write is merged like everything else."""
        dst_partner = dst_partner.with_context(guard_lifted=LIFTED)
        return super()._update_values(src_partners, dst_partner)
