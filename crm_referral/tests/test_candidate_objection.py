from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ReferralCommon


class ObjectionCommon(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.other_referral = cls._create_referral(
            cls.colleague, partner_id=cls.other_customer.id
        )

    def _create_foreign(self, **vals):
        return self._create_candidate(
            self._create_referral(self.foreign_rep, company_id=self.other_company.id),
            **vals,
        )

    def _get_questions(self, candidate):
        return candidate.sudo().activity_ids.filtered(
            lambda activity: activity.summary == "Has this person objected?"
        )


@tagged("post_install", "-at_install")
class TestSameNumber(ObjectionCommon):
    """A number alone does not say who somebody is."""

    def test_switchboard(self):
        first = self._create_candidate(
            self.referral, phone="02-2345-6789 #101", email="a@example.com"
        )
        second = self._create_introduced_candidate(
            self.colleague,
            self.other_referral,
            name="Cleo",
            phone="02-2345-6789 ext. 103",
            email="c@example.com",
        )
        lead = second._convert()
        first.action_object()
        self.assertEqual(second.state, "converted")
        self.assertEqual(lead.won_status, "pending")
        self.assertFalse(self._get_questions(second))
        third = self._create_candidate(
            self.other_referral, name="Dan", phone="02-2345-6789 #7"
        )
        self.assertEqual(third.state, "suggested")
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._create_candidate(self.other_referral, phone="(02)23456789轉101")

    def test_shared_mobile_is_asked_about(self):
        first = self._create_candidate(
            self.referral, phone="0912 345 678", email="a@example.com"
        )
        second = self._create_introduced_candidate(
            self.colleague,
            self.other_referral,
            name="Cleo",
            phone="+886912345678",
            email="c@example.com",
        )
        first.action_object()
        self.assertEqual(second.state, "introduced")
        question = self._get_questions(second)
        self.assertEqual(question.user_id, self.colleague)
        self.assertEqual(second.objection_match, "number")
        with self.assertRaisesRegex(UserError, "Somebody Else with This Number"):
            second.action_contact()
        second.is_other_person = True
        second.action_contact()
        self.assertEqual(second.state, "contacted")

    def test_same_name_and_number_is_the_person(self):
        first = self._create_candidate(self.referral, phone="0912 345 678")
        second = self._create_candidate(
            self.other_referral, name="Builder, Bob", phone="0912-345-678"
        )
        first.action_object()
        self.assertEqual(second.state, "objected")

    def test_another_number_asks_again(self):
        self._create_candidate(self.referral, phone="0912 345 678").action_object()
        self._create_candidate(
            self.referral, name="Eve", phone="0922 345 678"
        ).action_object()
        candidate = self._create_candidate(
            self.other_referral, name="Cleo", phone="0912345678", is_other_person=True
        )
        with self.assertRaisesRegex(UserError, "Somebody Else with This Number"):
            candidate.phone = "0922345678"

    def test_company_without_country(self):
        self.company.country_id = False
        candidate = self._create_candidate(self.referral, phone="0912 345 678")
        self.assertTrue(candidate.action_object())
        with self.assertRaisesRegex(UserError, "Bob Builder has asked us not"):
            self._create_candidate(self.other_referral, phone="0912-345-678")
        self.company.country_id = self.env.ref("base.tw")
        with self.assertRaisesRegex(UserError, "Bob Builder has asked us not"):
            self._create_candidate(self.other_referral, phone="0912345678")

    def test_unreadable_contact_data_is_remembered(self):
        for vals in ({"email": "bob @ example"}, {"phone": "Tel 12-34 ask for Bob"}):
            with self.subTest(vals):
                self._create_candidate(self.referral, **vals).action_object()
                with self.assertRaisesRegex(UserError, "asked us not"):
                    self._create_candidate(self.other_referral, **vals)

    def test_nothing_to_remember_is_said(self):
        for phone in (False, "ask Ann"):
            candidate = self._create_candidate(self.referral, phone=phone)
            result = candidate.action_object()
            self.assertIn("cannot be recognised", result["params"]["message"])
            self.assertFalse(candidate.is_objection_kept)
            self.assertIn("cannot be recognised", self._get_chatter(candidate))


@tagged("post_install", "-at_install")
class TestObjectionReach(ObjectionCommon):
    def test_company(self):
        foreign = self._create_foreign(name="Bob Builder", email="bob@example.com")
        self._create_candidate(self.referral, email="bob@example.com").action_object()
        self.assertEqual(foreign.state, "suggested")
        foreign.action_agree()
        self.assertEqual(foreign.state, "agreed")

    def test_group_wide(self):
        self.env["res.config.settings"].create(
            {"referral_objection_group_wide": True}
        ).execute()
        foreign = self._create_foreign(name="Bob Builder", email="bob@example.com")
        self._create_candidate(self.referral, email="bob@example.com").action_object()
        self.assertEqual(foreign.state, "objected")

    def test_list_tells_no_identity(self):
        self._create_candidate(self.referral, email="bob@example.com").action_object()
        objection = self.env["crm.referral.objection"].with_user(self.manager)
        found = objection.search([])
        self.assertEqual(found.company_id, self.company)
        self.assertEqual(found.create_uid, self.rep)
        for fname in ("contact_hash", "name_hash"):
            with self.subTest(fname), self.assertRaises(AccessError):
                found.read([fname])
        self.assertFalse(
            self.env["crm.referral.objection"]
            .with_user(self.foreign_manager)
            .search([])
        )

    def test_context_does_not_weaken_an_objection(self):
        candidate = self._create_candidate(self.referral, email="bob@example.com")
        candidate.with_context(
            default_active=False,
            default_company_id=self.other_company.id,
            default_kind="phone",
            default_withdrawn_on="2026-01-01",
        ).action_object()
        with self.assertRaisesRegex(UserError, "asked us not"):
            self._create_candidate(self.other_referral, email="bob@example.com")
        objection = self.env["crm.referral.objection"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertRecordValues(
            objection, [{"active": True, "kind": "email", "withdrawn_on": False}]
        )


@tagged("post_install", "-at_install")
class TestWithdrawal(ObjectionCommon):
    """A manager takes a mistaken objection back, with a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_candidate(
            cls.referral, email="bob@example.com", phone="0912 345 678"
        )
        cls.candidate.action_object()

    def _withdraw(self, user=None, **vals):
        wizard = (
            self.env["crm.referral.objection.withdraw"]
            .with_user(user or self.manager)
            .with_context(default_candidate_id=self.candidate.id)
            .create({"reason": "Wrong person", **vals})
        )
        return wizard.action_withdraw()

    def test_taken_back(self):
        self._withdraw(email="BOB@example.com")
        self.assertEqual(self.candidate.state, "suggested")
        self.assertFalse(self.candidate.objected_on)
        self.assertIn("Wrong person", self._get_chatter(self.candidate))
        self.candidate.action_agree()
        self._create_candidate(self.other_referral, phone="0912345678")
        objections = (
            self.env["crm.referral.objection"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company.id)])
        )
        self.assertEqual(set(objections.mapped("withdrawal_reason")), {"Wrong person"})
        self.assertEqual(objections.withdrawn_by_id, self.manager)

    def test_wrong_address(self):
        with self.assertRaisesRegex(UserError, "No objection is noted"):
            self._withdraw(email="cleo@example.com")
        self.assertEqual(self.candidate.state, "objected")

    def test_of_an_erased_candidate(self):
        self.candidate._erase()
        self._withdraw(email="bob@example.com", phone="0912 345 678")
        self.assertEqual(self.candidate.state, "objected", "nobody is left to ask")
        self._create_candidate(self.other_referral, email="bob@example.com")

    def test_not_for_reps(self):
        with self.assertRaises(AccessError):
            self._withdraw(self.rep, email="bob@example.com")

    def test_who_shares_the_number_keeps_theirs(self):
        other = self._create_candidate(
            self.other_referral,
            name="Cleo",
            phone="0912345678",
            is_other_person=True,
        )
        other.action_object()
        self._withdraw(email="bob@example.com")
        self.assertEqual(other.state, "objected")
        with self.assertRaisesRegex(UserError, "Cleo has asked us not"):
            self._create_candidate(self.referral, name="Cleo", phone="0912345678")

    def test_objecting_again(self):
        self._withdraw(email="bob@example.com")
        self.candidate.action_object()
        with self.assertRaisesRegex(UserError, "asked us not"):
            self._create_candidate(self.other_referral, email="bob@example.com")


@tagged("post_install", "-at_install")
class TestWhatStops(ObjectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate(
            referral=cls.referral, email="bob@example.com"
        )

    def _create_lead(self, user):
        return self.env["crm.lead"].create(
            {
                "name": f"Lead of {user.name}",
                "email_from": "bob@example.com",
                "user_id": user.id,
            }
        )

    def test_whatever_happened_to_the_lost_reason(self):
        lead = self.candidate._convert()
        reason = self.env.ref("crm_referral.lost_reason_objected")
        self.env.cr.execute(
            "DELETE FROM ir_model_data WHERE model = 'crm.lost.reason' AND res_id = %s",
            [reason.id],
        )
        self.env.registry.clear_cache()
        self.addCleanup(self.env.registry.clear_cache)
        self.candidate.action_object()
        self.assertEqual(self.candidate.state, "objected")
        self.assertEqual(lead.sudo().won_status, "lost")

    def test_rest_is_offered(self):
        own, theirs = self._create_lead(self.rep), self._create_lead(self.colleague)
        action = self.candidate.action_ask_object()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.rep)
            .with_context(**action["context"])
        )
        self.assertEqual(form.other_lead_ids.ids, own.ids)
        self.assertEqual(form.close_lead_ids.ids, own.ids)
        self.assertEqual(form.hidden_lead_count, 1)
        form.save().action_object()
        self.assertEqual(own.won_status, "lost")
        self.assertEqual(theirs.won_status, "pending")
        self.assertEqual(theirs.activity_ids.user_id, self.colleague)
        self.assertIn("1 other open leads", self._get_chatter(self.candidate))

    def test_without_the_window_it_is_said(self):
        own = self._create_lead(self.rep)
        self.candidate.action_object()
        self.assertEqual(own.won_status, "pending")
        self.assertEqual(own.activity_ids.user_id, self.rep)

    def test_hidden_leads_cannot_be_closed_through_the_window(self):
        theirs = self._create_lead(self.colleague)
        Wizard = self.env["crm.referral.candidate.object"].with_user(self.rep)
        with self.assertRaises(AccessError):
            Wizard.create(
                {
                    "candidate_id": self.candidate.id,
                    "close_lead_ids": [(6, 0, theirs.ids)],
                }
            )
