from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

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
