"""Periods of a report: their names, what they are compared with, their axis of time."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)
PERIODS = [
    ("this_month", "This month"),
    ("last_month", "Last month"),
    ("this_quarter", "This quarter"),
    ("last_quarter", "Last quarter"),
    ("this_year", "This year"),
    ("last_year", "Last year"),
    ("last_12_months", "Last 12 months"),
    ("all", "All dates"),
    ("custom", "Other"),
]


def named_period(name: str, today: date) -> tuple[date, date] | tuple[bool, bool]:
    """First and last day of a period with a name; both False for all dates.

    >>> named_period("last_quarter", date(2026, 3, 2))
    (datetime.date(2025, 10, 1), datetime.date(2025, 12, 31))
    >>> named_period("last_12_months", date(2026, 3, 2))
    (datetime.date(2025, 3, 3), datetime.date(2026, 3, 2))
    """
    month = today.replace(day=1)
    start, months = {
        "month": (month, 1),
        "quarter": (month - relativedelta(months=(month.month - 1) % 3), 3),
        "year": (month.replace(month=1), 12),
        "12_months": (today + DAY, 12),
    }.get(name.partition("_")[2], (None, 0))
    if start is None:
        return False, False
    length = relativedelta(months=months)
    if name.startswith("last"):
        start -= length
    return start, start + length - DAY


def compared_period(start: date, end: date, today: date) -> tuple[date, date] | None:
    """The same days of the period before, for a period that may still go on.

    A period of whole months is compared with as many months before, another with as
    many days; days to come are left out on both sides.

    :return: first and last day, or None for a period that has not begun

    >>> compared_period(date(2026, 1, 1), date(2026, 12, 31), date(2026, 11, 27))
    (datetime.date(2025, 1, 1), datetime.date(2025, 11, 27))
    >>> compared_period(date(2026, 2, 1), date(2026, 2, 28), date(2026, 11, 27))
    (datetime.date(2026, 1, 1), datetime.date(2026, 1, 31))
    >>> compared_period(date(2026, 3, 1), date(2026, 3, 31), date(2026, 3, 30))
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    >>> compared_period(date(2026, 3, 2), date(2026, 3, 8), date(2026, 3, 4))
    (datetime.date(2026, 2, 23), datetime.date(2026, 2, 25))
    """
    if start > today:
        return None
    try:
        after = end + DAY
        months = 12 * (after.year - start.year) + after.month - start.month
        if not months or start + relativedelta(months=months) != after:
            length = after - start
            return start - length, min(end, today) - length
        before = start - relativedelta(months=months)
        if end <= today:
            return before, start - DAY
        return before, today - relativedelta(months=months)
    except (OverflowError, ValueError):  # before the year 1
        return None


def axis_months(first: date, last: date) -> list[date]:
    """The first day of each month from that of one day to that of another.

    >>> [str(day) for day in axis_months(date(2025, 11, 30), date(2026, 1, 1))]
    ['2025-11-01', '2025-12-01', '2026-01-01']
    """
    count = 12 * (last.year - first.year) + last.month - first.month + 1
    month = first.replace(day=1)
    return [month + relativedelta(months=index) for index in range(count)]
