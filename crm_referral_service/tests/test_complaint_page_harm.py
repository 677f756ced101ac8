import json
import random

from odoo.tests import HttpCase, tagged
from odoo.tools import hmac, mute_logger

from .test_service_access import ServiceRolesCommon

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }} ' OR 1=1 --"


@tagged("post_install", "-at_install")
class TestComplaintPageHarm(ServiceRolesCommon, HttpCase):
    """Whatever is sent ends in a page, never in a server error."""

    def setUp(self):
        super().setUp()
        self.env["crm.personal.link.visit"].search([]).unlink()
        self.complaint = self._create_complaint()
        self._fill_in(self.complaint, "test")
        secret = self.complaint.sudo().access_token
        self.path = f"/service/complaint/{secret}"
        self.token = hmac(self.env(su=True), "personal_link.crm.complaint", secret)
        self.env.flush_all()

    def _get_answers(self):
        self.complaint.invalidate_recordset()
        return self.complaint.solved, self.complaint.felt_heard, self.complaint.outcome

    @mute_logger("odoo.http")
    def test_fuzz(self):
        chance = random.Random(20261128)
        values = ["", "yes", "no", "partly", "answer", "reopen", "everything", HOSTILE]
        values += ["[1]", "x" * 6000, "\x00", "\x0b", "\u202eabc", "🙂" * 2000, "-1"]
        names = ["do", "solved", "felt_heard", "words", "lang", "done", "token", "id"]
        names += ["outcome", "partner_id", "complaint_id"]
        statuses = set()
        for _try in range(40):
            data = {
                name: chance.choice(values).encode(errors="replace")
                for name in chance.sample(names, chance.randint(0, len(names)))
            }
            self.env["crm.personal.link.visit"].search([]).unlink()
            response = self.url_open(self.path, data={**data, "csrf_token": self.token})
            statuses.add(response.status_code)
            self.assertLess(response.status_code, 500, data)
            self.assertNotIn("<script>alert", response.text)
        self.assertIn(422, statuses)
        self.assertFalse(self._get_answers()[2])
        self.assertEqual(self.complaint.partner_id, self.customer)

    @mute_logger("odoo.http")
    def test_odd_requests(self):
        right = {"do": "answer", "solved": "yes", "felt_heard": "yes"}
        for headers, body in (
            ({"Content-Type": "application/json"}, json.dumps(right)),
            ({"Content-Type": "text/plain"}, "do=answer"),
            ({"Content-Type": "multipart/form-data; boundary=x"}, "--x"),
        ):
            response = self.opener.post(
                self.base_url() + self.path, data=body, headers=headers, timeout=30
            )
            self.assertIn(response.status_code, (400, 415), headers)
        response = self.url_open(self.path, data={"words": "x" * 300_000})
        self.assertEqual(response.status_code, 413)
        query = {**right, "csrf_token": self.token}
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "GET"):
            response = self.opener.request(
                method, self.base_url() + self.path, params=query, timeout=30
            )
            self.assertLess(response.status_code, 500, method)
        self.assertEqual(self._get_answers(), (False, False, False))

    @mute_logger("odoo.http")
    def test_other_sites_send_nothing(self):
        data = {
            "csrf_token": self.token,
            "do": "answer",
            "solved": "yes",
            "felt_heard": "yes",
        }
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.example"},
            {"Referer": "https://evil.example/form"},
        ):
            response = self.url_open(self.path, data=data, headers=headers)
            self.assertEqual(response.status_code, 400, headers)
        self.assertEqual(self._get_answers(), (False, False, False))

    @mute_logger("odoo.http")
    def test_links_that_do_not_open(self):
        self.complaint.action_revoke_link()
        self.env.flush_all()
        self.assertEqual(self.url_open(self.path).status_code, 410)
        self.complaint.action_renew_link()
        self.env.flush_all()
        self.assertEqual(self.url_open(self.path).status_code, 404)
        for token in ("%00", "..%2f..", "x" * 5000, "A" * 43, "' OR 1=1 --"):
            response = self.url_open(f"/service/complaint/{token}")
            self.assertEqual(response.status_code, 404, token)
            self.assertNotIn(self.complaint.name, response.text)

    @mute_logger("odoo.http")
    def test_who_guesses_has_to_wait(self):
        statuses = {
            self.url_open(f"/service/complaint/{'A' * 40}{number:03}").status_code
            for number in range(32)
        }
        self.assertEqual(statuses, {404, 429})
        self.assertEqual(self.url_open(self.path).status_code, 200)

    def test_hostile_words_are_words(self):
        data = {
            "csrf_token": self.token,
            "do": "answer",
            "solved": "no",
            "felt_heard": "yes",
            "words": HOSTILE,
        }
        self.assertEqual(self.url_open(self.path, data=data).status_code, 200)
        self.complaint.invalidate_recordset()
        body = "".join(self.complaint.message_ids.mapped("body"))
        self.assertIn("&lt;script&gt;", body)
        self.assertIn("{{ 7*7 }}", body)

    def test_portal_of_others(self):
        """Neither another customer's nor what a colleague wants to be confidential."""
        people = self.env["res.partner"].create(
            [
                {"name": name, "parent_id": self.customer.id}
                for name in ("Buyer", "Director")
            ]
        )
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        secret = self._create_complaint(partner_id=people[1].id, is_confidential=True)
        for partner, visible, hidden in (
            (people[0], self.complaint, secret),
            (people[1], secret, None),
            (stranger, None, self.complaint | secret),
        ):
            login = partner.name.lower()
            user = self._create_user(f"portal-{login}", "base.group_portal")
            user.partner_id = partner
            user.sudo().password = "complaints"
            self.env.flush_all()
            self.authenticate(user.login, "complaints")
            text = self.url_open("/my/complaints").text
            if visible:
                self.assertIn(visible.name, text, login)
            for each in hidden or ():
                url = f"/my/complaints/{each.id}"
                self.assertNotIn(each.name, text, login)
                self.assertNotIn(each.name, self.url_open(url).text, login)
