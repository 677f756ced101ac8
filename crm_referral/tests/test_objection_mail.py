from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ReferralCommon

PATH = "/referral/objection/"


@tagged("post_install", "-at_install")
class TestObjectionMail(ReferralCommon):
    """Every message to a candidate brings the link, and nobody else sees it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate(email="Bob@Example.com")
        cls.link = cls.candidate.sudo()._get_link()

    def _hand_over(self, record, **values):
        """:return: what is handed to the mail server, by the address it goes to."""
        mail = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "model": record and record._name,
                    "res_id": record and record.id,
                    "message_type": "comment",
                    "subject": "Hello",
                    "body_html": "<p>How are you?</p>",
                    **values,
                }
            )
        )
        handed = mail._prepare_outgoing_list()
        self.assertNotIn(PATH, mail.body_html)
        self.assertNotIn(PATH, mail.body)
        return {email["email_to_normalized"][0]: email for email in handed}

    def _assert_linked(self, email):
        self.assertIn(f'href="{self.link}"', email["body"])
        self.assertIn("How are you?", email["body"])
        self.assertIn(self.link, email["body_alternative"])
        self.assertEqual(email["headers"]["List-Unsubscribe"], f"<{self.link}>")
        self.assertEqual(
            email["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click"
        )

    def _assert_not_linked(self, email):
        self.assertNotIn(PATH, email["body"])
        self.assertNotIn(PATH, email["body_alternative"])
        self.assertNotIn("List-Unsubscribe", email["headers"])

    def test_mail_about_the_candidate(self):
        handed = self._hand_over(self.candidate, email_to="Bob <bob@example.com>")
        self._assert_linked(handed["bob@example.com"])

    def test_mail_of_the_lead_also_to_an_address_found_later(self):
        lead = self.candidate._convert()
        contact = self.env["res.partner"].create(
            {"name": "Bob", "email": "bob@work.example.com"}
        )
        lead.partner_id = contact
        handed = self._hand_over(lead, recipient_ids=[(4, contact.id)])
        self._assert_linked(handed["bob@work.example.com"])

    def test_any_other_mail_to_who_was_not_known(self):
        self._assert_linked(
            self._hand_over(None, email_to="bob@example.com")["bob@example.com"]
        )
        self.candidate.sudo().was_known = True
        self._assert_not_linked(
            self._hand_over(None, email_to="bob@example.com")["bob@example.com"]
        )

    def test_who_became_a_customer_gets_invoices_as_everybody(self):
        self.candidate._convert().action_set_won()
        self._assert_not_linked(
            self._hand_over(None, email_to="bob@example.com")["bob@example.com"]
        )

    def test_others_do_not_get_the_link(self):
        handed = self._hand_over(
            self.candidate,
            email_to="bob@example.com, other@example.com",
            email_cc="boss@example.com",
            recipient_ids=[(4, self.customer.id), (4, self.rep.partner_id.id)],
        )
        self._assert_linked(handed["bob@example.com"])
        self.assertEqual(handed["bob@example.com"]["email_cc"], [])
        for address in (
            "other@example.com",
            self.customer.email,
            self.rep.partner_id.email,
        ):
            self._assert_not_linked(handed[address])
        self.assertEqual(handed["other@example.com"]["email_cc"], ["boss@example.com"])

    def test_in_the_language_of_the_request(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        self.customer.lang = "zh_TW"
        langs = self.candidate._get_page_langs()
        self.assertEqual(langs[0], "zh_TW")

    def test_who_has_objected_gets_nothing_more(self):
        self.candidate.action_object()
        with self.assertRaisesRegex(UserError, "Bob Builder has asked us not to get"):
            self._hand_over(self.candidate, email_to="bob@example.com")
        handed = self._hand_over(
            self.candidate,
            email_to="bob@example.com",
            recipient_ids=[(4, self.customer.id)],
        )
        self.assertEqual(list(handed), [self.customer.email])

    def test_nobody_takes_the_link_away(self):
        for user in (self.rep, self.manager):
            candidate = self.candidate.with_user(user)
            for method in (candidate.action_revoke_link, candidate.action_renew_link):
                with self.assertRaisesRegex(UserError, "is not taken away"):
                    method()
            self.assertNotIn("access_token", candidate.fields_get())
        self.assertEqual(self.candidate.sudo()._get_link(), self.link)
