from odoo import api, models


class MailActivityType(models.Model):
    _name = "mail.activity.type"
    _inherit = ["mail.activity.type", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral.mail_activity_type_ask",
            "crm_referral.mail_activity_type_inform",
            "crm_referral.mail_activity_type_promise",
            "crm_referral.mail_activity_type_referrer_page",
            "crm_referral.mail_activity_type_step",
            "crm_referral.mail_activity_type_tell_referrer",
        )
