from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestCameOfIt(ReferralCommon):
    """Partner, request and lead agree about what came of an introduction."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate()
        cls.referral = cls.candidate.referral_id
        cls.lead = cls.candidate._convert().sudo()
        cls.lead.write({"type": "opportunity", "expected_revenue": 5000})

    def _assert_figures(self, count, revenue):
        self.assertRecordValues(
            self.referral, [{"won_count": count, "won_revenue": revenue}]
        )
        self.assertRecordValues(
            self.customer.with_user(self.manager),
            [{"referral_won_count": count, "referral_won_revenue": revenue}],
        )

    def test_duplicate_of_a_won_lead(self):
        self.lead.action_set_won()
        copy = self.lead.copy()
        self.assertRecordValues(
            copy,
            [
                {
                    "referrer_id": False,
                    "referred": False,
                    "referral_candidate_id": False,
                    "source_id": False,
                    "is_made_of_candidate": False,
                }
            ],
        )
        copy.action_set_won()
        self._assert_figures(1, 5000)

    def test_merged_with_a_lead_of_another_referrer(self):
        head = self.env["crm.lead"].create(
            {
                "name": "Later",
                "type": "opportunity",
                "probability": 99,
                "referrer_id": self.other_customer.id,
                "expected_revenue": 7000,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = '2026-03-05' WHERE id = %s", [head.id]
        )
        self.env.invalidate_all()
        merged = (head | self.lead).merge_opportunity()
        self.assertEqual(merged, head)
        self.assertRecordValues(
            merged,
            [
                {
                    "referrer_id": self.customer.id,
                    "referral_candidate_id": self.candidate.id,
                    "referred": "Ann Archer",
                }
            ],
        )
        merged.action_set_won()
        self._assert_figures(1, merged.expected_revenue)
        self.assertEqual(
            self.other_customer.with_user(self.manager).referral_won_count, 0
        )

    def test_other_referrer_by_hand(self):
        self.lead.action_set_won()
        self.lead.referrer_id = self.other_customer
        self.assertFalse(self.lead.referral_candidate_id)
        self._assert_figures(0, 0)

    def test_imported_candidate_with_a_lead(self):
        lead = self.env["crm.lead"].create({"name": "Old", "user_id": self.rep.id})
        candidate = self._create_candidate(
            self.referral,
            name="Eve",
            state="converted",
            introduced_on="2026-01-01",
            lead_id=lead.id,
        )
        self.assertEqual(lead.referral_candidate_id, candidate)
        self.assertEqual(lead.referrer_id, self.customer)
        self.assertEqual(self.referral.lead_count, 2)

    def test_merging_leads_of_two_companies(self):
        self.rep.company_ids += self.other_company
        foreign = self.env["crm.lead"].create(
            {
                "name": "Foreign",
                "type": "opportunity",
                "probability": 99,
                "company_id": self.other_company.id,
                "user_id": False,
                "team_id": False,
            }
        )
        self.candidate.contacted_on = "2026-03-02"
        merged = (foreign | self.lead).merge_opportunity()
        self.assertEqual(merged, foreign)
        self.assertEqual(merged.company_id, self.other_company)
        self.assertFalse(merged.referral_candidate_id)
        self.assertEqual(merged.referred, "Ann Archer")
        self.assertEqual(self.candidate.state, "contacted")
        self.assertIn("another company", self._get_chatter(self.candidate))

    def test_merging_with_a_referrer_of_one_company(self):
        self.rep.company_ids += self.other_company
        self.customer.company_id = self.company
        foreign = self.env["crm.lead"].create(
            {
                "name": "Foreign",
                "type": "opportunity",
                "probability": 99,
                "company_id": self.other_company.id,
                "user_id": False,
                "team_id": False,
            }
        )
        merged = (foreign | self.lead).merge_opportunity()
        self.assertFalse(merged.referrer_id)
        self.assertEqual(merged.referred, "Ann Archer")


@tagged("post_install", "-at_install")
class TestHiddenReferrer(ReferralCommon):
    """G, a contact of another company, once referred R."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hidden = cls.env["res.partner"].create(
            {"name": "G", "company_id": cls.other_company.id}
        )
        cls.customer.referrer_id = hidden
        cls.hidden = hidden

    def test_lead_with_the_referrer(self):
        new = self.env["res.partner"].create({"name": "New"})
        self.env.invalidate_all()
        lead = (
            self.env["crm.lead"]
            .with_user(self.rep)
            .create(
                {
                    "name": "Lead",
                    "partner_id": new.id,
                    "referrer_id": self.customer.id,
                }
            )
        )
        self.assertEqual(new.referrer_id, self.customer)
        lead.action_set_won()
        self.assertEqual(lead.won_status, "won")

    def test_winning(self):
        candidate = self._create_introduced_candidate()
        lead = candidate._convert()
        self.env.invalidate_all()
        lead.with_user(self.rep).action_set_won()
        self.assertEqual(lead.partner_id.referrer_id, self.customer)

    def test_no_loop_through_what_is_hidden(self):
        self.env.invalidate_all()
        hidden = self.hidden.with_user(self.rep)
        hidden._set_referrer(self.customer.with_user(self.rep))
        self.assertFalse(self.hidden.referrer_id)


@tagged("post_install", "-at_install")
class TestKnownBefore(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.known = cls.env["res.partner"].create(
            {"name": "Ready Mat", "email": "info@ready.example.com"}
        )
        cls.referral = cls._create_referral()

    def _win(self, candidate):
        lead = candidate._convert()
        lead.with_user(self.rep).action_set_won()
        return lead

    def test_contact_is_told_at_entry(self):
        candidate = self.env["crm.referral.candidate"].with_user(self.rep)
        candidate = candidate.new(
            {"referral_id": self.referral.id, "email": "INFO@ready.example.com"}
        )
        self.assertEqual(candidate.known_before, "Already a contact: Ready Mat.")

    def test_customer_and_own_lead_are_told(self):
        self._create_won_lead(self.known)
        lead = self.env["crm.lead"].create(
            {
                "name": "Next deal",
                "email_from": "info@ready.example.com",
                "user_id": self.rep.id,
            }
        )
        candidate = self._create_candidate(
            self.referral, email="info@ready.example.com"
        )
        self.assertEqual(
            candidate.known_before,
            f"Already a customer: Ready Mat.\nAlready an open lead: {lead.name}.",
        )

    def test_hidden_ones_stay_hidden(self):
        self.env["crm.lead"].create(
            {
                "name": "Secret plan",
                "email_from": "info@ready.example.com",
                "user_id": self.colleague.id,
            }
        )
        self.known.company_id = self.other_company
        candidate = self._create_candidate(
            self.referral, email="info@ready.example.com"
        )
        self.env.invalidate_all()
        hint = candidate.with_user(self.rep).known_before
        self.assertEqual(
            hint,
            "A colleague has an open lead of this person. Talk to Colleague first.",
        )

    def test_switchboard_is_nobody_known(self):
        self.known.write({"email": False, "phone": "02-2345-6789"})
        candidate = self._create_candidate(self.referral, phone="02-2345-6789 #101")
        self.assertFalse(candidate.known_before)
        candidate.phone = "(02) 23456789"
        self.assertEqual(candidate.known_before, "Already a contact: Ready Mat.")

    def test_introduced_again(self):
        candidate = self._create_introduced_candidate(
            referral=self.referral, email="info@ready.example.com"
        )
        lead = self._win(candidate)
        self.assertEqual(lead.partner_id, self.known)
        self.assertTrue(lead.is_introduced_again)
        self.assertFalse(self.known.referrer_id)
        customer = self.customer.with_user(self.rep)
        self.assertRecordValues(
            customer,
            [
                {
                    "referred_count": 0,
                    "introduced_again_count": 1,
                    "referral_won_count": 1,
                }
            ],
        )

    def test_customer_without_contact_data_in_the_candidate(self):
        self._create_won_lead(self.known)
        candidate = self._create_introduced_candidate(referral=self.referral)
        lead = candidate._convert()
        lead.partner_id = self.known
        self.assertTrue(lead.is_introduced_again)
        self.assertFalse(self.known.referrer_id)

    def test_contact_made_after_the_introduction_is_new(self):
        candidate = self._create_introduced_candidate(
            referral=self.referral, email="bob@example.com"
        )
        lead = self._win(candidate)
        self.assertFalse(lead.is_introduced_again)
        self.assertEqual(lead.partner_id.referrer_id, self.customer)
        candidate.email = "robert@example.com"
        self.assertFalse(candidate.was_known)

    def test_referrer_noted_by_hand_on_a_lead_of_a_customer(self):
        self._create_won_lead(self.known)
        lead = self.env["crm.lead"].create(
            {
                "name": "By hand",
                "partner_id": self.known.id,
                "referrer_id": self.customer.id,
            }
        )
        self.assertTrue(lead.is_introduced_again)
        self.assertFalse(self.known.referrer_id)


@tagged("post_install", "-at_install")
class TestBack(ReferralCommon):
    """A wrong click is taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate()

    def test_reminder_of_who_reads_it(self):
        """Words and day are those of the rep, whoever wins the lead."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.rep.write({"lang": "zh_TW", "tz": "Asia/Taipei"})
        lead = self.candidate._convert().sudo()
        with self._at("2026-03-02 20:00:00"):  # the third, in Taipei
            lead.with_user(self.manager).action_set_won()
        activity = self._get_activities(
            self.candidate, "mail_activity_type_tell_referrer"
        )
        self.assertEqual(activity.date_deadline, date(2026, 3, 6))
        self.assertRegex(activity.summary, "[\u4e00-\u9fff]")

    def test_step_by_step(self):
        self.candidate.action_contact()
        self.candidate.action_back()
        self.assertRecordValues(
            self.candidate,
            [
                {
                    "state": "introduced",
                    "contacted_on": False,
                    "introduced_on": date(2026, 3, 2),
                }
            ],
        )
        self.assertFalse(
            self._get_activities(self.candidate, "mail_activity_type_tell_referrer")
        )
        self.candidate.action_back()
        self.assertEqual(self.candidate.state, "agreed")
        self.assertFalse(self.candidate.introduced_on)
        self.candidate.action_back()
        self.assertEqual(self.candidate.state, "suggested")
        with self.assertRaisesRegex(UserError, "no step to take back"):
            self.candidate.action_back()

    def test_declined_by_mistake(self):
        self.candidate.action_contact()
        self.candidate.action_decline()
        self.candidate.action_back()
        self.assertRecordValues(
            self.candidate,
            [
                {
                    "state": "contacted",
                    "contacted_on": date(2026, 3, 2),
                    "introduced_on": date(2026, 3, 2),
                    "closed_on": False,
                }
            ],
        )

    def test_not_from_where_it_is_final(self):
        self.candidate.action_object()
        with self.assertRaisesRegex(UserError, "no step to take back"):
            self.candidate.action_back()
