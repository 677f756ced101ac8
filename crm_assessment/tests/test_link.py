from datetime import date

from odoo.exceptions import UserError

from ..tools.personal_link import LINK_MARKER, PATH
from .common import AssessmentCase


class TestLink(AssessmentCase):
    """The personal link is for the customer's person, and for nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.round = cls._start_round()
        cls.form = cls._get_form(cls.round, "customer")

    @classmethod
    def _get_mails(cls):
        """:return: the mails to the person, the oldest first."""
        domain = [("recipient_ids", "in", cls.person.ids)]
        return cls.env["mail.mail"].search(domain, order="id")

    def _personalize(self, mail, partner):
        return mail._personalize_outgoing_body(mail.body_html, partner=partner)

    def test_the_kept_mail_holds_a_marker_only(self):
        [mail] = self._get_mails()
        self.assertEqual(mail, self.round.link_message_id.mail_ids)
        self.assertIn(LINK_MARKER, mail.body_html)
        for kept in (mail.body_html, mail.body, mail.mail_message_id.body):
            self.assertNotIn(PATH, kept)
            self.assertNotIn(self.form.access_token, kept)

    def test_the_marker_becomes_the_link_for_the_person_asked(self):
        [mail] = self._get_mails()
        body = self._personalize(mail, self.person)
        self.assertIn(f'href="{self.form._get_link()}"', body)
        self.assertNotIn(LINK_MARKER, body)
        self.assertTrue(self.form._get_link().endswith(self.form.access_token))

    def test_the_marker_stays_for_everybody_else(self):
        [mail] = self._get_mails()
        for partner in (self.other_person, self.customer, self.leader.partner_id):
            with self.assertRaisesRegex(UserError, "not meant for this address"):
                self._personalize(mail, partner)
        self.assertIn(LINK_MARKER, self._personalize(mail, False))
        copy = mail.copy({"mail_message_id": mail.mail_message_id.copy().id})
        self.assertEqual(self._personalize(copy, self.other_person), copy.body_html)
        self.assertIn(LINK_MARKER, copy.body_html)

    def test_no_link_for_the_address_of_a_colleague(self):
        [mail] = self._get_mails()
        self.person.email = self.colleague.email
        with self.assertRaisesRegex(UserError, "not meant for this address"):
            self._personalize(mail, self.person)

    def test_revoke_and_renew(self):
        [first] = self._get_mails()
        token = self.form.access_token
        leader_round = self.round.with_user(self.leader)
        with self.assertRaisesRegex(UserError, "was not revoked"):
            leader_round.action_renew_link()
        leader_round.action_revoke_link()
        self.assertEqual(self.round.link_status, "revoked")
        self.assertEqual(self.form._get_page_status(), "revoked")
        self.assertEqual(first.state, "cancel")
        with self.assertRaisesRegex(UserError, "not meant for this address"):
            self._personalize(first, self.person)
        for method in ("action_copy_link", "action_resend_link", "action_open_link"):
            with self.assertRaisesRegex(UserError, "link was revoked"):
                getattr(leader_round, method)()
        leader_round.action_renew_link()
        self.assertEqual(self.round.link_status, "open")
        self.assertNotEqual(self.form.access_token, token)
        Form = self.env["crm.assessment"]
        self.assertFalse(Form._find_by_token(token))
        self.assertEqual(Form._find_by_token(self.form.access_token), self.form)
        _first, second = self._get_mails()
        self.assertIn(self.form.access_token, self._personalize(second, self.person))

    def test_who_is_judged_does_not_revoke(self):
        for method in ("action_revoke_link", "action_renew_link"):
            with self.assertRaisesRegex(UserError, "is about you, so Leader decides"):
                getattr(self.round.with_user(self.agent), method)()
        self.assertEqual(self.round.link_status, "open")

    def test_copying_is_remembered(self):
        action = self.round.with_user(self.agent).action_copy_link()
        self.assertEqual(action["params"]["link"], self.form._get_link())
        self.assertIn("Anita Oliver", action["params"]["contact"])
        self.assertEqual(self.form.link_copied_by_ids, self.agent)
        self.assertFalse(self.form.opened_by_ids)
        action = self.round.with_user(self.leader).action_open_link()
        self.assertEqual(action["url"], self.form._get_link())
        self.assertEqual(self.form.opened_by_ids, self.leader)

    def test_sending_again_takes_the_first_mail_back(self):
        self.round.with_user(self.agent).action_resend_link()
        first, second = self._get_mails()
        self.assertEqual((first.state, second.state), ("cancel", "outgoing"))
        self.assertEqual(self.round.link_message_id, second.mail_message_id)

    def test_no_link_once_it_is_answered(self):
        [mail] = self._get_mails()
        self._sign(self.round, "customer", self.green, self.red, self.green)
        self.assertFalse(self.round.link_status)
        with self.assertRaisesRegex(UserError, "not meant for this address"):
            self._personalize(mail, self.person)
        with self.assertRaisesRegex(UserError, "not being asked any more"):
            self.round.with_user(self.agent).action_copy_link()
        self.assertEqual(self.form._get_page_status(), "answered")

    def test_passed_on_by_hand(self):
        round_ = self._start_round(
            self.manager, "hand", partner_id=self.other_customer.id
        )
        domain = [("recipient_ids", "in", self.other_person.ids)]
        self.assertFalse(self.env["mail.mail"].search(domain))
        self.assertEqual(round_.delivery, "hand")
        with self._at("2026-03-12 12:00:00"):
            self._run_cron("remind")
            self.assertFalse(self.env["mail.mail"].search(domain))
            activity = self._get_activities(round_, "mail_failed")
            self.assertEqual(activity.user_id, self.manager)
            self.assertEqual(activity.summary, "Remind Bakery, Bert Oliver")

    def test_a_mail_that_did_not_arrive(self):
        [mail] = self._get_mails()
        mail.state = "exception"
        mail._postprocess_sent_message([], [], failure_type="mail_smtp")
        self.assertEqual(self.round.mail_state, "failed")
        self.assertEqual(
            self.round.mail_failure, "The mail server could not be reached."
        )
        activity = self._get_activities(self.round, "mail_failed")
        self.assertEqual(activity.user_id, self.agent)
        self._sign(self.round, "customer", self.green, self.red, self.green)
        self.assertFalse(self.round.mail_state, "who answers was reached")


class TestWaiting(AssessmentCase):
    """One reminder some days before the deadline, and an end after it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.round = cls._start_round()

    def _count_mails(self):
        domain = [("recipient_ids", "in", self.person.ids)]
        return self.env["mail.mail"].search_count(domain)

    def _get_reminded(self):
        """:return: colleagues who were told that their answers are missing."""
        messages = self.env["mail.message"].search(
            [("subject", "=", "Your answers are still missing")]
        )
        return messages.notified_partner_ids.user_ids

    def test_one_reminder(self):
        self.assertEqual(self.round.deadline, date(2026, 3, 16))
        with self._at("2026-03-11 09:00:00"):
            self._run_cron("remind")
            self.assertFalse(self.round.reminded_on, "five days are too early")
            self.assertEqual(self._count_mails(), 1)
        with self._at("2026-03-12 09:00:00"):
            self._run_cron("remind")
            self.assertEqual(self.round.reminded_on, date(2026, 3, 12))
            self.assertEqual(self._count_mails(), 2)
            self.assertEqual(self._get_reminded(), self.agent | self.leader)
        with self._at("2026-03-13 09:00:00"):
            self._run_cron("remind")
            self.assertEqual(self.round.reminded_on, date(2026, 3, 12))
            self.assertEqual(self._count_mails(), 2)

    def test_who_has_answered_is_not_reminded(self):
        self._sign(self.round, "customer", self.green, self.red, self.green)
        self._sign(self.round, "employee", self.green, self.red, self.green)
        with self._at("2026-03-12 09:00:00"):
            self._run_cron("remind")
            self.assertEqual(self._count_mails(), 1)
            self.assertEqual(self._get_reminded(), self.leader)

    def test_a_later_deadline_reminds_again(self):
        with self._at("2026-03-12 09:00:00"):
            self._run_cron("remind")
            self.round.with_user(self.leader).deadline = date(2026, 3, 30)
            self.assertFalse(self.round.reminded_on)
        with self._at("2026-03-26 09:00:00"):
            self._run_cron("remind")
            self.assertEqual(self.round.reminded_on, date(2026, 3, 26))
            self.assertEqual(self._count_mails(), 3)

    def test_the_end(self):
        self._sign(self.round, "customer", self.green, self.amber, self.red)
        # Where the day begins first it is over by now, where the customer is it is not.
        with self._at("2026-03-16 11:00:00"):
            self._run_cron("expire")
            self.assertEqual(self.round.state, "open", "the last day is not over")
        with self._at("2026-03-17 13:00:00"):
            self._run_cron("expire")
            self.assertEqual(self.round.state, "done")
            self.assertEqual(self.round.closed_on, date(2026, 3, 17))
            self.assertEqual(self.round.response, "partly")
            self.assertEqual(self.round.score, 43.75)
            forms = self.round._search_assessments()
            self.assertEqual(
                {form.viewpoint: form.state for form in forms},
                {"customer": "done", "employee": "expired", "manager": "expired"},
            )
            self.assertFalse(self._get_activities(forms, "answer"))

    def test_a_draft_does_not_end(self):
        draft = self._create_round(partner_id=self.other_customer.id)
        with self._at("2026-05-01 09:00:00"):
            self._run_cron("remind")
            self._run_cron("expire")
            self.assertEqual(draft.state, "draft")
            self.assertFalse(draft.reminded_on)
