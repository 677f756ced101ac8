from odoo import fields, models


class CrmAssessmentRound(models.Model):
    _inherit = "crm.assessment.round"

    test_conversation_id = fields.Many2one(
        comodel_name="test.conversation", index="btree_not_null", ondelete="set null"
    )
