"""A sales department of any size, for the benchmarks that need one.

Requests of three years with their stays in the steps and their candidates, and as many
opportunities of Odoo's own, shared by the same salespeople. It is all made by SQL, so
that a million take minutes; what the addon keeps beside it is then made by the addon.
"""

import contextlib

import odoo.sql_db
from odoo.api import Environment
from odoo.fields import Command
from odoo.modules.registry import Registry

PASSWORD = "benchmark-only"
TIMEZONE = "Asia/Taipei"
# A salesperson asks about seven customers a working day, in three years.
REQUESTS_PER_REP = 5_000
TEAMS = 10
MANAGERS = 10
FILL = """
CREATE TEMP TABLE reps AS
SELECT row_number() OVER (ORDER BY u.id) - 1 AS k, u.id, m.crm_team_id AS team_id
  FROM res_users u JOIN crm_team_member m ON m.user_id = u.id AND m.active
 WHERE u.login LIKE 'bench-rep-{batch}-%';
CREATE TEMP TABLE steps AS
SELECT row_number() OVER (ORDER BY sequence) AS k, id FROM crm_referral_step;
CREATE TEMP TABLE base AS
SELECT (SELECT COALESCE(MAX(id), 0) FROM res_partner) AS p,
       (SELECT COALESCE(MAX(id), 0) FROM crm_referral) AS r,
       (SELECT COALESCE(MAX(id), 0) FROM crm_lead) AS l,
       (SELECT MIN(id) FROM crm_referral_decline_reason) AS reason,
       (SELECT COUNT(*) FROM reps) AS reps;

INSERT INTO res_partner (id, name, complete_name, active, type, is_company, email,
                         commercial_partner_id, create_date, write_date)
SELECT p + n, 'Customer ' || n, 'Customer ' || n, true, 'contact', true,
       'customer' || n || '@example.com', p + n, now(), now()
  FROM base, generate_series(1, {customers}) n;

-- reached: the last step; ended: all but four in ten of each customer's latest request
CREATE TEMP TABLE asks AS
SELECT g, 1 + g % {customers} AS customer,
       (ARRAY[6, 6, 6, 6, 6, 6, 5, 4, 3, 1])[1 + abs(hashint4(g)) % 10] AS reached,
       g <= {rows} - {customers} OR abs(hashint4(g * 7 + 1)) % 10 > 3 AS ended,
       abs(hashint4(g * 5 + 3)) % 2 = 0 AS returned,
       1 + abs(hashint4(g * 11 + 7)) % 5 AS pace,
       date_trunc('day', now() AT TIME ZONE 'UTC') - interval '1096 days'
       + floor(g * 1090.0 / {rows}) * interval '1 day'
       + (60 + abs(hashint4(g * 3 + 5)) % 540) * interval '1 minute' AS asked_on
  FROM generate_series(1, {rows}) g;

"""
REQUESTS = """
INSERT INTO crm_referral (id, partner_id, user_id, team_id, company_id, active,
                          priority, step_id, outcome, decline_reason_id, closed_on,
                          next_ask_date, challenge, improvement, candidate_count,
                          introduced_count, lead_count, won_count, won_revenue,
                          date_last_stage_update, create_date, write_date, create_uid,
                          write_uid)
SELECT b.r + a.g, b.p + a.customer, u.id, u.team_id, 1, true,
       CASE WHEN a.g % 20 = 0 THEN '1' ELSE '0' END, s.id, o.outcome,
       CASE WHEN o.outcome = 'declined' THEN b.reason + a.g % 3 END,
       CASE WHEN a.ended THEN e.left_on END,
       CASE WHEN a.ended THEN e.left_on::date + 90 END,
       'Closing the month took nine days', 'It takes two', n.candidates,
       CASE WHEN o.outcome = 'introduced' THEN 1 ELSE 0 END, 0, 0, 0,
       e.left_on - a.pace * interval '1 day', a.asked_on, a.asked_on, u.id, u.id
  FROM asks a CROSS JOIN base b JOIN steps s ON s.k = a.reached
  JOIN reps u ON u.k = a.g % b.reps,
       LATERAL (SELECT a.asked_on + a.reached * a.pace * interval '1 day' AS left_on) e,
       LATERAL (SELECT CASE WHEN a.reached > 3 THEN 2 ELSE 0 END AS candidates) n,
       LATERAL (SELECT CASE
                WHEN NOT a.ended THEN NULL
                WHEN a.reached = 6 THEN 'introduced'
                WHEN a.g % 3 = 0 THEN 'declined'
                WHEN a.g % 3 = 1 THEN 'cancelled'
                ELSE 'no_candidate' END AS outcome) o;

-- Half of those that got that far went from the third step back to the second.
INSERT INTO crm_referral_step_log (referral_id, step_id, entered_on, funnel_date,
                                   left_on, outcome, duration_hours, left_by_id,
                                   user_id, team_id, company_id, referral_active,
                                   create_date, create_uid)
SELECT b.r + a.g, s.id, w.entered_on,
       CASE WHEN date_trunc('month', w.entered_on - interval '12 hours')
                 = date_trunc('month', w.entered_on + interval '14 hours')
            THEN date_trunc('month', w.entered_on) + interval '14 days'
            ELSE date_bin('15 minutes', w.entered_on, timestamp '2000-01-01') END,
       CASE WHEN l.outcome IS NOT NULL THEN w.left_on END, l.outcome,
       CASE WHEN l.outcome IS NOT NULL THEN w.hours ELSE 0 END,
       CASE WHEN l.outcome IS NOT NULL THEN u.id END, u.id, u.team_id, 1, true,
       w.entered_on, u.id
  FROM asks a CROSS JOIN base b JOIN reps u ON u.k = a.g % b.reps
  CROSS JOIN LATERAL (
       SELECT k, k - 1.0 AS day, a.pace * 24.0 AS hours, false AS back
         FROM generate_series(1, a.reached) k
        UNION ALL
       SELECT 3, 1.5, 6.0, true WHERE a.returned AND a.reached > 2
        UNION ALL
       SELECT 2, 1.75, 6.0, false WHERE a.returned AND a.reached > 2) v
  JOIN steps s ON s.k = v.k
  CROSS JOIN LATERAL (
       SELECT t AS entered_on, t + v.hours * interval '1 hour' AS left_on, v.hours
         FROM (SELECT a.asked_on + v.day * a.pace * interval '1 day' AS t) x) w
  CROSS JOIN LATERAL (SELECT CASE
       WHEN v.back THEN 'back'
       WHEN v.k < a.reached THEN
            CASE WHEN (a.g + v.k) % 9 = 0 THEN 'skipped' ELSE 'done' END
       WHEN NOT a.ended THEN NULL
       WHEN a.reached = 6 THEN 'done' ELSE 'ended' END AS outcome) l
 ORDER BY a.g, v.day;

INSERT INTO crm_referral_candidate (referral_id, referrer_id, user_id, team_id,
                                    company_id, active, referral_active, name,
                                    function, partner_name, named_by, state,
                                    introduction_channel, introduced_on, create_date,
                                    write_date, create_uid, write_uid)
SELECT b.r + a.g, b.p + a.customer, u.id, u.team_id, 1, true, true,
       'Candidate ' || a.g, 'Finance head', 'Clinic ' || a.g, 'customer', c.state,
       (ARRAY['email', 'phone', 'in_person', 'conference_call'])[1 + a.g % 4],
       CASE WHEN c.state = 'introduced' THEN a.asked_on::date + 9 END, a.asked_on,
       a.asked_on, u.id, u.id
  FROM asks a CROSS JOIN base b JOIN reps u ON u.k = a.g % b.reps
  CROSS JOIN generate_series(0, 1) i,
       LATERAL (SELECT CASE
                WHEN i = 1 THEN 'declined'
                WHEN a.reached = 6 THEN 'introduced'
                ELSE 'suggested' END AS state) c
 WHERE a.reached > 3;

"""
OPPORTUNITIES = """
INSERT INTO crm_lead (id, name, type, active, user_id, team_id, company_id, partner_id,
                      stage_id, expected_revenue, probability, won_status, priority,
                      contact_name, email_from, date_last_stage_update, create_date,
                      write_date, create_uid, write_uid)
SELECT b.l + a.g, 'Opportunity ' || a.g, 'opportunity', true, u.id, u.team_id, 1,
       b.p + a.customer, st.id, 500 + a.g % 5000, CASE WHEN st.is_won THEN 100 ELSE 30
       END, CASE WHEN st.is_won THEN 'won' ELSE 'pending' END,
       CASE WHEN a.g % 20 = 0 THEN '1' ELSE '0' END, 'Contact ' || a.g,
       'contact' || a.g || '@example.com', a.asked_on, a.asked_on, a.asked_on, u.id,
       u.id
  FROM asks a CROSS JOIN base b JOIN reps u ON u.k = a.g % b.reps
  JOIN (SELECT id, is_won, row_number() OVER (ORDER BY sequence) - 1 AS k
          FROM crm_stage) st ON st.k = abs(hashint4(a.g * 13)) % 4;

-- What to do next: in each open request, if any, and in as many opportunities.
INSERT INTO mail_activity (res_model, res_model_id, res_id, activity_type_id, user_id,
                           summary, date_deadline, automated, active, create_date,
                           create_uid)
SELECT m.model, m.id, d.res_id, t.res_id, u.id, 'Next step',
       CURRENT_DATE - 5 + (a.g % 20)::int, true, true, now(), u.id
  FROM asks a CROSS JOIN base b JOIN reps u ON u.k = a.g % b.reps
 CROSS JOIN LATERAL (
       VALUES ('crm.referral', b.r + a.g), ('crm.lead', b.l + a.g)) d (model, res_id)
  JOIN ir_model m ON m.model = d.model
  JOIN ir_model_data t
       ON t.module = 'crm_referral' AND t.name = 'mail_activity_type_step'
 WHERE NOT a.ended
   AND (d.model = 'crm.lead' OR EXISTS (SELECT FROM crm_referral WHERE id = d.res_id));

SELECT setval('crm_lead_id_seq', (SELECT MAX(id) FROM crm_lead));
SELECT setval('res_partner_id_seq', (SELECT MAX(id) FROM res_partner));
SELECT setval('crm_referral_id_seq', (SELECT MAX(id) FROM crm_referral));
DROP TABLE asks, steps, reps, base;
"""
FILLED = (
    "res_partner",
    "crm_referral",
    "crm_referral_step_log",
    "crm_referral_candidate",
    "crm_lead",
    "mail_activity",
)


# What only the search for a text needs, and what would take most of the time.
UNUSED_INDEXES = """
SELECT indexname FROM pg_indexes
 WHERE tablename IN ('crm_lead', 'res_partner', 'crm_referral_candidate')
   AND indexdef LIKE '%USING gin%'
"""


def fill(database, rows, reps=None, customers=None, requests=True):
    """Add that many requests and as many opportunities to the database.

    :param reps: how many salespeople share them; by default what they can do
    :param customers: how many there are; by default one for four requests
    :param bool requests: False for a world without requests
    :return: ids of one of the salespeople and of a manager
    :rtype: tuple[int, int]
    """
    with Registry(database).cursor() as cr:
        env = Environment(cr, odoo.SUPERUSER_ID, {})
        batch = env["res.users"].search_count([("login", "=like", "bench-manager-%")])
        reps = reps or max(10, rows // REQUESTS_PER_REP)
        rep, manager = _hire(env, batch, reps)
    with contextlib.closing(odoo.sql_db.db_connect(database).cursor()) as cr:
        cr.execute(UNUSED_INDEXES)
        for (index,) in cr.fetchall():
            cr.execute(f'DROP INDEX "{index}"')  # pylint: disable=sql-injection
        cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cr.fetchone()[0]:
            # Foreign keys are right without being looked up forty million times.
            cr.execute("SET LOCAL session_replication_role = replica")
        cr.execute("ALTER TABLE crm_referral_step_log DISABLE TRIGGER USER")
        customers = customers or max(10, rows // 4)
        sql = FILL + (REQUESTS if requests else "") + OPPORTUNITIES
        cr.execute(sql.format(batch=batch, rows=rows, customers=customers))
        cr.execute("ALTER TABLE crm_referral_step_log ENABLE TRIGGER USER")
        cr.commit()
    with Registry(database).cursor() as cr:
        env = Environment(cr, odoo.SUPERUSER_ID, {})
        filled = FILLED
        if "crm.referral.funnel" in env:
            env["crm.referral.funnel"]._rebuild()
            filled += ("crm_referral_funnel",)
    with contextlib.closing(odoo.sql_db.db_connect(database).cursor()) as cr:
        cr._cnx.autocommit = True
        for table in filled:
            cr.execute(f"VACUUM ANALYZE {table}")  # pylint: disable=sql-injection
    return rep.id, manager.id


def people(database):
    """:return: ids of one of the salespeople and of a manager there are
    :rtype: tuple[int, int]
    """
    with Registry(database).cursor() as cr:
        Users = Environment(cr, odoo.SUPERUSER_ID, {})["res.users"]
        return tuple(
            Users.search(
                [("login", "=like", f"bench-{role}-%")], order="id", limit=1
            ).id
            for role in ("rep", "manager")
        )


def _hire(env, batch, count):
    """:return: one of the salespeople, and a manager"""
    groups = {
        "rep": env.ref("sales_team.group_sale_salesman"),
        "manager": env.ref("sales_team.group_sale_manager"),
    }
    logins = [f"bench-rep-{batch}-{number}" for number in range(count)]
    logins += [f"bench-manager-{batch}-{number}" for number in range(MANAGERS)]
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": login.replace("-", " ").title(),
                    "login": login,
                    "email": f"{login}@example.com",
                    "tz": TIMEZONE,
                    "group_ids": [
                        Command.link(env.ref("base.group_user").id),
                        Command.link(groups[login.split("-")[1]].id),
                    ],
                }
                for login in logins
            ]
        )
    )
    # The same password, hashed once: that is made to be slow.
    env.flush_all()
    env.cr.execute(
        "UPDATE res_users SET password = %s WHERE id IN %s",
        [env["res.users"]._crypt_context().hash(PASSWORD), tuple(users.ids)],
    )
    reps = users[:count]
    env["crm.team"].create(
        [
            {
                "name": f"Team {batch}.{number}",
                "member_ids": [Command.set(reps[number::TEAMS].ids)],
            }
            for number in range(TEAMS)
        ]
    )
    return reps[0], users[count]
