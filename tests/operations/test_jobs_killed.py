"""Every job of ours in a real server: killed in the middle, and yet nothing is twice.

Two databases hold the same demo story, some weeks later. In one of them each job runs
undisturbed, and its writes are counted. In the other one it is stopped after three
quarters of them, killed, and run again: then both are the same, but for what the clock
and chance have written. A new job is found by itself; where the story gives it nothing
to do, the test says so.
"""

import os
import re
import signal
import time
import xml.etree.ElementTree as ET
from contextlib import contextmanager, suppress

import catalogue
import pytest
import serving
from devkit import base
from serving import query, served

# Those that are not stopped here, and why.
ELSEWHERE = {
    "xlsx_stream.ir_cron_export": "test_export_killed.py",
    "crm_referral.ir_cron_weigh_readiness": "test_readiness_killed.py",
    "crm_referral.ir_cron_weigh_everybody": "one row in a queue has no middle",
    "crm_referral.ir_cron_report_schedule": "no two workbooks are the same bytes: "
    "test_report_schedule.py",
}
# One record at a time, and only the job that is asked for. And what the story alone
# does not give to do: what companies switch on, and what was done at once in it.
PREPARE = """
import inspect
import re

crons = env['ir.cron'].with_context(active_test=False).search([])
crons.active = False
for cron in crons.filtered(lambda c: c.model_id.model in env):
    name = re.fullmatch(r'model[.](_cron_\\w+)[(][)]', (cron.code or '').strip())
    method = name and getattr(env[cron.model_id.model], name[1])
    if method and 'batch_size' in inspect.signature(method).parameters:
        cron.code = f'model.{name[1]}(batch_size=1)'
env['res.company'].search([]).write(
    {'unknown_caller_months': 1, 'referral_retention_days': 10,
     'referral_ask_weekly': True, 'referral_news_auto': True})
env['ir.config_parameter'].set_param(
    'crm_referral.won_moments_until', '2020-01-01 00:00:00')
decide = env.ref('crm_assessment.mail_activity_type_decide')
env['mail.activity'].search([('activity_type_id', '=', decide.id)]).unlink()
for notice in env['crm.service.notice'].search([]):
    for _number in range(4):
        notice.copy()
env.cr.commit()
"""
# Weeks pass. In two steps, so that no two days of an index meet on the way.
LATER = "interval '45 days'"
MOMENTS = """
SELECT table_name, array_agg(column_name::text)
  FROM information_schema.columns
  JOIN pg_class ON oid = format('public.%I', table_name)::regclass AND relkind = 'r'
 WHERE table_schema = 'public' AND table_name !~ '^(ir|base|res_users)_'
   AND data_type IN ('date', 'timestamp without time zone')
 GROUP BY table_name
"""
# Something for jobs whose time is over then, and less for the one with hundreds.
DUE = """
UPDATE crm_service_notice SET measure_on = CURRENT_DATE - 5, verdict = NULL;
UPDATE crm_assessment_round SET deadline = CURRENT_DATE + 1, reminded_on = NULL
 WHERE state = 'open' AND id % 2 = 0;
UPDATE crm_service_contact SET contacted_on = CURRENT_DATE - 1
 WHERE partner_id IS NULL AND id % 20 > 0
"""
# Not what Odoo is made of, and what the server writes by itself while a job runs.
TABLES = """
SELECT relname FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
   AND (relname = 'ir_attachment'
        OR relname !~ '^(ir|bus|orm_signaling|base_registry)_|^held_up$')
 ORDER BY relname
"""
# A write that was named in advance waits for whoever holds the lock.
LOCK = 20_191
COUNT = f"""
CREATE SEQUENCE held_up_writes;
CREATE TABLE held_up (write bigint);
CREATE FUNCTION held_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('held_up_writes') = (SELECT write FROM held_up) THEN
        PERFORM pg_advisory_xact_lock({LOCK});
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
"""
WATCH = """
CREATE TRIGGER held_up BEFORE INSERT OR UPDATE OR DELETE ON "{}"
   FOR EACH ROW EXECUTE FUNCTION held_up()
"""
# What a dead transaction has numbered is numbered again, so that numbers agree.
RENUMBER = """
DO $$
DECLARE each record;
BEGIN
    FOR each IN SELECT c.relname AS name, s.relname AS sequence
                  FROM pg_class c
                  JOIN pg_class s ON s.relname = c.relname || '_id_seq'
                 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('SELECT setval(%%L, (SELECT COALESCE(MAX(id), 0) + 1 FROM %%I), '
                       'false)', each.sequence, each.name);
    END LOOP;
END $$
"""
# Rows without chance, and of moments only whether they are there.
CHANCE = "^(access_token|message_id|references|write_uid)$"
READ = """
SELECT format('SELECT jsonb_build_array(%%s)::text FROM %%I ORDER BY 1',
              string_agg(CASE WHEN data_type ~ '^timestamp'
                              THEN format('%%I IS NULL', column_name)
                              ELSE format('%%I', column_name) END,
                         ', ' ORDER BY ordinal_position), table_name)
  FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s AND column_name !~ %s
 GROUP BY table_name
"""
BLOCKED = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event = 'advisory'"""


def find_jobs():
    """:return: the external ids of the jobs in the data of our addons"""
    return [
        f"{addon}.{record.get('id')}"
        for addon in base.chosen()
        for path in sorted((base.ROOT / addon / "data").glob("*.xml"))
        for record in ET.parse(path).iterfind(".//record[@model='ir.cron']")
    ]


JOBS = [job for job in find_jobs() if job not in ELSEWHERE]


class World:
    """One of the two databases."""

    def __init__(self, lab, database):
        self.lab, self.database = lab, database

    def query(self, sql, *params):
        return query(self.lab, self.database, sql, *params)

    def start(self, job, stop_at=None):
        """Let the scheduler run a job, and hold it up at one of its writes."""
        self.query(RENUMBER)
        self.query("DELETE FROM held_up")
        self.query("INSERT INTO held_up VALUES (%s)", stop_at)
        self.query("SELECT setval('held_up_writes', 1, false)")
        self.query(
            "UPDATE ir_cron SET active = TRUE, nextcall = date_trunc('minute', "
            "now() AT TIME ZONE 'UTC' - interval '1 minute') WHERE id = %s",
            self.find(job),
        )

    def find(self, job):
        [cron] = self.query(
            "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s",
            *job.split("."),
        )
        return cron

    def is_over(self, job):
        [is_over] = self.query(
            "SELECT nextcall > now() AT TIME ZONE 'UTC' FROM ir_cron WHERE id = %s",
            self.find(job),
        )
        return is_over

    def finish(self, job):
        """Wait for the end of a job; return how often it has written."""
        self.wait_until(lambda: self.is_over(job))
        self.query("UPDATE ir_cron SET active = FALSE WHERE id = %s", self.find(job))
        [writes] = self.query(
            "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM held_up_writes"
        )
        return writes

    def wait_until(self, is_true):
        """Wait, and wake the scheduler."""
        end = time.monotonic() + serving.SECONDS
        while not is_true():
            assert time.monotonic() < end
            query(
                self.lab,
                "postgres",
                "SELECT pg_notify('cron_trigger', %s)",
                self.database,
            )
            time.sleep(0.05)

    def is_blocked(self):
        return self.query(BLOCKED)[0] > 0

    def read(self):
        """:return: the rows of each table"""
        with catalogue.connected(self.lab, self.database) as cursor:
            cursor.execute(TABLES)
            rows = {}
            for (table,) in cursor.fetchall():
                cursor.execute(READ, [table, CHANCE])
                cursor.execute(cursor.fetchone()[0])
                rows[table] = [row for (row,) in cursor.fetchall()]
        return rows


def age(lab, database):
    """Weeks pass, and every write is counted from now on."""
    with catalogue.connected(lab, database) as cursor:
        cursor.execute(MOMENTS)
        for table, columns in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            for step in ("+ interval '50 years'", f"- interval '50 years' - {LATER}"):
                changes = ", ".join(f'"{name}" = "{name}" {step}' for name in columns)
                cursor.execute(f'UPDATE "{table}" SET {changes}')
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        cursor.execute(TABLES)
        tables = [table for (table,) in cursor.fetchall()]
        cursor.execute(DUE)
        cursor.execute(COUNT)
        for table in tables:
            cursor.execute(WATCH.format(table))
        cursor.connection.commit()


@pytest.fixture(scope="module")
def worlds(lab, with_demo):
    """A server on two databases that are the same."""
    with lab.database(with_demo[0]) as undisturbed:
        lab.shell(undisturbed, PREPARE, log="jobs-prepare")
        age(lab, undisturbed)
        with (
            lab.database(undisturbed) as disturbed,
            served(
                *(lab, f"{undisturbed},{disturbed}", "jobs-killed"),
                *("--workers=1", "--max-cron-threads=1"),
            ) as odoo,
        ):
            yield odoo, World(lab, undisturbed), World(lab, disturbed)


def kill_scheduler(odoo):
    *_before, line = odoo.lines("Worker WorkerCron")
    with suppress(ProcessLookupError):
        os.kill(int(re.search(r"\((\d+)\) alive", line)[1]), signal.SIGKILL)


@contextmanager
def held_up(world):
    """A block in which the write that was named waits."""
    with catalogue.connected(world.lab, world.database) as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield


@pytest.mark.parametrize("job", JOBS)
def test_killed_in_the_middle(worlds, job):
    """It ends with the same rows as if nothing had happened."""
    odoo, undisturbed, disturbed = worlds
    undisturbed.start(job)
    writes = undisturbed.finish(job)
    assert writes > 1, "the demo story of 45 days ago gives it nothing to do"
    with held_up(disturbed):
        disturbed.start(job, stop_at=writes * 3 // 4 + 1)
        disturbed.wait_until(disturbed.is_blocked)
        kill_scheduler(odoo)
    while disturbed.is_blocked():
        time.sleep(0.05)
    assert not disturbed.is_over(job)
    disturbed.query(RENUMBER)
    disturbed.finish(job)
    expected, found = undisturbed.read(), disturbed.read()
    different = {
        table: (
            sorted(set(expected[table]) - set(found[table]))[:3],
            sorted(set(found[table]) - set(expected[table]))[:3],
        )
        for table in expected
        if expected[table] != found[table]
    }
    assert not different
    assert not odoo.lines(" ERROR ")


def test_no_job_is_left_out(worlds):
    """Also those that are made in another way than by data."""
    _odoo, world, _other = worlds
    with catalogue.connected(world.lab, world.database) as cursor:
        cursor.execute(
            "SELECT module || '.' || name FROM ir_model_data "
            "WHERE model = 'ir.cron' AND module = ANY(%s)",
            [base.chosen()],
        )
        assert {job for (job,) in cursor.fetchall()} == {*JOBS, *ELSEWHERE}
