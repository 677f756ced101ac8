from unittest.mock import patch

from lxml import html

from odoo.tests import new_test_user

from odoo.addons.crm_referral.controllers import portal

from .referrer_page_common import ReferrerPageCase

PORTAL = "/my/referrals"


class TestReferrerPortal(ReferrerPageCase):
    """The customer's page in their portal: their own, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page.unlink()
        cls.ann = cls._create_portal_user("ann", cls.customer)
        cls.carl = cls._create_portal_user("carl", cls.other_customer)

    @classmethod
    def _create_portal_user(cls, login, partner):
        return new_test_user(
            cls.env,
            login=f"portal_{login}",
            groups="base.group_portal",
            partner_id=partner.id,
        )

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _key(self, partner=None):
        return f"{(partner or self.customer).id}-{self.company.id}"

    def _act(self, do, **values):
        token = html.fromstring(self.url_open(PORTAL).text).xpath(
            "//input[@name='csrf_token']/@value"
        )
        values = {"page": self._key(), "candidate": self.candidate.id, **values}
        response = self.url_open(
            PORTAL, data={"do": do, "csrf_token": token[0] if token else "", **values}
        )
        self.env.invalidate_all()
        return response

    def _get_pages(self):
        return self.env["crm.referral.referrer"].search([])

    def test_own_page(self):
        self._login(self.ann)
        text = self._get_text(self.url_open(PORTAL))
        self.assertIn("B. B.", text)
        self.assertNotIn("Bob", text)
        self.assertFalse(self._get_pages(), "Reading keeps nothing.")
        self.assertIn("Below is a text", self._get_text(self._act("agree")))
        self.assertEqual(self.candidate.state, "agreed")
        self.assertEqual(self._get_pages().partner_id, self.customer)
        self.assertEqual(self.referral.message_ids[0].author_id, self.customer)
        self._act("introduce")
        self.assertEqual(self.candidate.state, "introduced")
        self._act("name", name="Cleo Clark")
        self.assertIn("Cleo Clark", self.referral.candidate_ids.mapped("name"))
        self._act("preferences", interval="year")
        self.assertEqual(self.customer.referral_ask_interval, "year")
        self._act("stop", confirmed="1")
        self.assertTrue(self.customer.referral_do_not_ask)

    def test_counter(self):
        for user, count in ((self.ann, 1), (self.carl, 0)):
            self._login(user)
            counters = self.make_jsonrpc_request(
                "/my/counters", {"counters": ["referral_count"]}
            )
            self.assertEqual(counters["referral_count"], count)
        self.assertIn(PORTAL, self.url_open("/my/home").text)

    def test_of_others(self):
        self._login(self.carl)
        text = self._get_text(self.url_open(PORTAL))
        self.assertIn("Nobody is noted here yet", text)
        self.assertNotIn("B. B.", text)
        self._create_referral(partner_id=self.other_customer.id)
        for values in (
            {},
            {"page": self._key(self.other_customer)},
            {"page": "1-1"},
            {"page": "x"},
        ):
            response = self._act("agree", **values)
            self.assertEqual(response.status_code, 400, values)
        self.assertEqual(self._act("stop", confirmed="1").status_code, 400)
        self.assertEqual(self.candidate.state, "suggested")
        self.assertFalse(self.customer.referral_do_not_ask)

    def test_without_login(self):
        self.authenticate(None, None)
        response = self.url_open(PORTAL, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_csrf(self):
        self._login(self.ann)
        response = self._act("agree", csrf_token="wrong")
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self.candidate.state, "suggested")

    def test_reading_changes_nothing(self):
        self._login(self.ann)
        query = f"do=agree&candidate={self.candidate.id}&page={self._key()}"
        for method in ("GET", "HEAD", "OPTIONS"):
            self.opener.request(
                method, f"{self.base_url()}{PORTAL}?{query}", timeout=30
            )
        self.env.invalidate_all()
        self.assertEqual(self.candidate.state, "suggested")
        self.assertFalse(self._get_pages())

    def test_contact_of_a_company(self):
        """They answer for their company, and decide for themself only."""
        company = self.env["res.partner"].create({"name": "Mill", "is_company": True})
        request = self._create_referral(partner_id=company.id)
        self._walk_to(request, "suggest")
        candidate = self._create_candidate(request, name="Dora Dent", named_by="rep")
        self.other_customer.parent_id = company
        self._login(self.carl)
        response = self.url_open(PORTAL)
        self.assertIn("D. D.", self._get_text(response))
        self.assertNotIn('value="stop"', response.text)
        values = {"page": self._key(company), "candidate": candidate.id}
        self.assertEqual(self._act("agree", **values).status_code, 200)
        self.assertEqual(candidate.state, "agreed")
        for do in ("stop", "preferences"):
            response = self._act(do, confirmed="1", interval="year", **values)
            self.assertEqual(response.status_code, 400)
        self.assertFalse(company.referral_do_not_ask)
        self.assertFalse(company.referral_ask_interval)

    def test_two_companies_of_ours(self):
        foreign = self._create_referral(
            self.foreign_manager, company_id=self.other_company.id
        )
        self._create_candidate(foreign, name="Fay Foreign")
        self._login(self.ann)
        text = self._get_text(self.url_open(PORTAL))
        for words in ("B. B.", "F. F.", "Second Company"):
            self.assertIn(words, text)

    def test_too_many(self):
        self._login(self.ann)
        with patch.object(portal, "ACTIONS_PER_USER", 1):
            self.assertEqual(self._act("decline").status_code, 200)
            self.assertEqual(self._act("name", name="Cleo").status_code, 429)
        self.assertEqual(self.referral.candidate_ids, self.candidate)

    def test_revoked_link_leaves_the_portal(self):
        self.referral.action_revoke_link()
        self._login(self.ann)
        self.assertIn("B. B.", self._get_text(self.url_open(PORTAL)))
