"""Ways of exporting opportunities to XLSX, side by side.

* ours: ``xlsx_stream.tools.workbook``, with ``isal`` in place of ``zlib``
* zlib: the same where ``isal`` is not installed
* odoo: Odoo's own list export, the code behind ``/web/export/xlsx``
* loop: a server-side cursor and xlsxwriter's ``constant_memory``, the plain loop
* fetch: a server-side cursor and deflate: what any loop in Python has to do
* copy: COPY and deflate of the same values as plain CSV: what nothing can undercut
* isal: the same with ``isal``: nor can this

Each way is measured in a process of its own that has loaded Odoo: processor time and
peak memory above what the process had before, and PostgreSQL's processor time.
"""

import argparse
import contextlib
import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from types import SimpleNamespace

from _clock import processor_time

import odoo
from odoo.modules.registry import Registry

SIZES = (10_000, 100_000, 1_000_000)
WAYS = ("ours", "zlib", "odoo", "loop", "fetch", "copy", "isal")
ZONE = "Asia/Taipei"
FIELDS = (
    ("name", "char"),
    ("contact_name", "char"),
    ("partner_name", "char"),
    ("email_from", "char"),
    ("phone", "char"),
    ("city", "char"),
    ("partner_id", "many2one"),
    ("stage_id", "many2one"),
    ("expected_revenue", "monetary"),
    ("probability", "float"),
    ("date_deadline", "date"),
    ("create_date", "datetime"),
)
QUERY = """
SELECT l.name, l.contact_name, l.partner_name, l.email_from, l.phone, l.city,
       p.complete_name, s.name->>'en_US', l.expected_revenue, l.probability,
       l.date_deadline, {created}
  FROM crm_lead l
  LEFT JOIN res_partner p ON p.id = l.partner_id
  LEFT JOIN crm_stage s ON s.id = l.stage_id
 WHERE l.id <= (SELECT min(id) - 1 + {rows} FROM crm_lead WHERE city IS NOT NULL)
"""
LOCAL = f"timezone('{ZONE}', timezone('UTC', l.create_date))"
FILL = """
INSERT INTO res_partner (name, complete_name, active, type, create_date, write_date)
SELECT name, name, true, 'contact', now(), now()
  FROM (SELECT 'Customer ' || n || CASE WHEN n % 10 = 0 THEN ' & Söhne' ELSE '' END
               AS name
          FROM generate_series(1, 20000) n) names;
INSERT INTO crm_lead (name, type, active, contact_name, partner_name, email_from, phone,
                      city, expected_revenue, probability, user_id, team_id, stage_id,
                      company_id, partner_id, date_deadline, create_date, write_date,
                      create_uid, write_uid, priority)
SELECT 'Introduction ' || n || ' to ' || md5(n::text), 'opportunity', true,
       (ARRAY['林 美玲', 'O''Neil & Sons', 'Zoë Martin', 'محمد علي', '=x'])[1 + n % 5]
       || ' ' || n,
       'Company ' || n % 50000, 'person' || n || '@example.com', '+886 2 ' || n,
       (ARRAY['Taipei', 'Kaohsiung', 'Hsinchu', '東京'])[1 + n % 4],
       (n::bigint * 7919 % 10000000)::numeric / 100, (n % 1000) / 10.0, 2, 1, 1 + n % 4,
       1, (SELECT min(id) FROM res_partner WHERE name LIKE 'Customer %') + n % 20000,
       date '2024-01-01' + n % 900, timestamp '2024-01-01' + n * interval '61 seconds',
       now(), 2, 2, (n % 4)::text
  FROM generate_series(1, {rows}) n
 ORDER BY n;
"""


def fill(database, rows):
    """Give the database `rows` opportunities; what only searches need is dropped."""
    with contextlib.closing(odoo.sql_db.db_connect(database).cursor()) as cr:
        cr.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename IN ('crm_lead', "
            "'res_partner') AND indexdef LIKE '%gin%'"
        )
        for (index,) in cr.fetchall():
            cr.execute(f'DROP INDEX "{index}"')  # pylint: disable=sql-injection
        cr.execute(FILL.format(rows=rows))
        cr.commit()
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE crm_lead")
        cr.execute("VACUUM ANALYZE res_partner")


# The ways: each writes to a path


def ours(env, rows, path, level):
    from odoo.addons.xlsx_stream.tools.workbook import (
        Column,
        SheetSpec,
        StreamWorkbook,
    )

    kinds = {"monetary": "money", "float": "decimal", "many2one": "text"}
    columns = [
        Column(name, kinds.get(kind, "text" if kind == "char" else kind))
        for name, kind in FIELDS
    ]
    query = QUERY.format(rows=rows, created="l.create_date")
    progress = []
    with StreamWorkbook(
        env.cr,
        path,
        timezone=ZONE,
        level=level,
        progress=lambda done, total: progress.append(done / total),
    ) as book:
        book.add_sheet(SheetSpec("Leads", columns, query, order_by="l.id"))


def ours_by_zlib(env, rows, path, level):
    from odoo.addons.xlsx_stream.tools import deflate

    deflate.fast = zlib
    ours(env, rows, path, level)


def list_export(env, rows, path, _level):
    from odoo.http import _request_stack

    from odoo.addons.web.controllers.export import ExcelExport

    _request_stack.push(SimpleNamespace(env=env))
    try:
        names = [name for name, _kind in FIELDS]
        leads = env["crm.lead"].search([("city", "!=", False)], limit=rows, order="id")
        data = leads.export_data(names)["datas"]
        fields = [{"name": name, "type": kind} for name, kind in FIELDS]
        path.write_bytes(ExcelExport().from_data(fields, names, data))
    finally:
        _request_stack.pop()


def loop(env, rows, path, _level):
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    formats = {
        "monetary": book.add_format({"num_format": "#,##0.00"}),
        "float": book.add_format({"num_format": "#,##0.00"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    writers = []
    for index, (name, kind) in enumerate(FIELDS):
        sheet.write_string(0, index, name, bold)
        write = sheet.write_string
        if kind in ("monetary", "float"):
            write = sheet.write_number
        elif kind in ("date", "datetime"):
            write = sheet.write_datetime
        writers.append((index, write, formats.get(kind)))
    for number, row in enumerate(fetched(env, rows), 1):
        for index, write, cell_format in writers:
            value = row[index]
            if value is not None:
                write(number, index, value, cell_format)
    book.close()


def fetched(env, rows):
    """The rows as Python has them, by a server-side cursor."""
    cursor = env.cr.connection.cursor("bench")
    cursor.itersize = 2000
    cursor.execute(QUERY.format(rows=rows, created=LOCAL) + "ORDER BY l.id")
    yield from cursor
    cursor.close()


def fetch(env, rows, path, level):
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    with path.open("wb") as file:
        lines = []
        for row in fetched(env, rows):
            lines.append(",".join(map(str, row)))
            if len(lines) == 2000:
                file.write(deflate.compress("\n".join(lines).encode()))
                lines.clear()
        file.write(deflate.compress("\n".join(lines).encode()) + deflate.flush())


def copy(env, rows, path, level, library=zlib):
    deflate = library.compressobj(level, zlib.DEFLATED, -15)

    class Sink(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            file.write(deflate.compress(data))
            return len(data)

    with path.open("wb") as file:
        buffer = io.BufferedWriter(Sink(), 1 << 18)
        query = QUERY.format(rows=rows, created=LOCAL)
        env.cr.copy_expert(
            f"COPY ({query} ORDER BY l.id) TO STDOUT WITH (FORMAT csv)", buffer
        )
        buffer.flush()
        file.write(deflate.flush())


def copy_by_isal(env, rows, path, level):
    from isal import isal_zlib

    copy(env, rows, path, level, isal_zlib)


FUNCTIONS = {
    "ours": ours,
    "zlib": ours_by_zlib,
    "odoo": list_export,
    "loop": loop,
    "fetch": fetch,
    "copy": copy,
    "isal": copy_by_isal,
}


# Measuring


def memory(name):
    """A line of /proc/self/status, in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024


def measure(options):
    """Run one way in this process; print what it took as JSON."""
    registry = Registry(options.database)
    with registry.cursor() as cr, tempfile.TemporaryDirectory() as folder:
        env = odoo.api.Environment(cr, 2, {"lang": "en_US", "tz": ZONE})
        # A parallel worker's time would be nobody's.
        cr.execute("SET max_parallel_workers_per_gather = 0")
        cr.execute("SELECT pg_backend_pid()")
        (backend,) = cr.fetchone()
        path = Path(folder, "export.xlsx")
        way = FUNCTIONS[options.way]
        way(env, 100, path, options.level)  # imports, caches
        env.invalidate_all()
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before = memory("VmRSS")
        used = resource.getrusage(resource.RUSAGE_SELF)
        server = processor_time(backend)
        started = time.monotonic()
        way(env, options.rows[0], path, options.level)
        wall = time.monotonic() - started
        after = resource.getrusage(resource.RUSAGE_SELF)
        result = {
            "cpu": after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime,
            "wall": wall,
            "memory": max(0, memory("VmHWM") - before),
            "server": server is not None and processor_time(backend) - server,
            "size": path.stat().st_size / 1e6,
        }
    print(json.dumps(result))


def run(options, way, rows, level):
    """Measure one way in a process of its own."""
    process = subprocess.run(
        [sys.executable, __file__, f"--way={way}", f"--rows={rows}", f"--level={level}"]
        + [f"--database={options.database}", f"--config={options.config}"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if process.returncode:
        sys.exit(f"{way} failed at {rows} rows")
    return json.loads(process.stdout.splitlines()[-1])


def median(results):
    return {
        key: statistics.median(result[key] for result in results) for key in results[0]
    }


def side_by_side(options):
    """Measure all ways; print a table whose ratios hold on another machine."""
    print(
        "| rows | way | CPU s | wall s | memory MiB | PostgreSQL CPU s | MB "
        "| ours / it, CPU | ours / it, CPU with PostgreSQL | ours / it, wall |"
    )
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for rows in options.rows:
        found = {way: [] for way in options.ways}
        for _round in range(options.rounds if rows <= 100_000 else 1):
            for way in options.ways:  # in turn: what disturbs, disturbs all
                found[way].append(run(options, way, rows, options.level))
        results = {way: median(each) for way, each in found.items()}
        mine = results["ours"]
        for way, result in results.items():
            both = result["cpu"] + result["server"]
            print(
                f"| {rows:,} | {way} | {result['cpu']:.2f} | {result['wall']:.2f} "
                f"| {result['memory']:.1f} | {result['server']:.2f} "
                f"| {result['size']:.1f} | {mine['cpu'] / result['cpu']:.3f} "
                f"| {(mine['cpu'] + mine['server']) / both:.3f} "
                f"| {mine['wall'] / result['wall']:.3f} |",
                flush=True,
            )


def levels(options):
    """What each level of deflate costs and saves."""
    rows = min(max(options.rows), 100_000)
    print(f"\n| level, {rows:,} rows | CPU, level 1 = 1 | size, level 1 = 1 |")
    print("|---:|---:|---:|")
    found = {
        level: median([run(options, "ours", rows, level) for _ in range(3)])
        for level in (1, 2, 3, 4, 6, 9)
    }
    for level, result in found.items():
        print(
            f"| {level} | {result['cpu'] / found[1]['cpu']:.2f} "
            f"| {result['size'] / found[1]['size']:.2f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    numbers = lambda text: [int(each) for each in text.split(",")]  # noqa: E731
    parser.add_argument("--rows", type=numbers, default=SIZES)
    parser.add_argument("--ways", type=lambda text: text.split(","), default=WAYS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--level", type=int, default=1)
    parser.add_argument("--levels", action="store_true", help="of deflate, too")
    parser.add_argument("--no-fill", action="store_true", help="the rows are there")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config(
        ["-c", options.config, "-d", options.database, "--log-level=error", "--no-http"]
    )
    if options.way:
        measure(options)
        return
    if not options.no_fill:
        fill(options.database, max(options.rows))
    side_by_side(options)
    if options.levels:
        levels(options)


if __name__ == "__main__":
    main()
