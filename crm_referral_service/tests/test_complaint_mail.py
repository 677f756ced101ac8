from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import ServiceCommon

MAIL = """Return-Path: <lin@clinic.example>
To: complaints@%(domain)s
From: "A. Lin" <lin@clinic.example>
Subject: It gurgles
Message-ID: <%(id)s@clinic.example>
%(headers)sContent-Type: text/plain; charset=utf-8

The pump gurgles, and nobody calls back.
"""


@tagged("post_install", "-at_install")
class TestComplaintMail(ServiceCommon, MailCommon):
    """A mail to the alias is a complaint, and is acknowledged at once."""

    def _receive(self, number=1, headers=""):
        with self.mock_mail_gateway(mail_unlink_sent=False):
            self.env["mail.thread"].with_context(
                tracking_disable=False
            ).message_process(
                "crm.complaint",
                MAIL % {"id": number, "domain": self.alias_domain, "headers": headers},
            )
        return self.env["crm.complaint"].search([], limit=1)

    def test_mail_is_a_complaint(self):
        complaint = self._receive()
        self.assertEqual(complaint.story, "The pump gurgles, and nobody calls back.")
        self.assertEqual(complaint.email_normalized, "lin@clinic.example")
        self.assertFalse(complaint.user_id)

    def test_acknowledged_at_once_with_the_deadline(self):
        complaint = self._receive()
        self.assertTrue(complaint.acknowledged_on)
        self.assertEqual(complaint.partner_id.email, "lin@clinic.example")
        [mail] = [
            mail
            for mail in self._mails
            if "lin@clinic.example" in str(mail["email_to"])
        ]
        self.assertIn(complaint.access_token, mail["body"])
        self.assertNotIn(
            complaint.access_token, "".join(complaint.message_ids.mapped("body"))
        )

    def test_reply_is_somebodys_work(self):
        complaint = self._receive()
        complaint.user_id = self.agent
        message = complaint.message_ids.filtered("message_id")[:1]
        again = self._receive(2, f"In-Reply-To: {message.message_id}\n")
        self.assertEqual(again, complaint)
        self.assertIn(
            self.env.ref("crm_referral_service.mail_activity_type_page"),
            complaint.activity_ids.activity_type_id,
        )

    def test_reply_of_a_colleague_is_nobodys_work(self):
        complaint = self._receive()
        complaint.user_id = self.agent
        complaint.message_update({"author_id": self.colleague.partner_id.id})
        self.assertFalse(self._get_page_reminders(complaint))

    def test_mail_that_fails_comes_back(self):
        complaint = self._receive()
        complaint.user_id = self.agent
        complaint.acknowledged_message_id._tell_failed(
            complaint.partner_id, "No such mailbox"
        )
        self.assertFalse(complaint.acknowledged_on)
        [reminder] = self._get_page_reminders(complaint)
        self.assertEqual(reminder.user_id, self.agent)
        self.assertIn("did not reach", reminder.summary)

    def _get_page_reminders(self, complaint):
        return complaint.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id
                == self.env.ref("crm_referral_service.mail_activity_type_page")
            )
        )

    def test_without_a_template_somebody_acknowledges(self):
        self.env["ir.model.data"].search(
            [("name", "=", "mail_template_acknowledged")]
        ).unlink()
        complaint = self._receive()
        self.assertFalse(complaint.acknowledged_on)
        self.assertEqual(complaint.step_code, "greet")
