from datetime import date, datetime
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .assessment_common import AssessmentCase

SILENT = "crm_assessment.mail_activity_type_silent"


class PrideCase(AssessmentCase):
    """Rounds about a customer, answered by whom the test says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.customer_company.user_id = cls.rep

    def _ask(self, partner=None, **values):
        return self._start_round(
            partner or self.customer_company,
            framework_id=self.pride.id,
            user_id=self.rep.id,
            manager_id=self.leader.id,
            **values,
        )

    def _answer_as(self, round_, recommendation="8", **goodness):
        """Answer from 0 (worst) to 4 (best), by viewpoint; the others keep silent."""
        options = self.pride.scale_id.option_ids
        for form in round_._search_assessments():
            if form.viewpoint not in goodness:
                continue
            entries = form.form_id._get_entries("items")
            good = goodness[form.viewpoint]
            for line in form.line_ids:
                if line.kind == "scale":
                    is_reversed = entries[line.item_id.id]["is_reversed"]
                    line.option_id = options[4 - good if is_reversed else good]
                elif line.kind == "rating":
                    line.rating = recommendation
            form.action_done()
        return round_

    def _closed(self, partner=None, recommendation="8", **goodness):
        round_ = self._answer_as(self._ask(partner), recommendation, **goodness)
        round_._close()
        self.env.flush_all()
        self.env.invalidate_all()
        return round_


@tagged("post_install", "-at_install")
class TestAssessmentSilence(PrideCase):
    """A customer who did not answer never looks like one who was measured."""

    def test_silent_customer(self):
        round_ = self._closed(employee=1, manager=4)
        self.assertEqual(round_.response, "silent")
        self.assertEqual((round_.asked_count, round_.answered_count), (3, 2))
        self.assertEqual(round_.answer_ratio, "2 of 3")
        self.assertIs(round_.score, False, "colleagues are not the customer")
        self.assertFalse(round_.level)
        self.assertFalse(round_.stage_id)
        self.assertEqual(round_.colleague_score, 62.5)
        self.assertIn("The customer did not answer.", round_.response_note)
        self.assertFalse(self.customer_company.loyalty_stage_id)
        self.assertIs(self.customer_company.loyalty_score, False)

    def test_result_says_who_is_missing(self):
        result = self._closed(employee=1, manager=4).with_user(self.rep).result
        self.assertEqual(
            [(view["code"], view["is_missing"]) for view in result["viewpoints"]],
            [("customer", True), ("employee", False), ("manager", False)],
        )
        for letter in result["letters"]:
            self.assertTrue(letter["is_mean"])
            self.assertEqual(letter["score"], 62.5)
            self.assertEqual(letter["level"], "weak", "one of them sees a weakness")
            self.assertEqual(
                [score["score"] for score in letter["scores"]], [False, 25, 100]
            )
        self.assertEqual(
            [entry["score"] for entry in result["trend"]],
            [False],
            "no line of the customer's goes on with what others say",
        )
        self.assertFalse(any(result["trend"][0]["letters"].values()))

    def test_nobody_answered(self):
        round_ = self._closed()
        self.assertEqual(round_.response, "none")
        self.assertEqual((round_.asked_count, round_.answered_count), (3, 0))
        self.assertIs(round_.score, False)
        self.assertIs(round_.colleague_score, False)
        self.assertEqual(len(round_.response_note.splitlines()), 3)
        responses = dict(round_._fields["response"]._description_selection(self.env))
        self.assertEqual(responses["none"], "No Answer")
        states = dict(round_._fields["state"]._description_selection(self.env))
        self.assertNotIn("Answered", states.values(), "closed is not answered")

    def test_who_answered(self):
        for goodness, response in (
            ({"customer": 3, "employee": 3, "manager": 3}, "full"),
            ({"customer": 3, "employee": 3}, "partly"),
        ):
            round_ = self._closed(**goodness)
            self.assertEqual(round_.response, response)
            self.assertEqual(round_.score, 75)
            self.assertIs(round_.colleague_score, False)
        self.assertEqual(round_.response_note, "The manager did not answer.")

    def test_who_answers_for_it_is_asked_to_talk(self):
        round_ = self._closed(employee=3, manager=3)
        silent = self.env.ref(SILENT)
        [activity] = round_.activity_ids.filtered(
            lambda a: a.activity_type_id == silent
        )
        self.assertEqual(activity.user_id, self.leader)
        self.assertIn("Clinic Riverside", activity.note)
        answered = self._closed(customer=3)
        for each in (round_, answered):
            self.assertNotIn(silent, each.activity_ids.activity_type_id)

    def test_found(self):
        silent = self._closed(employee=3)
        none = self._closed(self.customer)
        other = self.env["res.partner"].create({"name": "Bakery"})
        answered = self._closed(other, customer=3)
        rounds = silent | none | answered
        Round = self.env["crm.assessment.round"].with_user(self.manager)
        domain = [("id", "in", rounds.ids)]
        self.assertEqual(
            Round.search([*domain, *Round._get_silent_domain()]).sudo(), none | silent
        )
        self.assertEqual(
            Round._get_response_rate(domain), {"asked": 3, "answered": 1, "rate": 33}
        )
        self.assertEqual(
            Round._get_response_rate([("id", "=", False)]),
            {"asked": 0, "answered": 0, "rate": False},
        )
        partners = self.customer_company | self.customer | other
        found = partners.with_user(self.manager).filtered("is_silent")
        self.assertEqual(found.sudo(), self.customer_company | self.customer)
        self.assertEqual(
            partners.with_user(self.manager).search(
                [("id", "in", partners.ids), ("is_silent", "=", True)]
            ),
            found,
        )

    def test_silence_measures_nothing(self):
        """What colleagues say later decides on no letter that the customer felt."""
        weak = self._closed(customer=0, employee=3, manager=3)
        self.assertEqual(weak.undecided_count, 5)
        self._closed(employee=4, manager=4)
        weak.invalidate_recordset()
        self.assertEqual(weak.undecided_count, 5)

    def test_no_fan_without_a_recommendation(self):
        for recommendation, stage in ((False, "satisfied"), ("10", "fan")):
            round_ = self._closed(
                recommendation=recommendation, customer=4, employee=4, manager=4
            )
            self.assertEqual(round_.score, 100)
            self.assertEqual(round_.stage_id.code, stage, recommendation)
            if not recommendation:
                self.assertIn("did not say", round_.stage_explanation)


@tagged("post_install", "-at_install")
class TestAssessmentEffect(PrideCase):
    """An effect is measured of what is done, and measured again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The transaction's time is PostgreSQL's, which freezegun does not stop.
        cls.startClassPatcher(
            patch("odoo.sql_db.BaseCursor.now", lambda cursor: datetime.utcnow())
        )

    def _decide(self, round_, section, **values):
        return self.env["crm.assessment.action"].create(
            {
                "name": "Call first",
                "round_id": round_.id,
                "section_id": section.id,
                "user_id": self.leader.id,
                "deadline": date(2030, 1, 1),
                **values,
            }
        )

    def test_only_what_is_done_has_an_effect(self):
        first = self._closed(customer=1)
        sections = self.pride.section_ids
        done = self._decide(first, sections[0])
        still_open = self._decide(first, sections[1])
        accepted = self._decide(first, sections[2], kind="acceptance")
        given_up = self._decide(first, sections[3])
        done.action_done()
        given_up.action_cancel()
        self._closed(customer=3)
        self.assertEqual((done.score_before, done.score_after), (25, 75))
        self.assertTrue(done.measured_on)
        for action in (still_open, accepted, given_up):
            self.assertEqual(action.score_before, 25)
            self.assertIs(action.score_after, False)

        still_open.action_done()
        self._closed(customer=2, recommendation="3")
        self.assertEqual(done.score_after, 50, "measured again")
        self.assertEqual(still_open.score_after, 50)

        self._closed(employee=4, manager=4)
        self.assertEqual(done.score_after, 50, "the customer has said nothing new")

        done.action_reopen()
        self.assertIs(done.score_after, False)
        self.assertFalse(done.done_on)

    def test_answers_from_before_it_was_done(self):
        first = self._closed(customer=1)
        action = self._decide(first, self.pride.section_ids[0])
        second = self._answer_as(self._ask(), customer=3)
        with freeze_time(fields.Datetime.now().replace(year=2028)):
            action.state = "done"
            self.assertEqual(action.done_on.year, 2028)
        second._close()
        self.assertIs(action.score_after, False)

    def test_the_next_round_shows_what_was_decided_before(self):
        first = self._closed(customer=1)
        action = self._decide(first, self.pride.section_ids[0])
        given_up = self._decide(first, self.pride.section_ids[1])
        given_up.action_cancel()
        other = self._closed(self.customer, customer=1)
        self._decide(other, self.pride.section_ids[0])
        second = self._ask()
        leader = second.with_user(self.leader)
        self.assertEqual(leader.earlier_action_ids.sudo(), action)
        self.assertFalse(first.earlier_action_ids)

    def test_accepted_until_a_day_that_has_passed(self):
        round_ = self._closed(customer=1)
        section = self.pride.section_ids[0]
        with freeze_time("2026-05-05 12:00:00"):
            with self.assertRaisesRegex(ValidationError, "later day"):
                self._decide(
                    round_, section, kind="acceptance", deadline=date(2026, 5, 4)
                )
            accepted = self._decide(
                round_, section, kind="acceptance", deadline=date(2026, 5, 5)
            )
            late = self._decide(round_, section, deadline=date(2026, 5, 1))
            with self.assertRaisesRegex(ValidationError, "later day"):
                late.kind = "acceptance"
            with self.assertRaisesRegex(ValidationError, "later day"):
                accepted.deadline = date(2020, 1, 1)
        with freeze_time("2026-06-05 12:00:00"):
            accepted.cause = "It has run out, and may still be described."


@tagged("post_install", "-at_install")
class TestAssessmentComplete(PrideCase):
    """Nothing empty is signed, and what is missing is named."""

    def test_form_of_a_colleague(self):
        round_ = self._ask()
        form = round_._search_assessments().filtered(
            lambda a: a.viewpoint == "employee"
        )
        form = form.with_user(self.rep)
        lines = form.line_ids.filtered(lambda line: line.kind == "scale")
        with self.assertRaises(UserError) as catcher:
            form.action_done()
        message = str(catcher.exception)
        self.assertIn(f"{len(lines)} questions have no answer yet", message)
        self.assertIn(lines[0].name, message)
        lines[:-1].option_id = self.pride.scale_id.option_ids[3]
        with self.assertRaises(UserError) as catcher:
            form.action_done()
        self.assertIn(lines[-1].name, str(catcher.exception))
        self.assertNotIn(lines[0].name, str(catcher.exception))
        self.assertEqual(form.state, "sent")
        lines[-1].option_id = self.pride.scale_id.option_ids[-1]
        self.assertTrue(lines[-1].option_id.is_not_applicable)
        form.action_done()
        self.assertEqual(form.state, "done")

    def test_customers_answer_as_much_as_they_like(self):
        form = self._ask()._search_assessments()[0]
        self.assertEqual(form.viewpoint, "customer")
        form.line_ids[0].option_id = self.pride.scale_id.option_ids[3]
        form._submit_page()
        self.assertEqual(form.state, "done")

    def test_outside_a_round_something_is_answered(self):
        form = self._create_assessment()
        with self.assertRaisesRegex(UserError, "4 questions have no answer yet"):
            form.action_done()
        self._answer(form, self.yes).action_done()
        self.assertEqual(form.state, "done")
