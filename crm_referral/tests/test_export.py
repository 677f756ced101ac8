import io
from datetime import datetime, timedelta
from unittest.mock import patch
from zipfile import ZipFile

from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from odoo.addons.xlsx_stream.tools import workbook as stream

from .export_common import ExportCommon


@tagged("post_install", "-at_install")
class TestExport(ExportCommon):
    def test_sheets(self):
        workbook = self._export()
        self.assertEqual(
            workbook.sheetnames,
            [
                "Overview",
                "Summary",
                "Funnel",
                "Requests",
                "Candidates",
                "Leads and Revenue",
                "Referrers",
                "PRIDE",
                "PRIDE Forms",
                "Customers' Words",
                "BE SURE",
                "BE SURE Checklists",
                "Actions Due",
                "About",
            ],
        )
        sheet = workbook["Requests"]
        self.assertEqual(sheet.freeze_panes, "C3")
        self.assertTrue(sheet.auto_filter.ref)
        self.assertEqual(sheet.page_setup.orientation, "landscape")
        self.assertEqual(len(workbook["Overview"]._charts), 4)

    def test_only_the_chosen_sheets(self):
        sheets = self.env["crm.referral.export.sheet"].search(
            [("code", "in", ("summary", "leads"))]
        )
        workbook = self._export(sheet_ids=[Command.set(sheets.ids)])
        self.assertEqual(
            workbook.sheetnames, ["Overview", "Summary", "Leads and Revenue"]
        )

    def test_summary_equals_plain_sql(self):
        self._check_summary(self._export())

    def test_totals_are_formulas(self):
        export = self._create_export()
        export.action_export()
        formulas = self._open(export, data_only=False)
        values = self._open(export)
        heads = [cell.value for cell in values["Leads and Revenue"][2]]
        column = heads.index("Won Revenue")
        total = values["Leads and Revenue"][1][column]
        self.assertTrue(
            formulas["Leads and Revenue"][1][column].value.startswith("=SUBTOTAL(109,")
        )
        rows = self._get_rows(values, "Leads and Revenue")
        self.assertEqual(total.value, sum(row["Won Revenue"] or 0 for row in rows))
        self.assertIn("$", total.number_format)

    def test_dates_are_real_and_in_the_time_zone(self):
        self.manager.tz = "Asia/Taipei"
        rows = self._get_rows(self._export(), "Requests")
        won = next(row for row in rows if row["Record"] == self.won_request.id)
        asked = self.won_request.create_date + timedelta(hours=8)
        self.assertEqual(won["Asked On"], asked)
        self.assertIsInstance(won["Closed On"], datetime)
        candidates = self._get_rows(self._export(), "Candidates")
        bob = next(row for row in candidates if row["Record"] == self.converted.id)
        self.assertEqual(bob["Introduced On"].date(), self.converted.introduced_on)

    def test_text_is_never_a_formula(self):
        hostile = [
            '=HYPERLINK("http://x","y")',
            "+1",
            "-1+1",
            "@SUM(A1)",
            "a\x0bb",
            "_x0041_",
            "😀 שלום <b>&",
            "x" * 40_000,
        ]
        for index, name in enumerate(hostile):
            self._create_candidate(
                self.old_request.sudo(), name=name, function=f"hostile {index}"
            )
        export = self._create_export()
        Export = type(export)
        with patch.object(Export, "_send_notification") as notify:
            export.action_export()
        notify.assert_called_once_with(export.name, export.note, "warning")
        workbook = self._open(export, data_only=False)
        sheet = workbook["Candidates"]
        by_function = {
            row[2].value: row[1] for row in sheet.iter_rows() if row[2].value
        }
        for index, name in enumerate(hostile[:4]):
            cell = by_function[f"hostile {index}"]
            self.assertEqual((cell.value, cell.data_type), (name, "s"))
        self.assertEqual(by_function["hostile 4"].value, "ab")
        self.assertEqual(by_function["hostile 6"].value, hostile[6])
        self.assertEqual(len(by_function["hostile 7"].value), 32_767)
        self.assertIn("1 texts are longer", export.note)

    def test_more_rows_than_a_sheet_has(self):
        """They go on in a second sheet, and About says so."""
        sheets = self.env["crm.referral.export.sheet"].search(
            [("code", "in", ("requests", "actions", "about"))]
        )
        with patch.object(stream, "MAX_ROWS", 4):
            export = self._create_export(
                sheet_ids=[Command.set(sheets.ids)],
                selected_domain=[["id", "in", self.ours]],
            )
            export.action_export()
        workbook = self._open(export)
        parts = [name for name in workbook.sheetnames if name.startswith("Requests")]
        self.assertEqual(len(parts), 2)
        rows = [row for name in parts for row in self._get_rows(workbook, name)]
        self.assertEqual(sorted(row["Record"] for row in rows), sorted(self.ours))
        about = [
            text for (text,) in workbook["About"].iter_rows(2, 99, 2, 2, True) if text
        ]
        self.assertTrue([text for text in about if text.startswith("3, in 2 sheets")])

    def test_links_lead_to_the_record(self):
        export = self._create_export()
        export.action_export()
        sheet = self._open(export, data_only=False)["Requests"]
        links = [cell.value for cell in sheet["A"][2:]]
        address = f"{self.env['crm.referral'].get_base_url()}/odoo/crm.referral/"
        self.assertTrue(
            any(address in link and str(self.won_request.id) in link for link in links)
        )

    def test_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        self.manager.lang = "zh_TW"
        state = self.env["ir.model.fields.selection"].search(
            [("field_id.model", "=", "crm.referral"), ("value", "=", "declined")]
        )
        state.with_context(lang="zh_TW").name = "婉拒了"
        self.step["profile"].with_context(lang="zh_TW").name = "輪廓"
        export = self._create_export().with_context(lang="zh_TW")
        export.action_export()
        workbook = self._open(export)
        sheet = workbook.worksheets[3]
        texts = {cell.value for row in sheet.iter_rows() for cell in row}
        self.assertIn("婉拒了", texts)
        self.assertIn("輪廓", texts)

    def test_period(self):
        """Only what happened in the period; compared with the period before."""
        export = self._create_export(
            period="custom", date_from="2025-01-01", date_to="2025-12-31"
        )
        export.action_export()
        workbook = self._open(export)
        rows = self._get_rows(workbook, "Requests")
        ours = [row["Record"] for row in rows if row["Record"] in self.ours]
        self.assertEqual(ours, self.old_request.ids)
        headers = [cell.value for cell in workbook["Summary"][4]]
        self.assertEqual(
            headers[:4], ["Key figures", "Period", "Period Before", "Change"]
        )

    def test_period_that_ends_before_it_begins(self):
        with self.assertRaises(ValidationError):
            self._create_export(
                period="custom", date_from="2026-02-01", date_to="2026-01-01"
            )

    def test_filter_by_salesperson(self):
        workbook = self._export(salesperson_ids=[Command.set(self.colleague.ids)])
        rows = self._get_rows(workbook, "Requests")
        self.assertEqual({row["Salesperson"] for row in rows}, {"Colleague"})

    def test_selection_of_the_list(self):
        """Chosen in the list: these requests and what belongs to them, of any date."""
        export = (
            self.env["crm.referral.export"]
            .with_user(self.manager)
            .with_context(active_model="crm.referral", active_ids=self.won_request.ids)
            .create({})
        )
        self.assertEqual(export.selected_count, 1)
        export.action_export()
        workbook = self._open(export)
        self.assertEqual(
            [row["Record"] for row in self._get_rows(workbook, "Requests")],
            self.won_request.ids,
        )
        self.assertEqual(len(self._get_rows(workbook, "Candidates")), 2)
        self.assertEqual(
            [row["Record"] for row in self._get_rows(workbook, "Leads and Revenue")],
            self.won_lead.ids,
        )
        self.assertEqual(self._get_summary(workbook)["Requests"], 1)

    def test_selected_records_of_another_model(self):
        """What leads to them, or is about their customers; of the rest nothing."""
        scope = self.env["crm.referral.scope"].with_user(self.manager)
        options = {
            **self._create_export()._prepare_options(),
            "selection": Domain("id", "=", self.won_lead.id),
            "selected_model": "crm.lead",
        }

        def find(model):
            return self.env[model].search(scope._get_domain(options, model))

        self.assertEqual(find("crm.lead"), self.won_lead)
        self.assertFalse(find("crm.referral.candidate"))
        self.won_lead.partner_id = self.customer
        self.assertIn(self.won_request, find("crm.referral"))
        self.assertNotIn(self.old_request, find("crm.referral"))
        described = scope._describe_period(options)
        self.assertEqual(described, "1 selected records")

    def test_sheets_of_areas_and_groups(self):
        """Selected records bring the sheets that are about them; a sheet of a group is
        offered to nobody else.
        """
        Sheet = self.env["crm.referral.export.sheet"]
        values = {"name": "Elsewhere", "code": "elsewhere", "area": "res.partner"}
        other = Sheet.create(values)
        managers = Sheet.create(
            {
                "name": "Managers",
                "code": "managers",
                "group_ids": [
                    Command.link(self.env.ref("sales_team.group_sale_manager").id)
                ],
            }
        )
        for user, model, is_other, is_managers in (
            (self.manager, False, True, True),
            (self.manager, "crm.referral", False, True),
            (self.manager, "res.partner", True, True),
            (self.rep, False, True, False),
        ):
            found = Sheet.with_user(user)._get_default(model)
            self.assertEqual(other in found, is_other, (user.name, model))
            self.assertEqual(managers in found, is_managers, (user.name, model))
        requests = Sheet.search([("code", "=", "requests")])
        self.assertNotIn(requests, Sheet._get_default("res.partner"))
        self.assertIn(requests, Sheet._get_default("crm.referral"))

    def test_archived_ones_that_were_selected(self):
        """They are in every sheet; what was not selected is in none."""
        archived = self.won_request | self.declined_request
        archived.active = False
        Export = self.env["crm.referral.export"].with_user(self.manager)
        for context in (
            {"active_ids": self.won_request.ids},
            {
                "active_ids": self.won_request.ids,
                "active_domain": [
                    ["id", "=", self.won_request.id],
                    ["active", "=", False],
                ],
            },
        ):
            self.env["ir.config_parameter"].set_param("web.active_ids_limit", 1)
            export = Export.with_context(active_model="crm.referral", **context).create(
                {}
            )
            self.assertEqual(export.selected_count, 1)
            export.action_export()
            workbook = self._open(export)
            for name, expected in (
                ("Requests", self.won_request.ids),
                ("Candidates", self.won_request.candidate_ids.ids),
                ("Leads and Revenue", self.won_lead.ids),
            ):
                ids = [row["Record"] for row in self._get_rows(workbook, name)]
                self.assertEqual(sorted(ids), sorted(expected), name)
            summary = self._get_summary(workbook)
            self.assertEqual(summary["Requests"], 1)
            self.assertEqual(summary["Candidates"], 2)
        everything = Export.with_context(
            active_model="crm.referral",
            active_ids=self.old_request.ids,
            active_domain=[["id", "in", self.ours]],
        ).create({})
        everything.action_export()
        workbook = self._open(everything)
        for name, expected in (
            ("Requests", self.old_request.ids),
            ("Candidates", self.old_request.candidate_ids.ids),
        ):
            ids = [row["Record"] for row in self._get_rows(workbook, name)]
            self.assertEqual(ids, expected, name)

    def test_all_that_match(self):
        """More than a browser hands over: then the domain of the list counts."""
        self.env["ir.config_parameter"].set_param("web.active_ids_limit", 2)
        domain = [["id", "in", self.ours]]
        Export = self.env["crm.referral.export"].with_user(self.manager)
        for active_ids, active_domain, expected in (
            (self.ours[:2], domain, self.ours),
            (self.ours[:1], domain, self.ours[:1]),
            (self.ours[:2], [], Export.env["crm.referral"].search([]).ids),
        ):
            with self.subTest(active_domain=active_domain):
                export = Export.with_context(
                    active_model="crm.referral",
                    active_ids=active_ids,
                    active_domain=active_domain,
                ).create({})
                self.assertEqual(export.selected_count, len(expected))
                export.action_export()
                rows = self._get_rows(self._open(export), "Requests")
                self.assertEqual({row["Record"] for row in rows}, set(expected))

    def test_selection_shows_what_the_user_may_see(self):
        self._give_export_right(self.rep)
        export = (
            self.env["crm.referral.export"]
            .with_user(self.rep)
            .create({"selected_domain": [["id", "in", self.ours]]})
        )
        self.assertEqual(export.selected_count, 2)
        export.action_export()
        rows = self._get_rows(self._open(export), "Requests")
        self.assertEqual(
            {row["Record"] for row in rows}, {*self.ours} - {self.old_request.id}
        )

    def test_actions_due(self):
        rows = self._get_rows(self._export(), "Actions Due")
        ours = [row for row in rows if row["Record"] == self.old_request.id]
        expected = self.env["mail.activity"].search_count(
            [
                ("res_model", "=", "crm.referral"),
                ("res_id", "=", self.old_request.id),
            ]
        ) + self.env["mail.activity"].search_count(
            [
                ("res_model", "=", "crm.referral.candidate"),
                ("res_id", "in", self.old_request.candidate_ids.ids),
            ]
        )
        self.assertEqual(len(ours), expected)
        self.assertGreater(expected, 0)

    def test_empty_result(self):
        export = self._create_export(
            period="custom", date_from="1999-01-01", date_to="1999-12-31"
        )
        export.action_export()
        workbook = self._open(export)
        texts = {
            cell.value
            for name in ("Summary", "Requests", "Actions Due")
            for row in workbook[name].iter_rows()
            for cell in row
        }
        about = {
            text
            for row in workbook["About"].iter_rows(values_only=True)
            for text in row
        }
        self.assertIn("0: no record matches these filters", about)
        self.assertIn("No record matches these filters.", texts)
        self.assertIn("There is nothing in this period.", texts)
        self.assertEqual(self._get_summary(workbook)["Requests"], 0)

    def test_package_is_sound(self):
        export = self._create_export()
        export.action_export()
        with ZipFile(io.BytesIO(export.attachment_id.sudo().raw)) as package:
            self.assertIsNone(package.testzip())
            self.assertIn("xl/charts/chart1.xml", package.namelist())
