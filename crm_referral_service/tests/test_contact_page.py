from datetime import timedelta

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import ServiceCommon

REPLY = "crm_referral_service.mail_activity_type_reply"


@tagged("post_install", "-at_install")
class TestContactPage(ServiceCommon, MailCommon, HttpCase):
    """Is it solved? The customer is asked once, and a look is no answer."""

    def setUp(self):
        super().setUp()
        self.env["crm.personal.link.visit"].search([]).unlink()
        self.customer.email = "clinic@clinic.example"
        self.contact = (
            self.env["crm.service.contact"]
            .with_user(self.agent)
            .create(
                {
                    "partner_id": self.customer.id,
                    "team_id": self.team.id,
                    "reason_id": self.reason.id,
                    "note": "Never show them this",
                }
            )
        )

    def _ask(self):
        """The agent looks at the mail, and sends it."""
        action = self.contact.action_ask_solved()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create({})
        )
        with self.mock_mail_gateway(mail_unlink_sent=False):
            composer._action_send_mail()
        return self.contact.sudo().access_token

    def _open(self, method="GET", **kwargs):
        self.env.flush_all()
        token = self.contact.sudo().access_token
        return self.url_open(f"/service/contact/{token}", method=method, **kwargs)

    def _post(self, token=None, **data):
        page = html.fromstring(self._open().text)
        known = page.xpath("//input[@name='csrf_token']/@value")[0]
        return self._open("POST", data={"csrf_token": token or known, **data})

    def _get_activities(self):
        self.env.invalidate_all()
        kind = self.env.ref(REPLY)
        return self.contact.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def test_asked_once_and_shown_before(self):
        action = self.contact.action_ask_solved()
        self.assertEqual(action["res_model"], "mail.compose.message")
        self.assertFalse(self.contact.customer_asked_on, "It has not gone yet.")
        self.assertFalse(self.contact.sudo().access_token)
        token = self._ask()
        self.assertTrue(self.contact.customer_asked_on)
        [mail] = [m for m in self._mails if "clinic@" in str(m["email_to"])]
        self.assertIn(f"/service/contact/{token}", mail["body"])
        kept = "".join(self.contact.sudo().message_ids.mapped("body"))
        self.assertNotIn(token, kept)
        with self.assertRaisesRegex(UserError, "is asked once"):
            self.contact.action_ask_solved()

    def test_who_wants_no_mails_is_not_asked(self):
        self.env["mail.blacklist"].create({"email": self.customer.email})
        with self.assertRaisesRegex(UserError, "wants no such mails"):
            self.contact.action_ask_solved()

    def test_nobody_to_ask(self):
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "no customer with an e-mail"):
            self.contact.action_ask_solved()

    def test_looking_is_no_answer(self):
        self._ask()
        for method in ("GET", "HEAD"):
            response = self._open(method, params={"solved": "yes"})
            self.assertEqual(response.status_code, 200)
        self.assertNotIn("Never show them this", self._open().text)
        self.env.invalidate_all()
        self.assertFalse(self.contact.customer_solved)

    def test_yes_is_nobodys_work(self):
        self._ask()
        response = self._post(solved="yes")
        self.assertIn("Thank you for telling us.", response.text)
        self.assertFalse(self._get_activities())
        self.assertEqual(self.contact.customer_solved, "yes")
        self.assertTrue(self.contact.customer_answered_on)

    def test_no_is_work_of_who_took_it(self):
        self._ask()
        response = self._post(solved="no", words="It gurgles again")
        self.assertIn("Somebody looks at it again.", response.text)
        self.assertEqual(self._get_activities().user_id, self.agent)
        self.assertEqual(self.contact.customer_solved, "no")
        kept = "".join(self.contact.sudo().message_ids.mapped("body"))
        self.assertIn("It gurgles again", kept)

    def test_nonsense_is_refused(self):
        self._ask()
        for data, status in (
            ({}, 422),
            ({"solved": "maybe"}, 422),
            ({"solved": "yes", "words": "x" * 2001}, 422),
            ({"solved": "yes", "token": "wrong"}, 400),
        ):
            self.assertEqual(self._post(**data).status_code, status, data)
        self.env.invalidate_all()
        self.assertFalse(self.contact.customer_solved)

    def test_link_ends(self):
        self._ask()
        self.contact.sudo().customer_asked_on -= timedelta(days=31)
        self.assertEqual(self._open().status_code, 410)
        self.assertEqual(self.url_open("/service/contact/x").status_code, 404)

    def test_nobody_writes_when_it_was_answered(self):
        for fname in ("customer_asked_on", "customer_answered_on"):
            with self.assertRaises(AccessError):
                self.contact.write({fname: self.env.cr.now()})
