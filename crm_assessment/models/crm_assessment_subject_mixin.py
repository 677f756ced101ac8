from odoo import api, fields, models

from ..tools.maybe_float import MaybeFloat
from .crm_assessment_score import LEVELS


class CrmAssessmentSubjectMixin(models.AbstractModel):
    """What an assessment or a round is about, whose it is, and what came of it.

    Who uses it has a ``user_id``: the person who serves the customer.
    """

    _name = "crm.assessment.subject.mixin"
    _description = "Subject of an Assessment"

    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        required=True,
        index=True,
        ondelete="restrict",
    )
    framework_code = fields.Char(related="framework_id.code")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    active = fields.Boolean(default=True)
    score = MaybeFloat(
        readonly=True,
        copy=False,
        aggregator="avg",
        help="0 is the worst, 100 the best. Empty: not enough answers.",
    )
    level = fields.Selection(
        selection=LEVELS,
        readonly=True,
        copy=False,
        falsy_value_label="Not enough answers",
    )
    recommendation = MaybeFloat(
        readonly=True,
        copy=False,
        digits=(3, 0),
        aggregator="avg",
        help="How likely the customer is to recommend us, from 0 to 10.",
    )

    # === DEFAULT METHODS === #

    def _default_company_id(self):
        return self.env.company

    # === COMPUTE METHODS === #

    @api.depends("user_id")
    def _compute_team_id(self):
        for user, records in self.grouped("user_id").items():
            if user:
                records.team_id = self.env["crm.team"]._get_default_team_id(
                    user_id=user.id
                )
