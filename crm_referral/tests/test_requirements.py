from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestRequirements(ReferralCommon):
    """What each of the six steps requires."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def _get_missing(self):
        return (self.referral.missing_requirements or "").split("\n")

    def test_benefits_need_one_confirmed(self):
        self.assertEqual(
            self._get_missing(), ["A benefit that the customer has confirmed."]
        )
        benefits = self._create_benefit() | self._create_benefit(name="Fewer calls")
        self.referral.benefit_ids = benefits
        self.assertTrue(self.referral.missing_requirements)
        benefits[0].action_toggle_confirmed()
        self.assertFalse(self.referral.missing_requirements)
        self.assertEqual(benefits[0].confirmed_on, date(2026, 3, 2))
        benefits[0].action_toggle_confirmed()
        self.assertTrue(self.referral.missing_requirements)
        self.assertFalse(benefits[0].confirmed_on)

    def test_profile_needs_challenge_and_improvement(self):
        self._walk_to(self.referral, "profile")
        self.assertEqual(
            self._get_missing(),
            [
                "The challenge the customer was facing.",
                "What has changed for the customer.",
            ],
        )
        self.referral.challenge = "Slow"
        self.assertEqual(self._get_missing(), ["What has changed for the customer."])
        self.referral.improvement = "Fast"
        self.assertFalse(self.referral.missing_requirements)

    def test_value_needs_a_motive(self):
        self._walk_to(self.referral, "value")
        self.referral.motive_note = "She likes to help"
        self.assertIn("at least one motive", self.referral.missing_requirements)
        self.referral.motive_ids = self.motive
        self.assertFalse(self.referral.missing_requirements)

    def test_suggest_needs_a_candidate(self):
        self._walk_to(self.referral, "suggest")
        self.assertIn("At least one candidate", self.referral.missing_requirements)
        candidate = self._create_candidate(self.referral)
        self.assertFalse(self.referral.missing_requirements)
        candidate.unlink()
        self.assertIn("At least one candidate", self.referral.missing_requirements)

    def test_introduce_needs_every_answer_and_one_yes(self):
        self._create_candidate(self.referral)
        self._create_candidate(self.referral, name="Cleo", partner_name="Clinic")
        first, second = self.referral.candidate_ids
        self._walk_to(self.referral, "introduce")
        self.assertEqual(
            self._get_missing(),
            [
                "The customer's answer about Bob Builder.",
                "The customer's answer about Cleo (Clinic).",
            ],
        )
        first.action_agree()
        self.assertEqual(
            self._get_missing(), ["The customer's answer about Cleo (Clinic)."]
        )
        second.action_decline()
        self.assertFalse(self.referral.missing_requirements)
        first.action_decline()
        self.assertIn("“Next” ends the request", self.referral.missing_requirements)

    def test_follow_through_needs_an_end_for_everybody(self):
        candidate = self._create_introduced_candidate(referral=self.referral)
        other = self._create_candidate(self.referral, function="Finance head")
        other.action_agree()
        self.assertEqual(len(self._get_missing()), 2)
        candidate._convert()
        self.assertEqual(
            self._get_missing(),
            [
                f"An end for {other.display_name}: converted, unfit, declined or "
                "objected."
            ],
        )
        with self.assertRaisesRegex(UserError, "An end for"):
            self.referral.action_next_step()
        other.action_unfit()
        self.assertFalse(self.referral.missing_requirements)

    def test_nothing_is_missing_after_the_end(self):
        self.referral.action_cancel()
        self.assertFalse(self.referral.missing_requirements)
