from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.crm_foundation.tools.local_time import today

from ..const import OPEN_STATES
from .crm_assessment_dispute import DISPUTE_STATES, SETTLEMENTS

REVIEW = "crm_assessment.mail_activity_type_review"
REVIEWER = "crm_assessment.mail_activity_type_reviewer"
SETTLE = "crm_assessment.mail_activity_type_settle"
# Days in which an agent takes note of a review, or disputes it.
REVIEW_DELAY = timedelta(days=7)


class CrmAssessmentReviewMixin(models.AbstractModel):
    """A reviewer looks at the same interaction; the agent may dispute it once."""

    _name = "crm.assessment.review.mixin"
    _description = "Is Reviewed"

    is_reviewed = fields.Boolean(
        readonly=True, copy=False, help="Agent and reviewer have both signed."
    )
    acknowledged_on = fields.Date(
        readonly=True, copy=False, help="When the agent took note of the review."
    )
    dispute_state = fields.Selection(
        selection=DISPUTE_STATES,
        compute="_compute_dispute",
        store=True,
        index="btree_not_null",
        tracking=True,
    )
    settlement = fields.Selection(
        selection=SETTLEMENTS, compute="_compute_dispute", store=True, tracking=True
    )
    is_agent = fields.Boolean(compute="_compute_roles")
    can_settle = fields.Boolean(compute="_compute_roles")

    # === COMPUTE METHODS === #

    @api.depends("dispute_ids.state", "dispute_ids.settlement")
    def _compute_dispute(self):
        for round_ in self:
            round_.dispute_state = round_.dispute_ids.state
            round_.settlement = round_.dispute_ids.settlement

    @api.depends("user_id", "manager_id", "state", "dispute_state")
    @api.depends_context("uid")
    def _compute_roles(self):
        for round_ in self:
            round_.is_agent = round_.user_id == self.env.user
            round_.can_settle = round_._may_settle()

    # === CRUD METHODS === #

    def write(self, vals):
        unreviewed = self.browse()
        if vals.get("manager_id"):
            unreviewed = self.filtered(lambda r: r._may_get_reviewer())
            if any(r.user_id.id == vals["manager_id"] for r in unreviewed):
                raise UserError(
                    self.env._("Nobody reviews themselves. Choose somebody else.")
                )
        result = super().write(vals)
        unreviewed._add_reviewer()
        return result

    # === ACTION METHODS === #

    def action_acknowledge(self):
        """The agent takes note of the review.

        :return: True
        """
        for round_ in self:
            round_._check_agent_may_react()
            # sudo: noted by this method only
            round_.sudo().acknowledged_on = fields.Date.context_today(self)
            # sudo: the activity is the agent's, who is the user
            round_.sudo().activity_feedback([REVIEW])
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
        settlers = round_sudo._get_settlers()
        if not settlers:
            raise UserError(
                self.env._(
                    "Nobody could settle this: a dispute takes a third person, and "
                    "there is no other manager than %(reviewer)s. Ask for a second "
                    "sales manager or a team leader first; your review waits for you.",
                    reviewer=round_sudo.manager_id.name,
                )
            )
        # sudo: made by this method only
        self.env["crm.assessment.dispute"].sudo().create(
            {"round_id": self.id, "reason": reason}
        )
        round_sudo._count_scores(False)
        round_sudo.activity_feedback([REVIEW])
        round_sudo.activity_schedule(SETTLE, user_id=settlers[0].id)
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
        round_sudo.dispute_ids._settle(settlement, reason)
        values = round_sudo._prepare_result_values()
        values["weak_section_ids"] = [Command.set(values["weak_section_ids"])]
        round_sudo.write(values)
        round_sudo._count_scores(settlement != "void")
        round_sudo.activity_feedback([SETTLE])
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
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_assessment.crm_assessment_dispute_reason_action"
        )
        action["context"] = {"default_round_id": self.id}
        return action

    # === BUSINESS METHODS === #

    def _is_turn_of(self, form):
        """:return: whether it is the turn of this form: a reviewer's comes when the
            agent has signed
        :rtype: bool
        """
        self.ensure_one()
        return form.viewpoint != "reviewer" or not any(
            each.viewpoint == "self" and each.state in OPEN_STATES
            for each in self.assessment_ids
        )

    def _check_agent_may_stop(self):
        """:raise UserError: when an agent who has signed would evade the review"""
        signed = self._search_assessments().filtered(
            lambda a: a.viewpoint == "self" and a.state == "done"
        )
        if self.env.user in signed.respondent_id:
            raise UserError(
                self.env._("You have signed; now the reviewer has a look at it.")
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
            or user.has_group("crm_assessment.group_assessment_manager")
        )

    def _get_settlers(self):
        """:return: the users who may settle a dispute, the team's leader first."""
        self.ensure_one()
        managers = self.env.ref(
            "crm_assessment.group_assessment_manager"
        ).all_user_ids.filtered(
            lambda user: (
                not user._is_superuser() and self.company_id in user.company_ids
            )
        )
        people = (self.team_id.user_id | managers).filtered("active")
        return people - self.user_id - self.manager_id

    def _ask_reviewer(self):
        """The agent has answered: it is the reviewer's turn. Called in sudo mode."""
        waiting = {
            assessment.viewpoint: assessment
            for assessment in self._search_assessments()
            if assessment.state in OPEN_STATES
        }
        reviewer = waiting.get("reviewer")
        if reviewer and "self" not in waiting and not reviewer.activity_ids:
            self.env["mail.activity"]._schedule_batch(
                "crm_assessment.mail_activity_type_answer",
                {
                    reviewer: {
                        "user_id": reviewer.respondent_id.id,
                        "date_deadline": reviewer.deadline,
                        "summary": lambda form: form._get_answer_title(),
                    }
                },
            )
        elif self._may_get_reviewer() and "self" not in waiting:
            self._ask_for_reviewer()

    def _may_get_reviewer(self):
        """:return: whether nobody reviews this yet, and somebody still may.
        :rtype: bool
        """
        self.ensure_one()
        return self.is_checklist and self.state == "open" and not self.manager_id

    def _ask_for_reviewer(self):
        """The agent has signed, and nobody reviews it. Called in sudo mode."""
        if not self.activity_search([REVIEWER], only_automated=False):
            self.activity_schedule(
                REVIEWER,
                date_deadline=self.deadline,
                user_id=(self._get_settlers()[:1] or self.user_id).id,
            )

    def _add_reviewer(self):
        """Ask the reviewers who were named after the start."""
        for round_ in self:
            # sudo: whoever names the reviewer makes the form of another
            round_sudo = round_.sudo()
            self.env["crm.assessment"].sudo().create(
                round_sudo._prepare_assessment_values("reviewer")
            )
            round_sudo.activity_feedback([REVIEWER])
            round_sudo._ask_reviewer()

    def _tell_agents(self):
        """The agents hear that their review is in. Called in sudo mode."""
        self.activity_unlink([REVIEWER])
        reviewed = self.filtered(lambda r: r.is_reviewed and r.user_id.active)
        self.env["mail.activity"]._schedule_batch(
            REVIEW,
            {
                round_: {
                    "user_id": round_.user_id.id,
                    "summary": self.env.ref(REVIEW)
                    .with_context(lang=round_.user_id.lang)
                    .summary,
                    "date_deadline": today(self.env, round_.user_id, round_.company_id)
                    + REVIEW_DELAY,
                }
                for round_ in reviewed
            },
        )
