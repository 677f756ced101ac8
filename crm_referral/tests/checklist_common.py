from odoo.tests import tagged

from .assessment_common import AssessmentCase


@tagged("post_install", "-at_install")
class ChecklistCase(AssessmentCase):
    """An agent who looks back at a conversation, and who reviews it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.be_sure = cls.env.ref("crm_referral.crm_assessment_framework_be_sure")
        cls.pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.yes, cls.partly, cls.no, cls.not_applicable = (
            cls.be_sure.scale_id.option_ids
        )
        cls.customer_company.user_id = cls.rep
        cls.view = "crm_assessment.crm_assessment_round_view_form_review"

    def _start(self, user=None, record=None):
        return self._start_checklist(record or self.customer_company, user)

    def _forms(self, round_):
        return {a.viewpoint: a for a in round_._search_assessments()}

    def _sign(self, round_, viewpoint, option, **cause):
        form = self._forms(round_)[viewpoint]
        form = form.with_user(form.respondent_id)
        form.line_ids.write({"option_id": option.id, **cause})
        form.action_done()
        return form

    def _reviewed(self, self_option=None, option=None):
        round_ = self._start()
        self._sign(round_, "self", self_option or self.yes)
        self._sign(round_, "reviewer", option or self.partly)
        self.env.invalidate_all()
        return round_
