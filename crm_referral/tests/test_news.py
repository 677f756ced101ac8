from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class NewsCase(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate()
        cls.referral = cls.candidate.referral_id

    def _get_states(self, candidate=None):
        news = (candidate or self.candidate).sudo().news_ids
        return {each.kind: each.state for each in news}

    def _get_reminder(self):
        return self._get_activities(self.candidate, "mail_activity_type_tell_referrer")

    def _compose(self, user=None, candidate=None):
        """The composer, as the rep opens it."""
        candidate = (candidate or self.candidate).with_user(user or self.rep)
        action = candidate.action_write_news()
        self.assertEqual(action["res_model"], "mail.compose.message")
        Composer = self.env["mail.compose.message"].with_user(user or self.rep)
        return Composer.with_context(**action["context"]).create({})

    def _get_mails(self):
        domain = [("recipient_ids", "in", self.customer.ids)]
        return self.env["mail.mail"].search(domain, order="id")


class TestNews(NewsCase):
    """The referrer hears three times what came of it, and never twice the same."""

    def test_what_there_is_to_tell(self):
        self.assertEqual(self._get_states(), {"introduced": "due"})
        self.assertEqual(
            self._get_reminder().summary, "Thank Ann Archer for introducing Bob Builder"
        )
        self.candidate.action_contact()
        self.assertEqual(self._get_states(), {"introduced": "due", "contacted": "due"})
        self.candidate.action_back()
        self.assertEqual(self._get_states(), {"introduced": "due"})
        self.candidate.action_back()
        self.assertEqual(self._get_states(), {})
        self.candidate.action_decline()
        self.assertEqual(self._get_states(), {})

    def test_three_times(self):
        self.candidate.action_referrer_told()
        with self._at("2026-03-04 09:00:00"):
            self.candidate.action_contact()
            self.assertEqual(self.candidate.news_due, "contacted")
            self.candidate.action_referrer_told()
        with self._at("2026-03-20 09:00:00"):
            self.candidate._convert().sudo().action_set_won()
            self.assertEqual(self.candidate.news_due, "outcome")
            self.candidate.action_referrer_told()
        self.assertRecordValues(
            self.candidate.sudo().news_ids.sorted("told_on"),
            [
                {"kind": kind, "state": "told", "outcome": outcome, "told_on": day}
                for kind, outcome, day in (
                    ("introduced", False, date(2026, 3, 2)),
                    ("contacted", False, date(2026, 3, 4)),
                    ("outcome", "won", date(2026, 3, 20)),
                )
            ],
        )
        self.assertEqual(self.candidate.referrer_told_on, date(2026, 3, 20))
        self.assertFalse(self.candidate.news_due)
        self.assertFalse(self._get_reminder())

    def test_an_end_without_a_lead_is_news_and_another_outcome_again(self):
        self.candidate.action_unfit()
        self.assertEqual(self.candidate.sudo()._get_news()["outcome"], "ended")
        self.candidate.action_referrer_told()
        self.candidate.action_back()
        lead = self.candidate._convert().sudo()
        self.assertNotIn("due", self._get_states().get("outcome", ""))
        lead.action_set_lost()
        self.assertEqual(self._get_states()["outcome"], "due")
        self.candidate.action_referrer_told()
        lead.action_unarchive()
        lead.action_set_won()
        self.assertEqual(self._get_states()["outcome"], "due")

    def test_an_objection_ends_it(self):
        self.candidate.action_object()
        self.assertEqual(self._get_states(), {})
        self.assertFalse(self._get_reminder())

    def test_the_company_switches_off(self):
        self.company.referral_news_contacted = False
        self.candidate.action_contact()
        self.assertEqual(self._get_states()["contacted"], "skipped")
        self.assertEqual(self.candidate.news_due, "introduced")

    def test_the_customer_switches_off(self):
        self.customer.referral_no_news_introduced = True
        self.assertEqual(self._get_states(), {"introduced": "skipped"})
        self.assertFalse(self.candidate.news_due)
        self.assertFalse(self._get_reminder())
        with self.assertRaisesRegex(UserError, "no news"):
            self._compose()
        self.candidate.action_contact()
        self.assertEqual(self.candidate.news_due, "contacted")
        self.customer._stop_referral_contact()
        self.assertFalse(self.candidate.news_due)

    # === BY MAIL === #

    def test_a_mail_that_the_rep_sees_first(self):
        self.candidate.action_contact()
        lead = self.candidate._convert().sudo()
        lead.write({"expected_revenue": 123456, "email_from": "bob@secret.example.com"})
        lead.action_set_won()
        composer = self._compose()
        self.assertEqual(composer.partner_ids, self.customer)
        self.assertEqual(
            composer.subject, "What came of your introduction of Bob Builder"
        )
        for text in ("Bob Builder", "without you this would not have happened"):
            self.assertIn(text, composer.body)
        for secret in ("123456", "123,456", "secret.example.com"):
            self.assertNotIn(secret, composer.body)
        self.assertFalse(self._get_mails())
        composer.action_send_mail()
        self.assertEqual(
            self._get_states(),
            {"introduced": "sent", "contacted": "sent", "outcome": "sent"},
        )
        self.assertEqual(self.candidate.referrer_told_on, date(2026, 3, 2))
        self.assertFalse(self._get_reminder())
        [mail] = self._get_mails()
        self.assertEqual(mail.model, "crm.referral.candidate")
        self.assertEqual(mail.res_id, self.candidate.id)
        self.assertIn(self.rep.email, mail.email_from)

    def test_lost_in_words(self):
        self.candidate._convert().sudo().action_set_lost()
        self.assertIn("This time nothing comes of it", self._compose().body)

    def test_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        template = self.env.ref("crm_referral.mail_template_news_introduced")
        template.with_context(lang="zh_TW").subject = "謝謝您"
        self.customer.lang = "zh_TW"
        self.assertEqual(self._compose().subject, "謝謝您")

    def test_never_twice(self):
        first, second = self._compose(), self._compose()
        first.action_send_mail()
        with self.assertRaisesRegex(UserError, "told already"):
            second.action_send_mail()
        self.assertEqual(len(self._get_mails()), 1)
        with self.assertRaisesRegex(UserError, "no news"):
            self._compose()

    def test_no_address(self):
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self._compose()

    def test_a_reply_reaches_the_rep(self):
        self.candidate.message_unsubscribe(self.rep.partner_id.ids)
        self._compose(self.manager).action_send_mail()
        self.assertIn(self.rep.partner_id, self.candidate.message_partner_ids)

    def test_a_name_that_only_we_know_is_not_told(self):
        self.candidate.write({"named_by": "rep", "function": "Head of finance"})
        self.assertEqual(self.candidate._get_name_for_referrer(), "Bob Builder")
        self.candidate.action_back()
        self.assertEqual(self.candidate._get_name_for_referrer(), "Head of finance")

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_a_mail_that_is_refused_comes_back(self):
        self._compose().action_send_mail()
        [mail] = self._get_mails()
        mail._postprocess_sent_message([], [], failure_type="mail_smtp")
        self.assertEqual(self._get_states(), {"introduced": "failed"})
        self.assertIn("could not be reached", self.candidate.sudo().news_ids.failure)
        reminder = self._get_reminder()
        self.assertEqual(reminder.user_id, self.rep)
        self.assertIn("did not reach Ann Archer", reminder.summary)
        self.assertEqual(self.candidate.news_due, "introduced")
        self.candidate.action_referrer_told()
        self.assertEqual(self._get_states(), {"introduced": "told"})

    def test_a_mail_that_bounces_comes_back(self):
        self._compose().action_send_mail()
        message = self.candidate.sudo().news_ids.message_id
        notification = message.sudo().notification_ids.filtered(
            lambda n: n.res_partner_id == self.customer
        )
        notification.write({"notification_status": "bounce"})
        self.assertEqual(self._get_states(), {"introduced": "failed"})
        self.assertEqual(len(self._get_reminder()), 1)

    # === BY ITSELF === #

    def test_nothing_goes_by_itself(self):
        with self._in_cron("crm.referral.candidate") as candidates:
            candidates._cron_send_news()
        self.assertFalse(self._get_mails())

    def test_sent_by_itself_where_the_company_wants_it(self):
        self.company.referral_news_auto = True
        other = self._create_introduced_candidate(
            self.colleague,
            self._create_referral(self.colleague, partner_id=self.other_customer.id),
            name="Eve Else",
        )
        self.other_customer.email = False
        self.env.flush_all()
        with self._in_cron("crm.referral.candidate") as candidates:
            candidates._cron_send_news()
            candidates._cron_send_news()
        self.env.invalidate_all()
        self.assertEqual(self._get_states(), {"introduced": "sent"})
        self.assertEqual(self._get_states(other), {"introduced": "due"})
        [mail] = self._get_mails()
        self.assertIn(self.rep.email, mail.email_from)

    # === RIGHTS === #

    def test_nobody_writes_it_by_hand(self):
        news = self.candidate.news_ids
        for user in (self.rep, self.manager):
            with self.assertRaises(AccessError):
                news.with_user(user).write({"state": "told"})
        for user, seen in (
            (self.rep, 1),
            (self.colleague, 0),
            (self.all_documents, 1),
            (self.manager, 1),
            (self.foreign_manager, 0),
        ):
            with self.subTest(user.login):
                News = self.env["crm.referral.news"].with_user(user)
                self.assertEqual(News.search_count([("id", "=", news.id)]), seen)
        for user in (self.colleague, self.employee, self.portal):
            with self.assertRaises(AccessError):
                self.candidate.with_user(user).action_write_news()
            with self.assertRaises(AccessError):
                self.candidate.with_user(user).with_context(
                    referral_news_kind="introduced"
                ).message_post(body="Told")

    def test_the_rep_of_the_request_notes_a_day(self):
        self.candidate.with_user(self.rep).referrer_told_on = "2026-02-28"
        self.assertEqual(self.candidate.sudo().news_ids.told_on, date(2026, 2, 28))

    def test_a_thousand_need_no_query_each(self):
        many = self.env["crm.referral.candidate"].create(
            [
                {"referral_id": self.referral.id, "name": f"N{i}", "state": "agreed"}
                for i in range(50)
            ]
        )
        self.env.flush_all()
        with self.assertQueryCount(12):
            many._sync_news()
            self.env.flush_all()
        many.introduced_on = "2026-03-02"
        self.env.flush_all()
        self.env.invalidate_all()
        many.sudo().news_ids.unlink()
        with self.assertQueryCount(20):
            many._sync_news()
            self.env.flush_all()
        self.assertEqual(
            self.env["crm.referral.news"].search_count(
                [("candidate_id", "in", many.ids)]
            ),
            50,
        )
