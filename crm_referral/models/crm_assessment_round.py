from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ..tools import assessment_scoring as scoring
from ..tools.maybe_float import MaybeFloat
from .crm_assessment import OPEN_STATES
from .crm_assessment_score import LEVELS

STATES = [("open", "Asking"), ("done", "Answered"), ("cancelled", "Cancelled")]
DISPUTE_STATES = [("open", "Disputed"), ("settled", "Settled")]
SETTLEMENTS = [
    ("reviewer", "The review stands"),
    ("self", "The agent's view counts"),
    ("void", "The checklist does not count"),
]
# Written by what happens in a round, never by hand.
RESULT_FIELDS = frozenset(
    {
        "acknowledged_on",
        "closed_on",
        "dispute_reason",
        "dispute_state",
        "is_reviewed",
        "level",
        "recommendation",
        "reminded_on",
        "score",
        "settled_by_id",
        "settlement",
        "settlement_reason",
        "stage_id",
        "state",
        "weak_section_ids",
    }
)
# The forms are made of them when the round starts.
FIXED_FIELDS = frozenset(
    {"company_id", "framework_id", "manager_id", "partner_id", "user_id"}
)
# Checklists are evidence for as long.
EVIDENCE_PERIOD = timedelta(days=365)
# Rounds that the trend shows, at most.
TREND_LENGTH = 8


class CrmAssessmentRound(models.Model):
    """The same things asked from several viewpoints at the same time.

    Nobody sees the answers of the others before all have answered or the time is over.
    """

    _name = "crm.assessment.round"
    _description = "Assessment Round"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_framework_id(),
    )
    framework_code = fields.Char(related="framework_id.code")
    respondents = fields.Selection(related="framework_id.respondents", store=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person Asked",
        compute="_compute_contact_id",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="The customer's person who gets the personal link.",
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    contact_email = fields.Char(related="contact_id.email", string="E-mail")
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
    state = fields.Selection(
        selection=STATES,
        default="open",
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
        help="Who has not answered by then is not waited for.",
    )
    reminded_on = fields.Date(readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)
    active = fields.Boolean(default=True)
    assessment_ids = fields.One2many(
        comodel_name="crm.assessment", inverse_name="round_id", copy=False
    )
    progress = fields.Char(
        compute="_compute_progress", help="Who has answered, and who has not."
    )
    my_assessment_id = fields.Many2one(
        comodel_name="crm.assessment", compute="_compute_my_assessment_id"
    )

    # The interaction that a checklist is about
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Lead or Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Referral Request",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )
    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
    )

    # Review
    is_reviewed = fields.Boolean(
        readonly=True, copy=False, help="Agent and reviewer have both signed."
    )
    acknowledged_on = fields.Date(
        readonly=True, copy=False, help="When the agent took note of the review."
    )
    dispute_state = fields.Selection(
        selection=DISPUTE_STATES,
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
    )
    dispute_reason = fields.Text(readonly=True, copy=False)
    settled_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    settlement = fields.Selection(
        selection=SETTLEMENTS, readonly=True, copy=False, tracking=True
    )
    settlement_reason = fields.Text(readonly=True, copy=False)
    is_agent = fields.Boolean(compute="_compute_roles")
    can_settle = fields.Boolean(compute="_compute_roles")

    # Result
    score = MaybeFloat(readonly=True, copy=False, aggregator="avg")
    level = fields.Selection(
        selection=LEVELS,
        readonly=True,
        copy=False,
        falsy_value_label="Not enough answers",
    )
    recommendation = MaybeFloat(
        readonly=True, copy=False, aggregator="avg", digits=(3, 0)
    )
    stage_id = fields.Many2one(
        comodel_name="crm.assessment.stage",
        string="Loyalty Stage",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    stage_explanation = fields.Char(compute="_compute_stage_explanation")
    result = fields.Json(compute="_compute_result")
    weak_section_ids = fields.Many2many(
        comodel_name="crm.assessment.section",
        relation="crm_assessment_round_weak_section_rel",
        column1="round_id",
        column2="section_id",
        string="Weak Letters",
        readonly=True,
        copy=False,
    )
    action_ids = fields.One2many(
        comodel_name="crm.assessment.action",
        inverse_name="round_id",
        string="Actions",
        copy=False,
    )
    undecided_count = fields.Integer(
        string="Weak Letters without Decision",
        compute="_compute_undecided_count",
        store=True,
        help="Weak letters that have neither an action nor a dated acceptance.",
    )
    evidence_line_ids = fields.Many2many(
        comodel_name="crm.assessment.line",
        compute="_compute_evidence_line_ids",
        string="Evidence",
        help="What was written, what presses from outside, and what was tagged.",
    )

    _open_round_uniq = models.UniqueIndex(
        "(partner_id, framework_id, company_id)"
        " WHERE state = 'open' AND respondents = 'viewpoints' AND active IS TRUE",
        "This customer is being asked already. Go on with the round that is open.",
    )
    _deadline_idx = models.Index("(deadline) WHERE state = 'open'")
    _trend_idx = models.Index(
        "(partner_id, framework_id, closed_on) WHERE state = 'done'"
    )

    # === DEFAULT METHODS === #

    def _default_framework_id(self):
        code = self.env.context.get("assessment_framework", "pride")
        return self.env["crm.assessment.framework"].search([("code", "=", code)])

    def _default_company_id(self):
        return self.env.company

    # === COMPUTE METHODS === #

    @api.depends("framework_id.name", "partner_id.name", "user_id.name", "create_date")
    def _compute_display_name(self):
        for round_ in self:
            subject = round_.partner_id.name or round_.user_id.name
            day = round_.create_date and format_date(self.env, round_.create_date)
            round_.display_name = " · ".join(
                part for part in (round_.framework_id.name, subject, day) if part
            )

    @api.depends("partner_id")
    def _compute_contact_id(self):
        for round_ in self:
            partner = round_.partner_id
            if round_.contact_id.commercial_partner_id == partner.commercial_partner_id:
                continue
            with_email = (partner | partner.child_ids).filtered("email")
            persons = with_email.filtered(lambda contact: not contact.is_company)
            round_.contact_id = (persons or with_email or partner)[:1]

    @api.depends("partner_id")
    def _compute_user_id(self):
        for round_ in self:
            round_.user_id = (
                round_.user_id
                or round_.partner_id.user_id
                or round_.partner_id.commercial_partner_id.user_id
                or self.env.user
            )

    @api.depends("team_id", "framework_id")
    def _compute_manager_id(self):
        for round_ in self:
            manager = round_.manager_id or round_.team_id.user_id or self.env.user
            if round_.framework_id.respondents == "review" and (
                manager == round_.user_id
            ):
                # Nobody reviews themselves.
                manager = False
            round_.manager_id = manager

    @api.depends("user_id")
    def _compute_team_id(self):
        for user, rounds in self.grouped("user_id").items():
            if user:
                rounds.team_id = self.env["crm.team"]._get_default_team_id(
                    user_id=user.id
                )

    @api.depends("framework_id")
    def _compute_deadline(self):
        today = fields.Date.context_today(self)
        for round_ in self:
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
            round_.my_assessment_id = round_.assessment_ids.filtered(
                lambda assessment: (
                    assessment.respondent_id == self.env.user
                    and assessment.state in OPEN_STATES
                )
            )[:1]

    @api.depends("user_id", "manager_id", "state", "dispute_state")
    @api.depends_context("uid")
    def _compute_roles(self):
        for round_ in self:
            round_.is_agent = round_.user_id == self.env.user
            round_.can_settle = round_._may_settle()

    @api.depends("stage_id", "score", "recommendation")
    @api.depends_context("lang")
    def _compute_stage_explanation(self):
        for round_ in self:
            stage = round_.stage_id
            if not stage:
                round_.stage_explanation = False
            elif round_.recommendation is False:
                round_.stage_explanation = self.env._(
                    "Overall score %(score)s, at least %(minimum)s needed. No "
                    "recommendation was given.",
                    score=round(round_.score),
                    minimum=round(stage.minimum_score),
                )
            else:
                round_.stage_explanation = self.env._(
                    "Overall score %(score)s, at least %(minimum)s needed. Would "
                    "recommend us with %(recommendation)s of 10, at least %(least)s "
                    "needed.",
                    score=round(round_.score),
                    minimum=round(stage.minimum_score),
                    recommendation=round(round_.recommendation),
                    least=round(stage.minimum_recommendation),
                )

    @api.depends("state", "score", "action_ids.state", "weak_section_ids")
    @api.depends_context("lang", "uid")
    def _compute_result(self):
        for round_ in self:
            round_.result = round_._get_result() if round_.state == "done" else False

    @api.depends(
        "weak_section_ids", "action_ids.section_id", "action_ids.state", "state"
    )
    def _compute_undecided_count(self):
        for round_ in self:
            round_.undecided_count = len(round_._get_undecided_sections())

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_evidence_line_ids(self):
        for round_ in self:
            round_.evidence_line_ids = (
                self.env["crm.assessment.line"].search(round_._get_evidence_domain())
                if round_.state == "done"
                else False
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("framework_id", "partner_id")
    def _check_partner_id(self):
        for round_ in self:
            if round_.respondents == "viewpoints" and not round_.partner_id:
                raise ValidationError(self.env._("Say which customer this is about."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_result_untouched(*vals_list)
        rounds = super().create(vals_list)
        rounds._ask()
        return rounds

    def write(self, vals):
        self._check_result_untouched(vals)
        for fname in FIXED_FIELDS & vals.keys():
            if any(round_[fname].id != (vals[fname] or False) for round_ in self):
                raise UserError(
                    self.env._(
                        "Whom a round asks, and about whom, stays as it is. Cancel it "
                        "and start another one."
                    )
                )
        return super().write(vals)

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
        return self.my_assessment_id._get_records_action(name=self.display_name)

    def action_cancel(self):
        """Give the round up: what is not answered yet is not asked any more.

        :return: True
        """
        for round_ in self:
            if round_.state != "open":
                raise UserError(
                    self.env._("Only a round that is open can be cancelled.")
                )
        self.check_access("write")
        # sudo: the forms of all viewpoints are closed
        open_sudo = self._search_assessments().filtered(
            lambda a: a.state in OPEN_STATES
        )
        open_sudo.write({"state": "cancelled"})
        self._unlink_answer_activities(open_sudo)
        # sudo: the state of a round is written by its own methods only
        self.sudo().write({"state": "cancelled"})
        return True

    def action_close(self):
        """Stop waiting for those who have not answered, and show the result.

        :return: True
        """
        self.check_access("write")
        self._close()
        return True

    def action_decide(self):
        """Decide what is done about the next weak letter that has no decision yet.

        :return: a window action
        """
        self.ensure_one()
        sections = self._get_undecided_sections()
        if not sections:
            raise UserError(self.env._("Every weak letter has its decision."))
        section = sections[:1]
        return {
            "name": self.env._("Decide on %(letter)s", letter=section.name),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.action",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_round_id": self.id,
                "default_section_id": section.id,
                "default_kind": "improvement",
            },
        }

    def action_resend_link(self):
        """Send the customer's link again.

        :return: True
        """
        self.check_access("write")
        self._get_customer_assessment()._send_link()
        return True

    def action_open_link(self):
        """Open the customer's page, to hand over the phone or to pass the link on.

        :return: an action that opens the page
        """
        self.ensure_one()
        self.check_access("write")
        link = self._get_customer_assessment()._get_link()
        self.message_post(
            body=self.env._("The customer's page was opened by us, to pass it on."),
            subtype_xmlid="mail.mt_note",
        )
        return {"type": "ir.actions.act_url", "url": link, "target": "new"}

    def action_revoke_link(self):
        """Make the customer's link useless.

        :return: True
        """
        self.check_access("write")
        assessments_sudo = self._get_customer_assessment()
        assessments_sudo.write({"state": "cancelled"})
        for round_ in self:
            round_.message_post(
                body=self.env._("The customer's link was revoked."),
                subtype_xmlid="mail.mt_note",
            )
        self._on_answered()
        return True

    def action_acknowledge(self):
        """The agent takes note of the review.

        :return: True
        """
        for round_ in self:
            round_._check_agent_may_react()
            # sudo: noted by this method only
            round_.sudo().acknowledged_on = fields.Date.context_today(self)
            round_.message_post(
                body=self.env._("%(agent)s took note of it.", agent=self.env.user.name),
                subtype_xmlid="mail.mt_note",
            )
        return True

    def action_dispute(self, reason=None):
        """The agent disagrees with the review: once, and with a reason.

        :param str reason: why
        :return: True
        """
        self.ensure_one()
        self._check_agent_may_react()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write in a few words what you disagree with."))
        # sudo: written by this method only
        round_sudo = self.sudo()
        round_sudo.write({"dispute_state": "open", "dispute_reason": reason})
        round_sudo._count_scores(False)
        settlers = round_sudo._get_settlers()
        if settlers:
            round_sudo.activity_schedule(
                "crm_referral.mail_activity_type_settle", user_id=settlers[0].id
            )
        round_sudo.message_post(
            body=self.env._("Disputed: %(reason)s", reason=reason),
            author_id=self.env.user.partner_id.id,
            partner_ids=settlers[:1].partner_id.ids,
        )
        return True

    def action_settle(self, settlement=None, reason=None):
        """A third person settles the dispute.

        :param str settlement: ``reviewer``, ``self`` or ``void``
        :param str reason: why
        :return: True
        """
        self.ensure_one()
        if self.dispute_state != "open":
            raise UserError(self.env._("There is no open dispute."))
        if not self._may_settle():
            raise UserError(
                self.env._(
                    "A dispute is settled by a third person: the leader of the team or "
                    "a manager, who is neither the agent nor the reviewer."
                )
            )
        reason = (reason or "").strip()
        if settlement not in dict(SETTLEMENTS) or not reason:
            raise UserError(self.env._("Say how it is settled, and why."))
        # sudo: written by this method only
        round_sudo = self.sudo()
        round_sudo.write(
            {
                "dispute_state": "settled",
                "settlement": settlement,
                "settlement_reason": reason,
                "settled_by_id": self.env.uid,
            }
        )
        round_sudo.write(round_sudo._prepare_result_values())
        round_sudo._count_scores(settlement != "void")
        round_sudo.activity_feedback(["crm_referral.mail_activity_type_settle"])
        round_sudo.message_post(
            body=self.env._(
                "Settled by %(who)s: %(reason)s", who=self.env.user.name, reason=reason
            ),
            author_id=self.env.user.partner_id.id,
            partner_ids=(self.user_id | self.manager_id).partner_id.ids,
        )
        return True

    def action_open_dispute(self):
        """Ask for the reason of a dispute, or for how it is settled.

        :return: a window action
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_assessment_dispute_action"
        )
        action["context"] = {"default_round_id": self.id}
        return action

    def action_coach(self):
        """Plan a coaching for the agent.

        :return: a window action
        """
        self.ensure_one()
        letters = self._get_letters()
        weakest = sorted(
            (section for section in letters if letters[section]["score"] is not False),
            key=lambda section: letters[section]["score"],
        )
        return {
            "name": self.env._("Coaching"),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.action",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_round_id": self.id,
                "default_kind": "coaching",
                "default_section_id": weakest[0].id if weakest else False,
            },
        }

    # === BUSINESS METHODS: CHECKLIST === #

    @api.model
    def start_checklist(self, record):
        """Start a BE SURE checklist about an interaction, or go on with the open one.

        :param record: a res.partner, crm.lead, crm.referral or crm.referral.candidate
        :return: a window action: the checklist, or the round for others than who answer
        """
        record.ensure_one()
        framework = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        values = {
            "framework_id": framework.id,
            "company_id": record.company_id.id or self.env.company.id,
            "user_id": record.user_id.id or self.env.uid,
            **self._prepare_interaction_values(record),
        }
        round_ = self.search(
            [
                ("state", "=", "open"),
                *((fname, "=", value) for fname, value in values.items()),
            ],
            limit=1,
        ) or self.create(values)
        return round_._open_checklist()

    @api.model
    def _prepare_interaction_values(self, record):
        """:return: values that tie a checklist to an interaction.
        :rtype: dict
        """
        if record._name == "crm.lead":
            return {"lead_id": record.id, "partner_id": record.partner_id.id}
        if record._name == "crm.referral":
            return {
                "referral_id": record.id,
                "candidate_id": False,
                "partner_id": record.partner_id.id,
            }
        if record._name == "crm.referral.candidate":
            return {
                "candidate_id": record.id,
                "referral_id": record.referral_id.id,
                "partner_id": record.referral_id.partner_id.id,
            }
        return {
            "partner_id": record.id,
            "lead_id": False,
            "referral_id": False,
            "candidate_id": False,
        }

    def _open_checklist(self):
        """:return: a window action: what the user is to answer, else the round."""
        self.ensure_one()
        if self.my_assessment_id:
            return self.action_answer()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_assessment_round_be_sure_action"
            ),
            "res_id": self.id,
            "views": [
                (
                    self.env.ref(
                        "crm_referral.crm_assessment_round_view_form_be_sure"
                    ).id,
                    "form",
                )
            ],
        }

    @api.model
    def _check_result_untouched(self, *vals_list):
        """:raise AccessError: when somebody writes what only the round may write"""
        if self.env.su:
            return
        if set().union(*vals_list) & RESULT_FIELDS:
            raise AccessError(
                self.env._("The result of a round is computed, not written.")
            )

    def _check_agent_may_react(self):
        """:raise UserError: unless the agent may take note of the review, or dispute"""
        self.ensure_one()
        if self.user_id != self.env.user:
            raise UserError(self.env._("Only the agent whom it is about may do this."))
        if not self.is_reviewed:
            raise UserError(self.env._("There is no review yet."))
        if self.acknowledged_on:
            raise UserError(self.env._("You have taken note of this review already."))
        if self.dispute_state:
            raise UserError(self.env._("A review can be disputed once."))

    def _may_settle(self):
        """:return: whether the user is a third person who may settle a dispute.
        :rtype: bool
        """
        self.ensure_one()
        user = self.env.user
        return user not in (self.user_id | self.manager_id) and (
            user == self.team_id.user_id
            or user.has_group("sales_team.group_sale_manager")
        )

    def _get_settlers(self):
        """:return: the users who may settle a dispute, the team's leader first."""
        self.ensure_one()
        managers = self.env.ref("sales_team.group_sale_manager").all_user_ids.filtered(
            lambda user: (
                not user._is_superuser() and self.company_id in user.company_ids
            )
        )
        people = self.team_id.user_id | managers
        return people - self.user_id - self.manager_id

    def _get_leading_viewpoint(self):
        """:return: the viewpoint whose word counts in this round.
        :rtype: str
        """
        self.ensure_one()
        if self.settlement == "self":
            return "self"
        return self.framework_id._get_leading_viewpoint()

    def _count_scores(self, is_counted):
        """Let the scores of the leading viewpoint count in reports, or none.

        :param bool is_counted: whether they count. Called in sudo mode.
        """
        for round_ in self:
            scores = round_.assessment_ids.score_ids
            leading = round_._get_leading_viewpoint()
            lead = scores.filtered(lambda s, leading=leading: s.viewpoint == leading)
            scores.is_counted = False
            if is_counted:
                lead.is_counted = True

    # === BUSINESS METHODS: ASKING === #

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

    def _get_customer_assessment(self):
        """:return: the customer's forms that are open, in sudo mode
        :raise UserError: when there is none
        """
        # sudo: only its link and its state are touched
        assessments_sudo = self._search_assessments().filtered(
            lambda a: a.viewpoint == "customer" and a.state in OPEN_STATES
        )
        if not assessments_sudo:
            raise UserError(self.env._("The customer is not being asked any more."))
        return assessments_sudo

    def _ask(self):
        """Ask every viewpoint: colleagues by an activity, the customer by e-mail."""
        vals_list = [
            round_._prepare_assessment_values(viewpoint)
            for round_ in self
            for viewpoint in round_.framework_id._get_round_viewpoints()
            if viewpoint != "reviewer" or round_.manager_id
        ]
        # sudo: whoever starts a round makes the forms of the others too
        assessments_sudo = self.env["crm.assessment"].sudo().create(vals_list)
        # sudo: and so it makes the activities of the others
        self.env["mail.activity"].sudo()._schedule_batch(
            "crm_referral.mail_activity_type_answer",
            {
                assessment: {
                    "user_id": assessment.respondent_id.id,
                    "date_deadline": assessment.deadline,
                    "summary": assessment.with_context(
                        lang=assessment.respondent_id.lang
                    ).display_name,
                }
                for assessment in assessments_sudo
                # The reviewer is asked when the agent has answered.
                if assessment.respondent_id and assessment.viewpoint != "reviewer"
            },
        )
        assessments_sudo.filtered(lambda a: a.viewpoint == "customer")._send_link()

    def _prepare_assessment_values(self, viewpoint):
        """:return: values of the assessment of a viewpoint.
        :rtype: dict
        """
        self.ensure_one()
        return {
            "round_id": self.id,
            "framework_id": self.framework_id.id,
            "viewpoint": viewpoint,
            "partner_id": self.partner_id.id,
            "user_id": self.user_id.id,
            "respondent_id": {
                "employee": self.user_id.id,
                "self": self.user_id.id,
                "manager": self.manager_id.id,
                "reviewer": self.manager_id.id,
            }.get(viewpoint, False),
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "deadline": self.deadline,
            "state": "sent",
        }

    @api.model
    def _unlink_answer_activities(self, assessments_sudo):
        assessments_sudo.activity_unlink(["crm_referral.mail_activity_type_answer"])

    @api.model
    def _cron_remind(self, batch_size=100):
        """Remind once of what is due soon: colleagues and customers."""
        today = fields.Date.context_today(self)
        domain = Domain.OR(
            Domain("framework_id", "=", framework.id)
            & Domain("deadline", "<=", today + timedelta(days=framework.remind_days))
            for framework in self.env["crm.assessment.framework"].search([])
        ) & Domain(
            [
                ("state", "=", "open"),
                ("reminded_on", "=", False),
                ("deadline", ">=", today),
            ]
        )
        self._process_in_batches(domain, "_remind", batch_size)

    def _remind(self):
        self.write({"reminded_on": fields.Date.context_today(self)})
        # sudo: the forms of all viewpoints
        open_sudo = self._search_assessments().filtered(
            lambda a: a.state in OPEN_STATES
        )
        open_sudo.filtered(lambda a: a.viewpoint == "customer")._send_link(
            is_reminder=True
        )
        for assessment in open_sudo.filtered("respondent_id"):
            assessment.message_notify(
                partner_ids=assessment.respondent_id.partner_id.ids,
                subject=assessment.display_name,
                body=self.env._(
                    "Your answers are still missing. They can be given until %(date)s.",
                    date=format_date(self.env, assessment.deadline),
                ),
            )

    @api.model
    def _cron_expire(self, batch_size=100):
        """Close the rounds of which the time is over."""
        today = fields.Date.context_today(self)
        self._process_in_batches(
            Domain("state", "=", "open") & Domain("deadline", "<", today),
            "_close",
            batch_size,
        )

    @api.model
    def _process_in_batches(self, domain, method_name, batch_size):
        """Call a method that takes rounds out of the domain until none is left."""
        remaining = self.search_count(domain)
        while remaining > 0:
            rounds = self.search(domain, limit=batch_size, order="id")
            if not rounds:
                break
            getattr(rounds, method_name)()
            remaining -= len(rounds)
            if not self.env["ir.cron"]._commit_progress(
                len(rounds), remaining=max(remaining, 0)
            ):
                break

    # === BUSINESS METHODS: RESULT === #

    def _on_answered(self):
        """Close the rounds in which nobody is waited for any more."""
        # sudo: the forms of all viewpoints
        for round_sudo in self.sudo():
            round_sudo._ask_reviewer()
            if round_sudo.state == "open" and not any(
                assessment.state in OPEN_STATES
                for assessment in round_sudo._search_assessments()
            ):
                round_sudo._close()

    def _ask_reviewer(self):
        """The agent has answered: it is the reviewer's turn. Called in sudo mode."""
        waiting = {
            assessment.viewpoint: assessment
            for assessment in self._search_assessments()
            if assessment.state in OPEN_STATES
        }
        reviewer = waiting.get("reviewer")
        if reviewer and "self" not in waiting and not reviewer.activity_ids:
            reviewer.activity_schedule(
                "crm_referral.mail_activity_type_answer",
                date_deadline=reviewer.deadline,
                user_id=reviewer.respondent_id.id,
            )

    def _close(self):
        """Let nobody answer any more, show the answers, and note the result."""
        # sudo: the result belongs to the round, whoever was the last to answer
        for round_sudo in self.sudo().filtered(lambda r: r.state == "open"):
            assessments = round_sudo._search_assessments()
            waiting = assessments.filtered(lambda a: a.state in OPEN_STATES)
            waiting.write({"state": "expired"})
            self._unlink_answer_activities(waiting)
            assessments.filtered(lambda a: a.state == "done")._reveal()
            round_sudo.write(
                {
                    "state": "done",
                    "closed_on": fields.Date.context_today(self),
                    "is_reviewed": round_sudo.respondents == "review"
                    and set(assessments.mapped("state")) == {"done"}
                    and "reviewer" in assessments.mapped("viewpoint"),
                    **round_sudo._prepare_result_values(),
                }
            )
            round_sudo._count_scores(
                round_sudo.is_reviewed or round_sudo.respondents != "review"
            )
            round_sudo._on_closed()

    def _on_closed(self):
        """What follows from a result. Called in sudo mode."""
        for round_ in self:
            if round_.stage_id:
                round_.partner_id.with_company(round_.company_id)._set_loyalty(round_)
            round_._measure_effects()
            if round_._get_undecided_sections():
                round_.activity_schedule(
                    "crm_referral.mail_activity_type_decide",
                    user_id=(round_.manager_id or round_.user_id).id,
                    note=self.env._(
                        "Weak: %(letters)s",
                        letters=", ".join(round_.weak_section_ids.mapped("name")),
                    ),
                )

    def _get_letters(self):
        """The score of every letter: what the leading viewpoint says, if enough.

        Otherwise it is the mean of the others. The customer leads a PRIDE round, the
        reviewer a BE SURE checklist. Only what the user may see counts.

        :return: for each section a dict with ``scores`` (the crm.assessment.score of
            each viewpoint), ``score``, ``level`` and ``viewpoint`` (empty for a mean)
        :rtype: dict
        """
        self.ensure_one()
        leading = self._get_leading_viewpoint()
        letters = {}
        for score in self.assessment_ids.score_ids.sorted(
            lambda score: (score.section_id.sequence, score.section_id.id)
        ):
            letters.setdefault(score.section_id, {})[score.viewpoint] = score
        result = {}
        for section, scores in letters.items():
            known = {
                viewpoint: score
                for viewpoint, score in scores.items()
                if score.score is not False
            }
            lead = known.get(leading)
            if lead:
                value, level = lead.score, lead.level
            elif known:
                value = scoring.weighted_mean([(s.score, 1) for s in known.values()])
                form = next(iter(known.values())).assessment_id.form_id
                level = form._get_scoring_form().level(value)
            else:
                value, level = False, False
            if any(score.is_must_pass_failed for score in scores.values()):
                level = scoring.WEAK
            result[section] = {
                "scores": scores,
                "score": value,
                "level": level,
                "viewpoint": leading if lead else False,
            }
        return result

    def _prepare_result_values(self):
        """:return: values that keep the result of the round.
        :rtype: dict
        """
        self.ensure_one()
        leading = self._get_leading_viewpoint()
        done = self.assessment_ids.filtered(lambda a: a.state == "done")
        lead = done.filtered(
            lambda assessment: (
                assessment.viewpoint == leading and assessment.score is not False
            )
        )[:1]
        scored = lead or done.filtered(lambda assessment: assessment.score is not False)
        score = scoring.weighted_mean([(a.score, 1) for a in scored])
        level = scored[:1].form_id._get_scoring_form().level(score) if scored else None
        if lead:
            level = lead.level
        recommendation = next(
            (a.recommendation for a in done if a.recommendation is not False), None
        )
        if self.settlement == "void":
            score = level = None
        stages = {stage.id: stage for stage in self.framework_id.stage_ids}
        # A stage is what the customer says; without the customer there is none.
        stage_id = scoring.find_stage(
            [
                scoring.Stage(
                    stage.id, stage.minimum_score, stage.minimum_recommendation
                )
                for stage in stages.values()
            ],
            lead.score if lead else None,
            recommendation,
        )
        weak = [
            section.id
            for section, letter in self._get_letters().items()
            if letter["level"] == scoring.WEAK
        ]
        return {
            "score": False if score is None else round(score, 2),
            "level": level,
            "recommendation": False if recommendation is None else recommendation,
            "stage_id": stage_id,
            "weak_section_ids": [Command.set(weak)],
        }

    def _get_undecided_sections(self):
        """:return: the weak letters that have neither an action nor an acceptance."""
        self.ensure_one()
        if self.respondents != "viewpoints":
            return self.weak_section_ids.browse()
        # sudo: a decision counts also for who may not read it
        decided = self.sudo().action_ids.filtered(lambda a: a.state != "cancelled")
        return self.weak_section_ids - decided.section_id

    def _measure_effects(self):
        """Note for earlier actions how their letter does now."""
        letters = self._get_letters()
        actions = self.env["crm.assessment.action"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("round_id", "!=", self.id),
                ("round_id.framework_id", "=", self.framework_id.id),
                ("company_id", "=", self.company_id.id),
                ("score_after", "=", False),
                ("state", "!=", "cancelled"),
            ]
        )
        for action in actions:
            letter = letters.get(action.section_id)
            if letter and letter["score"] is not False:
                action.score_after = letter["score"]

    def _get_result(self):
        """:return: the result for the screen: letters, viewpoints, gaps, trend.
        :rtype: dict
        """
        self.ensure_one()
        letters = self._get_letters()
        undecided = self._get_undecided_sections()
        viewpoints = [
            viewpoint
            for viewpoint in self.framework_id._get_round_viewpoints()
            if any(viewpoint in letter["scores"] for letter in letters.values())
        ]
        levels = dict(self._fields["level"]._description_selection(self.env))
        who = self._get_who()
        return {
            "viewpoints": [
                {"code": viewpoint, "name": who[viewpoint]} for viewpoint in viewpoints
            ],
            "letters": [
                {
                    "id": section.id,
                    "letter": section.letter,
                    "name": section.name,
                    "description": section.description or "",
                    "score": letter["score"],
                    "level": letter["level"],
                    "level_name": levels.get(letter["level"], ""),
                    "is_undecided": section in undecided,
                    "scores": [
                        {
                            "score": score.score if score else False,
                            "answered": score.answered if score else 0,
                        }
                        for score in (
                            letter["scores"].get(viewpoint) for viewpoint in viewpoints
                        )
                    ],
                }
                for section, letter in letters.items()
            ],
            "gaps": self._get_gap_sentences(letters),
            "trend": self._get_trend(),
        }

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

    def _get_gap_sentences(self, letters):
        """Say in words where the viewpoints lie far apart, the widest gap first.

        :param dict letters: as returned by ``_get_letters``
        :rtype: list[str]
        """
        gaps = []
        who = self._get_who()
        compared_with = {
            "customer": self.env._("the customer"),
            "employee": self.env._("the person who serves"),
            "manager": self.env._("the manager"),
            "self": self.env._("the agent"),
            "reviewer": self.env._("the reviewer"),
        }
        for section, letter in letters.items():
            known = sorted(
                (
                    (score.score, viewpoint)
                    for viewpoint, score in letter["scores"].items()
                    if score.score is not False
                ),
            )
            if len(known) < 2:
                continue
            (lowest, below), (highest, above) = known[0], known[-1]
            points = round(highest - lowest)
            if points >= self.framework_id.gap_from:
                gaps.append((-points, section, above, below))
        return [
            self.env._(
                "%(who)s sees %(letter)s %(points)s points better than %(other)s.",
                who=who[above],
                letter=section.name,
                points=-points,
                other=compared_with[below],
            )
            for points, section, above, below in sorted(gaps, key=lambda gap: gap[0])
        ]

    def _get_evidence_domain(self):
        """What was written in the round, and what checklists say of the organization.

        :rtype: Domain
        """
        self.ensure_one()
        said = (
            Domain("note", "!=", False)
            | Domain("control", "!=", False)
            | Domain("section_ids", "!=", False)
        )
        evidence = Domain("assessment_id.round_id", "=", self.id) & said
        if self.partner_id and self.respondents == "viewpoints":
            since = self.closed_on - EVIDENCE_PERIOD
            evidence |= Domain(
                [
                    ("cause", "=", "organization"),
                    ("assessment_id.partner_id", "=", self.partner_id.id),
                    ("assessment_id.company_id", "=", self.company_id.id),
                    ("assessment_id.done_on", ">=", fields.Date.to_string(since)),
                ]
            )
        return evidence & Domain("assessment_id.state", "=", "done")

    def _get_trend(self):
        """:return: scores of the last rounds with the customer, or of the agent.
        :rtype: list[dict]
        """
        subject = "partner_id" if self.respondents == "viewpoints" else "user_id"
        rounds = self.search(
            [
                (subject, "=", self[subject].id),
                ("framework_id", "=", self.framework_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("closed_on", "<=", self.closed_on),
            ],
            limit=TREND_LENGTH,
            order="closed_on desc, id desc",
        )
        return [
            {
                "id": round_.id,
                "date": format_date(self.env, round_.closed_on),
                "score": round_.score,
                "letters": {
                    section.letter + str(section.id): letter["score"]
                    for section, letter in round_._get_letters().items()
                },
            }
            for round_ in reversed(rounds)
        ]

    # === BUSINESS METHODS: SCORECARD === #

    @api.model
    @api.readonly
    def get_scorecards(self, months=12):
        """The agents' six letters from their reviewed checklists.

        Only agents with enough reviewed checklists are ranked; the others follow in the
        order of their names. The user sees whom the record rules let them see.

        :param int months: how far to look back
        :return: ``letters``, ``agents``, and ``minimum``: the number for a comparison
        :rtype: dict
        """
        framework = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        since = fields.Date.context_today(self) - timedelta(days=30.44 * int(months))
        Score = self.env["crm.assessment.score"]
        reviewed = Domain(
            [
                ("framework_id", "=", framework.id),
                ("date", ">=", fields.Date.to_string(since)),
                ("user_id", "!=", False),
                ("assessment_id.round_id.is_reviewed", "=", True),
            ]
        )
        counted = reviewed & Domain("is_counted", "=", True)
        scored = counted & Domain("score", "!=", False)
        agents = {
            user: {
                "id": user.id,
                "name": user.sudo().name,  # sudo: may be an archived colleague
                "score": score,
                "n": count,
                "is_ranked": count >= framework.minimum_reviewed,
                "letters": {},
                "months": {},
                "coaching": 0,
            }
            for user, score, count in Score._read_group(
                counted, ["user_id"], ["score:avg", "assessment_id:count_distinct"]
            )
        }
        for user, section, score, count in Score._read_group(
            scored, ["user_id", "section_id"], ["score:avg", "__count"]
        ):
            agents[user]["letters"][section.id] = {
                "score": score,
                "level": framework._get_level(score),
                "n": count,
                "gap": False,
            }
        self._add_scorecard_gaps(agents, reviewed)
        for user, month, section, score, count in Score._read_group(
            scored,
            ["user_id", "date:month", "section_id"],
            ["score:avg", "__count"],
            order="date:month",
        ):
            by_section = agents[user]["months"].setdefault(str(month)[:7], {})
            by_section[section.id] = {"score": score, "n": count}
        for user, count in self.env["crm.assessment.action"]._read_group(
            [
                ("kind", "=", "coaching"),
                ("state", "=", "open"),
                ("agent_id", "in", [user.id for user in agents]),
            ],
            ["agent_id"],
            ["__count"],
        ):
            agents[user]["coaching"] = count
        return {
            "letters": [
                {"id": section.id, "letter": section.letter, "name": section.name}
                for section in framework.section_ids
            ],
            "minimum": framework.minimum_reviewed,
            "agents": sorted(
                agents.values(),
                key=lambda agent: (
                    not agent["is_ranked"],
                    -(agent["score"] or 0) if agent["is_ranked"] else 0,
                    agent["name"],
                ),
            ),
        }

    @api.model
    def _add_scorecard_gaps(self, agents, reviewed):
        """Add by how much the agents see themselves better than their reviewers do.

        :param dict agents: by user, as in ``get_scorecards``
        :param Domain reviewed: the scores of reviewed checklists
        """
        means = {}
        for user, section, viewpoint, score in self.env[
            "crm.assessment.score"
        ]._read_group(
            reviewed & Domain("score", "!=", False),
            ["user_id", "section_id", "viewpoint"],
            ["score:avg"],
        ):
            means.setdefault((user, section.id), {})[viewpoint] = score
        for (user, section_id), by_viewpoint in means.items():
            letter = agents.get(user, {"letters": {}})["letters"].get(section_id)
            if letter and len(by_viewpoint) == 2:
                letter["gap"] = by_viewpoint["self"] - by_viewpoint["reviewer"]
