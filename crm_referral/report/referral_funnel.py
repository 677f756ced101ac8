"""The funnel: stays that are added up by month before they are grouped.

A month is one of the user's time zone, and to look that up for each stay would be most
of the work. So stays are first added up by their ``funnel_date``, which is the same for
nearly all of a month.
"""

from collections.abc import Collection, Iterable
from datetime import tzinfo

import pytz

from odoo.tools import SQL

from .referral_report_parts import STAY_SECONDS, Part, Reader

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
    "step_days:avg",
}
AGGREGATES_BY_OUTCOME = {
    "step_done_count:sum",
    "step_skipped_count:sum",
    "step_back_count:sum",
    "step_done_rate:avg",
    "step_skip_rate:avg",
}
STAYS = SQL(
    """(SELECT s.funnel_date, s.step_id, s.user_id, s.team_id, s.company_id,
        s.referral_active, s.outcome, 1 AS entered_count,
        CASE WHEN s.left_on IS NULL THEN 0 ELSE 1 END AS left_count,
        COALESCE(%s, 0) AS seconds
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
    specs, figures = DIMENSIONS | PERIODS, AGGREGATES | AGGREGATES_BY_OUTCOME
    terms = {term.split()[0] for term in (order or "").split(",") if term.strip()}
    if not (
        specs.issuperset(groupby)
        and figures.issuperset(aggregates)
        and terms <= specs | figures
    ):
        return None
    # What is archived is left out without a condition that says so.
    names = {"active", *(spec.partition(":")[0] for spec in groupby)}
    for condition in conditions:
        if not _can_filter(condition, timezone):
            return None
        names.add(condition.field_expr)
    if not AGGREGATES_BY_OUTCOME.isdisjoint(aggregates):
        names.add("step_outcome")
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
    columns = {name: SQL("f.%s", SQL.identifier(COLUMNS[name])) for name in dimensions}
    columns |= {
        "step_entered_count": SQL("f.entered_count"),
        "step_left_count": SQL("f.left_count"),
        "step_seconds": SQL("f.seconds"),
    }
    if "step_outcome" in dimensions:
        for outcome in ("done", "skipped", "back"):
            columns[f"step_{outcome}_count"] = SQL(
                "CASE WHEN f.outcome = %s THEN f.entered_count ELSE 0 END", outcome
            )
    sums = SQL(
        """(SELECT %(names)sSUM(entered_count) AS entered_count,
            SUM(left_count) AS left_count, SUM(seconds) AS seconds
        FROM %(source)s stays GROUP BY %(keys)s
        HAVING SUM(entered_count) <> 0) f""",
        names=SQL("").join(SQL("%s, ", key) for key in keys),
        source=source,
        keys=SQL(", ").join(keys),
    )
    return Part(SQL("0"), columns, sums)
