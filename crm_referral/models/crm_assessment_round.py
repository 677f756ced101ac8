from odoo import fields, models


class CrmAssessmentRound(models.Model):
    _inherit = "crm.assessment.round"

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Lead or Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Referral Request",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
