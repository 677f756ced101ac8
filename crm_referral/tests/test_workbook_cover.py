import base64
import doctest
import io
import unittest
from datetime import date, datetime
from zipfile import ZipFile

from lxml import etree
from PIL import Image

from odoo.fields import Command
from odoo.tests import BaseCase, freeze_time, tagged

from ..tools import report_periods, svg_chart
from .export_common import ExportCommon


class WorkbookCase(ExportCommon):
    def _get_table(self, workbook, heading, name="Summary"):
        """:return: the rows of the table that begins with this heading, as dicts."""
        rows = list(workbook[name].iter_rows(values_only=True))
        start = next(i for i, row in enumerate(rows) if row[0] == heading)
        table = {}
        for row in rows[start + 1 :]:
            if row[0] is None:
                break
            table[row[0]] = dict(zip(rows[start], row, strict=True))
        return table

    def _export_summary(self, user=None, **vals):
        sheets = self.env["crm.referral.export.sheet"].search(
            [("code", "=", "summary")]
        )
        return self._export(user, sheet_ids=[Command.set(sheets.ids)], **vals)

    def _ask(self, day):
        """:return: a request that was started on that day."""
        customer = self.env["res.partner"].create({"name": f"Asked on {day}"})
        referral = self._create_referral(self.manager, partner_id=customer.id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_referral SET create_date = %s WHERE id = %s",
            [f"{day} 12:00:00", referral.id],
        )
        self.env.invalidate_all()
        return referral


@tagged("post_install", "-at_install")
class TestWorkbookPeriod(WorkbookCase):
    """What a period is compared with, and the axis of time."""

    def test_this_year_is_compared_with_the_same_days(self):
        """Up to today on both sides; months to come are not there, let alone zero."""
        for day in ("2025-03-01", "2025-11-27", "2025-11-28", "2026-03-01"):
            self._ask(day)
        with freeze_time("2026-11-27 12:00:00"):
            # Before midnight of the reader, on the last day that counts
            self._ask("2026-11-27")
            workbook = self._export_summary(
                period="this_year", salesperson_ids=[Command.set(self.manager.ids)]
            )
        figures = self._get_table(workbook, "Key figures")
        self.assertEqual(list(figures["Requests"].values())[1:4], [2, 2, 0])
        texts = [row[0] for row in workbook["Summary"].iter_rows(values_only=True)]
        self.assertIn("Period before: 01/01/2025 to 11/27/2025, the same days", texts)
        months = self._get_table(workbook, "Month")
        self.assertEqual(len(months), 12)  # with the total
        self.assertNotIn(datetime(2026, 12, 1), months)
        self.assertEqual(months[datetime(2026, 11, 1)]["Requests"], 1)
        self.assertEqual(months["Total"]["Requests"], 2)

    def test_long_periods_go_by_year(self):
        """Nothing is left out of the table, so its total is right."""
        for day in ("2019-05-01", "2024-02-29", "2026-01-01"):
            self._ask(day)
        with freeze_time("2026-11-27"):
            workbook = self._export_summary(
                period="custom",
                date_from="1900-01-01",
                date_to="2100-12-31",
                salesperson_ids=[Command.set(self.manager.ids)],
            )
        years = self._get_table(workbook, "Year")
        self.assertEqual(list(years), [*range(2019, 2027), "Total"])
        self.assertEqual(
            [years[year]["Requests"] for year in (2019, 2020, 2024, 2026)],
            [1, 0, 1, 1],
        )
        self.assertEqual(years["Total"]["Requests"], 3)
        self.assertEqual(self._get_summary(workbook)["Requests"], 3)

    def test_compared_period(self):
        day = date.fromisoformat
        for start, end, today, expected in (
            ("2026-01-01", "2026-12-31", "2026-11-27", ("2025-01-01", "2025-11-27")),
            ("2026-11-01", "2026-11-30", "2026-11-27", ("2026-10-01", "2026-10-27")),
            ("2026-10-01", "2026-12-31", "2026-11-27", ("2026-07-01", "2026-08-27")),
            ("2025-01-01", "2025-12-31", "2026-11-27", ("2024-01-01", "2024-12-31")),
            # A month that is longer than the one before, and a leap day
            ("2026-03-01", "2026-03-31", "2026-03-31", ("2026-02-01", "2026-02-28")),
            ("2028-02-01", "2028-02-29", "2028-03-01", ("2028-01-01", "2028-01-31")),
            ("2025-11-28", "2026-11-27", "2026-11-27", ("2024-11-28", "2025-11-27")),
            ("2026-11-23", "2026-11-29", "2026-11-27", ("2026-11-16", "2026-11-20")),
            ("2027-01-01", "2027-12-31", "2026-11-27", None),
            ("0001-01-01", "0001-12-31", "2026-11-27", None),
        ):
            with self.subTest(start=start, end=end, today=today):
                found = report_periods.compared_period(day(start), day(end), day(today))
                self.assertEqual(found, expected and tuple(map(day, expected)))


@tagged("post_install", "-at_install")
class TestWorkbookSummary(WorkbookCase):
    def test_change_of_a_rate_is_in_points(self):
        """From 1 of 2 to 1 of 4 closed: 25 points less, not 50 %."""
        self.env.cr.execute(
            "UPDATE crm_referral SET active = false WHERE id = ANY(%s)", [self.ours]
        )
        self.env.invalidate_all()
        for closed_on, outcomes in (
            ("2025-03-01", ("introduced", "no_candidate")),
            (
                "2026-03-01",
                ("introduced", "no_candidate", "no_candidate", "no_candidate"),
            ),
        ):
            for outcome in outcomes:
                referral = self._ask(closed_on)
                self.env.cr.execute(
                    "UPDATE crm_referral SET outcome = %s, closed_on = %s "
                    "WHERE id = %s",
                    [outcome, f"{closed_on} 13:00:00", referral.id],
                )
        self.env.invalidate_all()
        with freeze_time("2026-11-27"):
            workbook = self._export_summary(
                period="this_year", salesperson_ids=[Command.set(self.manager.ids)]
            )
        rows = {row[0].value: row[1:5] for row in workbook["Summary"].iter_rows()}
        rate = rows["Success Rate"]
        self.assertEqual([cell.value for cell in rate], [0.25, 0.5, -25, 4])
        self.assertIn("%", rate[0].number_format)
        self.assertIn("points", rate[2].number_format)
        # More requests are told as a share of those before.
        self.assertEqual([cell.value for cell in rows["Requests"][:3]], [4, 2, 1])

    def test_no_average_and_no_rate_of_nothing(self):
        summary = self._get_summary(
            self._export_summary(
                period="custom", date_from="1999-01-01", date_to="1999-12-31"
            )
        )
        for name in ("Success Rate", "Win Rate", "Days to Close", "Net Promoter Score"):
            self.assertFalse(summary[name], name)
            self.assertNotEqual(summary[name], 0, name)

    def test_names_are_those_of_the_analysis(self):
        """A figure of the analysis has one name, wherever it is shown."""
        Report = self.env["crm.referral.report"]
        names = {
            figure.name
            for figure in self.env["crm.referral.figures"]._get_key_figures()
        }
        fields = Report.fields_get(attributes=["string"])
        for fname in ("request_count", "won_count", "win_rate", "total_won_revenue"):
            self.assertIn(fields[fname]["string"], names)

    def test_by_team_and_by_company(self):
        """Counted a second time by the records themselves."""
        self.manager.company_ids += self.other_company
        foreign = self._create_referral(
            self.foreign_manager, company_id=self.other_company.id
        )
        companies = self.company | self.other_company
        workbook = (
            self.env["crm.referral.export"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=companies.ids)
            .create({"period": "all", "company_ids": [Command.set(companies.ids)]})
        )
        workbook.action_export()
        workbook = self._open(workbook)
        for heading, fname in (("Sales Team", "team_id"), ("Company", "company_id")):
            table = self._get_table(workbook, heading)
            groups = self.env["crm.referral"]._read_group(
                [("company_id", "in", companies.ids)], [fname], ["__count"]
            )
            found = {name: row["Requests"] for name, row in table.items()}
            for group, count in groups:
                self.assertEqual(found[group.display_name or "Unassigned"], count)
            self.assertEqual(found["Total"], sum(count for _group, count in groups))
        self.assertTrue(foreign)
        one = self._export_summary()
        with self.assertRaises(StopIteration):
            self._get_table(one, "Company")

    def test_rates_of_a_table(self):
        table = self._get_table(self._export_summary(), "Salesperson")
        for name, row in table.items():
            closed = row["Leads Won"] + row["Leads Lost"]
            expected = row["Leads Won"] / closed if closed else None
            self.assertEqual(row["Win Rate"] or None, expected or None, name)


@tagged("post_install", "-at_install")
class TestWorkbookCover(WorkbookCase):
    def _make_logo(self, kind="PNG"):
        picture = io.BytesIO()
        Image.new("RGB", (300, 100), "#aa3300").save(picture, kind)
        return base64.b64encode(picture.getvalue())

    def test_cover(self):
        """The company's logo, its name, the period, the figures and the charts."""
        self.company.logo = self._make_logo("JPEG")
        workbook = self._export_summary(
            period="custom", date_from="2025-01-01", date_to="2026-12-31"
        )
        cover = workbook.worksheets[0]
        self.assertEqual(cover.title, "Overview")
        texts = {cell.value for row in cover.iter_rows() for cell in row}
        self.assertLess(
            {self.company.name, "Referrals", "01/01/2025 to 12/31/2026"}, texts
        )
        self.assertEqual(len(cover._images), 1)
        self.assertEqual(len(cover._charts), 4)
        # On the first screen, and on one page
        self.assertLess(min(c.anchor._from.row for c in cover._charts), 15)
        self.assertLess(max(c.anchor._from.col for c in cover._charts), 10)
        self.assertTrue(cover.sheet_properties.pageSetUpPr.fitToPage)
        # One page, which is what Excel takes when nothing is said
        page = cover.page_setup
        self.assertLessEqual({page.fitToWidth, page.fitToHeight}, {None, 1})
        values = {cell.value for row in cover.iter_rows(7, 7) for cell in row}
        summary = self._get_summary(workbook)
        self.assertIn(summary["Requests"], values)
        self.assertIn(summary["Won from Referral"], values)

    def test_logo_that_excel_cannot_show(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        for logo in (base64.b64encode(svg), False):
            self.company.logo = logo
            self.assertFalse(self._export_summary().worksheets[0]._images)

    def test_nothing_to_draw(self):
        workbook = self._export_summary(
            period="custom",
            date_from="1999-01-01",
            date_to="1999-01-31",
        )
        texts = {cell.value for row in workbook["Overview"].iter_rows() for cell in row}
        self.assertIn("There is nothing in this period.", texts)
        self.assertFalse(workbook["Overview"]._charts)

    def test_months_without_figures_are_gaps(self):
        export = self._create_export()
        export.action_export()
        with ZipFile(io.BytesIO(export.attachment_id.sudo().raw)) as package:
            charts = [n for n in package.namelist() if n.startswith("xl/charts/chart")]
            self.assertGreaterEqual(len(charts), 5)
            for name in charts:
                chart = etree.fromstring(package.read(name))
                blanks = chart.find(".//{*}dispBlanksAs")
                # "gap" is what Excel takes when nothing is said
                self.assertIn(blanks is None or blanks.get("val"), (True, "gap"))

    def test_detail_sheets_are_legible_on_paper(self):
        """Landscape, headings and first columns on each page, no tiny text."""
        workbook = self._export()
        for name in ("Requests", "Candidates", "Leads and Revenue", "Customers' Words"):
            sheet = workbook[name]
            self.assertEqual(sheet.page_setup.orientation, "landscape")
            self.assertTrue(sheet.print_title_rows, name)
            widths = [
                int(sheet.column_dimensions[column].width * 7 + 5)
                for column in sheet.column_dimensions
            ]
            pages = sheet.page_setup.fitToWidth
            room = (11.69 - 1) * 96
            frozen = sum(widths[:2])
            needed = (sum(widths) - frozen) / (pages or 1) + frozen
            self.assertGreater(10 * room / needed, 7, name)
            if pages and pages > 1:
                self.assertEqual(sheet.print_title_cols, "$A:$B")

    def test_paper_of_the_company(self):
        letter = self.env["report.paperformat"].search(
            [("format", "=", "Letter")], limit=1
        ) or self.env["report.paperformat"].create({"name": "L", "format": "Letter"})
        for paperformat, code in ((letter, "1"), (letter.browse(), "9")):
            self.company.paperformat_id = paperformat
            for sheet in self._export().worksheets:
                self.assertEqual(str(sheet.page_setup.paperSize), code, sheet.title)

    def test_chinese_fonts(self):
        for lang, font in (
            ("zh_TW", "Microsoft JhengHei"),
            ("zh_CN", "Microsoft YaHei"),
        ):
            self.env["res.lang"]._activate_lang(lang)
            export = self._create_export().with_context(lang=lang)
            export.action_export()
            for sheet in self._open(export).worksheets:
                fonts = {
                    cell.font.name
                    for row in sheet.iter_rows()
                    for cell in row
                    if cell.value is not None
                }
                self.assertEqual(fonts, {font}, sheet.title)

    def test_old_names_of_time_zones(self):
        """PostgreSQL may not know them."""
        for old in ("Asia/Calcutta", "US/Eastern", "Asia/Saigon"):
            self.manager.tz = old
            workbook = self._export()
            self.assertTrue(self._get_rows(workbook, "Requests"))


@tagged("post_install", "-at_install")
class TestExportName(WorkbookCase):
    def test_filters_are_in_the_name(self):
        team = self.env["crm.team"].create({"name": "Harbour"})
        export = self._create_export(
            period="custom",
            date_from="2026-01-01",
            date_to="2026-12-31",
            team_ids=[Command.set(team.ids)],
            salesperson_ids=[Command.set((self.rep | self.colleague).ids)],
        )
        self.assertEqual(
            export.name,
            "Referrals 2026-01-01 – 2026-12-31 · Harbour · Colleague and Rep",
        )
        export.action_export()
        self.assertEqual(
            export.attachment_id.sudo().name,
            "Referrals 2026-01-01 – 2026-12-31 - Harbour - Colleague and Rep.xlsx",
        )
        plain = self._create_export(period="all")
        self.assertEqual(plain.name, "Referrals")

    def test_selection_is_in_the_name(self):
        export = (
            self.env["crm.referral.export"]
            .with_user(self.manager)
            .with_context(active_model="crm.referral", active_ids=self.won_request.ids)
            .create({})
        )
        self.assertEqual(export.name, "Selected referrals (1)")


@tagged("post_install", "-at_install")
class TestWorkbookTools(BaseCase):
    def test_named_periods(self):
        for name, expected in {
            "this_month": ("2026-03-01", "2026-03-31"),
            "last_month": ("2026-02-01", "2026-02-28"),
            "this_quarter": ("2026-01-01", "2026-03-31"),
            "last_quarter": ("2025-10-01", "2025-12-31"),
            "this_year": ("2026-01-01", "2026-12-31"),
            "last_year": ("2025-01-01", "2025-12-31"),
            "last_12_months": ("2025-03-03", "2026-03-02"),
            "all": (False, False),
        }.items():
            found = report_periods.named_period(name, date(2026, 3, 2))
            self.assertEqual([day and str(day) for day in found], [*expected])

    def test_examples(self):
        """The examples in the modules' documentation."""
        for module in (report_periods, svg_chart):
            result = unittest.TestResult()
            doctest.DocTestSuite(module).run(result)
            self.assertTrue(result.testsRun, module)
            self.assertFalse(result.failures + result.errors, module)

    def test_chart_is_sound(self):
        """Texts are texts, gaps are gaps, and each series has a colour of its own."""
        chart = svg_chart.line_chart(
            "A & <B>",
            ["2026-01", "2026-02", "2026-03"],
            [("One", [1, None, 3]), ("Two", [0, 2, 2])],
            colors=("#111111", "#222222"),
            write=str,
        )
        tree = etree.fromstring(str(chart))
        texts = [text.text for text in tree.iter("{*}text")]
        self.assertIn("A & <B>", texts)
        self.assertEqual(len(list(tree.iter("{*}circle"))), 5)
        self.assertEqual(
            {line.get("stroke") for line in tree.iter("{*}polyline")},
            {"#111111", "#222222"},
        )
        columns = svg_chart.column_chart(
            "", ["a"], [("One", [4])], colors=("#111111",), write=str
        )
        heights = [
            float(rect.get("height"))
            for rect in etree.fromstring(str(columns)).iter("{*}rect")
        ]
        # As high as the axis: the value is its end.
        self.assertIn(svg_chart.HEIGHT - svg_chart.TOP - svg_chart.BOTTOM, heights)
