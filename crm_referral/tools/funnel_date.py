"""One moment that stands for nearly all of a month, in every time zone."""

from datetime import MAXYEAR, MINYEAR, datetime, timedelta

# The time zones of the world are between 12 hours behind and 14 hours ahead of UTC, and
# all differ from it by whole quarters of an hour.
BEHIND, AHEAD = timedelta(hours=12), timedelta(hours=14)


def funnel_date(moment: datetime) -> datetime:
    """The moment under which sums by month keep another one.

    Moments that are of the same month all over the world share one in the middle of it;
    near the turn of a month each quarter of an hour has its own. So months, quarters
    and years of the sums are right in the time zone of whoever looks; nothing shorter
    can be told.

    :param moment: in UTC, without a time zone, as fields keep it

    >>> str(funnel_date(datetime(2026, 3, 20, 9, 41)))
    '2026-03-15 00:00:00'
    >>> str(funnel_date(datetime(2026, 3, 31, 10, 41, 7)))
    '2026-03-31 10:30:00'
    """
    if moment.year in (MINYEAR, MAXYEAR):
        return moment  # a day further there is no date
    first, last = moment - BEHIND, moment + AHEAD
    if (first.year, first.month) == (last.year, last.month):
        return datetime(moment.year, moment.month, 15)
    quarter = moment.minute - moment.minute % 15
    return moment.replace(minute=quarter, second=0, microsecond=0)
