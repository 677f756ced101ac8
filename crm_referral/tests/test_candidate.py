from datetime import date

from lxml import etree
from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestCandidateWho(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def test_position_only(self):
        candidate = self._create_candidate(
            self.referral, name=False, function="Finance head of a clinic of 50"
        )
        self.assertEqual(candidate.display_name, "Finance head of a clinic of 50")
        self.assertFalse(candidate.has_personal_data)
        self.assertFalse(candidate.data_obtained_on)
        self.assertFalse(candidate.inform_by)
        self.assertFalse(candidate.data_source)

    def test_display_name(self):
        candidate = self._create_candidate(self.referral, partner_name="Clinic")
        self.assertEqual(candidate.display_name, "Bob Builder (Clinic)")
        self.assertEqual(
            self._create_candidate(self.referral).display_name, "Bob Builder"
        )

    @mute_logger("odoo.sql_db")
    def test_name_or_position(self):
        for vals in ({"name": False}, {"name": "", "function": ""}):
            with self.subTest(vals), self.assertRaisesRegex(IntegrityError, "_named"):
                self._create_candidate(self.referral, **vals)
        candidate = self._create_candidate(self.referral)
        with self.assertRaisesRegex(IntegrityError, "_named"):
            candidate.name = False
            self.env.flush_all()

    def test_duties_begin_with_the_name(self):
        candidate = self._create_candidate(self.referral, name=False, function="CFO")
        with self._at("2026-03-10 09:00:00"):
            candidate.name = "Bob"
            self.assertEqual(candidate.data_obtained_on, date(2026, 3, 10))
        with self._at("2026-03-20 09:00:00"):
            candidate.email = "bob@example.com"
        self.assertEqual(candidate.data_obtained_on, date(2026, 3, 10))
        self.assertEqual(candidate.inform_by, date(2026, 4, 9))

    def test_source_of_the_data(self):
        by_customer = self._create_candidate(self.referral)
        by_rep = self._create_candidate(self.referral, named_by="rep")
        self.assertEqual(by_customer.data_source, "Named by Ann Archer")
        self.assertEqual(by_rep.data_source, "Found by us, known to Ann Archer")

    def test_belongs_to_the_request(self):
        candidate = self._create_candidate(self.referral)
        self.assertRecordValues(
            candidate,
            [
                {
                    "referrer_id": self.customer.id,
                    "user_id": self.rep.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.referral.with_user(self.manager).user_id = self.colleague
        self.assertEqual(candidate.sudo().user_id, self.colleague)

    def test_research(self):
        candidate = self._create_candidate(self.referral)
        self.assertEqual(
            candidate.missing_research,
            "the person, their organization, their industry, and what we can bring "
            "them",
        )
        self.assertTrue(candidate.is_unresearched)
        candidate.write({"research_person": "  ", "research_organization": "\n"})
        self.assertTrue(candidate.is_unresearched)
        candidate.write(
            {"research_person": "Likes numbers", "value_proposition": "Fast closing"}
        )
        self.assertEqual(
            candidate.missing_research, "their organization and their industry"
        )
        self.assertFalse(candidate.is_unresearched)
        candidate.write(
            {"research_organization": "50 people", "research_industry": "Health"}
        )
        self.assertFalse(candidate.missing_research)
        candidate.value_proposition = False
        self.assertEqual(candidate.missing_research, "what we can bring them")
        self.assertFalse(candidate.is_unresearched)

    def test_contacted_without_research_is_a_question_and_no_gate(self):
        """The screens ask; who calls the method, for one or for many, is let pass."""
        first = self._create_introduced_candidate(referral=self.referral)
        for view in (
            "crm_referral_view_form_candidates",
            "crm_referral_candidate_view_form",
        ):
            arch = etree.fromstring(self.env.ref(f"crm_referral.{view}").arch)
            ask, pass_ = arch.iterfind(".//button[@name='action_contact']")
            with self.subTest(view):
                self.assertIn("confirm", ask.attrib)
                self.assertIn("not is_unresearched", ask.get("invisible"))
                self.assertNotIn("confirm", pass_.attrib)
                self.assertIn(" or is_unresearched", pass_.get("invisible"))
        self.assertTrue(first.is_unresearched)
        first.action_contact()
        self.assertEqual(first.state, "contacted")

    def test_counts_in_the_request(self):
        first = self._create_candidate(self.referral)
        self._create_candidate(self.referral, name="Cleo")
        self.assertEqual(self.referral.candidate_count, 2)
        first.action_agree()
        first.action_introduce()
        self.assertEqual(self.referral.introduced_count, 1)
        first.unlink()
        self.assertEqual(self.referral.candidate_count, 1)
        self.assertEqual(self.referral.introduced_count, 0)

    def test_archived_ones_still_count(self):
        first = self._create_candidate(self.referral)
        first.action_agree()
        first.action_introduce()
        first.action_archive()
        self.env.invalidate_all()
        self._create_candidate(self.referral, name="Cleo")
        self.assertEqual(self.referral.candidate_ids.name, "Cleo")
        self.assertEqual(self.referral.candidate_count, 2)
        self.assertEqual(self.referral.introduced_count, 1)


@tagged("post_install", "-at_install")
class TestInform(ReferralCommon):
    """A person whose data came from somebody else is told within 30 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_candidate(cls.referral)

    def _remind_on(self, moment):
        with self._at(moment):
            self._run_cron("crm_referral.ir_cron_remind_to_inform")
        return self._get_activities(self.candidate, "mail_activity_type_inform")

    def test_reminder_a_week_before(self):
        self.assertEqual(self.candidate.inform_by, date(2026, 4, 1))
        self.assertFalse(self._remind_on("2026-03-24 09:00:00"))
        activity = self._remind_on("2026-03-25 09:00:00")
        self.assertRecordValues(
            activity,
            [{"user_id": self.rep.id, "date_deadline": date(2026, 4, 1)}],
        )

    def test_one_reminder(self):
        activity = self._remind_on("2026-03-25 09:00:00")
        self.assertEqual(self._remind_on("2026-03-26 09:00:00"), activity)

    def test_informed(self):
        activity = self._remind_on("2026-03-25 09:00:00")
        with self._at("2026-03-26 09:00:00"):
            self.candidate.action_informed()
        self.assertEqual(self.candidate.informed_on, date(2026, 3, 26))
        self.assertFalse(activity.exists())
        self.assertFalse(self._remind_on("2026-03-27 09:00:00"))

    def test_done_reminder_means_informed(self):
        activity = self._remind_on("2026-03-25 09:00:00")
        with self._at("2026-03-28 09:00:00"):
            activity.with_user(self.rep).action_feedback()
        self.assertEqual(self.candidate.informed_on, date(2026, 3, 28))
        self.assertFalse(self._remind_on("2026-03-29 09:00:00"))

    def test_nobody_is_told_who_needs_not(self):
        self._create_candidate(self.referral, name=False, function="CFO")
        self.candidate.action_object()
        self._remind_on("2026-05-01 09:00:00")
        self.assertFalse(
            self._get_activities(
                self.referral.candidate_ids, "mail_activity_type_inform"
            )
        )

    def test_also_when_the_request_has_ended(self):
        self.referral.action_cancel()
        self.assertTrue(self._remind_on("2026-05-01 09:00:00"))
