from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.maybe_float import MaybeFloat

KINDS = [
    ("improvement", "Improvement"),
    ("acceptance", "Accepted as it is"),
    ("coaching", "Coaching"),
]
IMPROVE = "crm_assessment.mail_activity_type_improve"
STATES = [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")]
# Where a weakness showed does not change afterwards.
ORIGIN_FIELDS = frozenset(
    {"agent_id", "assessment_id", "company_id", "partner_id", "round_id", "section_id"}
)


class CrmAssessmentAction(models.Model):
    """What is done about a weak section, or that it is accepted until a date."""

    _name = "crm.assessment.action"
    _description = "Improvement Action"
    _inherit = [
        "crm.guarded.mixin",
        "crm.assessment.told.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "state desc, deadline, id desc"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"done_on", "measured_on", "score_after", "score_before"}
    )

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
    # Who sees to it, for the record rules.
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    manager_id = fields.Many2one(
        related="round_id.manager_id",
        store=True,
        precompute=True,
        index="btree_not_null",
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
        string="Has Run Out",
        compute="_compute_is_run_out",
        help="Accepted until a day that has passed.",
    )
    done_on = fields.Date(readonly=True, copy=False, help="When it was done.")
    measured_on = fields.Date(
        readonly=True,
        copy=False,
        help="When the customer last said how the area does since then.",
    )
    score_before = MaybeFloat(
        string="Score Before",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="The score of the area when the action was made.",
    )
    score_after = MaybeFloat(
        string="Score After",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="The score of the area when it was last measured after the action was "
        "done.",
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

    @api.depends("round_id.team_id", "assessment_id.team_id")
    def _compute_team_id(self):
        for action in self:
            action.team_id = action.round_id.team_id or action.assessment_id.team_id

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

    @api.constrains("kind", "deadline")
    def _check_deadline(self):
        """What is accepted until a day that has passed is accepted no more."""
        for action in self:
            day = today(self.env, action.user_id, action.company_id)
            if action.kind == "acceptance" and action.deadline < day:
                raise ValidationError(
                    self.env._(
                        "“%(action)s” would be accepted until %(date)s, and that day "
                        "has passed. Choose today or a later day.",
                        action=action.name,
                        date=format_date(self.env, action.deadline),
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._check_origin()
        actions._check_may_accept()
        actions.filtered(lambda action: action.state == "done")._note_done()
        actions._note_score_before()
        actions._follow_up()
        actions._follow_decisions()
        return actions

    def write(self, vals):
        rounds = self.round_id
        self._check_origin_stays(vals)
        changed = self.filtered(lambda a: a.state != vals.get("state", a.state))
        result = super().write(vals)
        if vals.keys() & {"deadline", "kind", "state"}:
            self._check_may_accept()
        if changed:
            changed._note_done()
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

    def _measure(self):
        """What shows whether it has worked; an addon measures its actions otherwise.

        :return: ``label`` of the figure, its value ``before`` and ``after``, False
            where there is none, and ``n``: on how many later measurements it stands
        :rtype: dict
        """
        self.ensure_one()
        measured = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("section_id", "=", self.section_id.id),
            ("is_counted", "=", True),
            ("score", "!=", False),
            ("date", ">=", self.done_on),
        ]
        # sudo: how often was measured tells nothing of what was said
        Score = self.env["crm.assessment.score"].sudo()
        # sudo: the owner may have no other right to assessments
        area = self.section_id.sudo().name
        return {
            "label": self.env._("Score of %(area)s", area=area),
            "before": self.score_before,
            "after": self.score_after,
            "n": Score.search_count(measured) if self.done_on else 0,
        }

    def _check_origin(self):
        """An action belongs to a result that all may see, and to whom it is about.

        :raise UserError: when there is no result yet, or it is somebody else's
        """
        # sudo: whether there is a result is no secret, and the user may read the record
        for action in self.sudo():
            round_, assessment = action.round_id, action.assessment_id
            if (round_ and round_.state != "done") or (
                assessment and not assessment.is_revealed
            ):
                raise UserError(
                    self.env._(
                        "There is no result yet. Wait until everybody has answered, "
                        "then decide what is done about it."
                    )
                )
            origin = round_ or assessment
            if origin and (
                action.partner_id != origin.partner_id
                or action.agent_id != origin.user_id
                or action.company_id != origin.company_id
                or (round_ and assessment and assessment.round_id != round_)
            ):
                raise UserError(
                    self.env._(
                        "The customer, the agent and the company of an action are "
                        "those of its round."
                    )
                )

    def _check_origin_stays(self, vals):
        """:raise UserError: when somebody moves an action to another result"""
        if self.env.su:
            return
        for fname in ORIGIN_FIELDS & vals.keys():
            if any(action[fname].id != (vals[fname] or False) for action in self):
                raise UserError(
                    self.env._(
                        "Where the weakness showed stays as it is. Make another action "
                        "instead."
                    )
                )

    def _check_may_accept(self):
        """That a weak area stays as it is, is for the manager to say.

        :raise UserError: when somebody accepts what is weak about themselves
        """
        if self.env.su:
            return
        user = self.env.user
        is_manager = user.has_group("crm_assessment.group_assessment_manager")
        for action in self:
            # sudo: who answers for a round is no secret
            round_sudo = action.sudo().round_id
            if action.kind != "acceptance" or not round_sudo:
                continue
            leads = user in (round_sudo.manager_id | round_sudo.team_id.user_id)
            if not (leads or is_manager):
                raise UserError(
                    self.env._(
                        "Only the manager who answers for this round may accept a weak "
                        "area as it is. Plan an improvement, or ask the manager."
                    )
                )

    def _note_done(self):
        """Keep since when it is done; what is not done any more has no effect."""
        # sudo: these figures are kept by the system
        done_sudo = self.sudo().filtered(lambda action: action.state == "done")
        for company, actions in done_sudo.grouped("company_id").items():
            actions.filtered(lambda action: not action.done_on).write(
                {"done_on": today(self.env, self.env.user, company)}
            )
        # sudo: as above
        (self.sudo() - done_sudo).write(
            {"done_on": False, "score_after": False, "measured_on": False}
        )

    def _is_earlier(self, round_):
        """:return: whether this followed from an earlier round with the same customer.
        :rtype: bool
        """
        self.ensure_one()
        # sudo: whoever may see the action may know what it follows from
        origin = self.sudo().round_id
        return bool(
            self.partner_id == round_.partner_id
            and origin.framework_id == round_.framework_id
            and self.company_id == round_.company_id
            and origin.id != round_.id
            and (not round_.id or origin.id < round_.id)
        )

    def _note_score_before(self):
        """Keep how the letter did, so that the next round shows what has changed."""
        # sudo: the figure belongs to the action, whose owner may not see the round
        for action in self.sudo():
            letter = action.round_id and action.round_id._get_letters().get(
                action.section_id
            )
            if letter:
                action.score_before = letter["measured"]
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
