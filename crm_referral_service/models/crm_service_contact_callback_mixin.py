from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from odoo.addons.base.models.res_partner import _tz_get
from odoo.addons.crm_foundation.tools.local_time import (
    local_date,
    timezone_of,
    today,
)

from ..tools.present import first_present

CALL_BACK = "crm_referral_service.mail_activity_type_call_back"


def to_utc(moment):
    """:return: a moment of some time zone, as fields keep it"""
    return moment.astimezone(pytz.utc).replace(tzinfo=None)


def _on_day(day, hours, clock):
    """:return: the moments at which these hours of a day are, by a clock"""
    midnight = datetime.combine(day, time())
    # By minutes: a third of an hour is no exact number of hours.
    return [
        clock.localize(midnight + timedelta(minutes=round(hour * 60))) for hour in hours
    ]


class CrmServiceContactCallbackMixin(models.AbstractModel):
    """A customer allows us to call back: when, and how often we try."""

    _name = "crm.service.contact.callback.mixin"
    _description = "Permission to Call Back"
    _protected_fields = frozenset(
        {"callback_attempts", "called_back_on", "is_callback_told"}
    )

    callback_wanted = fields.Boolean(
        string="Call Me Back",
        copy=False,
        help="The customer wants to be called, and said when.",
    )
    callback_phone = fields.Char(
        string="Number to Call", copy=False, help="Empty: the number above."
    )
    callback_from = fields.Datetime(string="Call Not Before", copy=False)
    callback_to = fields.Datetime(string="Call Until", copy=False)
    callback_tz = fields.Selection(
        selection=_tz_get,
        string="Customer's Time Zone",
        copy=False,
        help="In which the customer named the time. Empty: as on the contact of the "
        "customer.",
    )
    callback_attempts = fields.Integer(string="Times Tried", readonly=True, copy=False)
    called_back_on = fields.Datetime(readonly=True, copy=False)
    # Who leads the team was told that the call was missed.
    is_callback_told = fields.Boolean(
        readonly=True, copy=False, export_string_translation=False
    )
    can_call_now = fields.Boolean(
        compute="_compute_can_call_now", search="_search_can_call_now"
    )
    callback_hint = fields.Text(
        string="When to Call",
        compute="_compute_can_call_now",
        help="The time that the customer named, as it is where the customer is.",
    )
    callback_number = fields.Char(
        string="Call",
        compute="_compute_can_call_now",
        help="The number to call; only within the time that the customer named.",
    )
    is_callback_missed = fields.Boolean(
        string="Call-Back Missed",
        compute="_compute_is_callback_missed",
        search="_search_is_callback_missed",
        help="We promised to call, and did not reach the customer in time.",
    )

    _window_needs_permission = models.Constraint(
        "CHECK (COALESCE(callback_wanted, FALSE) "
        "OR (callback_from IS NULL AND callback_to IS NULL))",
        "A time to call back needs the customer's wish to be called.",
    )
    _window_has_length = models.Constraint(
        "CHECK (callback_from < callback_to)",
        "The time to call back begins before it ends.",
    )
    _window_within_our_times = models.Constraint(
        "CHECK (LEAST(callback_from, callback_to) >= '1970-01-02' "
        "AND GREATEST(callback_from, callback_to) <= '2199-12-31')",
        "The time to call back is too long ago, or too far away.",
    )
    _callback_due_idx = models.Index(
        "(callback_to) WHERE callback_wanted AND called_back_on IS NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        *("callback_wanted", "callback_from", "callback_to", "callback_tz"),
        *("called_back_on", "partner_id", "callback_phone", "phone"),
    )
    @api.depends_context("lang")
    def _compute_can_call_now(self):
        now = self.env.cr.now()
        for contact in self:
            due = contact.callback_wanted and not contact.called_back_on
            early = contact.callback_from and now < contact.callback_from
            late = contact.callback_to and now >= contact.callback_to
            contact.can_call_now = bool(due and not early and not late)
            contact.callback_number = contact.can_call_now and (
                contact.callback_phone or contact.phone
            )
            contact.callback_hint = due and contact._get_callback_hint(early, late)

    @api.model
    def _search_can_call_now(self, operator, _value):
        if operator != "in":
            return NotImplemented
        now = self.env.cr.now()
        return (
            self._get_callback_domain()
            & (Domain("callback_from", "=", False) | Domain("callback_from", "<=", now))
            & (Domain("callback_to", "=", False) | Domain("callback_to", ">", now))
        )

    @api.depends("callback_wanted", "callback_to", "called_back_on")
    def _compute_is_callback_missed(self):
        now = self.env.cr.now()
        for contact in self:
            contact.is_callback_missed = bool(
                contact.callback_wanted
                and contact.callback_to
                and contact.callback_to < (contact.called_back_on or now)
            )

    @api.model
    def _search_is_callback_missed(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return self._get_callback_domain() & Domain(
            "callback_to", "<", self.env.cr.now()
        )

    @api.onchange("callback_wanted", "partner_id")
    def _onchange_callback_wanted(self):
        """Propose when the customer likes to be called."""
        if self.callback_wanted and not self.callback_from and not self.callback_to:
            zone, start, end = self._propose_callback_window()
            if start:
                self.callback_tz = zone
                self.callback_from, self.callback_to = map(to_utc, (start, end))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create(vals_list)
        contacts.filtered("callback_wanted")._plan_callback()
        return contacts

    def write(self, vals):
        result = super().write(vals)
        if {"callback_wanted", "callback_from", "callback_to", "user_id"} & vals.keys():
            if vals.get("callback_to"):
                # sudo: kept by us; a new time is a new promise
                self.sudo().write({"is_callback_told": False})
            if "callback_wanted" in vals or any(self.mapped("callback_wanted")):
                # Whoever promises the same at this moment waits here, and not where
                # both make the same follower.
                self.flush_recordset()
                self._plan_callback()
        return result

    # === ACTION METHODS === #

    def action_called(self, reached=True):
        """Note that we have called, within the time that the customer named.

        :param bool reached: whether we spoke with the customer
        :return: True
        :raise UserError: outside of that time: says when it is
        """
        self.check_access("write")
        for contact in self:
            if not contact.can_call_now:
                raise UserError(
                    contact.callback_hint
                    or self.env._("The customer does not wait for a call.")
                )
            # sudo: kept by us, nobody writes it by hand
            contact.sudo().write(
                {
                    "callback_attempts": contact.callback_attempts + 1,
                    "called_back_on": reached and self.env.cr.now(),
                }
            )
        self.filtered(lambda c: c._is_callback_kept())._forget_callback_plan()
        return True

    def action_not_reached(self):
        """Note that we have tried in vain.

        :return: True
        """
        return self.action_called(reached=False)

    def action_remember_hours(self):
        """The customer likes to be called at these hours, also another time.

        Who takes the call need not manage customers: nothing else of them is written.

        :return: True
        :raise UserError: without a customer and a time within one day
        """
        self.ensure_one()
        self.check_access("write")
        self.partner_id.check_access("read")
        zone = pytz.timezone(self._get_callback_timezone())
        start, end = (
            moment and pytz.utc.localize(moment).astimezone(zone)
            for moment in (self.callback_from, self.callback_to)
        )
        # Midnight ends the day before.
        last_day = end and (end - timedelta(minutes=1)).date()
        if not (self.partner_id and start and end and start.date() == last_day):
            raise UserError(
                self.env._(
                    "Choose the customer and a time that begins and ends on the same "
                    "day."
                )
            )
        begins, ends = (moment.hour + moment.minute / 60 for moment in (start, end))
        # sudo: see above
        self.partner_id.sudo().write(
            {"service_callback_from": begins, "service_callback_to": ends or 24}
        )
        return True

    # === BUSINESS METHODS === #

    def _propose_callback_window(self):
        """:return: time zone, beginning and end of the next time at which the customer
        likes to be called, by their clock; empty ends where nobody has asked them
        :rtype: tuple[str, datetime | bool, datetime | bool]
        """
        self.ensure_one()
        zone = self._get_callback_timezone()
        hours = self.partner_id._get_callback_hours()
        if not hours:
            return zone, False, False
        clock = pytz.timezone(zone)
        now = pytz.utc.localize(self.env.cr.now()).astimezone(clock)
        start, end = _on_day(now.date(), hours, clock)
        if end <= now:
            start, end = _on_day(now.date() + timedelta(days=1), hours, clock)
        return zone, start, end

    @api.model
    def _get_callback_domain(self):
        """:return: contacts whose customers still wait for a call"""
        return (
            Domain("callback_wanted", "=", True)
            & Domain("called_back_on", "=", False)
            & Domain("state", "!=", "done")
        )

    def _get_callback_timezone(self):
        self.ensure_one()
        # sudo: a time zone tells nothing
        contact = self.sudo()
        return contact.callback_tz or timezone_of(
            contact.partner_id,
            contact.partner_id.commercial_partner_id,
            contact.company_id,
        )

    def _get_callback_hint(self, early, late):
        """:return: a sentence: when to call, in the customer's time"""
        zone = self._get_callback_timezone()
        start, end = (
            moment and format_datetime(self.env, moment, tz=zone, dt_format="short")
            for moment in (self.callback_from, self.callback_to)
        )
        if late:
            return self.env._(
                "The customer wanted to be called until %(end)s (%(zone)s). Agree on "
                "a new time.",
                end=end,
                zone=zone,
            )
        if early:
            return self.env._(
                "The customer wants to be called from %(start)s on (%(zone)s).",
                start=start,
                zone=zone,
            )
        if end:
            return self.env._(
                "The customer waits for the call until %(end)s (%(zone)s).",
                end=end,
                zone=zone,
            )
        return self.env._("The customer waits for the call.")

    def _is_callback_kept(self):
        """:return: whether we have called, or tried as often as the company wants"""
        self.ensure_one()
        # sudo: how often we try is no secret
        tries = self.sudo().company_id.callback_max_tries
        return bool(
            not self.callback_wanted
            or self.called_back_on
            or self.callback_attempts >= tries
        )

    def _plan_callback(self):
        """An activity for who has to call; none where nobody waits."""
        self._forget_callback_plan()
        waiting = self.filtered(
            lambda contact: contact.callback_wanted and not contact._is_callback_kept()
        )
        plan = {}
        for contact in waiting:
            user = contact._get_callback_user()
            if user:
                plan[contact] = {
                    "user_id": user.id,
                    "date_deadline": local_date(
                        contact.callback_from or contact.contacted_on,
                        user,
                        contact.company_id,
                    ),
                }
        self.env["mail.activity"]._schedule_batch(CALL_BACK, plan)

    def _forget_callback_plan(self):
        # sudo: may be a colleague's
        self.sudo().activity_unlink([CALL_BACK])

    def _get_callback_user(self):
        """:return: who has to call: who took it, else who leads the team"""
        self.ensure_one()
        contact = self.sudo()  # sudo: who leads a team is no secret
        users = contact.user_id | contact.team_id.user_id
        return first_present(users, contact.company_id).sudo(self.env.su)

    # === JOB === #

    @api.model
    def _cron_missed_callbacks(self, batch_size=200):
        """Tell who leads the team of a call that was promised and not made, once."""
        self._process_in_batches(
            Domain("is_callback_missed", "=", True)
            & Domain("is_callback_told", "=", False),
            "_tell_missed_callback",
            batch_size=batch_size,
        )

    def _tell_missed_callback(self):
        self.write({"is_callback_told": True})
        plan = {}
        for contact in self:
            users = contact.team_id.user_id | contact.user_id
            user = first_present(users, contact.company_id)
            if user:
                plan[contact] = {
                    "user_id": user.id,
                    "date_deadline": today(self.env, user, contact.company_id),
                    "summary": lambda record: record.env._(
                        "We promised to call, and did not"
                    ),
                }
        self.env["mail.activity"]._schedule_batch(CALL_BACK, plan)
