from lxml import html

from odoo.tests import HttpCase, tagged

from .common import ReferralCase

PATH = "/referral/objection"


@tagged("post_install", "-at_install")
class TestObjectionPage(ReferralCase, HttpCase):
    """A candidate objects without a login: by a click, never by a look."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("zh_TW", "zh_CN"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_introduced_candidate(
            referral=cls.referral, email="bob@example.com"
        )
        cls.customer.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.env["crm.personal.link.visit"].search([]).unlink()
        self.path = f"{PATH}/{self.candidate.sudo().access_token}"

    def _get_state(self):
        self.candidate.invalidate_recordset()
        return self.candidate.state

    def _get_form_token(self):
        page = html.fromstring(self.url_open(self.path).text)
        return page.xpath("//input[@name='csrf_token']/@value")[0]

    def _post(self, headers=None, **data):
        return self.url_open(self.path, data=data, headers=headers)

    def test_looking_changes_nothing(self):
        for method in ("GET", "HEAD"):
            response = self.url_open(self.path, method=method)
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Cache-Control"], "no-store")
            self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.url_open(f"{self.path}?object=1&List-Unsubscribe=One-Click")
        self.assertEqual(self._get_state(), "introduced")

    def test_button_objects(self):
        response = self._post(csrf_token=self._get_form_token(), object="1")
        self.assertEqual(response.status_code, 200)
        self.assertIn("We leave you in peace.", response.text)
        self.assertEqual(self._get_state(), "objected")
        self.assertEqual(len(response.history), 1, "Loading it again posts nothing.")
        again = self._post(csrf_token="old")
        self.assertEqual(again.status_code, 200)
        self.assertIn("We leave you in peace.", self.url_open(self.path).text)
        notes = self._get_chatter(self.candidate)
        self.assertEqual(notes.count("objected by the link"), 1)
        authors = self.candidate.message_ids.author_id
        self.assertNotIn(self.public.partner_id, authors)

    def test_rep_hears_of_it_at_once(self):
        self._post(csrf_token=self._get_form_token(), object="1")
        message = self.env["mail.message"].search(
            [
                ("model", "=", self.candidate._name),
                ("res_id", "=", self.candidate.id),
                ("message_type", "=", "user_notification"),
            ]
        )
        self.assertEqual(message.notified_partner_ids, self.rep.partner_id)
        self.assertIn("Bob Builder objects to being contacted", message.body)

    def test_click_in_the_mail_program(self):
        """RFC 8058: the program sends these words, and has seen no page."""
        response = self._post(**{"List-Unsubscribe": "One-Click"})
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self._get_state(), "objected")

    def test_other_sites_do_not_click(self):
        token = self._get_form_token()
        for headers, data in (
            ({}, {"object": "1"}),
            ({}, {"csrf_token": "wrong"}),
            ({"Sec-Fetch-Site": "cross-site"}, {"csrf_token": token}),
            ({"Origin": "https://evil.example.com"}, {"csrf_token": token}),
            ({}, {"List-Unsubscribe": "Two-Clicks"}),
        ):
            with self.subTest(headers=headers, data=data):
                response = self._post(headers, **data)
                self.assertEqual(response.status_code, 400)
                self.assertIn("Please press the button again", response.text)
        self.assertEqual(self._get_state(), "introduced")

    def test_wrong_link(self):
        for path in (PATH, f"{PATH}/x", f"{PATH}/{'A' * 43}"):
            for data in (None, {"List-Unsubscribe": "One-Click"}):
                with self.subTest(path=path, data=data):
                    response = self.url_open(path, data=data)
                    self.assertEqual(response.status_code, 404)
                    self.assertNotIn("Bob", response.text)
        self.assertEqual(self._get_state(), "introduced")

    def test_names_the_referrer_only_if_allowed(self):
        text = self.url_open(self.path).text
        self.assertIn("A customer of", text)
        self.assertNotIn("Ann Archer", text)
        self.candidate.may_name_referrer = True
        self.assertIn("Ann Archer gave your name to", self.url_open(self.path).text)

    def test_erased(self):
        self.candidate.action_decline()
        self.candidate.with_user(self.manager).action_erase()
        response = self.url_open(self.path)
        self.assertEqual(response.status_code, 410)
        self.assertIn("We have erased your data.", response.text)

    def test_languages(self):
        self.customer.lang = "zh_TW"
        page = html.fromstring(self.url_open(self.path).text)
        self.assertEqual(page.get("lang"), "zh-TW")
        langs = page.xpath("//button[@name='lang']/@value")
        self.assertEqual(set(langs), {"en_US", "zh_TW", "zh_CN"})
        page = html.fromstring(self.url_open(f"{self.path}?lang=zh_CN").text)
        self.assertEqual(page.get("lang"), "zh-CN")

    def test_colleague_at_the_page_is_named(self):
        self.authenticate(self.colleague.login, self.colleague.login)
        self.url_open(self.path)
        self.assertIn("Colleague opened the page", self._get_chatter(self.candidate))

    def test_too_many_visits(self):
        for _visit in range(30):
            self.url_open(f"{PATH}/x")
        self.assertEqual(self.url_open(f"{PATH}/x").status_code, 429)
        self.assertEqual(self.url_open(self.path).status_code, 200)
