from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ReferralCommon

MARKER = "#personal-link"
PATH = "/referral/"


@tagged("post_install", "-at_install")
class TestReferrerLink(ReferralCommon):
    """How the customer gets the link to their page, and nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls._walk_to(cls.referral, "suggest")
        cls._create_candidate(cls.referral)
        cls.Page = cls.env["crm.referral.referrer"]

    @property
    def page(self):
        return self.Page._find(self.customer, self.company)

    def _send(self, referral=None, **values):
        """Send the mail from the composer, as the rep does.

        :return: the mail.message, and the mail.mail
        """
        action = (referral or self.referral).action_send_link()
        Composer = self.env["mail.compose.message"].with_user(self.rep)
        composer = Form(
            Composer.with_context(**action["context"], mail_notify_force_send=False)
        ).save()
        composer.write(values)
        composer.action_send_mail()
        message = self.referral.message_ids[0]
        return message, message.sudo().mail_ids

    def test_the_link_takes_its_place_at_hand_over(self):
        message, mail = self._send()
        self.assertEqual(mail.recipient_ids, self.customer)
        token = self.page.access_token
        for kept in (message.body, mail.body_html):
            self.assertIn(MARKER, kept)
            self.assertNotIn(token, kept)
        [outgoing] = mail._prepare_outgoing_list()
        self.assertIn(f'href="{self.page._get_link()}"', outgoing["body"])
        self.assertTrue(self.page._get_link().endswith(f"{PATH}{token}"))
        self.assertNotIn(MARKER, outgoing["body"])

    def test_who_gets_a_copy_gets_no_link(self):
        copied = self.env["res.partner"].create(
            {"name": "Copied", "email": "copied@example.com"}
        )
        _message, mails = self._send(partner_ids=[Command.link(copied.id)])
        bodies = {
            tuple(outgoing["email_to"]): outgoing["body"]
            for outgoing in mails._prepare_outgoing_list()
        }
        [body] = [body for to, body in bodies.items() if "copied@example.com" in to[0]]
        self.assertIn(MARKER, body)
        self.assertNotIn(self.page.access_token, body)

    def test_a_mail_without_its_link_does_not_go(self):
        _message, mail = self._send()
        self.referral.action_revoke_link()
        with self.assertRaisesRegex(UserError, "link is closed"):
            mail._prepare_outgoing_list()
        self.referral.action_renew_link()
        self.customer.email = self.colleague.email
        with self.assertRaisesRegex(UserError, "not meant for this address"):
            mail._prepare_outgoing_list()

    def test_the_mail_is_shown_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        template = self.env.ref("crm_referral.mail_template_referrer_link")
        template.with_context(lang="zh_TW").subject = "您的轉介"
        self.customer.lang = "zh_TW"
        message, _mail = self._send()
        self.assertEqual(message.subject, "您的轉介")

    def test_no_address(self):
        for email, words in (
            (False, "no e-mail address"),
            (self.colleague.email, "address of a colleague"),
        ):
            self.customer.email = email
            with self.assertRaisesRegex(UserError, words):
                self.referral.action_send_link()

    def test_from_the_customer(self):
        action = self.customer.with_user(self.rep).action_send_referral_link()
        self.assertEqual(action["context"]["default_res_ids"], self.referral.ids)
        with self.assertRaisesRegex(UserError, "no request with Carl"):
            self.other_customer.with_user(self.rep).action_send_referral_link()
        with self.assertRaisesRegex(UserError, "no request with Ann"):
            self.customer.with_user(self.colleague).action_send_referral_link()

    def test_copy_and_open_are_noted(self):
        action = self.referral.action_copy_link()
        self.assertEqual(action["params"]["link"], self.page._get_link())
        self.assertEqual(self.page.copied_by_ids, self.rep)
        self.assertIn("copied the customer", self._get_chatter(self.referral))
        action = self.referral.with_user(self.manager).action_open_link()
        self.assertEqual(action["url"], self.page._get_link())
        self.assertEqual(self.page.opened_by_ids, self.manager)
        self.assertNotIn(self.page.access_token, self._get_chatter(self.referral))

    def test_revoke_and_renew(self):
        self.assertEqual(self.referral.customer_page_status, "none")
        self.referral.action_copy_link()
        token = self.page.access_token
        self.env.invalidate_all()
        self.assertEqual(self.referral.customer_page_status, "open")
        self.referral.action_revoke_link()
        self.assertEqual(self.page._get_page_status(), "revoked")
        for method in ("action_send_link", "action_copy_link", "action_open_link"):
            with self.assertRaisesRegex(UserError, "was revoked"):
                getattr(self.referral, method)()
        self.referral.action_renew_link()
        self.assertNotEqual(self.page.access_token, token)
        self.assertFalse(self.Page._find_by_token(token))

    def test_one_page_outlives_the_requests(self):
        self.referral.action_copy_link()
        page = self.page
        self.referral.action_decline(self.decline_reason.id)
        with self._at("2026-09-01 09:00:00"):
            self._create_referral().action_copy_link()
            self.assertEqual(self.page, page)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_roles(self):
        methods = [
            "action_send_link",
            "action_copy_link",
            "action_open_link",
            "action_renew_link",
            "action_revoke_link",
        ]
        for user in (self.rep, self.all_documents, self.manager):
            for method in methods:
                getattr(self.referral.with_user(user), method)()
                self.page.is_link_revoked = False
        for user in (
            self.colleague,
            self.employee,
            self.portal,
            self.public,
            self.foreign_rep,
            self.foreign_manager,
        ):
            referral = self.referral.with_user(user)
            for method in methods:
                with self.assertRaises(AccessError):
                    getattr(referral, method)()
            with self.assertRaises(AccessError):
                self.page.with_user(user).read(["partner_id"])
        with self.assertRaises(AccessError):
            self.page.with_user(self.manager).read(["access_token"])

    def test_merge(self):
        """Who is one customer has one page: the one that was used last."""
        self.referral.action_copy_link()
        mine = self.page
        twin = self.env["res.partner"].create({"name": "Ann A.", "email": "a@x.org"})
        used = self.Page._find_or_create(twin, self.company)
        used._touch()
        elsewhere = self.Page._find_or_create(twin, self.other_company)
        token = used.access_token
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.customer.id, twin.id], self.customer
        )
        self.env.invalidate_all()
        self.assertEqual(self.page, used)
        self.assertEqual(self.Page._find_by_token(token), used)
        self.assertFalse(mine.exists())
        self.assertEqual(elsewhere.partner_id, self.customer)

    def test_quoted_links_are_taken_out(self):
        self.referral.action_copy_link()
        message = self.referral.message_post(
            body=f"You wrote: {self.page._get_link()}", message_type="email"
        )
        self.assertNotIn(self.page.access_token, message.body)
        self.assertIn(f"{PATH}…", message.body)
