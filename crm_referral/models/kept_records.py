"""Records that our code looks up by their external id: nobody deletes them."""

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


class CrmLostReason(models.Model):
    _name = "crm.lost.reason"
    _inherit = ["crm.lost.reason", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral.lost_reason_objected",
        )


class CrmReferralDeclineReason(models.Model):
    _name = "crm.referral.decline.reason"
    _inherit = ["crm.referral.decline.reason", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral.decline_reason_no_introduction",
        )


class MailActivityType(models.Model):
    _name = "mail.activity.type"
    _inherit = ["mail.activity.type", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral.mail_activity_type_inform",
            "crm_referral.mail_activity_type_promise",
            "crm_referral.mail_activity_type_step",
            "crm_referral.mail_activity_type_tell_referrer",
        )


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template", "crm.kept.record.mixin"]

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral.mail_template_introduction",
        )
