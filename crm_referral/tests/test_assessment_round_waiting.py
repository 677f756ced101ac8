from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .round_common import RoundCase


class TestRoundWaiting(RoundCase):
    """Between asking and the last answer: the link, reminders, and the deadline."""

    def test_the_link_is_in_no_chatter(self):
        round_ = self._start()
        token = self._by_viewpoint(round_)["customer"].sudo().access_token
        records = [*round_._search_assessments(), round_]
        for record in records:
            bodies = "".join(record.sudo().message_ids.mapped("body"))
            self.assertNotIn(token, bodies)
        found = (
            self.env["mail.message"]
            .with_user(self.rep)
            .search([("body", "ilike", token)])
        )
        self.assertFalse(found.filtered("model"))

    def test_reminder_once(self):
        round_ = self._start()
        forms = self._by_viewpoint(round_)
        employee = forms["employee"].with_user(self.rep)
        self._fill(employee, 3, self.rep)
        employee.action_done()
        Mail = self.env["mail.mail"]
        domain = [("recipient_ids", "in", self.person.ids)]
        before = Mail.search_count(domain)
        self._run("remind")
        self.assertFalse(round_.reminded_on)
        round_.deadline = fields.Date.today() + timedelta(days=2)
        self._run("remind")
        self.assertTrue(round_.reminded_on)
        self.assertEqual(Mail.search_count(domain), before + 1)
        notified = self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("model", "=", forms["manager"]._name),
            ]
        )
        self.assertEqual(set(notified.mapped("res_id")), set(forms["manager"].ids))
        self.assertEqual(notified.partner_ids, self.leader.partner_id)
        self._run("remind")
        self.assertEqual(Mail.search_count(domain), before + 1)

    def test_one_reminder_for_all_that_is_missing(self):
        rounds = self._start()
        other = self.env["res.partner"].create(
            {"name": "Second Clinic", "user_id": self.rep.id}
        )
        rounds += self._start_round(other)
        rounds.deadline = fields.Date.today() + timedelta(days=2)
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self._run("remind")
        reminders = self.env["mail.message"].search(
            [
                ("id", ">", before),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", self.leader.partner_id.ids),
            ]
        )
        self.assertEqual(len(reminders), 1)
        self.assertIn("Clinic Riverside", reminders.body)
        self.assertIn("Second Clinic", reminders.body)

    def test_expiry(self):
        round_ = self._start()
        forms = self._by_viewpoint(round_)
        employee = forms["employee"].with_user(self.rep)
        self._fill(employee, 4, self.rep)
        employee.action_done()
        round_.deadline = fields.Date.today() - timedelta(days=1)
        self._run("expire")
        self.assertEqual(round_.state, "done")
        self.assertEqual(forms["customer"].state, "expired")
        self.assertFalse(forms["manager"].activity_ids)
        self.assertIs(round_.score, False, "no score without the customer")
        self.assertEqual(round_.colleague_score, 100)
        self.assertFalse(round_.stage_id, "no stage without the customer")
        self.assertFalse(self.customer_company.loyalty_stage_id)

    def test_expiry_without_any_answer(self):
        round_ = self._start()
        round_.deadline = fields.Date.today() - timedelta(days=1)
        self._run("expire")
        self.assertEqual(round_.state, "done")
        self.assertIs(round_.score, False)
        self.assertEqual(round_.undecided_count, 0)
        self.assertEqual(round_.with_user(self.rep).result["letters"], [])

    def test_cancel_and_revoke(self):
        round_ = self._start()
        round_.with_user(self.leader).action_revoke_link()
        forms = self._by_viewpoint(round_)
        self.assertEqual(round_.link_status, "revoked")
        self.assertEqual(forms["customer"]._get_page_status(), "revoked")
        self.assertEqual(round_.state, "open")
        for method in ("action_resend_link", "action_open_link", "action_revoke_link"):
            with self.assertRaises(UserError):
                getattr(round_.with_user(self.rep), method)()
        round_.with_user(self.rep).action_cancel()
        self.assertEqual(round_.state, "cancelled")
        self.assertEqual(
            set(round_._search_assessments().mapped("state")), {"cancelled"}
        )
        self.assertFalse(forms["employee"].activity_ids)

    def test_revoked_link_is_not_sent(self):
        round_ = self._start()
        customer = self._by_viewpoint(round_)["customer"].sudo()
        self.assertEqual(len(self._get_link_mails(self.person)), 1)
        with self.assertRaises(UserError):
            round_.with_user(self.rep).action_renew_link()
        round_.with_user(self.leader).action_revoke_link()
        round_.deadline = fields.Date.today() + timedelta(days=2)
        self._run("remind")
        self.assertTrue(round_.reminded_on)
        self.assertEqual(len(self._get_link_mails(self.person)), 1)
        token = customer.access_token
        round_.with_user(self.leader).action_renew_link()
        self.assertNotEqual(customer.access_token, token)
        self.assertEqual(round_.link_status, "open")
        mails = self._get_link_mails(self.person)
        self.assertEqual(len(mails), 2)
        self.assertIn(customer.access_token, self._get_sent_body(mails[-1]))
        with self.assertRaises(AccessError):
            round_.with_user(self.colleague).action_revoke_link()
        round_.with_user(self.rep).action_cancel()
        self.assertFalse(round_.link_status)

    def test_without_email_address(self):
        self.person.email = False
        self.customer_company.email = False
        round_ = self._start()
        self.assertEqual(round_.mail_state, "failed")
        self.assertIn("no e-mail address", round_.mail_failure)
        action = round_.with_user(self.rep).action_open_link()
        token = self._by_viewpoint(round_)["customer"].sudo().access_token
        self.assertTrue(action["url"].endswith(token))
