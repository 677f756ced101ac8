"""Every cell as LibreOffice finds it is the cell that went in.

Hostile texts, every kind of cell, links, a table over several sheets, many rows.
"""

import os
from datetime import date, datetime

from odoo.tools import SQL

from odoo.addons.xlsx_stream.tests.common import HOSTILE, expected_text
from odoo.addons.xlsx_stream.tools.workbook import (
    Column,
    SheetSpec,
    Spool,
    StreamWorkbook,
)


def typed(values, sql_type):
    return SQL(
        "SELECT u::%s AS v, n FROM unnest(%s::text[]) WITH ORDINALITY AS t(u, n)",
        SQL(sql_type),
        [None if value is None else str(value) for value in values],
    )


def test_texts(cr, office, tmp_path):
    """Hostile, long, and each character of the first plane. LibreOffice does not save
    everything as it shows it: what it shows counts."""
    codes = [*range(1, 0xD800), *range(0xE000, 0xFFFE), *range(0x1F300, 0x1FB00)]
    values = [
        *(text for text in HOSTILE if expected_text(text)),
        *("a" * 32_767, "林" * 40_000, "😀" * 20_000),
        *(
            f"a{''.join(map(chr, codes[start : start + 500]))}z"
            for start in range(0, len(codes), 500)
        ),
    ]
    path = tmp_path / "texts.xlsx"
    with StreamWorkbook(cr, path) as book:
        columns = [Column("v"), Column("n", "integer")]
        book.add_sheet(SheetSpec("Texts", columns, typed(values, "text"), "n"))
    found = [row[0] for row in office.shown(path)]
    assert found == [*map(expected_text, values)]


def test_other_kinds(cr, office, tmp_path):
    """Each other kind of cell on a sheet of its own."""
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
    path = tmp_path / "kinds.xlsx"
    with StreamWorkbook(cr, path) as book:
        for name, (column, sql_type, values, _expected) in cases.items():
            query = typed(values, sql_type)
            columns = [column, Column("n", "integer")]
            book.add_sheet(SheetSpec(name, columns, query, order_by="n"))
    saved = office.saved_anew(path)
    for name, (column, _type, _values, expected) in cases.items():
        first = 3 if column.total else 2
        rows = saved[name].iter_rows(first, values_only=True)
        found = [same_type(row[0]) for row in rows]
        expected = [*map(same_type, expected)]
        assert found == expected, name
        assert [*map(type, found)] == [*map(type, expected)], name
    assert saved["Money"]["A1"].value == 3.25


def same_type(value):
    """LibreOffice saves 15 digits of a number, and writes 5 for 5.0."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(f"{value:.15g}") if is_number else value


def test_links_and_tables(cr, office, tmp_path):
    path = tmp_path / "table.xlsx"
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
    values = office.saved_anew(path)
    saved = office.formulas(path)
    names = ["Summary", "Rows", "Rows (2)", "Rows (3)", "Nothing"]
    assert saved.sheetnames == names
    rows = []
    for name in names[1:4]:
        rows += values[name].iter_rows(3, values_only=True)
    assert rows == [(g, f"n{g}", g) for g in range(1, 2501)]
    link = '=HYPERLINK("https://x.example/odoo/crm/1?a=1&b=2",1)'
    assert saved["Rows"]["A3"].value == link
    assert [values[name]["C1"].value for name in names[1:4]] == [3_126_250] * 3
    tables = [table.ref for table in saved["Rows (3)"].tables.values()]
    assert tables == ["A2:C506"]
    assert values["Nothing"]["A3"].value == "There is nothing to show."


def test_many_rows(cr, office, tmp_path):
    """A big sheet, of which a spool has made the slices: each of its rows."""
    path = tmp_path / "many.xlsx"
    rows = int(os.environ.get("CRM_REFERRAL_ROWS", 20_000))
    columns = [Column("n", "integer", style={"num_format": "0"}), Column("t")]
    query = SQL(
        "SELECT g, 'row & ' || g || ' ' || md5(g::text) FROM generate_series(1, %s) g",
        rows,
    )
    spool = Spool(tmp_path / "spool", None, lambda _spool: None, slice_rows=7_000)
    with StreamWorkbook(cr, path, spool=spool) as book:
        book.add_sheet(SheetSpec("Rows", columns, query, key=0))
    cr.execute(SQL("%s ORDER BY 1 DESC", query))
    for number, text in office.shown(path):
        assert cr.fetchone() == (int(number), text)
    assert cr.fetchone() is None
