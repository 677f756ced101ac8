from datetime import datetime, timedelta
from itertools import product
from unittest.mock import patch

from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.crm_foundation.tools.added_up import AddedUp


@tagged("post_install", "-at_install")
class TestAnalysis(TransactionCase):
    """Shares and medians of any group are of its rows, and never of other groups."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Analysis = cls.env["test.analysis"]
        cls.Analysis.create(
            [
                {"name": name, "part": part, "whole": whole, "days": days}
                for name, part, whole, days in (
                    ("a", 1, 2, 1),
                    ("a", 3, 10, 2),
                    ("a", 1, 4, 60),
                    ("b", 4, 4, 5),
                    ("b", 0, 4, 8),
                    ("c", 0, 0, 7),
                )
            ]
        )

    def _read(self, *groupby, measure):
        rows = self.Analysis._read_group([], list(groupby), [measure])
        return dict(rows) if groupby else rows[0][0]

    def test_quotient_is_a_sum_by_a_sum(self):
        # The mean of the rows would be 0.35 and 0.5.
        rates = self._read("name", measure="rate:avg")
        self.assertEqual(rates, {"a": 5 / 16, "b": 0.5, "c": False})
        self.assertEqual(self._read(measure="rate:avg"), 9 / 24)

    def test_median_is_of_the_rows(self):
        medians = self._read("name", measure="days:avg")
        self.assertEqual(medians, {"a": 2, "b": 6.5, "c": 7})
        # Of 1, 2, 5, 7, 8 and 60; the mean of the medians would be 5.2.
        self.assertEqual(self._read(measure="days:avg"), 6)

    def test_no_rows(self):
        self.Analysis.search([]).unlink()
        self.assertIs(self._read(measure="rate:avg"), False)
        self.assertIs(self._read(measure="days:avg"), False)

    def test_other_aggregates_are_as_ever(self):
        self.assertEqual(self._read(measure="whole:sum"), 24)
        self.assertEqual(self._read(measure="days:count"), 6)

    def test_which_rows_are_counted(self):
        described = self.Analysis.fields_get(["rate", "days", "part", "name"])
        for name, domain in (
            ("rate", [["whole", "!=", 0]]),
            ("days", [["part", "!=", 0]]),
            ("part", [["part", "!=", 0]]),
        ):
            self.assertEqual(described[name]["counted_domain"], domain, name)
            self.assertFalse(described[name]["groupable"], name)
        self.assertNotIn("counted_domain", described["name"])


@tagged("post_install", "-at_install")
class TestMonths(TransactionCase):
    """Rows that are added up by month first are what Odoo's own grouping tells."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "analyst", "base.group_system")
        cls.Analysis = cls.env["test.analysis"].with_user(cls.user)
        # Around the turns of months, and where clocks are changed: to the minute.
        turns = [
            datetime(year, month, day)
            for year, month, day in (
                (2025, 1, 1),
                (2025, 3, 31),
                (2025, 4, 1),
                (2025, 10, 26),
                (2025, 11, 1),
                (2025, 11, 2),
                (2026, 1, 1),
                (2026, 3, 29),
            )
        ]
        hours = [-15, -14, -12.5, -8, -5.75, -1, 0, 0.5, 2.5, 3.5, 4, 11, 12, 13, 300]
        moments = [
            turn + timedelta(hours=hour, seconds=second)
            for turn, hour, second in product(turns, hours, (-1, 0))
        ]
        cls.env["test.analysis"].create(
            [
                {
                    "name": "abc"[number % 3],
                    "part": number % 5,
                    "whole": number % 7 and 6,
                    "days": number / 4,
                    "moment": moment,
                    "is_new": number % 2,
                    "user_id": cls.user.id if number % 4 else False,
                }
                for number, moment in enumerate([*moments, False])
            ]
        )

    def _ask_both(self, method, *args, tz="Asia/Taipei", **options):
        """:return: what is told, and what Odoo's own grouping says to it"""
        Analysis = self.Analysis.with_context(tz=tz)
        found = getattr(Analysis, method)([], *args, **options)
        with patch.object(self.registry["test.analysis"], "_month_moments", {}):
            return found, getattr(Analysis, method)([], *args, **options)

    def test_each_period_in_each_time_zone(self):
        zones = ("Asia/Taipei", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu")
        extremes = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC", False)
        periods = (
            "month",
            "quarter",
            "year",
            "week",
            "day",
            "month_number",
            "hour_number",
        )
        for tz, period in product(zones + extremes, periods):
            with self.subTest(tz=tz, period=period):
                found, expected = self._ask_both(
                    "_read_group", [f"moment:{period}"], ["__count", "part:sum"], tz=tz
                )
                self.assertEqual(found, expected)
                self.assertGreater(len(found), 1)

    def test_zones_do_differ(self):
        """The test of the test above."""
        told = {
            tz: str(self._ask_both("_read_group", ["moment:month"], ["__count"], tz=tz))
            for tz in ("Asia/Taipei", "Europe/Berlin", "America/St_Johns")
        }
        self.assertEqual(len(set(told.values())), 3)

    def test_figures_of_any_group(self):
        """What can be added up, and what cannot: medians, means and texts."""
        measures = ["__count", "part:sum", "rate:avg"]
        by = ["moment:month", "is_new", "user_id"]
        for groupby, aggregates, options in (
            (by, measures, {}),
            (by, [*measures, "days:avg"], {}),
            (by, ["part:avg", "id:count_distinct"], {}),
            (["moment:year", "moment:month"], measures, {}),
            (["moment:month", "moment:week"], measures, {}),
            (["moment:month", "name"], measures, {}),
            (["user_id.name", "moment:month"], measures, {}),
            (["moment:month"], measures, {"order": "part:sum desc, moment:month"}),
            (["moment:month"], ["__count"], {"order": "rate:avg, moment:month"}),
            (["moment:month"], ["__count"], {"order": "days:avg desc, moment:month"}),
            (by, measures, {"order": "user_id desc, moment:month, is_new"}),
            (by, measures, {"limit": 2, "offset": 1}),
            (by, measures, {"having": [("__count", ">", 9), ("part:sum", "<", 99)]}),
            (by, measures, {"having": [("days:avg", ">", 20)]}),
        ):
            with self.subTest(groupby=groupby, aggregates=aggregates, options=options):
                found, expected = self._ask_both(
                    "_read_group", groupby, aggregates, **options
                )
                self.assertTrue(found)
                self.assertEqual(found, expected)
                self.assertEqual(
                    [list(map(type, row)) for row in found],
                    [list(map(type, row)) for row in expected],
                )

    def test_totals_of_a_pivot(self):
        sets = [[], ["moment:month"], ["is_new"], ["moment:month", "is_new"]]
        for aggregates in (["__count", "part:sum", "rate:avg"], ["days:avg"]):
            for method in ("_read_grouping_sets", "formatted_read_grouping_sets"):
                found, expected = self._ask_both(method, sets, aggregates)
                self.assertEqual(found, expected)
                self.assertEqual(len(found[0]), 1)
        self.env["test.analysis"].search([]).unlink()
        found, expected = self._ask_both("_read_grouping_sets", sets, ["__count"])
        self.assertEqual(found, expected)

    def test_added_up_where_that_is_enough(self):
        for specs, aggregates, enough in (
            (["moment:month", "is_new"], ["__count", "part:sum", "rate:avg"], True),
            (["moment:week"], ["__count"], False),
            (["is_new"], ["__count"], False),
            (["moment:month"], ["days:avg"], False),
            (["moment:month", "name"], ["__count"], False),
        ):
            rows = self.Analysis._add_up([], specs, aggregates, None)
            self.assertEqual(isinstance(rows, AddedUp), enough, (specs, aggregates))

    def test_nobody_sees_how(self):
        self.assertNotIn("month_moment", self.Analysis.fields_get())
