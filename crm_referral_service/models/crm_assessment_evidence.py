from odoo import api, models
from odoo.tools import SQL


class CrmAssessmentEvidence(models.Model):
    """A complaint that will come again is evidence, in each area of its cause.

    So is a contact that should not have been, in the areas of its reason, and one that
    came because something was not solved the first time. What is confidential is not
    told.
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
        "crm.service.contact": [
            "active",
            "company_id",
            "complaint_id",
            "contacted_on",
            "is_repeat",
            "kind",
            "miss_note",
            "miss_section_id",
            "note",
            "partner_id",
            "reason_id",
            "team_id",
            "user_id",
        ],
        "crm.service.reason": ["section_ids"],
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
            "crm.service.contact": self._get_contact_part(),
        }

    @api.model
    def _get_contact_part(self):
        # UNION: what is evidence of both kinds in the same area is one row.
        return SQL(
            """
            SELECT contact.id, area.id AS section_id,
                   COALESCE(contact.miss_note, contact.note) AS note,
                   contact.contacted_on AS done_on, contact.partner_id,
                   'customer' AS viewpoint, NULL::integer AS user_id,
                   contact.user_id AS respondent_id, NULL::integer AS manager_id,
                   contact.team_id, contact.company_id
              FROM crm_service_contact contact
         LEFT JOIN crm_complaint complaint ON complaint.id = contact.complaint_id
              JOIN LATERAL (
                   SELECT contact.miss_section_id AS id WHERE contact.is_repeat
                    UNION
                   SELECT cause.section_id FROM crm_service_reason_section_rel cause
                    WHERE cause.reason_id = contact.reason_id
                      AND contact.kind = 'dumb'
                   ) area ON area.id IS NOT NULL
             WHERE contact.active AND complaint.is_confidential IS NOT TRUE
            """
        )
