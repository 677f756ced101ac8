"""Records that the addon's code looks up by their external id.

Whoever may delete them would stop the work of everybody: they can be renamed and
archived, not deleted.
"""

from odoo import api, models
from odoo.exceptions import UserError

# By model, the external ids that the code needs.
KEPT_RECORDS = {
    "crm.assessment.framework": (
        "crm_referral.crm_assessment_framework_be_sure",
        "crm_referral.crm_assessment_framework_pride",
    ),
    "crm.lost.reason": ("crm_referral.lost_reason_objected",),
    "crm.referral.decline.reason": ("crm_referral.decline_reason_no_introduction",),
    "mail.activity.type": (
        "crm_referral.mail_activity_type_answer",
        "crm_referral.mail_activity_type_decide",
        "crm_referral.mail_activity_type_improve",
        "crm_referral.mail_activity_type_inform",
        "crm_referral.mail_activity_type_mail_failed",
        "crm_referral.mail_activity_type_promise",
        "crm_referral.mail_activity_type_review",
        "crm_referral.mail_activity_type_reviewer",
        "crm_referral.mail_activity_type_settle",
        "crm_referral.mail_activity_type_silent",
        "crm_referral.mail_activity_type_step",
        "crm_referral.mail_activity_type_tell_referrer",
    ),
    "mail.template": (
        "crm_referral.mail_template_assessment_link",
        "crm_referral.mail_template_assessment_reminder",
        "crm_referral.mail_template_introduction",
    ),
}


class CrmKeptRecordMixin(models.AbstractModel):
    """Refuses to delete what :data:`KEPT_RECORDS` lists."""

    _name = "crm.kept.record.mixin"
    _description = "Record the Addon Needs"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        for xml_id in KEPT_RECORDS.get(self._name, ()):
            kept = self.env.ref(xml_id, raise_if_not_found=False)
            if kept and kept in self:
                raise UserError(
                    self.env._(
                        "“%(record)s” is needed by referrals, so it cannot be deleted. "
                        "You can rename or archive it instead.",
                        record=kept.display_name,
                    )
                )


class CrmAssessmentFramework(models.Model):
    _name = "crm.assessment.framework"
    _inherit = ["crm.assessment.framework", "crm.kept.record.mixin"]


class CrmLostReason(models.Model):
    _name = "crm.lost.reason"
    _inherit = ["crm.lost.reason", "crm.kept.record.mixin"]


class CrmReferralDeclineReason(models.Model):
    _name = "crm.referral.decline.reason"
    _inherit = ["crm.referral.decline.reason", "crm.kept.record.mixin"]


class MailActivityType(models.Model):
    _name = "mail.activity.type"
    _inherit = ["mail.activity.type", "crm.kept.record.mixin"]


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["mail.template", "crm.kept.record.mixin"]
