"""Who is on duty: around the clock, but for four hours of a Sunday."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytz

# Weeks behind us, and ahead of us.
BEFORE = 4
AFTER = 5
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SUNDAY = 6


class Shift(NamedTuple):
    """Somebody is there on these days, from ``hour`` on, for so many hours."""

    name: str
    login: str
    days: str
    hour: int
    hours: int


SHIFTS = [
    Shift("Early shift", "aisha", "mon tue wed thu fri", 6, 8),
    Shift("Late shift", "ravi", "mon tue wed thu fri", 14, 8),
    Shift("Weekend, early", "ravi", "sat sun", 6, 8),
    Shift("Weekend, late", "helen", "sat sun", 14, 8),
    Shift("Night shift, from Taipei", "yichun", "sun mon tue wed thu fri", 22, 8),
    # Until two: the rest of this night is nobody's.
    Shift("Night shift, from Taipei", "yichun", "sat", 22, 4),
]


def plan_shifts(diary, team):
    """Put the shifts into the calendar of who leads the team, and look for gaps.

    :param diary: of the story
    :param team: the crm.team that is on duty
    """
    zone = pytz.timezone(team._get_duty_timezone())
    today = pytz.utc.localize(diary.now).astimezone(zone).date()
    monday = today - timedelta(days=today.weekday(), weeks=BEFORE)
    until = monday + timedelta(weeks=BEFORE + AFTER)
    env = diary.of("helen", plans=False)
    events = env["calendar.event"].with_context(
        no_mail_to_attendees=True,
        dont_notify=True,
        mail_create_nolog=True,
        tracking_disable=True,
    )
    events.create(
        [
            _prepare(shift, diary.users[shift.login], team, zone, monday, until)
            for shift in SHIFTS
        ]
    )
    # sudo: as the daily job does
    team.sudo()._update_duty_gaps()


def find_night(diary, team, hour, minute):
    """:return: that time of the Sunday before last, where the team is"""
    zone = pytz.timezone(team._get_duty_timezone())
    here = pytz.utc.localize(diary.now).astimezone(zone)
    day = here.date() - timedelta(days=(here.weekday() - SUNDAY) % 7 + 7)
    night = zone.localize(datetime.combine(day, time(hour, minute)))
    return night.astimezone(pytz.utc).replace(tzinfo=None)


def _prepare(shift, user, team, zone, monday, until):
    first = min(DAYS.index(day) for day in shift.days.split())
    day = monday + timedelta(days=first)
    begin = zone.localize(datetime.combine(day, time(shift.hour)))
    start = begin.astimezone(pytz.utc).replace(tzinfo=None)
    return {
        "name": shift.name,
        "service_team_id": team.id,
        "partner_ids": user.partner_id.ids,
        "start": start,
        "stop": start + timedelta(hours=shift.hours),
        "event_tz": zone.zone,
        "recurrency": True,
        "rrule_type": "weekly",
        "interval": 1,
        "end_type": "end_date",
        "until": until,
        **{day: day in shift.days.split() for day in DAYS},
    }
