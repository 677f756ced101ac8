from odoo import api, models


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral.mail_template_introduction",
            "crm_referral.mail_template_news_contacted",
            "crm_referral.mail_template_news_introduced",
            "crm_referral.mail_template_news_outcome",
            "crm_referral.mail_template_referrer_link",
            "crm_referral.mail_template_notice",
        )
