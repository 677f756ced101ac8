import doctest
import unittest
from unittest.mock import MagicMock

from odoo.tests import BaseCase, tagged

from ..tools import paper


@tagged("post_install", "-at_install")
class TestXlsxPaper(BaseCase):
    def test_examples(self):
        """The examples in the documentation of the functions."""
        result = unittest.TestResult()
        doctest.DocTestSuite(paper).run(result)
        self.assertGreaterEqual(result.testsRun, 2)
        self.assertFalse(result.failures + result.errors)

    def test_lines_of_a_text(self):
        for text, width, lines in (
            ("", 10, 1),
            ("Revenue", 7, 1),
            ("Revenue", 6, 2),
            ("Won from", 8, 1),
            ("Won from", 7, 2),
            ("a b c d", 3, 2),
            ("x" * 25, 10, 3),
            ("商機數", 6, 1),
            ("商機數", 5, 2),
            ("Won 商機", 8, 1),
            ("Won 商機", 7, 2),
        ):
            with self.subTest(text=text, width=width):
                self.assertEqual(paper.count_lines(text, width), lines)

    def test_pages_beside_each_other(self):
        """A column of 10 characters has 75 pixels; a page of 300 takes 400 of them."""
        for widths, repeated, pages in (
            ([], 0, 1),
            ([10] * 5, 0, 1),
            ([10] * 6, 0, 2),
            ([10] * 10, 0, 2),
            ([10] * 11, 0, 3),
            ([10] * 6, 1, 2),
            ([10] * 9, 1, 2),
            ([10] * 10, 1, 3),  # one on each page, and four new ones
            ([10] * 10, 2, 3),
            ([10] * 10, 3, 1),  # more than half of the page would be repeated
            ([100] * 3, 0, 3),  # each too wide for a page
        ):
            with self.subTest(widths=widths, repeated=repeated):
                self.assertEqual(paper.pages_wide(widths, repeated, 300), pages)

    def make(self, **options):
        """What a worksheet is told."""
        worksheet = MagicMock()
        paper.set_up_page(worksheet, **options)
        return {
            name: args
            for name, args, kwargs in worksheet.mock_calls
            if not self.assertEqual(kwargs, {})
        }

    def test_set_up(self):
        self.assertEqual(
            self.make(footer="&P"),
            {
                "set_landscape": (),
                "set_paper": (9,),
                "set_margins": (0.5, 0.5, 0.7, 0.7),
                "fit_to_pages": (1, 0),
                "set_footer": ("&P",),
            },
        )
        told = self.make(paper=paper.LETTER, landscape=False)
        self.assertNotIn("set_landscape", told)
        self.assertEqual(told["set_paper"], (1,))

    def test_set_up_of_a_wide_sheet(self):
        """The frozen columns are on each page, and one reads on to the right."""
        told = self.make(widths=[10] * 40, repeated=2)
        self.assertEqual(told["fit_to_pages"], (3, 0))
        self.assertEqual(told["repeat_columns"], (0, 1))
        self.assertEqual(told["print_across"], ())
        upright = self.make(widths=[10] * 40, landscape=False)
        self.assertEqual(upright["fit_to_pages"], (4, 0))
        self.assertNotIn("repeat_columns", upright)
