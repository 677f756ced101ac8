from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import AssessmentCase


class TestRound(AssessmentCase):
    """From a draft to what three viewpoints say."""

    def test_a_draft_asks_nobody(self):
        round_ = self._create_round()
        self.assertEqual(round_.state, "draft")
        self.assertFalse(round_._search_assessments())
        self.assertEqual(round_.contact_id, self.person)
        self.assertEqual(round_.user_id, self.agent)
        self.assertEqual(round_.team_id, self.team)
        self.assertEqual(round_.manager_id, self.leader)
        self.assertEqual(round_.deadline, date(2026, 3, 16))

    def test_the_window_shows_what_goes_to_whom(self):
        round_ = self._create_round()
        context = round_.action_send()["context"]
        Send = self.env["crm.assessment.send"].with_user(self.agent)
        window = Send.with_context(**context).create({})
        self.assertEqual(window.delivery, "mail")
        self.assertEqual(window.contact_id.id, self.person.id)
        self.assertIn("Hello Anita Oliver", window.body)
        self.assertFalse(window.blockers)
        self.person.email = False
        self.env.invalidate_all()
        window = Send.with_context(**context).create({})
        self.assertEqual(window.delivery, "hand")
        self.assertIn("has no e-mail address", window.notes)
        self.assertEqual(round_.state, "draft")
        window.action_send()
        self.assertEqual((round_.state, round_.delivery), ("open", "hand"))

    def test_sending_asks_three_viewpoints(self):
        round_ = self._start_round()
        self.assertEqual(round_.state, "open")
        self.assertEqual(round_.asked_by_id, self.agent)
        self.assertEqual(
            {f.viewpoint: f.respondent_id for f in round_._search_assessments()},
            {
                "customer": self.env["res.users"],
                "employee": self.agent,
                "manager": self.leader,
            },
        )
        for viewpoint, user in (("employee", self.agent), ("manager", self.leader)):
            activity = self._get_activities(self._get_form(round_, viewpoint), "answer")
            self.assertEqual(activity.user_id, user)
            self.assertEqual(activity.date_deadline, date(2026, 3, 16))
        with self.assertRaisesRegex(UserError, "sent already"):
            round_._start()

    def test_each_viewpoint_is_asked_its_own_items(self):
        round_ = self._start_round()
        kinds = {
            form.viewpoint: form.line_ids.mapped("kind")
            for form in round_._search_assessments()
        }
        self.assertEqual(
            kinds,
            {
                "customer": ["scale", "scale", "scale", "rating"],
                "employee": ["scale", "scale", "scale"],
                "manager": ["scale", "scale", "scale"],
            },
        )

    def test_scores_level_and_stage(self):
        round_ = self._close_round()
        self.assertEqual(round_.state, "done")
        self.assertEqual(round_.closed_on, date(2026, 3, 2))
        self.assertEqual(round_.score, 43.75)
        self.assertEqual(round_.level, "fair")
        self.assertEqual(round_.recommendation, 9)
        self.assertEqual(round_.stage_id.code, "content")
        self.assertEqual(round_.weak_section_ids, self.billing)
        self.assertIs(round_.colleague_score, False)
        self.assertEqual(
            round_.stage_explanation,
            "Overall score 44, would recommend us with 9 of 10. “Content” needs at "
            "least 40 and 5 of 10. “Fan” needs at least 80 and 9 of 10.",
        )
        self.assertEqual(self.customer.loyalty_stage_id.code, "content")

    def test_result_on_the_screen(self):
        result = self._close_round().with_user(self.agent).result
        self.assertEqual(
            [each["code"] for each in result["viewpoints"]],
            ["customer", "employee", "manager"],
        )
        self.assertEqual(
            [
                (
                    each["letter"],
                    each["score"],
                    each["level"],
                    each["is_undecided"],
                    [score["score"] for score in each["scores"]],
                )
                for each in result["letters"]
            ],
            [
                ("A", 87.5, "strong", False, [87.5, 100, 50]),
                ("B", 0, "weak", True, [0, 100, 50]),
            ],
        )
        self.assertEqual(
            result["gaps"],
            [
                "The person who serves sees Billing 100 points better than the "
                "customer.",
                "The person who serves sees Access 50 points better than the manager.",
            ],
        )
        self.assertEqual([each["score"] for each in result["trend"]], [43.75])

    def test_everybody_answered(self):
        round_ = self._close_round()
        self.assertEqual(round_.response, "full")
        self.assertEqual((round_.asked_count, round_.answered_count), (3, 3))
        self.assertEqual(round_.answer_ratio, "3 of 3")
        self.assertFalse(round_.response_note)

    def test_silent_customer(self):
        """What colleagues think is no score of the customer's, and no loyalty."""
        round_ = self._start_round()
        self._sign_colleagues(round_)
        round_.with_user(self.leader).action_close()
        self.assertEqual(round_.state, "done")
        self.assertEqual(round_.response, "silent")
        self.assertEqual(round_.answer_ratio, "2 of 3")
        self.assertIs(round_.score, False)
        self.assertFalse(round_.level)
        self.assertFalse(round_.stage_id)
        self.assertEqual(round_.colleague_score, 75)
        self.assertEqual(self._get_form(round_, "customer").state, "expired")
        self.assertFalse(self.customer.loyalty_stage_id)
        self.assertIn("The customer did not answer.", round_.response_note)
        activity = self._get_activities(round_, "silent")
        self.assertEqual(activity.user_id, self.leader)
        self.assertEqual(activity.date_deadline, date(2026, 3, 7))

    def test_response_rate(self):
        self._close_round()
        silent = self._start_round(self.colleague, partner_id=self.other_customer.id)
        silent.with_user(self.manager).action_close()
        Round = self.env["crm.assessment.round"]
        domain = [("framework_id", "=", self.visit.id)]
        self.assertEqual(
            Round._get_response_rate(domain),
            {"asked": 2, "answered": 1, "rate": 50},
        )
        self.assertEqual(silent.response, "none")
        self.assertEqual(
            Round._get_response_rate([("id", "=", 0)]),
            {"asked": 0, "answered": 0, "rate": False},
        )

    def test_not_applicable_counts_neither_way(self):
        round_ = self._start_round()
        self._sign(round_, "customer", self.green, self.none, self.none)
        self._sign_colleagues(round_)
        self.assertEqual(round_.score, 100)
        self.assertIs(round_.recommendation, False)
        self.assertEqual(round_.stage_id.code, "content", "no word, no fan")
        scores = self._get_form(round_, "customer").score_ids
        self.assertEqual(
            {each.section_id: (each.score, each.answered) for each in scores},
            {self.access: (100, 1), self.billing: (False, 0)},
        )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_signs_for_somebody_else(self):
        round_ = self._start_round()
        form = self._get_form(round_, "manager")
        [line, *_others] = form.line_ids
        with self.assertRaisesRegex(UserError, "waits for your answers"):
            form.with_user(self.agent).action_done()
        with self.assertRaises(AccessError):
            line.with_user(self.agent).option_id = self.green
        self.assertFalse(line.option_id)

    def test_what_is_signed_stays(self):
        form = self._get_form(self._close_round(), "employee")
        for vals in ({"state": "draft"}, {"user_id": self.colleague.id}):
            with self.assertRaisesRegex(UserError, "signed and stays"):
                form.write(vals)
        with self.assertRaisesRegex(UserError, "signed and stays"):
            form.line_ids[:1].option_id = self.red

    def test_what_speaks_against_sending(self):
        self._start_round()
        second = self._create_round()
        with self.assertRaisesRegex(UserError, "is being asked already"):
            second._start()
        past = self._create_round(partner_id=self.other_customer.id)
        past.deadline = date(2026, 3, 1)
        with self.assertRaisesRegex(UserError, "deadline is over"):
            past._start()
        past.deadline = date(2026, 3, 2)
        past._start()
        self.assertEqual(past.state, "open")
        with self.assertRaisesRegex(ValidationError, "cannot answer twice"):
            second.manager_id = self.agent

    def test_the_deadline_moves_to_later_only(self):
        round_ = self._start_round().with_user(self.leader)
        with self.assertRaisesRegex(UserError, "to a later day"):
            round_.deadline = date(2026, 3, 15)
        round_.deadline = date(2026, 3, 20)
        forms = round_._search_assessments()
        self.assertEqual(set(forms.mapped("deadline")), {date(2026, 3, 20)})
        self.assertEqual(
            set(self._get_activities(forms, "answer").mapped("date_deadline")),
            {date(2026, 3, 20)},
        )

    def test_who_is_judged_does_not_end_it(self):
        round_ = self._start_round()
        self._sign(round_, "customer", self.red, self.green, self.red)
        for method in ("action_close", "action_cancel"):
            with self.assertRaisesRegex(UserError, "Somebody has answered already"):
                getattr(round_.with_user(self.agent), method)()
        round_.with_user(self.leader).action_cancel()
        self.assertEqual(round_.state, "cancelled")
        self.assertEqual(
            {f.viewpoint: f.state for f in round_._search_assessments()},
            {"customer": "done", "employee": "cancelled", "manager": "cancelled"},
        )
        self.assertFalse(self._get_activities(round_._search_assessments(), "answer"))
