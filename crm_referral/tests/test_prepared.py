from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestPreparedNames(ReferralCommon):
    """Whom the rep wants to bring up: their own list, and what becomes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def test_taken_with_one_tap(self):
        named = self._create_prepared(self.referral, partner_name="Builders Inc.")
        position = self._create_prepared(
            self.referral, name=False, function="Finance head of a clinic"
        )
        self._walk_to(self.referral, "suggest")
        self.assertTrue(self.referral.missing_requirements)
        (named | position).action_take()
        bob, head = self.referral.candidate_ids
        self.assertEqual((bob.name, bob.partner_name), ("Bob Builder", "Builders Inc."))
        self.assertEqual(
            (head.name, head.function), (False, "Finance head of a clinic")
        )
        self.assertEqual(set((bob | head).mapped("named_by")), {"rep"})
        self.assertEqual((named | position).mapped("used"), [True, True])
        self.assertEqual(named.candidate_id, bob)
        self.assertFalse(self.referral.missing_requirements)

    def test_taken_once(self):
        prepared = self._create_prepared(self.referral)
        prepared.action_take()
        prepared.action_take()
        self.assertEqual(len(self.referral.candidate_ids), 1)

    def test_nobody_and_many(self):
        self.env["crm.referral.prepared"].action_take()
        many = self.env["crm.referral.prepared"].create(
            [
                {"referral_id": self.referral.id, "function": f"Position {number}"}
                for number in range(40)
            ]
        )
        many.action_take()
        self.assertEqual(self.referral.candidate_count, 40)
        self.assertEqual(len(many.candidate_id), 40)

    def test_is_never_said(self):
        self._create_prepared(self.referral, partner_name="Secret Clinic")
        for step in self.steps:
            self._walk_to(self.referral, step.code)
            with self.subTest(step=step.code):
                self.referral.invalidate_recordset()
                self.assertNotIn("Secret Clinic", self.referral.talk_track)
                self.assertNotIn("Secret Clinic", self.referral.talk_track_gaps or "")

    def test_needs_a_name_or_a_position(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._create_prepared(self.referral, name=False, partner_name="Clinic")

    def test_goes_with_the_request(self):
        """Who was never brought up is not kept; who was is a candidate by now."""
        used = self._create_prepared(self.referral)
        used.action_take()
        self._create_prepared(self.referral, name="Never Named")
        self.referral.action_cancel()
        self.assertFalse(self.referral.prepared_ids)
        self.assertFalse(
            self.env["crm.referral.prepared"].search([("name", "=", "Never Named")])
        )
        self.assertEqual(self.referral.candidate_ids.name, "Bob Builder")

    def test_goes_with_the_candidate(self):
        for gone in ("unlink", "_erase"):
            with self.subTest(gone):
                prepared = self._create_prepared(self.referral)
                prepared.action_take()
                getattr(prepared.candidate_id, gone)()
                self.assertFalse(prepared.exists())

    def test_erased_name_is_not_left_in_other_prepared_ones(self):
        candidate = self._create_candidate(self.referral, name="Rosalind Franklin")
        other = self._create_prepared(
            self.referral, name=False, function="successor of Rosalind Franklin"
        )
        candidate._erase()
        self.assertEqual(other.function, "successor of (erased)")

    def test_ended_request_takes_nobody(self):
        prepared = self._create_prepared(self.referral)
        self.referral.sudo().write({"active": False})
        with self.assertRaisesRegex(UserError, "archived"):
            prepared.action_take()

    def test_lead_and_contact_may_go(self):
        lead = self.env["crm.lead"].create({"name": "Clinic", "user_id": self.rep.id})
        contact = self.env["res.partner"].create({"name": "Paul Page"})
        prepared = self._create_prepared(
            self.referral, lead_id=lead.id, partner_id=contact.id
        )
        (lead | self.env["crm.lead"]).unlink()
        contact.unlink()
        self.assertEqual(prepared.exists().name, "Bob Builder")
        self.assertFalse(prepared.lead_id or prepared.partner_id)

    def test_contact_is_merged(self):
        one, two = self.env["res.partner"].create(
            [{"name": "Paul Page"}, {"name": "Paul Page"}]
        )
        prepared = self._create_prepared(self.referral, partner_id=two.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((one | two).ids, one)
        self.assertEqual(prepared.partner_id, one)

    def test_whose_it_is(self):
        """Own, a team's, everybody's of the company: as with the request."""
        prepared = self._create_prepared(self.referral)
        for user, sees in (
            (self.rep, True),
            (self.colleague, False),
            (self.all_documents, True),
            (self.manager, True),
            (self.foreign_rep, False),
            (self.foreign_manager, False),
        ):
            with self.subTest(user=user.login):
                as_user = prepared.with_user(user)
                self.assertEqual(as_user.has_access("read"), sees)
                self.assertEqual(as_user.has_access("unlink"), sees)
                self.assertEqual(
                    bool(as_user.search([("id", "in", prepared.ids)])), sees
                )
                if not sees:
                    with self.assertRaises(AccessError):
                        as_user.action_take()
        self.referral.sudo().user_id = self.colleague
        self.env.flush_all()
        self.assertTrue(prepared.with_user(self.colleague).has_access("read"))
        self.assertFalse(prepared.with_user(self.rep).has_access("read"))

    def test_what_became_of_it_is_not_written_by_hand(self):
        prepared = self._create_prepared(self.referral)
        candidate = self._create_candidate(self.referral)
        with self.assertRaisesRegex(AccessError, "not written by hand"):
            prepared.candidate_id = candidate

    def test_in_the_form(self):
        self._walk_to(self.referral, "suggest")
        with Form(self.referral) as form, form.prepared_ids.new() as prepared:
            prepared.function = "Head of a school"
        self.assertEqual(self.referral.prepared_ids.display_name, "Head of a school")
