from odoo.tests import HttpCase, tagged

from .common import ReferralCase


@tagged("post_install", "-at_install")
class TestObjectionTour(ReferralCase, HttpCase):
    """A candidate objects on the phone; the rep sees it and cannot enter them again."""

    def test_candidate_objects(self):
        for lang in ("zh_TW", "zh_CN"):
            self.env["res.lang"]._activate_lang(lang)
        self.customer.lang = "zh_TW"
        candidate = self._create_introduced_candidate(email="bob@example.com")
        lead = candidate._convert()
        self._create_referral(partner_id=self.other_customer.id)
        count = candidate.search_count([])

        self.browser_size = "390x844"
        self.touch_enabled = True
        self.start_tour(
            f"/referral/objection/{candidate.sudo().access_token}",
            "crm_referral_objection_candidate",
        )
        self.env.invalidate_all()
        self.assertEqual(candidate.state, "objected")
        self.assertEqual(lead.won_status, "lost")

        self.browser_size = "1366x768"
        self.touch_enabled = False
        self.start_tour(
            f"/odoo/referral-candidates/{candidate.id}",
            "crm_referral_objection_rep",
            login=self.rep.login,
        )
        self.env.invalidate_all()
        self.assertEqual(candidate.search_count([]), count)
