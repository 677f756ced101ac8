from lxml import html

from odoo.http import _generate_routing_rules
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_assessment.controllers.personal_link import PersonalLinkController

OURS = "CRM Referral contributors"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class PersonalPageCase(HttpCase):
    def setUp(self):
        super().setUp()
        self.env["crm.personal.link.visit"].search([]).unlink()

    def _open(self, path, **options):
        return self.url_open(path, allow_redirects=False, timeout=30, **options)


@tagged("post_install", "-at_install")
class TestPersonalPage(PersonalPageCase):
    """A page that names its template, what it shows and what its button does."""

    def setUp(self):
        super().setUp()
        self.page = self.env["test.page"].create({"words": "Hello"})
        self.path = f"/test/page/{self.page.access_token}"
        self.env.flush_all()

    def _read(self, response):
        tree = html.fromstring(response.text)
        texts = {each.get("id"): each.text_content() for each in tree.xpath("//p[@id]")}
        return {**texts, "typed": tree.xpath("//input[@name='words']/@value")}

    def _get_form(self):
        tree = html.fromstring(self._open(self.path).text)
        [form] = tree.xpath("//form[@method='post']")
        return form.get("action"), dict(form.fields)

    def _get_words(self):
        self.page.invalidate_recordset()
        return self.page.words

    def test_it_shows_and_does(self):
        response = self._open(self.path)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self._read(response)["words"], "Hello")
        action, form = self._get_form()
        response = self._open(action, data={**form, "words": "Good bye"})
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith("lang=en_US&done=said"))
        self.assertEqual(self._get_words(), "Good bye")
        shown = self._read(self._open(response.headers["Location"]))
        self.assertEqual((shown["done"], shown["words"]), ("said", "Good bye"))

    def test_what_is_refused_is_said_and_not_kept(self):
        action, form = self._get_form()
        response = self._open(action, data={**form, "words": ""})
        self.assertEqual(response.status_code, 422)
        self.assertEqual(self._read(response)["message"], "Say something.")
        self.assertEqual(self._get_words(), "Hello")

    def test_a_file_is_nothing_that_was_typed(self):
        action, form = self._get_form()
        del form["words"], form["csrf_token"]
        files = {"words": ("words.txt", b"Evil")}
        response = self._open(action, data=form, files=files)
        self.assertEqual(response.status_code, 400)
        self.assertNotIn("FileStorage", response.text)
        self.assertEqual(self._get_words(), "Hello")

    def test_what_another_site_posts_is_not_done(self):
        action, form = self._get_form()
        for data, headers in (
            ({}, {}),
            ({"csrf_token": "x" * 64}, {}),
            (form, {"Sec-Fetch-Site": "cross-site"}),
            (form, {"Origin": "https://evil.example.com"}),
        ):
            data = {**data, "words": "Evil"}
            response = self._open(action, data=data, headers=headers)
            self.assertEqual(response.status_code, 400)
            shown = self._read(response)
            self.assertIn("nothing was done just now", shown["message"])
            self.assertEqual(shown["typed"], ["Evil"], "What was typed is still there.")
            self.assertEqual(self._get_words(), "Hello")

    def test_reading_does_nothing(self):
        _action, form = self._get_form()
        for method in ("GET", "HEAD", "OPTIONS"):
            self.opener.request(
                method,
                self.base_url() + self.path,
                params={**form, "words": "Evil"},
                data={**form, "words": "Evil"},
                timeout=30,
            )
            self.assertEqual(self._get_words(), "Hello", method)

    @mute_logger("odoo.http")
    def test_what_is_closed_is_not_done(self):
        action, form = self._get_form()
        self.page.action_revoke_link()
        self.env.flush_all()
        for options in ({}, {"data": {**form, "words": "Late"}}):
            response = self._open(action, **options)
            self.assertEqual(response.status_code, 410)
            self.assertIn("no longer in use", response.text)
        self.assertEqual(self._get_words(), "Hello")

    def test_it_speaks_the_language_of_the_person(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        self.page.lang = "zh_TW"
        self.env.flush_all()
        tree = html.fromstring(self._open(self.path).text)
        self.assertEqual(tree.get("lang"), "zh-TW")
        chosen = self._open(f"{self.path}?lang=en_US")
        self.assertEqual(html.fromstring(chosen.text).get("lang"), "en-US")
        offered = tree.xpath("//button[@name='lang']/@value")
        self.assertLessEqual({"en_US", "zh_TW"}, set(offered))


@tagged("post_install", "-at_install")
class TestEveryPersonalPage(PersonalPageCase):
    """Every address of ours that opens without a login has the same gatekeeper."""

    def setUp(self):
        super().setUp()
        modules = self.env["ir.module.module"].search(
            [("state", "=", "installed"), ("author", "=", OURS)]
        )
        self.routes = [
            (path.replace("<string:token>", "A" * 43), endpoint)
            for path, endpoint in _generate_routing_rules(
                modules.mapped("name"), nodb_only=False
            )
            if endpoint.routing["auth"] != "user"
        ]

    def _call(self, path, endpoint, method):
        if endpoint.routing["type"] == "jsonrpc":
            return self._open(path, json={"jsonrpc": "2.0", "params": {}})
        url = self.base_url() + path
        data = {"x": "1"} if method == "POST" else None
        return self.opener.request(
            method, url, data=data, timeout=30, allow_redirects=False
        )

    def test_each_link_has_its_page(self):
        paths = {path for path, _endpoint in self.routes}
        links = self.env["crm.personal.link.mixin"]._get_link_paths()
        self.assertIn("/test/page", links)
        self.assertFalse({f"{link}/{'A' * 43}" for link in links} - paths)

    @mute_logger("odoo.http")
    def test_all_go_through_the_gatekeeper(self):
        seen = []
        fetch = PersonalLinkController._fetch_from_access_token

        def note(controller, token, lang=None):
            seen.append(token)
            return fetch(controller, token, lang)

        self.patch(PersonalLinkController, "_fetch_from_access_token", note)
        for path, endpoint in self.routes:
            for method in (*endpoint.routing["methods"], "HEAD", "OPTIONS"):
                if method == "HEAD" and "GET" not in endpoint.routing["methods"]:
                    continue
                with self.subTest(path=path, method=method):
                    self.env["crm.personal.link.visit"].search([]).unlink()
                    seen.clear()
                    response = self._call(path, endpoint, method)
                    self.assertEqual(seen, ["A" * 43 if "AAA" in path else None])
                    for header, value in HEADERS.items():
                        self.assertEqual(response.headers.get(header), value)
                    if endpoint.routing["type"] == "http":
                        self.assertEqual(response.status_code, 404)

    @mute_logger("odoo.http")
    def test_who_guesses_has_to_wait_everywhere(self):
        for _try in range(30):
            self.assertEqual(self._open(f"/test/page/{'B' * 43}").status_code, 404)
        for path, endpoint in self.routes:
            response = self._call(path, endpoint, endpoint.routing["methods"][0])
            with self.subTest(path=path):
                if endpoint.routing["type"] == "jsonrpc":
                    self.assertEqual(response.json()["result"]["status"], "busy")
                else:
                    self.assertEqual(response.status_code, 429)
                self.assertEqual(response.headers["Retry-After"], "600")

    def test_what_is_opened_is_not_what_acts(self):
        for path, endpoint in self.routes:
            with self.subTest(path=path):
                self.assertIn(endpoint.routing["methods"], (["GET"], ["POST"]))
                if endpoint.routing["type"] == "http":
                    self.assertIs(endpoint.routing["sitemap"], False)
