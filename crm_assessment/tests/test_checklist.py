from datetime import date

from odoo.exceptions import UserError

from .common import AssessmentCase


class TestChecklist(AssessmentCase):
    """The agent looks back, then the reviewer does; the reviewer's word counts."""

    def _get_counted(self, round_):
        """:return: viewpoint and score of what counts in reports, by area."""
        scores = round_._search_assessments().score_ids.filtered("is_counted")
        return {each.section_id: (each.viewpoint, each.score) for each in scores}

    def test_the_reviewer_is_asked_after_the_agent(self):
        round_ = self._start_talk()
        form = self._get_form(round_, "self")
        review = self._get_form(round_, "reviewer")
        self.assertEqual(form.respondent_id, self.agent)
        self.assertEqual(review.respondent_id, self.leader)
        self.assertEqual(self._get_activities(form, "answer").user_id, self.agent)
        self.assertFalse(self._get_activities(review, "answer"))
        self.assertFalse(round_.with_user(self.leader).my_assessment_id)
        with self.assertRaisesRegex(UserError, "agent"):
            self._sign(round_, "reviewer", self.green, self.green, self.green)
        self._sign(round_, "self", self.green, self.green, self.green)
        self.assertEqual(self._get_activities(review, "answer").user_id, self.leader)
        self.assertEqual(round_.with_user(self.leader).my_assessment_id.id, review.id)
        self.assertEqual(round_.state, "open")

    def test_looking_makes_nothing(self):
        """The button on a customer prepares; the one on the form starts."""
        Round = self.env["crm.assessment.round"].with_user(self.agent)
        customer = self.customer.with_user(self.agent)
        action = Round.start_checklist(customer)
        self.assertFalse(action["res_id"])
        self.assertFalse(Round.search([("partner_id", "=", customer.id)]))
        round_ = Round.with_context(**action["context"]).create({})
        self.assertEqual(round_.framework_id, self.talk.with_user(self.agent))
        self.assertEqual(round_.partner_id, customer)
        self.assertEqual(round_.user_id.id, self.agent.id)
        own = round_.action_start()
        form = self._get_form(round_, "self")
        self.assertEqual((own["res_model"], own["res_id"]), ("crm.assessment", form.id))
        again = Round.start_checklist(customer)
        self.assertEqual(again["res_id"], form.id, "what waits is gone on with")

    def test_result(self):
        round_ = self._review_talk()
        self.assertEqual(round_.state, "done")
        self.assertTrue(round_.is_reviewed)
        self.assertEqual(round_.response, "full")
        self.assertEqual((round_.score, round_.level), (37.5, "weak"))
        self.assertEqual(round_.weak_section_ids, self.summary)
        self.assertFalse(round_.stage_id)
        self.assertFalse(round_.undecided_count, "only rounds with customers decide")
        self.assertEqual(
            self._get_counted(round_),
            {self.listening: ("reviewer", 75), self.summary: ("reviewer", 0)},
        )
        self.assertEqual(
            round_.with_user(self.agent).result["gaps"],
            [
                "The agent sees Summary 100 points better than the reviewer.",
                "The agent sees Listening 25 points better than the reviewer.",
            ],
        )

    def test_nothing_empty_is_signed(self):
        form = self._get_form(self._start_talk(), "self").with_user(self.agent)
        form.line_ids[0].option_id = self.green
        with self.assertRaisesRegex(UserError, "“Asked why.”.*“Agreed on the next"):
            form.action_done()

    def test_the_worst_answer_needs_a_cause(self):
        round_ = self._start_talk()
        answers = (self.green, self.green, self.red)
        with self.assertRaisesRegex(UserError, "Agreed on the next step.*the cause"):
            self._sign(round_, "self", *answers)
        with self.assertRaisesRegex(UserError, "the area"):
            self._sign(round_, "self", *answers, cause="organization")
        form = self._sign(round_, "self", *answers, cause="agent")
        self.assertEqual(form.state, "done")

    def test_a_cause_of_the_agent_has_no_area(self):
        line = self._get_form(self._start_talk(), "self").line_ids[0]
        line = line.with_user(self.agent)
        line.write({"cause": "organization", "cause_section_id": self.billing.id})
        self.assertEqual(line.cause_section_id, self.billing)
        line.cause = "agent"
        self.assertFalse(line.cause_section_id)

    def test_not_reviewed(self):
        round_ = self._start_talk()
        self._sign(round_, "self", self.green, self.green, self.amber)
        with self.assertRaisesRegex(UserError, "now the reviewer has a look"):
            round_.with_user(self.agent).action_close()
        round_.with_user(self.manager).action_close()
        self.assertEqual(round_.response, "unreviewed")
        self.assertFalse(round_.is_reviewed)
        self.assertIs(round_.score, False)
        self.assertEqual(round_.colleague_score, 75)
        self.assertFalse(self._get_counted(round_))
        self.assertFalse(self._get_activities(round_, "review"))
        self.assertEqual(
            round_.response_note,
            "The reviewer did not answer.\n"
            "What you see is the agent's own view. It counts nowhere.",
        )
        with self.assertRaisesRegex(UserError, "no review yet"):
            round_.with_user(self.agent).action_dispute("Nobody looked.")

    def test_the_agent_takes_note(self):
        round_ = self._review_talk()
        activity = self._get_activities(round_, "review")
        self.assertEqual(activity.user_id, self.agent)
        self.assertEqual(activity.date_deadline, date(2026, 3, 9))
        with self.assertRaisesRegex(UserError, "Only the agent"):
            round_.with_user(self.leader).action_acknowledge()
        round_.with_user(self.agent).action_acknowledge()
        self.assertEqual(round_.acknowledged_on, date(2026, 3, 2))
        self.assertFalse(activity.exists().filtered("active"))
        with self.assertRaisesRegex(UserError, "taken note of this review already"):
            round_.with_user(self.agent).action_dispute("Too late.")

    def test_a_dispute_counts_nothing_until_it_is_settled(self):
        round_ = self._review_talk()
        with self.assertRaisesRegex(UserError, "what you disagree with"):
            round_.with_user(self.agent).action_dispute("  ")
        with self.assertRaisesRegex(UserError, "Only the agent"):
            round_.with_user(self.leader).action_dispute("Not mine.")
        round_.with_user(self.agent).action_dispute("We did agree.")
        self.assertEqual(round_.dispute_state, "open")
        self.assertEqual(round_.dispute_reason, "We did agree.")
        self.assertFalse(self._get_counted(round_))
        self.assertEqual(len(self._get_activities(round_, "settle")), 1)
        self.assertFalse(self._get_activities(round_, "review"))
        with self.assertRaisesRegex(UserError, "disputed once"):
            round_.with_user(self.agent).action_dispute("Again.")

    def test_only_a_third_person_settles(self):
        round_ = self._review_talk()
        with self.assertRaisesRegex(UserError, "no open dispute"):
            round_.with_user(self.manager).action_settle("self", "Why not")
        round_.with_user(self.agent).action_dispute("We did agree.")
        for user in (self.agent, self.leader, self.team_reader):
            self.assertFalse(round_.with_user(user).can_settle)
            with self.assertRaisesRegex(UserError, "by a third person"):
                round_.with_user(user).action_settle("reviewer", "It stands.")
        self.assertTrue(round_.with_user(self.manager).can_settle)
        for settlement, reason in (
            ("reviewer", " "),
            ("nobody", "So what"),
            (None, ""),
        ):
            with self.assertRaisesRegex(UserError, "how it is settled, and why"):
                round_.with_user(self.manager).action_settle(settlement, reason)

    def _settle(self, settlement):
        round_ = self._review_talk()
        round_.with_user(self.agent).action_dispute("We did agree.")
        round_.with_user(self.manager).action_settle(settlement, "I was there.")
        self.env.invalidate_all()
        self.assertEqual(round_.dispute_state, "settled")
        self.assertEqual(round_.settlement, settlement)
        self.assertEqual(round_.settled_by_id, self.manager)
        self.assertEqual(round_.settlement_reason, "I was there.")
        self.assertFalse(self._get_activities(round_, "settle"))
        return round_

    def test_the_review_stands(self):
        round_ = self._settle("reviewer")
        self.assertEqual((round_.score, round_.level), (37.5, "weak"))
        self.assertEqual(
            self._get_counted(round_),
            {self.listening: ("reviewer", 75), self.summary: ("reviewer", 0)},
        )

    def test_the_agents_view_counts(self):
        round_ = self._settle("self")
        self.assertEqual((round_.score, round_.level), (100, "strong"))
        self.assertFalse(round_.weak_section_ids)
        self.assertEqual(
            self._get_counted(round_),
            {self.listening: ("self", 100), self.summary: ("self", 100)},
        )

    def test_void(self):
        round_ = self._settle("void")
        self.assertIs(round_.score, False)
        self.assertFalse(round_.level)
        self.assertFalse(self._get_counted(round_))
        with self.assertRaisesRegex(UserError, "disputed once"):
            round_.with_user(self.agent).action_dispute("Again.")

    def test_the_window_disputes_and_then_settles(self):
        round_ = self._review_talk()
        for user, values in (
            (self.agent, {"reason": "We did agree."}),
            (self.manager, {"reason": "So you did.", "settlement": "self"}),
        ):
            Window = self.env["crm.assessment.dispute.reason"].with_user(user)
            Window.create({"round_id": round_.id, **values}).action_apply()
        self.assertEqual(round_.dispute_reason, "We did agree.")
        self.assertEqual(round_.settlement_reason, "So you did.")

    def test_a_reviewer_may_be_named_later(self):
        self.team.user_id = False
        round_ = self._start_talk()
        self.assertFalse(round_.manager_id)
        self._sign(round_, "self", self.green, self.green, self.green)
        self.assertEqual(round_.state, "open")
        self.assertEqual(len(self._get_activities(round_, "reviewer")), 1)
        with self.assertRaisesRegex(UserError, "Nobody reviews themselves"):
            round_.manager_id = self.agent
        round_.manager_id = self.colleague
        review = self._get_form(round_, "reviewer")
        self.assertEqual(review.respondent_id, self.colleague)
        self.assertEqual(self._get_activities(review, "answer").user_id, self.colleague)
        self.assertFalse(self._get_activities(round_, "reviewer"))
