import doctest
import io
import unittest
from datetime import date, datetime

import xlsxwriter
from openpyxl import load_workbook

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_foundation.tools.figures import Figure, Rate

from ..tools import workbook_look
from ..tools.workbook_look import Look, make_formats
from ..tools.workbook_page import Page

ASKED = Figure(code="asked", name="Asked", help="Who was asked.")
YES = Figure(code="yes", name="Said Yes", help="Who said yes.")
DAYS = Figure(code="days", name="Days", help="How long it took.", format="decimal")
SHARE = Rate(code="share", name="Share", help="Of all.", part="yes", whole=("asked",))


@tagged("post_install", "-at_install")
class TestWorkbookPage(BaseCase):
    """Small sheets, read back: no database is needed for them."""

    def _make(self, write, look=None):
        """:return: the sheet that a function has written, with values and formulas"""
        look = look or Look()
        target = io.BytesIO()
        with xlsxwriter.Workbook(target, look.book_options) as book:
            write(Page(book, "Page", look, make_formats(book, look)))
        return [load_workbook(target, data_only=only)["Page"] for only in (True, False)]

    def _read(self, sheet):
        return [list(row) for row in sheet.iter_rows(values_only=True)]

    def test_doctests(self):
        result = unittest.TestResult()
        doctest.DocTestSuite(workbook_look).run(result)
        self.assertTrue(result.wasSuccessful(), result.failures)
        self.assertGreater(result.testsRun, 0)

    def test_table_of_figures(self):
        """Sums and rates are formulas, over the very rows; what cannot be summed is
        given.
        """
        lines = [
            (date(2026, 1, 1), {"asked": 4, "yes": 1, "days": 2.5}),
            (date(2026, 2, 1), {"asked": 0, "yes": 0, "days": None}),
            ("Others", {"asked": 4, "yes": 3, "days": 1.5}),
        ]
        areas = []
        values, formulas = self._make(
            lambda page: areas.append(
                page.write_figure_table(
                    0, "Month", [ASKED, YES, SHARE, DAYS], lines, {"days": 2}
                )
            )
        )
        self.assertEqual(areas, [(1, 3)])
        self.assertEqual(
            self._read(values),
            [
                ["Month", "Asked", "Said Yes", "Share", "Days"],
                [datetime(2026, 1, 1), 4, 1, 0.25, 2.5],
                [datetime(2026, 2, 1), 0, 0, None, None],
                ["Others", 4, 3, 0.75, 1.5],
                ["Total", 8, 4, 0.5, 2],
            ],
        )
        found = self._read(formulas)
        self.assertEqual(found[1][3], '=IF((B2)=0,"",C2/(B2))')
        self.assertEqual(found[4][1:3], ["=SUM(B2:B4)", "=SUM(C2:C4)"])
        self.assertEqual(found[4][3], '=IF((B5)=0,"",C5/(B5))')
        self.assertEqual(formulas["A2"].number_format, "yyyy-mm")
        self.assertEqual(formulas["D2"].number_format, "0.0%")

    def test_table_without_rows(self):
        values, _formulas = self._make(
            lambda page: page.write_figure_table(0, "Month", [ASKED, YES, SHARE], [])
        )
        self.assertEqual(self._read(values)[1], ["Total", 0, 0, None])

    def test_labels(self):
        def write(page):
            for row, label in enumerate((2026, date(1899, 12, 1), "=1+1")):
                page.write_label(row, label)

        values, _formulas = self._make(write)
        labels = [row[0] for row in self._read(values)]
        self.assertEqual(labels, [2026, "1899-12-01", "=1+1"])

    def test_shares_and_totals(self):
        def write(page):
            for row, count in enumerate((3, 1)):
                page.write_number(row, 1, count)
                page.write_share(row, (0, 1), count, 4)
            page.write_totals(1, 0, [4])
            page.write_totals(4, 5, [0])

        values, formulas = self._make(write)
        self.assertEqual([row[2] for row in self._read(values)][:2], [0.75, 0.25])
        self.assertEqual(values["B3"].value, 4)
        self.assertEqual(formulas["B3"].value, "=SUM(B1:B2)")
        self.assertEqual(values["B6"].value, 0)

    def test_looks(self):
        """Language, paper and currency of the reader."""
        look = Look(
            lang="zh_TW",
            right_to_left=True,
            symbol="元",
            symbol_after=True,
            decimals=0,
            one_currency=False,
            points='"點"',
            total="總計",
        )
        self.assertEqual(look.codes["money"], '#,##0 "元"')
        self.assertEqual(look.codes["row_money"], "#,##0")
        self.assertEqual(look.codes["change_points"], '+0.0" 點";-0.0" 點";0.0" 點"')
        values, _formulas = self._make(
            lambda page: page.write_totals(0, 0, [1]), look=look
        )
        self.assertEqual(values["A2"].value, "總計")
        self.assertEqual(values["A2"].font.name, "Microsoft JhengHei")
        self.assertTrue(values.sheet_view.rightToLeft)
        self.assertEqual(Look().codes["money"], '"$" #,##0.00')

    def test_charts(self):
        def write(page):
            lines = [("A", {"asked": 1}), ("B", {"asked": 2})]
            page.write_figure_table(0, "x", [ASKED], lines)
            for row, kind in enumerate(("column", "line", "bar", "radar")):
                page.insert_chart((20 * row, 3), kind, kind, (1, 2, [1]), highest=9)

        values, _formulas = self._make(write)
        self.assertEqual(len(values._charts), 4)
        for chart in values._charts:
            [series] = chart.series
            self.assertEqual(series.val.numRef.f, "'Page'!$B$2:$B$3".replace("'", ""))
