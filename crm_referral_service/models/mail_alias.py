from odoo import api, models


class MailAlias(models.Model):
    _name = "mail.alias"
    _inherit = ["mail.alias", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral_service.mail_alias_complaint",
        )
