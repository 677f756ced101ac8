from odoo import api, models
from odoo.tools import SQL


class CrmAssessmentEvidence(models.Model):
    """A complaint that will come again is evidence, in each area of its cause.

    What is confidential is not told.
    """

    _inherit = "crm.assessment.evidence"
    _depends = {
        "crm.complaint": [
            "active",
            "company_id",
            "is_confidential",
            "partner_id",
            "received_on",
            "scope",
            "section_ids",
            "story",
            "team_id",
            "user_id",
        ],
    }

    @api.model
    def _get_parts(self):
        return {
            **super()._get_parts(),
            "crm.complaint": SQL(
                """
                SELECT complaint.id, cause.section_id, complaint.story AS note,
                       complaint.received_on AS done_on, complaint.partner_id,
                       'customer' AS viewpoint, NULL::integer AS user_id,
                       complaint.user_id AS respondent_id,
                       NULL::integer AS manager_id, complaint.team_id,
                       complaint.company_id
                  FROM crm_complaint complaint
                  JOIN crm_complaint_section_rel cause
                    ON cause.complaint_id = complaint.id
                 WHERE complaint.scope = 'systemic' AND complaint.active
                   AND complaint.is_confidential IS NOT TRUE
                """
            ),
        }
