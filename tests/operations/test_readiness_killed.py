"""The job that weighs customers in a real server: killed in the middle of one."""

import time

import catalogue
import serving
from serving import query, served

CUSTOMERS, RANGE = 2_000, 100
COLUMNS = "partner_id, company_id, score, parts"
# Each customer has something that speaks for asking; what comes of it undisturbed is
# kept beside, then all of it is wrong. No other cron runs.
GENERATE = f"""
env.cr.execute('''
    INSERT INTO res_partner (name, complete_name, active, type, create_date)
    SELECT 'Customer ' || n, 'Customer ' || n, TRUE, 'contact', now() AT TIME ZONE 'UTC'
      FROM generate_series(1, {CUSTOMERS}) AS n
''')
env.cr.execute('''
    INSERT INTO crm_referral_benefit (partner_id, company_id, name, origin, confirmed,
                                      confirmed_on, active)
    SELECT id, 1, 'Closing is quick', 'customer', TRUE, CURRENT_DATE - id % 900, TRUE
      FROM res_partner WHERE name LIKE 'Customer %'
''')
env['crm.referral.readiness']._weigh_range(1, 2 ** 31 - 1)
env.cr.execute('''
    CREATE TABLE undisturbed AS SELECT {COLUMNS} FROM crm_referral_readiness;
    UPDATE crm_referral_readiness SET score = 101, parts = '{{}}'
     WHERE partner_id % 3 > 0;
    DELETE FROM crm_referral_readiness WHERE partner_id % 3 = 0;
    DELETE FROM crm_referral_readiness_queue;
    INSERT INTO crm_referral_readiness_queue (first_id, last_id, is_range)
    SELECT first_id, first_id + {RANGE} - 1, TRUE
      FROM generate_series(1, (SELECT MAX(id) FROM res_partner), {RANGE}) AS first_id
''')
ours = env.ref('crm_referral.ir_cron_weigh_readiness')
env['ir.cron'].search([('id', '!=', ours.id)]).active = False
ours._trigger()
env.cr.commit()
"""
WAITING = "SELECT count(*) FROM crm_referral_readiness_queue"
BLOCKED = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
READINESS = f"SELECT {COLUMNS} FROM crm_referral_readiness"
UNDISTURBED = f"SELECT {COLUMNS} FROM undisturbed"
DIFFERENT = f"""SELECT count(*) FROM (({READINESS} EXCEPT {UNDISTURBED})
                        UNION ALL ({UNDISTURBED} EXCEPT {READINESS})) each"""


def count(lab, database, sql):
    [number] = query(lab, database, sql)
    return number


def wait_until(lab, database, is_true):
    """Wait, and wake the scheduler: that of a new server begins after a minute."""
    end = time.monotonic() + serving.SECONDS
    while not is_true():
        assert time.monotonic() < end, count(lab, database, WAITING)
        query(lab, "postgres", "SELECT pg_notify('cron_trigger', %s)", database)
        time.sleep(0.1)


def test_killed_in_the_middle(lab, installed):
    """What was weighed stays so, the rest waits, and it ends as if nothing happened."""
    with lab.database(installed) as database:
        lab.shell(database, GENERATE, log="readiness-generate")
        entries = count(lab, database, WAITING)
        assert entries >= CUSTOMERS / RANGE
        with (
            catalogue.connected(lab, database) as somebody,
            served(lab, database, "readiness-killed", "--max-cron-threads=1") as odoo,
        ):
            # In the middle, the job has to wait: that is when it is killed.
            somebody.execute(
                """SELECT id FROM crm_referral_readiness WHERE partner_id = (
                    SELECT MAX(partner_id) - %s FROM crm_referral_readiness
                     WHERE partner_id %% 3 > 0) FOR UPDATE""",
                [CUSTOMERS // 2 // 3 * 3],
            )
            assert somebody.rowcount == 1
            wait_until(lab, database, lambda: count(lab, database, BLOCKED))
            serving.end(odoo.process)
        wait_until(lab, database, lambda: not count(lab, database, BLOCKED))
        assert 0 < count(lab, database, WAITING) < entries
        assert 0 < count(lab, database, DIFFERENT)
        with served(lab, database, "readiness-again", "--max-cron-threads=1") as odoo:
            wait_until(lab, database, lambda: not count(lab, database, WAITING))
        assert count(lab, database, DIFFERENT) == 0
        assert not odoo.lines(" ERROR ")
