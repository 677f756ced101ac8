"""The days on which a company works."""

from datetime import date, datetime, time, timedelta

import pytz

from odoo.addons.crm_foundation.tools.local_time import canonical_timezone

FRIDAY = 4


def next_working_day(calendar, day: date) -> date:
    """The first working day after a day.

    :param calendar: the resource.calendar of a company; without one, or when it knows
        no working day for months, Monday to Friday are worked
    :param day: for whoever has something to do
    """
    following = day + timedelta(days=1)
    if calendar:
        zone = pytz.timezone(canonical_timezone(calendar.tz))
        end = calendar.plan_days(
            1, zone.localize(datetime.combine(following, time.min)), compute_leaves=True
        )
        if end:
            return end.astimezone(zone).date()
    while following.weekday() > FRIDAY:
        following += timedelta(days=1)
    return following
