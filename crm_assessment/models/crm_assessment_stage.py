from odoo import fields, models


class CrmAssessmentStage(models.Model):
    """A loyalty stage, and what it takes to be there."""

    _name = "crm.assessment.stage"
    _description = "Loyalty Stage"
    _order = "framework_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10, aggregator=None)
    minimum_score = fields.Float(
        string="Score From", aggregator=None, help="Overall score, from 0 to 100."
    )
    minimum_recommendation = fields.Float(
        string="Recommendation From",
        aggregator=None,
        digits=(3, 0),
        help="How likely the customer is to recommend us, from 0 to 10. Those who "
        "did not say are judged by the score alone.",
    )
    description = fields.Text(translate=True, help="What the stage means for us.")

    _code_uniq = models.Constraint(
        "UNIQUE (framework_id, code)", "Another stage of this framework has this code."
    )
    _minimum_range = models.Constraint(
        "CHECK (minimum_score BETWEEN 0 AND 100"
        " AND minimum_recommendation BETWEEN 0 AND 10)",
        "Scores go from 0 to 100, recommendations from 0 to 10.",
    )
