import json
import random
from unittest.mock import patch

from odoo.tools import mute_logger

from odoo.addons.crm_assessment.controllers import personal_link

from .referrer_page_common import ReferrerPageCase

HOSTILE = (
    "</textarea><script>alert(1)</script>\"'`<img src=x onerror=alert(2)>"
    "{{ 7*7 }} <t t-out='1'/> %s =cmd|' /C calc'!A0 \u202e\u0000\b 🙂\r\n"
)


class TestReferrerPageHarm(ReferrerPageCase):
    """What nobody should be able to do on the page of a customer."""

    def _get_state(self):
        """:return: all that a post could change"""
        self.env.flush_all()
        self.env.cr.flush()  # tracking values are posted before the commit
        self.env.invalidate_all()
        return (
            self.candidate.read(
                ["state", "closing_note", "customer_answer", "may_name_referrer"]
            ),
            self.referral.candidate_ids.ids,
            self.referral.message_ids.ids,
            self.customer.read(["referral_do_not_ask", "referral_ask_interval"]),
            self.page.read(["used_on", "opened_by_ids", "is_link_revoked"]),
            self.customer.referral_ids.ids,
        )

    def test_reading_changes_nothing(self):
        """Mail scanners open every link, also with made-up parameters."""
        before = self._get_state()
        query = f"do=stop&confirmed=1&candidate={self.candidate.id}&csrf_token="
        for path in (
            self._path(),
            f"{self._path()}?{query}{self._get_known_token()}",
            f"{self._path()}?do=agree&candidate={self.candidate.id}",
            f"{self._path()}?done=stopped&lang=zh_TW",
        ):
            for method in ("GET", "HEAD", "OPTIONS"):
                self.opener.request(method, self.base_url() + path, timeout=30)
        self.assertEqual(self._get_state(), before)

    def test_wrong_links(self):
        for token in ("", "x", "A" * 43, self.page.access_token[:-1], "a%00b" * 9):
            response = self.url_open(f"/referral/{token}")
            self.assertEqual(response.status_code, 404, token)
            for word in (self.customer.name, self.company.name, "<form"):
                self.assertNotIn(word, response.text)

    def test_revoked_link(self):
        self.referral.action_revoke_link()
        response = self.url_open(self._path())
        self.assertEqual(response.status_code, 410)
        response = self._post("agree", csrf=False, csrf_token=self._get_known_token())
        self.assertEqual(response.status_code, 410)
        self.assertEqual(self.candidate.state, "suggested")

    def test_csrf(self):
        before = self._get_state()
        for token in ({}, {"csrf_token": "wrong"}, {"csrf_token": "äo1"}):
            response = self._post("agree", csrf=False, **token)
            self.assertEqual(response.status_code, 400)
            self.assertIn("nothing was done just now", self._get_text(response))
        own = self._get_known_token()
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.example.com"},
            {"Referer": "https://evil.example.com/x"},
        ):
            response = self.url_open(
                self._path(),
                data={"do": "stop", "confirmed": "1", "csrf_token": own},
                headers=headers,
            )
            self.assertEqual(response.status_code, 400, headers)
        self.assertEqual(self._get_state(), before)

    def test_candidates_of_others(self):
        other = self._create_referral(partner_id=self.other_customer.id)
        theirs = self._create_candidate(other, name="Otto Other")
        hidden = self._create_candidate(
            self._create_referral(
                self.foreign_manager, company_id=self.other_company.id
            )
        )
        for candidate in (theirs, hidden):
            for do in ("agree", "decline", "introduce"):
                response = self._post(do, candidate=candidate.id)
                self.assertEqual(response.status_code, 400)
            self.assertEqual(candidate.state, "suggested")

    def test_headers(self):
        response = self.url_open(self._path())
        for header, value in personal_link.HEADERS.items():
            self.assertEqual(response.headers[header], value)

    def test_what_was_written_is_shown_as_it_was_written(self):
        self._post("name", name=HOSTILE[:90], function="Buyer")
        self._post("decline", note=HOSTILE)
        self.candidate.state = "suggested"
        self.env.flush_all()
        response = self.url_open(self._path())
        self.assertNotIn("<script>alert", response.text)
        self.assertNotIn("<img src=x", response.text)
        chatter = self._get_chatter(self.referral)
        self.assertNotIn("<script", chatter)
        self.assertIn("&lt;script&gt;", chatter)
        self.assertIn("{{ 7*7 }}", self.candidate.closing_note)

    @mute_logger("odoo.http")
    def test_fuzz(self):
        """Whatever is posted ends in a page, never in a server error."""
        chance = random.Random(20261127)
        values = ["", "1", "0", "-1", "9" * 40, "x", "é", HOSTILE, "[1]", "x" * 5000]
        values += [str(self.candidate.id), "year", "email", "2026-02-31", "\ud800"]
        names = ["candidate", "note", "name", "function", "partner_name", "channel"]
        names += ["may_name", "interval", "confirmed", "lang", "done", "page", "token"]
        actions = ["agree", "decline", "introduce", "name", "preferences"]
        actions += ["stop", "", "_page_stop", "write", "unlink"]
        token = self._get_known_token()
        statuses = set()
        for _try in range(60):
            data = {
                name: chance.choice(values).encode(errors="replace")
                for name in chance.sample(names, chance.randint(0, len(names)))
            }
            data |= {"do": chance.choice(actions), "csrf_token": token}
            self.env["crm.personal.link.visit"].search([]).unlink()
            response = self.url_open(self._path(), data=data)
            statuses.add(response.status_code)
            self.assertLess(response.status_code, 500, data)
        self.assertIn(200, statuses)
        self.assertIn(400, statuses)

    @mute_logger("odoo.http")
    def test_odd_requests(self):
        for headers, body in (
            ({"Content-Type": "application/json"}, json.dumps({"do": "stop"})),
            ({"Content-Type": "text/plain"}, "do=stop"),
            ({"Content-Type": "multipart/form-data; boundary=x"}, "--x"),
        ):
            response = self.opener.post(
                self.base_url() + self._path(), data=body, headers=headers, timeout=30
            )
            self.assertIn(response.status_code, (400, 415), headers)
        response = self.url_open(
            self._path(), data={"do": "decline", "note": "x" * 300_000}
        )
        self.assertEqual(response.status_code, 413)

    def test_too_many_visits(self):
        with patch.object(personal_link, "VISITS_PER_LINK", 2):
            statuses = [self.url_open(self._path()).status_code for _ in range(3)]
        self.assertEqual(statuses, [200, 200, 429])

    def test_browser_without_cookies(self):
        token = self._get_token()
        self.opener.cookies.clear()
        self._post("agree", csrf=False, csrf_token=token)
        self.assertEqual(self.candidate.state, "agreed")

    def test_a_colleague_does_not_answer_unnoticed(self):
        self.authenticate(self.manager.login, self.manager.login)
        self._post("agree")
        self.env.invalidate_all()
        self.assertEqual(self.page.opened_by_ids, self.manager)
        chatter = self._get_chatter(self.referral)
        self.assertIn("Manager has the customer", chatter)
        self.assertIn("Manager did this on the page of the customer.", chatter)
        [message] = self.referral.message_ids.filtered(
            lambda m: "agreed to introduce" in (m.body or "")
        )
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.authenticate(None, None)
        self._post("decline")
        self.assertIn("Manager had the link, too.", self._get_chatter(self.referral))

    def test_nobody_to_write_to(self):
        """The rep has left, and the customer has no address."""
        self.rep.active = False
        self.customer.email = False
        response = self._post("agree")
        self.assertEqual(response.status_code, 200)
        [activity] = self._get_activities(
            self.candidate, "mail_activity_type_referrer_page"
        )
        self.assertTrue(activity.user_id.active)
        self.assertNotEqual(activity.user_id, self.rep)
