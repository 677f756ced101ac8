import json
import random

from odoo.tests import HttpCase, tagged
from odoo.tools import hmac, mute_logger

from .common import ServiceCommon

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }} ' OR 1=1 --"


@tagged("post_install", "-at_install")
class TestContactPageHarm(ServiceCommon, HttpCase):
    """Whatever is sent to the one question ends in a page, and answers nothing else."""

    def setUp(self):
        super().setUp()
        self.env["crm.personal.link.visit"].search([]).unlink()
        self.contact = self.env["crm.service.contact"].create(
            {
                "partner_id": self.customer.id,
                "team_id": self.team.id,
                "user_id": self.agent.id,
                "reason_id": self.reason.id,
                "note": "Never show them this",
            }
        )
        self._renew()

    def _renew(self):
        self.secret = self.contact._default_access_token()
        self.contact.sudo().write(
            {"access_token": self.secret, "customer_asked_on": self.env.cr.now()}
        )
        self.path = f"/service/contact/{self.secret}"
        self.token = hmac(
            self.env(su=True), "personal_link.crm.service.contact", self.secret
        )
        self.env.flush_all()

    def _get_answer(self):
        self.contact.invalidate_recordset()
        return self.contact.customer_solved, self.contact.customer_answered_on

    @mute_logger("odoo.http")
    def test_fuzz(self):
        chance = random.Random(20261128)
        values = ["", "yes", "no", "partly", "maybe", HOSTILE, "[1]", "x" * 6000, "-1"]
        values += ["\x00", "\x0b", "\u202eabc", "🙂" * 1000, "é", "true", "done"]
        names = ["solved", "words", "lang", "done", "token", "id", "state", "user_id"]
        names += ["partner_id", "note", "complaint_id"]
        statuses = set()
        for _try in range(40):
            data = {
                name: chance.choice(values).encode(errors="replace")
                for name in chance.sample(names, chance.randint(0, len(names)))
            }
            self.env["crm.personal.link.visit"].search([]).unlink()
            response = self.url_open(self.path, data={**data, "csrf_token": self.token})
            statuses.add(response.status_code)
            self.assertIn(response.status_code, (200, 422), data)
            self.assertNotIn("<script>alert", response.text)
            self.assertNotIn("Never show them this", response.text)
        self.assertEqual(statuses, {200, 422})
        self.contact.invalidate_recordset()
        self.assertEqual(self.contact.note, "Never show them this")
        self.assertEqual(self.contact.partner_id, self.customer)
        self.assertEqual(self.contact.user_id, self.agent)
        self.assertEqual(self.contact.state, "open")

    @mute_logger("odoo.http")
    def test_odd_requests(self):
        for headers, body in (
            ({"Content-Type": "application/json"}, json.dumps({"solved": "yes"})),
            ({"Content-Type": "text/plain"}, "solved=yes"),
            ({"Content-Type": "multipart/form-data; boundary=x"}, "--x"),
        ):
            response = self.opener.post(
                self.base_url() + self.path, data=body, headers=headers, timeout=30
            )
            self.assertIn(response.status_code, (400, 415), headers)
        response = self.url_open(self.path, data={"words": "x" * 200_000})
        self.assertEqual(response.status_code, 413)
        query = {"solved": "yes", "csrf_token": self.token}
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "GET"):
            response = self.opener.request(
                method, self.base_url() + self.path, params=query, timeout=30
            )
            self.assertLess(response.status_code, 500, method)
        files = {"solved": ("a.txt", b"yes", "text/plain")}
        data = {"csrf_token": self.token}
        response = self.url_open(self.path, data=data, files=files)
        self.assertEqual(response.status_code, 422)
        self.assertEqual(self._get_answer(), (False, False))

    @mute_logger("odoo.http")
    def test_other_sites_send_nothing(self):
        data = {"csrf_token": self.token, "solved": "yes"}
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.example"},
            {"Referer": "https://evil.example/form"},
        ):
            response = self.url_open(self.path, data=data, headers=headers)
            self.assertEqual(response.status_code, 400, headers)
        self.assertEqual(self._get_answer(), (False, False))

    @mute_logger("odoo.http")
    def test_who_guesses_has_to_wait(self):
        statuses = {
            self.url_open(f"/service/contact/{'A' * 40}{number:03}").status_code
            for number in range(32)
        }
        self.assertEqual(statuses, {404, 429})
        self.assertEqual(self.url_open(self.path).status_code, 200)

    @mute_logger("odoo.http")
    def test_links_that_do_not_open(self):
        for token in ("%00", "..%2f..", "x" * 5000, "A" * 43, "' OR 1=1 --"):
            response = self.url_open(f"/service/contact/{token}")
            self.assertEqual(response.status_code, 404, token)
        self.contact.active = False
        self.env.flush_all()
        self.assertEqual(self.url_open(self.path).status_code, 410)

    @mute_logger("odoo.http")
    def test_who_was_not_the_customer_answers_no_more(self):
        self.contact.partner_id = self.env["res.partner"].create({"name": "Other"})
        self.env.flush_all()
        data = {"csrf_token": self.token, "solved": "yes"}
        self.assertEqual(self.url_open(self.path, data=data).status_code, 404)
        self.assertEqual(self._get_answer(), (False, False))
        self.assertFalse(self.contact.customer_asked_on, "The customer may be asked.")

    def test_hostile_words_are_words(self):
        data = {"csrf_token": self.token, "solved": "no", "words": HOSTILE}
        self.assertEqual(self.url_open(self.path, data=data).status_code, 200)
        self.contact.invalidate_recordset()
        body = "".join(self.contact.message_ids.mapped("body"))
        self.assertIn("&lt;script&gt;", body)
        self.assertIn("{{ 7*7 }}", body)
