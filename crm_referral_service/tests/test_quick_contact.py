import doctest
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, warmup

from ..tools import caller_words, plain_words
from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestQuickContact(ServiceCommon):
    """What the quick screen asks, with the rights of an agent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Contact = cls.env["crm.service.contact"].with_user(cls.agent)
        cls.env.company.country_id = cls.env.ref("base.be")
        cls.customer.write({"email": "desk@clinic.example", "city": "Ghent"})

    def _log(self, **values):
        saved = self.Contact.log_contact(values)
        return self.Contact.browse(saved["id"])

    # === WHO IT IS === #

    def test_words_are_told_apart(self):
        for module in (caller_words, plain_words):
            results = doctest.testmod(module)
            self.assertTrue(results.attempted)
            self.assertFalse(results.failed)

    def test_customer_is_found_by_name_number_and_mail(self):
        for words in ("Clin", "290 34 90", "+32 2 290", "desk@clinic"):
            with self.subTest(words):
                found = self.Contact.find_callers(words)
                self.assertIn(self.customer.id, [caller["id"] for caller in found])
        caller = next(
            c
            for c in self.Contact.find_callers("Clinic")
            if c["id"] == self.customer.id
        )
        self.assertEqual(
            caller["hint"], "+32 2 290 34 90 · desk@clinic.example · Ghent"
        )
        self.assertEqual(self.Contact.find_callers(" C "), [])

    def test_customer_of_another_company_is_not_found(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.env["res.partner"].create(
            {"name": "Hidden Clinic", "company_id": company.id}
        )
        found = self.Contact.find_callers("Hidden Clin")
        self.assertNotIn(hidden.id, [caller["id"] for caller in found])
        with self.assertRaises(AccessError):
            self.Contact.get_caller(partner_id=hidden.id)
        with self.assertRaises(AccessError):
            self._log(partner_id=hidden.id)

    def test_whoever_takes_no_contacts_asks_in_vain(self):
        stranger = self.env["crm.service.contact"].with_user(self.salesperson)
        for method, args in (
            ("get_quick_choices", ()),
            ("find_callers", ("Clinic",)),
            ("get_caller", (self.customer.id,)),
            ("log_contact", ({"words": "Ann"},)),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(stranger, method)(*args)
        with self.assertRaises(AccessError):
            self.env["crm.service.reason"].with_user(self.salesperson).get_matrix()

    # === WRITING IT DOWN === #

    def test_somebody_unknown_is_welcome(self):
        contact = self._log(words="Chen 02 290 34 91", channel="phone", note="Gurgles")
        self.assertFalse(contact.partner_id)
        self.assertEqual(contact.caller_name, "Chen")
        self.assertEqual(contact.customer_key, "t+3222903491")
        self.assertEqual(contact.state, "open")
        self.assertEqual(contact.user_id, self.agent)
        self.assertFalse(contact.agent_solved)
        self.assertTrue(self._log(channel="letter", note="Without a sender"))

    def test_solved_is_done_with_its_reason(self):
        contact = self._log(
            partner_id=self.customer.id,
            channel="phone",
            reason_id=self.reason.id,
            solved=True,
        )
        self.assertEqual((contact.state, contact.outcome), ("done", "solved"))
        self.assertTrue(contact.agent_solved)
        self.assertEqual(contact.kind, self.reason.default_kind)
        with self.assertRaisesRegex(ValidationError, "reason"):
            self._log(partner_id=self.customer.id, channel="phone", solved=True)

    def test_call_back_in_the_customer_s_time(self):
        self.customer.tz = "Asia/Taipei"
        contact = self._log(
            partner_id=self.customer.id,
            channel="phone",
            reason_id=self.reason.id,
            solved=True,
            callback_wanted=True,
            callback_from="2026-11-30T14:00",
            callback_to="2026-11-30T16:00",
        )
        self.assertEqual(contact.callback_from, datetime(2026, 11, 30, 6, 0))
        self.assertEqual(contact.callback_to, datetime(2026, 11, 30, 8, 0))
        self.assertEqual(contact.callback_tz, "Asia/Taipei")
        self.assertEqual((contact.state, contact.outcome), ("waiting", "promised"))
        for moment, number in (
            (datetime(2026, 11, 30, 5, 59), False),
            (datetime(2026, 11, 30, 6, 0), "+32 2 290 34 90"),
            (datetime(2026, 11, 30, 8, 0), False),
        ):
            with (
                freeze_time(moment),
                patch("odoo.sql_db.BaseCursor.now", lambda cr, m=moment: m),
            ):
                contact.invalidate_recordset()
                self.assertEqual(contact.callback_number, number)
                self.assertTrue(contact.callback_hint)
        with self.assertRaises(UserError):
            self._log(
                words="Ann",
                channel="phone",
                callback_wanted=True,
                callback_from="tomorrow",
            )

    def test_window_without_permission_is_left_out(self):
        contact = self._log(
            words="Ann", channel="phone", callback_from="2026-11-30T14:00"
        )
        self.assertFalse(contact.callback_from)

    def test_who_is_to_be_called_is_not_done(self):
        """Solved or not: a promise is out, and only the call ends it."""
        contact = self._log(
            partner_id=self.customer.id,
            reason_id=self.reason.id,
            solved=True,
            callback_wanted=True,
        )
        self.assertEqual(contact.state, "waiting")
        with (
            self.assertRaisesRegex(ValidationError, "call that we have promised"),
            self.env.cr.savepoint(),
        ):
            contact.action_done()
        contact.action_called()
        contact.action_done()
        self.assertEqual(contact.state, "done")

    def test_waiting_for_somebody_needs_the_question(self):
        first = self._log(partner_id=self.customer.id, reason_id=self.reason.id)
        values = {
            "partner_id": self.customer.id,
            "reason_id": self.reason.id,
            "previous_id": first.id,
            "miss_id": self.env.ref("crm_referral_service.miss_waiting").id,
        }
        count = self.Contact.search_count([])
        with (
            self.assertRaisesRegex(ValidationError, "colleague for whom we waited"),
            self.env.cr.savepoint(),
        ):
            self._log(**values, solved=True)
        self.assertEqual(self.Contact.search_count([]), count)
        again = self._log(**values)
        self.assertEqual((again.state, again.first_id), ("open", first))

    def test_company_in_which_one_works(self):
        """Each company has its log: its teams, its time, and no other's contacts."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        other.partner_id.tz = "Asia/Taipei"
        self.env.company.partner_id.tz = "Europe/Brussels"
        self.agent.company_ids |= other
        self.env["ir.config_parameter"].set_param("sales_team.membership_multi", True)
        team = self.team.create(
            {
                "name": "Service elsewhere",
                "is_service": True,
                "company_id": other.id,
                "member_ids": [Command.set(self.agent.ids)],
            }
        )
        values = {"partner_id": self.customer.id, "reason_id": self.reason.id}
        here = self._log(**values)
        Contact = self.Contact.with_context(allowed_company_ids=other.ids)
        known = Contact.get_caller(self.customer.id, reason_id=self.reason.id)
        self.assertFalse(known["contacts"] or known["again"])
        self.assertEqual(known["zone"], "Asia/Taipei")
        window = {"callback_wanted": True, "callback_from": "2026-11-30T14:00"}
        saved = Contact.log_contact({**values, **window})
        there = Contact.browse(saved["id"])
        self.assertEqual((there.company_id, there.team_id), (other, team))
        self.assertEqual(there.callback_from, datetime(2026, 11, 30, 6))
        self.assertEqual((here.company_id, here.team_id), (self.env.company, self.team))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            Contact.log_contact({**values, "previous_id": here.id})

    # === WHAT IS KNOWN === #

    def test_again_about_the_same(self):
        first = self._log(
            partner_id=self.customer.id,
            channel="phone",
            reason_id=self.reason.id,
            solved=True,
        )
        first.sudo().contacted_on -= timedelta(days=2)
        known = self.Contact.get_caller(self.customer.id, reason_id=self.reason.id)
        self.assertEqual(known["again"], first.id)
        self.assertEqual([c["id"] for c in known["contacts"]], [first.id])
        other = self.env.ref("crm_referral_service.reason_damaged")
        known = self.Contact.get_caller(self.customer.id, reason_id=other.id)
        self.assertFalse(known["again"])
        values = {
            "partner_id": self.customer.id,
            "channel": "mail",
            "reason_id": self.reason.id,
            "previous_id": first.id,
            "solved": True,
        }
        with (
            self.assertRaisesRegex(ValidationError, "first time"),
            self.env.cr.savepoint(),
        ):
            self._log(**values)
        miss = self.env.ref("crm_referral_service.miss_not_understood")
        again = self._log(**values, miss_id=miss.id)
        self.assertEqual(again.first_id, first)
        self.assertEqual(first.first_time, "no")

    def test_something_else(self):
        self._log(
            partner_id=self.customer.id, channel="phone", reason_id=self.reason.id
        )
        contact = self._log(
            partner_id=self.customer.id,
            channel="phone",
            reason_id=self.reason.id,
            is_new_matter=True,
        )
        self.assertTrue(contact.is_new_matter)
        self.assertFalse(contact.proposed_previous_id)

    def test_what_is_still_open(self):
        complaint = self._create_complaint()
        handover = (
            self.env["crm.service.handover"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                }
            )
        )
        known = self.Contact.get_caller(words="+32 2 290 34 90")
        self.assertEqual([c["id"] for c in known["complaints"]], [complaint.id])
        known = self.Contact.get_caller(self.customer.id)
        self.assertEqual([c["id"] for c in known["complaints"]], [complaint.id])
        self.assertEqual([h["id"] for h in known["handovers"]], [handover.id])
        secret = self._create_complaint(self.manager, is_confidential=True)
        known = self.Contact.get_caller(self.customer.id)
        self.assertNotIn(secret.id, [c["id"] for c in known["complaints"]])
        nobody = self.Contact.get_caller(words="Ann")
        self.assertFalse(nobody["contacts"] or nobody["complaints"])

    def test_customer_s_form_counts_them(self):
        nurse = self.env["res.partner"].create(
            {"name": "Nurse", "parent_id": self.customer.id}
        )
        for partner in (nurse, self.customer):
            self._log(partner_id=partner.id, channel="phone", note="Calls")
        seen = (nurse | self.customer).with_user(self.agent)
        self.assertEqual(seen.mapped("service_contact_count"), [1, 2])
        action = seen[1].action_view_service_contacts()
        self.assertEqual(self.Contact.search_count(action["domain"]), 2)
        with self.assertRaises(AccessError):
            self.customer.with_user(self.salesperson).action_view_service_contacts()
        with self.assertRaises(AccessError):
            self.customer.with_user(self.salesperson).read(["service_contact_count"])

    # === BUDGET === #

    @warmup
    def test_log_in_few_queries(self):
        """Fifteen, whether it is new or again; the second of a chain is the dearest."""
        values = {
            "partner_id": self.customer.id,
            "channel": "phone",
            "reason_id": self.reason.id,
            "note": "Where is it?",
            "solved": True,
        }
        first = self.Contact.log_contact(values)["id"]
        miss = self.env.ref("crm_referral_service.miss_not_understood")
        again = {**values, "previous_id": first, "miss_id": miss.id}
        for vals in (values, again, again):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(vals), self.assertQueryCount(15):
                self.Contact.log_contact(vals)
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestReasonMatrix(ServiceCommon):
    """Reasons by what they are to both sides, with how many contacts."""

    def test_counts_of_the_period(self):
        Contact = self.env["crm.service.contact"].with_user(self.agent)
        now = self.env.cr.now()
        for days_ago, direction in ((1, "in"), (89, "in"), (91, "in"), (1, "out")):
            Contact.create(
                {
                    "contacted_on": now - timedelta(days=days_ago),
                    "direction": direction,
                    "reason_id": self.reason.id,
                }
            )
        Reason = self.env["crm.service.reason"].with_user(self.agent)
        for days, count in ((30, 1), (90, 2), (365, 3), (-7, 2)):
            with self.subTest(days=days):
                matrix = Reason.get_matrix(days)
                mine = next(r for r in matrix["reasons"] if r["id"] == self.reason.id)
                self.assertEqual(mine["count"], count)
                self.assertEqual(
                    Contact.search_count(
                        [*matrix["domain"], ("reason_id", "=", self.reason.id)]
                    ),
                    count,
                )
        self.assertEqual(
            (mine["customer"], mine["company"]), ("irritating", "irritating")
        )
        self.assertEqual(mine["strategy"], "Eliminate")

    def test_archived_reason_is_there_while_it_has_contacts(self):
        self.env["crm.service.contact"].with_user(self.agent).create(
            {"reason_id": self.reason.id}
        )
        self.reason.active = False
        matrix = self.env["crm.service.reason"].with_user(self.agent).get_matrix()
        self.assertIn(self.reason.id, [r["id"] for r in matrix["reasons"]])
