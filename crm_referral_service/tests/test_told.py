from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import email_normalize

from odoo.addons.mail.tests.common import MailCase

from .test_council import MONDAY, CouncilCommon


class ToldCommon(CouncilCommon, MailCase):
    """Something was done, and customers are told."""

    def setUp(self):
        super().setUp()
        self.customer.email = "clinic@example.com"
        self.action = self._decide()
        self.action.action_done()

    def _tell_us(self, email, name="Ann", **values):
        partner = self.env["res.partner"].create({"name": name, "email": email})
        values = {"partner_id": partner.id, "wants_news": True, **values}
        return self._log(3, 1, **values)

    def _compose(self, action=None, user=None):
        action = (action or self.action).with_user(user or self.manager)
        shown = action.action_tell_callers()
        return (
            self.env["mail.compose.message"]
            .with_user(user or self.manager)
            .with_context(**shown["context"])
            .create({})
        )

    def _send(self, composer=None):
        with self.mock_mail_gateway():
            (composer or self._compose())._action_send_mail()
        return sorted(
            email_normalize(address)
            for mail in self._mails
            for address in mail["email_to"]
        )


@tagged("post_install", "-at_install")
class TestTold(ToldCommon):
    """“You told us, we fixed it”: shown before it goes, once, to who wants it."""

    def test_who_hears(self):
        self._tell_us("ann@example.com")
        self._tell_us("ANN@example.com", name="Ann as well")
        self._tell_us(False)
        self._tell_us("bob@example.com", wants_news=False)
        self._tell_us("old@example.com", contacted_on=MONDAY - timedelta(days=400))
        damaged = self.env.ref("crm_referral_service.reason_damaged")
        self._tell_us("other@example.com", reason_id=damaged.id)
        self._create_complaint(reason_id=self.reason.id, wants_news=True)
        to = self._send()
        self.assertEqual(to, ["ann@example.com", "clinic@example.com"])
        self.assertEqual(self.action.news_count, 2)
        self.assertIn("Tell them before", self._mails[0]["body"])
        self.assertIn("Hello Ann,", "".join(mail["body"] for mail in self._mails))
        self.assertEqual(
            {mail["subject"] for mail in self._mails}, {"You told us, we fixed it"}
        )

    def test_somebody_whom_we_do_not_know(self):
        self._log(3, 1, caller_name="Eve", email="Eve@example.com", wants_news=True)
        self._log(3, 1, caller_name=False, email="x@example.com", wants_news=True)
        self._log(3, 1, email="not-asked@example.com")
        shown = self._compose()
        self.assertEqual(self.action.news_count, 0)
        self.assertEqual(self._send(shown), ["eve@example.com", "x@example.com"])
        self.assertEqual(self.action.news_count, 2)
        bodies = sorted(mail["body"] for mail in self._mails)
        self.assertIn("Hello Eve,", "".join(bodies))
        self.assertIn("Hello,", "".join(bodies))
        with self.assertRaises(UserError):
            self._compose()
        made = self.env["res.partner"].search(
            [("email_normalized", "in", ["eve@example.com", "x@example.com"])]
        )
        self.assertFalse(made, "who tells us something is no customer by that")

    def test_somebody_whom_we_do_not_know_is_forgotten(self):
        self._log(3, 1, email="eve@example.com", wants_news=True)
        self._tell_us("ann@example.com")
        self._send()
        news = self.action.news_ids
        news.flush_recordset()
        self.env.company.unknown_caller_months = 12
        forget = self.env["crm.service.contact"]._cron_forget_unknown
        forget()
        self.assertEqual(news.exists(), news)
        self.env.cr.execute(
            "UPDATE crm_service_news SET create_date = %s WHERE id IN %s",
            [MONDAY - timedelta(days=367), tuple(news.ids)],
        )
        forget()
        self.assertEqual(news.exists().mapped("email"), ["ann@example.com"])

    def test_what_becomes_confidential_is_told_to_nobody(self):
        complaint = self._create_complaint(reason_id=self.reason.id, wants_news=True)
        self._tell_us("ann@example.com")
        self._compose()
        self.assertEqual(len(self.action.news_ids), 2)
        complaint.sudo().is_confidential = True
        self.assertEqual(self._send(), ["ann@example.com"])
        self.assertEqual(
            self.action.sudo().news_ids.mapped("email"), ["ann@example.com"]
        )

    def test_it_is_shown_before_it_goes(self):
        self._tell_us("ann@example.com")
        with self.mock_mail_gateway():
            composer = self._compose()
        self.assertEqual(composer.composition_mode, "mass_mail")
        self.assertFalse(self._mails)
        self.assertEqual(self.action.news_count, 0)

    def test_whoever_sends_it_reads_no_code(self):
        """Subject and sender are there, as the customer gets them."""
        self._tell_us("ann@example.com")
        self.action.company_id.sudo().email = "care@example.com"
        action = self.action.with_user(self.manager).action_tell_callers()
        Composer = self.env["mail.compose.message"].with_user(self.manager)
        with Form(Composer.with_context(**action["context"])) as form:
            self.assertEqual(form.subject, "You told us, we fixed it")
            self.assertIn("<care@example.com>", form.email_from)
            self.assertNotIn("{{", form.email_from)

    def test_each_once(self):
        self._tell_us("ann@example.com")
        first, second = self._compose(), self._compose()
        self._send(first)
        with self.assertRaises(UserError), self.mock_mail_gateway():
            second._action_send_mail()
        with self.assertRaises(UserError):
            self._compose()
        self._tell_us("eve@example.com")
        self.assertEqual(self._send(), ["eve@example.com"])

    def test_who_wants_no_mails(self):
        self._tell_us("ann@example.com")
        self.env["mail.blacklist"].sudo()._add("ann@example.com")
        self.customer.sudo().assessment_opt_out = True
        self._tell_us("clinic@example.com", partner_id=self.customer.id)
        with self.assertRaises(UserError):
            self._compose()

    def test_confidential_is_not_told(self):
        self._create_complaint(
            reason_id=self.reason.id, wants_news=True, is_confidential=True
        )
        with self.assertRaises(UserError):
            self._compose()

    def test_the_page_of_the_customer_says_so(self):
        contact = self._tell_us("ann@example.com")
        page = contact.sudo()
        complaint = self._create_complaint(reason_id=self.reason.id, wants_news=True)
        self._tell_us("eve@example.com")
        self.assertEqual(page._get_page_values()["told"], [])
        self._send()
        for seen in (page, complaint.sudo()):
            self.assertEqual(seen._get_page_values()["told"], ["Tell them before"])
        damaged = self.env.ref("crm_referral_service.reason_damaged")
        self._log(2, 1, damaged, partner_id=contact.partner_id.id, wants_news=True)
        about_something_else = self.env["crm.service.contact"].search(
            [("reason_id", "=", damaged.id)]
        )
        self.assertEqual(about_something_else.sudo()._get_page_values()["told"], [])
        complaint.sudo().is_confidential = True
        self.assertEqual(complaint.sudo()._get_page_values()["told"], [])
        contact.wants_news = False
        self.assertEqual(page._get_page_values()["told"], [])

    def test_nothing_done_yet(self):
        self._tell_us("ann@example.com")
        for action in (
            self._decide(),
            self._decide(kind="acceptance"),
        ):
            with self.assertRaises(UserError):
                self._compose(action)

    def test_mail_that_does_not_arrive(self):
        self._tell_us("ann@example.com")
        self._send()
        news = self.action.news_ids
        news.sudo()._on_message_failed(
            news.message_ids[:1], news.partner_id, "No such mailbox"
        )
        self.assertEqual((news.state, self.action.news_count), ("failed", 0))
        self.assertEqual(self._send(), ["ann@example.com"])

    def test_rights(self):
        self._tell_us("ann@example.com")
        self._compose()
        news = self.action.sudo().news_ids
        self.assertTrue(news)
        for user in (self.technician, self.salesperson):
            with self.assertRaises(AccessError):
                news.with_user(user).read(["email"])
        self.action.sudo().user_id = self.technician
        with self.assertRaises(AccessError):
            self.action.with_user(self.technician).action_tell_callers()
        for values in ({"state": "sent"}, {"email": "eve@example.com"}):
            with self.assertRaises(AccessError):
                news.with_user(self.manager).write(values)


@tagged("post_install", "-at_install")
class TestMonday(CouncilCommon, MailCase):
    """What a manager sees who opens Improvement on Monday."""

    def test_all_of_it_is_on_one_page(self):
        self.reason.sudo().owner_id = self.technician
        not_known = self.env.ref("crm_referral_service.miss_not_known")
        last = self._plan(date=MONDAY.date() - timedelta(days=7), user_ids=False)
        last.user_ids = self.manager
        action = self._decide(last, name="We call the day before")
        last.action_close()
        action.action_done()
        action.sudo().done_on = MONDAY.date() - timedelta(days=15)
        ann = self.env["res.partner"].create({"name": "Ann", "email": "a@example.com"})
        first = self._log(20, 30)[0]  # before it was done, and after
        self._log(5, 2)
        again = self._log(
            4, 1, partner_id=ann.id, wants_news=True, previous_id=first.id
        )
        again.miss_id = not_known
        damaged = self.env.ref("crm_referral_service.reason_damaged")
        self._log(5, 1, damaged)
        self._run_cron("measure_effects")
        shown = action.action_tell_callers()
        composer = self.env["mail.compose.message"].with_user(self.manager)
        with self.mock_mail_gateway():
            composer.with_context(**shown["context"]).create({})._action_send_mail()
        council = self.env["crm.service.council"].with_user(self.manager)
        opened = council.action_open_next()
        council = council.browse(opened["res_id"])
        self.assertEqual(council.date, MONDAY.date())
        seen = council.agenda
        # which reason costs most, and who outside service owns it
        costly = seen["costly"][0]
        self.assertEqual(
            (costly["id"], costly["now"], costly["repeats"], costly["owner"]),
            (self.reason.id, 33, 1, "Technician"),
        )
        self.assertEqual(seen["costly"][1]["id"], damaged.id)
        # why it was not solved the first time
        self.assertEqual([row["id"] for row in seen["misses"]], not_known.ids)
        # what was decided, whether it worked, and who has heard
        [decided] = seen["decided"]
        self.assertEqual(
            [decided[key] for key in ("id", "before", "now", "verdict", "told")],
            [action.id, 30, 3, "fewer", 1],
        )
        for words in (
            "33 in four weeks, 1 of them had come before (Technician)",
            "We call the day before: Done. 30 contacts before, 3 after: Fewer contacts."
            " Customers who told us and have heard: 1",
        ):
            self.assertIn(words, council.agenda_html)
