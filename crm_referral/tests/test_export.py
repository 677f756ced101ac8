import io
import os
import shutil
import time
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

import psycopg2
from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import HttpCase, tagged
from odoo.tools import config, mute_logger

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB
from odoo.addons.xlsx_stream.tools import workbook as stream

from ..models import crm_referral_export, crm_referral_export_job
from .common import ReferralCase
from .summary_queries import get_summary_queries
from .test_report import ReportCommon

EXPORT_LOGGER = "odoo.addons.crm_referral.models.crm_referral_export_job"


class WorkbookMixin:
    """Makes workbooks, and reads them back."""

    def _create_export(self, user=None, **vals):
        return (
            self.env["crm.referral.export"]
            .with_user(user or self.manager)
            .create({"period": "all", **vals})
        )

    def _open(self, export, data_only=True):
        """:return: the finished workbook, read back."""
        self.assertEqual(export.state, "done", export.error)
        content = export.attachment_id.sudo().raw
        return load_workbook(io.BytesIO(content), data_only=data_only)

    def _export(self, user=None, **vals):
        export = self._create_export(user, **vals)
        export.action_export()
        return self._open(export)

    def _get_rows(self, workbook, name):
        """:return: rows of a big sheet as dicts by heading."""
        rows = list(workbook[name].iter_rows(values_only=True))
        heading = 1 if rows[0][0] == "Total" else 0
        return [
            dict(zip(rows[heading], row, strict=True))
            for row in rows[heading + 1 :]
            if isinstance(row[0], int)
        ]

    def _get_summary(self, workbook):
        """:return: value in the column “Period” by the name of the figure."""
        figures = {}
        for row in workbook["Summary"].iter_rows(5, values_only=True):
            if row[0] is None:
                break
            figures[row[0]] = row[1]
        return figures

    def _run_exports(self):
        """Run the scheduler. Here reader and writer share one connection, of which the
        reader would make a read-only one; tests/operations has two.
        """

        def open_reader(export):
            return nullcontext(export.env)

        Export = type(self.env["crm.referral.export"])
        with patch.object(Export, "_open_reader", open_reader):
            self._run_cron("crm_referral.ir_cron_export")

    def _check_summary(self, workbook):
        """Count every figure of the summary a second time, in plain SQL."""
        summary = self._get_summary(workbook)
        queries = get_summary_queries(self.env, self.company)
        figures = self.env["crm.referral.workbook"]._get_key_figures()
        self.assertEqual(queries.keys(), {figure.name for figure in figures})
        for name, query in queries.items():
            with self.subTest(name):
                self.env.cr.execute(query)
                [expected] = self.env.cr.fetchone()
                if expected is None:
                    self.assertFalse(summary[name])
                else:
                    self.assertAlmostEqual(summary[name], float(expected), places=6)

    def _give_export_right(self, user):
        user.group_ids += self.env.ref("base.group_allow_export")


class ExportCommon(WorkbookMixin, ReportCommon):
    pass


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

    def test_periods(self):
        today = fields.Date.to_date("2026-03-02")
        get_period = self.env["crm.referral.export"]._get_period
        for period, expected in {
            "this_month": ("2026-03-01", "2026-03-31"),
            "last_month": ("2026-02-01", "2026-02-28"),
            "this_quarter": ("2026-01-01", "2026-03-31"),
            "last_quarter": ("2025-10-01", "2025-12-31"),
            "this_year": ("2026-01-01", "2026-12-31"),
            "last_year": ("2025-01-01", "2025-12-31"),
            "last_12_months": ("2025-03-03", "2026-03-02"),
        }.items():
            self.assertEqual(
                get_period(period, today), tuple(map(fields.Date.to_date, expected))
            )
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

    # === RIGHTS === #

    def test_rep_without_right_may_not(self):
        with self.assertRaises(AccessError):
            self._create_export(self.rep)

    def test_rep_with_right_gets_own_rows_only(self):
        self._give_export_right(self.rep)
        workbook = self._export(self.rep)
        requests = {row["Record"] for row in self._get_rows(workbook, "Requests")}
        self.assertEqual(
            requests & set(self.ours), {*self.ours} - {self.old_request.id}
        )
        names = {row["Person"] for row in self._get_rows(workbook, "Candidates")}
        self.assertNotIn("Eve", names)
        leads = {row["Record"] for row in self._get_rows(workbook, "Leads and Revenue")}
        self.assertNotIn(self.lost_lead.id, leads)
        actions = {row["Record"] for row in self._get_rows(workbook, "Actions Due")}
        self.assertNotIn(self.old_request.id, actions)
        stays = self.env["crm.referral.step.log"].search_count(
            [("referral_id", "in", (self.won_request | self.declined_request).ids)]
        )
        funnel = {
            row[0]: row[1] for row in workbook["Funnel"].iter_rows(values_only=True)
        }
        self.assertEqual(funnel["Total"], stays)
        texts = {
            cell.value
            for sheet in workbook
            for row in sheet.iter_rows()
            for cell in row
        }
        self.assertFalse(texts & {"Colleague", "Dora Dent", "Eve"})
        summary = self._get_summary(workbook)
        self.assertEqual(summary["Requests"], 2)
        self.assertEqual(summary["Leads Lost"], 0)

    def test_right_taken_away_before_the_job(self):
        self._give_export_right(self.rep)
        export = self._queue(self.rep)
        self.rep.group_ids -= self.env.ref("base.group_allow_export")
        with mute_logger(EXPORT_LOGGER):
            self._run_exports()
        self.assertEqual(export.state, "failed")
        self.assertFalse(export.attachment_id)

    def test_employee_and_portal_may_not(self):
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                self._create_export(user)

    def test_other_company(self):
        workbook = self._export(self.foreign_manager)
        self.assertFalse(
            {row["Record"] for row in self._get_rows(workbook, "Requests")}
            & set(self.ours)
        )
        with self.assertRaises(AccessError):
            self._create_export(company_ids=[Command.set(self.other_company.ids)])

    def test_state_is_not_written_by_hand(self):
        export = self._create_export()
        file = self.env["ir.attachment"].create({"name": "x"})
        for vals in (
            {"state": "done"},
            {"user_id": self.rep.id},
            {"attachment_id": file.id},
        ):
            with self.assertRaises(AccessError):
                export.write(vals)
            with self.assertRaises(AccessError):
                self._create_export(**vals)

    def test_context_makes_no_export(self):
        """Defaults that somebody made up neither end an export nor delete a file."""
        foreign = self.env["ir.attachment"].create({"name": "x", "raw": b"x"})
        other = self._create_export()
        defaults = {
            "default_state": "done",
            "default_attachment_id": foreign.id,
            "default_finished_on": "2020-01-01 00:00:00",
            "default_user_id": self.rep.id,
            "default_slices": [{"shape": "x"}],
            "default_file_format": "pdf",
        }
        export = (
            self.env["crm.referral.export"]
            .with_user(self.manager)
            .with_context(**defaults)
            .create({"period": "all"})
        )
        self.assertEqual((export.state, export.user_id), ("draft", self.manager))
        self.assertEqual(export.file_format, "xlsx")
        self.assertFalse(export.attachment_id or export.finished_on or export.slices)
        # The clean-up deletes what exports have made, and nothing else.
        other.sudo().write(
            {
                "state": "done",
                "attachment_id": foreign.id,
                "finished_on": "2020-01-01 00:00:00",
            }
        )
        other.sudo()._gc_files()
        self.assertTrue(foreign.exists())

    def test_all_fields_that_no_screen_writes_are_protected(self):
        """What only the job writes is readonly on the screen, and in the data."""
        Export = self.env["crm.referral.export"]
        readonly = {
            name
            for name, field in Export._fields.items()
            if field.store and field.readonly and name not in MAGIC_COLUMNS
        }
        self.assertLessEqual(readonly, Export._protected_fields)

    def test_named_in_the_language_of_whoever_makes_it(self):
        """What is written last may have another context than who made it."""
        self.env["res.lang"]._activate_lang("zh_TW")
        export = self.env["crm.referral.export"].with_context(lang="zh_TW")
        export = export.with_user(self.manager).create(
            {"period": "custom", "date_from": "2026-01-01", "date_to": "2026-12-31"}
        )
        self.env(context={}).flush_all()
        self.env.invalidate_all()
        self.assertIn("2026-01-01 – 2026-12-31", export.name or "")

    def test_no_stored_field_depends_on_the_context(self):
        """Kept under one context and written under another, it would be lost."""
        wrong = [
            str(field)
            for model, Model in self.env.registry.items()
            if model.startswith(("crm.referral", "crm.assessment", "crm.guided"))
            for field in Model._fields.values()
            if field.store
            and field.compute
            and not (field.translate or field.company_dependent)
            and self.env.registry.field_depends_context[field]
        ]
        self.assertFalse(wrong)

    def test_strange_input_gets_a_sentence(self):
        for vals in (
            {"date_from": "0001-01-01", "date_to": "2026-01-01"},
            {"date_from": "2026-01-01", "date_to": "9999-12-31"},
        ):
            with self.assertRaises(ValidationError):
                self._create_export(**{**vals, "period": "custom"})
        for domain in (
            [["nonsense", "=", 1]],
            [["id", "in", ["x"]]],
            [["id", "in"]],
            [1],
            {"a": 1},
            "x",
            7,
        ):
            with (
                self.subTest(domain),
                mute_logger("odoo.sql_db"),
                self.assertRaises(ValidationError),
            ):
                self._create_export(selected_domain=domain)
        for context in (
            {"active_ids": "x"},
            {"active_ids": 5},
            {"active_ids": {"a": 1}},
            {"active_ids": ["x"]},
        ):
            Export = self.env["crm.referral.export"].with_user(self.manager)
            Export = Export.with_context(active_model="crm.referral", **context)
            with self.subTest(context):
                Export.create({"period": "all"}).action_export()
        self.env["ir.config_parameter"].set_param("crm_referral.export_keep_days", "x")
        self.env["ir.config_parameter"].set_param("crm_referral.export_direct_rows", "")
        export = self._create_export()
        export.action_export()
        with mute_logger(EXPORT_LOGGER):
            export.sudo()._gc_files()
        self.assertEqual(export.state, "done")

    def test_log_and_its_readers(self):
        """Who exported what stays; a colleague neither sees it nor gets the file."""
        self._give_export_right(self.rep)
        self._give_export_right(self.colleague)
        export = self._create_export(self.rep)
        with patch.object(crm_referral_export._logger, "info") as log:
            export.action_export()
        self.assertIn(self.rep.login, log.call_args.args)
        Export = self.env["crm.referral.export"]
        self.assertIn(export, Export.with_user(self.manager).search([]))
        self.assertNotIn(export, Export.with_user(self.colleague).search([]))
        self.assertNotIn(export, Export.with_user(self.foreign_manager).search([]))
        with self.assertRaises(AccessError):
            export.attachment_id.with_user(self.colleague).read(["raw"])
        with self.assertRaises(AccessError):
            export.unlink()
        with self.assertRaises(AccessError):
            export.with_user(self.manager).action_cancel()

    # === THE JOB === #

    def _queue(self, user=None, **vals):
        """:return: an export that waits for the scheduler."""
        self.env["ir.config_parameter"].set_param("crm_referral.export_direct_rows", 1)
        export = self._create_export(user, **vals)
        action = export.action_export()
        self.assertEqual(action["res_model"], export._name)
        self.assertEqual(export.state, "queued")
        self.assertFalse(export.attachment_id)
        return export

    def test_small_one_at_once(self):
        export = self._create_export()
        action = export.action_export()
        self.assertEqual(action["url"], f"/crm_referral/export/{export.id}")
        self.assertEqual((export.state, export.progress), ("done", 100))
        with self.assertRaises(UserError):
            export.action_export()

    def test_large_one_in_the_background(self):
        export = self._queue()
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("crm_referral.ir_cron_export").id)]
        )
        self.assertTrue(trigger)
        self._run_exports()
        workbook = self._open(export)
        self.assertIn(
            self.won_request.id,
            {row["Record"] for row in self._get_rows(workbook, "Requests")},
        )
        self.assertEqual(export.attempt_count, 1)
        note = self.env["mail.message"].search(
            [("model", "=", export._name), ("res_id", "=", export.id)]
        )
        self.assertIn(self.manager.partner_id, note.notified_partner_ids)

    def test_same_workbook_either_way(self):
        direct = self._create_export()
        direct.action_export()
        queued = self._queue()
        self._run_exports()
        for name in ("Requests", "Candidates", "Leads and Revenue"):
            self.assertEqual(
                self._get_rows(self._open(direct), name),
                self._get_rows(self._open(queued), name),
            )

    def _run_until_its_time_is_up(self):
        """Run the scheduler; its time is up after the first slice."""
        Export = type(self.env["crm.referral.export"])
        with patch.object(Export, "_is_time_up", side_effect=[False, True, True]):
            self._run_exports()

    def test_goes_on_in_the_next_run(self):
        """A run a slice, and the same workbook in the end."""
        direct = self._create_export()
        direct.action_export()
        self.env["ir.config_parameter"].set_param("crm_referral.export_slice_rows", 1)
        export = self._queue()
        folder = export.sudo()._get_spool_folder()
        triggers = self.env["ir.cron.trigger"].search([])
        read = []
        for _run in range(3):
            self._run_until_its_time_is_up()
            self.assertEqual((export.state, export.attempt_count), ("running", 0))
            self.assertFalse(export.attachment_id)
            self.assertTrue(self.env["ir.cron.trigger"].search([]) - triggers)
            read.append(sum(p["rows"] for s in export.slices for p in s["parts"]))
        self.assertEqual(read, sorted(set(read)))
        self.assertGreater(export.progress, 0)
        self._run_exports()
        self.assertEqual((export.attempt_count, export.slices), (1, False))
        self.assertIn("several runs", export.note)
        self.assertFalse(os.path.exists(folder))
        for name in self._open(direct).sheetnames[:-1]:
            one, other = (
                list(self._open(each)[name].iter_rows(values_only=True))
                for each in (direct, export)
            )
            self.assertEqual(one, other, name)

    def test_cancel_between_two_runs(self):
        self.env["ir.config_parameter"].set_param("crm_referral.export_slice_rows", 1)
        export = self._queue()
        self._run_until_its_time_is_up()
        export.action_cancel()
        self._run_exports()
        self.assertEqual(export.state, "cancelled")
        export.action_retry()
        self.assertEqual((export.state, export.slices), ("queued", False))
        self._run_exports()
        self.assertFalse(export.note)
        self._open(export)

    def test_time_of_the_scheduler(self):
        """Half of what the server allows, of the clock and of the processor."""
        Export = self.env["crm.referral.export"]
        self.assertFalse(Export._is_time_up())
        limits = {"limit_time_real": 100, "limit_time_real_cron": -1}
        self.enterContext(patch.dict(config.options, limits))
        for seconds, limit, is_up in (
            (49, -1, False),
            (51, -1, True),
            (49, 60, True),
            (51, 200, False),
        ):
            config.options["limit_time_real_cron"] = limit
            end = time.monotonic() - seconds + MIN_TIME_PER_JOB
            timed = Export.with_context(cron_end_time=end)
            self.assertIs(timed._is_time_up(), is_up, (seconds, limit))
        timed = Export.with_context(cron_end_time=time.monotonic() + MIN_TIME_PER_JOB)
        with (
            patch.dict(config.options, limit_time_cpu=60),
            patch.object(crm_referral_export_job.resource, "getrlimit") as getrlimit,
        ):
            for left, is_up in ((40, False), (20, True)):
                getrlimit.return_value = (time.process_time() + left, -1)
                self.assertIs(timed._is_time_up(), is_up)

    def test_cancel_while_it_waits(self):
        export = self._queue()
        export.action_cancel()
        self._run_exports()
        self.assertEqual(export.state, "cancelled")
        self.assertFalse(export.attachment_id)
        export.action_retry()
        self.assertEqual(export.state, "queued")

    def test_cancel_while_it_runs(self):
        """The next progress stops it, and leaves neither file nor attachment."""
        export = self._queue()
        folder = self.env["ir.attachment"]._filestore()
        before = set(os.listdir(folder))

        def cancel(workbook, options, target, progress=None, spool=None):
            export.action_cancel()
            export.env.flush_all()
            export.sudo()._save_progress(50)

        Workbook = type(self.env["crm.referral.workbook"])
        with (
            self.enter_registry_test_mode(),
            patch.object(Workbook, "_build", cancel),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=9),
            patch.object(self.env.cr, "rollback"),
        ):
            export.sudo()._run_job()
        self.assertEqual(export.state, "cancelled")
        self.assertFalse(export.attachment_id)
        self.assertEqual(set(os.listdir(folder)), before)

    def test_progress(self):
        export = self._queue()
        export.sudo().state = "running"
        export.env.flush_all()
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=9
        ):
            export.sudo()._save_progress(42)
            self.assertEqual(export.progress, 42)
            export.action_cancel()
            export.env.flush_all()
            with self.assertRaises(crm_referral_export_job.ExportCancelled):
                export.sudo()._save_progress(43)

    def test_failure_is_told_and_retried(self):
        export = self._queue()
        Workbook = type(self.env["crm.referral.workbook"])
        with (
            mute_logger(EXPORT_LOGGER),
            patch.object(Workbook, "_build", side_effect=OSError("No space left")),
        ):
            self._run_exports()
        self.assertEqual((export.state, export.error), ("failed", "No space left"))
        self.assertFalse(export.attachment_id)
        export.action_retry()
        self._run_exports()
        self.assertEqual((export.state, export.error), ("done", False))

    def test_interrupted_one_starts_again(self):
        """A server that died left it running: it starts again, but not for ever."""
        export = self._queue()
        export.sudo().write({"state": "running", "attempt_count": 1})
        self._run_exports()
        self.assertEqual((export.state, export.attempt_count), ("done", 2))
        hopeless = self._queue()
        hopeless.sudo().write({"state": "running", "attempt_count": 3})
        self._run_exports()
        self.assertEqual(hopeless.state, "failed")
        self.assertIn("3 times", hopeless.error)

    def test_a_passing_failure_ends_nothing(self):
        """A replica that has to catch up: the next run goes on, on the primary."""
        self.env["ir.config_parameter"].set_param("crm_referral.export_slice_rows", 1)
        export = self._queue()
        self._run_until_its_time_is_up()
        read = export.slices
        self.assertTrue(read)
        conflict = psycopg2.errors.SerializationFailure(
            "canceling statement due to conflict with recovery"
        )
        Workbook = type(self.env["crm.referral.workbook"])
        build = Workbook._build
        attempts = []

        def fail_once(workbook, *args):
            # The job has a cursor of its own.
            workbook.env.cr.execute(
                "SELECT attempt_count FROM crm_referral_export WHERE id = %s",
                [export.id],
            )
            attempts.append(workbook.env.cr.fetchone()[0])
            if len(attempts) == 1:
                raise conflict
            return build(workbook, *args)

        with (
            mute_logger(EXPORT_LOGGER),
            patch.object(Workbook, "_build", fail_once),
        ):
            self._run_exports()
        self.assertEqual((export.state, export.error), ("done", False))
        self.assertEqual(attempts, [1, 2])
        self.assertIn("several runs", export.note)
        self._open(export)

    def test_the_primary_reads_after_an_interruption(self):
        export = self._create_export().sudo()
        for attempts, readonly in ((1, True), (2, False)):
            export.attempt_count = attempts
            asked = []

            @contextmanager
            def cursor(registry, readonly, asked=asked):
                asked.append(readonly)
                yield self.env.cr

            with (
                patch.object(type(self.env.registry), "cursor", cursor),
                export._open_reader(),
            ):
                self.assertEqual(asked, [readonly])

    def test_retry_goes_on_with_what_is_read(self):
        self.env["ir.config_parameter"].set_param("crm_referral.export_slice_rows", 1)
        Workbook = type(self.env["crm.referral.workbook"])
        for changed in (False, True):
            export = self._queue()
            self._run_until_its_time_is_up()
            read = export.slices
            with (
                mute_logger(EXPORT_LOGGER),
                patch.object(Workbook, "_build", side_effect=OSError("No space left")),
            ):
                self._run_exports()
            self.assertEqual((export.state, export.slices), ("failed", read))
            self.assertTrue(os.path.exists(export.sudo()._get_spool_folder()))
            if changed:
                # Other rows than those that are read.
                export.period = "last_year"
            export.action_retry()
            self.assertEqual(export.slices, False if changed else read)
            self._run_exports()
            self.assertEqual("several runs" in (export.note or ""), not changed)
            self.assertFalse(os.path.exists(export.sudo()._get_spool_folder()))

    def test_files_are_deleted_after_a_while(self):
        export = self._create_export()
        export.action_export()
        attachment = export.attachment_id
        draft = self._create_export()
        self.env["crm.referral.export"]._gc_files()
        self.assertTrue(attachment.exists())
        old = fields.Datetime.now() - timedelta(days=8)
        export.sudo().finished_on = old
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_referral_export SET create_date = %s WHERE id = %s",
            [old, draft.id],
        )
        self.env.invalidate_all()
        self.env["crm.referral.export"]._gc_files()
        self.assertFalse(attachment.exists())
        self.assertFalse(draft.exists())
        self.assertEqual(export.state, "expired")

    def test_files_are_kept_for_good(self):
        """With 0 days, as the settings say."""
        Settings = self.env["res.config.settings"]
        Settings.create({"referral_export_keep_days": 0}).execute()
        self.assertEqual(Settings.create({}).referral_export_keep_days, 0)
        export = self._create_export()
        export.action_export()
        export.sudo().finished_on = fields.Datetime.now() - timedelta(days=5000)
        self.env["crm.referral.export"]._gc_files()
        self.assertEqual(export.state, "done")
        self.assertTrue(export.attachment_id.exists())

    def test_leftovers_of_stopped_servers(self):
        """Files and folders that nobody writes to any more, and no others."""
        Export = self.env["crm.referral.export"]
        store = Path(self.env["ir.attachment"]._filestore())
        paths = []
        for name, days in (("old", 2), ("new", 0)):
            folder = store / f"{crm_referral_export_job.TEMPORARY_PREFIX}test_{name}"
            file = store / f"{crm_referral_export_job.TEMPORARY_PREFIX}test_{name}.xlsx"
            folder.mkdir(parents=True)
            (folder / "0-0.rows").touch()
            file.touch()
            self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
            self.addCleanup(file.unlink, missing_ok=True)
            then = time.time() - days * 86400
            for path in (folder, file):
                os.utime(path, (then, then))
            paths += [folder, file]
        Export._gc_files()
        self.assertEqual([each.exists() for each in paths], [False, False, True, True])

    def test_attachment_is_a_file_like_any_other(self):
        export = self._create_export()
        export.action_export()
        attachment = export.attachment_id.sudo()
        self.assertEqual(
            attachment.checksum, attachment._compute_checksum(attachment.raw)
        )
        self.assertEqual(attachment.file_size, len(attachment.raw))
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        other = self._create_export()
        other.action_export()
        self._open(other)


@tagged("post_install", "-at_install")
class TestExportHttp(ReferralCase, HttpCase):
    def test_download(self):
        """The finished file; a small one is even made on the way; nobody else's."""
        referral = self._create_referral(self.manager)
        Export = self.env["crm.referral.export"].with_user(self.manager)
        draft = Export.create({"period": "all"})
        done = Export.create({"period": "all"})
        done.action_export()
        self.authenticate(self.manager.login, self.manager.login)
        for export in (draft, done):
            response = self.url_open(f"/crm_referral/export/{export.id}")
            self.assertEqual(response.status_code, 200)
            self.assertIn(".xlsx", response.headers["Content-Disposition"])
            workbook = load_workbook(io.BytesIO(response.content))
            ids = {row[0].value for row in workbook["Requests"].iter_rows()}
            self.assertTrue(any(str(referral.id) in str(each) for each in ids))
            # Who got which file is known for good, whichever way it was.
            export.invalidate_recordset()
            self.assertEqual((export.state, export.user_id), ("done", self.manager))
            self.assertTrue(export.finished_on)
        draft.sudo()._gc_files()
        self.assertTrue(draft.exists())
        self.authenticate(self.rep.login, self.rep.login)
        for export in (draft, done):
            self.assertEqual(
                self.url_open(f"/crm_referral/export/{export.id}").status_code, 404
            )
        self.authenticate(None, None)
        response = self.url_open(
            f"/crm_referral/export/{done.id}", allow_redirects=False
        )
        self.assertEqual(response.status_code, 303)
