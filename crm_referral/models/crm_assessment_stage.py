from odoo import fields, models


class CrmAssessmentStage(models.Model):
    _inherit = "crm.assessment.stage"

    stops_referrals = fields.Boolean(
        string="Do Not Ask for Referrals",
        help="Customers in this stage are not asked, unless a sales manager allows it "
        "with a reason.",
    )
