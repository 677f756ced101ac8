import json
import logging
from unittest.mock import patch

from lxml import html

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from odoo.addons.crm_assessment.controllers import personal_link
from odoo.addons.crm_assessment.models.crm_assessment_page_mixin import MAX_LENGTH

from .feedback_common import PATH, FeedbackCase

HOSTILE = (
    "</textarea><script>alert(1)</script><img src=x onerror=alert(2)>"
    "{{ 7*7 }} <t t-out='1'/> %s %(x)s =cmd|' /C calc'!A0 \"'`"
    "\u202e\u0000\b\ud800 🙂\r\n"
)


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
            if record.name.startswith("odoo.addons.crm_")
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
