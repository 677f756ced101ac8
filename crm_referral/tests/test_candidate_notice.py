from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.addons.mail.tests.common import MockEmail

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestMayNameReferrer(ReferralCommon):
    """We name who sent us only when they allow it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_candidate(
            cls._create_referral(), email="bob@example.com"
        )

    def test_not_allowed_until_said(self):
        self.assertFalse(self.candidate.may_name_referrer)
        self.candidate.may_name_referrer = True
        self.assertFalse(self.candidate.copy({"name": "Cleo"}).may_name_referrer)

    def test_sentence(self):
        self.company.name = "Acme"
        self.assertEqual(
            self.candidate._get_notice_sentence(),
            "A customer of Acme gave us your name on March 2, 2026.",
        )
        self.candidate.may_name_referrer = True
        self.assertEqual(
            self.candidate._get_notice_sentence(),
            "Ann Archer gave your name to Acme on March 2, 2026.",
        )
        self.candidate.named_by = "rep"
        self.assertNotIn("Ann", self.candidate._get_notice_sentence())


@tagged("post_install", "-at_install")
class TestNotice(ReferralCommon, MockEmail):
    """The person is told, and counts as told when the mail has left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_candidate(
            cls._create_referral(), email="Bob@Example.com"
        )

    def test_told_when_the_mail_has_left(self):
        self.candidate._schedule_inform_activity()
        partners = self.env["res.partner"].search_count([])
        with self.mock_mail_gateway():
            self.candidate.action_send_notice()
        [mail] = self._mails
        self.assertEqual(mail["email_to"], ["bob@example.com"])
        self.assertIn("A customer of", mail["body"])
        self.assertNotIn("Ann", mail["body"])
        self.assertIn("/referral/objection/", mail["body"])
        self.assertEqual(self.candidate.informed_on, date(2026, 3, 2))
        self.assertFalse(
            self._get_activities(self.candidate, "mail_activity_type_inform")
        )
        self.assertEqual(
            self.env["res.partner"].search_count([]), partners, "No contact is made."
        )
        self.assertNotIn("/referral/objection/", self._get_chatter(self.candidate))

    def test_not_told_when_the_mail_failed(self):
        with self.mock_mail_gateway():
            server = self.env.registry["ir.mail_server"]
            refused = MailDeliveryException("Refused")
            with (
                patch.object(server, "send_email", side_effect=refused),
                mute_logger("odoo.addons.mail.models.mail_mail"),
            ):
                self.candidate.action_send_notice()
        [mail] = self._new_mails
        self.assertEqual(mail.state, "exception")
        self.assertFalse(self.candidate.informed_on)

    def test_another_message_is_no_notice(self):
        with self.mock_mail_gateway():
            self.candidate.message_post(
                body="Hello",
                outgoing_email_to="bob@example.com",
                message_type="comment",
            )
        self.assertEqual(len(self._mails), 1)
        self.assertFalse(self.candidate.informed_on)

    def test_who_cannot_be_told(self):
        self.candidate.email = False
        with self.assertRaisesRegex(UserError, "Bob Builder has no e-mail address"):
            self.candidate.action_send_notice()
        self.candidate.email = "bob@example.com"
        self.candidate.action_object()
        with self.assertRaisesRegex(UserError, "not to get in touch"):
            self.candidate.action_send_notice()

    def test_colleagues_do_not_send_it(self):
        for user in (self.colleague, self.foreign_rep, self.employee, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.candidate.with_user(user).action_send_notice()


@tagged("post_install", "-at_install")
class TestMailToMany(ReferralCommon):
    """Who does not know yet that we have their data gets no mail to many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.new, cls.told = cls.env["crm.referral.candidate"].create(
            [
                {"referral_id": cls.referral.id, "name": name, "email": email}
                for name, email in (
                    ("Bob", "bob@example.com"),
                    ("Cleo", "cleo@example.com"),
                )
            ]
        )
        cls.told.informed_on = "2026-03-01"

    def _send(self, records, mode="mass_mail", **values):
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.manager)
            .with_context(
                default_model=records._name,
                default_res_ids=records.ids,
                default_composition_mode=mode,
            )
            .create({"body": "<p>Offer</p>", "subject": "Offer", **values})
        )
        before = self.env["mail.mail"].sudo().search([]).ids
        composer._action_send_mail()
        return self.env["mail.mail"].sudo().search([("id", "not in", before)])

    def _assert_only(self, mails, *addresses):
        left = mails.filtered(lambda mail: mail.state != "cancel")
        self.assertEqual(
            {
                *left.mapped("email_to"),
                *left.recipient_ids.mapped("email"),
            }
            - {False, ""},
            set(addresses),
        )

    def test_mailing_over_candidates(self):
        mails = self._send(self.new | self.told)
        self._assert_only(mails, "cleo@example.com")
        stopped = mails.filtered(lambda mail: mail.state == "cancel")
        self.assertIn("does not know yet", stopped.failure_reason)

    def test_mailing_over_leads(self):
        self._walk_to(self.referral, "follow_through")
        (self.new | self.told).action_introduce()
        leads = self.new._convert() | self.told._convert()
        self._assert_only(self._send(leads), "cleo@example.com")

    def test_mailing_over_contacts_with_the_address(self):
        contacts = self.env["res.partner"].create(
            [
                {"name": name, "email": f"{name}@example.com"}
                for name in ("bob", "cleo", "dora")
            ]
        )
        self._assert_only(self._send(contacts), "cleo@example.com", "dora@example.com")
        # Several at once from the window for one: who may get it does.
        mail = (
            self.env["mail.mail"]
            .with_context(referral_mail_to_many=True)
            .create(
                {
                    "body_html": "Offer",
                    "message_type": "comment",
                    "recipient_ids": [Command.set(contacts.ids)],
                }
            )
        )
        self._assert_only(mail, "cleo@example.com", "dora@example.com")

    def test_mail_of_a_template_or_an_automation(self):
        for vals in (
            {"email_to": "bob@example.com"},
            {"email_to": "bob@example.com", "message_type": "auto_comment"},
        ):
            mail = self.env["mail.mail"].create({"body_html": "Offer", **vals})
            self.assertEqual(mail.state, "cancel")

    def test_one_person_writes_to_one_other(self):
        mail = self.env["mail.mail"].create(
            {
                "body_html": "Hi",
                "email_to": "bob@example.com",
                "message_type": "comment",
            }
        )
        self.assertEqual(mail.state, "outgoing")

    def test_who_was_known_or_is_a_customer_gets_it(self):
        self.new.sudo().was_known = True
        self._assert_only(
            self._send(self.new | self.told), "bob@example.com", "cleo@example.com"
        )

    def test_other_companies_write_to_their_own(self):
        refused = self.env["crm.referral.candidate"]._find_not_for_bulk(
            ["bob@example.com"], self.other_company
        )
        self.assertEqual(refused, {})

    def test_objection_stops_it_also_after_the_erasure(self):
        self.told.action_object()
        self.told.with_user(self.manager).action_erase()
        contact = self.env["res.partner"].create(
            {"name": "C", "email": "cleo@example.com"}
        )
        mails = self._send(contact | self.customer)
        self._assert_only(mails, self.customer.email)

    def test_one_query_for_any_number(self):
        addresses = [f"{number}@example.com" for number in range(200)]
        Candidate = self.env["crm.referral.candidate"]
        Candidate._find_not_for_bulk(addresses[:1], self.company)
        with self.assertQueryCount(2):
            Candidate._find_not_for_bulk(addresses, self.company)


@tagged("post_install", "-at_install")
class TestNoticeOnLead(ReferralCommon):
    """Whoever opens the lead sees where the data is from, and whether it was said."""

    FNAMES = (
        "referral_data_source",
        "referral_data_obtained_on",
        "referral_inform_by",
        "referral_informed_on",
    )

    def test_lead_of_a_candidate(self):
        candidate = self._create_introduced_candidate(email="bob@example.com")
        lead = candidate._convert().with_user(self.rep)
        candidate.action_informed()
        self.assertEqual(
            lead.read(self.FNAMES)[0],
            {
                "id": lead.id,
                "referral_data_source": "Named by Ann Archer",
                "referral_data_obtained_on": date(2026, 3, 2),
                "referral_inform_by": date(2026, 4, 1),
                "referral_informed_on": date(2026, 3, 2),
            },
        )

    def test_other_leads_pay_nothing(self):
        lead = self.env["crm.lead"].create({"name": "Other", "user_id": self.rep.id})
        lead = lead.with_user(self.rep)
        fnames = ["name", "referral_candidate_id"]
        counts = []
        for names in (fnames, fnames, [*fnames, *self.FNAMES]):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lead.read(names)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
