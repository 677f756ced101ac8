from odoo import api, models


class MailActivityType(models.Model):
    _name = "mail.activity.type"
    _inherit = ["mail.activity.type", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_assessment.mail_activity_type_answer",
            "crm_assessment.mail_activity_type_call",
            "crm_assessment.mail_activity_type_call_back",
            "crm_assessment.mail_activity_type_decide",
            "crm_assessment.mail_activity_type_improve",
            "crm_assessment.mail_activity_type_mail_failed",
            "crm_assessment.mail_activity_type_review",
            "crm_assessment.mail_activity_type_reviewer",
            "crm_assessment.mail_activity_type_settle",
            "crm_assessment.mail_activity_type_silent",
        )
