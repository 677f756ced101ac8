from odoo.tests import HttpCase, tagged

from .common import ReferralCase


@tagged("post_install", "-at_install")
class TestNewsTour(ReferralCase, HttpCase):
    def test_the_rep_tells_the_referrer(self):
        candidate = self._create_introduced_candidate()
        candidate.action_contact()
        action = self.env.ref("crm_referral.crm_referral_candidate_action")
        self.start_tour(
            f"/odoo/action-{action.id}/{candidate.id}",
            "crm_referral_news",
            login=self.rep.login,
        )
        self.assertEqual(set(candidate.sudo().news_ids.mapped("state")), {"sent"})
        mails = self.env["mail.mail"].search(
            [("recipient_ids", "in", self.customer.ids)]
        )
        self.assertEqual(len(mails), 1)
