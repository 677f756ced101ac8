from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

ANSWER_DUE = "crm_referral_service.mail_activity_type_answer_due"
# From which part of the time on who leads the team is told, too.
EARLY = 0.75


class CrmComplaintDeadlineMixin(models.AbstractModel):
    """Until when a complaint is answered: as the team promises, and as the law wants.

    The team promises hours in which somebody is there; nights and holidays do not
    count. The law counts days.
    """

    _name = "crm.complaint.deadline.mixin"
    _description = "Deadlines of a Complaint"
    _inherit = ["crm.guided.conversation"]
    _protected_fields = frozenset({"answered_on", "escalation"})

    received_on = fields.Datetime(
        required=True,
        copy=False,
        default=lambda self: self._default_received_on(),
        help="When the customer turned to us.",
    )
    acknowledged_on = fields.Datetime(
        copy=False,
        tracking=True,
        help="When the customer was told that we take care of it.",
    )
    answer_by = fields.Datetime(
        compute="_compute_answer_by",
        store=True,
        copy=False,
        help="Until when the customer has our answer, in the hours of the team.",
    )
    answer_warn_on = fields.Datetime(
        compute="_compute_answer_by",
        store=True,
        copy=False,
        export_string_translation=False,
        help="When three quarters of the time are over.",
    )
    legal_by = fields.Date(
        string="Legal Deadline",
        compute="_compute_legal_by",
        store=True,
        copy=False,
        help="Until when the law wants the complaint to be dealt with.",
    )
    answered_on = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the customer first heard what we do about it.",
    )
    is_answer_late = fields.Boolean(
        compute="_compute_is_answer_late", search="_search_is_answer_late"
    )
    escalation = fields.Selection(
        selection=[("early", "Due soon"), ("due", "Overdue")],
        readonly=True,
        copy=False,
        help="Who leads the team has been told.",
    )

    _answer_by_idx = models.Index("(answer_by) WHERE outcome IS NULL")

    # === DEFAULT METHODS === #

    def _default_received_on(self):
        return self.env.cr.now()

    # === COMPUTE METHODS === #

    @api.depends(
        "received_on",
        "team_id.answer_hours",
        "team_id.service_calendar_id",
    )
    def _compute_answer_by(self):
        for record in self:
            hours = record.team_id.answer_hours
            record.answer_by = record._plan_hours(hours)
            record.answer_warn_on = record._plan_hours(hours * EARLY)

    @api.depends("received_on", "company_id.complaint_legal_days")
    def _compute_legal_by(self):
        for record in self:
            days = record.company_id.sudo().complaint_legal_days  # sudo: a number
            if not days or not record.received_on:
                record.legal_by = False
                continue
            received = fields.Datetime.context_timestamp(
                record.with_context(tz=record.company_id.partner_id.tz or "UTC"),
                record.received_on,
            )
            record.legal_by = received.date() + timedelta(days=days)

    @api.depends("answer_by", "answered_on", "outcome")
    def _compute_is_answer_late(self):
        now = self.env.cr.now()
        for record in self:
            record.is_answer_late = bool(
                record.answer_by
                and record.answer_by < (record.answered_on or record.closed_on or now)
            )

    @api.model
    def _search_is_answer_late(self, operator, _value):
        if operator != "in":
            return NotImplemented
        now = self.env.cr.now()
        open_ones = Domain("answered_on", "=", False) & Domain("answer_by", "<", now)
        return Domain("outcome", "=", False) & open_ones

    # === BUSINESS METHODS === #

    def _on_step_entered(self):
        """Who asks whether it is good now has told the customer what we do."""
        result = super()._on_step_entered()
        told = self.filtered(
            lambda record: record.step_code == "test" and not record.answered_on
        )
        # sudo: kept by us, nobody writes it by hand
        told.sudo().answered_on = self.env.cr.now()
        told.sudo().activity_unlink([ANSWER_DUE])  # sudo: who leads the team has it
        return result

    def _plan_hours(self, hours):
        """:return: the moment when so many promised hours of the team are over since
        the complaint came in; False without a team
        """
        self.ensure_one()
        if not hours or not self.received_on:
            return False
        # sudo: an agent need not read how the team's hours are kept
        calendar = self.team_id.sudo().service_calendar_id
        if not calendar:
            return self.received_on + timedelta(hours=hours)
        return calendar.plan_hours(hours, self.received_on, compute_leaves=True)

    # === JOB === #

    @api.model
    def _cron_escalate(self, batch_size=200):
        """Tell who leads the team when three quarters of the time are over, and all.

        Runs hourly; once for each complaint and each of the two.
        """
        self._process_in_batches(
            self._get_escalation_domain(), "_escalate", batch_size=batch_size
        )

    @api.model
    def _get_escalation_domain(self):
        waiting = (
            Domain("outcome", "=", False)
            & Domain("active", "=", True)
            & Domain("answered_on", "=", False)
            & Domain("answer_by", "!=", False)
        )
        now = self.env.cr.now()
        due = Domain("escalation", "!=", "due") & Domain("answer_by", "<=", now)
        early = Domain("escalation", "=", False) & Domain("answer_warn_on", "<=", now)
        return waiting & (due | early)

    def _escalate(self):
        """An activity for who leads the team; at three quarters, and when it is due."""
        now = self.env.cr.now()
        values = {}
        for record in self:
            level = "due" if record.answer_by <= now else "early"
            if record.escalation == level:
                continue
            record.escalation = level
            leader = record.team_id.user_id or record._get_step_activity_user()
            values[record] = {
                "user_id": leader.id,
                "date_deadline": today(self.env, leader, record.company_id),
            }
        self.activity_unlink([ANSWER_DUE])
        self.env["mail.activity"]._schedule_batch(ANSWER_DUE, values)
