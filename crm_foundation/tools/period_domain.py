"""Days, as the user counts them, of a field that may hold times."""

from datetime import date, timedelta

from odoo.fields import Domain

from .local_time import day_start_in


def period_domain(
    model, fname: str, start: date | None = None, end: date | None = None
) -> Domain:
    """:return: domain of the records of some days, both ends included, either open"""

    def first_moment(day):
        if model._fields[fname].type != "datetime":
            return day
        return day_start_in(day, model.env.tz.zone)

    domain = Domain.TRUE
    if start:
        domain &= Domain(fname, ">=", first_moment(start))
    if end:
        domain &= Domain(fname, "<", first_moment(end + timedelta(days=1)))
    return domain
