"""LibreOffice opens our workbooks and finds every cell as it is in the database.

It loads each workbook and saves it anew; what openpyxl reads in the new one is compared
with what went in: hostile texts, every kind of cell, a table, totals, several sheets.
"""

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import openpyxl

import odoo
from odoo.modules.registry import Registry
from odoo.tools import SQL

FAILED = "could not be loaded"


def converted(path, target, folder):
    """What LibreOffice makes of a file: a path."""
    result = subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile"]
        + ["--convert-to", target, "--outdir", str(folder / "out"), str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    out = folder / "out" / f"{path.stem}.{target.partition(':')[0]}"
    if result.returncode or FAILED in result.stdout or not out.exists():
        sys.exit(f"LibreOffice does not open {path.name}: {result.stdout}")
    return out


def typed(values, sql_type):
    return SQL(
        "SELECT u::%s AS v, n FROM unnest(%s::text[]) WITH ORDINALITY AS t(u, n)",
        SQL(sql_type),
        [None if value is None else str(value) for value in values],
    )


def check(title, found, expected):
    """Compare two lists; say how many cells were equal, or which was not."""
    if len(found) != len(expected):
        sys.exit(f"{title}: {len(found)} cells, {len(expected)} expected")
    for index, (one, other) in enumerate(zip(found, expected, strict=True)):
        if one != other or type(one) is not type(other):
            sys.exit(f"{title}: cell {index} is {one!r}, not {other!r}")
    print(f"ok  {title}: {len(found)} cells", flush=True)


def as_csv(path, folder):
    """What LibreOffice shows of the first sheet, without its heading."""
    out = converted(path, "csv:Text - txt - csv (StarCalc):44,34,76", folder)
    with out.open(newline="") as file:
        lines = csv.reader(file)
        next(lines)
        yield from lines


def texts(cr, folder):
    """Hostile, long, and each character of the first plane. LibreOffice does not save
    everything as it shows it: what it shows counts."""
    from odoo.addons.crm_referral.tests.test_xlsx_stream import HOSTILE, expected_text
    from odoo.addons.crm_referral.tools.xlsx_stream import (
        Column,
        SheetSpec,
        StreamWorkbook,
    )

    codes = [*range(1, 0xD800), *range(0xE000, 0xFFFE), *range(0x1F300, 0x1FB00)]
    values = [
        *(text for text in HOSTILE if expected_text(text)),
        *("a" * 32_767, "林" * 40_000, "😀" * 20_000),
        *(
            f"a{''.join(map(chr, codes[start : start + 500]))}z"
            for start in range(0, len(codes), 500)
        ),
    ]
    path = folder / "texts.xlsx"
    with StreamWorkbook(cr, path) as book:
        columns = [Column("v"), Column("n", "integer")]
        book.add_sheet(SheetSpec("Texts", columns, typed(values, "text"), "n"))
    found = [row[0] for row in as_csv(path, folder)]
    check("Texts", found, [*map(expected_text, values)])


def other_kinds(cr, folder):
    """Each other kind of cell on a sheet of its own."""
    from odoo.addons.crm_referral.tools.xlsx_stream import (
        Column,
        SheetSpec,
        StreamWorkbook,
    )

    days = [date(1900, 3, 1), date(2024, 2, 29), date(9999, 12, 31)]
    moments = [datetime(1900, 3, 1, 12), datetime(2024, 2, 29, 23, 59, 59)]
    numbers = [0.1, -1.5, 1e15, 1e-7, 123456789.123, 9e307, 5]
    cases = {
        "Integers": (Column("v", "integer"), "int8", [0, -7, 2**53], [0, -7, 2**53]),
        "Numbers": (Column("v", "decimal"), "float8", numbers, numbers),
        "Money": (Column("v", "money", total=True), "numeric", [1.25, 2], [1.25, 2]),
        "Percent": (Column("v", "percent"), "numeric", [0.125], [0.125]),
        "No numbers": (
            *(Column("v", "decimal"), "numeric"),
            *(["NaN", "-Infinity"], ["NaN", "-Infinity"]),
        ),
        "Days": (
            *(Column("v", "date"), "date", days),
            [datetime.combine(day, datetime.min.time()) for day in days],
        ),
        "Moments": (Column("v", "datetime"), "timestamp", moments, moments),
        "Early": (Column("v", "date"), "date", ["1900-02-28"], ["1900-02-28"]),
        "Yes and no": (Column("v", "boolean"), "bool", [True, False], [True, False]),
    }
    path = folder / "kinds.xlsx"
    with StreamWorkbook(cr, path) as book:
        for name, (column, sql_type, values, _expected) in cases.items():
            query = typed(values, sql_type)
            columns = [column, Column("n", "integer")]
            book.add_sheet(SheetSpec(name, columns, query, order_by="n"))
    saved = openpyxl.load_workbook(converted(path, "xlsx", folder), data_only=True)
    for name, (column, _type, _values, expected) in cases.items():
        first = 3 if column.total else 2
        rows = saved[name].iter_rows(first, values_only=True)
        found = [row[0] for row in rows]
        check(name, [*map(same_type, found)], [*map(same_type, expected)])
    check("Total", [float(saved["Money"]["A1"].value)], [3.25])


def same_type(value):
    """LibreOffice saves 15 digits of a number, and writes 5 for 5.0."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(f"{value:.15g}") if is_number else value


def links_and_tables(cr, folder):
    from odoo.addons.crm_referral.tools.xlsx_stream import (
        Column,
        SheetSpec,
        StreamWorkbook,
    )

    path = folder / "table.xlsx"
    columns = [
        Column("Open", "link", link="https://x.example/odoo/crm/{}?a=1&b=2"),
        Column("推薦人"),
        Column("n", "integer", total=True),
    ]
    query = "SELECT g, 'n' || g, g FROM generate_series(1, 2500) AS g"
    with StreamWorkbook(cr, path, max_rows=1000) as book:
        summary = book.workbook.add_worksheet("Summary")
        spec = SheetSpec("Rows", columns, query, "g", table="Table Style Light 9")
        sheet = book.add_sheet(spec)
        chart = book.workbook.add_chart({"type": "column"})
        chart.add_series({"values": f"={sheet.reference(2)}"})
        summary.insert_chart("A1", chart)
        book.add_sheet(SheetSpec("Nothing", columns, query.replace("2500", "0")))
    saved = openpyxl.load_workbook(converted(path, "xlsx", folder))
    values = openpyxl.load_workbook(folder / "out/table.xlsx", data_only=True)
    names = ["Summary", "Rows", "Rows (2)", "Rows (3)", "Nothing"]
    check("Sheets", saved.sheetnames, names)
    rows = []
    for name in names[1:4]:
        rows += values[name].iter_rows(3, values_only=True)
    check("Rows", rows, [(g, f"n{g}", g) for g in range(1, 2501)])
    link = saved["Rows"]["A3"]
    check(
        "Link",
        [link.value],
        ['=HYPERLINK("https://x.example/odoo/crm/1?a=1&b=2",1)'],
    )
    check("Totals", [values[n]["C1"].value for n in names[1:4]], [3_126_250] * 3)
    tables = [table.ref for table in saved["Rows (3)"].tables.values()]
    check("Table", tables, ["A2:C506"])
    check("Empty", [values["Nothing"]["A3"].value], ["There is nothing to show."])


def many_rows(cr, folder, rows):
    """A big sheet: each of its rows, as CSV."""
    from odoo.addons.crm_referral.tools.xlsx_stream import (
        Column,
        SheetSpec,
        StreamWorkbook,
    )

    path = folder / "many.xlsx"
    columns = [Column("n", "integer", style={"num_format": "0"}), Column("t")]
    query = SQL(
        "SELECT g, 'row & ' || g || ' ' || md5(g::text) FROM generate_series(1, %s) g",
        rows,
    )
    with StreamWorkbook(cr, path) as book:
        book.add_sheet(SheetSpec("Rows", columns, query))
    cr.execute(query)
    for count, (number, text) in enumerate(as_csv(path, folder), 1):
        if [(int(number), text)] != cr.fetchmany(1):
            sys.exit(f"row {count} is {number}, {text}")
    check("Many rows", [count], [rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True)
    options = parser.parse_args()
    if not shutil.which("soffice"):
        sys.exit("LibreOffice is missing: `apt-get install libreoffice-calc`.")
    odoo.tools.config.parse_config(
        ["-c", options.config, "-d", options.database, "--log-level=error", "--no-http"]
    )
    with (
        tempfile.TemporaryDirectory() as name,
        Registry(options.database).cursor() as cr,
    ):
        folder = Path(name)
        texts(cr, folder)
        other_kinds(cr, folder)
        links_and_tables(cr, folder)
        many_rows(cr, folder, options.rows)


if __name__ == "__main__":
    main()
