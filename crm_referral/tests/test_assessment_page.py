import re
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.tests.common import warmup

from .feedback_common import PATH, FeedbackCase


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
        call_back = self.env.ref("crm_assessment.mail_activity_type_call_back")
        call = self.assessment.activity_ids.filtered(
            lambda activity: activity.activity_type_id == call_back
        )
        self.assertEqual(call.user_id, self.rep)
        self.assertIn("0912 345 678", call.summary)
