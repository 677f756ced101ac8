from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time

from .round_common import RoundCase


class TestRoundDecisions(RoundCase):
    """Every weak letter waits for a decision."""

    def _decide(self, round_, sections=None, **values):
        return self.env["crm.assessment.action"].create(
            [
                {
                    "name": "Leave it",
                    "kind": "acceptance",
                    "round_id": round_.id,
                    "section_id": section.id,
                    "user_id": self.leader.id,
                    "deadline": fields.Date.today() + timedelta(days=30),
                    **values,
                }
                for section in sections or round_.weak_section_ids
            ]
        )

    def _get_undecided(self):
        """What the filters find: rounds and customers."""
        self.env.flush_all()
        self.env.invalidate_all()
        Round = self.env["crm.assessment.round"].with_user(self.rep)
        Partner = self.env["res.partner"].with_user(self.rep)
        domain = [("undecided_count", ">", 0)]
        return (
            Round.search(domain).sudo(),
            Partner.search([("assessment_round_ids", "any", domain)]).sudo(),
        )

    def test_weak_letters_need_a_decision(self):
        round_ = self._answer_all(self._start(), customer=1)
        self.assertEqual(round_.score, 25)
        self.assertEqual(round_.stage_id.code, "lost")
        self.assertEqual(len(round_.weak_section_ids), 5)
        self.assertEqual(round_.undecided_count, 5)
        decide = self.env.ref("crm_assessment.mail_activity_type_decide")
        self.assertEqual(round_.activity_ids.activity_type_id, decide)
        self.assertEqual(round_.activity_ids.user_id, self.leader)
        action = round_.with_user(self.leader).action_decide()
        with Form(
            self.env["crm.assessment.action"]
            .with_user(self.leader)
            .with_context(**action["context"])
        ) as form:
            form.name = "Confirm dates in writing"
            form.deadline = "2030-01-01"
        first = form.save()
        self.assertEqual(first.section_id.code, "process")
        self.assertEqual(first.partner_id, self.customer_company)
        self.assertEqual(first.score_before, 25)
        self.assertEqual(first.activity_ids.user_id, self.leader)
        self.assertEqual(round_.undecided_count, 4)
        for section in round_.weak_section_ids - first.section_id:
            self.env["crm.assessment.action"].create(
                {
                    "name": "Leave it",
                    "kind": "acceptance",
                    "round_id": round_.id,
                    "section_id": section.id,
                    "deadline": "2030-01-01",
                }
            )
        self.assertEqual(round_.undecided_count, 0)
        self.assertFalse(round_.activity_ids)
        with self.assertRaises(UserError):
            round_.action_decide()
        first.action_cancel()
        self.assertEqual(round_.undecided_count, 1)

        first.action_reopen()
        first.action_done()
        second_round = self._answer_all(self._start(), customer=3)
        self.assertNotEqual(second_round, round_)
        self.assertEqual(first.score_after, 75)
        trend = second_round.with_user(self.rep).result["trend"]
        self.assertEqual([entry["score"] for entry in trend], [25, 75])
        letters = [str(section.id) for section in self.pride.section_ids]
        for entry, score in zip(trend, (25, 75), strict=True):
            self.assertEqual(entry["letters"], dict.fromkeys(letters, score))

    def test_acceptance_runs_out(self):
        """By its date and not by the job; the job asks for a new decision."""
        round_ = self._answer_all(self._start(), customer=1)
        acceptance = self._decide(round_)[0]
        decide = self.env.ref("crm_assessment.mail_activity_type_decide")
        partner = self.customer_company.with_user(self.rep)
        self.assertFalse(self._get_undecided()[0])
        self.assertFalse(round_.activity_ids)
        with freeze_time(fields.Date.today() + timedelta(days=30)):
            self.env.invalidate_all()
            self.assertFalse(self._get_undecided()[0], "it holds on its last day")
            self.assertFalse(acceptance.is_run_out)
        with freeze_time(fields.Date.today() + timedelta(days=31)):
            self.assertEqual(self._get_undecided(), (round_, self.customer_company))
            self.assertTrue(acceptance.is_run_out)
            self.assertEqual(round_.undecided_count, 5)
            self.assertEqual(partner.undecided_letter_count, 5)
            letters = round_.with_user(self.rep).result["letters"]
            self.assertTrue(all(letter["is_undecided"] for letter in letters))
            self.assertFalse(round_.activity_ids)
            self._run("follow_decisions")
            self.assertEqual(round_.activity_ids.activity_type_id, decide)
            self.assertEqual(round_.activity_ids.user_id, self.leader)
            self.assertIn("Process", round_.activity_ids.note)
            self._run("follow_decisions")
            self.assertEqual(len(round_.activity_ids), 1, "asked once")

            acceptance.deadline = fields.Date.today() + timedelta(days=1)
            self.env.invalidate_all()
            self.assertEqual(round_.undecided_count, 4)
            self._decide(round_, round_.weak_section_ids - acceptance.section_id)
            self.assertFalse(self._get_undecided()[0])
            self.assertFalse(round_.activity_ids)

    def test_undecided_search(self):
        round_ = self._answer_all(self._start(), customer=1)
        other = self._answer_all(self._start(), customer=4)
        self._decide(round_, round_.weak_section_ids[:2])
        Round = self.env["crm.assessment.round"]
        # The later round measured every letter, so the earlier one waits for nothing.
        self.assertEqual(round_.undecided_count, 0)
        other.active = False
        self.env.invalidate_all()
        self.assertEqual(round_.undecided_count, 3)
        for operator, value, expected in (
            (">", 0, round_),
            (">=", 3, round_),
            ("=", 3, round_),
            ("in", [3, 7], round_),
            ("!=", 0, round_),
            ("=", 0, other),
            ("<", 3, other),
            ("!=", 3, other),
            ("<=", 3, round_ + other),
        ):
            found = Round.with_context(active_test=False).search(
                [
                    ("id", "in", (round_ + other).ids),
                    ("undecided_count", operator, value),
                ],
                order="id",
            )
            self.assertEqual(found, expected, (operator, value))

    def test_cancelled_action_is_asked_for_again(self):
        round_ = self._answer_all(self._start(), customer=1)
        action = self._decide(round_, kind="improvement")[0]
        self.assertFalse(round_.activity_ids)
        action.action_cancel()
        self.assertEqual(round_.activity_ids.user_id, self.leader)
        action.action_reopen()
        self.assertFalse(round_.activity_ids)
        self.assertEqual(action.activity_ids.user_id, self.leader)

    def test_next_round_takes_over(self):
        """A letter that was measured again is decided on in the later round."""
        round_ = self._answer_all(self._start(), customer=1)
        self.assertTrue(round_.activity_ids)
        second = self._answer_all(self._start(), customer=1)
        self.env.invalidate_all()
        self.assertEqual(round_.undecided_count, 0)
        self.assertFalse(round_.activity_ids)
        self.assertEqual(second.undecided_count, 5)
        self.assertEqual(second.activity_ids.user_id, self.leader)
