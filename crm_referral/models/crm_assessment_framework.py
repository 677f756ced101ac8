from odoo import api, models


class CrmAssessmentFramework(models.Model):
    _name = "crm.assessment.framework"
    _inherit = ["crm.assessment.framework", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral.crm_assessment_framework_be_sure",
            "crm_referral.crm_assessment_framework_pride",
        )
