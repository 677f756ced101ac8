"""Whom one customer may know, among a million leads: plans and times.

Half of the leads are of the customer's city, a tenth carry the tag, a fifth of the
contacts are of the industry: what is common is what a bad plan drowns in. The plan of
each query of a look is read, for a salesperson with own documents and for a manager: no
table of leads or contacts may be read from one end to the other, neither by itself nor
along an index. Fails if one is.
"""

import argparse
import json
import statistics
import sys
import time
from unittest.mock import patch

from _world import UNUSED_INDEXES

import odoo
from odoo.modules.registry import Registry

BIG = ("crm_lead", "res_partner", "crm_tag_rel", "res_partner_res_partner_category_rel")
FILL = """
INSERT INTO res_partner (id, commercial_partner_id, name, complete_name, active, type,
                         is_company, partner_share, email, email_normalized,
                         city, industry_id, create_date)
SELECT 10000000 + n, 10000000 + n, 'P ' || n, 'P ' || n, true, 'contact',
       false, true, 'p' || n || '@d' || n / 3 || '.test',
       'p' || n || '@d' || n / 3 || '.test',
       CASE WHEN n %% 2 = 0 THEN 'Taipei' ELSE 'City ' || n %% 500 END,
       CASE WHEN n %% 5 = 0 THEN %(industry)s END, now()
  FROM generate_series(1, %(rows)s / 4) n;
INSERT INTO crm_lead (name, type, active, company_id, user_id, stage_id, won_status,
                      probability, contact_name, partner_name, email_from,
                      email_normalized, email_domain_criterion, city, create_date)
SELECT 'L ' || n, 'opportunity', n %% 3 > 0, 1, (%(users)s)[1 + n %% 200], %(stage)s,
       CASE WHEN n %% 3 = 0 THEN 'lost' WHEN n %% 7 = 0 THEN 'won' ELSE 'pending' END,
       CASE WHEN n %% 3 = 0 THEN 0 ELSE 20 END, 'C ' || n, 'Org ' || n / 2,
       'l' || n || '@e' || n / 3 || '.test', 'l' || n || '@e' || n / 3 || '.test',
       '@e' || n / 3 || '.test',
       CASE WHEN n %% 2 = 0 THEN 'Taipei' ELSE 'City ' || n %% 500 END, now()
  FROM generate_series(1, %(rows)s) n;
INSERT INTO crm_tag_rel (lead_id, tag_id)
SELECT id, (%(others)s)[1 + id %% 50] FROM crm_lead
 UNION ALL SELECT id, %(tag)s FROM crm_lead WHERE id %% 10 = 0 ON CONFLICT DO NOTHING;
ANALYZE res_partner, crm_lead, crm_tag_rel;
"""


def make_request(env):
    """:return: the request of a salesperson whose customer has much in common."""
    industry = env["res.partner.industry"].create({"name": "Clinics"})
    tag = env["crm.tag"].create({"name": "Night shift"})
    groups = env.ref("base.group_user") | env.ref("sales_team.group_sale_salesman")
    values = [
        {"name": f"Rep {n}", "login": f"bench-{n}", "group_ids": groups.ids}
        for n in range(200)
    ]
    users = env["res.users"].with_context(no_reset_password=True).create(values)
    company = env["res.partner"].create(
        {
            "name": "Archer Clinic",
            "is_company": True,
            "industry_id": industry.id,
            "city": "Taipei",
            "email": "desk@e77.test",
        }
    )
    ann = env["res.partner"].create(
        {"name": "Ann", "parent_id": company.id, "email": "ann@e77.test"}
    )
    env["crm.lead"].create(
        {
            "name": "Won",
            "partner_id": ann.id,
            "partner_name": "Org 99",
            "user_id": users[0].id,
            "tag_ids": tag.ids,
        }
    ).action_set_won()
    request = env["crm.referral"].create({"partner_id": ann.id, "user_id": users[0].id})
    return request, users, industry, tag


def walk(plan):
    """:return: all nodes of a plan."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from walk(child)


def is_whole(node, rows):
    """Whether a node reads a table of leads or contacts from one end towards the other.

    The newest are read first; who has found enough within a hundredth may stop there.
    """
    read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return node.get("Relation Name") in BIG and (
        node["Node Type"] == "Seq Scan"
        or (
            node["Node Type"].startswith("Index")
            and not node.get("Index Cond")
            and read * node["Actual Loops"] > rows / 100
        )
    )


def read_plans(env, request):
    """:return: plan, milliseconds and text of each query of one look."""
    plans = []
    execute = odoo.sql_db.Cursor.execute

    def explain(cr, query, params=None, log_exceptions=True):
        text = query.code if isinstance(query, odoo.tools.SQL) else query
        if not text.lstrip(" (").upper().startswith(("SELECT", "WITH")):
            return execute(cr, query, params, log_exceptions)
        if isinstance(query, odoo.tools.SQL):
            params = query.params
        execute(cr, f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", params)
        [[[plan]]] = cr.fetchall()
        plans.append((plan["Plan"], plan["Execution Time"], text))
        return execute(cr, query, None if query is not text else params)

    with patch.object(odoo.sql_db.Cursor, "execute", explain):
        env["crm.referral.acquaintance"].get_suggestions(request.id)
    return plans


def measure(env, user, request, options):
    """Say how long a look takes, and how many queries; :return: whether all is well."""
    env = env(user=user)
    Acquaintance = env["crm.referral.acquaintance"]
    times = []
    for _run in range(5):
        env.invalidate_all()
        queries, start = env.cr.sql_log_count, time.perf_counter()
        found = Acquaintance.get_suggestions(request.id)
        times.append(time.perf_counter() - start)
        queries = env.cr.sql_log_count - queries
    env.invalidate_all()
    plans = read_plans(env, request)
    nodes = [node for plan, _time, _text in plans for node in walk(plan)]
    whole = [node for node in nodes if is_whole(node, options.rows)]
    print(
        f"{user.name:10} {1000 * statistics.median(times):7.0f} ms  {queries} queries, "
        f"the longest {max(spent for _plan, spent, _text in plans):.0f} ms  "
        f"{len(found['people'])} people, busy {found['busy']}"
    )
    print(
        "  by", ", ".join(sorted({n["Index Name"] for n in nodes if "Index Name" in n}))
    )
    for node in whole:
        print("  FROM END TO END:", node)
    for plan, spent, text in plans:
        if options.plans and any(n.get("Relation Name") in BIG for n in walk(plan)):
            print(f"{spent:.1f} ms: {text}\n{json.dumps(plan, indent=1)}")
    return not whole


def main():
    """Measure on a database of its own, and leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True)
    parser.add_argument("--plans", action="store_true", help="show all of them")
    options = parser.parse_args()
    odoo.tools.config.parse_config(
        ["-c", options.config, "-d", options.database, "--log-level=error"]
    )
    with Registry(options.database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        request, users, industry, tag = make_request(env)
        others = env["crm.tag"].create([{"name": f"Tag {n}"} for n in range(50)])
        env.flush_all()
        start = time.perf_counter()
        cr.execute(UNUSED_INDEXES)
        for (index,) in cr.fetchall():
            cr.execute(f'DROP INDEX "{index}"')  # pylint: disable=sql-injection
        cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cr.fetchone()[0]:
            # Foreign keys are right without being looked up for each row.
            cr.execute("SET LOCAL session_replication_role = replica")
        cr.execute(
            FILL,
            {
                "rows": options.rows,
                "users": users.ids,
                "stage": env["crm.stage"].search([("is_won", "=", False)], limit=1).id,
                "industry": industry.id,
                "tag": tag.id,
                "others": others.ids,
            },
        )
        env.invalidate_all()
        print(f"{options.rows} leads made in {time.perf_counter() - start:.0f} s")
        users[1].group_ids = env.ref("base.group_user") | env.ref(
            "sales_team.group_sale_manager"
        )
        users[1].name = "Manager"
        good = [measure(env, user, request, options) for user in users[:2]]
        cr.rollback()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
