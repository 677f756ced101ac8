from odoo import api, models


class CrmLostReason(models.Model):
    _name = "crm.lost.reason"
    _inherit = ["crm.lost.reason", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral.lost_reason_objected",
        )
