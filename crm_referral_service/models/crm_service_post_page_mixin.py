import re
from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_date, format_time

from odoo.addons.crm_assessment.models.crm_assessment_callback_mixin import (
    HOURS,
    LONGEST_WAIT,
    MAX_NUMBER,
    NUMBER,
)
from odoo.addons.crm_foundation.tools.languages import first_installed
from odoo.addons.crm_foundation.tools.local_time import canonical_timezone, timezone_of

from ..tools.plain_words import read_words

MAX_MESSAGE = 5_000
MAX_LINE = 120
# How many days ahead the form offers.
DAYS_AHEAD = 8
# The same words from the same person within that time are one message.
SAME_MESSAGE = timedelta(minutes=10)


class CrmServicePostPageMixin(models.AbstractModel):
    """The public form of a listening post: what somebody writes becomes a contact.

    Everything here is called in sudo mode, for somebody whom nobody knows. What they
    say of themselves is believed by nobody: no customer is looked up by it.
    """

    _name = "crm.service.post.page.mixin"
    _description = "Public Form of a Listening Post"

    # === WHAT THE PAGE SHOWS === #

    def _get_form_values(self):
        """:return: what the template of the form needs
        :rtype: dict
        """
        self.ensure_one()
        zone = self._get_form_timezone()
        today = self._get_local_now(zone).date()
        days = [today + timedelta(days=number) for number in range(DAYS_AHEAD)]
        return {
            "max_message": MAX_MESSAGE,
            "max_line": MAX_LINE,
            "max_number": MAX_NUMBER,
            "days": [
                (
                    fields.Date.to_string(day),
                    format_date(self.env, day, date_format="full"),
                )
                for day in days
            ],
            "hours": [
                (str(hour), format_time(self.env, time(hour), time_format="short"))
                for hour in HOURS
            ],
            "zones": pytz.common_timezones,
            "zone": zone,
        }

    def _get_form_timezone(self):
        return timezone_of(self.company_id)

    def _get_local_now(self, zone):
        now = pytz.utc.localize(self.env.cr.now())
        return now.astimezone(pytz.timezone(zone))

    def _get_thanks(self, code):
        """:param str code: how we can answer: ``call``, ``mail`` or nothing
        :return: what happens next, in sentences
        :rtype: list[str]
        """
        self.ensure_one()
        heard = self.env._(
            "A person reads it, at the latest within %(days)s days.",
            days=self.listen_days,
        )
        if self.listen_days == 1:
            heard = self.env._("A person reads it within a day.")
        answer = {
            "call": self.env._("We call you when you said that it suits you."),
            "mail": self.env._("We answer you by e-mail."),
        }.get(code) or self.env._(
            "You have left no way to answer you. If you want one, please write again "
            "with your number or your e-mail address."
        )
        return [heard, answer]

    # === WHAT SOMEBODY WRITES === #

    def _take_message(self, posted):
        """Make a contact of what somebody has written.

        :param dict posted: the fields of the form, as they came from outside
        :return: code of what happens next, see :meth:`_get_thanks`
        :raise UserError: says what to correct
        """
        self.ensure_one()
        values = self._read_message(posted)
        if not self._is_said_already(values):
            self.env["crm.service.contact"].create(
                {
                    **values,
                    "post_id": self.id,
                    "team_id": self.team_id.id,
                    "company_id": self.company_id.id,
                    "user_id": False,
                    "channel": "web",
                    "direction": "in",
                }
            )
        if values.get("callback_wanted"):
            return "call"
        return "mail" if values["email"] else ""

    def _read_message(self, posted):
        """:return: values of a contact
        :raise UserError: says what to correct
        """
        message = self._get_posted(posted, "message", MAX_MESSAGE)
        if not message:
            raise UserError(self.env._("Please write what you want to tell us."))
        email = self._get_posted(posted, "email")
        if email and not email_normalize(email):
            raise UserError(
                self.env._(
                    "This e-mail address looks incomplete. Please correct it, or "
                    "leave it empty."
                )
            )
        wants_news = bool(posted.get("news"))
        if wants_news and not email:
            raise UserError(
                self.env._(
                    "Where may we write to you? Please leave your e-mail address, or "
                    "untick that you want to hear what we have done."
                )
            )
        return {
            "wants_news": wants_news,
            "note": message,
            "caller_name": self._get_posted(posted, "name") or False,
            "email": email or False,
            # That of the page, which they could read.
            "lang": first_installed(self.env, self.env.lang),
            **self._read_callback(posted),
        }

    def _read_callback(self, posted):
        phone = self._get_posted(posted, "phone", MAX_NUMBER)
        wanted = bool(posted.get("callback"))
        is_number = NUMBER.match(phone) and len(re.sub(r"\D", "", phone)) > 5  # noqa: PLR2004
        if (wanted or phone) and not is_number:
            raise UserError(
                self.env._(
                    "At which number may we call you? Please write it with its area "
                    "code, for example +1 555 123 4567."
                )
            )
        if not wanted:
            return {"phone": phone or False}
        zone = self._read_timezone(posted)
        begins, ends = self._read_window(posted, zone)
        return {
            "phone": phone,
            "callback_wanted": True,
            "callback_phone": phone,
            "callback_from": begins,
            "callback_to": ends,
            "callback_tz": zone,
        }

    def _read_timezone(self, posted):
        zone = self._get_posted(posted, "tz")
        known = dict(
            self.env["crm.service.contact"]._fields["callback_tz"].selection(self)
        )
        zone = canonical_timezone(zone) if zone in pytz.all_timezones_set else zone
        return zone if zone in known else self._get_form_timezone()

    def _read_window(self, posted, zone):
        """:return: from when and until when, in UTC; False where any time is good
        :raise UserError: when there is no such time any more
        """
        day = self._read_day(posted, zone)
        hours = {str(hour): hour for hour in HOURS}
        first = hours.get(self._get_posted(posted, "from"))
        last = hours.get(self._get_posted(posted, "to"))
        if not day and first is None and last is None:
            return False, False
        if first is not None and last is not None and first >= last:
            raise UserError(
                self.env._(
                    "When may we call you? Please choose a time that begins before it "
                    "ends."
                )
            )
        first, last = first or HOURS[0], last or HOURS[-1] + 1
        now = self._get_local_now(zone)
        if not day:  # the next day on which there is still time
            day = now.date() + timedelta(days=now.hour >= last)
        ends = self._to_utc(day, last, zone)
        if ends <= self.env.cr.now():
            raise UserError(
                self.env._(
                    "When may we call you? That time has passed, so please choose a "
                    "later one."
                )
            )
        return self._to_utc(day, first, zone), ends

    def _read_day(self, posted, zone):
        try:
            day = fields.Date.to_date(self._get_posted(posted, "day"))
        except ValueError:
            return None
        today = self._get_local_now(zone).date()
        # A page that was open for long offers days that have passed meanwhile.
        return day if day and abs((day - today).days) <= LONGEST_WAIT else None

    def _to_utc(self, day, hour, zone):
        moment = pytz.timezone(zone).localize(datetime.combine(day, time(hour)))
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_posted(self, posted, key, limit=MAX_LINE):
        """:return: what somebody wrote, without what no text field can hold
        :raise UserError: when it is too long
        """
        text = read_words(posted.get(key))
        if limit != MAX_MESSAGE:
            text = " ".join(text.split())
        if len(text) > limit:
            raise UserError(
                self.env._("This is too long. Please make it shorter than it is.")
            )
        return text

    def _is_said_already(self, values):
        """:return: whether the button was pressed twice"""
        return bool(
            self.env["crm.service.contact"].search_count(
                [
                    ("post_id", "=", self.id),
                    ("contacted_on", ">", self.env.cr.now() - SAME_MESSAGE),
                    ("note", "=", values["note"]),
                    ("email", "=", values["email"]),
                    ("phone", "=", values["phone"]),
                ],
                limit=1,
            )
        )
