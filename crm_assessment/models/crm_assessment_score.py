from odoo import fields, models

from ..tools import round_result
from ..tools.maybe_float import MaybeFloat
from .crm_assessment_framework import VIEWPOINTS

LEVELS = [("weak", "Weak"), ("fair", "Fair"), ("strong", "Strong")]


class CrmAssessmentScore(models.Model):
    """The score of one section of a finished assessment: one row each, for reports.

    What the reports group and filter by is kept here as it was on that day.
    """

    _name = "crm.assessment.score"
    _description = "Assessment Score"
    _order = "date desc, assessment_id, section_id, id"
    _rec_name = "section_id"
    _log_access = False

    assessment_id = fields.Many2one(
        comodel_name="crm.assessment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    # Whose it is, for the record rules.
    round_id = fields.Many2one(
        related="assessment_id.round_id", store=True, index="btree_not_null"
    )
    respondent_id = fields.Many2one(
        related="assessment_id.respondent_id", store=True, index="btree_not_null"
    )
    manager_id = fields.Many2one(
        related="assessment_id.manager_id", store=True, index="btree_not_null"
    )
    section_id = fields.Many2one(
        comodel_name="crm.assessment.section",
        string="Area",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    viewpoint = fields.Selection(selection=VIEWPOINTS, readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Agent",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="restrict"
    )
    date = fields.Date(string="Answered On", readonly=True)
    score = MaybeFloat(
        readonly=True,
        aggregator="avg",
        help="0 is the worst, 100 the best. Empty: not enough answers.",
    )
    level = fields.Selection(
        selection=LEVELS, readonly=True, falsy_value_label="Not enough answers"
    )
    answered = fields.Integer(
        string="Answers", readonly=True, help="Answers that count in the score."
    )
    asked = fields.Integer(string="Items Asked", readonly=True)
    is_must_pass_failed = fields.Boolean(string="Must-Pass Item Failed", readonly=True)
    is_counted = fields.Boolean(
        readonly=True,
        help="The viewpoint whose word counts, in a result that nobody disputes.",
    )
    is_comparable = fields.Boolean(
        readonly=True,
        help="All whose word is needed have signed, and nobody disputes it.",
    )
    is_revealed = fields.Boolean(
        readonly=True, help="People other than the one who answered may see the score."
    )

    _section_uniq = models.Constraint(
        "UNIQUE (assessment_id, section_id)",
        "An area of an assessment is scored once.",
    )
    _report_idx = models.Index("(framework_id, date, company_id)")

    # === ACTION METHODS === #

    def action_open_assessment(self):
        """Show the answers behind the score.

        :return: a window action
        """
        self.ensure_one()
        return self.assessment_id._get_records_action()

    # === BUSINESS METHODS === #

    def _get_plain(self):
        """:return: what this says, for calculations without a database
        :rtype: round_result.Score
        """
        self.ensure_one()
        return round_result.Score(
            None if self.score is False else self.score,
            self.level or None,
            self.is_must_pass_failed,
        )
