import ast
from collections import Counter
from datetime import datetime
from pathlib import Path

from odoo.fields import Command, Domain
from odoo.tests import BaseCase, tagged

from odoo.addons.crm_foundation.tools.figures import (
    Counted,
    Rate,
    needed,
    rates_of,
    source,
)

from ..figures import BY_CODE, FIGURES, RATES
from .export_common import ExportCommon

ADDON = Path(__file__).parents[1]
FORMATS = {"integer", "decimal", "percent", "score", "points", "money"}
# Read by a method beside the list, as what a figure rests on.
UNNAMED = {"nps_count"}


def read_texts():
    """:return: all texts in the addon's Python code but its tests, parts of one put
    together
    """
    for path in sorted(ADDON.rglob("*.py")):
        if "tests" in path.relative_to(ADDON).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@tagged("post_install", "-at_install")
class TestFigureList(BaseCase):
    """What can be said of the list itself, without a database."""

    def test_codes_and_names_are_one_figure_each(self):
        for attribute in ("code", "name", "help"):
            counts = Counter(
                each.code if attribute == "code" else source(getattr(each, attribute))
                for each in FIGURES
            )
            self.assertEqual(set(counts.values()), {1}, counts.most_common(1))

    def test_what_a_figure_is_made_of_is_on_the_list(self):
        self.assertLessEqual(needed(FIGURES), BY_CODE.keys() | UNNAMED)
        for figure in FIGURES:
            self.assertIn(figure.format, FORMATS, figure.code)
            if isinstance(figure, Rate):
                parts = [BY_CODE[code] for code in (figure.part, *figure.whole)]
                # One kind of thing divided by the same kind
                self.assertEqual(len({part.format for part in parts}), 1, figure.code)

    def test_words_are_written_once(self):
        """What a figure means stands in the list, and nowhere else."""
        counts = Counter(read_texts())
        for figure in FIGURES:
            self.assertEqual(counts[source(figure.help)], 1, figure.code)

    def test_rates(self):
        """What the pivot divides is what the workbook divides."""
        self.assertEqual(RATES, rates_of(FIGURES, "crm.referral.report"))
        self.assertEqual(
            RATES["success_rate"], ("request_introduced_count", "request_closed_count")
        )
        self.assertEqual(RATES["win_rate"], ("won_count", "lead_closed_count"))
        self.assertEqual(RATES["revenue_share"], ("won_revenue", "total_won_revenue"))
        values = {"won": 3, "lost": 1, "revenue": 500, "all_revenue": 2000}
        self.assertEqual(BY_CODE["win_rate"].get_value(values), 0.75)
        self.assertEqual(BY_CODE["win_rate"].get_base(values), 4)
        self.assertEqual(BY_CODE["share"].get_value(values), 0.25)


@tagged("post_install", "-at_install")
class TestFigures(ExportCommon):
    """A figure has one name, one meaning and one value, wherever it is shown."""

    def _get_dashboard(self, user=None, **filters):
        Dashboard = self.env["crm.referral.dashboard"].with_user(user or self.manager)
        data = Dashboard.get_dashboard(90, filters)
        return {figure["code"]: figure for figure in data["figures"]}

    def _get_values(self, user, **options):
        """:return: the values of all figures, as workbook, PDF and mail read them"""
        export = self._create_export(user, period="last_12_months", **options)
        return (
            export._get_workbook()
            .env["crm.referral.figures"]
            ._read(export._prepare_options(), BY_CODE)
        )

    def test_fields_of_the_analyses(self):
        """Names and helps of the pivot are those of the list."""
        for figure in FIGURES:
            if figure.code.startswith(("pride", "be_sure")):
                # Their measure is the mean of whatever is chosen.
                continue
            measure = getattr(figure, "measure", "")
            if not measure:
                continue
            model = "crm.referral.report"
            field = self.env[model]._fields[measure]
            self.assertEqual(field.string, source(figure.name))
            self.assertEqual(field.help, source(figure.help))
            if isinstance(figure, Counted):
                self.assertEqual(field.aggregator, figure.aggregator)

    def test_words_follow_the_reader(self):
        """Dashboard and summary call it the same, in the reader's language."""
        self.env["res.lang"]._activate_lang("zh_TW")
        env = self.env(user=self.manager, context={"lang": "zh_TW"})
        figures = {f.code: f for f in env["crm.referral.figures"]._get_key_figures()}
        dashboard = env["crm.referral.dashboard"].get_dashboard()["figures"]
        self.assertEqual(len(dashboard), 11)
        for shown in dashboard:
            figure = figures[shown["code"]]
            self.assertEqual((shown["name"], shown["help"]), (figure.name, figure.help))
        self.assertNotEqual(figures["nps"].name, source(BY_CODE["nps"].name))

    def test_dashboard_and_workbook_say_the_same(self):
        """Every figure of the dashboard, and what it rests on, for several readers."""
        self._give_export_right(self.rep | self.colleague)
        for user in (self.manager, self.rep, self.colleague):
            for chosen in ({}, {"user_id": self.rep.id}):
                data = self.env["crm.referral.dashboard"].with_user(user)
                shown = data.get_dashboard(365, chosen)["figures"]
                people = [Command.set(list(chosen.values()))]
                values = self._get_values(user, salesperson_ids=people)
                for each in shown:
                    figure = BY_CODE[each["code"]]
                    with self.subTest(each["code"], user=user.login):
                        self.assertEqual(each["value"], figure.get_value(values))
                        self.assertEqual(each["base"], figure.get_base(values))

    def test_digest_and_pivot_say_the_same(self):
        values = self._get_values(self.manager)
        Report = self.env["crm.referral.report"].with_user(self.manager)
        digest = self.env["digest.digest"].create(
            {"name": "x", "company_id": self.company.id}
        )
        period = {
            "start_datetime": datetime(2000, 1, 1),
            "end_datetime": datetime(2100, 1, 1),
        }
        kpis = digest.with_user(self.manager).sudo(False).with_context(**period)
        for code, fname in (
            ("asks", "kpi_crm_referral_asks"),
            ("introductions", "kpi_crm_referral_introductions"),
            ("won", "kpi_crm_referral_wins"),
        ):
            figure = BY_CODE[code]
            name = source(figure.full_name or figure.name)
            self.assertEqual(digest._fields[fname].string, name)
            [(counted,)] = Report._read_group(
                Domain(list(figure.rows)) & Domain("company_id", "=", self.company.id),
                [],
                [figure.aggregate],
            )
            self.assertEqual(kpis[f"{fname}_value"], counted, code)
        self.assertGreater(values["asks"], 1)

    def test_a_click_leads_to_what_was_counted(self):
        """For each figure that counts records, as many are behind it."""
        values = self._get_values(self.manager)
        scope = self.env["crm.referral.scope"].with_user(self.manager)
        options = self._create_export(period="last_12_months")._prepare_options()
        for figure in FIGURES:
            records = figure.records
            if figure.format != "integer" or not records:
                continue
            if getattr(figure, "aggregator", "sum") != "sum":
                continue
            Model = self.env[records.model].with_user(self.manager)
            domain = scope._get_domain(options, records.model, records.date)
            found = Model.with_context(
                active_test=records.model != "crm.lead"
            ).search_count(domain & Domain(list(records.domain)))
            self.assertEqual(found, values[figure.code], figure.code)

    def test_only_what_is_needed_is_read(self):
        """A mail with six counts asks no form and no recommendation."""
        export = self._create_export(period="all")
        Figures = export._get_workbook().env["crm.referral.figures"]
        values = Figures._read(export._prepare_options(), ["win_rate", "asks"])
        self.assertEqual(values.keys(), {"asks", "won", "lost"})

    def test_groups_without_rows(self):
        Figures = self.env["crm.referral.figures"]
        codes = ("step_entered", "step_done_rate", "step_days")
        self.assertEqual(
            Figures._get_nothing(codes),
            {
                "step_entered": 0,
                "step_left": 0,
                "step_done": 0,
                "step_days": None,
            },
        )

    def test_in_words(self):
        Figures = self.env["crm.referral.figures"].with_context(lang="en_US")
        for fmt, value, text in (
            ("integer", 1234, "1,234"),
            ("percent", 0.256, "25.6 %"),
            ("score", 71.26, "71.3"),
            ("decimal", 2, "2.0"),
            ("points", -20.4, "-20"),
            ("money", None, "–"),
        ):
            self.assertEqual(Figures._format(fmt, value), text)
        asks, rate = Figures._get("asks", "win_rate")
        self.assertEqual(Figures._format_change(asks, 6, 4), "+50.0 %")
        self.assertEqual(Figures._format_change(asks, 2, 4), "-50.0 %")
        self.assertEqual(Figures._format_change(asks, 6, 0), "")
        self.assertEqual(Figures._format_change(rate, 0.5, 0.6), "-10.0 points")
