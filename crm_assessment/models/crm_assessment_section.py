from odoo import api, fields, models


class CrmAssessmentSection(models.Model):
    """A group of items that is scored together: a letter."""

    _name = "crm.assessment.section"
    _description = "Assessment Area"
    _inherit = ["crm.assessment.text.mixin"]
    _order = "framework_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    letter = fields.Char(required=True, size=2)
    description = fields.Text(
        translate=True, help="Where to look when this area is weak."
    )
    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        required=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(default=10, aggregator=None)
    weight = fields.Float(
        default=1.0, required=True, aggregator=None, help="Weight in the overall score."
    )
    item_ids = fields.One2many(
        comodel_name="crm.assessment.item",
        inverse_name="section_id",
        string="Items",
        copy=True,
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE (framework_id, code)",
        "Another area of this framework has this code.",
    )
    _weight_positive = models.Constraint(
        "CHECK (weight > 0)", "The weight of an area is above zero."
    )

    # === COMPUTE METHODS === #

    @api.depends("letter", "name")
    @api.depends_context("short_section_name")
    def _compute_display_name(self):
        for section in self:
            section.display_name = (
                section.letter
                if self.env.context.get("short_section_name")
                else f"{section.letter} · {section.name}"
            )
