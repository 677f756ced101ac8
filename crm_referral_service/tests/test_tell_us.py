import json
import random
from datetime import datetime
from unittest.mock import patch

from lxml import html

from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_referral_service.controllers import tell_us

from .common import ServiceCommon

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }} ' OR 1=1 --"


class TellUsCommon(ServiceCommon, HttpCase):
    """A card at the front desk, and whoever scans it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.partner_id.tz = "Asia/Taipei"
        cls.post = cls.env["crm.service.post"].create(
            {
                "name": "Card at the front desk",
                "owner_id": cls.technician.id,
                "team_id": cls.team.id,
                "listen_days": 3,
            }
        )

    def setUp(self):
        super().setUp()
        self.env["crm.personal.link.visit"].search([]).unlink()
        self.path = f"/service/tell-us/{self.post.access_token}"

    def _get_contacts(self):
        self.env.invalidate_all()
        return self.env["crm.service.contact"].search([("post_id", "=", self.post.id)])

    def _get_form_token(self):
        page = html.fromstring(self.url_open(self.path).text)
        return page.xpath("//input[@name='csrf_token']/@value")[0]

    def _post(self, headers=None, **data):
        token = data.pop("csrf_token", None) or self._get_form_token()
        return self.url_open(
            self.path, data={"csrf_token": token, **data}, headers=headers
        )


@tagged("post_install", "-at_install")
class TestTellUs(TellUsCommon):
    """What somebody writes without a login becomes a contact."""

    def test_who_wants_to_hear_what_we_did(self):
        response = self._post(message="It gurgles", news="1")
        self.assertEqual(response.status_code, 422)
        self.assertIn("Where may we write to you?", response.text)
        self.assertIn('name="news" value="1" checked="checked"', response.text)
        self._post(message="It gurgles", news="1", email="lin@clinic.example")
        self._post(message="It rattles", email="lin@clinic.example")
        contacts = self._get_contacts().sorted("id")
        self.assertEqual(contacts.mapped("wants_news"), [True, False])

    def test_a_message_is_a_contact(self):
        response = self._post(
            message="It gurgles", name="A. Lin", email="lin@clinic.example"
        )
        self.assertEqual(response.status_code, 200)
        self.assertIn("Thank you for telling us.", response.text)
        self.assertIn("We answer you by e-mail.", response.text)
        self.assertIn("at the latest within 3 days", response.text)
        contact = self._get_contacts()
        self.assertEqual(len(contact), 1)
        self.assertEqual(contact.note, "It gurgles")
        self.assertEqual(contact.caller_name, "A. Lin")
        self.assertEqual(contact.email_normalized, "lin@clinic.example")
        self.assertEqual(contact.channel, "web")
        self.assertEqual(contact.direction, "in")
        self.assertEqual(contact.team_id, self.team)
        self.assertEqual(contact.company_id, self.post.company_id)
        self.assertFalse(contact.user_id, "Nobody has taken it yet.")
        self.assertFalse(contact.callback_wanted)

    def test_without_any_address(self):
        response = self._post(message="Well done")
        self.assertIn("You have left no way to answer you", response.text)
        self.assertEqual(self._get_contacts().note, "Well done")

    def test_what_somebody_says_of_themselves_opens_nothing(self):
        """Whoever knows a customer's address is not the customer."""
        self.customer.email = "clinic@clinic.example"
        self._post(message="Tell me all", email="clinic@clinic.example")
        self.assertFalse(self._get_contacts().partner_id)

    def test_looking_changes_nothing(self):
        for method in ("GET", "HEAD"):
            response = self.url_open(
                self.path, method=method, params={"message": "Hello"}
            )
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertFalse(self._get_contacts())

    def test_call_me_back_in_my_own_time(self):
        with freeze_time("2026-11-27 02:00:00"):
            response = self._post(
                message="Call me",
                phone="+886 2 1234 5678",
                callback="1",
                day="2026-11-30",
                **{"from": "9", "to": "11"},
                tz="Asia/Taipei",
            )
        self.assertIn("We call you when you said", response.text)
        contact = self._get_contacts()
        self.assertTrue(contact.callback_wanted)
        self.assertEqual(contact.callback_phone, "+886 2 1234 5678")
        self.assertEqual(contact.callback_from, datetime(2026, 11, 30, 1))
        self.assertEqual(contact.callback_to, datetime(2026, 11, 30, 3))
        self.assertEqual(contact.callback_tz, "Asia/Taipei")

    def test_hours_without_a_day_are_the_next_ones(self):
        """Ten at night in Taipei: nine o'clock is tomorrow."""
        with freeze_time("2026-11-27 14:00:00"):
            self._post(
                message="Call me", phone="+886 2 1234 5678", callback="1", to="9"
            )
        contact = self._get_contacts()
        self.assertEqual(contact.callback_from, datetime(2026, 11, 27, 23))
        self.assertEqual(contact.callback_to, datetime(2026, 11, 28, 1))

    def test_any_time_is_good(self):
        self._post(message="Call me", phone="+886 2 1234 5678", callback="1")
        contact = self._get_contacts()
        self.assertTrue(contact.callback_wanted)
        self.assertFalse(contact.callback_from or contact.callback_to)

    def test_what_is_missing_is_asked_for_and_nothing_is_lost(self):
        for data, words in (
            ({"message": " "}, "Please write what you want to tell us."),
            ({"message": "Kept", "callback": "1"}, "At which number"),
            ({"message": "Kept", "callback": "1", "phone": "12"}, "At which number"),
            ({"message": "Kept", "email": "lin@"}, "looks incomplete"),
            (
                {
                    "message": "Kept",
                    "callback": "1",
                    "phone": "+886 2 1234 5678",
                    "from": "12",
                    "to": "9",
                },
                "begins before it",
            ),
            (
                {
                    "message": "Kept",
                    "callback": "1",
                    "phone": "+886 2 1234 5678",
                    "day": "2020-01-01",
                    "to": "9",
                    "tz": "Mars/Phobos",
                },
                None,  # a day of long ago is the next one, an unknown zone is ours
            ),
            ({"message": "x" * 5001}, "too long"),
            ({"message": "Kept", "name": "x" * 121}, "too long"),
        ):
            with self.subTest(data=str(data)[:80]):
                before = len(self._get_contacts())
                response = self._post(**data)
                self.assertEqual(response.status_code, 422 if words else 200)
                self.assertIn(words or "Thank you", response.text)
                if words and data["message"] == "Kept":
                    self.assertIn("Kept</textarea>", response.text)
                self.assertEqual(len(self._get_contacts()) - before, not words)

    def test_pressed_twice(self):
        token = self._get_form_token()
        for _try in range(2):
            self._post(csrf_token=token, message="It gurgles")
        self.assertEqual(len(self._get_contacts()), 1)
        self._post(csrf_token=token, message="And it leaks")
        self.assertEqual(len(self._get_contacts()), 2)

    def test_programs_that_fill_in_everything(self):
        response = self._post(message="Buy pills", website="https://pills.example")
        self.assertEqual(response.status_code, 200)
        self.assertFalse(self._get_contacts())

    def test_other_sites_send_nothing(self):
        token = self._get_form_token()
        for headers, data in (
            ({}, {"csrf_token": "wrong"}),
            ({"Sec-Fetch-Site": "cross-site"}, {"csrf_token": token}),
            ({"Origin": "https://evil.example.com"}, {"csrf_token": token}),
        ):
            response = self._post(headers, message="Hello", **data)
            self.assertEqual(response.status_code, 400)
            self.assertIn("Hello</textarea>", response.text)
        self.assertFalse(self._get_contacts())

    def test_form_that_is_closed(self):
        token = self._get_form_token()
        self.post.action_revoke_link()
        self.assertEqual(self._post(csrf_token=token, message="x").status_code, 410)
        self.post.is_link_revoked = False
        self.assertEqual(self.url_open(self.path).status_code, 200)
        self.post.active = False
        response = self.url_open(self.path)
        self.assertEqual(response.status_code, 410)
        self.assertIn("This form is no longer in use.", response.text)
        for path in ("/service/tell-us", "/service/tell-us/x"):
            self.assertEqual(self.url_open(path).status_code, 404)
        self.assertFalse(self._get_contacts())

    def test_languages(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        page = html.fromstring(self.url_open(f"{self.path}?lang=zh_TW").text)
        self.assertEqual(page.get("lang"), "zh-TW")

    def test_nobody_sends_hundreds(self):
        token = self._get_form_token()
        with patch.object(tell_us, "MESSAGES_PER_ADDRESS", 2):
            statuses = [
                self._post(csrf_token=token, message=f"Hello {number}").status_code
                for number in range(3)
            ]
        self.assertEqual(statuses, [200, 200, 429])
        self.assertEqual(len(self._get_contacts()), 2)

    def test_nobody_closes_the_form_for_others(self):
        """The visits of one address end before those that the form admits."""
        with patch.object(tell_us, "VISITS_PER_ADDRESS", 2):
            statuses = [self.url_open(self.path).status_code for _try in range(3)]
        self.assertEqual(statuses, [200, 200, 429])
        self.env["crm.personal.link.visit"].search([], order="id", limit=1).unlink()


@tagged("post_install", "-at_install")
class TestTellUsHarm(TellUsCommon):
    """Whatever is sent ends in a page, never in a server error."""

    @mute_logger("odoo.http")
    def test_fuzz(self):
        chance = random.Random(20261128)
        values = ["", "1", "0", "-1", "9" * 40, "x", "é", HOSTILE, "[1]", "x" * 6000]
        values += ["2026-02-31", "2026-12-01", "\ud800", "\x00", "Asia/Taipei", "25"]
        values += ["+886 2 1234 5678", "a@b.example", "on", "9", "21"]
        names = ["message", "name", "email", "phone", "callback", "day", "from", "to"]
        names += ["tz", "lang", "done", "token", "post_id", "user_id", "website"]
        token = self._get_form_token()
        statuses = set()
        for _try in range(60):
            data = {
                name: chance.choice(values).encode(errors="replace")
                for name in chance.sample(names, chance.randint(0, len(names)))
            }
            self.env["crm.personal.link.visit"].search([]).unlink()
            response = self.url_open(self.path, data={**data, "csrf_token": token})
            statuses.add(response.status_code)
            self.assertLess(response.status_code, 500, data)
            self.assertNotIn("<script>alert", response.text)
        self.assertEqual(statuses & {200, 422}, {200, 422})
        self.assertFalse(self._get_contacts().user_id)

    @mute_logger("odoo.http")
    def test_odd_requests(self):
        for headers, body in (
            ({"Content-Type": "application/json"}, json.dumps({"message": "x"})),
            ({"Content-Type": "text/plain"}, "message=x"),
            ({"Content-Type": "multipart/form-data; boundary=x"}, "--x"),
        ):
            response = self.opener.post(
                self.base_url() + self.path, data=body, headers=headers, timeout=30
            )
            self.assertIn(response.status_code, (400, 415), headers)
        response = self.url_open(self.path, data={"message": "x" * 300_000})
        self.assertEqual(response.status_code, 413)
        files = {"message": ("a.txt", b"words", "text/plain")}
        data = {"csrf_token": self._get_form_token()}
        response = self.url_open(self.path, data=data, files=files)
        self.assertEqual(response.status_code, 422)
        self.assertFalse(self._get_contacts())
