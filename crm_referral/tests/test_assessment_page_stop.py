from lxml import html

from odoo.tools import mute_logger

from .feedback_common import PATH, FeedbackCase


class TestStopPage(FeedbackCase):
    """“Do not send me these any more”: a page, a button, and never by opening it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer_company.email = "clinic@customer.example.com"

    def _stop(self, **values):
        page = html.fromstring(self.url_open(self._path(suffix="/stop")).text)
        [token] = page.xpath("//input[@name='csrf_token']/@value")
        return self.url_open(
            self._path(suffix="/stop"), data={"csrf_token": token, **values}
        )

    def _is_stopped(self):
        self.customer_company.invalidate_recordset()
        return self.customer_company.assessment_opt_out

    def test_the_page_with_the_questions_leads_there(self):
        page = html.fromstring(self.url_open(self._path()).text)
        [link] = page.xpath("//a[contains(., 'Do not send me')]/@href")
        self.assertEqual(link.partition("?")[0], self._path(suffix="/stop"))

    def test_the_mail_leads_there_and_keeps_no_secret(self):
        body = self.env.ref("crm_assessment.mail_template_assessment_link").body_html
        self.assertIn('href="#personal-link/stop"', body)
        round_ = self._start_round(self.customer_company, self.rep)
        [mail] = self._get_link_mails(round_.contact_id)
        form = round_._search_assessments().filtered(
            lambda a: a.viewpoint == "customer"
        )
        sent = self._get_sent_body(mail)
        self.assertIn(f'href="{form._get_link()}/stop"', sent)
        self.assertNotIn(form.access_token, mail.body_html)

    def test_opening_it_changes_nothing(self):
        for path in (self._path(suffix="/stop"), self._path(suffix="/stop?stop=1")):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200)
            self.assertIn("Shall we stop asking you?", response.text)
            self.assertEqual(self.opener.head(self.base_url() + path).status_code, 200)
        self.assertFalse(self._is_stopped())

    def test_stop_and_change_ones_mind(self):
        response = self._stop(stop="1")
        self.assertIn("We will not send you these questions any more", response.text)
        self.assertEqual(response.request.method, "GET")
        self.assertTrue(self._is_stopped())
        self.assertIn(
            "chosen on their page",
            "".join(self.customer_company.message_ids.mapped("body")),
        )
        self.assertIn("Shall we stop", self._stop(again="1").text)
        self.assertFalse(self._is_stopped())

    def test_nothing_without_the_page(self):
        for values in ({}, {"csrf_token": ""}, {"csrf_token": "x" * 64}):
            response = self.url_open(
                self._path(suffix="/stop"), data={"stop": "1", **values}
            )
            self.assertEqual(response.status_code, 400)
            self.assertIn("nothing was done just now", response.text)
        page = html.fromstring(self.url_open(self._path(suffix="/stop")).text)
        [token] = page.xpath("//input[@name='csrf_token']/@value")
        response = self.url_open(
            self._path(suffix="/stop"),
            data={"csrf_token": token},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self._is_stopped())

    def test_a_wrong_or_a_revoked_link_stops_nobody(self):
        response = self.url_open(f"{PATH}/{'A' * 43}/stop", data={"stop": "1"})
        self.assertEqual(response.status_code, 404)
        self.assessment.action_revoke_link()
        for data in (None, {"stop": "1"}):
            response = self.url_open(self._path(suffix="/stop"), data=data)
            self.assertEqual(response.status_code, 410)
        self.assertFalse(self._is_stopped())

    @mute_logger("odoo.http")
    def test_the_link_of_an_old_mail_stops_too(self):
        self._send_all()
        self.assertIn("We will not send", self._stop(stop="1").text)
        self.assertTrue(self._is_stopped())

    def test_it_speaks_the_language_of_the_reader(self):
        response = self.url_open(self._path(suffix="/stop?lang=zh_TW"))
        self.assertIn('lang="zh-TW"', response.text)

    def test_a_colleague_in_their_name_is_noted(self):
        self.authenticate(self.rep.login, self.rep.login)
        self._stop(stop="1")
        self.assertIn(
            "Rep had the page open",
            "".join(self.customer_company.message_ids.mapped("body")),
        )
