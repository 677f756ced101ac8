from odoo.tests import tagged

from .assessment_common import AssessmentCase


@tagged("post_install", "-at_install")
class RoundCase(AssessmentCase):
    """A customer with a contact, and whoever is asked about them in a round."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Anita Oliver",
                "parent_id": cls.customer_company.id,
                "email": "anita@example.com",
            }
        )
        cls.customer_company.user_id = cls.rep
        # One round after the other, and no call after a bad answer: both are tested
        # in the engine.
        cls.company.assessment_rest_days = 0
        cls.pride.write({"call_below": 0, "call_on_worst": False})

    @classmethod
    def _start(cls, user=None):
        return cls._start_round(cls.customer_company, user or cls.rep)

    def _fill(self, assessment, goodness, user=None):
        """Answer everything with the same goodness from 0 to 4, reversed ones too."""
        options = self.pride.scale_id.option_ids
        entries = assessment.form_id._get_entries("items")
        for line in assessment.with_user(user or self.env.user).line_ids:
            if line.kind == "scale":
                is_reversed = entries[line.item_id.id]["is_reversed"]
                line.option_id = options[4 - goodness if is_reversed else goodness]
            elif line.kind == "rating":
                line.rating = str(goodness * 2 + 2)
        return assessment

    def _by_viewpoint(self, round_):
        return {a.viewpoint: a for a in round_._search_assessments()}

    def _answer_all(self, round_, customer=3, employee=3, manager=3):
        forms = self._by_viewpoint(round_)
        self._fill(forms["customer"].sudo(), customer).action_done()
        for viewpoint, user, goodness in (
            ("employee", self.rep, employee),
            ("manager", round_.manager_id, manager),
        ):
            form = forms[viewpoint].with_user(user)
            self._fill(form, goodness, user)
            form.action_done()
        return round_

    def _run(self, what):
        self.env.flush_all()
        self._run_cron(f"crm_assessment.ir_cron_assessment_{what}")
        self.env.invalidate_all()
