import json
import logging
import re
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser, warmup
from odoo.tools import mute_logger

from odoo.addons.crm_assessment.controllers import personal_link
from odoo.addons.crm_assessment.models.crm_assessment_page_mixin import MAX_LENGTH

from .assessment_common import AssessmentCase

PATH = "/assessment/feedback"
HOSTILE = (
    "</textarea><script>alert(1)</script><img src=x onerror=alert(2)>"
    "{{ 7*7 }} <t t-out='1'/> %s %(x)s =cmd|' /C calc'!A0 \"'`"
    "\u202e\u0000\b\ud800 🙂\r\n"
)


@tagged("post_install", "-at_install")
class FeedbackCase(AssessmentCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("zh_TW", "zh_CN"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.section_a.item_ids[0].with_context(lang="zh_TW").name = "指標清楚。"
        cls.section_a.item_ids[0].with_context(lang="zh_CN").name = "路标清楚。"
        cls.framework.write(
            {
                "item_ids": [
                    Command.create(
                        {"name": "Recommend us?", "kind": "rating", "sequence": 90}
                    ),
                    Command.create(
                        {
                            "name": "What else?",
                            "kind": "text",
                            "sequence": 91,
                            "asks_control": True,
                        }
                    ),
                ]
            }
        )
        cls.customer_company.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.env["crm.personal.link.visit"].search([]).unlink()
        self.assessment = self._create_asked()

    @classmethod
    def _create_asked(cls, **values):
        return cls._create_assessment(
            viewpoint="customer",
            state="sent",
            deadline=fields.Date.today() + timedelta(days=7),
            **values,
        )

    def _path(self, assessment=None, suffix=""):
        return f"{PATH}/{(assessment or self.assessment).access_token}{suffix}"

    def _line(self, kind, number=0, assessment=None):
        lines = (assessment or self.assessment).line_ids
        return lines.filtered(lambda line: line.kind == kind)[number]

    def _name(self, kind, number=0, assessment=None):
        field = {"scale": "option", "rating": "rating", "text": "note"}[kind]
        return f"{field}-{self._line(kind, number, assessment).id}"

    def _get_csrf(self, assessment=None):
        """Open the page, as everybody must who posts."""
        page = html.fromstring(self.url_open(self._path(assessment)).text)
        return page.xpath("//input[@name='csrf_token']/@value")[0]

    def _post(self, values, path=None, csrf=True):
        if csrf:
            values = {"csrf_token": self._get_csrf(), **values}
        return self.url_open(path or self._path(), data=values)

    def _save(self, answers, csrf_token=None, path=None):
        """Save as the script of the page does."""
        if csrf_token is None:
            csrf_token = self._get_csrf()
        return self.make_jsonrpc_request(
            path or self._path(suffix="/save"),
            {"answers": answers, "csrf_token": csrf_token},
        )

    def _send_all(self):
        return self._post(
            {self._name("scale"): self.yes.id, "send": "1", "confirmed": "1"}
        )

    def _assert_closed(self, path, status, text):
        response = self.url_open(path)
        self.assertEqual(response.status_code, status)
        self.assertIn(text, response.text)
        self.assertNotIn("<form", response.text)
        self.assertNotIn(self.customer_company.name, response.text)
        return response

    def _answered(self, line):
        line.invalidate_recordset()
        return line.option_id or line.rating or line.note


class TestFeedbackPage(FeedbackCase):
    def test_page_and_its_headers(self):
        response = self.url_open(self._path())
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.assertEqual(
            response.headers["Content-Security-Policy"], "frame-ancestors 'none'"
        )
        self.assertIn("The way is signposted.", response.text)
        self.assertNotIn("Asked of managers.", response.text)
        self.assertNotIn(self.customer_company.name, response.text)
        self.assertEqual(self.assessment.state, "sent", "Looking changes nothing.")

    def test_the_bar_begins_at_nought(self):
        """Without a value it would run to and fro, as if something were loading."""
        page = html.fromstring(self.url_open(self._path()).text)
        (bar,) = page.xpath("//progress")
        self.assertEqual(bar.get("value"), "0")
        questions = self.assessment.line_ids.filtered(lambda q: q.kind != "text")
        self.assertEqual(bar.get("max"), str(len(questions)))

    def test_every_choice_has_a_label_and_every_group_a_legend(self):
        page = html.fromstring(self.url_open(self._path()).text)
        self.assertEqual(page.get("lang"), "en-US")
        for radio in page.xpath("//input[@type='radio']"):
            self.assertTrue(radio.getparent().text_content().strip())
            self.assertEqual(radio.getparent().tag, "label")
            self.assertTrue(radio.xpath("ancestor::fieldset[1]/legend"))
        for textarea in page.xpath("//textarea"):
            self.assertTrue(page.xpath(f"//label[@for='{textarea.get('id')}']"))
        ids = page.xpath("//@id")
        self.assertEqual(len(ids), len(set(ids)))
        self.assertTrue(page.xpath("//*[@role='status'][@aria-live='polite']"))

    def test_plain_form_saves_and_sends(self):
        values = {
            self._name("scale"): self.yes.id,
            self._name("scale", 1): self.not_applicable.id,
            self._name("rating"): "9",
            self._name("text"): "Keep the coffee.",
            f"control-{self._line('text').id}": "ours",
        }
        response = self._post({**values, "save": "1"})
        self.assertEqual(response.status_code, 200)
        self.assertIn("You may close this page and go on later.", response.text)
        page = html.fromstring(self.url_open(self._path()).text)
        checked = page.xpath("//input[@type='radio'][@checked]/@value")
        expected = [str(self.yes.id), str(self.not_applicable.id), "9", "ours"]
        self.assertEqual(checked, expected)
        self.assertEqual(
            page.xpath("//div[@class][not(ancestor::details)]/textarea")[
                0
            ].text.strip(),
            "Keep the coffee.",
        )
        response = self._post({**values, "send": "1"})
        self.assertIn("Questions that are still open", response.text)
        self.assertEqual(self.assessment.state, "sent")
        response = self._post({**values, "send": "1", "confirmed": "1"})
        self.assertEqual(response.status_code, 200)
        self.assertIn("Thank you!", response.text)
        self.assessment.invalidate_recordset()
        self.assertEqual(self.assessment.state, "done")
        self.assertEqual(self.assessment.recommendation, 9)
        self.assertTrue(self.assessment.score)
        self.assertNotIn(self.public.partner_id, self.assessment.message_ids.author_id)

    def test_nothing_answered_is_not_sent(self):
        response = self._post({"send": "1", "confirmed": "1"})
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please answer at least one question.", response.text)
        self.assertEqual(self.assessment.state, "sent")

    def test_saves_on_the_way(self):
        self.assertEqual(
            self._save({self._name("scale"): str(self.yes.id)}), {"status": "saved"}
        )
        line = self._line("scale")
        self.assertEqual(self._answered(line), self.yes)
        self.assertTrue(self.assessment.answered_until)
        self._save({self._name("rating"): "7", self._name("text"): "a\r\nb  "})
        self.assertEqual(self._answered(self._line("rating")), "7")
        self.assertEqual(self._answered(self._line("text")), "a\nb")
        self._save({self._name("rating"): "", self._name("text"): ""})
        self.assertFalse(self._answered(self._line("rating")))
        self.assertFalse(self._answered(self._line("text")))

    def test_contact_speaks_their_language(self):
        for lang, text in (("zh_TW", "指標清楚。"), ("zh_CN", "路标清楚。")):
            self.customer_company.lang = lang
            assessment = self._create_asked()
            page = html.fromstring(self.url_open(self._path(assessment)).text)
            self.assertEqual(page.get("lang"), lang.replace("_", "-"))
            self.assertIn(text, page.text_content())

    def test_customer_chooses_the_language_and_keeps_the_answers(self):
        response = self._post({self._name("scale"): self.yes.id, "lang": "zh_TW"})
        page = html.fromstring(response.text)
        self.assertEqual(page.get("lang"), "zh-TW")
        self.assertIn("lang=zh_TW", page.xpath("//form/@action")[0])
        self.assertTrue(page.xpath("//input[@checked]"))
        response = self.url_open(self._path(suffix="?lang=xx_XX"))
        self.assertEqual(html.fromstring(response.text).get("lang"), "en-US")

    @warmup
    def test_query_budget(self):
        self.url_open(self._path())
        # 16: the user, 4 of the gate (it counts in a transaction of its own), the rest
        # of assessment, form, lines and company; none for each question
        with self.assertQueryCount(17):
            self.url_open(self._path())


class TestFeedbackLinks(FeedbackCase):
    def test_wrong_links_are_unknown(self):
        token = self.assessment.access_token
        wrong = (
            "",
            "/",
            f"/{token[:-1]}",
            f"/{token}x",
            f"/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}",
            f"/{token.swapcase()}",
            f"/{self.assessment.id}",
            "/%00",
            "/%F0%9F%99%82",
            "/' OR 1=1 --",
            f"/{'A' * 43}",
            f"/{'A' * 5000}",
        )
        pages = set()
        for path in wrong:
            response = self._assert_closed(PATH + path, 404, "does not open anything")
            pages.add(re.sub(r'csrf_token: "[^"]*"', "", response.text))
        self.assertEqual(len(pages), 1, "No wrong link says more than another.")
        self.assertEqual(self.url_open(f"{PATH}/x/y").status_code, 404)

    def test_wrong_link_says_the_same_whatever_is_posted(self):
        for values in ({"send": "1"}, {self._name("scale"): self.yes.id}):
            response = self._post(values, path=f"{PATH}/{'A' * 43}")
            self.assertEqual(response.status_code, 404)
        result = self._save({}, path=f"{PATH}/{'A' * 43}/save")
        self.assertEqual(result["status"], "unknown")

    def test_only_the_customers_form_has_a_page(self):
        internal = self._create_assessment(viewpoint="employee", state="sent")
        self._assert_closed(self._path(internal), 404, "does not open anything")

    def test_token_is_never_empty(self):
        self.assessment.access_token = False
        for token in (None, False, "", 0, [], {}, b"", "None", "False"):
            self.assertFalse(self.env["crm.assessment"]._find_by_token(token))

    def test_token_is_random_enough(self):
        tokens = {self._create_asked().access_token for _number in range(5)}
        self.assertEqual(len(tokens), 5)
        self.assertTrue(all(len(token) == 43 for token in tokens))

    def test_expired(self):
        self.assessment.deadline = fields.Date.today() - timedelta(days=2)
        self._assert_closed(self._path(), 410, "The time to answer is over.")
        self.assessment.write({"deadline": False, "state": "expired"})
        self._assert_closed(self._path(), 410, "The time to answer is over.")

    def test_last_day_ends_where_the_customer_is(self):
        self.assessment.deadline = "2026-03-02"
        self.customer_company.tz = "Pacific/Honolulu"
        with self.mock_now("2026-03-03 09:30:00"):
            self.assertEqual(self.assessment._get_page_status(), "open")
        self.customer_company.tz = "Asia/Taipei"
        with self.mock_now("2026-03-02 16:30:00"):
            self.assertEqual(self.assessment._get_page_status(), "expired")

    def mock_now(self, now):
        moment = fields.Datetime.to_datetime(now)
        return patch("odoo.sql_db.BaseCursor.now", lambda cursor: moment)

    def test_no_deadline_is_not_for_ever(self):
        self.assessment.deadline = False
        self.assertEqual(self._get_status(), "open")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_assessment SET create_date = create_date - interval '91 days' "
            "WHERE id = %s",
            [self.assessment.id],
        )
        self.assertEqual(self._get_status(), "expired")

    def _get_status(self):
        self.assessment.invalidate_recordset()
        return self.assessment._get_page_status()

    def test_revoked_and_renewed(self):
        path = self._path()
        self.assessment.with_user(self.rep).action_revoke_link()
        self._assert_closed(path, 410, "no longer in use")
        self.assessment.with_user(self.rep).action_renew_link()
        self._assert_closed(path, 404, "does not open anything")
        self.assertEqual(self.url_open(self._path()).status_code, 200)
        self.assessment.action_cancel()
        self._assert_closed(self._path(), 410, "no longer in use")

    def test_archived_is_revoked(self):
        self.assessment.active = False
        self._assert_closed(self._path(), 410, "no longer in use")

    def test_one_use_and_two_tabs(self):
        first = second = self._get_csrf()
        values = {self._name("scale"): self.yes.id, "send": "1", "confirmed": "1"}
        response = self._post({**values, "csrf_token": first}, csrf=False)
        self.assertIn("Thank you!", response.text)
        response = self._post(
            {**values, self._name("scale"): self.no.id, "csrf_token": second},
            csrf=False,
        )
        self.assertEqual(response.status_code, 410)
        self.assertIn("Your answers have arrived.", response.text)
        result = self._save({self._name("scale"): str(self.no.id)}, second)
        self.assertEqual(result["status"], "answered")
        self.assertIn("Your answers have arrived.", result["message"])
        self.assertEqual(self._answered(self._line("scale")), self.yes)
        self._assert_closed(self._path(), 410, "Your answers have arrived.")

    def test_closed_page_takes_no_answers(self):
        csrf_token = self._get_csrf()
        self.assessment.action_revoke_link()
        answers = {self._name("scale"): str(self.no.id)}
        self.assertEqual(self._save(answers, csrf_token)["status"], "revoked")
        response = self._post({**answers, "csrf_token": csrf_token}, csrf=False)
        self.assertEqual(response.status_code, 410)
        self.assertFalse(self._answered(self._line("scale")))


class TestFeedbackHarm(FeedbackCase):
    def test_csrf(self):
        values = {self._name("text"): "Typed for long", "send": "1"}
        for token in ({}, {"csrf_token": "wrong"}, {"csrf_token": "äo1"}):
            response = self._post({**values, **token}, csrf=False)
            self.assertEqual(response.status_code, 400)
            self.assertIn("nothing was saved just now", response.text)
            self.assertIn("Typed for long", response.text, "Nothing is lost.")
        for token in ("", "wrong", "\ud800", 1, ["x"], {"a": 1}):
            result = self._save({self._name("text"): "x"}, token)
            self.assertEqual(result["status"], "csrf")
        self.assertFalse(self._answered(self._line("text")))
        self.assertEqual(self.assessment.state, "sent")

    def test_browser_without_cookies(self):
        """The link is the secret: no session is needed to answer."""
        csrf_token = self._get_csrf()
        self.opener.cookies.clear()
        answers = {self._name("scale"): str(self.yes.id)}
        self.assertEqual(self._save(answers, csrf_token)["status"], "saved")
        self.opener.cookies.clear()
        values = {**answers, "csrf_token": csrf_token, "send": "1", "confirmed": "1"}
        self.assertIn("Thank you!", self._post(values, csrf=False).text)
        self.assessment.invalidate_recordset()
        self.assertEqual(self.assessment.state, "done")

    def test_other_sites_cannot_answer(self):
        values = {self._name("scale"): self.yes.id, "csrf_token": self._get_csrf()}
        own = self.base_url()
        for headers, is_own in (
            ({"Sec-Fetch-Site": "cross-site"}, False),
            ({"Sec-Fetch-Site": "same-site"}, False),
            ({"Sec-Fetch-Site": "cross-site", "Origin": own}, False),
            ({"Origin": "https://evil.example.com"}, False),
            ({"Referer": "https://evil.example.com/x"}, False),
            ({"Origin": "null", "Referer": "https://evil.example.com/x"}, False),
            ({"Origin": f"{own}.evil.example.com"}, False),
            ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
            ({"Origin": "null"}, True),
            ({"Origin": own, "Referer": f"{own}/x"}, True),
            ({}, True),
        ):
            with self.subTest(headers=headers):
                response = self.url_open(self._path(), data=values, headers=headers)
                self.assertEqual(response.status_code, 200 if is_own else 400)
                result = self.make_jsonrpc_request(
                    self._path(suffix="/save"),
                    {"answers": {}, "csrf_token": values["csrf_token"]},
                    headers=headers,
                )
                self.assertEqual(result["status"], "saved" if is_own else "csrf")
        for token in ("", "wrong"):
            response = self.url_open(
                self._path(),
                data={**values, "csrf_token": token},
                headers={"Origin": "null"},
            )
            self.assertEqual(response.status_code, 400)
        other = self._get_csrf(self._create_asked())
        response = self.url_open(self._path(), data={**values, "csrf_token": other})
        self.assertEqual(response.status_code, 400, "of another page")

    def test_strange_values_are_no_server_error(self):
        for strange in (["en_US"], {"a": "b"}, 7, True, None, "x" * 5000, "\ud800"):
            with self.subTest(strange=strange):
                result = self.make_jsonrpc_request(
                    self._path(suffix="/save"),
                    {"answers": {}, "lang": strange, "csrf_token": self._get_csrf()},
                )
                self.assertEqual(result["status"], "saved")
                result = self.make_jsonrpc_request(
                    self._path(suffix="/save"),
                    {"answers": strange, "lang": strange, "csrf_token": strange},
                )
                self.assertEqual(result["status"], "csrf")
        response = self.url_open(
            self._path(),
            data={"csrf_token": self._get_csrf()},
            files={"lang": ("a.txt", b"text"), "send": ("b.txt", b"text")},
        )
        self.assertLess(response.status_code, 500)
        self.url_open(self._path(suffix="?done=nonsense&done=send&lang=%00"))

    def test_the_counter_counts_first(self):
        """Wrong links count, whatever comes with them and whatever follows."""
        Visit = self.env["crm.personal.link.visit"]
        path = f"{PATH}/{'A' * 43}/save"
        values = {"answers": ["x"], "lang": ["en_US"], "csrf_token": {}}
        with patch.object(personal_link, "WRONG_LINKS_PER_ADDRESS", 40):
            for _number in range(40):
                result = self.make_jsonrpc_request(path, values)
                self.assertEqual(result["status"], "unknown")
            self.assertEqual(Visit.search_count([]), 40)
            self.assertEqual(self.make_jsonrpc_request(path, values)["status"], "busy")

    def test_going_back_posts_nothing_twice(self):
        """What is posted is answered by another page, to be read with GET."""
        name = self._name("scale")
        values = {name: self.yes.id, "csrf_token": self._get_csrf()}
        for button, text in (
            ({"save": "1"}, "go on later"),
            ({"lang": "zh_TW"}, 'lang="zh-TW"'),
            ({"send": "1"}, "still open"),
            ({"send": "1", "confirmed": "1"}, "Thank you!"),
        ):
            response = self.url_open(
                self._path(), data={**values, **button}, allow_redirects=False
            )
            self.assertEqual(response.status_code, 303, button)
            location = response.headers["Location"]
            self.assertIn(self._path(), location)
            self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
            response = self.url_open(location)
            self.assertEqual(response.status_code, 200)
            self.assertIn(text, response.text)
        response = self.url_open(self._path(suffix="?done=send"))
        self.assertIn("Thank you!", response.text)
        self._assert_closed(self._path(), 410, "Your answers have arrived.")

    def test_thanks_only_after_sending(self):
        response = self.url_open(self._path(suffix="?done=send"))
        self.assertNotIn("Thank you!", response.text)

    def test_empty_page_is_told_at_once(self):
        """Not first “send it as it is”, and then that nothing is answered."""
        response = self._post({"send": "1"})
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please answer at least one question.", response.text)
        self.assertNotIn("Send as it is", response.text)
        text = {self._name("text"): "Only this"}
        self.assertIn("Send as it is", self._post({**text, "send": "1"}).text)

    def test_a_remark_goes_with_every_answer(self):
        line = self._line("scale")
        remark = {f"note-{line.id}": "The sign is behind a tree."}
        page = html.fromstring(self.url_open(self._path()).text)
        self.assertFalse(page.xpath("//details[@open]"))
        self.assertEqual(
            page.xpath("//details//textarea/@name"),
            [
                f"note-{each.id}"
                for each in self.assessment.line_ids
                if each.kind != "text"
            ],
        )
        self.assertEqual(self._save(remark)["status"], "saved")
        self.assertEqual(line.note, "The sign is behind a tree.")
        self.assertFalse(line.option_id)
        page = html.fromstring(self.url_open(self._path()).text)
        [shown] = page.xpath("//details[@open]//textarea")
        self.assertEqual(shown.text.strip(), "The sign is behind a tree.")
        self._post({f"note-{line.id}": "", self._name("scale"): str(self.yes.id)})
        line.invalidate_recordset()
        self.assertFalse(line.note)
        self.assertEqual(line.option_id, self.yes)

    def test_a_remark_that_is_too_long_stays_on_the_page(self):
        text = "x" * 10_001
        response = self._post({f"note-{self._line('scale').id}": text})
        self.assertEqual(response.status_code, 422)
        [shown] = html.fromstring(response.text).xpath("//details[@open]//textarea")
        self.assertEqual(shown.text.strip(), text)
        self.assertEqual(shown.get("aria-invalid"), "true")
        self.assertFalse(self._answered(self._line("scale")))

    def test_a_remark_alone_can_be_sent(self):
        self._post(
            {f"note-{self._line('scale').id}": "Well", "send": "1", "confirmed": "1"}
        )
        self.assertEqual(self.assessment.state, "done")

    def test_questions_stand_under_their_areas(self):
        page = html.fromstring(self.url_open(self._path()).text)
        self.assertEqual(page.xpath("//h2/text()"), ["Access", "Building"])

    def test_answers_of_others_are_refused(self):
        other = self._create_asked()
        own = {self._name("scale"): str(self.yes.id)}
        foreign_option = self.env["crm.assessment.option"].search(
            [("scale_id", "!=", self.framework.scale_id.id)], limit=1
        )
        for answers in (
            {self._name("scale", 0, other): str(self.yes.id)},
            {self._name("scale", 1): str(foreign_option.id)},
            {self._name("scale", 1): "x"},
            {self._name("scale", 1): "²"},
            {self._name("rating"): "11"},
            {self._name("rating"): "-1"},
            {f"control-{self._line('scale').id}": "ours"},
            {f"control-{self._line('text').id}": "mine"},
            {"option-": "1"},
            {"option-0": "1"},
            {"option-1e9": "1"},
            {f"option-{10**30}": "1"},
        ):
            with self.subTest(answers=answers):
                self.assertEqual(self._save({**own, **answers})["status"], "invalid")
                response = self._post({**own, **answers})
                self.assertEqual(response.status_code, 400)
        for answers in (
            None,
            [],
            "x",
            {self._name("text"): 1},
            {self._name("text"): {"a": 1}},
            {self._name("text"): None},
            {"write_uid": "1"},
            {f"assessment_id-{self._line('text').id}": "1"},
            {f"item_id-{self._line('text').id}": "1"},
        ):
            with self.subTest(answers=answers):
                self.assertEqual(self._save(answers)["status"], "invalid")
        for line in self.assessment.line_ids | other.line_ids:
            self.assertFalse(self._answered(line))

    def test_file_instead_of_text(self):
        response = self.url_open(
            self._path(),
            data={"csrf_token": self._get_csrf()},
            files={self._name("text"): ("a.txt", b"text")},
        )
        self.assertEqual(response.status_code, 400)

    def test_other_fields_of_the_form_are_ignored(self):
        self._post(
            {
                self._name("scale"): self.yes.id,
                "state": "done",
                "partner_id": "1",
                "active": "",
                "save": "1",
            }
        )
        self.assertEqual(self._answered(self._line("scale")), self.yes)
        self.assertEqual(self.assessment.state, "sent")

    def test_long_answers(self):
        longest = "字" * MAX_LENGTH
        name, line = self._name("text"), self._line("text")
        self.assertEqual(self._save({name: longest})["status"], "saved")
        self.assertEqual(self._answered(line), longest)
        self.assertEqual(self._save({name: "🙂" * MAX_LENGTH})["status"], "saved")
        for extra in ("x", "x" * 100_000):
            result = self._save({name: longest + extra, self._name("rating"): "5"})
            self.assertEqual(result["status"], "too_long")
            self.assertIn("10,000", result["message"])
            self.assertEqual(result["fields"], [name])
            self.assertEqual(self._answered(self._line("rating")), "5")
        typed = longest + "THE END"
        response = self._post({name: typed, self._name("scale"): self.yes.id})
        self.assertEqual(response.status_code, 422)
        page = html.fromstring(response.text)
        self.assertEqual(
            page.xpath("//div[@class][not(ancestor::details)]/textarea")[
                0
            ].text.strip(),
            typed,
        )
        self.assertEqual(page.xpath("//textarea/@aria-invalid"), ["true"])
        self.assertEqual(self._answered(self._line("scale")), self.yes)
        self.assertEqual(self._answered(line), "🙂" * MAX_LENGTH)

    def test_hostile_text_does_no_harm(self):
        text = (HOSTILE * 200)[:MAX_LENGTH]
        self.assertEqual(self._save({self._name("text"): text})["status"], "saved")
        line = self._line("text")
        kept = self._answered(line)
        self.assertNotRegex(kept, "[\x00\b\ud800\r]")
        # the page
        page = html.fromstring(self.url_open(self._path()).text)
        self.assertEqual(
            page.xpath("//div[@class][not(ancestor::details)]/textarea")[
                0
            ].text.strip(),
            kept.strip(),
        )
        self.assertFalse(page.xpath("//img[@onerror]|//script[.='alert(1)']"))
        # chatter and mail
        message = self.assessment.message_post(body=line.note)
        self.assertIn("&lt;script&gt;", message.body)
        template = self.env["mail.template"].create(
            {
                "name": "Quote",
                "model_id": self.env["ir.model"]._get_id("crm.assessment.line"),
                "body_html": '<p t-out="object.note"/>',
            }
        )
        body = template._render_field("body_html", line.ids)[line.id]
        self.assertIn("&lt;script&gt;", body)
        self.assertNotIn("<script", body)
        self.assertNotIn("49", body)
        # the list gets it as it is, and escapes it
        self.assertEqual(line.read(["note"])[0]["note"], kept)
        json.dumps(kept).encode()
        self.assertIn("Thank you!", self._send_all().text)

    def test_wrong_links_are_limited_and_hold_up_nobody_else(self):
        with patch.object(personal_link, "WRONG_LINKS_PER_ADDRESS", 3):
            for _number in range(3):
                self._assert_closed(f"{PATH}/wrong", 404, "does not open anything")
            response = self._assert_closed(f"{PATH}/wrong", 429, "too many visits")
            self.assertEqual(response.headers["Retry-After"], "600")
            self.assertEqual(self.url_open(self._path()).status_code, 200)
        self.assertEqual(
            self.env["crm.personal.link.visit"].search_count([]), 4, "None above limit."
        )

    def test_visits_of_a_link_are_limited(self):
        other = self._create_asked()
        csrf_token = self._get_csrf()
        with patch.object(personal_link, "VISITS_PER_LINK", 2):
            self._save({self._name("rating"): "5"}, csrf_token)
            result = self._save({self._name("rating"): "6"}, csrf_token)
            self.assertEqual(result["status"], "busy")
            self._assert_closed(self._path(), 429, "too many visits")
            self.assertEqual(self.url_open(self._path(other)).status_code, 200)
            self.env.cr.execute(
                "UPDATE crm_personal_link_visit "
                "SET create_date = create_date - interval '11 minutes'"
            )
            self.assertEqual(self.url_open(self._path()).status_code, 200)
        self.assertEqual(self._answered(self._line("rating")), "5")

    def test_visits_keep_neither_address_nor_token(self):
        self.url_open(self._path())
        self.url_open(f"{PATH}/wrong")
        for visitor in self.env["crm.personal.link.visit"].search([]).mapped("visitor"):
            self.assertRegex(visitor, "^[0-9a-f]{64}$")
            self.assertNotIn(self.assessment.access_token, visitor)

    def test_token_is_not_in_our_logs(self):
        with self.assertLogs(level=logging.DEBUG) as logs:
            self._post({"send": "1"}, csrf=False)
            self._save({"option-0": "1"}, "wrong")
            self._send_all()
        ours = [
            record.getMessage()
            for record in logs.records
            if record.name.startswith("odoo.addons.crm_referral")
            or record.levelno >= logging.WARNING
        ]
        self.assertFalse(
            [text for text in ours if self.assessment.access_token in text]
        )

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_link_opens_nothing_else(self):
        """Who holds a link is still nobody to the rest of the system."""
        self._get_csrf()
        for model in ("crm.assessment", "crm.assessment.line", "res.partner"):
            response = self.url_open(
                f"/web/dataset/call_kw/{model}/search_read",
                data=json.dumps(
                    {"params": {"model": model, "method": "search_read", "args": []}}
                ),
                headers={"Content-Type": "application/json"},
            )
            self.assertIn("error", response.json())
        self.assertFalse(
            self.env["crm.assessment"].with_user(self.public).has_access("read")
        )
        self.assertFalse(
            self.env["crm.personal.link.visit"].with_user(self.rep).has_access("read")
        )

    def test_colleague_who_opens_the_link_answers_as_the_customer(self):
        self.authenticate(self.employee.login, self.employee.login)
        self.assertEqual(self._send_all().status_code, 200)
        self.assessment.invalidate_recordset()
        self.assertEqual(self.assessment.state, "done")
        self.assertEqual(self.assessment.opened_by_ids, self.employee)
        with self.assertRaises(AccessError):
            self.assessment.with_user(self.manager).opened_by_ids = False
        notes = self.assessment.message_ids.mapped("body")
        self.assertEqual(len([note for note in notes if "page open" in note]), 1)
        self.assertEqual(len([note for note in notes if "answers came" in note]), 1)

    def test_customer_opens_their_page_alone(self):
        self.assertEqual(self._send_all().status_code, 200)
        self.assessment.invalidate_recordset()
        self.assertFalse(self.assessment.opened_by_ids)

    def test_answers_are_taken_back(self):
        page = html.fromstring(self.url_open(self._path()).text)
        scale, rating = self._name("scale"), self._name("rating")
        control = f"control-{self._line('text').id}"
        for name in (scale, rating, control):
            [label] = page.xpath(f"//input[@name='{name}'][@value='']/..")
            self.assertEqual(label.text_content().strip(), "No answer")
        chosen = {scale: str(self.yes.id), rating: "7", control: "ours"}
        self.assertEqual(self._save(chosen)["status"], "saved")
        self.assertEqual(self._save({scale: ""})["status"], "saved")
        self.assertFalse(self._answered(self._line("scale")))
        # and as a plain form
        self._post({**chosen, rating: "", control: "", "save": "1"})
        self.assertTrue(self._answered(self._line("scale")))
        self.assertFalse(self._answered(self._line("rating")))
        self.assertFalse(self._line("text").control)


class TestFeedbackTours(FeedbackCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_customer_answers_on_the_phone_in_chinese(self):
        self.customer_company.lang = "zh_TW"
        self.assessment = self._create_asked()
        self.start_tour(self._path(), "crm_referral_feedback_phone")
        self.assessment.invalidate_recordset()
        self.assertEqual(self.assessment.state, "done")
        self.assertEqual(self.assessment.recommendation, 10)
        self.assertEqual(self._answered(self._line("text")), "很好，請繼續。")


class TestHostileTextInTheBackend(FeedbackCase):
    """In a real browser: on the screens, not only in what the server answers."""

    TEXT = (
        "HOSTILE <script>window.hostile = 1</script>"
        "<img src=x onerror='window.hostile = 2'>"
        "<svg/onload='window.hostile = 3'> {{ 7*7 }} \u202eabc\u202c مرحبا 🙂\n"
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = (cls.TEXT * 100)[:MAX_LENGTH]

    def _look(self, path):
        self.start_tour(path, "crm_referral_feedback_hostile", login=self.manager.login)

    def test_answer(self):
        """In the form of the assessment, and quoted in the chatter."""
        self.assertEqual(self._save({self._name("text"): self.text})["status"], "saved")
        self.assertIn("Thank you!", self._send_all().text)
        self.assessment.invalidate_recordset()
        self.assessment.message_post(body=self._line("text").note)
        self._look(f"/odoo/assessments/{self.assessment.id}")

    def test_evidence(self):
        """In the list of the evidence of a round."""
        pride = self.env.ref("crm_referral.crm_assessment_framework_pride")
        round_ = self.env["crm.assessment.round"].create(
            {
                "framework_id": pride.id,
                "partner_id": self.customer_company.id,
                "user_id": self.rep.id,
            }
        )
        round_._start()
        form = round_._search_assessments().filtered(
            lambda a: a.viewpoint == "customer"
        )
        path = self._path(form, "/save")
        csrf = self._get_csrf(form)
        name = self._name("text", 0, form)
        self.assertEqual(self._save({name: self.text}, csrf, path)["status"], "saved")
        form._submit_page()
        round_.action_close()
        round_.message_post(body=self.text)
        self._look(f"/odoo/pride/{round_.id}")

    def test_dispute(self):
        """In the disagreement of an agent, which is noted in the chatter too."""
        be_sure = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        round_ = self.env["crm.assessment.round"].create(
            {
                "framework_id": be_sure.id,
                "partner_id": self.customer_company.id,
                "user_id": self.rep.id,
                "manager_id": self.leader.id,
            }
        )
        round_._start()
        for form in round_._search_assessments().sorted("id"):
            form.line_ids.option_id = be_sure.scale_id.option_ids[0]
            form.action_done()
        round_.with_user(self.rep).action_dispute(self.text)
        self._look(f"/odoo/be-sure/{round_.id}")


class TestFeedbackKeyboard(FeedbackCase):
    """Real keys: those of a tour are made by a script, and do not move the focus."""

    KEYS = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowRight": 39}

    def _press(self, browser, key):
        params = {"key": key, "code": key, "windowsVirtualKeyCode": self.KEYS[key]}
        if key == "Enter":
            params["text"] = "\r"
        for kind in ("keyDown", "keyUp"):
            browser._websocket_request(
                "Input.dispatchKeyEvent", params={"type": kind, **params}
            )

    def _tab_to(self, browser, selector):
        """Press Tab until this has the focus, as many times as a person would."""
        for _number in range(8):
            self._press(browser, "Tab")
            if self._evaluate(browser, f"document.activeElement.matches('{selector}')"):
                return
        self.fail(f"{selector} is not reached by the keyboard")

    def _evaluate(self, browser, expression):
        result = browser._websocket_request(
            "Runtime.evaluate", params={"expression": expression, "returnByValue": True}
        )
        return result["result"].get("value")

    def _wait_for(self, browser, selector, text=""):
        expression = (
            f"document.querySelector('{selector}')?.textContent.includes('{text}')"
        )
        self.assertTrue(browser._wait_ready(f"Boolean({expression})", timeout=20))

    def _answer_by_keys(self, browser, *_args, **_kwargs):
        for _question in self.assessment.line_ids.filtered(
            lambda line: line.kind == "scale"
        ):
            self._tab_to(browser, ".o_feedback_question input[type=radio]")
            self._press(browser, "ArrowRight")
        self._wait_for(browser, ".o_feedback_answered", "4")
        # An answer is taken back: the last choice, which is next to the first one.
        self._tab_to(browser, ".o_feedback_rating input[type=radio]")
        self._press(browser, "ArrowRight")
        self._wait_for(browser, ".o_feedback_answered", "5")
        self._press(browser, "ArrowLeft")
        self._press(browser, "ArrowLeft")
        self._wait_for(browser, ".o_feedback_answered", "4")
        self._wait_for(browser, ".o_feedback_choice_none:has(:focus)", "No answer")
        self._tab_to(browser, "textarea")
        browser._websocket_request("Input.insertText", params={"text": "Typed"})
        self._tab_to(browser, ".o_feedback_send")
        self._press(browser, "Enter")
        # What is to be read next has the focus.
        self._wait_for(browser, ".o_feedback_notice:focus", "still open")
        self._tab_to(browser, ".o_feedback_notice a")
        self._tab_to(browser, ".o_feedback_notice button")
        self._press(browser, "Enter")
        self._wait_for(browser, ".o_feedback_closed", "Thank you!")

    def test_customer_answers_by_keyboard(self):
        with patch.object(
            ChromeBrowser,
            "_wait_code_ok",
            autospec=True,
            side_effect=self._answer_by_keys,
        ):
            self.browser_js(
                self._path(),
                "",
                ready="Boolean(document.querySelector('.o_feedback_save.d-none'))",
            )
        self.assessment.invalidate_recordset()
        self.assertEqual(self.assessment.state, "done")
        self.assertEqual(self._answered(self._line("scale")), self.maybe)
        self.assertFalse(self._answered(self._line("rating")))
        self.assertEqual(self._answered(self._line("text")), "Typed")

    def test_too_long_is_said_at_once(self):
        self.start_tour(self._path(), "crm_referral_feedback_too_long")
        self.assertEqual(self._answered(self._line("text")), "Typed")
