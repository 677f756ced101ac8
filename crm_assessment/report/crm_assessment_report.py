from odoo import api, fields, models
from odoo.tools import SQL

from ..models.crm_assessment_framework import VIEWPOINTS
from ..models.crm_assessment_score import LEVELS
from ..tools.maybe_float import MaybeFloat


class CrmAssessmentReport(models.Model):
    """Analysis of what assessments say: one row per form and letter.

    Every mean is one over the rows themselves, whatever they are grouped by, and never
    one of the means of groups: each form counts once for each of its letters.
    ``scored_count`` is the n of every mean.

    Only what has been revealed is here: of a round that still goes on nothing is seen,
    not even by way of a mean.
    """

    _name = "crm.assessment.report"
    _description = "Assessment Analysis"
    _inherit = "crm.analysis.mixin"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "section_id"
    _rate_fields = frozenset({"weak_rate"})

    _depends = {
        "crm.assessment": ["active", "respondent_id", "round_id"],
        "crm.assessment.round": ["manager_id", "stage_id"],
        "crm.assessment.score": [
            "answered",
            "asked",
            "assessment_id",
            "company_id",
            "date",
            "framework_id",
            "is_counted",
            "is_must_pass_failed",
            "is_revealed",
            "level",
            "partner_id",
            "score",
            "section_id",
            "team_id",
            "user_id",
            "viewpoint",
        ],
        "res.partner": ["commercial_partner_id", "industry_id"],
    }

    # What the row is about
    assessment_id = fields.Many2one(
        comodel_name="crm.assessment", string="Form", readonly=True
    )
    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework", readonly=True
    )
    section_id = fields.Many2one(
        comodel_name="crm.assessment.section", string="Area", readonly=True
    )
    active = fields.Boolean(readonly=True)

    # By what
    date = fields.Date(string="Answered On", readonly=True)
    viewpoint = fields.Selection(selection=VIEWPOINTS, readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", readonly=True
    )
    industry_id = fields.Many2one(comodel_name="res.partner.industry", readonly=True)
    user_id = fields.Many2one(comodel_name="res.users", string="Agent", readonly=True)
    respondent_id = fields.Many2one(
        comodel_name="res.users", string="Answered By", readonly=True
    )
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    stage_id = fields.Many2one(
        comodel_name="crm.assessment.stage",
        string="Loyalty Stage",
        readonly=True,
        help="Where the round of this form found the customer.",
    )
    level = fields.Selection(
        selection=LEVELS, readonly=True, falsy_value_label="Not enough answers"
    )
    is_counted = fields.Boolean(
        string="Counts",
        readonly=True,
        help="The viewpoint whose word counts, in a result that nobody disputes.",
    )

    # How good, and of how much
    score = MaybeFloat(
        string="Mean Score",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From 0, the worst, to 100. Areas without enough answers are left out.",
    )
    scored_count = fields.Integer(
        string="Number of Scores",
        readonly=True,
        help="How many the mean rests on: one for each area of each form that had "
        "enough answers.",
    )
    weak_count = fields.Integer(string="Weak Scores", readonly=True)
    weak_rate = MaybeFloat(
        string="Share of Weak Scores",
        readonly=True,
        aggregator="avg",
        help="Weak scores, of all scores.",
    )
    unscored_count = fields.Integer(string="Not Enough Answers", readonly=True)
    must_pass_failed_count = fields.Integer(
        string="Must-Pass Items Failed", readonly=True
    )
    answered = fields.Integer(string="Answers", readonly=True)
    asked = fields.Integer(string="Items Asked", readonly=True)

    # === QUERY === #

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT s.id, s.assessment_id, s.framework_id, s.section_id, a.active,
                   s.date, s.viewpoint, s.partner_id, s.user_id, s.team_id,
                   s.company_id, s.level, s.is_counted, a.respondent_id, r.manager_id,
                   r.stage_id, COALESCE(p.industry_id, cp.industry_id) AS industry_id,
                   s.score, s.answered, s.asked,
                   (s.score IS NOT NULL)::int AS scored_count,
                   (s.score IS NULL)::int AS unscored_count,
                   (s.score IS NOT NULL AND s.level = 'weak')::int AS weak_count,
                   CASE WHEN s.score IS NOT NULL
                        THEN (s.level = 'weak')::int END::float8 AS weak_rate,
                   s.is_must_pass_failed::int AS must_pass_failed_count
              FROM crm_assessment_score s
              JOIN crm_assessment a ON a.id = s.assessment_id
         LEFT JOIN crm_assessment_round r ON r.id = a.round_id
         LEFT JOIN res_partner p ON p.id = s.partner_id
         LEFT JOIN res_partner cp ON cp.id = p.commercial_partner_id
             WHERE s.is_revealed
            """
        )

    # === WHAT A FIGURE COUNTS === #

    @api.model
    def _get_counted_domain(self, measure):
        if measure in ("score", "weak_rate"):
            measure = "scored_count"
        return super()._get_counted_domain(measure)

    # === ACTION METHODS === #

    def action_open_assessment(self):
        """Open the form behind this row.

        :return: a window action
        """
        self.ensure_one()
        return self.assessment_id._get_records_action()
