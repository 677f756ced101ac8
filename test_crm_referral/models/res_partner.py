from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_referral.tools.readiness import ReadinessRule


class ResPartner(models.Model):
    """Whoever is being talked to is not asked for a referral meanwhile."""

    _inherit = "res.partner"

    @api.model
    def _get_readiness_rules(self, exclude_referrals=None):
        # sudo: that somebody talks to them counts, whoever it is
        open_sudo = self.env["test.conversation"].sudo()
        talked_to = open_sudo._search([("outcome", "=", False)])
        return {
            "test_conversation": ReadinessRule(
                label="In a conversation",
                domain=Domain("id", "in", talked_to.subselect("partner_id")),
                explain=self._explain_test_conversation,
            ),
            **super()._get_readiness_rules(exclude_referrals),
        }

    @api.model
    def _explain_test_conversation(self, names):
        return {
            partner: f"{name} is in a conversation." for partner, name in names.items()
        }
