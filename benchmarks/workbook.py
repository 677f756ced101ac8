"""A manager's whole workbook of any number of requests: made, checked, opened.

All sheets over all dates, made in the background by the scheduler as it would be for a
manager. Every figure on Summary is counted again by a plain SQL query over the tables,
and must be equal in the file, and in what LibreOffice shows of it. LibreOffice opens
the file without a warning, or the benchmark fails.
"""

import argparse
import csv
import resource
import sys
import tempfile
import time
from pathlib import Path

import _world
import openpyxl

import odoo.sql_db
from odoo.api import Environment
from odoo.modules.registry import Registry

sys.path.append(str(Path(__file__).parents[1] / "tests/libreoffice"))
# The second sheet, behind the cover, which LibreOffice puts into the file's name.
SUMMARY = (
    "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,2"
)
# Every second candidate who was introduced became a lead; one in five leads is lost.
LEADS = """
UPDATE crm_lead l
   SET referrer_id = c.referrer_id, referral_candidate_id = c.id,
       date_closed = CASE WHEN l.won_status = 'won'
                          THEN l.create_date + interval '30 days' END
  FROM crm_referral_candidate c
 WHERE c.state = 'introduced' AND l.id % 2 = 0
   AND c.referral_id - (SELECT max(id) FROM crm_referral)
       = l.id - (SELECT max(id) FROM crm_lead);
UPDATE crm_lead SET won_status = 'lost', active = false, probability = 0,
       date_closed = create_date + interval '30 days'
 WHERE id % 5 = 0 AND won_status = 'pending';
UPDATE crm_lead SET date_closed = create_date + interval '30 days'
 WHERE won_status = 'won' AND date_closed IS NULL;
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config(
        ["-c", options.config, "-d", options.database, "--log-level=error", "--no-http"]
    )
    _rep, manager = _world.fill(options.database, options.rows)
    with Registry(options.database).cursor() as cr:
        cr.execute(LEADS)
    with (
        Registry(options.database).cursor() as cr,
        tempfile.TemporaryDirectory() as folder,
    ):
        env = Environment(cr, odoo.SUPERUSER_ID, {})
        make(env, manager, 30)  # loads what the first one loads
        export = make(env, manager, None)
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(export.attachment_id.raw)
        print(f"{export.row_count:,} rows, {path.stat().st_size / 2**20:.0f} MiB")
        expected = count_again(env, export.company_id)
        check("the file", expected, read_summary(path))
        check("LibreOffice", expected, open_in_libreoffice(path, Path(folder)))


def make(env, manager, days):
    """Ask for a workbook as the manager, and let the scheduler make it."""
    today = odoo.fields.Date.today()
    period = {"period": "all"}
    if days:
        first = odoo.fields.Date.subtract(today, days=days)
        period = {"period": "custom", "date_from": first, "date_to": today}
    env["ir.config_parameter"].set_param("crm_referral.export_direct_rows", 0)
    export = env["crm.referral.export"].with_user(manager).create(period)
    export.action_export()
    env.cr.commit()
    export = export.sudo()  # sudo: the benchmark waits for it, as the system does
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    runs = 0
    while export.state in ("queued", "running"):
        env.ref("xlsx_stream.ir_cron_export").method_direct_trigger()
        env.cr.commit()
        env.invalidate_all()
        runs += 1
    if export.state != "done":
        sys.exit(f"The workbook was not made: {export.error}")
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{'warm-up' if days else 'workbook'}: {time.perf_counter() - started:.1f} s, "
        f"Python {after.ru_utime - before.ru_utime:.1f} s, "
        f"{(after.ru_maxrss - before.ru_maxrss) / 1024:.0f} MiB more, {runs} runs",
        flush=True,
    )
    return export


def count_again(env, company):
    """Every figure of the summary, by plain SQL."""
    from odoo.addons.crm_referral.tests.summary_queries import get_summary_queries

    found = {}
    for name, query in get_summary_queries(env, company).items():
        env.cr.execute(query)
        [found[name]] = env.cr.fetchone()
    return found


def read_summary(path):
    """The figures in the file itself."""
    workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = workbook["Summary"].iter_rows(values_only=True)
    return {row[0]: row[1] for row in rows if row[0]}


def open_in_libreoffice(path, folder):
    """The figures as LibreOffice calculates them when it opens the whole workbook."""
    import office

    office.SECONDS = 3 * 3600  # for a million rows it takes long
    started = time.perf_counter()
    shown = office.Office(folder).convert(path, SUMMARY, suffix="-Summary")
    with shown.open(newline="") as file:
        found = {row[0]: row[1] for row in csv.reader(file) if row}
    print(f"LibreOffice: {time.perf_counter() - started:.0f} s", flush=True)
    return found


def number(shown):
    """A number as it is, or as LibreOffice writes it."""
    text = str(shown)
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


def check(where, expected, found):
    """Every figure is what was counted, or the benchmark fails."""
    for name, value in expected.items():
        shown = found.get(name)
        if value is None:
            equal = not shown
        else:
            equal = shown not in (None, "") and (
                abs(number(shown) - float(value)) <= 1e-6 * max(1, abs(float(value)))
            )
        if not equal:
            sys.exit(f"{where}: “{name}” is {shown!r}, not {value!r}")
    print(f"{where}: {len(expected)} figures of the summary are equal", flush=True)


if __name__ == "__main__":
    main()
