"""Days are somebody's days: of a person, a customer, or a company.

A moment is kept in UTC. Which day it is depends on where the person is whom it
concerns: the customer for a deadline, the assignee for an activity, the recipient for a
period, the company for what belongs to nobody in particular.
"""

from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path

import pytz


@lru_cache(maxsize=1)
def _get_aliases() -> dict[str, str]:
    """Old names of time zones, from the time zone data themselves."""
    path = Path(pytz.__file__).parent / "zoneinfo" / "tzdata.zi"
    if not path.exists():  # a distribution's pytz reads the data of the system
        path = Path("/usr/share/zoneinfo/tzdata.zi")
    if not path.exists():
        return {}
    links = (line.split() for line in path.read_text().splitlines() if line[:2] == "L ")
    return {alias: name for _letter, name, alias in links}


def canonical_timezone(name: str | None) -> str:
    """The name of a time zone that every system knows.

    :param name: for example "US/Eastern", which newer systems do not have
    :return: for example "America/New_York"; "UTC" for what is no time zone

    >>> canonical_timezone("Asia/Calcutta")
    'Asia/Kolkata'
    >>> canonical_timezone("Asia/Taipei")
    'Asia/Taipei'
    >>> canonical_timezone("Mars/Phobos")
    'UTC'
    """
    name = _get_aliases().get(name, name) if name else "UTC"
    if name in ("Etc/UTC", "Etc/GMT"):
        return "UTC"
    try:
        pytz.timezone(name)
    except pytz.UnknownTimeZoneError:
        return "UTC"
    return name


def timezone_of(*owners) -> str:
    """The time zone of the first of these that has one.

    :param owners: users, partners or companies, empty ones included
    """
    for owner in owners:
        # sudo: a time zone tells nothing, and its owner may be of another company
        for record in owner.sudo():
            if "tz" not in record._fields:  # a company has it on its contact
                record = record.partner_id
            if record.tz:
                return canonical_timezone(record.tz)
    return "UTC"


def local_date(moment: datetime, *owners) -> date:
    """The day of a moment where the first of the owners is.

    :param moment: in UTC, without a time zone, as fields keep it
    """
    zone = pytz.timezone(timezone_of(*owners))
    return pytz.utc.localize(moment).astimezone(zone).date()


def today(env, *owners) -> date:
    """The day it is now where the first of the owners is."""
    return local_date(env.cr.now(), *owners)


def day_start(day: date, *owners) -> datetime:
    """The moment at which a day begins where the first of the owners is.

    :return: in UTC, without a time zone, as fields keep it
    """
    return day_start_in(day, timezone_of(*owners))


def sql_timezone(cr, name: str | None) -> str:
    """The name of a time zone for this PostgreSQL, which may not know all of them.

    :return: the canonical name, else the offset from UTC that is valid now

    """
    name = canonical_timezone(name)
    if name != "UTC" and not _is_known(cr, name):
        offset = pytz.utc.localize(cr.now()).astimezone(pytz.timezone(name))
        return offset.strftime("<%z>") + _invert(offset.strftime("%z"))
    return name


def _invert(offset: str) -> str:
    """What POSIX calls an offset: west of Greenwich is positive.

    >>> _invert("+0530")
    '-05:30'
    """
    sign = "-" if offset[0] == "+" else "+"
    return f"{sign}{offset[1:3]}:{offset[3:5]}"


def _is_known(cr, name: str) -> bool:
    if name not in _known:
        cr.execute(
            "SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = %s)", [name]
        )
        _known[name] = cr.fetchone()[0]
    return _known[name]


# What PostgreSQL has said of time zones; its server is one for all databases.
_known: dict[str, bool] = {}


def day_start_in(day: date, name: str) -> datetime:
    """The moment at which a day begins in a time zone, as :func:`day_start`."""
    zone = pytz.timezone(name)
    midnight = datetime.combine(day, time.min)
    try:
        moment = zone.localize(midnight, is_dst=None)
    except pytz.NonExistentTimeError:  # the clock is put forward at midnight
        moment = zone.localize(midnight, is_dst=False)
    except pytz.AmbiguousTimeError:  # and back: the day begins with the first one
        moment = zone.localize(midnight, is_dst=True)
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
