import json
import random

from lxml import html

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

    def _log_in(self, partner):
        user = self._create_user(f"portal-{partner.id}", "base.group_portal")
        user.partner_id = partner
        user.sudo().password = "complaints"
        self.env.flush_all()
        self.authenticate(user.login, "complaints")

    def test_portal_list(self):
        """As Odoo's own lists: by pages, sorted, with a word where there is nothing."""
        buyer, stranger = self.env["res.partner"].create(
            [{"name": "Buyer", "parent_id": self.customer.id}, {"name": "Stranger"}]
        )
        for number in range(81):
            complaint = self._create_complaint(
                received_on=f"2025-01-01 10:{number % 60:02}:00"
            )
            complaint.sudo().name = f"N{number:03}"
        self.complaint.sudo().write(
            {"name": "OLD", "received_on": "2024-12-31 10:00:00"}
        )
        ended = self.env["crm.complaint"].search([("name", "=", "N059")])
        ended.action_withdraw("Found it")

        def get_names(path):
            tree = html.fromstring(self.url_open(path).text)
            return tree.xpath("//td/a[starts-with(@href, '/my/complaints/')]/text()")

        self._log_in(buyer)
        first = get_names("/my/complaints")
        self.assertEqual((len(first), first[0]), (80, "N059"))
        self.assertEqual(get_names("/my/complaints/page/2"), ["N000", "OLD"])
        self.assertEqual(get_names("/my/complaints/page/99"), ["N000", "OLD"])
        self.assertEqual(get_names("/my/complaints?sortby=open")[0], "N080")
        self.assertEqual(get_names("/my/complaints/page/2?sortby=open")[-1], "N059")
        for odd in (
            "?sortby=access_token",
            "?sortby=",
            "?page=x",
            "?sortby=date&page=2",
        ):
            self.assertEqual(self.url_open(f"/my/complaints{odd}").status_code, 200)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["complaint_count"]}
        )
        self.assertEqual(counters["complaint_count"], 82)
        self._log_in(stranger)
        self.assertEqual(get_names("/my/complaints"), [])
        self.assertIn("You have no complaints", self.url_open("/my/complaints").text)

    def test_portal_does_nothing_without_a_post(self):
        self._log_in(self.customer)
        self.complaint.action_withdraw("Found it")
        self.env.flush_all()
        for method in ("OPTIONS", "GET", "HEAD"):
            self.opener.request(
                method,
                f"{self.base_url()}/my/complaints/{self.complaint.id}",
                params={"do": "reopen", "words": "Again"},
                timeout=30,
            )
            self.complaint.invalidate_recordset()
            self.assertEqual(self.complaint.outcome, "withdrawn", method)

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
