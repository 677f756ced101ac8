from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tests import TransactionCase, freeze_time, tagged

from ..tools.figures import Counted, Rate, Records
from ..tools.period_domain import period_domain


@tagged("post_install", "-at_install")
class TestDashboard(TransactionCase):
    """A dashboard is what its model says: here the contacts that were made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={"tz": "Asia/Taipei"})
        cls.Dashboard = cls.env["crm.dashboard.mixin"]
        cls.count = Counted(
            code="contacts",
            name="Contacts",
            help="Contacts that were made.",
            model="res.partner",
            measure="color",
            records=Records("res.partner", "create_date", (("active", "=", True),)),
        )

    def _patch(self, **results):
        """Let the mixin say what is on it."""
        for name, result in results.items():
            patcher = patch.object(
                type(self.Dashboard), name, lambda *_args, _result=result: _result
            )
            self.startPatcher(patcher)

    def test_nothing_on_it(self):
        data = self.Dashboard.get_dashboard()
        self.assertEqual(data["days"], 90)
        self.assertEqual([each["days"] for each in data["periods"]], [30, 90, 365])
        for name in ("figures", "sections", "choices", "buttons", "links"):
            self.assertEqual(data[name], [])
        self.assertEqual(data["explanation"], "")
        self.assertEqual(data["empty"], "Nothing to show yet.")

    def test_only_what_is_on_the_lists(self):
        for days in (7, 10**9, -90, None, "90", [90], {"a": 1}, 90.5, True):
            with self.subTest(days), self.assertRaises(ValidationError):
                self.Dashboard.get_dashboard(days)
        self._patch(_get_filter_fields={"user_id"})
        for filters in ({"team_id": 1}, {"user_id": "1"}, {"user_id": True}, "x", [1]):
            with self.subTest(filters), self.assertRaises(ValidationError):
                self.Dashboard.get_dashboard(90, filters)
        data = self.Dashboard.get_dashboard(30, {"user_id": False})
        self.assertEqual(data["days"], 30)

    def test_what_was_chosen_is_shown_again(self):
        choice = {"name": "user_id", "label": "By", "all": "All", "options": []}
        self._patch(_get_filter_fields={"user_id"}, _get_choices=[choice])
        for filters, value in (({"user_id": 7}, 7), ({}, False), (None, False)):
            data = self.Dashboard.get_dashboard(90, filters)
            self.assertEqual(data["choices"], [{**choice, "value": value}])

    def test_periods(self):
        """The period ends today, as the reader counts days; the one before joins it."""
        seen = []

        def get_figures(_self, *args):
            seen.append(args)
            return []

        with (
            patch.object(type(self.Dashboard), "_get_figures", get_figures),
            freeze_time("2026-03-01 20:00:00"),  # the 2nd in Taipei
        ):
            self.Dashboard.get_dashboard(30)
        self.assertEqual(
            seen,
            [
                (
                    (date(2026, 2, 1), date(2026, 3, 2)),
                    (date(2026, 1, 2), date(2026, 1, 31)),
                    {},
                )
            ],
        )

    def test_figure(self):
        rate = Rate(
            code="r", name="Rate", help="A share.", part="contacts", whole=("all",)
        )
        values, before = {"contacts": 1, "all": 4}, {"contacts": 1, "all": 2}
        shown = self.Dashboard._prepare_figure(rate, values, before, {}, [None, 0.5])
        self.assertEqual(
            shown,
            {
                "code": "r",
                "name": "Rate",
                "help": "A share.",
                "format": "percent",
                "value": 0.25,
                "previous": 0.5,
                "change": -25,
                "in_points": True,
                "wanted": 1,
                "base": 4,
                "base_format": "integer",
                "trend": [None, 0.5],
                "group": "",
                "action": {},
            },
        )
        shown = self.Dashboard._prepare_figure(self.count, values, before, {})
        self.assertEqual((shown["base"], shown["trend"]), (None, []))
        shown = self.Dashboard._prepare_figure(
            self.count, values, before, {}, group="Contacts"
        )
        self.assertEqual(shown["group"], "Contacts")

    def test_section(self):
        row = {"code": "a", "name": "A", "value": 0, "action": False}
        section = self.Dashboard._prepare_section("s", "S", "bars", [row], "None.")
        [shown] = section["rows"]
        self.assertEqual(shown, {**row, "format": "integer", "note": "", "hint": ""})
        self._patch(_get_sections=[section])
        self.assertTrue(self.Dashboard.get_dashboard()["empty"])
        section["rows"][0]["value"] = 1
        self.assertFalse(self.Dashboard.get_dashboard()["empty"])

    def test_action_of_a_period(self):
        """Both domains together are the records; the period can be taken off."""
        action = self.Dashboard._prepare_period_action(
            "Contacts",
            self.count.records,
            {"user_id": 7},
            (date(2026, 2, 1), date(2026, 3, 2)),
        )
        period = action.pop("period")
        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(
            Domain(action["domain"]),
            Domain(period["other_domain"]) & Domain(period["domain"]),
        )
        # As a browser gets it: the first moment of the reader's days.
        self.assertIn(["create_date", ">=", "2026-01-31 16:00:00"], period["domain"])
        self.assertIn(["create_date", "<", "2026-03-02 16:00:00"], period["domain"])
        self.assertIn(["user_id", "=", 7], period["other_domain"])
        self.assertEqual(period["description"], "Created on: 02/01/2026 to 03/02/2026")

    def test_days_of_a_date_and_of_a_time(self):
        Partner = self.env["res.partner"]
        first, last = date(2026, 1, 1), date(2026, 1, 31)
        self.assertEqual(
            period_domain(Partner, "create_date", first),
            Domain("create_date", ">=", datetime(2025, 12, 31, 16)),
        )
        Rate = self.env["res.currency.rate"]
        self.assertEqual(
            period_domain(Rate, "name", first, last),
            Domain("name", ">=", first) & Domain("name", "<", date(2026, 2, 1)),
        )
        self.assertTrue(period_domain(Partner, "create_date").is_true())

    def test_a_table_of_nothing_has_no_rows(self):
        def make(value):
            cells = [{"code": "a", "value": value, "action": {}}]
            rows = [{"code": "row", "name": "Row", "cells": cells}]
            return self.Dashboard._prepare_table("t", "Two", ["One"], rows, "None yet")

        self.assertEqual(make(3)["rows"][0]["value"], 3)
        self.assertEqual(make(3)["columns"], ["One"])
        self.assertEqual(make(0)["rows"], [])
        self.assertEqual(make(0)["empty"], "None yet")
        self.assertTrue(self.Dashboard._is_empty([], [make(0)]))
        self.assertFalse(self.Dashboard._is_empty([], [make(3)]))
