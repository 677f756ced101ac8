from odoo.tests import HttpCase, tagged

from .common import ReferralCase


@tagged("post_install", "-at_install")
class TestAcquaintanceTour(ReferralCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead, cls.unwanted = cls.env["crm.lead"].create(
            [
                {
                    "name": name,
                    "type": "opportunity",
                    "contact_name": name,
                    "partner_name": f"{name} Ltd",
                    "city": "Hsinchu",
                    "user_id": cls.rep.id,
                }
                for name in ("Lea Lee", "Nils Nord")
            ]
        )
        past = cls._create_introduced_candidate(
            referral=cls._create_referral(partner_id=cls.other_customer.id),
            function="Finance head",
        )
        past._convert()

    def test_acquaintances_on_the_phone(self):
        """One is taken, one is not, and a position of somebody before."""
        self.customer.city = "Hsinchu"
        referral = self._walk_to(self._create_referral(), "suggest")
        before = referral.candidate_ids
        self.start_tour("/odoo", "crm_referral_acquaintances", login=self.rep.login)
        lea, position = (referral.candidate_ids - before).sorted("id")
        self.assertEqual((lea.name, lea.source_lead_id), ("Lea Lee", self.lead))
        self.assertEqual((position.name, position.function), (False, "Finance head"))
        self.assertEqual({lea.named_by, position.named_by}, {"rep"})
        dismissal = self.env["crm.referral.acquaintance.dismissal"].search([])
        self.assertEqual(dismissal.partner_id, self.customer)
        self.assertEqual(dismissal.lead_id, self.unwanted)
