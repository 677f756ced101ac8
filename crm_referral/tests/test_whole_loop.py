from lxml import html

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import ReferralCase


@tagged("post_install", "-at_install")
class TestWholeLoop(ReferralCase, HttpCase):
    """Listen, ask, introduce, win, thank: each with the people who do it."""

    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write(
            {
                "user_id": cls.rep.id,
                "email": "ann@archer.example",
                "city": "Hsinchu",
                "lang": "en_US",
            }
        )
        lead = cls.env["crm.lead"].create(
            {
                "name": "Month-end in two days",
                "type": "opportunity",
                "partner_id": cls.customer.id,
                "user_id": cls.rep.id,
            }
        )
        lead.action_set_won()
        cls.env["crm.lead"].create(
            [
                {
                    "name": f"Fair: {name}",
                    "contact_name": name,
                    "email_from": mail,
                    "city": "Hsinchu",
                    "user_id": cls.rep.id,
                }
                for name, mail in (
                    ("Lea Lee", "lea@lee.example"),
                    ("Max Moss", "max@moss.example"),
                )
            ]
        )

    def test_from_the_list_to_the_thanks(self):
        self._rep_asks()
        self._customer_introduces_one()
        self._one_objects()
        self._other_is_won_and_the_customer_hears_of_it()
        self._manager_sees_it()

    # The parts of the story, in their order.

    def _rep_asks(self):
        """On the phone: the first of the list, two suggestions, and the link."""
        self.start_tour("/odoo", "crm_referral_whole_loop", login=self.rep.login)
        self.referral = self.customer.referral_ids
        self.lea, self.max = self.referral.candidate_ids.sorted("name")
        self.assertEqual(self.lea.mapped("named_by"), ["rep"])
        self.assertEqual(self.referral.user_id, self.rep)
        page = self.env["crm.referral.referrer"]._find(self.customer, self.company)
        self.path = f"/referral/{page.access_token}"
        self.assertNotIn(page.access_token, self._get_chatter(self.referral))

    def _customer_introduces_one(self):
        """Without a login: yes to one, and a ready text to pass on."""
        self.opener.cookies.clear()
        self._press("agree", candidate=self.lea.id, channel="email", may_name="1")
        [text] = self._open().xpath("//*[@data-subject]//textarea/text()")
        self.assertTrue(text.startswith("Hello,"))
        self.assertIn("Two days and no overtime", text)
        self._press("introduce", candidate=self.lea.id, channel="email")
        self.assertEqual(self.lea.state, "introduced")
        self._press("agree", candidate=self.max.id, channel="phone")
        self.assertEqual(self.max.state, "agreed")

    def _one_objects(self):
        """By the link in a mail; nobody can enter the person again."""
        path = f"/referral/objection/{self.max.sudo().access_token}"
        page = html.fromstring(self.url_open(path).text)
        [token] = page.xpath("//input[@name='csrf_token']/@value")
        self.url_open(path, data={"csrf_token": token, "object": "1"})
        self.env.invalidate_all()
        self.assertEqual(self.max.state, "objected")
        again = {"name": "Max Moss", "email": "max@moss.example"}
        with self.assertRaises(UserError):
            self._create_referral(self.other_customer).write(
                {"candidate_ids": [(0, 0, again)]}
            )
        with self.assertRaises(UserError):
            self.env["crm.lead"].with_user(self.rep).create(
                {"name": "Max again", "email_from": "Max Moss <MAX@moss.example>"}
            )
        shown = " ".join(self._open().text_content().split())
        self.assertNotIn("objected", shown)

    def _other_is_won_and_the_customer_hears_of_it(self):
        """Introduced and thanked, first contact made, outcome: each told once."""
        for event in (
            lambda: None,
            self.lea.action_contact,
            lambda: self.lea._convert().sudo().action_set_won(),
        ):
            event()
            self.lea.action_referrer_told()
        self.assertEqual(
            [(news.kind, news.state) for news in self.lea.sudo().news_ids.sorted("id")],
            [("introduced", "told"), ("contacted", "told"), ("outcome", "told")],
        )
        self.assertIn("We work together now", self._open().text_content())

    def _manager_sees_it(self):
        dashboard = self.env["crm.referral.dashboard"].with_user(self.manager)
        figures = {
            figure["code"]: figure["value"]
            for figure in dashboard.get_dashboard()["figures"]
        }
        self.assertEqual(figures["asks"], 1)
        self.assertEqual(figures["introductions"], 1)
        self.assertEqual(figures["won"], 1)

    # What the customer does on the page.

    def _open(self):
        response = self.url_open(self.path)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.text)

    def _press(self, do, **values):
        [token] = set(self._open().xpath("//input[@name='csrf_token']/@value"))
        self.url_open(self.path, data={"csrf_token": token, "do": do, **values})
        self.env.invalidate_all()
