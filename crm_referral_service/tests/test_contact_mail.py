from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import SERVICE_MANAGER, ServiceCommon

REPLY = "crm_referral_service.mail_activity_type_reply"
MAIL = """Return-Path: <lin@clinic.example>
To: %(to)s@%(domain)s
From: "A. Lin" <%(sender)s>
Subject: It gurgles
Message-ID: <%(id)s@clinic.example>
%(headers)sContent-Type: text/plain; charset=utf-8

The pump gurgles.
"""


@tagged("post_install", "-at_install")
class TestContactMail(ServiceCommon, MailCommon):
    """A mail to a listening post is a contact; an answer is somebody's work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.post = cls.env["crm.service.post"].create(
            {
                "name": "Mail address",
                "kind": "alias",
                "owner_id": cls.technician.id,
                "team_id": cls.team.id,
                "alias_name": "tell-us",
            }
        )

    def _receive(self, number=1, headers="", sender="lin@clinic.example", to="tell-us"):
        values = {"domain": self.alias_domain, "headers": headers, "sender": sender}
        with self.mock_mail_gateway(mail_unlink_sent=False):
            self.env["mail.thread"].with_context(
                tracking_disable=False
            ).message_process(None, MAIL % {**values, "id": number, "to": to})
        return self._get_contacts()[:1]

    def _get_contacts(self):
        return self.env["crm.service.contact"].search(
            [("post_id", "=", self.post.id)], order="id desc"
        )

    def _get_activities(self, contact):
        kind = self.env.ref(REPLY)
        return contact.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def test_mail_is_a_contact(self):
        contact = self._receive()
        self.assertEqual(contact.note, "It gurgles\nThe pump gurgles.")
        self.assertEqual(contact.caller_name, "A. Lin")
        self.assertEqual(contact.email_normalized, "lin@clinic.example")
        self.assertEqual(contact.channel, "mail")
        self.assertEqual(contact.team_id, self.team)
        self.assertEqual(contact.company_id, self.post.company_id)
        self.assertFalse(contact.user_id, "Nobody has taken it yet.")
        self.assertIn("The pump gurgles.", contact.message_ids[-1:].body)

    def test_known_customer(self):
        self.customer.email = "lin@clinic.example"
        self.assertEqual(self._receive().partner_id, self.customer)

    def test_customer_of_another_company_is_not_known(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.customer.write({"email": "lin@clinic.example", "company_id": company.id})
        contact = self._receive()
        self.assertFalse(contact.partner_id)
        self.assertEqual(contact.email_normalized, "lin@clinic.example")

    def test_reply_is_work_of_who_took_it(self):
        contact = self._receive()
        contact.user_id = self.agent
        headers = f"In-Reply-To: {contact.message_ids[-1:].message_id}\n"
        for number in (2, 3):
            self._receive(number, headers)
        self.assertEqual(len(self._get_contacts()), 1)
        activity = self._get_activities(contact)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.agent)

    def test_reply_to_nobodys_contact_is_work_of_the_leader(self):
        contact = self._receive()
        self._receive(2, f"In-Reply-To: {contact.message_ids[-1:].message_id}\n")
        self.assertEqual(self._get_activities(contact).user_id, self.manager)

    def test_reply_to_nobodys_contact_without_a_team(self):
        """Who listened has left: it is a manager's, of this company."""
        self.env.ref(SERVICE_MANAGER).user_ids = False
        other = self.env["res.company"].create({"name": "Elsewhere"})
        companies = {"company_id": other.id, "company_ids": [Command.set(other.ids)]}
        self._create_user("elsewhere", SERVICE_MANAGER, **companies)
        here = self._create_user("here", SERVICE_MANAGER)
        contact = self._receive()
        contact.team_id = False
        self.technician.active = False
        self._receive(2, f"In-Reply-To: {contact.message_ids[-1:].message_id}\n")
        self.assertEqual(self._get_activities(contact).user_id, here)

    def test_absence_notes_are_no_contacts(self):
        for number, headers in enumerate(
            (
                "Auto-Submitted: auto-replied\n",
                "Auto-Submitted: auto-generated (vacation)\n",
                "Precedence: bulk\n",
                "X-Autoreply: yes\n",
            )
        ):
            with self.subTest(headers):
                self.assertFalse(self._receive(number, headers))
        self.assertTrue(self._receive(9, "Auto-Submitted: no\n"))

    def test_absence_note_as_a_reply_is_kept_and_nobodys_work(self):
        contact = self._receive()
        headers = f"In-Reply-To: {contact.message_ids[-1:].message_id}\n"
        before = len(contact.message_ids)
        self._receive(2, headers + "Auto-Submitted: auto-replied\n")
        self.assertEqual(len(contact.message_ids), before + 1)
        self.assertFalse(self._get_activities(contact))

    def test_bounce_is_no_contact(self):
        self.assertFalse(self._receive(sender="MAILER-DAEMON@clinic.example"))

    def test_loop_ends(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 3)
        for number in range(6):
            self._receive(number)
        self.assertEqual(len(self._get_contacts()), 3)

    def test_complaints_have_their_own_address(self):
        self._receive(to="complaints")
        self.assertFalse(self._get_contacts())
        complaint = self.env["crm.complaint"].search([], limit=1)
        self.assertEqual(complaint.email_normalized, "lin@clinic.example")

    def test_address_of_a_post_is_changed_by_managers(self):
        post = self.post.with_user(self.manager)
        post.alias_name = "hear-us"
        self.assertTrue(self._receive(to="hear-us"))
        fresh = self.env["crm.service.post"].create({"name": "New"})
        fresh.with_user(self.manager).alias_name = "newer"
        self._receive(2, to="newer")
        self.assertEqual(
            self.env["crm.service.contact"].search_count([("post_id", "=", fresh.id)]),
            1,
        )

    def test_hundred_mails_cost_no_more_than_leads(self):
        """The same hundred mails, to a sales team's address and to a post's."""
        lead_team = self.env["crm.team"].create(
            {"name": "Sales", "alias_name": "sales", "use_leads": True}
        )
        self.assertTrue(lead_team.alias_id)
        costs = {}
        for to in ("sales", "tell-us"):
            self._receive(f"warm-{to}", sender=f"warm@{to}.example", to=to)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            for number in range(100):
                self._receive(f"{to}-{number}", sender=f"p{number}@{to}.example", to=to)
            self.env.flush_all()
            costs[to] = self.env.cr.sql_log_count - before
        self.assertLessEqual(costs["tell-us"], costs["sales"], costs)
