import doctest
import unittest

from odoo.tests import BaseCase, tagged
from odoo.tools.translate import LazyTranslate

from ..tools import figures
from ..tools.figures import Counted, Figure, Rate

_lt = LazyTranslate(__name__)


def make(kind=Figure, **vals):
    return kind(**{"code": "x", "name": "X", "help": "What X is.", **vals})


@tagged("post_install", "-at_install")
class TestFigures(BaseCase):
    """The arithmetic of figures: no database is needed for it."""

    def test_doctests(self):
        result = unittest.TestResult()
        doctest.DocTestSuite(figures).run(result)
        self.assertTrue(result.wasSuccessful(), result.failures)
        self.assertGreater(result.testsRun, 0)

    def test_change(self):
        for fmt, now, before, expected in (
            ("integer", 6, 4, 0.5),
            ("money", 0, 4, -1),
            ("integer", 6, 0, None),
            ("integer", None, 4, None),
            ("percent", 0.5, 0.75, -25),
            ("percent", 0.25, 0, 25),
            ("score", 70, 80.5, -10.5),
            ("points", -20, 0, -20),
            ("decimal", 3, 2, 0.5),
            ("score", 70, None, None),
        ):
            with self.subTest(fmt, now=now, before=before):
                self.assertEqual(make(format=fmt).get_change(now, before), expected)

    def test_rate(self):
        rate = make(Rate, part="won", whole=("won", "lost"))
        self.assertEqual(rate.format, "percent")
        self.assertEqual(rate.parts, ("won", "won", "lost"))
        for won, lost, value, base in (
            (3, 1, 0.75, 4),
            (0, 5, 0, 5),
            (0, 0, None, 0),
            (None, 2, 0, 2),
        ):
            values = {"won": won, "lost": lost}
            self.assertEqual(rate.get_value(values), value)
            self.assertEqual(rate.get_base(values), base)

    def test_mean_and_its_n(self):
        mean = make(Counted, model="m", measure="days", aggregator="avg", base="n")
        self.assertEqual(mean.aggregate, "days:avg")
        self.assertIsNone(mean.nothing)
        self.assertEqual(mean.get_base({"x": 2.5, "n": 4}), 4)
        self.assertEqual(mean.get_base({"x": None, "n": None}), 0)
        count = make(Counted, model="m", measure="count")
        self.assertEqual((count.aggregate, count.nothing), ("count:sum", 0))
        self.assertIsNone(count.get_base({"x": 2}))

    def test_what_is_needed(self):
        mean = make(code="mean", base="n")
        rate = make(Rate, code="rate", part="a", whole=("b", "c"))
        self.assertEqual(figures.needed([mean, rate]), {"mean", "n", "a", "b", "c"})

    def test_rates_of_an_analysis(self):
        parts = [
            make(Counted, code=code, model=model, measure=f"{code}_count")
            for code, model in (("a", "one"), ("b", "one"), ("c", "other"))
        ]
        rates = [
            make(Rate, code="r", part="a", whole=("b",), measure="rate"),
            make(
                Rate,
                code="s",
                part="a",
                whole=("a", "b"),
                measure="share",
                whole_measure="all_count",
            ),
            make(Rate, code="t", part="c", whole=("c",), measure="elsewhere"),
            make(Rate, code="u", part="a", whole=("b",)),  # only on paper
        ]
        self.assertEqual(
            figures.rates_of([*parts, *rates], "one"),
            {"rate": ("a_count", "b_count"), "share": ("a_count", "all_count")},
        )

    def test_words_of_a_field(self):
        figure = make(name=_lt("Name"), help=_lt("Value"))
        self.assertEqual(figures.words_of(figure), {"string": "Name", "help": "Value"})
