from odoo import fields, models


class CrmAssessmentRound(models.Model):
    _inherit = "crm.assessment.round"

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    service_contact_id = fields.Many2one(
        comodel_name="crm.service.contact",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
