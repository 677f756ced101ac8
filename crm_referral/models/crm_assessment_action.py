from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.maybe_float import MaybeFloat

KINDS = [
    ("improvement", "Improvement"),
    ("acceptance", "Accepted as it is"),
    ("coaching", "Coaching"),
]
IMPROVE = "crm_referral.mail_activity_type_improve"
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
    round_id = fields.Many2one(
        comodel_name="crm.assessment.round",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The round in which the weakness showed.",
    )
    section_id = fields.Many2one(
        comodel_name="crm.assessment.section",
        string="Area",
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
    cause = fields.Text(help="Why the area is weak.")
    effect = fields.Text(help="What it has changed.")
    state = fields.Selection(
        selection=STATES, default="open", required=True, index=True, tracking=True
    )
    is_run_out = fields.Boolean(
        compute="_compute_is_run_out", help="Accepted until a day that has passed."
    )
    score_before = MaybeFloat(
        string="Score Before",
        readonly=True,
        aggregator="avg",
        help="The score of the area when the action was made.",
    )
    score_after = MaybeFloat(
        string="Score After",
        readonly=True,
        aggregator="avg",
        help="The score of the area when it was next measured.",
    )

    # === DEFAULT METHODS === #

    def _default_user_id(self):
        return self.env.user

    # === COMPUTE METHODS === #

    @api.depends("assessment_id", "round_id")
    def _compute_from_assessment(self):
        for action in self:
            assessment = action.round_id or action.assessment_id
            action.partner_id = assessment.partner_id or action.partner_id
            action.agent_id = assessment.user_id or action.agent_id
            action.company_id = (
                assessment.company_id or action.company_id or self.env.company
            )

    @api.depends("kind", "state", "deadline")
    def _compute_is_run_out(self):
        today = fields.Date.context_today(self)
        for action in self:
            action.is_run_out = (
                action.kind == "acceptance"
                and action.state != "cancelled"
                and bool(action.deadline)
                and action.deadline < today
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("section_id", "assessment_id", "round_id")
    def _check_section_id(self):
        for action in self:
            found = action.round_id or action.assessment_id
            if found and action.section_id.framework_id != found.framework_id:
                raise ValidationError(
                    self.env._("The area must be one of the assessment's framework.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._note_score_before()
        actions._follow_up()
        actions._follow_decisions()
        return actions

    def write(self, vals):
        rounds = self.round_id
        result = super().write(vals)
        if vals.keys() & {"deadline", "user_id"}:
            for action in self:
                action.activity_reschedule(
                    [IMPROVE],
                    date_deadline=action.deadline,
                    new_user_id=action.user_id.id,
                )
        if vals.keys() & {"deadline", "kind", "round_id", "section_id", "state"}:
            self._follow_decisions(rounds)
        return result

    # === ACTION METHODS === #

    def action_done(self):
        """Note that the action is done.

        :return: True
        """
        self.write({"state": "done"})
        self.activity_feedback([IMPROVE])
        return True

    def action_cancel(self):
        """Give the action up.

        :return: True
        """
        self.write({"state": "cancelled"})
        self.activity_unlink([IMPROVE])
        return True

    def action_reopen(self):
        """Take the action up again.

        :return: True
        """
        self.write({"state": "open"})
        self._follow_up()
        return True

    # === BUSINESS METHODS === #

    def _note_score_before(self):
        """Keep how the letter did, so that the next round shows what has changed."""
        # sudo: the figure belongs to the action, whose owner may not see the round
        for action in self.sudo():
            letter = action.round_id and action.round_id._get_letters().get(
                action.section_id
            )
            if letter:
                action.score_before = letter["score"]
            elif action.assessment_id:
                action.score_before = action.assessment_id.score_ids.filtered(
                    lambda score, action=action: score.section_id == action.section_id
                ).score

    def _follow_up(self):
        """The owner gets an activity."""
        for action in self.filtered(lambda action: action.state == "open"):
            action.activity_schedule(
                IMPROVE,
                date_deadline=action.deadline,
                user_id=action.user_id.id,
                summary=action.name,
            )

    def _follow_decisions(self, rounds=None):
        """The rounds ask for the decisions that are missing, and for no others.

        :param rounds: rounds to which actions belonged before
        """
        # sudo: the activity may be of another manager
        rounds_sudo = self.sudo().round_id | (rounds or self.round_id).sudo()
        rounds_sudo._follow_decisions()
