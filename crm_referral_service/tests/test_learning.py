from datetime import timedelta

from odoo.tests import Form, tagged

from .test_council import MONDAY, CouncilCommon


@tagged("post_install", "-at_install")
class TestLearning(CouncilCommon):
    """Who did not know the answer several times can learn it; nobody is ranked."""

    def setUp(self):
        super().setUp()
        self.not_known = self.env.ref("crm_referral_service.miss_not_known")

    def _come_back(self, count, user=None, miss=None):
        """Contacts of somebody's customers that had to come back."""
        now = self.env.cr.now()
        for number in range(count):
            who = {"caller_name": "Ann", "phone": f"+32 2 290 34 {number:02}"}
            root = self._log(0, 1, user_id=(user or self.agent).id, **who)
            root.contacted_on = now - timedelta(days=3)
            repeat = self._log(0, 1, user_id=self.colleague.id, **who)
            repeat.write(
                {
                    "contacted_on": now - timedelta(days=1),
                    "previous_id": root.id,
                    "miss_id": (miss or self.not_known).id,
                }
            )

    def _get_rows(self, user):
        self.env.flush_all()
        Learning = self.env["crm.service.learning"].with_user(user)
        return Learning.search([("company_id", "=", self.env.company.id)])

    def test_three_times_is_no_chance(self):
        self._come_back(2)
        self.assertFalse(self._get_rows(self.manager))

    def test_who_did_not_know(self):
        self._come_back(3)
        row = self._get_rows(self.manager)
        self.assertEqual(
            (row.user_id, row.reason_id, row.count), (self.agent, self.reason, 3)
        )
        self.assertEqual(self._get_rows(self.agent), row)
        self.assertFalse(self._get_rows(self.colleague))

    def test_another_miss(self):
        self._come_back(3, miss=self.env.ref("crm_referral_service.miss_not_allowed"))
        self.assertFalse(self._get_rows(self.manager))

    def test_plan(self):
        self.reason.section_ids = self.section
        self._come_back(3)
        row = self._get_rows(self.manager)
        form = Form(
            self.env["crm.assessment.action"]
            .with_user(self.manager)
            .with_context(**row.action_plan()["context"])
        )
        form.name = "Take a pump apart, with the lab"
        form.learn_with_id = self.technician
        form.deadline = "2099-01-01"
        action = form.save()
        self.assertEqual(action.kind, "learning")
        self.assertEqual((action.agent_id, action.user_id), (self.agent, self.agent))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(row.action_id, action)
        self.assertEqual(row.action_plan()["res_id"], action.id)

    def test_weak_area(self):
        """An area below “fair” in reviewed checklists, and no other."""
        framework = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        weak, fair = framework.section_ids[:2]
        start = self.customer.with_user(self.agent).action_start_checklist()
        round_ = (
            self.env["crm.assessment.round"]
            .with_user(self.agent)
            .with_context(**start["context"])
            .create({})
        )
        round_.action_start()
        form = round_.sudo()._search_assessments()[:1]
        values = {
            "assessment_id": form.id,
            "framework_id": framework.id,
            "user_id": self.agent.id,
            "company_id": self.env.company.id,
            "date": MONDAY.date() - timedelta(days=3),
            "is_comparable": True,
            "is_counted": True,
        }
        self.env["crm.assessment.score"].create(
            [
                {**values, "section_id": weak.id, "score": framework.fair_from - 1},
                {**values, "section_id": fair.id, "score": framework.fair_from},
            ]
        )
        row = self._get_rows(self.manager)
        self.assertEqual((row.section_id, row.source), (weak, "checklist"))
