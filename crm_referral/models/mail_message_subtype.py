from odoo import api, models


class MailMessageSubtype(models.Model):
    _name = "mail.message.subtype"
    _inherit = ["mail.message.subtype", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (*super()._get_kept_xml_ids(), "crm_referral.mt_notice")
