from datetime import timedelta

from odoo.exceptions import AccessError
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

    def _start_checklist(self):
        framework = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        customer = self.env["res.partner"].create({"name": "Another clinic"})
        start = customer.with_user(self.agent).action_start_checklist()
        round_ = (
            self.env["crm.assessment.round"]
            .with_user(self.agent)
            .with_context(**start["context"])
            .create({})
        )
        round_.action_start()
        return framework, round_.sudo()._search_assessments()[:1]

    def _review(self, framework, form, section, score, days=-3, **values):
        """What a reviewed checklist says of an area, so many days from Monday."""
        return self.env["crm.assessment.score"].create(
            {
                "assessment_id": form.id,
                "framework_id": framework.id,
                "section_id": section.id,
                "score": score,
                "user_id": self.agent.id,
                "company_id": self.env.company.id,
                "date": MONDAY.date() + timedelta(days=days),
                "is_comparable": True,
                "is_counted": True,
                **values,
            }
        )

    def test_weak_area(self):
        """An area below “fair” in reviewed checklists, and no other."""
        framework, form = self._start_checklist()
        weak, fair = framework.section_ids[:2]
        self._review(framework, form, weak, framework.fair_from - 1)
        self._review(framework, form, fair, framework.fair_from)
        row = self._get_rows(self.manager)
        self.assertEqual((row.section_id, row.source), (weak, "checklist"))

    def _learn(self, section, user=None, **values):
        action = self._decide(
            kind="learning",
            agent_id=self.agent.id,
            user_id=(user or self.agent).id,
            section_id=section.id,
            reason_id=False,
            **values,
        )
        action.action_done()
        return action

    def _read_note(self, action, user=None):
        self.env.invalidate_all()
        return action.with_user(user or self.manager).learning_note

    def test_next_checklists_show_whether_it_was_learned(self):
        framework, _form = self._start_checklist()
        area, other = framework.section_ids[:2]
        action = self._learn(area)
        self.assertFalse(self._read_note(action))
        scores = ((-3, 2), (-2, 3), (-1, 4), (1, 4), (2, 5))
        for days, score in scores:
            self._review(*self._start_checklist(), area, score, days)
        # of another area, of a colleague, too long ago, not counted
        form = self._start_checklist()
        self._review(*form, other, 1, 3)
        self._review(*form, area, 1, 3, user_id=self.colleague.id)
        self._review(*self._start_checklist(), area, 1, -91)
        self._review(*self._start_checklist(), area, 1, 3, is_counted=False)
        self.assertEqual(
            self._read_note(action),
            "3 reviewed checklists before, 2 after: too few to say",
        )
        self._review(*self._start_checklist(), area, 4.5, 5)
        self.assertEqual(
            self._read_note(action),
            "3.0 on average of 3 reviewed checklists before, 4.5 of 3 after",
        )
        measured = action._measure()
        self.assertEqual(
            (measured["before"], measured["after"], measured["n"]), (3, 4.5, 3)
        )
        self.assertTrue(self._read_note(action, self.agent))
        self.assertFalse(action.with_user(self.colleague).has_access("read"))

    def test_who_reads_what_somebody_learns(self):
        """The agent, the owner, who manages; the own team what the council decided."""
        stranger = self._create_user(
            "stranger", "crm_referral_service.group_service_user"
        )
        planned = self._learn(self.section)
        decided = self._learn(self.section, council_id=self._plan().id)
        taught = self._learn(self.section, self.technician)
        for user, readable in (
            (self.agent, planned | decided | taught),
            (self.manager, planned | decided | taught),
            (self.colleague, decided),
            # who is in the council, and who shows it
            (self.technician, decided | taught),
            (stranger, planned.browse()),
            (self.salesperson, planned.browse()),
        ):
            with self.subTest(user.login):
                actions = (planned | decided | taught).with_user(user)
                self.assertEqual(actions._filtered_access("read").sudo(), readable)

    def test_what_checklists_show_is_not_for_the_team(self):
        framework, _form = self._start_checklist()
        area = framework.section_ids[0]
        action = self._learn(area, council_id=self._plan().id)
        for day in (-3, -2, -1, 1, 2, 3):
            self._review(*self._start_checklist(), area, 4, day)
        for user, is_shown in (
            (self.agent, True),
            (self.manager, True),
            (self.colleague, False),
            (self.technician, False),
        ):
            with self.subTest(user.login):
                self.assertEqual(bool(self._read_note(action, user)), is_shown)

    def test_nobody_plans_what_a_colleague_learns(self):
        """Whose action it is reads their checklists: it is nobody's by own will."""
        action = self._learn(self.section, council_id=self._plan().id)
        theirs = action.with_user(self.colleague)
        for vals in ({"user_id": self.colleague.id}, {"state": "open"}, {"name": "X"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                theirs.write(vals)
        about_agent = {"agent_id": self.agent.id, "user_id": self.colleague.id}
        with self.assertRaises(AccessError):
            self._decide(user=self.colleague, kind="learning", **about_agent)
        other = self._decide(user=self.colleague, **about_agent)
        with self.assertRaises(AccessError):
            other.kind = "learning"
        own = self._decide(
            user=self.colleague, kind="learning", agent_id=self.colleague.id
        )
        own.action_done()
        self.assertEqual(own.state, "done")
        taught = self._learn(self.section, self.technician)
        taught.with_user(self.technician).state = "open"
        self.assertEqual(taught.state, "open")
