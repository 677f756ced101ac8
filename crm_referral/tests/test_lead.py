from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestConversion(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate(
            email="bob@example.com",
            phone="0912 345 678",
            function="Finance head",
            partner_name="Clinic",
            research_person="Likes <chess>",
            value_proposition="Faster closing",
        )
        cls.referral = cls.candidate.referral_id
        cls.source = cls.env.ref("utm.utm_source_referral")

    def _create_lead(self, **vals):
        return self.env["crm.lead"].create(
            {
                "name": "Bob is interested",
                "email_from": "Bob <BOB@example.com>",
                "user_id": self.rep.id,
                **vals,
            }
        )

    def _open_wizard(self):
        action = self.candidate.action_convert()
        self.assertEqual(action["res_model"], "crm.referral.candidate.convert")
        return Form(
            self.env["crm.referral.candidate.convert"]
            .with_user(self.rep)
            .with_context(**action["context"])
        )

    def test_new_lead(self):
        action = self.candidate.action_convert()
        lead = self.env["crm.lead"].browse(action["res_id"])
        self.assertEqual(self.candidate.lead_id, lead)
        self.assertRecordValues(
            lead,
            [
                {
                    "name": "Bob Builder (Clinic), introduced by Ann Archer",
                    "contact_name": "Bob Builder",
                    "partner_name": "Clinic",
                    "function": "Finance head",
                    "email_from": "bob@example.com",
                    "phone": "0912 345 678",
                    "user_id": self.rep.id,
                    "company_id": self.company.id,
                    "source_id": self.source.id,
                    "referrer_id": self.customer.id,
                    "referred": "Ann Archer",
                    "referral_candidate_id": self.candidate.id,
                    "referral_id": self.referral.id,
                }
            ],
        )
        self.assertIn("Likes &lt;chess&gt;", lead.description)
        self.assertIn("Faster closing", lead.description)
        self.assertEqual(self.referral.lead_count, 1)

    def test_only_once(self):
        self.candidate.action_convert()
        with self.assertRaisesRegex(UserError, "cannot become “Converted”"):
            self.candidate.action_convert()

    def test_position_becomes_a_lead_too(self):
        candidate = self._create_candidate(
            self.referral,
            name=False,
            function="Finance head",
            state="introduced",
            introduced_on="2026-03-01",
        )
        lead = self.env["crm.lead"].browse(candidate.action_convert()["res_id"])
        self.assertEqual(lead.name, "Finance head, introduced by Ann Archer")
        self.assertFalse(lead.contact_name)

    def test_open_lead_button(self):
        lead = self.candidate._convert()
        self.assertEqual(self.candidate.action_open_lead()["res_id"], lead.id)
        self.assertEqual(
            self.env[self.referral.action_view_leads()["res_model"]].browse(
                self.referral.action_view_leads()["res_id"]
            ),
            lead,
        )

    # === DUPLICATES === #

    def test_duplicates_are_shown_first(self):
        for vals in ({}, {"email_from": False, "phone": "+886912345678"}):
            with self.subTest(vals):
                lead = self._create_lead(**vals)
                form = self._open_wizard()
                self.assertEqual(form.duplicate_lead_ids.ids, lead.ids)
                self.assertEqual(form.lead_id, lead)
                self.assertEqual(form.hidden_duplicate_count, 0)
                lead.unlink()

    def test_link_to_the_duplicate(self):
        lead = self._create_lead(description="<p>First call</p>", priority="2")
        before = self.env["crm.lead"].search_count([])
        self._open_wizard().save().action_link()
        self.assertEqual(self.env["crm.lead"].search_count([]), before)
        self.assertEqual(self.candidate.lead_id, lead)
        self.assertEqual(self.candidate.state, "converted")
        self.assertRecordValues(
            lead,
            [
                {
                    "name": "Bob is interested",
                    "referrer_id": self.customer.id,
                    "referral_candidate_id": self.candidate.id,
                    "referred": "Ann Archer",
                    "source_id": self.source.id,
                    "priority": "2",
                }
            ],
        )
        self.assertIn("First call", lead.description)

    def test_linking_keeps_what_the_lead_says_already(self):
        website = self.env["utm.source"].create({"name": "Fair"})
        lead = self._create_lead(
            source_id=website.id,
            referred="A friend",
            referrer_id=self.other_customer.id,
        )
        self._open_wizard().save().action_link()
        self.assertRecordValues(
            lead,
            [
                {
                    "source_id": website.id,
                    "referred": "A friend",
                    "referrer_id": self.other_customer.id,
                    "referral_candidate_id": False,
                }
            ],
        )
        self.assertEqual(self.candidate.lead_id, lead)
        self.assertEqual(self.referral.lead_count, 0, "another one was first")

    def test_new_lead_in_spite_of_a_duplicate(self):
        lead = self._create_lead()
        self._open_wizard().save().action_create()
        self.assertTrue(self.candidate.lead_id)
        self.assertNotEqual(self.candidate.lead_id, lead)

    def test_nothing_chosen(self):
        self._create_lead()
        form = self._open_wizard()
        form.lead_id = self.env["crm.lead"]
        with self.assertRaisesRegex(UserError, "Choose the lead to link"):
            form.save().action_link()

    def test_duplicates_of_colleagues_are_counted_not_shown(self):
        hidden = self._create_lead(user_id=self.colleague.id)
        form = self._open_wizard()
        self.assertFalse(form.duplicate_lead_ids.ids)
        self.assertFalse(form.lead_id)
        self.assertEqual(form.hidden_duplicate_count, 1)
        wizard = form.save()
        wizard.sudo().lead_id = hidden
        with self.assertRaises(AccessError):
            wizard.action_link()

    def test_ended_leads_are_no_duplicates(self):
        self._create_lead().action_set_lost()
        self._create_lead().action_set_won()
        self.assertEqual(self.candidate.action_convert()["res_model"], "crm.lead")

    def test_leads_of_other_companies_are_no_duplicates(self):
        self._create_lead(
            company_id=self.other_company.id, user_id=False, team_id=False
        )
        self.assertEqual(self.candidate.action_convert()["res_model"], "crm.lead")

    def test_without_contact_data_there_are_no_duplicates(self):
        self._create_lead(email_from=False)
        self.candidate.write({"email": False, "phone": False})
        self.assertEqual(self.candidate.action_convert()["res_model"], "crm.lead")


@tagged("post_install", "-at_install")
class TestLeadMerge(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate()
        cls.other_candidate = cls._create_introduced_candidate(
            cls.colleague,
            cls._create_referral(cls.colleague, partner_id=cls.other_customer.id),
            name="Robert Builder",
        )

    def test_referrer_survives(self):
        """The lead that goes is the one that was referred."""
        lead = self.candidate._convert().sudo()
        head = self.env["crm.lead"].create(
            {"name": "Head", "type": "opportunity", "probability": 90}
        )
        merged = (head | lead).merge_opportunity()
        self.assertEqual(merged, head)
        self.assertFalse(lead.exists())
        self.assertRecordValues(
            merged,
            [
                {
                    "referrer_id": self.customer.id,
                    "referral_candidate_id": self.candidate.id,
                    "referred": "Ann Archer",
                    "source_id": self.env.ref("utm.utm_source_referral").id,
                }
            ],
        )
        self.assertEqual(self.candidate.lead_id, merged)
        self.assertEqual(self.candidate.state, "converted")

    def test_both_were_referred(self):
        head = self.candidate._convert().sudo()
        tail = self.other_candidate._convert().sudo()
        head.write({"type": "opportunity", "probability": 90})
        merged = (head | tail).merge_opportunity()
        self.assertEqual(merged, head)
        self.assertEqual(merged.referrer_id, self.customer)
        self.assertEqual(
            merged.referral_candidate_ids, self.candidate | self.other_candidate
        )
        merged.expected_revenue = 100
        merged.action_set_won()
        self.assertEqual(merged.referral_candidate_id, self.candidate)
        for candidate, won in ((self.candidate, 1), (self.other_candidate, 0)):
            self.assertEqual(candidate.state, "converted")
            self.assertEqual(candidate.sudo().referral_id.won_count, won)
        self.assertEqual(self.customer.with_user(self.rep).referral_won_count, 1)
        self.assertEqual(
            self.other_customer.with_user(self.manager).referral_won_count, 0
        )

    def test_archived_candidates_follow(self):
        lead = self.candidate._convert().sudo()
        self.candidate.action_archive()
        head = self.env["crm.lead"].create(
            {"name": "Head", "type": "opportunity", "probability": 90}
        )
        (head | lead).merge_opportunity()
        self.assertEqual(self.candidate.lead_id, head)

    def test_merge_by_a_colleague(self):
        """Who merges may not see the request; the introduction follows all the same."""
        lead = self.candidate._convert().sudo()
        lead.user_id = self.colleague
        head = self.env["crm.lead"].create(
            {
                "name": "Head",
                "type": "opportunity",
                "probability": 90,
                "user_id": self.colleague.id,
            }
        )
        (head | lead).with_user(self.colleague).merge_opportunity()
        self.assertEqual(self.candidate.sudo().lead_id, head)


@tagged("post_install", "-at_install")
class TestLeadToCustomer(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate(
            email="bob@example.com", partner_name="Clinic"
        )
        cls.lead = cls.candidate._convert()

    def test_new_company_and_contact(self):
        self.lead.sudo()._handle_partner_assignment(create_missing=True)
        contact = self.lead.partner_id
        self.assertEqual(contact.name, "Bob Builder")
        self.assertEqual(contact.parent_id.name, "Clinic")
        self.assertEqual(contact.referrer_id, self.customer)
        self.assertFalse(
            contact.parent_id.referrer_id, "one introduction, one referred customer"
        )

    def test_winning_makes_the_customer(self):
        self.lead.with_user(self.lead.user_id).action_set_won()
        self.assertEqual(self.lead.partner_id.name, "Bob Builder")
        self.assertEqual(self.lead.partner_id.referrer_id, self.customer)
        self.assertEqual(self.customer.referred_count, 1)

    def test_winning_keeps_the_customer_there_is(self):
        partner = self.env["res.partner"].create({"name": "Clinic of Bob"})
        self.lead.partner_id = partner
        self.lead.action_set_won()
        self.assertEqual(self.lead.partner_id, partner)

    def test_winning_finds_the_contact_of_the_same_email(self):
        partner = self.env["res.partner"].create(
            {"name": "Bob B.", "email": "Bob@Example.com"}
        )
        self.lead.with_user(self.lead.user_id).action_set_won()
        self.assertEqual(self.lead.partner_id, partner, "no second contact")
        self.assertEqual(partner.referrer_id, self.customer)

    def test_winning_without_referrer_makes_no_customer(self):
        lead = self.env["crm.lead"].create({"name": "Walk-in", "contact_name": "Joe"})
        lead.action_set_won()
        self.assertFalse(lead.partner_id)

    def test_by_the_wizard_of_a_rep(self):
        wizard = (
            self.env["crm.lead2opportunity.partner"]
            .with_user(self.rep)
            .with_context(active_model="crm.lead", active_ids=self.lead.ids)
            .create({"lead_id": self.lead.id, "name": "convert", "action": "create"})
        )
        wizard.action_apply()
        self.assertEqual(self.lead.type, "opportunity")
        self.assertEqual(self.lead.partner_id.referrer_id, self.customer)

    def test_existing_partner(self):
        partner = self.env["res.partner"].create({"name": "Bob Builder"})
        self.lead.partner_id = partner
        self.assertEqual(partner.referrer_id, self.customer)

    def test_existing_partner_who_has_a_referrer(self):
        partner = self.env["res.partner"].create(
            {"name": "Bob", "referrer_id": self.other_customer.id}
        )
        self.lead.partner_id = partner
        self.assertEqual(partner.referrer_id, self.other_customer)

    def test_existing_partner_is_the_referrer(self):
        self.lead.partner_id = self.customer
        self.assertFalse(self.customer.referrer_id)

    def test_existing_partner_has_referred_the_referrer(self):
        grandmother = self.env["res.partner"].create({"name": "Grandmother"})
        self.customer.referrer_id = self.other_customer
        self.other_customer.referrer_id = grandmother
        self.lead.partner_id = grandmother
        self.assertFalse(grandmother.referrer_id)

    def test_referrer_noted_by_hand(self):
        partner = self.env["res.partner"].create({"name": "Dora"})
        lead = self.env["crm.lead"].create(
            {
                "name": "By hand",
                "partner_id": partner.id,
                "referrer_id": self.customer.id,
            }
        )
        self.assertEqual(lead.referred, "Ann Archer")
        self.assertEqual(lead.source_id, self.env.ref("utm.utm_source_referral"))
        self.assertEqual(partner.referrer_id, self.customer)

    def test_referrer_added_later(self):
        campaign = self.env["utm.source"].create({"name": "Fair"})
        leads = self.env["crm.lead"].create(
            [
                {"name": "Noted", "referred": "A friend", "source_id": campaign.id},
                {"name": "Empty"},
            ]
        )
        leads.write({"referrer_id": self.customer.id})
        self.assertRecordValues(
            leads,
            [
                {"referred": "A friend", "source_id": campaign.id},
                {
                    "referred": "Ann Archer",
                    "source_id": self.env.ref("utm.utm_source_referral").id,
                },
            ],
        )

    def test_copy_of_a_lead_is_no_second_introduction(self):
        copy = self.lead.sudo().copy()
        self.assertFalse(copy.referral_candidate_id)
        self.assertFalse(copy.referral_candidate_ids)


@tagged("post_install", "-at_install")
class TestWonLost(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate()
        cls.referral = cls.candidate.referral_id
        cls.lead = cls.candidate._convert().sudo()
        cls.lead.write({"type": "opportunity", "expected_revenue": 5000})

    def _get_reminder(self):
        return self._get_activities(self.candidate, "mail_activity_type_tell_referrer")

    def test_won(self):
        self.lead.action_set_won()
        self.assertRecordValues(
            self.referral, [{"won_count": 1, "won_revenue": 5000, "lead_count": 1}]
        )
        customer = self.customer.with_user(self.rep)
        self.assertRecordValues(
            customer,
            [
                {
                    "referral_count": 1,
                    "referral_lead_count": 1,
                    "referral_won_count": 1,
                    "referral_won_revenue": 5000,
                }
            ],
        )
        self.assertEqual(self.candidate.lead_won_status, "won")
        self.assertIn("was won", self._get_chatter(self.referral))
        self.assertRecordValues(
            self._get_reminder(),
            [
                {
                    "summary": "Won! Tell and thank Ann Archer for introducing "
                    "Bob Builder",
                    "user_id": self.rep.id,
                    "date_deadline": date(2026, 3, 5),
                }
            ],
        )

    def test_lost(self):
        self.lead.action_set_lost()
        self.assertRecordValues(
            self.referral, [{"won_count": 0, "won_revenue": 0, "lead_count": 1}]
        )
        self.assertEqual(self.candidate.lead_won_status, "lost")
        self.assertIn("was lost", self._get_chatter(self.referral))
        self.assertEqual(
            self._get_reminder().summary,
            "Tell Ann Archer what came of introducing Bob Builder",
        )
        self.assertEqual(self.customer.with_user(self.rep).referral_lead_count, 1)

    def test_won_then_lost_after_all(self):
        open_stage = self.lead.stage_id
        self.lead.action_set_won()
        self.lead.write({"stage_id": open_stage.id, "probability": 50})
        self.assertEqual(self.referral.won_count, 0)
        self.lead.action_set_lost()
        self.assertEqual(self.referral.won_count, 0)
        self.assertEqual(
            self._get_reminder().summary,
            "Tell Ann Archer what came of introducing Bob Builder",
        )

    def test_lost_then_taken_up_again(self):
        self.lead.action_set_lost()
        self.lead.action_unarchive()
        self.assertEqual(self.candidate.lead_won_status, "pending")
        self.assertFalse(self.candidate.closed_on)
        self.lead.action_set_won()
        self.assertEqual(self.referral.won_count, 1)
        self.assertEqual(len(self._get_reminder()), 1)

    def test_changed_revenue(self):
        self.lead.action_set_won()
        self.lead.expected_revenue = 7000
        self.assertEqual(self.referral.won_revenue, 7000)

    def test_won_by_somebody_else(self):
        """Figures, chatter and activity belong to the rep of the request."""
        self.lead.user_id = self.colleague
        self.lead.with_user(self.colleague).action_set_won()
        self.env.invalidate_all()
        self.assertEqual(self.referral.won_count, 1)
        self.assertEqual(self._get_reminder().user_id, self.rep)
        self.assertIn("was won", self._get_chatter(self.referral))

    def test_unrelated_leads_change_nothing(self):
        lead = self.env["crm.lead"].create({"name": "Other", "type": "opportunity"})
        reminder = self._get_reminder()
        lead.action_set_won()
        self.assertEqual(self.referral.won_count, 0)
        self.assertEqual(self._get_reminder(), reminder)
        self.assertIn("Thank Ann Archer", reminder.summary)

    def test_deleted_lead(self):
        self.lead.unlink()
        self.assertFalse(self.candidate.lead_id)
        self.assertEqual(self.candidate.state, "introduced")
        self.assertEqual(self.referral.lead_count, 0)
        self.candidate.email = "bob@example.com"
        self.assertEqual(self.candidate.action_convert()["res_model"], "crm.lead")

    def test_deleted_lead_of_a_contacted_candidate(self):
        self.candidate.contacted_on = "2026-03-01"
        self.lead.unlink()
        self.assertEqual(self.candidate.state, "contacted")
        self.assertEqual(self.candidate.contacted_on, date(2026, 3, 1))

    def test_two_introductions_of_one_lead_count_once(self):
        twin = self._create_candidate(
            self.referral, state="introduced", introduced_on="2026-03-01"
        )
        twin._convert(self.lead)
        self.lead.action_set_won()
        self.assertRecordValues(
            self.referral, [{"lead_count": 1, "won_count": 1, "won_revenue": 5000}]
        )

    def test_percent_signs_in_names(self):
        self.candidate.name = "100% Bob"
        self.customer.name = "Ann %s"
        self.lead.action_set_won()
        self.assertIn("100% Bob", self._get_reminder().summary)

    def test_figures_of_several_companies(self):
        """Converted to the currency of the company that looks at them."""
        euro = self.env.ref("base.EUR")
        self.company.currency_id.rate_ids.unlink()
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.5,
            }
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.company.currency_id.id,
                "company_id": self.other_company.id,
                "name": "2026-01-01",
                "rate": 2.0,
            }
        )
        self.lead.action_set_won()
        self._create_won_lead(
            self.other_customer,
            company_id=self.other_company.id,
            user_id=False,
            team_id=False,
            referrer_id=self.customer.id,
            expected_revenue=1000,
        )
        self.manager.company_ids += self.other_company
        both = (self.company | self.other_company).ids
        here = self.customer.with_user(self.manager).with_context(
            allowed_company_ids=both
        )
        self.assertEqual(here.referral_won_count, 2)
        self.assertEqual(here.referral_currency_id, self.company.currency_id)
        self.assertEqual(here.referral_won_revenue, 7000)
        there = self.customer.with_user(self.manager).with_context(
            allowed_company_ids=both[::-1]
        )
        self.assertEqual(there.referral_currency_id, euro)
        self.assertEqual(there.referral_won_revenue, 3500)
        only_here = self.customer.with_user(self.manager).with_context(
            allowed_company_ids=self.company.ids
        )
        self.assertEqual(only_here.referral_won_count, 1)
        self.assertEqual(self.referral.won_revenue, 5000)
