from odoo import api, models


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_assessment.mail_template_action_done",
            "crm_assessment.mail_template_assessment_link",
            "crm_assessment.mail_template_assessment_reminder",
        )
