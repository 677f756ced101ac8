"""Exports in a real server: killed, cancelled in the middle, with several workers."""

import io
import os
import re
import signal
import time
import zipfile
from contextlib import contextmanager, suppress

import catalogue
import pytest
import serving
from serving import Browser, query, served

MODEL = "crm.referral.export"
ROWS = 20_000
SLICE = 250
# Requests as the ORM would store them, each of a customer of its own. No other cron
# than ours runs, and a workbook of two rows is large.
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
env.cr.execute('ANALYZE res_partner, crm_referral')
env.ref('base.user_admin').group_ids += env.ref('sales_team.group_sale_manager')
env['ir.config_parameter'].set_param('crm_referral.export_direct_rows', '1')
env['ir.config_parameter'].set_param('crm_referral.export_slice_rows', '{SLICE}')
ours = env.ref('xlsx_stream.ir_cron_export')
env['ir.cron'].search([('id', '!=', ours.id)]).active = False
env.cr.commit()
"""


@pytest.fixture(scope="module")
def crowded(lab, installed):
    """A database with so many requests that an export takes some seconds."""
    with lab.database(installed) as name:
        lab.shell(name, GENERATE, log="export-generate")
        yield name


class Export:
    """An export that was started by the button."""

    def __init__(self, lab, database, browser, **vals):
        self.lab = lab
        self.database = database
        self.browser = browser
        [self.id] = browser.call(MODEL, "create", [{"period": "all", **vals}])
        self.action = browser.call(MODEL, "action_export", [self.id])

    def read(self, columns):
        sql = f"SELECT {columns} FROM crm_referral_export WHERE id = %s"
        return query(self.lab, self.database, sql, self.id)

    def wait_for(self, condition):
        """Wait until a condition on it is true."""
        self.wait_until(lambda: self.read(condition)[0])

    def wait_until(self, is_true):
        """Wait, and let the scheduler work.

        The one of a server that has just started looks for work after a minute: it is
        woken.
        """
        end = time.monotonic() + serving.SECONDS
        while not is_true():
            wake = "SELECT pg_notify('cron_trigger', %s)"
            query(self.lab, "postgres", wake, self.database)
            assert time.monotonic() < end, self.read("state, progress, error")
            time.sleep(0.1)

    def wait_for_end(self):
        self.wait_for("state NOT IN ('queued', 'running')")
        assert self.read("state, error") == ("done", None)

    def download(self):
        return self.browser.get(f"/xlsx_stream/export/{MODEL}/{self.id}")

    def attachments(self):
        """How many files it has, and where the last one is."""
        sql = """SELECT count(*), max(store_fname) FROM ir_attachment
            WHERE res_model = %s AND res_id = %s"""
        return query(self.lab, self.database, sql, MODEL, self.id)


def check_file(content):
    """A whole workbook with each request once."""
    with zipfile.ZipFile(content) as package:
        assert package.testzip() is None
        sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/sheet")]
        rows = max((package.read(name) for name in sheets), key=len)
    links = {cell.partition(b'"')[0] for cell in rows.split(b"/odoo/crm.referral/")[1:]}
    assert len(links) == rows.count(b"/odoo/crm.referral/") == ROWS


def leftovers(lab, crowded):
    return [p.name for p in lab.filestore(crowded).iterdir() if "export" in p.name]


def kill_schedulers(odoo):
    for line in odoo.lines("Worker WorkerCron"):
        with suppress(ProcessLookupError):
            os.kill(int(re.search(r"\((\d+)\) alive", line)[1]), signal.SIGKILL)


def starts(odoo):
    """How often the scheduler began to make workbooks."""
    return len(re.findall(r"make workbooks' \(\d+\) starting", odoo.log.read_text()))


@contextmanager
def held_up(lab, database, seconds):
    """A block at whose end a run that began in it has not read a row for seconds."""
    with catalogue.connected(lab, database) as cursor:
        cursor.execute("LOCK TABLE crm_referral")
        yield
        time.sleep(seconds)


def test_killed_in_the_middle(lab, crowded):
    """Nothing half is offered; the next server goes on behind the last slice."""
    with served(lab, crowded, "export-killed", "--max-cron-threads=1") as odoo:
        export = Export(lab, crowded, Browser(odoo, crowded, "admin", "admin"))
        export.wait_for("progress > 20")
        serving.end(odoo.process)
    assert export.read("state, attachment_id") == ("running", None)
    assert export.attachments() == (0, None)
    assert leftovers(lab, crowded)
    [slices] = export.read("slices")
    read = sum(part["rows"] for part in slices[0]["parts"])
    assert SLICE <= read < ROWS
    with served(lab, crowded, "export-restarted", "--max-cron-threads=1"):
        export.wait_for_end()
    attempts, note = export.read("attempt_count, note")
    assert attempts == 2
    assert "several runs" in note
    count, fname = export.attachments()
    assert count == 1
    check_file(lab.filestore(crowded) / fname)


def test_cancelled_in_the_middle(lab, crowded):
    """It stops by itself and leaves no file; it can be started again."""
    with served(lab, crowded, "export-cancelled", "--max-cron-threads=1") as odoo:
        browser = Browser(odoo, crowded, "admin", "admin")
        export = Export(lab, crowded, browser)
        export.wait_for("state = 'running'")
        browser.call(MODEL, "action_cancel", [export.id])
        assert export.read("state") == ("cancelled",)
        # Its job is told at the next slice, or it is between two runs: no telling.
        stopped = f"Export {export.id} was cancelled", f"Export {export.id} goes on"
        end = time.monotonic() + serving.SECONDS
        while not any(odoo.lines(text) for text in stopped):
            assert time.monotonic() < end, export.read("state, progress, error")
            time.sleep(0.1)
        assert export.read("state, attachment_id") == ("cancelled", None)
        assert export.download().status_code == 404
        browser.call(MODEL, "action_retry", [export.id])
        export.wait_for_end()
        assert export.read("note") == (None,)
        check_file(io.BytesIO(export.download().content))
        # Whoever cancels while the progress is noted is tried again by Odoo, which
        # logs the first try as an error.
        errors = odoo.lines(" ERROR ")
        assert len(errors) == len(odoo.lines("SERIALIZATION_FAILURE, ")), errors


def test_several_workers(lab, crowded):
    """A job takes longer than a worker may, and a worker dies; the bus tells it all."""
    limits = ("--workers=2", "--max-cron-threads=2")
    limits += ("--limit-time-real-cron=12", "--limit-time-cpu=2")
    with served(lab, crowded, "export-workers", *limits) as odoo:
        browser = Browser(odoo, crowded, "admin", "admin")
        with browser.listening() as told:
            export = Export(lab, crowded, browser)
            assert export.action["res_id"] == export.id
            # The others are served meanwhile.
            dates = {"date_from": "1999-01-01", "date_to": "1999-12-31"}
            small = Export(lab, crowded, browser, period="custom", **dates)
            assert small.action["url"] == f"/xlsx_stream/export/{MODEL}/{small.id}"
            with zipfile.ZipFile(io.BytesIO(small.download().content)) as package:
                assert package.testzip() is None
            assert export.read("state") != ("done",)
            export.wait_for("progress > 20")
            kill_schedulers(odoo)
            begun = starts(odoo)
            # More than half of what a worker may take.
            with held_up(lab, crowded, 7):
                export.wait_until(lambda: starts(odoo) > begun)
            export.wait_for_end()
            all_told = told("xlsx_stream.export")
        progress = [each["progress"] for each in all_told if each["id"] == export.id]
        assert progress == sorted(progress)
        assert len(progress) > 5
        assert progress[-1] == 100
        check_file(io.BytesIO(export.download().content))
        # It stopped in time: only dead workers left it half done.
        paused = len(odoo.lines(f"Export {export.id} goes on in the next run"))
        assert paused
        # Odoo takes an idle scheduler for a hanging one when its limit is so low.
        killed = odoo.lines("timeout after 12s")
        assert starts(odoo) - paused <= 2 + len(killed)
        assert not odoo.lines("CPU time limit")
        assert odoo.lines(" ERROR ") == killed
    assert not leftovers(lab, crowded)
