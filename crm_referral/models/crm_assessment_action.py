from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.maybe_float import MaybeFloat

KINDS = [
    ("improvement", "Improvement"),
    ("acceptance", "Accepted as it is"),
    ("coaching", "Coaching"),
]
STATES = [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")]


class CrmAssessmentAction(models.Model):
    """What is done about a weak section, or that it is accepted until a date."""

    _name = "crm.assessment.action"
    _description = "Improvement Action"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state desc, deadline, id desc"
    _check_company_auto = True

    name = fields.Char(string="What Is Done", required=True, tracking=True)
    kind = fields.Selection(
        selection=KINDS, default="improvement", required=True, tracking=True
    )
    assessment_id = fields.Many2one(
        comodel_name="crm.assessment",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The assessment in which the weakness showed.",
    )
    section_id = fields.Many2one(
        comodel_name="crm.assessment.section",
        string="Letter",
        required=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        compute="_compute_from_assessment",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    agent_id = fields.Many2one(
        comodel_name="res.users",
        string="Agent",
        compute="_compute_from_assessment",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The person whom it is about.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        compute="_compute_from_assessment",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        index=True,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Owner",
        default=lambda self: self._default_user_id(),
        domain=[("share", "=", False)],
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    deadline = fields.Date(
        required=True,
        index=True,
        tracking=True,
        help="Until when it is done; for what is accepted, until when that holds.",
    )
    cause = fields.Text(help="Why the letter is weak.")
    effect = fields.Text(help="What it has changed.")
    state = fields.Selection(
        selection=STATES, default="open", required=True, index=True, tracking=True
    )
    score_before = MaybeFloat(
        string="Score Before",
        readonly=True,
        aggregator="avg",
        help="The score of the letter when the action was made.",
    )
    score_after = MaybeFloat(
        string="Score After",
        readonly=True,
        aggregator="avg",
        help="The score of the letter when it was next measured.",
    )

    # === DEFAULT METHODS === #

    def _default_user_id(self):
        return self.env.user

    # === COMPUTE METHODS === #

    @api.depends("assessment_id")
    def _compute_from_assessment(self):
        for action in self:
            assessment = action.assessment_id
            action.partner_id = assessment.partner_id or action.partner_id
            action.agent_id = assessment.user_id or action.agent_id
            action.company_id = (
                assessment.company_id or action.company_id or self.env.company
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("section_id", "assessment_id")
    def _check_section_id(self):
        for action in self:
            if (
                action.assessment_id
                and action.section_id.framework_id != action.assessment_id.framework_id
            ):
                raise ValidationError(
                    self.env._("The letter must be one of the assessment's framework.")
                )

    # === ACTION METHODS === #

    def action_done(self):
        """Note that the action is done.

        :return: True
        """
        self.write({"state": "done"})
        return True

    def action_cancel(self):
        """Give the action up.

        :return: True
        """
        self.write({"state": "cancelled"})
        return True

    def action_reopen(self):
        """Take the action up again.

        :return: True
        """
        self.write({"state": "open"})
        return True
