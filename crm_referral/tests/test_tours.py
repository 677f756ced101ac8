from odoo.tests import HttpCase, tagged

from .common import ReferralCase


@tagged("post_install", "-at_install")
class TestTours(ReferralCase, HttpCase):
    """The browser as the users see it; each tour ends with what the server knows."""

    def test_rep(self):
        """A rep walks through the six steps with a customer they typed in themselves."""
        self.start_tour("/odoo", "crm_referral_rep", login=self.rep.login)
