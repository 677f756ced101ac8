"""How far a report looks back."""

from datetime import date

from dateutil.relativedelta import relativedelta

MONTHS_AT_MOST = 1200


def months_before(day: date, months) -> date | None:
    """The day that many months before; None for what is no sensible number.

    >>> months_before(date(2026, 3, 31), 1)
    datetime.date(2026, 2, 28)
    >>> print(months_before(date(2026, 3, 31), 10**12))
    None
    >>> print(months_before(date(2026, 3, 31), "twelve"))
    None
    """
    if not isinstance(months, int) or isinstance(months, bool):
        return None
    if not 0 < months <= MONTHS_AT_MOST:
        return None
    return day - relativedelta(months=months)
