from odoo.tests import Form, tagged
from odoo.tools import email_normalize

from .test_council import CouncilCommon
from .test_tell_us import TellUsCommon
from .test_told import ToldCommon

TITLE = "您告訴我們，我們改好了"


def _activate_chinese(env):
    for lang in ("zh_TW", "zh_CN"):
        env["res.lang"]._activate_lang(lang)


@tagged("post_install", "-at_install")
class TestReaderLang(CouncilCommon):
    """In which language somebody turned to us, as long as they are no customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        _activate_chinese(cls.env)

    def _log_caller(self, **values):
        values = {"email": "lin@example.com", "lang": "zh_TW", **values}
        return self._log(3, 1, **values)

    def test_the_language_of_the_customer_wins(self):
        contact = self._log_caller()
        self.assertEqual(contact._get_reader_lang(), "zh_TW")
        self.customer.lang = "zh_CN"
        contact.partner_id = self.customer
        self.assertEqual(contact._get_reader_lang(), "zh_CN")
        self.assertEqual(contact._get_page_langs(), ["zh_CN", "zh_TW"])
        self.customer.lang = False
        self.assertEqual(contact._get_reader_lang(), "zh_TW")

    def test_nobody_knows_it(self):
        self.env.company.partner_id.lang = "zh_CN"
        self.assertEqual(self._log_caller(lang=False)._get_reader_lang(), "zh_CN")

    def test_a_language_that_is_gone(self):
        self.env.company.partner_id.lang = "en_US"
        contact = self._log_caller()
        complaint = self._make_complaint(contact)
        self.env["res.lang"]._lang_get("zh_TW").active = False
        self.assertEqual(contact._get_reader_lang(), "en_US")
        self.assertEqual(complaint._get_conversation_lang(), "en_US")
        contact.action_create_partner()
        self.assertEqual(contact.partner_id.lang, "en_US")

    def _make_complaint(self, contact):
        contact.action_make_complaint()
        return contact.complaint_id

    def test_a_customer_is_made_of_it(self):
        contact = self._log_caller(caller_name="Lin")
        contact.action_create_partner()
        self.assertEqual(contact.partner_id.lang, "zh_TW")

    def test_a_complaint_is_made_of_it(self):
        complaint = self._make_complaint(self._log_caller(caller_name="Lin"))
        self.assertEqual(complaint._get_conversation_lang(), "zh_TW")
        self.assertFalse(complaint.spoken_lang, "nobody has chosen one")
        complaint.spoken_lang = "zh_CN"
        self.assertEqual(complaint._get_conversation_lang(), "zh_CN")
        complaint.spoken_lang = False
        complaint.action_create_partner()
        self.assertEqual(complaint.partner_id.lang, "zh_TW")
        complaint.partner_id.lang = "en_US"
        self.assertEqual(complaint._get_conversation_lang(), "en_US")

    def test_what_is_said_follows_it(self):
        complaint = self._make_complaint(self._log_caller(caller_name="Lin"))
        complaint.step_id.sudo().with_context(lang="zh_TW").talk_track = "您好"
        self.assertEqual(complaint.talk_track, "您好")
        complaint.contact_ids.lang = "en_US"
        self.assertNotEqual(complaint.talk_track, "您好")

    def test_a_lead_is_made_of_it(self):
        lead = self.env["crm.lead"].create(self._log_caller()._prepare_lead())
        self.assertEqual(lead.lang_id.code, "zh_TW")
        self.customer.lang = "zh_CN"
        known = self._log_caller(partner_id=self.customer.id)
        lead = self.env["crm.lead"].create(known._prepare_lead())
        self.assertEqual(lead.lang_id.code, "zh_CN")

    def test_whoever_is_answered_by_mail_is_a_customer_with_a_language(self):
        """Odoo makes a customer of the address to which an agent answers."""
        [lin, wu] = (
            self._log_caller(),
            self._log_caller(email="wu@example.com", lang=False),
        )
        both = lin | wu
        found = both._partner_find_from_emails(
            {contact: [contact.email] for contact in both}, no_create=False
        )
        self.assertEqual(found[lin.id].lang, "zh_TW")
        self.assertEqual(found[wu.id].lang, self.env.lang or "en_US")

    def test_who_is_forgotten(self):
        """The language tells nothing of who it was."""
        contact = self._log_caller(caller_name="Lin")
        contact.sudo()._forget_caller()
        self.assertFalse(contact.email or contact.caller_name)
        self.assertEqual(contact.lang, "zh_TW")

    def test_the_form_asks_where_there_is_a_choice(self):
        with Form(self._log_caller().with_user(self.agent)) as form:
            self.assertEqual(form.lang_count, 3)
            form.lang = "zh_CN"
            form.partner_id = self.customer
            self.assertTrue(form._get_modifier("lang", "invisible"))


@tagged("post_install", "-at_install")
class TestNewsLang(ToldCommon):
    """Each hears of it in their own language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        _activate_chinese(cls.env)
        template = cls.env.ref("crm_referral_service.mail_template_fixed")
        template.with_context(lang="zh_TW").subject = TITLE
        cls.env.company.partner_id.lang = "en_US"

    def _send_subjects(self):
        self._send()
        return {
            email_normalize(address): mail["subject"]
            for mail in self._mails
            for address in mail["email_to"]
        }

    def test_several_readers(self):
        self._log(3, 1, email="lin@example.com", lang="zh_TW", wants_news=True)
        self._log(3, 1, email="eve@example.com", wants_news=True)
        # The newest says nothing of it: a mail.
        self._log(5, 1, email="wu@example.com", lang="zh_TW", wants_news=True)
        self._log(3, 1, email="wu@example.com", wants_news=True)
        ann = self._tell_us("ann@example.com", lang="zh_TW")
        ann.partner_id.lang = "en_US"
        chen = self._tell_us("chen@example.com", lang="en_US")
        chen.partner_id.lang = "zh_TW"
        english = "You told us, we fixed it"
        self.assertEqual(
            self._send_subjects(),
            {
                "lin@example.com": TITLE,
                "eve@example.com": english,
                "wu@example.com": TITLE,
                "ann@example.com": english,
                "chen@example.com": TITLE,
            },
        )

    def test_a_complaint_of_somebody_whom_we_do_not_know(self):
        self._create_complaint(
            partner_id=False,
            email="lin@example.com",
            spoken_lang="zh_TW",
            reason_id=self.reason.id,
            wants_news=True,
        )
        self.assertEqual(self._send_subjects(), {"lin@example.com": TITLE})

    def test_a_language_that_is_gone(self):
        self._log(3, 1, email="lin@example.com", lang="zh_TW", wants_news=True)
        composer = self._compose()
        self.env["res.lang"]._lang_get("zh_TW").active = False
        self.assertEqual(self._send(composer), ["lin@example.com"])
        self.assertEqual(self._mails[0]["subject"], "You told us, we fixed it")


@tagged("post_install", "-at_install")
class TestTellUsLang(TellUsCommon):
    """The form is read in a language: that is the one to answer in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        _activate_chinese(cls.env)

    def test_the_language_of_the_page_is_kept(self):
        self._post(message="咕嚕咕嚕", email="lin@example.com", lang="zh_TW")
        self.assertEqual(self._get_contacts().lang, "zh_TW")

    def test_nothing_was_chosen(self):
        self.opener.headers["Accept-Language"] = "zh-CN"
        self._post(message="咕噜咕噜")
        self.assertEqual(self._get_contacts().lang, "zh_CN")

    def test_made_up(self):
        self._post(message="It gurgles", lang="xx_XX")
        self.assertEqual(self._get_contacts().lang, "en_US")
