from fractions import Fraction
from math import comb, inf

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_referral_service.tools.poisson import (
    beta_below,
    rate_ratio,
    share_limits,
)


def at_least(count, total, share):
    """The chance of at least so many of so many, added up case by case."""
    return sum(
        comb(total, k) * share**k * (1 - share) ** (total - k)
        for k in range(count, total + 1)
    )


@tagged("post_install", "-at_install")
class TestPoisson(BaseCase):
    """Against printed tables, and against adding up all cases with fractions."""

    def test_printed_limits_of_shares(self):
        """R: binom.test(x, n)$conf.int"""
        for count, total, low, high in (
            (0, 10, 0.0, 0.3084971),
            (1, 10, 0.002528579, 0.4450161),
            (5, 10, 0.1870861, 0.8129139),
            (10, 10, 0.6915029, 1.0),
            (20, 100, 0.1266556, 0.2918427),
        ):
            with self.subTest(count=count, total=total):
                found = share_limits(count, total)
                self.assertAlmostEqual(found[0], low, 6)
                self.assertAlmostEqual(found[1], high, 6)

    def test_printed_ratio(self):
        """The example of R: poisson.test(c(11, 6+8+7), c(800, 1083+1050+878))"""
        found = rate_ratio(21, 11, 3011, 800)
        self.assertAlmostEqual(found.ratio, 1.971488, 6)
        self.assertAlmostEqual(found.low, 0.8584264, 6)
        self.assertAlmostEqual(found.high, 4.2772659, 6)

    def test_beta_is_the_sum_of_all_cases(self):
        for total in (1, 2, 7, 30, 60):
            for count in range(1, total + 1):
                for share in (Fraction(1, 97), Fraction(1, 3), Fraction(9, 10)):
                    self.assertAlmostEqual(
                        beta_below(float(share), count, total - count + 1),
                        float(at_least(count, total, share)),
                        12,
                    )

    def test_limits_hold_exactly_a_fortieth_on_each_side(self):
        for count, total in ((1, 9), (4, 25), (30, 55)):
            low, high = (Fraction(limit) for limit in share_limits(count, total))
            self.assertAlmostEqual(float(at_least(count, total, low)), 0.025, 10)
            above = 1 - at_least(count + 1, total, high)
            self.assertAlmostEqual(float(above), 0.025, 10)

    def test_nothing_before_or_after(self):
        self.assertEqual(rate_ratio(0, 30).ratio, inf)
        self.assertGreater(rate_ratio(0, 30).low, 1)
        self.assertEqual(rate_ratio(30, 0)[:2], (0.0, 0.0))
        self.assertLess(rate_ratio(30, 0).high, 1)
        self.assertEqual(rate_ratio(0, 0)[1:], (0.0, inf))

    def test_properties(self):
        for before, after in ((3, 8), (40, 40), (500, 420), (1, 0)):
            found = rate_ratio(before, after)
            self.assertLessEqual(found.low, found.ratio)
            self.assertLessEqual(found.ratio, found.high)
            back = rate_ratio(after, before)
            if found.ratio:
                self.assertAlmostEqual(found.ratio * back.ratio, 1, 9)
                self.assertAlmostEqual(found.low * back.high, 1, 9)
            doubled = rate_ratio(before, after, 2000, 1000)
            self.assertAlmostEqual(doubled.high, 2 * found.high, 9)

    def test_more_cases_are_surer(self):
        widths = []
        for factor in (1, 10, 1_000, 100_000):
            found = rate_ratio(9 * factor, 6 * factor)
            widths.append(found.high - found.low)
        self.assertEqual(widths, sorted(widths, reverse=True))
        # 2 * 1.96 * 2/3 * sqrt(1 / 900_000 + 1 / 600_000), as for normal counts
        self.assertAlmostEqual(widths[-1], 0.004356, 5)
