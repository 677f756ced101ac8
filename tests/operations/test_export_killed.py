"""An export in a real server: killed in the middle, and cancelled in the middle."""

import signal
import subprocess
import time
import zipfile
from contextlib import contextmanager

import catalogue
import pytest

ROWS = 100_000
SECONDS = 240
# Requests as the ORM would store them; each of a customer of its own.
GENERATE = f"""
env.cr.execute('''
    INSERT INTO res_partner (name, complete_name, active, type, create_date)
    SELECT 'Customer ' || n, 'Customer ' || n, TRUE, 'contact', now() AT TIME ZONE 'UTC'
      FROM generate_series(1, {ROWS}) AS n
''')
env.cr.execute('''
    INSERT INTO crm_referral (partner_id, company_id, step_id, active, create_date,
                              challenge, improvement)
    SELECT p.id, 1, (SELECT min(id) FROM crm_referral_step), TRUE, p.create_date,
           repeat('Closing takes long. ', 20), repeat('Closing is quick. ', 20)
      FROM res_partner p WHERE p.name LIKE 'Customer %'
''')
user = env.ref('base.user_admin')
user.group_ids += env.ref('sales_team.group_sale_manager')
env['ir.config_parameter'].set_param('crm_referral.export_direct_rows', '1')
env.cr.commit()
"""
EXPORT = """
Export = env['crm.referral.export'].with_user(env.ref('base.user_admin'))
Export.create({'period': 'all'}).action_export()
env.cr.commit()
"""


@pytest.fixture(scope="module")
def crowded(lab, installed):
    """A database with so many requests that an export takes some seconds."""
    with lab.database(installed) as name:
        lab.shell(name, GENERATE, log="export-generate")
        yield name


@contextmanager
def served(lab, name, log):
    """Odoo with its scheduler, and nothing else."""
    with (lab.logs / f"{log}.log").open("w") as output:
        process = subprocess.Popen(
            lab.odoo_command("-d", name, "--no-http", "--max-cron-threads=1"),
            stdout=output,
            stderr=subprocess.STDOUT,
            env=lab.env,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def query(lab, name, sql):
    connected = catalogue.connected(lab, name)
    with connected as cursor:
        cursor.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        connected.connection.commit()
    return row


def last_export(lab, name, columns):
    return query(
        lab, name, f"SELECT {columns} FROM crm_referral_export ORDER BY id DESC LIMIT 1"
    )


def wait_for_state(lab, name, *states):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        state = last_export(lab, name, "state")[0]
        if state in states:
            return state
        time.sleep(0.1)
    raise AssertionError(f"The export is {state} after {SECONDS} seconds.")


def attachments(lab, name):
    return query(
        lab,
        name,
        """SELECT count(*), max(store_fname) FROM ir_attachment
        WHERE res_model = 'crm.referral.export'
        AND res_id = (SELECT max(id) FROM crm_referral_export)""",
    )


def test_killed_in_the_middle(lab, crowded):
    """Nothing half is offered; the next server makes it whole."""
    lab.shell(crowded, EXPORT, log="export-start")
    with served(lab, crowded, "export-killed") as server:
        wait_for_state(lab, crowded, "running")
        time.sleep(1)
        server.send_signal(signal.SIGKILL)
        server.wait()
    assert last_export(lab, crowded, "state, attachment_id") == ("running", None)
    assert attachments(lab, crowded)[0] == 0
    with served(lab, crowded, "export-restarted"):
        assert wait_for_state(lab, crowded, "done", "failed") == "done"
    assert last_export(lab, crowded, "attempt_count") == (2,)
    count, fname = attachments(lab, crowded)
    assert count == 1
    with zipfile.ZipFile(lab.filestore(crowded) / fname) as package:
        assert package.testzip() is None
        rows = max(
            package.read(each).count(b"<row")
            for each in package.namelist()
            if each.startswith("xl/worksheets/sheet")
        )
    assert rows >= ROWS


def test_cancelled_in_the_middle(lab, crowded):
    """It stops by itself, and leaves no file."""
    lab.shell(crowded, EXPORT, log="export-start-2")
    with served(lab, crowded, "export-cancelled"):
        wait_for_state(lab, crowded, "running")
        time.sleep(1)
        query(
            lab,
            crowded,
            """UPDATE crm_referral_export SET state = 'cancelled'
            WHERE state = 'running'""",
        )
        lab.shell(crowded, EXPORT, log="export-start-3")
        assert wait_for_state(lab, crowded, "done", "failed") == "done"
    with catalogue.connected(lab, crowded) as cursor:
        cursor.execute(
            "SELECT state, attachment_id FROM crm_referral_export ORDER BY id"
        )
        (_first, second, _third) = cursor.fetchall()
    assert second == ("cancelled", None)
    leftovers = [
        p for p in lab.filestore(crowded).iterdir() if "referral_export" in p.name
    ]
    # Those of the one that was killed, which the vacuum takes.
    assert len(leftovers) <= 2
