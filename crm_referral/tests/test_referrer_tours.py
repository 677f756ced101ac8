from odoo.tests import new_test_user

from .referrer_page_common import ReferrerPageCase


class TestReferrerTours(ReferrerPageCase):
    """The customer on the phone, without a login and in the portal."""

    browser_size = "390x844"
    touch_enabled = True

    def test_without_login(self):
        self.start_tour(self._path(), "crm_referral_referrer_phone")
        self.env.invalidate_all()
        self.assertEqual(self.candidate.state, "introduced")
        self.assertTrue(self.candidate.may_name_referrer)
        named = self.referral.candidate_ids - self.candidate
        self.assertEqual(named.function, "Finance head of a clinic")
        self.assertEqual(self.customer.referral_ask_interval, "year")

    def test_portal(self):
        ann = new_test_user(
            self.env,
            login="portal_ann",
            groups="base.group_portal",
            partner_id=self.customer.id,
        )
        self.start_tour("/my", "crm_referral_referrer_portal", login=ann.login)
        self.env.invalidate_all()
        self.assertEqual(self.candidate.state, "declined")
        self.assertEqual(self.candidate.closing_note, "Not now")
