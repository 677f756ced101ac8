from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import ReferralCommon

SWITCHBOARD = "02-2345-6789"


@tagged("post_install", "-at_install")
class TestBlacklists(ReferralCommon):
    """Who has objected is on Odoo's blacklists as long as we hold the address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_candidate(
            cls._create_referral(), email="Bob <BOB@Example.com>", phone="0912 345 678"
        )

    def _get_listed(self):
        """:return: the addresses and numbers that Odoo's tools leave out."""
        emails = self.env["mail.blacklist"].search([]).mapped("email")
        numbers = self.env["phone.blacklist"].search([]).mapped("number")
        return {*emails, *numbers}

    def test_objection_lists_and_erasure_takes_off(self):
        self.candidate.action_object()
        self.assertLessEqual({"bob@example.com", "+886912345678"}, self._get_listed())
        self.candidate.invalidate_recordset()
        self.assertTrue(self.candidate.is_blacklisted)
        self.candidate.with_user(self.manager).action_erase()
        self.assertFalse({"bob@example.com", "+886912345678"} & self._get_listed())

    def test_deleted_candidate(self):
        self.candidate.action_object()
        self.candidate.unlink()
        self.assertNotIn("bob@example.com", self._get_listed())

    def test_what_others_have_noted_stays(self):
        Blacklist = self.env["mail.blacklist"]
        Blacklist.create({"email": "bob@example.com"})
        self.candidate.action_object()
        self.candidate.with_user(self.manager).action_erase()
        self.assertIn("bob@example.com", self._get_listed())

    def test_was_on_the_list_long_ago(self):
        entry = self.env["mail.blacklist"].create({"email": "bob@example.com"})
        entry.action_archive()
        self.candidate.action_object()
        self.assertTrue(entry.active)

    def test_mistake(self):
        self.candidate.action_object()
        self.env["crm.referral.objection.withdraw"].with_user(self.manager).create(
            {
                "candidate_id": self.candidate.id,
                "email": "bob@example.com",
                "reason": "Somebody else",
            }
        ).action_withdraw()
        self.assertEqual(self.candidate.state, "suggested")
        self.assertNotIn("bob@example.com", self._get_listed())

    def test_address_noted_later(self):
        self.candidate.action_object()
        self.candidate.email = "robert@example.com"
        listed = self._get_listed()
        self.assertIn("robert@example.com", listed)
        self.assertNotIn("bob@example.com", listed, "We do not hold it any more.")

    def test_two_with_one_address(self):
        twin = self._create_candidate(
            self._create_referral(partner_id=self.other_customer.id),
            email="bob@example.com",
        )
        self.candidate.action_object()
        self.assertEqual(twin.state, "objected")
        self.candidate.with_user(self.manager).action_erase()
        self.assertIn("bob@example.com", self._get_listed())
        twin.with_user(self.manager).action_erase()
        self.assertNotIn("bob@example.com", self._get_listed())

    def test_switchboard_is_not_listed(self):
        """Odoo's list knows no extensions: colleagues would be on it as well."""
        for phone in ("#12", "ext. 13", "分機14", "转15"):
            with self.subTest(phone):
                candidate = self._create_candidate(
                    self.candidate.referral_id, phone=f"{SWITCHBOARD} {phone}"
                )
                candidate.action_object()
                self.assertNotIn("+886223456789", self._get_listed())


@tagged("post_install", "-at_install")
class TestSharedNumber(ReferralCommon):
    """Colleagues with one number and different extensions are different persons."""

    def test_objection_of_one_leaves_the_other(self):
        referral = self._create_referral()
        anna, bert = (
            self._create_candidate(referral, name=name, phone=f"{SWITCHBOARD} {phone}")
            for name, phone in (("Anna", "#12"), ("Bert", "分機 13"))
        )
        anna.action_object()
        self.assertEqual(bert.state, "suggested")
        self.assertFalse(bert.objection_match)
        self.assertFalse(bert.activity_ids, "Nobody is asked whether it is the same.")
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._create_candidate(referral, name="Anna", phone=f"{SWITCHBOARD} 转12")

    def test_lead_of_one_is_no_duplicate_of_the_other(self):
        self.env["crm.lead"].create(
            {"name": "Lead", "contact_name": "Anna", "phone": f"{SWITCHBOARD} #12"}
        )
        referral = self._create_referral()
        found = [
            len(
                self._create_candidate(
                    referral, name=name, phone=phone
                )._find_duplicate_leads(include_hidden=True)
            )
            for name, phone in (
                ("Anna", f"{SWITCHBOARD} ext. 12"),
                ("Bert", f"{SWITCHBOARD} ext. 13"),
            )
        ]
        self.assertEqual(found, [1, 0])


@tagged("post_install", "-at_install")
class TestEnteredAgain(ReferralCommon):
    """Nobody enters a person again who has objected, on whatever way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_candidate(
            cls._create_referral(), email="bob@example.com", phone="0912 345 678"
        )
        cls.candidate.action_object()

    def _create_lead(self, user=None, **vals):
        return (
            self.env["crm.lead"]
            .with_user(user or self.colleague)
            .create({"name": "Lead", **vals})
        )

    def test_lead_by_hand(self):
        for vals in (
            {"email_from": "Bob <BOB@example.com>"},
            {"phone": "+886 912 345 678", "contact_name": "Builder, Bob"},
        ):
            for user in (self.rep, self.colleague, self.manager):
                with (
                    self.subTest(vals, user=user.login),
                    self.assertRaisesRegex(UserError, "no lead is made of them"),
                ):
                    self._create_lead(user, **vals)
        self.assertTrue(self._create_lead(phone="0912 345 678", contact_name="Cleo"))
        self.assertTrue(self._create_lead(email_from="cleo@example.com"))

    def test_lead_by_import(self):
        result = (
            self.env["crm.lead"]
            .with_user(self.colleague)
            .load(["name", "email_from"], [["Lead", "bob@example.com"]])
        )
        self.assertFalse(result["ids"])
        self.assertIn("no lead is made of them", result["messages"][0]["message"])

    def test_lead_gets_the_address_later(self):
        lead = self._create_lead(email_from="cleo@example.com")
        with self.assertRaisesRegex(UserError, "no lead is made of them"):
            lead.email_from = "bob@example.com"
        lead.write({"description": "Calls back", "email_from": "cleo@example.com"})

    def test_lead_that_goes_on_can_be_edited(self):
        lead = (
            self.env["crm.lead"]
            .sudo()
            .create(
                {
                    "name": "Lead",
                    "email_from": "bob@example.com",
                    "user_id": self.rep.id,
                }
            )
        )
        lead.with_user(self.rep).write(
            {"description": "Wants an offer", "email_from": "bob@example.com"}
        )
        self.assertIn("now comes to us", self._get_chatter(lead))

    def test_other_company(self):
        lead = self._create_lead(self.foreign_rep, email_from="bob@example.com")
        self.assertTrue(lead)
        self.env["ir.config_parameter"].set_param(
            "crm_referral.objection_group_wide", "True"
        )
        with self.assertRaisesRegex(UserError, "no lead is made of them"):
            self._create_lead(self.foreign_rep, email_from="bob@example.com")

    def test_after_the_objection_was_taken_back(self):
        self.env["crm.referral.objection.withdraw"].with_user(self.manager).create(
            {
                "candidate_id": self.candidate.id,
                "email": "bob@example.com",
                "reason": "Came to our shop",
            }
        ).action_withdraw()
        self.assertTrue(self._create_lead(email_from="bob@example.com"))

    def test_contact_warns(self):
        partner = self.env["res.partner"].new({"name": "B", "email": "bob@example.com"})
        warning = partner._onchange_warn_of_objection()["warning"]
        self.assertIn("asked us not to get in touch", warning["message"])
        partner = self.env["res.partner"].new({"name": "C", "email": "c@example.com"})
        self.assertIsNone(partner._onchange_warn_of_objection())
        with Form(self.env["res.partner"]) as form:
            form.name = "Bob, who repairs our lift"
            form.email = "bob@example.com"
        self.assertTrue(form.record, "A contact may be needed for other reasons.")

    def test_costs_one_query_and_none_without_objections(self):
        Objection = self.env["crm.referral.objection"]
        leads = self.env["crm.lead"].create(
            [{"name": "L", "email_from": f"{number}@x.example"} for number in range(50)]
        )
        leads.mapped("email_from"), leads.company_id.country_id
        Objection._match(leads)
        with self.assertQueryCount(2):
            Objection._match(leads)
        Objection.sudo().with_context(active_test=False).search([]).unlink()
        self.env.registry.clear_cache()
        Objection._exist()
        with self.assertQueryCount(0):
            self.assertEqual(Objection._match(leads), {})
