"""When nobody is there although the team has promised it: plain arithmetic of time.

All moments are aware of their time zone, so that nights in which the clock changes are
as long as they are.
"""

from datetime import date, datetime, timedelta

import pytz

from odoo.tools.intervals import Intervals

NOBODY = frozenset()


def whole_days(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """A shift of whole days: from midnight to midnight, where the team is.

    :param last: the last day, which belongs to it
    :param zone: the name of the team's time zone

    >>> day = date(2026, 10, 25)  # the clock goes back
    >>> start, stop = whole_days(day, day, "Europe/Brussels")
    >>> (stop - start).total_seconds() / 3600
    25.0
    """
    timezone = pytz.timezone(zone)
    start = timezone.localize(datetime.combine(first, datetime.min.time()))
    stop = timezone.localize(
        datetime.combine(last + timedelta(days=1), datetime.min.time())
    )
    return start.astimezone(pytz.utc), stop.astimezone(pytz.utc)


def covered(shifts, absences) -> Intervals:
    """When somebody is there.

    :param shifts: triples of start, stop and the person
    :param dict absences: pairs of start and stop, by person
    :return: the union of the shifts, each without the absences of its person
    """
    present = Intervals()
    for start, stop, person in shifts:
        away = Intervals(
            (begin, end, NOBODY) for begin, end in absences.get(person, ())
        )
        present |= Intervals([(start, stop, NOBODY)]) - away
    return present


def gaps(promised, present) -> list[tuple[datetime, datetime]]:
    """When nobody is there, of the time that was promised.

    :param promised: pairs of start and stop
    :param Intervals present: as of :func:`covered`
    """
    hours = Intervals((start, stop, NOBODY) for start, stop in promised)
    return [(start, stop) for start, stop, _people in hours - present]


def hours(periods) -> float:
    """How many hours these periods last together.

    :param periods: pairs of start and stop
    """
    return sum((stop - start).total_seconds() for start, stop in periods) / 3600


def hours_by_day(periods, zone: str) -> dict[date, float]:
    """How many hours of these periods are on which day, where the team is.

    :param periods: pairs of start and stop
    :param zone: the name of the team's time zone

    >>> start = pytz.utc.localize(datetime(2026, 11, 30, 15))
    >>> hours_by_day([(start, start + timedelta(hours=3))], "Asia/Taipei")
    {datetime.date(2026, 11, 30): 1.0, datetime.date(2026, 12, 1): 2.0}
    """
    timezone = pytz.timezone(zone)
    found = {}
    for start, stop in periods:
        while start < stop:
            day = start.astimezone(timezone).date()
            _midnight, end = whole_days(day, day, zone)
            end = min(end, stop)
            found[day] = found.get(day, 0.0) + hours([(start, end)])
            start = end
    return found


def clipped(periods, start, stop) -> list[tuple[datetime, datetime]]:
    """The parts of periods that are between two moments.

    :param periods: pairs of start and stop
    """
    return [
        (max(begin, start), min(end, stop))
        for begin, end in periods
        if begin < stop and end > start
    ]


def shares(periods, start, stop) -> list[tuple[float, float]]:
    """Where periods are between two moments: what a picture of a day needs.

    :param periods: pairs of start and stop
    :param start: the midnight with which the day begins
    :param stop: the midnight with which it ends; 23 to 25 hours later

    >>> day = [datetime(2026, 12, 6, hour, tzinfo=pytz.utc) for hour in (0, 6, 12)]
    >>> shares([(day[1], day[2])], day[0], day[0] + timedelta(days=1))
    [(0.25, 0.5)]
    """
    length = (stop - start).total_seconds()
    return [
        (
            (begin - start).total_seconds() / length,
            (end - start).total_seconds() / length,
        )
        for begin, end in clipped(periods, start, stop)
    ]
