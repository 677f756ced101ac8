import io
from decimal import Decimal
from unittest.mock import patch

from openpyxl.utils.escape import unescape

from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import workbook
from ..tools.workbook import Column, SheetSpec, StreamWorkbook
from .common import XlsxCase


@tagged("post_install", "-at_install")
class TestXlsxSheet(XlsxCase):
    """Headings, totals, filter, several worksheets: all know the rows."""

    COLUMNS = [Column("Name"), Column("Amount", "money", total=True)]

    def rows(self, count):
        return SQL("SELECT 'n' || g, g / 4.0 FROM generate_series(1, %s) AS g", count)

    def test_lay_out(self):
        content, _report, sheet = self.make(
            self.COLUMNS, self.rows(10), freeze_columns=1, order_by="g"
        )
        worksheet = self.load(content)["Rows"]
        self.assertEqual(worksheet.dimensions, "A1:B12")
        self.assertEqual(worksheet.freeze_panes, "B3")
        self.assertEqual(worksheet.auto_filter.ref, "A2:B12")
        self.assertEqual(worksheet.print_title_rows, "$2:$2")
        self.assertEqual(worksheet.page_setup.orientation, "landscape")
        self.assertEqual(worksheet.page_setup.fitToHeight, 0)
        self.assertAlmostEqual(worksheet.column_dimensions["A"].width, 24, delta=1)
        self.assertEqual([c.value for c in worksheet[2]], ["Name", "Amount"])
        self.assertTrue(worksheet["A2"].font.bold)
        self.assertEqual(worksheet["A1"].value, "Total")
        self.assertEqual(worksheet["B1"].value, "=SUBTOTAL(109,Rows!$B$3:$B$12)")
        self.assertEqual(worksheet["B3"].value, 0.25)
        self.assertEqual(sheet.reference(1), "Rows!$B$3:$B$12")
        self.assertEqual(sheet.rows, 10)
        self.assertEqual(sheet.totals, {1: Decimal("13.75")})
        values = self.load(content, data_only=True)["Rows"]
        self.assertEqual(values["B1"].value, 13.75)

    def test_without_totals_the_headings_are_on_top(self):
        content, _report, _sheet = self.make([Column("a")], "SELECT 'x'", filter=False)
        worksheet = self.load(content)["Rows"]
        self.assertEqual([row[0].value for row in worksheet.iter_rows()], ["a", "x"])
        self.assertEqual(worksheet.freeze_panes, "A2")
        self.assertIsNone(worksheet.auto_filter.ref)

    def test_totals_leave_out_what_is_text(self):
        columns = [Column("n", "decimal", total=True)]
        query = "SELECT unnest(ARRAY[1.5, 'NaN', 2, NULL, 'Infinity']::float8[])"
        _content, _report, sheet = self.make(columns, query)
        self.assertEqual(sheet.totals, {0: 3.5})

    def test_table(self):
        columns = [Column("Name"), Column(" name\n"), Column("Amount", "money")]
        query = "SELECT 'a', 'b', g FROM generate_series(1, 500) AS g"
        content, _report, _sheet = self.make(
            columns, query, table="Table Style Light 9"
        )
        worksheet = self.load(content)["Rows"]
        (table,) = worksheet.tables.values()
        self.assertEqual((table.ref, table.autoFilter.ref), ("A1:C501",) * 2)
        self.assertEqual(table.column_names, [cell.value for cell in worksheet[1]])
        self.assertEqual(table.column_names, ["Name", "name (2)", "Amount"])
        self.assertEqual(worksheet["C501"].value, 500)

    def test_continues_on_further_sheets(self):
        for chunk in (3, 64, 1 << 18):
            with patch.object(workbook, "CHUNK", chunk):
                content, report, sheet = self.make(
                    self.COLUMNS, self.rows(26), order_by="g", book={"max_rows": 10}
                )
            book = self.load(content)
            names = ["Rows", "Rows (2)", "Rows (3)", "Rows (4)"]
            self.assertEqual(book.sheetnames, names)
            self.assertEqual(sheet.names, names)
            self.assertEqual(report.rows, 26)
            self.assertEqual([ws.max_row for ws in book], [10, 10, 10, 4])
            self.assertEqual(
                [ws.auto_filter.ref for ws in book],
                ["A2:B10", "A2:B10", "A2:B10", "A2:B4"],
            )
            found = []
            for worksheet in book:
                self.assertEqual([c.value for c in worksheet[2]], ["Name", "Amount"])
                found += [row[0] for row in worksheet.iter_rows(3, values_only=True)]
                self.assertEqual(
                    worksheet["B1"].value,
                    "=SUBTOTAL(109,Rows!$B$3:$B$10)+SUBTOTAL(109,'Rows (2)'!$B$3:$B$10)"
                    "+SUBTOTAL(109,'Rows (3)'!$B$3:$B$10)"
                    "+SUBTOTAL(109,'Rows (4)'!$B$3:$B$4)",
                )
            self.assertEqual(found, [f"n{number}" for number in range(1, 27)])

    def test_one_more_row_than_a_sheet_has(self):
        content, _report, _sheet = self.make(
            [Column("n", "integer")], "SELECT generate_series(1, 1048576)"
        )
        book = self.load(content, read_only=True)
        self.assertEqual(book.sheetnames, ["Rows", "Rows (2)"])
        self.assertEqual(book["Rows"].calculate_dimension(), "A1:A1048576")
        second = [row[0] for row in book["Rows (2)"].iter_rows(values_only=True)]
        self.assertEqual(second, ["n", 1048576])

    def test_nothing(self):
        for table in (None, "Table Style Light 9"):
            content, report, sheet = self.make(
                self.COLUMNS, self.rows(0), table=table, empty_text="Nobody was asked."
            )
            worksheet = self.load(content, data_only=True)["Rows"]
            self.assertEqual(
                list(worksheet.iter_rows(values_only=True)),
                [("Total", 0), ("Name", "Amount"), ("Nobody was asked.", None)],
            )
            self.assertEqual((report.rows, sheet.rows), (0, 0))

    def test_names_of_sheets(self):
        book = StreamWorkbook(self.env.cr, io.BytesIO())
        taken = set()
        for name, expected in (
            ("Leads", "Leads"),
            ("leads", "leads (2)"),
            ("a[b]:*?/\\c", "a-b------c"),
            ("'quoted'", "quoted"),
            ("", "Sheet"),
            ("\x00\x1f", "Sheet (2)"),
            ("History", "History-"),
            ("x" * 40, "x" * 31),
            ("x" * 40, "x" * 27 + " (2)"),
            ("😀" * 20, "😀" * 15),
            ("推薦\u3000商機", "推薦\u3000商機"),
        ):
            sheet = book.add_sheet(SheetSpec(name, [Column("a")], "SELECT 'x'"))
            self.assertEqual(sheet.names, [expected])
            taken.add(expected)
        book.close()
        content = book._target.getvalue()
        self.assertEqual(set(self.load(content).sheetnames), taken)

    def test_many_columns(self):
        """More than a function of PostgreSQL has arguments."""
        for kind, value in (("text", "'_x0041_ & ' || {}"), ("integer", "{}")):
            columns = [Column(f"c{i}", kind) for i in range(300)]
            query = "SELECT " + ", ".join(  # trap-ok: SQL
                value.format(i) for i in range(300)
            )
            content, _report, _sheet = self.make(columns, query)
            row = list(self.load(content)["Rows"].iter_rows(values_only=True))[1]
            expected = [
                i if kind == "integer" else f"_x0041_ & {i}" for i in range(300)
            ]
            self.assertEqual(
                [unescape(v) if kind == "text" else v for v in row], expected
            )

    def test_all_kinds_empty(self):
        columns = [
            Column("t"),
            Column("i", "integer"),
            Column("d", "decimal"),
            Column("m", "money"),
            Column("p", "percent"),
            Column("a", "date"),
            Column("b", "datetime"),
            Column("c", "boolean"),
            Column("l", "link", link="https://x.example/{}"),
            Column("z"),
        ]
        query = (
            "SELECT NULL::text, NULL::int, NULL::float8, NULL::numeric, NULL::numeric, "
            "NULL::date, NULL::timestamp, NULL::bool, NULL::int, 'end'"
        )
        content, _report, _sheet = self.make(columns, query)
        row = list(self.load(content)["Rows"].iter_rows(values_only=True))[1]
        self.assertEqual(row, (None,) * 9 + ("end",))

    def test_right_to_left(self):
        content, _report, _sheet = self.make(
            [Column("اسم")], "SELECT 'محمد'", right_to_left=True
        )
        self.assertTrue(self.load(content)["Rows"].sheet_view.rightToLeft)

    def test_forms_of_a_query(self):
        for query in (
            "SELECT '100 %%' AS x",
            ("SELECT %s AS x", ["100 %"]),
            SQL("SELECT %s AS x", "100 %"),
            "SELECT '100 %%' AS x -- and a comment",
            "WITH a AS (SELECT '100 %%' AS x) SELECT x FROM a LIMIT 5 OFFSET 0",
        ):
            content, _report, _sheet = self.make([Column("x")], query)
            self.assertEqual(self.load(content)["Rows"]["A2"].value, "100 %")

    def test_order(self):
        query = "SELECT g FROM generate_series(1, 3) AS g"
        for order in ("g DESC", SQL("g * %s", -1), ("g * %s", [-1])):
            content, _report, _sheet = self.make(
                [Column("g", "integer")], query, order_by=order
            )
            rows = list(self.load(content)["Rows"].iter_rows(2, values_only=True))
            self.assertEqual(rows, [(3,), (2,), (1,)])
