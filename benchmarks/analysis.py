"""The screens of requests beside Odoo's own of as many opportunities.

The funnel is read with the ledger of its sums and, as without that addon, from the log;
there also beside Odoo's own pivot of the same stays.

Each screen is read as the browser reads it: the fields of its view, its totals, its
first cards. A round reads ours and Odoo's in turn; the quickest round of each counts.
What a salesperson sees of their own must not be found by reading all requests: the plan
of each statement is looked at, and the benchmark fails if one does.
"""

import argparse
import contextlib
import statistics
import sys
import time
from dataclasses import dataclass
from unittest.mock import patch

import _clock
import _screens
import _world

import odoo.sql_db
from odoo.api import Environment
from odoo.modules.registry import Registry

SIZES = (10_000, 100_000)
# A small table is quicker read as a whole.
PLANS_FROM = 100_000
MILLION = 1_000_000
OURS, THEIRS = "crm.referral", "crm.lead"
KANBAN = "crm_referral.crm_referral_view_kanban"
LIST = "crm_referral.crm_referral_view_list"
THEIR_KANBAN = "crm.crm_case_kanban_view_leads"
THEIR_LIST = "crm.crm_case_tree_view_oppor"
REPORT = "crm.referral.report"
STAYS = [("kind", "=", "step")]
FEW = [
    "__count",
    "step_entered_count:sum",
    "step_left_count:sum",
    "step_skipped_count:sum",
    "step_days:avg",
]
OPPORTUNITIES = [("type", "=", "opportunity")]
THEIR_GROUPS = _screens.grouping_sets("create_date:month", "stage_id")
AMOUNTS = ["__count", "expected_revenue:sum"]
THEIR_PIVOT = _screens.pivot(THEIRS, OPPORTUNITIES, THEIR_GROUPS, AMOUNTS)
DASHBOARD = [("crm.referral.dashboard", "get_dashboard", (90,), {})]
YEAR = "-11m =1d"  # as the filter of twelve months says it


@dataclass(frozen=True)
class Screen:
    """The same screen of ours and of Odoo's, and what ours may cost beside it.

    :param rows: for how many requests the goal is
    :param is_managers: of a salesperson it has no goal: a pivot of some thousand rows
        takes as long as its cells take to be written
    :param from_log: without the ledger
    """

    name: str
    ours: list
    theirs: list
    goal: float
    rows: int = MILLION
    is_managers: bool = False
    from_log: bool = False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    numbers = lambda text: sorted(int(each) for each in text.split(","))  # noqa: E731
    parser.add_argument(
        "--rows", type=numbers, default=SIZES, help="sizes, e.g. 10000,100000,1000000"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--processor",
        action="store_true",
        help="mean processor time, of Python and of PostgreSQL in one process: for a "
        "machine that is not quiet",
    )
    parser.add_argument(
        "--no-fill", action="store_true", help="the rows of the only size are there"
    )
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config(
        ["-c", options.config, "-d", options.database, "--log-level=error", "--no-http"]
    )
    print(
        "| requests, opportunities | who | screen | Odoo ms | ours ms | ratio | goal |"
    )
    print("|---:|---|---|---:|---:|---:|---:|", flush=True)
    growth, found, filled = {}, [], 0
    for rows in options.rows:
        if options.no_fill:
            rep, manager = _world.people(options.database)
        else:
            rep, manager = _world.fill(options.database, rows - filled)
        filled = rows
        with Registry(options.database).cursor() as cr:
            for who, user in (("manager", manager), ("rep", rep)):
                env = Environment(cr, user, {"lang": "en_US", "tz": _world.TIMEZONE})
                clock = Clock(env) if options.processor else None
                for screen in screens(env):
                    times = side_by_side(env, screen, options.rounds, clock)
                    growth.setdefault((who, screen.name), []).append(times)
                    print_line(rows, who, screen, *times)
            if rows >= PLANS_FROM:
                found += [(rows, each) for each in full_reads(env)]
    print_growth(options.rows, growth)
    for rows, statement in found:
        print(f"\nAt {rows:,} requests all are read for one's own:\n{statement}")
    sys.exit(bool(found))


# The screens


def screens(env):
    """What is compared."""
    return [
        *funnels(env),
        Screen("dashboard", DASHBOARD, THEIR_PIVOT, 2, rows=100_000, is_managers=True),
        Screen(
            "kanban",
            _screens.kanban(env, OURS, KANBAN, [], "step_id"),
            _screens.kanban(env, THEIRS, THEIR_KANBAN, OPPORTUNITIES, "stage_id"),
            1,
        ),
        Screen(
            "list",
            _screens.listing(env, OURS, LIST, []),
            _screens.listing(env, THEIRS, THEIR_LIST, OPPORTUNITIES),
            1,
        ),
    ]


def funnels(env):
    """The funnel with the ledger and from the log."""
    arch = _screens.view(
        env, "crm_referral.crm_referral_report_view_pivot_funnel", REPORT, "pivot"
    )
    every = ["__count", *_screens.measures(env[REPORT], arch)]
    ours_by = _screens.grouping_sets("date:month", "step_id")
    year, their_year = ([(name, ">=", YEAR)] for name in ("date", "create_date"))
    few = _screens.pivot(REPORT, STAYS, ours_by, FEW)
    pairs = {
        "funnel pivot": (few, THEIR_PIVOT),
        "funnel pivot, all measures": (
            _screens.pivot(REPORT, STAYS, ours_by, every),
            THEIR_PIVOT,
        ),
        "funnel pivot, 12 months": (
            _screens.pivot(REPORT, STAYS + year, ours_by, every),
            _screens.pivot(THEIRS, OPPORTUNITIES + their_year, THEIR_GROUPS, AMOUNTS),
        ),
    }
    for name, calls in pairs.items():
        yield Screen(name, *calls, 0.25, is_managers=True)
    stays_by = _screens.grouping_sets("entered_on:month", "step_id")
    stays = ("crm.referral.step.log", [("referral_active", "=", True)], stays_by)
    hours = _screens.pivot(*stays, ["__count", "duration_hours:sum"])
    pairs["funnel pivot, beside Odoo's of the stays"] = (few, hours)
    for name, calls in pairs.items():
        name = f"{name}, from the log"
        yield Screen(name, *calls, 1, rows=100_000, is_managers=True, from_log=True)


# Measuring


class Clock:
    """Processor time, of Python and of PostgreSQL, which does not share its work."""

    def __init__(self, env):
        env.cr.execute("SET max_parallel_workers_per_gather = 0")
        env.cr.execute("SELECT pg_backend_pid()")
        [self.server] = env.cr.fetchone()

    def __call__(self):
        return time.process_time() + _clock.processor_time(self.server)


def side_by_side(env, screen, rounds, clock=None):
    """Odoo's milliseconds and ours: the quickest round's, or the mean by a clock."""
    times = [], []
    with without_ledger(env) if screen.from_log else contextlib.nullcontext():
        for number in range(rounds + 1):
            # In turn: what disturbs, disturbs both.
            for calls, found in zip((screen.theirs, screen.ours), times, strict=True):
                env.invalidate_all()
                started = (clock or time.perf_counter)()
                _screens.show(env, calls)
                if number:  # the first fills caches
                    found.append(1000 * ((clock or time.perf_counter)() - started))
    return tuple(map(statistics.mean if clock else min, times))


def without_ledger(env):
    """Read the funnel as where the ledger is not installed."""
    from odoo.addons.crm_referral.report.referral_funnel import STAYS as stays

    Report = type(env[REPORT])
    return patch.object(Report, "_get_funnel_source", lambda _self: stays)


def print_line(rows, who, screen, theirs, ours):
    ratio = ours / theirs
    goal = ""
    if rows == screen.rows and (who == "manager" or not screen.is_managers):
        goal = f"≤ {screen.goal:.2f}{' missed' if ratio > screen.goal else ''}"
    print(
        f"| {rows:,} | {who} | {screen.name} | {theirs:.0f} | {ours:.0f} "
        f"| {ratio:.2f} | {goal} |",
        flush=True,
    )


def print_growth(sizes, growth):
    """How often the time of the smallest size each larger one takes."""
    if len(sizes) == 1:
        return
    titles = [f"Odoo {size:,}" for size in sizes[1:]]
    titles += [f"ours {size:,}" for size in sizes[1:]]
    print(f"\n| who | screen, at {sizes[0]:,} = 1 | {' | '.join(titles)} |")
    print(f"|---|---|{'---:|' * len(titles)}")
    for (who, screen), times in growth.items():
        factors = [
            f"{each[side] / times[0][side]:.1f}"
            for side in (0, 1)
            for each in times[1:]
        ]
        print(f"| {who} | {screen} | {' | '.join(factors)} |")


# Plans


def full_reads(env):
    """The statements of a salesperson's own list and kanban that read all requests."""
    mine = [("user_id", "=", env.uid)]
    screens = [
        calls
        for domain in ([], mine, [*mine, ("outcome", "=", False)])
        for calls in (
            _screens.kanban(env, OURS, KANBAN, domain, "step_id"),
            _screens.listing(env, OURS, LIST, domain),
        )
    ]
    statements = []
    execute = odoo.sql_db.Cursor.execute

    def note(cr, query, params=None, *args, **kwargs):
        if isinstance(query, odoo.tools.SQL):
            statements.append((query.code, query.params))
        else:
            statements.append((query, params))
        return execute(cr, query, params, *args, **kwargs)

    with patch.object(odoo.sql_db.Cursor, "execute", note):
        for calls in screens:
            env.invalidate_all()
            _screens.show(env, calls)
    found = {}
    for query, params in statements:
        if query.lstrip().startswith("SELECT") and "crm_referral" in query:
            env.cr.execute(f"EXPLAIN (FORMAT JSON) {query}", params)
            [(plan,)] = env.cr.fetchall()
            if reads_all(plan[0]["Plan"]):
                found[query] = env.cr.mogrify(query, params).decode()
    return list(found.values())


def reads_all(node):
    """Whether a part of a plan reads the whole table of requests."""
    return (
        node["Node Type"] == "Seq Scan" and node["Relation Name"] == "crm_referral"
    ) or any(reads_all(child) for child in node.get("Plans", ()))


if __name__ == "__main__":
    main()
