from datetime import date

from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestAskInterval(ReferralCommon):
    """How often a customer wants to be asked. Today is Monday, 2 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls._walk_to(cls.referral, "suggest")

    def _decline(self, referral=None):
        referral = referral or self.referral
        referral.action_decline(self.decline_reason.id)
        return referral.next_ask_date

    def test_nothing_wished(self):
        self.assertFalse(self.customer.referral_ask_interval)
        self.assertEqual(self._decline(), date(2026, 5, 31), "90 days: the company's")

    def test_wished_before_the_request_ends(self):
        self.customer.referral_ask_interval = "half_year"
        self.assertEqual(self._decline(), date(2026, 8, 31), "182 days")

    def test_wished_after_the_request_has_ended(self):
        self._decline()
        self.customer.referral_ask_interval = "year"
        self.assertEqual(self.referral.next_ask_date, date(2027, 3, 2))
        self.customer.referral_ask_interval = "half_year"
        self.assertEqual(self.referral.next_ask_date, date(2026, 8, 31))
        self.customer.referral_ask_interval = False
        self.assertEqual(self.referral.next_ask_date, date(2026, 5, 31))

    def test_it_never_makes_the_quiet_period_shorter(self):
        self.company.referral_quiet_days = 400
        self.customer.referral_ask_interval = "half_year"
        self.assertEqual(self._decline(), date(2027, 4, 6), "400 days: the company's")

    def test_counts_for_all_contacts_of_a_company(self):
        self._decline()
        company = self.env["res.partner"].create({"name": "Mill", "is_company": True})
        self.customer.parent_id = company
        company.referral_ask_interval = "year"
        self.assertEqual(self.referral.next_ask_date, date(2027, 3, 2))
        other = self._create_referral(partner_id=self.other_customer.id)
        self._walk_to(other, "suggest")
        self.other_customer.parent_id = company
        self.assertEqual(self._decline(other), date(2027, 3, 2))

    def test_who_was_not_asked_may_be_asked(self):
        other = self._create_referral(partner_id=self.other_customer.id)
        other.action_cancel()
        self.other_customer.referral_ask_interval = "year"
        self.assertEqual(other.next_ask_date, date(2026, 3, 2))

    def test_the_customer_may_not_be_asked_so_long(self):
        self._decline()
        self.customer.referral_ask_interval = "year"
        with self._at("2026-12-01 09:00:00"):
            self.assertEqual(self.customer.referral_readiness, "quiet")
        with self._at("2027-03-02 09:00:00"):
            self.assertEqual(self.customer.referral_readiness, "ready")

    def test_the_wish_is_kept_in_the_chatter(self):
        with self._at("2026-03-02 10:00:00"):
            self.customer.referral_ask_interval = "year"
        [value] = self.customer.message_ids.tracking_value_ids
        self.assertEqual(value.field_id.name, "referral_ask_interval")
