"""The funnel: stays that are added up by month before they are grouped.

A month is one of the user's time zone, and to look that up for each stay would be most
of the work. So stays are first added up by their ``funnel_date``, which is the same for
nearly all of a month.
"""

from collections.abc import Collection, Iterable
from datetime import tzinfo

import pytz

from odoo.tools import SQL

from .referral_report_parts import STAY_SECONDS, Part, Reader, named

# What sums can be grouped and filtered by, and where that is kept.
COLUMNS = {
    "active": "referral_active",
    "company_id": "company_id",
    "date": "funnel_date",
    "step_id": "step_id",
    "step_outcome": "outcome",
    "team_id": "team_id",
    "user_id": "user_id",
}
DIMENSIONS = {"kind", *COLUMNS} - {"date"}
PERIODS = {
    f"date:{period}"
    for period in (
        "month",
        "quarter",
        "year",
        "month_number",
        "quarter_number",
        "year_number",
    )
}
AGGREGATES = {
    "__count",
    "step_entered_count:sum",
    "step_left_count:sum",
    "step_done_count:sum",
    "step_skipped_count:sum",
    "step_back_count:sum",
    "step_done_rate:avg",
    "step_skip_rate:avg",
    "step_days:avg",
}
STAYS = SQL(
    """(SELECT s.funnel_date, s.step_id, s.user_id, s.team_id, s.company_id,
        s.referral_active, s.outcome, 1 AS entered_count,
        CASE WHEN s.left_on IS NULL THEN 0 ELSE 1 END AS left_count,
        %s AS seconds
    FROM crm_referral_step_log s)""",
    STAY_SECONDS,
)


def find_dimensions(
    groupby: Collection[str],
    aggregates: Collection[str],
    order: str | None,
    conditions: Iterable,
    timezone: tzinfo,
) -> frozenset[str] | None:
    """By what stays may be added up, so that the sums still answer a question.

    :param conditions: of the domain and of the record rules
    :param timezone: of who asks
    :return: names of fields of the analysis; nothing if sums cannot answer it exactly
    """
    specs = DIMENSIONS | PERIODS
    terms = {term.split()[0] for term in (order or "").split(",") if term.strip()}
    if not (
        specs.issuperset(groupby)
        and AGGREGATES.issuperset(aggregates)
        and terms <= specs | AGGREGATES
    ):
        return None
    # What is archived is left out without a condition that says so.
    names = {"active", *(spec.partition(":")[0] for spec in groupby)}
    for condition in conditions:
        if not _can_filter(condition, timezone):
            return None
        names.add(condition.field_expr)
    return frozenset(names & COLUMNS.keys())


def _can_filter(condition, timezone: tzinfo) -> bool:
    """A period can be told when it begins and ends with a month of the user's."""
    if condition.field_expr != "date":
        return condition.field_expr in DIMENSIONS
    if condition.operator not in (">=", "<"):
        return False
    moment = pytz.utc.localize(condition.value).astimezone(timezone)
    return moment == moment.replace(day=1, hour=0, minute=0, second=0)


def part(source: SQL, dimensions: Collection[str], _reader: Reader) -> Part:
    """One row for all stays that are the same in these dimensions.

    :param source: a table or a select with the columns of :data:`STAYS`; its rows are
        stays, or sums of stays, of which some may take away what others have too much
    """
    keys = [SQL.identifier(COLUMNS[name]) for name in sorted(dimensions)]
    sums = {
        "entered_count": SQL("SUM(entered_count)"),
        "left_count": SQL("SUM(left_count)"),
        "seconds": SQL("SUM(seconds)"),
    }
    for outcome in ("done", "skipped", "back"):
        sums[f"{outcome}_count"] = SQL(
            "SUM(CASE WHEN outcome = %s THEN entered_count ELSE 0 END)", outcome
        )
    totals = [named(name, total) for name, total in sums.items()]
    grouped = SQL(
        """(SELECT %s FROM %s stays GROUP BY %s HAVING SUM(entered_count) <> 0) f""",
        SQL(", ").join([*keys, *totals]),
        source,
        SQL(", ").join(keys),
    )
    columns = {name: SQL("f.%s", SQL.identifier(COLUMNS[name])) for name in dimensions}
    columns |= {f"step_{name}": SQL("f.%s", SQL.identifier(name)) for name in sums}
    return Part(SQL("0"), columns, grouped)
