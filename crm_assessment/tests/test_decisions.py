from datetime import date

from odoo.exceptions import UserError, ValidationError

from .common import AssessmentCase


class TestDecisions(AssessmentCase):
    """Nothing weak stays without an action or an acceptance with a date."""

    def _decide(self, round_, user=None, **values):
        """What the leader does about billing."""
        return (
            self.env["crm.assessment.action"]
            .with_user(user or self.leader)
            .create(
                {
                    "name": "Check bills twice",
                    "round_id": round_.id,
                    "section_id": self.billing.id,
                    "deadline": date(2026, 4, 1),
                    **values,
                }
            )
        )

    def _get_undecided(self):
        """:return: the rounds that the filter finds."""
        Round = self.env["crm.assessment.round"].with_user(self.manager)
        domain = [("framework_id", "=", self.visit.id), ("undecided_count", ">", 0)]
        return Round.search(domain).sudo()

    def test_a_weak_area_is_undecided(self):
        round_ = self._close_round()
        self.assertEqual(round_.undecided_count, 1)
        self.assertEqual(self._get_undecided(), round_)
        self.assertEqual(self.customer.undecided_letter_count, 1)
        activity = self._get_activities(round_, "decide")
        self.assertEqual(activity.user_id, self.leader)
        self.assertIn("Billing", activity.note)
        action = round_.with_user(self.leader).action_decide()
        self.assertEqual(action["context"]["default_section_id"], self.billing.id)

    def test_the_filter_knows_none_as_well(self):
        round_ = self._close_round()
        Round = self.env["crm.assessment.round"]
        for operator, value, is_found in (
            ("=", 1, True),
            ("=", 0, False),
            ("<", 1, False),
            ("<=", 1, True),
            (">=", 2, False),
            ("in", [0, 1], True),
            ("!=", 1, False),
        ):
            domain = [("id", "=", round_.id), ("undecided_count", operator, value)]
            self.assertEqual(bool(Round.search(domain)), is_found, (operator, value))
        self._decide(round_)
        self.assertTrue(
            Round.search([("id", "=", round_.id), ("undecided_count", "=", 0)])
        )

    def test_an_action_decides(self):
        round_ = self._close_round()
        action = self._decide(round_)
        self.assertEqual(action.partner_id.id, self.customer.id)
        self.assertEqual(action.agent_id, self.agent)
        self.assertEqual(action.score_before, 0)
        self.assertIs(action.score_after, False)
        self.assertEqual(round_.undecided_count, 0)
        self.assertFalse(self._get_activities(round_, "decide"))
        improve = self._get_activities(action, "improve")
        self.assertEqual(improve.user_id, self.leader)
        self.assertEqual(improve.date_deadline, date(2026, 4, 1))
        with self.assertRaisesRegex(UserError, "has its decision"):
            round_.with_user(self.leader).action_decide()
        action.action_cancel()
        self.assertEqual(round_.undecided_count, 1)
        self.assertEqual(len(self._get_activities(round_, "decide")), 1)
        action.action_reopen()
        self.assertEqual(round_.undecided_count, 0)

    def test_an_acceptance_holds_until_its_date(self):
        round_ = self._close_round()
        acceptance = self._decide(round_, kind="acceptance")
        self.assertFalse(self._get_undecided())
        with self._at("2026-04-01 09:00:00"):
            self.assertFalse(acceptance.is_run_out, "it holds on its last day")
            self.assertFalse(self._get_undecided())
            self._run_cron("follow_decisions")
            self.assertFalse(self._get_activities(round_, "decide"))
        with self._at("2026-04-02 09:00:00"):
            self.assertTrue(acceptance.is_run_out)
            self.assertEqual(self._get_undecided(), round_)
            self.assertEqual(round_.undecided_count, 1)
            for _run in range(2):
                self._run_cron("follow_decisions")
                self.assertEqual(len(self._get_activities(round_, "decide")), 1)

    def test_an_action_decides_however_late_it_is(self):
        round_ = self._close_round()
        self._decide(round_)
        with self._at("2026-06-01 09:00:00"):
            self.assertFalse(self._get_undecided())

    def test_who_is_judged_accepts_nothing(self):
        round_ = self._close_round()
        with self.assertRaisesRegex(UserError, "Only the manager who answers"):
            self._decide(round_, self.agent, kind="acceptance")
        improvement = self._decide(round_, self.agent)
        with self.assertRaisesRegex(UserError, "Only the manager who answers"):
            improvement.kind = "acceptance"
        with self.assertRaisesRegex(ValidationError, "that day has passed"):
            self._decide(round_, kind="acceptance", deadline=date(2026, 3, 1))

    def test_a_later_round_decides(self):
        """What was weak is measured again: it is asked about there, and only there."""
        first = self._close_round()
        action = self._decide(first)
        action.action_done()
        self.assertEqual(action.done_on, date(2026, 3, 2))
        action.action_cancel()
        self.assertEqual(self._get_undecided(), first)
        with self._at("2026-06-01 09:00:00"):
            second = self._close_round()
            self.assertEqual(self._get_undecided(), second)
            self.assertEqual(first.undecided_count, 0)
            self.assertFalse(self._get_activities(first, "decide"))
            self.assertEqual(len(self._get_activities(second, "decide")), 1)
            self.assertTrue(second.is_latest)
            self.assertFalse(first.is_latest)

    def test_silence_decides_nothing(self):
        first = self._close_round()
        with self._at("2026-06-01 09:00:00"):
            second = self._start_round()
            self._sign_colleagues(second)
            second.with_user(self.leader).action_close()
            self.assertEqual(self._get_undecided(), first)

    def test_the_effect_of_what_was_done(self):
        """0 before; 100 when the customer is asked again after it was done."""
        round_ = self._close_round()
        done, still_open = (self._decide(round_, name=f"{i}") for i in range(2))
        done.action_done()
        with self._at("2026-06-01 09:00:00"):
            second = self._start_round()
            self._sign(second, "customer", self.green, self.red, self.green)
            self._sign_colleagues(second)
            self.assertEqual((done.score_before, done.score_after), (0, 100))
            self.assertEqual(done.measured_on, date(2026, 6, 1))
            self.assertIs(still_open.score_after, False)
            self.assertEqual(
                second.with_user(self.leader).earlier_action_ids.sudo(),
                (done | still_open).sudo(),
            )

    def test_an_action_follows_from_a_result(self):
        round_ = self._start_round()
        with self.assertRaisesRegex(UserError, "no result yet"):
            self._decide(round_)
        closed = self._close_round(partner_id=self.other_customer.id)
        with self.assertRaisesRegex(ValidationError, "one of the assessment's"):
            self._decide(closed, self.manager, section_id=self.summary.id)
        action = self._decide(closed, self.manager)
        with self.assertRaisesRegex(UserError, "stays as it is"):
            action.section_id = self.access
