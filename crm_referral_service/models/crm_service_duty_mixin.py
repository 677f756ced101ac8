from bisect import bisect_right
from collections import defaultdict
from datetime import timedelta

import pytz
from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import babel_locale_parse

from odoo.addons.crm_foundation.tools.local_time import canonical_timezone

from ..tools import duty

# How far ahead gaps are looked for.
DAYS_AHEAD = 14


def aware(moment):
    """:return: a moment as fields keep it, with its time zone"""
    return pytz.utc.localize(moment)


def _to_field(moment):
    """:return: a moment as the browser sends it in a domain"""
    return fields.Datetime.to_string(moment.astimezone(pytz.utc).replace(tzinfo=None))


class CrmServiceDutyMixin(models.AbstractModel):
    """Teams that promise hours, and who is there in them.

    The promised hours are those of the calendar, or all hours. Somebody is there in a
    shift who takes part in it, works here still and is not on leave.
    """

    _name = "crm.service.duty.mixin"
    _description = "Duty of a Team"

    # === BUSINESS METHODS === #

    def _get_duty_timezone(self):
        """:return: the name of the time zone in which the team's days are"""
        self.ensure_one()
        # sudo: a time zone tells nothing
        team = self.sudo()
        return canonical_timezone(
            team.service_calendar_id.tz
            or team.company_id.partner_id.tz
            or self.env.user.tz
        )

    def _get_promised_periods(self, start, stop):
        """:return: pairs of moments: when customers may count on somebody"""
        self.ensure_one()
        # sudo: the hours that a team promises are no secret
        calendar = self.sudo().service_calendar_id
        if not calendar:
            return [(start, stop)]
        intervals = calendar._work_intervals_batch(start, stop)[False]
        return [(begin, end) for begin, end, _attendances in intervals]

    def _find_outside_hours(self, moments):
        """:param moments: naive, in UTC; of one team, or of none
        :return: those in which the team has promised nobody
        :rtype: set
        """
        if not self.service_calendar_id or not moments:
            return set()
        day = timedelta(days=1)
        promised = self._get_promised_periods(
            aware(min(moments)) - day, aware(max(moments)) + day
        )
        starts = [start for start, _stop in promised]
        outside = set()
        for moment in set(moments):
            before = bisect_right(starts, aware(moment)) - 1
            if before < 0 or promised[before][1] <= aware(moment):
                outside.add(moment)
        return outside

    def _get_duty_shifts(self, start, stop):
        """Who is on duty between two moments.

        :param start: aware of its time zone
        :param stop: the same
        :return: triples of start, stop and the res.users, by team
        :rtype: dict
        """
        first = start.astimezone(pytz.utc).replace(tzinfo=None)
        last = stop.astimezone(pytz.utc).replace(tzinfo=None)
        # sudo: that somebody is on duty is told, also where the event is private
        events = (
            self.env["calendar.event"]
            .sudo()
            .search(
                Domain("service_team_id", "in", self.ids)
                & Domain("start", "<=", last + timedelta(days=1))
                & Domain("stop", ">=", first - timedelta(days=1))
            )
        )
        people = events.partner_ids.user_ids.filtered(
            lambda user: user.active and not user.share
        )
        shifts = defaultdict(list)
        for event in events:
            team = event.service_team_id
            if event.allday:
                period = duty.whole_days(
                    event.start_date, event.stop_date, team._get_duty_timezone()
                )
            else:
                period = aware(event.start), aware(event.stop)
            shifts[team] += [
                (*period, user) for user in event.partner_ids.user_ids & people
            ]
        return shifts

    @api.model
    def _get_absences(self, users, start, stop):
        """:return: pairs of moments in which these users are on leave, by user"""
        first = start.astimezone(pytz.utc).replace(tzinfo=None)
        last = stop.astimezone(pytz.utc).replace(tzinfo=None)
        # sudo: that somebody is away is told, not why
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id.user_id", "in", users.ids),
                    ("date_from", "<", last),
                    ("date_to", ">", first),
                ]
            )
        )
        absences = defaultdict(list)
        for leave in leaves:
            absences[leave.resource_id.user_id].append(
                (aware(leave.date_from), aware(leave.date_to))
            )
        return absences

    def _get_coverage(self, start, stop):
        """What was promised between two moments, and where nobody is there.

        :param start: aware of its time zone
        :param stop: the same
        :return: promised periods and gaps, each pairs of moments, by team
        :rtype: dict
        """
        shifts = self._get_duty_shifts(start, stop)
        users = self.env["res.users"].union(
            *(user for each in shifts.values() for _start, _stop, user in each)
        )
        absences = self._get_absences(users, start, stop)
        coverage = {}
        for team in self:
            promised = team._get_promised_periods(start, stop)
            present = duty.covered(shifts.get(team, ()), absences)
            coverage[team] = promised, duty.gaps(promised, present)
        return coverage

    def _get_duty_days(self):
        """The next days of each team, and how far somebody is there.

        :return: for each team a list of days, as :meth:`_prepare_duty_day`
        :rtype: dict
        """
        strips = {}
        for zone, teams in self.grouped(lambda team: team._get_duty_timezone()).items():
            today = pytz.timezone(zone).normalize(
                aware(self.env.cr.now()).astimezone(pytz.timezone(zone))
            )
            days = [
                (day, *duty.whole_days(day, day, zone))
                for day in (
                    today.date() + timedelta(days=number)
                    for number in range(DAYS_AHEAD)
                )
            ]
            coverage = teams._get_coverage(days[0][1], days[-1][2])
            for team, (promised, gaps) in coverage.items():
                strips[team] = [
                    self._prepare_duty_day(promised, gaps, *day) for day in days
                ]
        return strips

    @api.model
    def _prepare_duty_day(self, promised, gaps, day, start, stop):
        """:return: a day in shares and hours, as the browser draws it
        :rtype: dict
        """
        locale = babel_locale_parse(self.env.lang)
        return {
            "date": fields.Date.to_string(day),
            "name": format_skeleton("MMMEd", day, locale=locale),
            "start": _to_field(start),
            "stop": _to_field(stop),
            "promised": duty.shares(promised, start, stop),
            "gaps": duty.shares(gaps, start, stop),
            "promised_hours": duty.hours(duty.clipped(promised, start, stop)),
            "gap_hours": duty.hours(duty.clipped(gaps, start, stop)),
        }

    def _get_users_on_duty(self):
        """:return: the res.users who are there now, by team
        :rtype: dict
        """
        now = aware(self.env.cr.now())
        shifts = self._get_duty_shifts(now, now)
        users = self.env["res.users"]
        everybody = users.union(
            *(user for each in shifts.values() for _start, _stop, user in each)
        )
        absences = self._get_absences(everybody, now, now + timedelta(seconds=1))
        return {
            team: users.union(
                *(
                    user
                    for start, stop, user in shifts.get(team, ())
                    if start <= now < stop
                    and not any(
                        begin <= now < end for begin, end in absences.get(user, ())
                    )
                )
            )
            for team in self
        }
