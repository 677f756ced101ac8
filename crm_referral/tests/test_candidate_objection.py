from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestObjection(ReferralCommon):
    """An objection stops everything, and survives everything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_introduced_candidate(
            referral=cls.referral, email="Bob@Example.com", phone="0912 345 678"
        )
        cls.other_referral = cls._create_referral(
            cls.colleague, partner_id=cls.other_customer.id
        )

    def _name_again(self, **vals):
        return self._create_candidate(
            self.other_referral, **{"name": "Robert Builder", **vals}
        )

    def test_from_every_state(self):
        states = [
            *({"state": state} for state in ("suggested", "agreed")),
            *({"state": state} for state in ("declined", "unfit")),
            {"state": "introduced", "introduced_on": "2026-02-20"},
            {
                "state": "contacted",
                "introduced_on": "2026-02-20",
                "contacted_on": "2026-02-25",
            },
        ]
        for vals in states:
            with self.subTest(vals["state"]):
                candidate = self._name_again(**vals)
                candidate.action_object()
                self.assertEqual(candidate.state, "objected")
        converted = self._name_again(state="introduced", introduced_on="2026-02-20")
        converted._convert()
        converted.action_object()
        self.assertEqual(converted.state, "objected")

    def test_is_final(self):
        self.candidate.action_object()
        self.assertEqual(self.candidate.objected_on, date(2026, 3, 2))
        for action in (
            self.candidate.action_reconsider,
            self.candidate.action_agree,
            self.candidate.action_convert,
        ):
            with self.assertRaisesRegex(UserError, "Possible next: nothing"):
                action()

    def test_date_also_when_recorded_at_once(self):
        candidate = self._name_again(email="new@example.com", state="objected")
        self.assertEqual(candidate.objected_on, date(2026, 3, 2))
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(email="new@example.com")

    def test_only_hashes_are_kept(self):
        self.candidate.action_object()
        objections = self.env["crm.referral.objection"].search([])
        hashes = objections.mapped("contact_hash")
        self.assertEqual(len(hashes), 2)
        for value in hashes:
            self.assertRegex(value, r"^[0-9a-f]{64}$")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT string_agg(t::text, ' ') FROM crm_referral_objection t"
        )
        everything = self.env.cr.fetchone()[0].lower()
        for trace in ("bob", "example.com", "912345678", "345 678"):
            self.assertNotIn(trace, everything)

    def test_key_goes_along_with_the_data(self):
        """A copy of the database has another secret, and remembers all the same."""
        Objection = self.env["crm.referral.objection"]
        before = Objection._hash_contacts(["bob@example.com"])
        self.assertEqual(before, Objection._hash_contacts(["Bob <BOB@example.com> "]))
        self.candidate.action_object()
        self.env["ir.config_parameter"].set_param("database.secret", "other")
        self.env.registry.clear_cache()
        self.assertEqual(before, Objection._hash_contacts(["bob@example.com"]))
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(email="bob@example.com")

    def test_key_decides(self):
        Objection = self.env["crm.referral.objection"]
        before = Objection._hash_contacts(["bob@example.com"])
        self.env.cr.execute("UPDATE crm_referral_objection_key SET secret = 'other'")
        self.env.registry.clear_cache()
        self.addCleanup(self.env.registry.clear_cache)
        self.assertFalse(before & Objection._hash_contacts(["bob@example.com"]))

    def test_nobody_reads_the_key(self):
        Key = self.env["crm.referral.objection.key"]
        self.assertTrue(Key.search_count([]))
        for user in (self.rep, self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user.login), self.assertRaises(AccessError):
                Key.with_user(user).search_read([], ["secret"])

    def test_blocks_other_spellings(self):
        self.candidate.action_object()
        for vals in (
            {"email": "bob@example.com"},
            {"email": '"Bob B." <BOB@EXAMPLE.COM>'},
            {"phone": "+886 912 345 678"},
            {"phone": "0912-345-678"},
            {"email": "else@example.com", "phone": "+886912345678"},
        ):
            with (
                self.subTest(vals),
                self.assertRaisesRegex(
                    UserError, "Robert Builder has asked us not to get in touch"
                ),
            ):
                self._name_again(**vals)
        self.assertTrue(self._name_again(email="somebody.else@example.com"))

    def test_blocks_contact_data_added_later(self):
        self.candidate.action_object()
        candidate = self._name_again()
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            candidate.email = "bob@example.com"
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            candidate.phone = "0912345678"

    def test_blocks_import(self):
        self.candidate.action_object()
        result = (
            self.env["crm.referral.candidate"]
            .with_user(self.colleague)
            .load(
                ["referral_id/.id", "name", "email"],
                [[str(self.other_referral.id), "Robert", "bob@example.com"]],
            )
        )
        self.assertFalse(result["ids"])
        self.assertIn("not to get in touch", result["messages"][0]["message"])

    def test_stops_other_requests_too(self):
        twin = self._name_again(email="bob@example.com")
        stranger = self._name_again(name="Cleo", email="cleo@example.com")
        twin.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.colleague.id
        )
        self.candidate.action_object()
        self.assertEqual(twin.state, "objected")
        self.assertFalse(twin.activity_ids)
        self.assertEqual(stranger.state, "suggested")

    def test_contact_data_found_after_the_objection(self):
        candidate = self._name_again()
        candidate.action_object()
        candidate.email = "robert@example.com"
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(email="robert@example.com")

    def test_position_has_nothing_to_remember(self):
        before = self.env["crm.referral.objection"].search_count([])
        self._name_again().action_object()
        self.assertEqual(self.env["crm.referral.objection"].search_count([]), before)

    def test_stops_activities(self):
        self.candidate.action_contact()
        self.candidate.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.colleague.id
        )
        self.candidate.action_object()
        self.assertFalse(self.candidate.activity_ids)

    def test_stops_future_meetings_only(self):
        past, future = self.env["calendar.event"].create(
            [
                {
                    "name": "Meeting",
                    "start": f"{day} 10:00:00",
                    "stop": f"{day} 11:00:00",
                    "referral_candidate_id": self.candidate.id,
                    "user_id": self.colleague.id,
                }
                for day in ("2026-02-20", "2026-03-20")
            ]
        )
        self.candidate.action_object()
        self.assertTrue(past.active)
        self.assertFalse(future.active)

    def test_stops_the_open_lead(self):
        lead = self.candidate._convert()
        lead.sudo().user_id = self.colleague
        self.candidate.action_object()
        self.assertEqual(lead.sudo().won_status, "lost")
        self.assertEqual(
            lead.sudo().lost_reason_id,
            self.env.ref("crm_referral.lost_reason_objected"),
        )
        self.assertFalse(self.candidate.activity_ids, "nor is a new reminder made")

    def test_leaves_a_won_lead(self):
        lead = self.candidate._convert().sudo()
        lead.action_set_won()
        self.candidate.action_object()
        self.assertEqual(lead.won_status, "won")

    def test_survives_deletion_and_erasure(self):
        self.candidate.action_object()
        self.candidate._erase()
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(email="bob@example.com")
        self.candidate.unlink()
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self._name_again(phone="0912345678")

    def test_objecting_twice(self):
        self.candidate.action_object()
        self.candidate.write({"state": "objected"})
        self.assertEqual(
            len(self.env["crm.referral.objection"]._find(["bob@example.com"])), 1
        )


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
