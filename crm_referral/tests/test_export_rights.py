import logging

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged
from odoo.tools import mute_logger

from .export_common import JOB_LOGGER, ExportCommon


@tagged("post_install", "-at_install")
class TestExportRights(ExportCommon):
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
        with mute_logger(JOB_LOGGER):
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
        self._set_parameter("keep_days", "x")
        self._set_parameter("direct_rows", "")
        export = self._create_export()
        export.action_export()
        with mute_logger(JOB_LOGGER):
            export.sudo()._gc_files()
        self.assertEqual(export.state, "done")

    def test_log_and_its_readers(self):
        """Who exported what stays; a colleague neither sees it nor gets the file."""
        self._give_export_right(self.rep)
        self._give_export_right(self.colleague)
        export = self._create_export(self.rep)
        with self.assertLogs("odoo.addons.xlsx_stream", logging.INFO) as log:
            export.action_export()
        self.assertIn(f"({self.rep.login}) exports", log.output[0])
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
