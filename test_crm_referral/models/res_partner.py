from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_referral.tools.readiness import ReadinessRule, ReadinessSignal


class ResPartner(models.Model):
    """Whoever is being talked to is not asked for a referral meanwhile.

    Who was talked to is asked rather than others.
    """

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

    @api.model
    def _get_good_moments(self):
        return {
            **super()._get_good_moments(),
            "test_conversation": "Conversation ended well",
        }

    @api.model
    def _get_readiness_signals(self):
        return {
            **super()._get_readiness_signals(),
            "test_conversation": ReadinessSignal(
                label="Conversations",
                points=7,
                maximum=2,
                facts=self._get_test_conversation_facts,
            ),
        }

    @api.model
    def _get_test_conversation_facts(self, within):
        return SQL(
            """SELECT partner_id, company_id, COUNT(*), MAX(closed_on)::date, NULL
              FROM test_conversation
             WHERE outcome IS NOT NULL AND %s
             GROUP BY partner_id, company_id""",
            within(SQL("partner_id")),
        )
