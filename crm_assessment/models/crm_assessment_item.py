from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_assessment_framework import VIEWPOINTS

KINDS = [("scale", "Scale"), ("rating", "0 to 10"), ("text", "Free answer")]


class CrmAssessmentItem(models.Model):
    """A question or statement to answer, in the words of one viewpoint."""

    _name = "crm.assessment.item"
    _description = "Assessment Item"
    _inherit = ["crm.assessment.text.mixin"]
    _order = "framework_id, section_id, sequence, id"

    name = fields.Char(string="Wording", required=True, translate=True)
    hint = fields.Char(translate=True, help="Shown in small print below the wording.")
    section_id = fields.Many2one(
        comodel_name="crm.assessment.section",
        string="Area",
        index=True,
        ondelete="cascade",
        domain="[('framework_id', '=?', framework_id)]",
        help="Empty for what is asked about the whole.",
    )
    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        compute="_compute_framework_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
        ondelete="cascade",
        copy=False,
    )
    kind = fields.Selection(selection=KINDS, default="scale", required=True)
    viewpoint = fields.Selection(
        selection=VIEWPOINTS,
        falsy_value_label="Everybody",
        help="Who is asked in these words. Empty: everybody.",
    )
    weight = fields.Float(default=1.0, required=True, aggregator=None)
    is_reversed = fields.Boolean(
        string="Reversed",
        help="Agreeing is bad here: the answer is reversed in the score.",
    )
    is_must_pass = fields.Boolean(
        string="Must Pass", help="When this item fails, its area is weak."
    )
    asks_control = fields.Boolean(
        string="Ours or Not",
        help="The answer says whether the matter is in our control.",
    )
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)

    _weight_positive = models.Constraint(
        "CHECK (weight > 0)", "The weight of an item is above zero."
    )
    _scale_in_section = models.Constraint(
        "CHECK (kind <> 'scale' OR section_id IS NOT NULL)",
        "An item that is answered on the scale belongs to an area.",
    )

    # === COMPUTE METHODS === #

    @api.depends("section_id")
    def _compute_framework_id(self):
        for item in self:
            if item.section_id:
                item.framework_id = item.section_id.framework_id

    # === CONSTRAINT METHODS === #

    @api.constrains("section_id", "framework_id")
    def _check_framework_id(self):
        for item in self:
            if item.section_id and item.section_id.framework_id != item.framework_id:
                raise ValidationError(
                    self.env._(
                        "“%(item)s” must belong to the framework of its area.",
                        item=item.name,
                    )
                )
