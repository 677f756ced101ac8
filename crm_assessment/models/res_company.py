from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    assessment_rest_days = fields.Integer(
        string="Rest between Rounds (days)",
        default=90,
        help="After a customer was asked for their view, they are not asked again for "
        "this many days. Zero: no rest.",
    )

    _assessment_rest_days_positive = models.Constraint(
        "CHECK (assessment_rest_days >= 0)",
        "The rest between rounds is a number of days, zero or more.",
    )
