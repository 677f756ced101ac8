from odoo.addons.crm_assessment.models.crm_assessment_page_mixin import MAX_LENGTH

from .feedback_common import FeedbackCase


class TestHostileTextInTheBackend(FeedbackCase):
    """In a real browser: on the screens, not only in what the server answers."""

    TEXT = (
        "HOSTILE <script>window.hostile = 1</script>"
        "<img src=x onerror='window.hostile = 2'>"
        "<svg/onload='window.hostile = 3'> {{ 7*7 }} \u202eabc\u202c مرحبا 🙂\n"
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = (cls.TEXT * 100)[:MAX_LENGTH]

    def _look(self, path):
        self.start_tour(path, "crm_referral_feedback_hostile", login=self.manager.login)

    def test_answer(self):
        """In the form of the assessment, and quoted in the chatter."""
        self.assertEqual(self._save({self._name("text"): self.text})["status"], "saved")
        self.assertIn("Thank you!", self._send_all().text)
        self.assessment.invalidate_recordset()
        self.assessment.message_post(body=self._line("text").note)
        self._look(f"/odoo/assessments/{self.assessment.id}")

    def test_evidence(self):
        """In the list of the evidence of a round."""
        pride = self.env.ref("crm_referral.crm_assessment_framework_pride")
        round_ = self.env["crm.assessment.round"].create(
            {
                "framework_id": pride.id,
                "partner_id": self.customer_company.id,
                "user_id": self.rep.id,
            }
        )
        round_._start()
        form = round_._search_assessments().filtered(
            lambda a: a.viewpoint == "customer"
        )
        path = self._path(form, "/save")
        csrf = self._get_csrf(form)
        name = self._name("text", 0, form)
        self.assertEqual(self._save({name: self.text}, csrf, path)["status"], "saved")
        form._submit_page()
        round_.action_close()
        round_.message_post(body=self.text)
        self._look(f"/odoo/pride/{round_.id}")

    def test_dispute(self):
        """In the disagreement of an agent, which is noted in the chatter too."""
        be_sure = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        round_ = self.env["crm.assessment.round"].create(
            {
                "framework_id": be_sure.id,
                "partner_id": self.customer_company.id,
                "user_id": self.rep.id,
                "manager_id": self.leader.id,
            }
        )
        round_._start()
        for form in round_._search_assessments().sorted("id"):
            form.line_ids.option_id = be_sure.scale_id.option_ids[0]
            form.action_done()
        round_.with_user(self.rep).action_dispute(self.text)
        self._look(f"/odoo/be-sure/{round_.id}")
