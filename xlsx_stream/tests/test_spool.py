import io
import json
import os
import tempfile
import zipfile
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import workbook
from ..tools.workbook import Column, SheetSpec, Spool, StreamWorkbook
from .common import XlsxCase


class Stopped(Exception):
    """A run of a job that ends after a slice."""


@tagged("post_install", "-at_install")
class TestXlsxSpool(XlsxCase):
    COLUMNS = (
        Column("n", "link", link="https://x.example/{}"),
        Column("Text"),
        Column("Amount", "decimal", total=True),
        Column("Count", "integer", total=True),
    )
    QUERY = """SELECT g, CASE WHEN g %% 7 = 0 THEN repeat('x', 40000)
        ELSE 'n & ' || g END, g / 4.0, g FROM generate_series(1, {}) AS g"""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()), "spool")
        self.saved = []

    def spooled(self, state, *, slices=1000, slice_rows=4, count=26, max_rows=10):
        """One run of a job: the workbook, or nothing if it ended before.

        :param slices: after how many it is stopped
        """

        def save(spool):
            self.saved.append(json.dumps(spool.state))
            if len(self.saved) == enough:
                raise Stopped

        enough = len(self.saved) + slices
        spool = Spool(self.folder, state, save, slice_rows=slice_rows)
        target = io.BytesIO()
        options = {"max_rows": max_rows, "spool": spool}
        try:
            with StreamWorkbook(self.env.cr, target, **options) as book:
                self.add_sheets(book, count)
        except Stopped:
            self.assertEqual(target.getvalue(), b"")
            return None
        return target.getvalue(), book.report

    def add_sheets(self, book, count):
        small = book.workbook.add_worksheet("Small")
        small.write(0, 0, 1, book.workbook.add_format({"italic": True}))
        query = self.QUERY.format(count)
        book.add_sheet(SheetSpec("Rows", self.COLUMNS, query, key=0))
        book.add_sheet(SheetSpec("None", self.COLUMNS, self.QUERY.format(0), key=0))
        other = "SELECT g, 'x' FROM generate_series(1, 8) AS g"
        columns = (Column("n", "integer"), Column("t", style={"bold": True}))
        book.add_sheet(SheetSpec("Other", columns, other, key=0, table="Light 1"))
        book.add_sheet(SheetSpec("Whole", columns, other, order_by="g"))

    def cells(self, content):
        """All that is in a workbook, with its formats."""
        book = self.load(content)
        return {
            sheet.title: [
                [(cell.value, cell.number_format, cell.font.b) for cell in row]
                for row in sheet.iter_rows()
            ]
            + [sheet.auto_filter.ref, sheet.dimensions]
            for sheet in book
        }

    def in_one_go(self, count=26, max_rows=10):
        target = io.BytesIO()
        with StreamWorkbook(self.env.cr, target, max_rows=max_rows) as book:
            self.add_sheets(book, count)
        return target.getvalue(), book.report

    def assertSame(self, made, expected):  # noqa: N802
        self.assertEqual(self.cells(made[0]), self.cells(expected[0]))
        self.assertEqual(made[1].rows, expected[1].rows)
        self.assertEqual(made[1].truncated, expected[1].truncated)
        with zipfile.ZipFile(io.BytesIO(made[0])) as package:
            self.assertIsNone(package.testzip())

    def test_slices_make_the_same_workbook(self):
        for count, max_rows, slice_rows in (
            *((26, 10, 4), (26, 10, 100), (26, 50, 5), (25, 50, 5)),
            *((16, 10, 8), (0, 10, 4), (1, 10, 1)),
        ):
            with self.subTest(count=count, max_rows=max_rows, slice_rows=slice_rows):
                sizes = {"count": count, "max_rows": max_rows}
                made = self.spooled(None, slice_rows=slice_rows, **sizes)
                self.assertSame(made, self.in_one_go(**sizes))

    def test_stopped_after_each_slice(self):
        """A run a slice: each goes on where the one before it stopped."""
        runs, state = 0, None
        while not (made := self.spooled(state, slices=1)):
            state = json.loads(self.saved[-1])
            runs += 1
        self.assertGreater(runs, 8)
        self.assertSame(made, self.in_one_go())

    def test_what_a_killed_run_wrote_does_not_count(self):
        self.spooled(None, slices=3)
        for path in self.folder.iterdir():
            with path.open("ab") as file:
                file.write(b"half a slice")
        made = self.spooled(json.loads(self.saved[-1]))
        self.assertSame(made, self.in_one_go())

    def test_error_in_the_middle_of_a_slice(self):
        self.spooled(None, slices=2)
        state = self.saved[-1]
        with (
            patch.object(workbook, "copy_statement", lambda *_: "COPY nonsense"),
            self.assertRaises(psycopg2.Error),
            mute_logger("odoo.sql_db"),
        ):
            self.spooled(json.loads(state))
        self.assertEqual(self.saved[-1], state)
        made = self.spooled(json.loads(state))
        self.assertSame(made, self.in_one_go())

    def test_lost_files_are_made_again(self):
        """Another machine, or a cleaned disk: it begins afresh."""
        self.spooled(None, slices=4)
        state = json.loads(self.saved[-1])
        for path in list(self.folder.iterdir())[:1]:
            path.unlink()
        made = self.spooled(state)
        self.assertSame(made, self.in_one_go())

    def test_cut_off_slices_are_made_again(self):
        """A disk that was full, or a power cut: what the state says is not there."""
        for missing in (1, 10, None):
            with self.subTest(missing=missing):
                self.saved.clear()
                self.spooled(None, slices=4)
                state = json.loads(self.saved[-1])
                parts = [part for sheet in state for part in sheet["parts"]]
                self.assertGreater(len(parts), 1)
                path = self.folder / "0-0.rows"
                size = path.stat().st_size
                self.assertEqual(size, parts[0]["packed"])
                os.truncate(path, size - missing if missing else 0)
                self.assertFalse(Spool(self.folder, state).resumed)
                self.assertSame(self.spooled(state), self.in_one_go())

    def test_whole_slices_are_not_read_again(self):
        self.spooled(None, slices=4)
        state = json.loads(self.saved[-1])
        spool = Spool(self.folder, state)
        self.assertTrue(spool.resumed)
        read = spool.rows
        self.assertEqual(read, sum(p["rows"] for s in state for p in s["parts"]))
        self.assertGreater(read, 0)
        statements = []
        copy_statement = workbook.copy_statement

        def note(*args):
            statements.append(args[3])
            return copy_statement(*args)

        with patch.object(workbook, "copy_statement", note):
            made = self.spooled(state)
        self.assertSame(made, self.in_one_go())
        self.assertNotEqual(statements, [])
        last = json.loads(self.saved[3])[0]["last"]
        self.assertIn(f"WHERE c0 < {last}", statements[0])

    def test_progress_that_raises_keeps_the_slices(self):
        """A sheet that is read at once comes behind them; they are there already."""
        calls = []

        def progress(done, total):
            calls.append((done, total))
            raise Stopped

        target = io.BytesIO(b"begun")
        target.seek(5)
        spool = Spool(
            self.folder,
            None,
            lambda spool: self.saved.append(json.dumps(spool.state)),
            slice_rows=4,
        )
        options = {"max_rows": 10, "progress": progress, "progress_every": 1}
        with (
            self.assertRaises(Stopped),
            StreamWorkbook(self.env.cr, target, spool=spool, **options) as book,
        ):
            self.add_sheets(book, 26)
        self.assertEqual(target.getvalue(), b"begun")
        self.assertEqual(calls, [(42, 42)])
        state = json.loads(self.saved[-1])
        self.assertEqual(state, spool.state)
        self.assertEqual([sheet["whole"] for sheet in state], [True] * 3)
        self.assertSame(self.spooled(state), self.in_one_go())

    def test_other_columns_begin_afresh(self):
        self.spooled(None, slices=4)
        state = json.loads(self.saved[-1])
        state[0]["shape"] = "of an older version"
        self.assertSame(self.spooled(state), self.in_one_go())

    def test_each_row_once_though_rows_come_and_go(self):
        """Between two runs; downwards by the key, so new rows are not met."""
        cr = self.env.cr
        cr.execute("CREATE TEMP TABLE x_row AS SELECT generate_series(1, 20) AS n")
        columns = [Column("n", "integer", total=True)]

        def run(state, slices):
            def save(spool):
                self.saved.append(json.dumps(spool.state))
                if len(self.saved) == slices:
                    raise Stopped

            spool = Spool(self.folder, state, save, slice_rows=5)
            target = io.BytesIO()
            with StreamWorkbook(cr, target, spool=spool) as book:
                spec = SheetSpec("Rows", columns, "SELECT n FROM x_row", key=0)
                book.add_sheet(spec)
            return target.getvalue()

        with self.assertRaises(Stopped):
            run(None, 2)
        cr.execute(
            "INSERT INTO x_row VALUES (21); DELETE FROM x_row WHERE n IN (3, 18)"
        )
        content = run(json.loads(self.saved[-1]), 99)
        sheet = self.load(content, data_only=True)["Rows"]
        rows = [row[0] for row in sheet.iter_rows(3, values_only=True)]
        self.assertEqual(rows, [n for n in range(20, 0, -1) if n != 3])
        self.assertEqual(sheet["A1"].value, sum(rows))
