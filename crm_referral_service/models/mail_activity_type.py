from odoo import api, models


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral_service.mail_activity_type_step",
            "crm_referral_service.mail_activity_type_answer_due",
            "crm_referral_service.mail_activity_type_approve",
            "crm_referral_service.mail_activity_type_call_back",
            "crm_referral_service.mail_activity_type_gap",
            "crm_referral_service.mail_activity_type_neglected",
            "crm_referral_service.mail_activity_type_overdue",
            "crm_referral_service.mail_activity_type_page",
            "crm_referral_service.mail_activity_type_reply",
            "crm_referral_service.mail_activity_type_question",
            "crm_referral_service.mail_activity_type_second_contact",
            "crm_referral_service.mail_activity_type_tell_customer",
        )
