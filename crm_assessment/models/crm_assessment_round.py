from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.crm_foundation.tools import local_time

from ..const import OPEN_STATES

STATES = [
    ("draft", "Draft"),
    ("open", "Asking"),
    ("done", "Closed"),
    ("cancelled", "Cancelled"),
]
# Written by what happens in a round, never by hand.
RESULT_FIELDS = frozenset(
    {
        "acknowledged_on",
        "answered_count",
        "asked_by_id",
        "asked_count",
        "asked_on",
        "closed_on",
        "colleague_score",
        "delivery",
        "dispute_state",
        "is_reviewed",
        "level",
        "link_mailed_on",
        "link_message_id",
        "mail_failure",
        "mail_state",
        "recommendation",
        "reminded_on",
        "asks_customer",
        "is_checklist",
        "response",
        "rest_reason",
        "score",
        "settlement",
        "stage_id",
        "state",
        "weak_section_ids",
    }
)
# The forms are made of them when the round starts; until then they may be changed.
FIXED_FIELDS = frozenset(
    {"company_id", "framework_id", "manager_id", "partner_id", "team_id", "user_id"}
)


class CrmAssessmentRound(models.Model):
    """The same things asked from several viewpoints at the same time.

    Nobody sees the answers of the others before all have answered or the time is over.
    """

    _name = "crm.assessment.round"
    _description = "Assessment Round"
    _inherit = [
        "crm.guarded.mixin",
        "crm.assessment.call.round.mixin",
        "crm.assessment.review.mixin",
        "crm.assessment.checklist.mixin",
        "crm.assessment.decision.mixin",
        "crm.assessment.response.mixin",
        "crm.assessment.result.mixin",
        "crm.assessment.link.mixin",
        "crm.assessment.mail.mixin",
        "crm.assessment.sending.mixin",
        "crm.assessment.rest.mixin",
        "crm.assessment.subject.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True
    _protected_fields = RESULT_FIELDS

    framework_id = fields.Many2one(default=lambda self: self._default_framework_id())
    partner_id = fields.Many2one(tracking=True)
    asks_customer = fields.Boolean(related="framework_id.asks_customer", store=True)
    is_checklist = fields.Boolean(related="framework_id.is_checklist", store=True)
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person Asked",
        compute="_compute_contact_id",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="The customer's person who gets the personal link.",
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    contact_email = fields.Char(
        related="contact_id.email", string="E-mail", readonly=False
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person Who Serves",
        compute="_compute_user_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        domain=[("share", "=", False)],
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    manager_id = fields.Many2one(
        comodel_name="res.users",
        compute="_compute_manager_id",
        store=True,
        precompute=True,
        readonly=False,
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Who answers for the organization, and sees to what is weak.",
    )
    state = fields.Selection(
        selection=STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    deadline = fields.Date(
        compute="_compute_deadline",
        store=True,
        precompute=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="We stop waiting for those who have not answered by then.",
    )
    closed_on = fields.Date(readonly=True, copy=False)
    assessment_ids = fields.One2many(
        comodel_name="crm.assessment", inverse_name="round_id", copy=False
    )
    progress = fields.Char(
        compute="_compute_progress", help="Who has answered, and who has not."
    )
    my_assessment_id = fields.Many2one(
        comodel_name="crm.assessment", compute="_compute_my_assessment_id"
    )

    weak_section_ids = fields.Many2many(
        comodel_name="crm.assessment.section",
        relation="crm_assessment_round_weak_section_rel",
        column1="round_id",
        column2="section_id",
        string="Weak Areas",
        readonly=True,
        copy=False,
    )
    dispute_ids = fields.One2many(
        comodel_name="crm.assessment.dispute",
        inverse_name="round_id",
        string="Disputes",
        readonly=True,
        copy=False,
    )
    dispute_reason = fields.Text(related="dispute_ids.reason")
    settlement_reason = fields.Text(related="dispute_ids.settlement_reason")
    settled_by_id = fields.Many2one(related="dispute_ids.settled_by_id")
    action_ids = fields.One2many(
        comodel_name="crm.assessment.action",
        inverse_name="round_id",
        string="Actions",
        copy=False,
    )

    _open_round_uniq = models.UniqueIndex(
        "(partner_id, framework_id, company_id)"
        " WHERE state = 'open' AND asks_customer AND active IS TRUE",
        "This customer is being asked already. Go on with the round that is open.",
    )
    _open_contact_uniq = models.UniqueIndex(
        "(contact_id, framework_id, company_id)"
        " WHERE state = 'open' AND asks_customer AND active IS TRUE",
        "This person is being asked already. Go on with the round that is open.",
    )

    has_framework_choice = fields.Boolean(compute="_compute_has_framework_choice")

    # === DEFAULT METHODS === #

    def _default_framework_id(self):
        domain = [("has_rounds", "=", True)]
        if code := self.env.context.get("assessment_framework"):
            domain = [("code", "=", code)]
        return self.env["crm.assessment.framework"].search(domain, limit=1)

    # === COMPUTE METHODS === #

    @api.depends("framework_id.name", "partner_id.name", "user_id.name", "create_date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for round_ in self:
            subject = round_.partner_id.name or round_.user_id.name
            day = round_.create_date and format_date(self.env, round_.create_date)
            round_.display_name = " · ".join(
                part for part in (round_.framework_id.name, subject, day) if part
            )

    @api.depends("framework_id.respondents")
    def _compute_has_framework_choice(self):
        """One framework is no choice."""
        counts = dict(
            self.env["crm.assessment.framework"]._read_group(
                [], ["respondents"], ["__count"]
            )
        )
        for round_ in self:
            respondents = round_.framework_id.respondents
            round_.has_framework_choice = counts.get(respondents, 0) > 1

    @api.depends("partner_id")
    def _compute_contact_id(self):
        for round_ in self:
            partner = round_.partner_id
            if round_.contact_id.commercial_partner_id == partner.commercial_partner_id:
                continue
            present = (partner | partner.child_ids).filtered("active")
            with_email = present.filtered("email")
            persons = with_email.filtered(lambda contact: not contact.is_company)
            round_.contact_id = (persons or with_email or partner)[:1]

    @api.depends("framework_id", "partner_id")
    def _compute_user_id(self):
        self._propose_agent()
        for round_ in self:
            # sudo: whether somebody has left is no secret
            serving = (
                round_.partner_id.user_id
                | round_.partner_id.commercial_partner_id.user_id
            ).filtered(lambda user: user.sudo().active)
            round_.user_id = round_.user_id or serving[:1] or self.env.user

    @api.depends("team_id", "framework_id", "user_id")
    def _compute_manager_id(self):
        for round_ in self:
            managers = round_.manager_id | round_.team_id.user_id | self.env.user
            # Nobody answers twice, or reviews themselves.
            # sudo: whether somebody has left is no secret
            round_.manager_id = (managers - round_.user_id).filtered(
                lambda user: user.sudo().active
            )[:1]

    @api.depends("framework_id")
    def _compute_deadline(self):
        for round_ in self:
            today = local_time.today(self.env, *round_._get_deadline_owners())
            round_.deadline = round_.deadline or today + timedelta(
                days=round_.framework_id.answer_days
            )

    @api.depends("assessment_ids.state")
    @api.depends_context("lang")
    def _compute_progress(self):
        states = dict(
            self.env["crm.assessment"]._fields["state"]._description_selection(self.env)
        )
        assessments_sudo = self._search_assessments().grouped("round_id")
        who = self._get_who()
        for round_ in self:
            round_.progress = " · ".join(
                self.env._(
                    "%(who)s: %(state)s",
                    who=who[assessment_sudo.viewpoint],
                    state=states[assessment_sudo.state],
                )
                for assessment_sudo in assessments_sudo.get(round_._origin.sudo(), ())
            )

    @api.depends("assessment_ids.state")
    @api.depends_context("uid")
    def _compute_my_assessment_id(self):
        for round_ in self:
            mine = round_.assessment_ids.filtered(
                lambda assessment: (
                    assessment.respondent_id == self.env.user
                    and assessment.state in OPEN_STATES
                )
            ).sorted("id")[:1]
            round_.my_assessment_id = mine if round_._is_turn_of(mine) else False

    # === CONSTRAINT METHODS === #

    @api.constrains("framework_id", "partner_id")
    def _check_partner_id(self):
        for round_ in self:
            if round_.asks_customer and not round_.partner_id:
                raise ValidationError(self.env._("Say which customer this is about."))

    # === CRUD METHODS === #

    def write(self, vals):
        if not vals.get("active", True):
            self.filtered(lambda r: r.state == "open")._check_agent_may_stop()
        started = self.filtered(lambda round_: round_.state != "draft")
        for fname in FIXED_FIELDS & vals.keys():
            if any(round_._is_fixed(fname, vals[fname]) for round_ in started):
                raise UserError(
                    self.env._(
                        "Whom a round asks, and about whom, cannot be changed. Cancel "
                        "it and start another one."
                    )
                )
        if {"active", "deadline"} & vals.keys():
            self._check_may_steer()
        return super().write(vals)

    def unlink(self):
        """Delete the forms first: the database would leave their activities behind."""
        self.check_access("unlink")
        self._search_assessments().unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        for round_ in self:
            if round_._search_assessments().filtered(lambda a: a.state == "done"):
                raise UserError(
                    self.env._(
                        "“%(round)s” has answers and cannot be deleted. Archive it "
                        "instead.",
                        round=round_.display_name,
                    )
                )

    # === ACTION METHODS === #

    def action_answer(self):
        """Open what the user is asked to fill in.

        :return: a window action
        """
        self.ensure_one()
        if not self.my_assessment_id:
            raise UserError(self.env._("Nothing in this round waits for your answers."))
        return self.my_assessment_id._get_records_action(
            name=self.display_name, context={"create": False}
        )

    def action_ask_again(self):
        """Prepare the next round with the customer, or go on with the open one.

        :return: a window action: the round
        """
        self.ensure_one()
        return self.partner_id._open_next_round(self.framework_id)

    def action_cancel(self):
        """Give the round up: what is not answered yet is not asked any more.

        :return: True
        """
        self._check_agent_may_stop()
        for round_ in self:
            if round_.state not in ("draft", "open"):
                raise UserError(
                    self.env._("Only a round that is open can be cancelled.")
                )
        self.check_access("write")
        self._check_may_steer()
        open_sudo = self._search_waiting()
        open_sudo.write({"state": "cancelled"})
        self._unlink_answer_activities(open_sudo)
        # sudo: the state of a round is written by its own methods only
        self.sudo().write({"state": "cancelled"})
        self._cancel_mail()
        return True

    def action_close(self):
        """Stop waiting for those who have not answered, and show the result.

        :return: True
        """
        self._check_agent_may_stop()
        self.check_access("write")
        self._check_may_steer()
        self._close()
        return True

    # === BUSINESS METHODS === #

    def _check_not_about_oneself(self):
        """Nobody takes the word from a customer who is asked about them.

        :raise UserError: when the user serves the customer, and somebody else answers
            for the organization
        """
        for round_ in self:
            if (
                not self.env.su
                and round_.manager_id
                and (round_.user_id == self.env.user)
            ):
                raise UserError(
                    self.env._(
                        "“%(round)s” is about you, so %(manager)s decides this.",
                        round=round_.display_name,
                        # sudo: the colleague may work for another company as well
                        manager=round_.sudo().manager_id.name,
                    )
                )

    def _check_may_steer(self):
        """Whom a round is about does not decide when it ends, or whether it shows.

        As long as nobody has answered, whoever started a round may undo that.

        :raise UserError: when it takes the manager
        """
        if self.env.su:
            return
        user = self.env.user
        is_manager = user.has_group("crm_assessment.group_assessment_manager")
        answered = (
            self._search_assessments().filtered(lambda a: a.state == "done").round_id
        )
        for round_ in self:
            leads = user in (round_.manager_id | round_.team_id.user_id) or is_manager
            if round_.id in answered.ids and (user == round_.user_id or not leads):
                raise UserError(
                    self.env._(
                        "Somebody has answered already, so only the manager who "
                        "answers for “%(round)s” may do this, and not the person whom "
                        "it is about.",
                        round=round_.display_name,
                    )
                )

    def _search_assessments(self):
        """:return: the forms of all viewpoints, in sudo mode.

        They are searched, and not read from ``assessment_ids``: that would leave them
        in the cache for a user who may not see them yet.
        """
        # sudo: that somebody has answered is no secret, what they answered is
        return (
            self.env["crm.assessment"]
            .sudo()
            .search([("round_id", "in", self.ids)], order="id")
        )

    def _search_waiting(self):
        """:return: the forms that are not answered yet, in sudo mode."""
        return self._search_assessments().filtered(lambda a: a.state in OPEN_STATES)

    @api.model
    def _get_who(self):
        """:return: the viewpoints, as a sentence begins with them.
        :rtype: dict
        """
        return {
            "customer": self.env._("The customer"),
            "employee": self.env._("The person who serves"),
            "manager": self.env._("The manager"),
            "self": self.env._("The agent"),
            "reviewer": self.env._("The reviewer"),
        }

    @api.model
    def _unlink_answer_activities(self, assessments_sudo):
        assessments_sudo.activity_unlink(["crm_assessment.mail_activity_type_answer"])

    def _on_answered(self):
        """Close the rounds in which nobody is waited for any more."""
        self._on_customer_reached()
        # sudo: the forms of all viewpoints
        for round_sudo in self.sudo():
            round_sudo._ask_reviewer()
            if round_sudo.state == "open" and not round_sudo._is_waited_for():
                round_sudo._close()

    def _is_waited_for(self):
        """:return: whether somebody has still to answer.
        :rtype: bool
        """
        return self._may_get_reviewer() or any(
            assessment.state in OPEN_STATES for assessment in self._search_assessments()
        )

    def _is_fixed(self, fname, value):
        """:param value: what is to be written into the field, one that settles a round
        :return: whether that changes what stays as it is.
        :rtype: bool
        """
        if fname == "manager_id" and self._may_get_reviewer():
            return False
        return self[fname].id != (value or False)

    def _close(self):
        """Let nobody answer any more, show the answers, and note the result."""
        self._cancel_mail()
        # sudo: the result belongs to the round, whoever was the last to answer
        rounds_sudo = self.sudo().filtered(lambda r: r.state == "open")
        assessments_sudo = rounds_sudo._search_assessments()
        waiting = assessments_sudo.filtered(lambda a: a.state in OPEN_STATES)
        waiting.write({"state": "expired"})
        self._unlink_answer_activities(waiting)
        assessments_sudo.filtered(lambda a: a.state == "done")._reveal()
        by_round = assessments_sudo.grouped("round_id")
        rounds_by_weak = defaultdict(rounds_sudo.browse)
        for round_sudo in rounds_sudo:
            assessments = by_round.get(round_sudo, waiting.browse())
            values = round_sudo._prepare_result_values()
            rounds_by_weak[values.pop("weak_section_ids")] |= round_sudo
            round_sudo.write(
                {
                    "state": "done",
                    "closed_on": local_time.today(self.env, round_sudo.company_id),
                    "is_reviewed": round_sudo.is_checklist
                    and set(assessments.mapped("state")) == {"done"}
                    and "reviewer" in assessments.mapped("viewpoint"),
                    **round_sudo._prepare_response_values(assessments),
                    **values,
                }
            )
        for weak, rounds in rounds_by_weak.items():
            if weak:
                rounds.write({"weak_section_ids": [Command.set(weak)]})
        rounds_sudo.filtered(
            lambda r: r.is_reviewed or not r.is_checklist
        )._count_scores(True)
        rounds_sudo._on_closed()

    def _on_closed(self):
        """What follows from a result. Called in sudo mode."""
        for round_ in self.filtered("stage_id"):
            round_.partner_id.with_company(round_.company_id)._set_loyalty(round_)
        self._measure_effects()
        self._follow_silence()
        (self | self._get_earlier_rounds())._follow_decisions()
        self._tell_agents()
