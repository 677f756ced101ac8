from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import canonical_timezone, today

ANSWER_DUE = "crm_referral_service.mail_activity_type_answer_due"
# From which part of the time on who leads the team is told, too.
EARLY = 0.75
ESCALATIONS = [("early", "Due soon"), ("due", "Overdue")]
# From this step on the customer has heard what we do about it.
ANSWERED_STEPS = ("test", "follow_through")
# So much the clock of a device may be ahead of ours.
CLOCKS_DIFFER = timedelta(minutes=5)


class CrmComplaintDeadlineMixin(models.AbstractModel):
    """Until when a complaint is answered: as the team promises, and as the law wants.

    The team promises hours in which somebody is there; nights and holidays do not
    count. The law counts days.
    """

    _name = "crm.complaint.deadline.mixin"
    _description = "Deadlines of a Complaint"
    _inherit = ["crm.guided.conversation"]
    _protected_fields = frozenset(
        {"answered_on", "escalation", "legal_escalation", "reopened_on"}
    )

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
    reopened_on = fields.Datetime(
        readonly=True,
        copy=False,
        help="When it was last taken up again: the promised hours begin anew.",
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
    legal_warn_on = fields.Datetime(
        compute="_compute_legal_by",
        store=True,
        copy=False,
        export_string_translation=False,
        help="When three quarters of the time of the law are over.",
    )
    legal_due_on = fields.Datetime(
        compute="_compute_legal_by",
        store=True,
        copy=False,
        export_string_translation=False,
        help="When the last day of the law begins, where the company is.",
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
        selection=ESCALATIONS,
        readonly=True,
        copy=False,
        help="Who leads the team has been told about the promised answer.",
    )
    legal_escalation = fields.Selection(
        selection=ESCALATIONS,
        readonly=True,
        copy=False,
        help="Who leads the team has been told about the legal deadline.",
    )

    _answer_by_idx = models.Index("(answer_by) WHERE outcome IS NULL")
    _legal_warn_on_idx = models.Index("(legal_warn_on) WHERE outcome IS NULL")

    # === DEFAULT METHODS === #

    def _default_received_on(self):
        return self.env.cr.now()

    # === COMPUTE METHODS === #

    # Not of the team's hours: what was promised does not change with them.
    @api.depends("received_on", "reopened_on", "team_id")
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
                record.legal_by = record.legal_warn_on = record.legal_due_on = False
                continue
            zone = pytz.timezone(
                canonical_timezone(record.company_id.sudo().partner_id.tz)
            )  # sudo: where the company is
            received = pytz.utc.localize(record.received_on).astimezone(zone)
            last_day = received.date() + timedelta(days=days)
            midnight = zone.localize(datetime.combine(last_day, time.min))
            record.legal_by = last_day
            record.legal_warn_on = record.received_on + timedelta(days=days * EARLY)
            record.legal_due_on = midnight.astimezone(pytz.utc).replace(tzinfo=None)

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

    # === CONSTRAINT METHODS === #

    @api.constrains("received_on", "acknowledged_on")
    def _check_not_in_the_future(self):
        latest = self.env.cr.now() + CLOCKS_DIFFER
        for record in self:
            for fname in ("received_on", "acknowledged_on"):
                if record[fname] and record[fname] > latest:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” is in the future. Write when it was.",
                            field=self._fields[fname]._description_string(self.env),
                        )
                    )

    # === BUSINESS METHODS === #

    def _plan_hours(self, hours):
        """:return: the moment when so many promised hours of the team are over since
        the complaint came in, or came back; False without a team
        """
        self.ensure_one()
        since = self.reopened_on or self.received_on
        if not hours or not since:
            return False
        # sudo: an agent need not read how the team's hours are kept
        calendar = self.team_id.sudo().service_calendar_id
        if not calendar:
            return since + timedelta(hours=hours)
        return calendar.plan_hours(hours, since, compute_leaves=True)

    # === LIFE CYCLE === #

    def _on_step_entered(self):
        """Past “Address” the customer has heard what we do about it."""
        result = super()._on_step_entered()
        answered = self.filtered(
            lambda r: r.step_code in ANSWERED_STEPS and not r.answered_on
        )
        if answered:
            # sudo: kept by us, nobody writes it by hand
            answered.sudo().answered_on = self.env.cr.now()
            answered._forget_reminder()
        return result

    def _on_closed(self):
        """Nobody waits any more for the answer to a complaint that has ended."""
        result = super()._on_closed()
        self._forget_reminder()
        return result

    def _on_reopened(self):
        """The promised hours begin anew; the law does not wait."""
        result = super()._on_reopened()
        # sudo: kept by us, nobody writes it by hand
        self.sudo().write(
            {
                "reopened_on": self.env.cr.now(),
                "answered_on": False,
                "escalation": False,
            }
        )
        return result

    # === JOB === #

    @api.model
    def _cron_escalate(self, batch_size=200):
        """Tell who leads the team when three quarters of the time are over, and all.

        Of the promised hours and of the days of the law; each once. Runs hourly.
        """
        self._process_in_batches(
            self._get_escalation_domain(), "_escalate", batch_size=batch_size
        )

    @api.model
    def _get_escalation_domain(self):
        now = self.env.cr.now()
        is_open = Domain("outcome", "=", False) & Domain("active", "=", True)
        answer = Domain("answered_on", "=", False) & (
            (Domain("escalation", "!=", "due") & Domain("answer_by", "<=", now))
            | (Domain("escalation", "=", False) & Domain("answer_warn_on", "<=", now))
        )
        law = (
            Domain("legal_escalation", "!=", "due") & Domain("legal_due_on", "<=", now)
        ) | (
            Domain("legal_escalation", "=", False) & Domain("legal_warn_on", "<=", now)
        )
        return is_open & (answer | law)

    def _escalate(self):
        """An activity for who leads the team: what is due, and whether it is over."""
        now = self.env.cr.now()
        reminders = {}
        for record in self:
            answer = not record.answered_on and record._get_escalation(
                record.answer_warn_on, record.answer_by, now
            )
            law = record._get_escalation(record.legal_warn_on, record.legal_due_on, now)
            if law and law != record.legal_escalation:
                reminders[record] = lambda r: r.env._("The legal deadline is near")
            elif answer and answer != record.escalation:
                reminders[record] = lambda r: r.env._(
                    "The customer waits for our answer"
                )
            # sudo: kept by us, nobody writes it by hand
            record.sudo().write(
                {
                    "escalation": answer or record.escalation,
                    "legal_escalation": law or record.legal_escalation,
                }
            )
        self._remind_leader(reminders)

    @api.model
    def _get_escalation(self, warn_on, due_on, now):
        """:return: the code of what time it is, False while there is enough."""
        if due_on and due_on <= now:
            return "due"
        return "early" if warn_on and warn_on <= now else False

    @api.model
    def _remind_leader(self, reminders):
        """An activity for who leads the team, instead of the last one.

        :param dict reminders: by complaint, a function of it that says what is due
        """
        values = {}
        for record, summary in reminders.items():
            leader = record._get_leader()
            values[record] = {
                "user_id": leader.id,
                "date_deadline": today(self.env, leader, record.company_id),
                "summary": summary,
            }
        self.union(*reminders)._forget_reminder()
        self.env["mail.activity"]._schedule_batch(ANSWER_DUE, values)

    def _forget_reminder(self):
        # sudo: the reminder is the leader's
        self.sudo().activity_unlink([ANSWER_DUE])
