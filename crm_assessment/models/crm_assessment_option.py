from odoo import fields, models


class CrmAssessmentOption(models.Model):
    """An answer that can be chosen."""

    _name = "crm.assessment.option"
    _description = "Answer Option"
    _inherit = ["crm.assessment.text.mixin"]
    _order = "scale_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    scale_id = fields.Many2one(
        comodel_name="crm.assessment.scale",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10, aggregator=None)
    value = fields.Float(
        aggregator=None, help="From 0, the worst answer, to 1, the best answer."
    )
    is_not_applicable = fields.Boolean(
        string="Not Applicable", help="This answer does not count in the score."
    )
    active = fields.Boolean(default=True)

    _value_range = models.Constraint(
        "CHECK (value >= 0 AND value <= 1)",
        "The value of an answer lies between 0, the worst, and 1, the best.",
    )
