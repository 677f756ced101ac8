from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestMayNameReferrer(ReferralCommon):
    """We name who sent us only when they allow it."""

    def test_not_allowed_until_said(self):
        candidate = self._create_candidate(self._create_referral())
        self.assertFalse(candidate.may_name_referrer)
        candidate.may_name_referrer = True
        self.assertFalse(candidate.copy({"name": "Cleo"}).may_name_referrer)
