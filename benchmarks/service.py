"""Contacts and complaints beside Odoo's own of as many opportunities.

Ours and Odoo's are made in turn in the same run; processor time, of Python and of
PostgreSQL in one process, is what is told, for a machine that is not quiet. Read the
ratios.

* screens: 80 in a list, the cards, the board of complaints by step, contacts by month,
  reason and kind beside opportunities by month, stage and team
* writing: one contact and a thousand at once, in queries and time
* first time: whether each first contact was all, beside a bare window function that
  writes the same; and one in a hundred of it
* gaps: twenty teams and thirty people on duty for ninety days
* doors: a hundred mails beside as many that become leads, the workbook of all contacts
  beside fetching and deflating the same values, public pages beside the feedback page
"""

import argparse
import contextlib
import itertools
from datetime import datetime, timedelta

import _screens
import _service_doors as doors
import _world
import pytz
from analysis import Clock, Screen, side_by_side

import odoo.sql_db
from odoo.api import Environment
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import SQL

# It is measured where what is optional is installed, too.
NEEDS_OPTIONAL = True
CONTACT, COMPLAINT, LEAD = "crm.service.contact", "crm.complaint", "crm.lead"
VIEWS = "crm_referral_service.crm_"
OPPORTUNITIES = [("type", "=", "opportunity")]
LEAD_LIST, LEAD_KANBAN = (
    "crm.crm_case_tree_view_oppor",
    "crm.crm_case_kanban_view_leads",
)
TEAMS, DAYS, PEOPLE, BATCH = 20, 90, 30, 1_000
VISITS = 30
# Whoever called a week ago is not done: else some days end while it is measured.
STATE = """CASE WHEN age(now() AT TIME ZONE 'UTC', {moment})
                    BETWEEN interval '6 days' AND interval '8 days'
               THEN 'open' ELSE 'done' END"""
# Every fourth customer came back twice.
ROOT = "CASE WHEN n % 3 > 0 AND n / 3 % 4 = 0 THEN {base} + n - n % 3 END"
# As funnel_date() of crm_referral makes it.
MONTH_MOMENT = """
CASE WHEN date_trunc('month', {moment} - interval '12 hours')
          = date_trunc('month', {moment} + interval '14 hours')
     THEN date_trunc('month', {moment}) + interval '14 days'
     ELSE date_bin('15 minutes', {moment}, timestamp '2000-01-01') END
"""
BARE = """
UPDATE crm_service_contact contact SET first_time = told.first_time
  FROM (SELECT id, first_id, contacted_on,
               CASE WHEN count(*) OVER (PARTITION BY COALESCE(first_id, id)) > 1
                    THEN 'no' ELSE 'yes' END AS first_time
          FROM crm_service_contact WHERE active) told
 WHERE told.id = contact.id AND told.first_id IS NULL
   AND contact.first_time = 'pending' AND contact.state = 'done'
   AND told.contacted_on < now() AT TIME ZONE 'UTC' - interval '7 days'
"""
MOST = """
UPDATE crm_service_contact SET first_time = 'yes'
 WHERE first_time = 'pending' AND id % 300 > 2
"""
TOLD = """
SELECT first_time, count(*), sum(id) FROM crm_service_contact GROUP BY 1 ORDER BY 1
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="contacts there are")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config(
        ["-c", options.config, "-d", options.database, "--log-level=error", "--no-http"]
    )
    _rep, manager = _world.fill(
        options.database, options.rows, reps=PEOPLE, requests=False
    )
    with Registry(options.database).cursor() as cr:
        fill(Environment(cr, odoo.SUPERUSER_ID, {}), options.rows, manager)
        cr.commit()
    vacuum(options.database)
    with Registry(options.database).cursor() as cr:
        env = Environment(cr, manager, {"lang": "en_US", "tz": _world.TIMEZONE})
        clock = Clock(env)
        print(f"{options.rows:,} contacts, complaints and opportunities\n")
        print("| what | Odoo ms | ours ms | ratio | goal |\n|---|---:|---:|---:|---:|")
        for screen in screens(env):
            tell(screen.name, *side_by_side(env, screen, options.rounds, clock), screen)
        writing(env, clock, options.rounds)
        cover(env, clock)
        come_in_and_go_out(env, clock, options.rounds)
        cr.rollback()
    open_pages(options.database, manager)
    first_time(options.database, options.rounds)


def tell(name, theirs, ours, screen=None):
    goal = f"≤ {screen.goal}" if screen else ""
    print(
        f"| {name} | {theirs:.1f} | {ours:.1f} | {ours / theirs:.2f} | {goal} |",
        flush=True,
    )


# The world


def fill(env, rows, manager):
    """As many contacts and complaints as there are opportunities."""
    agents, teams = hire(env, manager)
    customers = env["res.partner"].search([("name", "=like", "Customer %")], order="id")
    Reason = env["crm.service.reason"]
    reasons = Reason.search(Reason._get_leaf_domain())
    partner = f"{customers[0].id} + n / 3 % {len(customers)}"
    common = {
        "partner_id": partner,
        "commercial_partner_id": partner,
        "user_id": pick(agents.ids),
        "team_id": pick(teams.ids),
        "reason_id": pick(reasons.ids),
    }
    moment = f"now() AT TIME ZONE 'UTC' - n * interval '1095 days' / {rows}"
    fill_contacts(env, rows, common, moment, customers[0], reasons[0])
    fill_complaints(env, rows, common, moment, customers[0])


def fill_contacts(env, rows, common, moment, customer, reason):
    contact = env[CONTACT].create(
        {
            "partner_id": customer.id,
            "reason_id": reason.id,
            "miss_id": env["crm.service.miss"].search([], limit=1).id,
            "note": "It gurgles",
        }
    )
    env.flush_all()
    root = ROOT.format(base=contact.id)
    clone(
        contact,
        rows,
        common
        | {
            "contacted_on": moment,
            "month_moment": MONTH_MOMENT.format(moment=f"({moment})"),
            "customer_key": f"'p' || ({common['partner_id']})",
            "kind": "(ARRAY['valued', 'dumb'])[1 + n % 2]",
            "first_id": root,
            "is_repeat": f"({root}) IS NOT NULL",
            "first_time": f"CASE WHEN ({root}) IS NULL THEN 'pending' END",
            "state": STATE.format(moment=moment),
        },
    )


def fill_complaints(env, rows, common, moment, customer):
    complaint = env[COMPLAINT].create(
        {"partner_id": customer.id, "story": "It gurgles", "severity": "3"}
    )
    env.flush_all()
    steps = env["crm.complaint.step"].search([])
    clone(
        complaint,
        rows,
        common
        | {
            "name": "'C' || n",
            "access_token": "md5(n::text) || md5((n + 1)::text)",
            "step_id": pick(steps.ids),
            "received_on": moment,
            "outcome": "CASE WHEN n % 10 > 0 THEN 'passed_on' END",
            "unresolved_reason": "'x'",
        },
    )


def hire(env, manager):
    """:return: who serves customers, and in which teams"""
    user = env["res.users"].browse(manager)
    user.group_ids = [
        Command.link(env.ref("crm_referral_service.group_service_manager").id)
    ]
    agents = env["res.users"].search([("login", "=like", "bench-rep-%")])
    agents.group_ids = [
        Command.link(env.ref("crm_referral_service.group_service_user").id)
    ]
    teams = env["crm.team"].search([("name", "=like", "Team %")])
    teams.is_service = True
    return agents, teams


def pick(ids):
    return f"(ARRAY{ids})[1 + abs(hashint4(n)) % {len(ids)}]"


def clone(record, rows, values):
    """Insert so many copies of a record, with other values that SQL makes of n."""
    names = [
        name
        for name, field in record._fields.items()
        if field.store and field.column_type
    ]
    values = {"id": f"{record.id} + n", **values}
    chosen = ", ".join(values.get(name, f'r."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    table = record._table
    record.env.cr.execute(
        f"INSERT INTO {table} ({columns}) SELECT {chosen}"  # noqa: S608
        f" FROM {table} r, generate_series(1, {rows}) n WHERE r.id = {record.id}"
    )
    record.env.cr.execute(f"SELECT setval('{table}_id_seq', MAX(id)) FROM {table}")  # noqa: S608


def vacuum(database):
    with contextlib.closing(odoo.sql_db.db_connect(database).cursor()) as cr:
        cr._cnx.autocommit = True
        for table in ("crm_service_contact", "crm_complaint", "calendar_event"):
            cr.execute(f"VACUUM ANALYZE {table}")  # pylint: disable=sql-injection


# Screens


def screens(env):
    """What is compared."""
    their_list = _screens.listing(env, LEAD, LEAD_LIST, OPPORTUNITIES)
    their_cards = cards(env, LEAD, LEAD_KANBAN, OPPORTUNITIES)
    their_board = _screens.kanban(env, LEAD, LEAD_KANBAN, OPPORTUNITIES, "stage_id")
    contacts = _screens.listing(env, CONTACT, f"{VIEWS}service_contact_view_list", [])
    contact_cards = cards(env, CONTACT, f"{VIEWS}service_contact_view_kanban", [])
    complaints = _screens.listing(env, COMPLAINT, f"{VIEWS}complaint_view_list", [])
    board = f"{VIEWS}complaint_view_kanban"
    return [
        Screen("contacts: list of 80", contacts, their_list, 1),
        Screen("contacts: cards", contact_cards, their_cards, 1),
        Screen("complaints: list of 80", complaints, their_list, 1),
        Screen(
            "complaints: board",
            _screens.kanban(env, COMPLAINT, board, [], "step_id"),
            their_board,
            1,
        ),
        Screen(
            "pivot of three",
            _screens.pivot(
                "crm.service.contact.report",
                [],
                pivot_of("date:month", "reason_id", "kind"),
                ["__count", "repeat_count:sum"],
            ),
            _screens.pivot(
                LEAD,
                OPPORTUNITIES,
                pivot_of("create_date:month", "stage_id", "team_id"),
                ["__count", "expected_revenue:sum"],
            ),
            0.25,
        ),
    ]


def cards(env, model, xml_id, domain):
    """The cards of a kanban without columns, as on a phone."""
    spec = _screens.specification(
        env[model], _screens.view(env, xml_id, model, "kanban")
    )
    options = {"limit": _screens.CARDS, "count_limit": _screens.COUNT_LIMIT}
    return [(model, "web_search_read", (domain, spec), options)]


def pivot_of(row, *columns):
    """A row, and columns in columns."""
    inside = [list(columns[:number]) for number in range(len(columns) + 1)]
    return [each for one in inside for each in (one, [row, *one])]


# Writing


def writing(env, clock, rounds):
    """Log contacts as the quick screen does; quick create of opportunities."""
    partner = env["res.partner"].search([("name", "=like", "Customer %")], limit=1)
    reason = env[CONTACT].search([("reason_id", "!=", False)], limit=1).reason_id
    ours = {"partner_id": partner.id, "reason_id": reason.id, "note": "It gurgles"}
    theirs = {"partner_id": partner.id, "name": "Wish", "type": "opportunity"}
    for count in (1, BATCH):
        costs = {}
        for number, (model, vals) in itertools.product(
            range(rounds + 1), ((LEAD, theirs), (CONTACT, ours))
        ):
            env.flush_all()
            with env.cr.savepoint() as savepoint:
                env.invalidate_all()
                queries, started = env.cr.sql_log_count, clock()
                env[model].create([dict(vals) for _each in range(count)])
                env.flush_all()
                cost = 1000 * (clock() - started), env.cr.sql_log_count - queries
                savepoint.rollback()
            if number:
                costs.setdefault(model, []).append(cost)
        (their_ms, their_queries), (our_ms, our_queries) = (
            (sum(ms for ms, _count in costs[model]) / rounds, costs[model][-1][1])
            for model in (LEAD, CONTACT)
        )
        tell(f"write {count:,}", their_ms, our_ms)
        print(
            f"| write {count:,}: queries a record | {their_queries / count:.2f} "
            f"| {our_queries / count:.2f} | {our_queries / their_queries:.2f} "
            f"| ≤ {15 if count == 1 else 1} |",
            flush=True,
        )


# Gaps


def cover(env, clock):
    """Find where nobody is there, of teams that are always promised."""
    env = env(su=True)
    people = env["res.users"].search([("login", "=like", "bench-rep-%")], limit=PEOPLE)
    teams = env["crm.team"].create(
        [{"name": f"Duty {number}", "is_service": True} for number in range(TEAMS)]
    )
    first = datetime.combine(datetime.now(tz=pytz.utc).date(), datetime.min.time())
    for number, team in enumerate(teams):
        event = env["calendar.event"].create(
            {
                "name": "Duty",
                "service_team_id": team.id,
                "start": first,
                "stop": first + timedelta(hours=8),
                "partner_ids": [Command.clear()],
            }
        )
        env.flush_all()
        shift = "n * interval '12 hours'"
        moments = {
            "start": f"r.start + {shift}",
            "stop": f"r.stop + {shift}",
        }
        clone(event, 2 * DAYS - 1, moments)
        env.cr.execute(
            SQL(
                "INSERT INTO calendar_event_res_partner_rel "
                "(calendar_event_id, res_partner_id) "
                "SELECT id, (%s)[1 + (id + %s) %% %s] "
                "FROM calendar_event WHERE service_team_id = %s",
                people.partner_id.ids,
                number,
                PEOPLE,
                team.id,
            )
        )
    env.invalidate_all()
    start = pytz.utc.localize(first)
    queries, started = env.cr.sql_log_count, clock()
    coverage = teams._get_coverage(start, start + timedelta(days=DAYS))
    seconds, queries = clock() - started, env.cr.sql_log_count - queries
    gaps = {len(found) for _promised, found in coverage.values()}
    assert gaps == {2 * DAYS}, gaps
    print(
        f"\n{TEAMS} teams, {DAYS} days, {PEOPLE} people: {seconds:.2f} s (goal 1), "
        f"{queries} queries (goal 20)"
    )


# Doors


def come_in_and_go_out(env, clock, rounds):
    """Mails, and the workbook of all contacts."""
    (their_ms, their_queries), (our_ms, our_queries) = doors.mails(
        env(su=True), clock, rounds
    )
    print(
        f"\na mail: {our_queries:.1f} queries, {our_queries / their_queries:.2f} × a "
        f"lead's (goal 1); time {our_ms / their_ms:.2f} ×"
    )
    rows, ways = doors.workbook(env, clock)
    floor, floor_python, _memory = ways["floor"]
    seconds, python, more = ways["ours"]
    print(
        f"workbook of {rows:,} contacts: {seconds:.1f} s, {seconds / floor:.2f} × the "
        f"floor (goal 1.5); Python's part {python:.1f} s, "
        f"{python / floor_python:.2f} × the floor's; {more:.0f} MiB more (goal 20)",
        flush=True,
    )


def open_pages(database, manager):
    """Our public pages beside the one that asks for feedback."""
    with Registry(database).cursor() as cr:
        paths = doors.open_doors(Environment(cr, odoo.SUPERUSER_ID, {}), manager)
    found = doors.pages(paths, VISITS)
    feedback_ms, feedback_queries = found.pop("feedback")
    for name, (ms, queries) in found.items():
        print(
            f"page “{name}”: {queries} queries of {feedback_queries}, "
            f"{ms / feedback_ms:.2f} × the time of the feedback page (goal 1)",
            flush=True,
        )


# Solved the first time


def first_time(database, rounds):
    """The nightly pass beside the bare statement; each from the same table."""
    costs, told = {}, set()
    for _round in range(rounds):
        for name in ("bare", "whole", "few"):
            with Registry(database).cursor() as cr:
                env = Environment(cr, odoo.SUPERUSER_ID, {})
                clock = Clock(env)
                if name == "few":
                    cr.execute(MOST)
                    cr.execute("ANALYZE crm_service_contact")
                started = clock()
                if name == "bare":
                    cr.execute(BARE)
                else:
                    close_windows(env)
                costs.setdefault(name, []).append(clock() - started)
                if name != "few":
                    cr.execute(TOLD)
                    told.add(tuple(cr.fetchall()))
                cr.rollback()
            vacuum(database)
    assert len(told) == 1, "both come to the same"
    bare, whole, few = (sum(costs[name]) / rounds for name in costs)
    print(f"\nfirst time: bare window function {bare:.2f} s")
    print(f"first time: whole {whole:.2f} s, {whole / bare:.2f} × bare (goal 3)")
    print(f"first time: 1 % {few:.3f} s, {few / whole:.3f} × whole (goal 0.05)")


def close_windows(env):
    last_id, Contact = 0, env[CONTACT]
    Contact._join_chains()
    while last_id is not None:
        last_id, _closed = Contact._close_windows(last_id, 20_000)


if __name__ == "__main__":
    main()
