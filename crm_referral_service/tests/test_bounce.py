from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCommon

from .test_council import CouncilCommon

# As a mail server sends it.
BOUNCE = """Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: %(bounce)s
Subject: Undelivered Mail Returned to Sender
Message-Id: <%(number)s@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

<%(email)s>: 550 No such person at this address.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; %(email)s
Action: failed
Status: 5.0.0

--b
Content-Type: message/rfc822

Message-Id: %(message_id)s
Subject: Hello
From: us@example.com
To: %(email)s

Hello

--b--
"""


@tagged("post_install", "-at_install")
class TestBounce(CouncilCommon, MailCommon):
    """A mail that comes back is somebody's work, whoever it was for."""

    def _bounce(self, message, email):
        """The mail server of an address sends our mail back."""
        self.env["mail.thread"].message_process(
            None,
            BOUNCE
            % {
                "bounce": f"{self.alias_bounce}@{self.alias_domain}",
                "email": email,
                "message_id": message.message_id,
                "number": message.id,
            },
        )
        self.env.invalidate_all()

    def _get_work(self, record):
        """:return: who has which work that says that a mail did not arrive"""
        return [
            (activity.user_id, activity.summary)
            for activity in record.activity_ids
            if "did not" in (activity.summary or "")
        ]

    def _write(self, record, email, **values):
        with self.mock_mail_gateway(mail_unlink_sent=False):
            message = record.with_user(self.agent).message_post(
                body="We look at it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                **values,
            )
        sent_to = "".join(str(mail["email_to"]) for mail in self._mails)
        self.assertIn(email, sent_to)
        return message

    def test_answer_to_somebody_whom_we_do_not_know(self):
        contact = self._log(3, 1, partner_id=False, email="Eve@example.com")
        complaint = self._create_complaint(partner_id=False, email="Eve@example.com")
        for record in (contact, complaint):
            message = self._write(
                record, "eve@example.com", outgoing_email_to="eve@example.com"
            )
            self.assertFalse(self._get_work(record))
            self._bounce(message, "eve@example.com")
            self.assertEqual(
                self._get_work(record),
                [(self.agent, "The mail did not reach the customer: call them")],
            )
            self.assertFalse(record.partner_id, "A bounce makes nobody a customer.")

    def test_answer_to_a_customer(self):
        self.customer.email = "clinic@example.com"
        contact = self._log(3, 1, partner_id=self.customer.id)
        for record in (contact, self._create_complaint()):
            message = self._write(
                record, "clinic@example.com", partner_ids=self.customer.ids
            )
            self._bounce(message, "clinic@example.com")
            self.assertEqual(len(self._get_work(record)), 1)

    def test_mail_to_somebody_else(self):
        contact = self._log(3, 1, partner_id=False, email="eve@example.com")
        message = self._write(
            contact, "bob@example.com", outgoing_email_to="bob@example.com"
        )
        self._bounce(message, "bob@example.com")
        self.assertFalse(self._get_work(contact))

    def test_mail_server_that_refuses(self):
        contact = self._log(3, 1, partner_id=False, email="eve@example.com")
        message = self._write(
            contact, "eve@example.com", outgoing_email_to="eve@example.com"
        )
        [mail] = message.sudo().mail_ids
        mail._postprocess_sent_message([], [], failure_type="mail_smtp")
        self.assertEqual(len(self._get_work(contact)), 1)
        self.assertIn("could not be reached", contact.activity_ids.note)

    def test_question_that_comes_back_was_not_asked(self):
        self.customer.email = "clinic@example.com"
        contact = self._log(3, 1, partner_id=self.customer.id)
        shown = contact.with_user(self.agent).action_ask_solved()
        with self.mock_mail_gateway(mail_unlink_sent=False):
            self.env["mail.compose.message"].with_user(self.agent).with_context(
                **shown["context"]
            ).create({})._action_send_mail()
        self.assertTrue(contact.customer_asked_on)
        self._bounce(contact.message_ids[:1], "clinic@example.com")
        self.assertFalse(contact.customer_asked_on)
        self.assertEqual(len(self._get_work(contact)), 1)
        self.assertTrue(contact.with_user(self.agent).action_ask_solved())

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_news_to_somebody_whom_we_do_not_know(self):
        self._log(3, 1, partner_id=False, email="eve@example.com", wants_news=True)
        self._log(3, 1, partner_id=False, email="bob@example.com", wants_news=True)
        action = self._decide()
        action.action_done()
        shown = action.with_user(self.manager).action_tell_callers()
        with self.mock_mail_gateway():
            self.env["mail.compose.message"].with_user(self.manager).with_context(
                **shown["context"]
            ).create({})._action_send_mail()
        news = {each.email: each for each in action.news_ids}
        self.assertEqual(set(action.news_ids.mapped("state")), {"sent"})
        for email, each in news.items():
            self._bounce(each.message_ids[:1], email)
            self.assertEqual((each.state, each.told_on), ("failed", False))
            self.assertEqual(each.failure, "The mail came back.")
        self.assertEqual(
            self._get_work(action),
            [(self.manager, "A mail to a customer did not arrive: look who was told")],
            "One for all of them.",
        )
