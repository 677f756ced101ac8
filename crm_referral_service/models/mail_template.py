from odoo import api, models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral_service.mail_template_acknowledged",
            "crm_referral_service.mail_template_ask_endings",
            "crm_referral_service.mail_template_ask_solved",
            "crm_referral_service.mail_template_fixed",
        )
