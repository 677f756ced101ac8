from odoo import api, models
from odoo.tools import SQL


class CrmAssessmentEvidence(models.Model):
    """Conversations that were given up are evidence, too."""

    _inherit = "crm.assessment.evidence"
    _depends = {
        "test.conversation": ["company_id", "outcome", "partner_id", "user_id"],
    }

    @api.model
    def _get_parts(self):
        return {
            **super()._get_parts(),
            "test.conversation": SQL(
                """
                SELECT id, NULL::integer AS section_id, question AS note,
                       closed_on AS done_on, partner_id, NULL AS viewpoint, user_id,
                       user_id AS respondent_id, NULL::integer AS manager_id, team_id,
                       company_id
                  FROM test_conversation
                 WHERE outcome = 'given_up'
                """
            ),
        }
