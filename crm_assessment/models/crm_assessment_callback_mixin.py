import re
from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models
from odoo.tools import format_date, format_time

from odoo.addons.crm_foundation.tools import local_time

CALL_BACK = "crm_assessment.mail_activity_type_call_back"
CALLBACK_FIELDS = ("phone", "day", "from", "to")
HOURS = range(7, 22)
# How many days ahead the page offers, weekends left out.
DAYS_AHEAD = 9
SATURDAY = 5
# A page that was left open for long offers days that have passed meanwhile.
LONGEST_WAIT = 60
MAX_NUMBER = 60
NUMBER = re.compile(
    r"""^\s*\+?[\d\s()./-]{6,30}          # the number
    (?:(?:\#|x|ext\.?|分機|分机|轉|转)\s*\d{1,6})?\s*$  # the extension
    """,
    re.IGNORECASE | re.VERBOSE,
)


class CrmAssessmentCallbackMixin(models.AbstractModel):
    """At the end of their page a customer may ask to be called back."""

    _name = "crm.assessment.callback.mixin"
    _description = "May Ask for a Call"
    _protected_fields = frozenset(
        {
            "callback_day",
            "callback_from",
            "callback_phone",
            "callback_to",
            "callback_wanted",
        }
    )

    callback_wanted = fields.Boolean(string="Wants a Call", readonly=True, copy=False)
    callback_phone = fields.Char(string="Call Back At", readonly=True, copy=False)
    callback_day = fields.Date(readonly=True, copy=False)
    callback_from = fields.Integer(
        string="From (hour)",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Hour of the day where the customer is. Zero: any time.",
    )
    callback_to = fields.Integer(
        string="To (hour)", readonly=True, copy=False, aggregator=None
    )

    # === THE PAGE === #

    def _get_callback_owners(self):
        """:return: whose clock the times are on: the customer's, if it is known"""
        self.ensure_one()
        return self._get_contact(), self.company_id

    def _get_callback_days(self):
        """:return: the days that the page offers, as value and label
        :rtype: list[tuple[str, str]]
        """
        self.ensure_one()
        today = local_time.today(self.env, *self._get_callback_owners())
        days = (today + timedelta(days=number) for number in range(DAYS_AHEAD))
        return [
            (
                fields.Date.to_string(day),
                format_date(self.env, day, date_format="full"),
            )
            for day in days
            if day.weekday() < SATURDAY
        ]

    def _get_callback_hours(self):
        """:return: the hours that the page offers, as value and label
        :rtype: list[tuple[str, str]]
        """
        return [(str(hour), self._format_hour(hour)) for hour in HOURS]

    def _format_hour(self, hour):
        return format_time(self.env, time(hour), time_format="short")

    def _read_callback(self):
        """:return: what is chosen, as the page has it
        :rtype: dict
        """
        self.ensure_one()
        return {
            "wanted": self.callback_wanted,
            "phone": self.callback_phone or "",
            "day": fields.Date.to_string(self.callback_day) or "",
            "from": str(self.callback_from or ""),
            "to": str(self.callback_to or ""),
        }

    def _save_callback(self, values):
        """Keep what the customer chose; what is wrong with it is said later.

        :param dict values: as posted
        """
        self.ensure_one()
        chosen = {
            name: value
            for name in CALLBACK_FIELDS
            if isinstance(value := values.get(f"callback_{name}") or "", str)
        }
        hours = dict(self._get_callback_hours())
        vals = {
            "callback_wanted": bool(values.get("callback")),
            "callback_phone": self._clean_text(chosen.get("phone", ""))[:MAX_NUMBER],
            "callback_day": self._read_callback_day(chosen.get("day")),
            "callback_from": chosen.get("from") in hours and int(chosen["from"]),
            "callback_to": chosen.get("to") in hours and int(chosen["to"]),
        }
        if any((self[fname] or False) != (vals[fname] or False) for fname in vals):
            self.write(vals)

    def _read_callback_day(self, text):
        """:param str text: a day, as posted; the page may have been open for days
        :return: the day, False for none or one that the page cannot have offered
        """
        try:
            day = fields.Date.to_date(text)
        except ValueError:
            return False
        today = local_time.today(self.env, *self._get_callback_owners())
        offered = day and abs((day - today).days) <= LONGEST_WAIT
        return offered and day

    def _get_callback_problem(self):
        """:return: a sentence for the customer that says what to correct, or an empty
            string
        :rtype: str
        """
        self.ensure_one()
        if not self.callback_wanted:
            return ""
        number = self.callback_phone or ""
        if not NUMBER.match(number) or len(re.sub(r"\D", "", number)) < 6:
            return self.env._(
                "At which number may we call you? Please write it with its area code, "
                "for example +1 555 123 4567."
            )
        begins, ends = self.callback_from, self.callback_to
        if begins and ends and begins >= ends:
            return self.env._(
                "When may we call you? Please choose a time that begins before it ends."
            )
        window = self._get_callback_window()
        if window and window[1] <= self.env.cr.now():
            return self.env._(
                "When may we call you? That time has passed, so please choose a later "
                "one."
            )
        return ""

    def _get_callback_window(self):
        """:return: from when until when they may be called, in UTC; None for any day
        :rtype: tuple or None
        """
        self.ensure_one()
        if not self.callback_day:
            return None
        zone = pytz.timezone(local_time.timezone_of(*self._get_callback_owners()))
        begins, ends = self.callback_from or HOURS[0], self.callback_to or HOURS[-1]
        return tuple(
            zone.localize(datetime.combine(self.callback_day, time(hour)))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for hour in (begins, ends)
        )

    # === THE CALL === #

    def _plan_callback(self):
        """Who serves the customer gets an activity with the good time. In sudo mode."""
        for assessment in self.filtered("callback_wanted"):
            record = assessment.round_id or assessment
            user = assessment.user_id
            if not user.active or user.share:
                user = record._get_job_responsible()
            window = assessment._get_callback_window()
            day = local_time.today(self.env, user, assessment.company_id)
            if window:
                day = local_time.local_date(window[0], user, assessment.company_id)
            reader = assessment.with_context(lang=user.lang or self.env.lang)
            record.with_env(reader.env).activity_schedule(
                CALL_BACK,
                date_deadline=day,
                user_id=user.id,
                summary=reader.env._(
                    "Call %(contact)s back: %(phone)s",
                    contact=reader._get_contact().display_name,
                    phone=reader.callback_phone,
                ),
                note=reader._describe_callback(user),
            )

    def _describe_callback(self, user):
        """:return: when they may be called, on their clock and on that of who calls
        :rtype: str
        """
        self.ensure_one()
        begins, ends = self.callback_from, self.callback_to
        hours = self.env._("any time")
        if begins and ends:
            hours = f"{self._format_hour(begins)}–{self._format_hour(ends)}"
        elif begins:
            hours = self.env._("from %(time)s on", time=self._format_hour(begins))
        elif ends:
            hours = self.env._("until %(time)s", time=self._format_hour(ends))
        zone = local_time.timezone_of(*self._get_callback_owners())
        sentence = self.env._(
            "The customer asked for this call. A good time: %(day)s, %(hours)s (time "
            "zone of the customer: %(zone)s).",
            day=self.callback_day
            and format_date(self.env, self.callback_day, date_format="full")
            or self.env._("any day"),
            hours=hours,
            zone=zone,
        )
        window = self._get_callback_window()
        own_zone = local_time.timezone_of(user, self.company_id)
        if window and own_zone != zone:
            begins, ends = (
                pytz.utc.localize(moment).astimezone(pytz.timezone(own_zone))
                for moment in window
            )
            sentence += " " + self.env._(
                "On your clock: %(day)s, %(begins)s–%(ends)s.",
                day=format_date(self.env, begins.date()),
                begins=format_time(self.env, begins.time(), time_format="short"),
                ends=format_time(self.env, ends.time(), time_format="short"),
            )
        return sentence
