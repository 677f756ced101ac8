import io
import tempfile
import tracemalloc
import zipfile
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

import openpyxl
import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.package import ZipWriter
from ..tools.workbook import Column, SheetSpec, StreamError, StreamWorkbook
from .common import FullDisk, XlsxCase


@tagged("post_install", "-at_install")
class TestXlsxWorkbook(XlsxCase):
    """Around the big sheets."""

    def test_beside_what_xlsxwriter_makes(self):
        target = io.BytesIO()
        with StreamWorkbook(self.env.cr, target) as book:
            summary = book.workbook.add_worksheet("Summary")
            chartsheet = book.workbook.add_chartsheet("Chart")
            amounts = book.add_sheet(
                SheetSpec(
                    "Amounts",
                    [Column("n", "integer", total=True)],
                    "SELECT generate_series(1, 9)",
                )
            )
            texts = book.add_sheet(SheetSpec("Texts", [Column("t")], "SELECT '=x'"))
            summary.write("A1", "=1+1")
            summary.write("A2", "http://x.example")
            summary.write("A3", "12")
            summary.write_formula("A4", f"=SUM({amounts.reference(0)})", None, 45)
            for place in (
                chartsheet.set_chart,
                lambda c: summary.insert_chart("C1", c),
            ):
                chart = book.workbook.add_chart({"type": "column"})
                chart.add_series({"values": f"={amounts.reference(0)}"})
                place(chart)
        self.assertEqual(texts.names, ["Texts"])
        workbook = self.load(target.getvalue())
        self.assertEqual(workbook.sheetnames, ["Summary", "Chart", "Amounts", "Texts"])
        cells = [cell.value for (cell,) in workbook["Summary"]["A1:A4"]]
        self.assertEqual(
            cells, ["=1+1", "http://x.example", "12", "=SUM(Amounts!$A$3:$A$11)"]
        )
        types = [cell.data_type for (cell,) in workbook["Summary"]["A1:A3"]]
        # openpyxl takes a shared string with "=" for a formula; the file says text.
        self.assertEqual(types[1:], ["s", "s"])
        package = zipfile.ZipFile(target)
        self.assertNotIn(b"<f>1+1</f>", package.read("xl/worksheets/sheet1.xml"))
        self.assertEqual(workbook["Amounts"]["A11"].value, 9)
        self.assertEqual(workbook["Texts"]["A2"].value, "=x")
        self.assertEqual(workbook["Texts"]["A2"].data_type, "s")
        self.assertEqual(len(workbook["Summary"]._charts), 1)
        self.assertEqual(book.report.rows, 10)
        self.assertEqual(book.report.size, len(target.getvalue()))

    def test_package(self):
        content, _report, _sheet = self.make([Column("t")], "SELECT 'x'")
        package = zipfile.ZipFile(io.BytesIO(content))
        self.assertIsNone(package.testzip())
        self.assertEqual(package.namelist()[0], "[Content_Types].xml")
        self.assertEqual(len(set(package.namelist())), len(package.namelist()))
        for info in package.infolist():
            self.assertEqual((info.create_version, info.extract_version), (20, 20))
            self.assertEqual(info.extra, b"")
            ElementTree.fromstring(package.read(info))

    def test_zip64_where_it_is_needed(self):
        query = "SELECT repeat('x', 20) || g FROM generate_series(1, 3000) AS g"
        for limit in (150_000, 60_000, 3_000, 200):
            with patch.object(ZipWriter, "LIMIT", limit):
                content, _report, _sheet = self.make([Column("t")], query)
            package = zipfile.ZipFile(io.BytesIO(content))
            self.assertIsNone(package.testzip())
            for info in package.infolist():
                largest = max(info.file_size, info.compress_size, info.header_offset)
                self.assertEqual(info.extract_version, 45 if largest >= limit else 20)
            rows = list(self.load(content)["Rows"].iter_rows(2, values_only=True))
            self.assertEqual(rows[-1], ("x" * 20 + "3000",))

    def test_levels(self):
        sizes = []
        for level in (1, 3, 9):
            content, _report, _sheet = self.make(
                [Column("t")],
                "SELECT 'Customer ' || g FROM generate_series(1, 500) AS g",
                book={"level": level},
            )
            self.assertEqual(self.load(content)["Rows"].max_row, 501)
            sizes.append(len(content))
        self.assertGreater(sizes[1], sizes[2])

    def test_a_file_may_have_begun(self):
        target = io.BytesIO(b"before")
        target.seek(6)
        with StreamWorkbook(self.env.cr, target) as book:
            book.add_sheet(SheetSpec("Rows", [Column("t")], "SELECT 'x'"))
        self.assertEqual(target.getvalue()[:6], b"before")
        self.assertEqual(book.report.size, len(target.getvalue()) - 6)
        self.assertEqual(self.load(target.getvalue()[6:])["Rows"]["A2"].value, "x")

    def test_path(self):
        with tempfile.TemporaryDirectory() as folder:
            for path in (Path(folder, "a.xlsx"), f"{folder}/b.xlsx"):
                with StreamWorkbook(self.env.cr, path) as book:
                    book.add_sheet(SheetSpec("Rows", [Column("t")], "SELECT 'x'"))
                    self.assertFalse(Path(path).exists())
                self.assertEqual(book.report.size, Path(path).stat().st_size)
                self.assertEqual(openpyxl.load_workbook(path)["Rows"]["A2"].value, "x")
            names = {path.name for path in Path(folder).iterdir()}
            self.assertEqual(names, {"a.xlsx", "b.xlsx"})

    def test_progress(self):
        calls = []
        _content, _report, _sheet = self.make(
            [Column("n", "integer")],
            "SELECT generate_series(1, 25000)",
            book={
                "progress": lambda done, total: calls.append((done, total)),
                "progress_every": 1000,
            },
        )
        self.assertEqual({total for _done, total in calls}, {25_000})
        done = [done for done, _total in calls]
        self.assertEqual(done, sorted(set(done)))
        self.assertEqual(done[-1], 25_000)
        self.assertGreater(len(done), 2)

    def check_leaves_nothing(self, error, action):
        """Run an action with each kind of target; it must leave nothing behind."""
        cr = self.env.cr
        cr.execute("SET LOCAL jit TO on")  # whatever the server's own setting is
        cr.execute("CREATE TEMP TABLE IF NOT EXISTS x_mark (n int)")
        cr.execute(
            "INSERT INTO x_mark VALUES (1) RETURNING (SELECT count(*) FROM x_mark)"
        )
        before = cr.fetchone()[0] + 1
        begun = io.BytesIO(b"before")
        with tempfile.TemporaryDirectory() as folder:
            existing = Path(folder, "old.xlsx")
            existing.write_bytes(b"old")
            for target in (begun, Path(folder, "new.xlsx"), existing):
                begun.seek(6)
                with self.assertRaises(error), mute_logger("odoo.sql_db"):
                    action(target)
                names = [path.name for path in Path(folder).iterdir()]
                self.assertEqual(names, ["old.xlsx"])
                self.assertEqual(existing.read_bytes(), b"old")
                self.assertEqual(begun.getvalue(), b"before")
                # The transaction goes on, with all it had done.
                cr.execute("SELECT count(*), current_setting('jit') FROM x_mark")
                self.assertEqual(cr.fetchone(), (before, "on"))

    def test_cancelled(self):
        class Cancelled(BaseException):
            pass

        def progress(done, total):
            self.assertLess(done, total)
            raise Cancelled

        def action(target):
            with StreamWorkbook(
                self.env.cr, target, progress=progress, progress_every=100
            ) as book:
                query = "SELECT repeat('x', 300) FROM generate_series(1, 200000)"
                book.add_sheet(SheetSpec("Rows", [Column("t")], query))

        self.check_leaves_nothing(Cancelled, action)

    def test_error_of_postgresql_in_the_middle(self):
        def action(target):
            with StreamWorkbook(self.env.cr, target) as book:
                query = "SELECT 1 / (20000 - g) FROM generate_series(1, 50000) AS g"
                book.add_sheet(SheetSpec("Rows", [Column("n", "integer")], query))

        self.check_leaves_nothing(psycopg2.errors.DivisionByZero, action)

    def test_error_before_the_rows(self):
        def action(target):
            with StreamWorkbook(self.env.cr, target) as book:
                book.add_sheet(SheetSpec("Rows", [Column("t")], "SELECT 'x'"))
                raise KeyError

        self.check_leaves_nothing(KeyError, action)

    def test_error_of_the_disk(self):
        target = FullDisk()
        with self.assertRaises(OSError), StreamWorkbook(self.env.cr, target) as book:
            query = "SELECT md5(g::text) FROM generate_series(1, 50000) AS g"
            book.add_sheet(SheetSpec("Rows", [Column("t")], query))
        self.assertEqual(target.getvalue(), b"")
        self.env.cr.execute("SELECT 1")

    def test_rows_that_change_are_noticed(self):
        self.env.cr.execute("CREATE TEMP SEQUENCE x_rows")

        def action(target):
            with StreamWorkbook(self.env.cr, target) as book:
                query = "SELECT generate_series(1, nextval('x_rows'))"
                book.add_sheet(SheetSpec("Rows", [Column("n", "integer")], query))

        self.check_leaves_nothing(StreamError, action)

    def test_memory(self):
        """A part of what the rows take, which are written and forgotten."""
        query = "SELECT repeat('x', 200), g FROM generate_series(1, 100000) AS g"
        columns = [Column("t"), Column("n", "integer", total=True)]
        with tempfile.TemporaryFile() as target:
            tracemalloc.start()
            with StreamWorkbook(self.env.cr, target) as book:
                book.add_sheet(SheetSpec("Rows", columns, query, table="Light 1"))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            rows = zipfile.ZipFile(target).getinfo("xl/worksheets/sheet1.xml")
        self.assertLess(peak, rows.file_size / 8)
