import io
from unittest.mock import patch

import psycopg2
from openpyxl import load_workbook
from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_export import EXPORT_LOGGER, WorkbookMixin
from .test_report import ReportCommon

SCHEDULE_LOGGER = "odoo.addons.crm_referral.models.crm_referral_report_schedule_run"


@tagged("post_install", "-at_install")
class TestReportSchedule(WorkbookMixin, ReportCommon):
    """Today is Monday 2 March 2026; the report of February was due yesterday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE crm_referral SET create_date = '2026-02-10' WHERE id IN %s",
            [tuple(cls.ours)],
        )
        cls.env.invalidate_all()
        cls.schedule = (
            cls.env["crm.referral.report.schedule"]
            .with_user(cls.manager)
            .create(
                {
                    "name": "Referrals of the month",
                    "user_ids": [Command.set((cls.manager | cls.rep).ids)],
                    "next_date": "2026-03-01",
                }
            )
        )

    def _send(self):
        self._run_cron("ir_cron_report_schedule")

    def _get_requests(self, run):
        """:return: ids of the requests in the workbook that was sent."""
        workbook = load_workbook(
            io.BytesIO(run.export_id.sudo().attachment_id.raw), data_only=True
        )
        return {
            row[0] for row in workbook["Requests"].iter_rows(values_only=True)
        } & set(self.ours)

    def test_each_gets_what_they_may_see(self):
        self._send()
        runs = self.schedule.run_ids.grouped("user_id")
        self.assertEqual(
            {run.state for run in self.schedule.run_ids},
            {"sent"},
            self.schedule.run_ids.mapped("error"),
        )
        self.assertEqual(self._get_requests(runs[self.manager]), set(self.ours))
        self.assertEqual(
            self._get_requests(runs[self.rep]), {*self.ours} - {self.old_request.id}
        )
        for user, run in runs.items():
            message = self.env["mail.message"].search(
                [
                    ("model", "=", "crm.referral.export"),
                    ("res_id", "=", run.export_id.id),
                ]
            )
            self.assertEqual(message.notified_partner_ids, user.partner_id)
            self.assertEqual(message.attachment_ids, run.export_id.sudo().attachment_id)
            self.assertEqual(run.export_id.sudo().user_id, user)

    def test_never_twice(self):
        self._send()
        runs = self.schedule.run_ids
        self.assertEqual(len(runs), 2)
        self.assertEqual(self.schedule.next_date, fields.Date.to_date("2026-04-01"))
        self.schedule.next_date = "2026-03-02"
        self._send()
        self.schedule.action_send_now()
        self._send()
        self.assertEqual(self.schedule.run_ids, runs)
        with (
            self.assertRaises(psycopg2.IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            runs[0].sudo().copy()

    # === LARGE WORKBOOKS === #

    def _get_messages(self, run):
        return self.env["mail.message"].search(
            [("model", "=", "crm.referral.export"), ("res_id", "=", run.export_id.id)]
        )

    def test_a_large_one_is_made_in_slices(self):
        """The job of the exports makes it, without a right to export; sent once."""
        for name, value in (("direct", 0), ("slice", 1)):
            self.env["ir.config_parameter"].set_param(
                f"crm_referral.export_{name}_rows", value
            )
        self.schedule.user_ids = self.rep
        self.won_request.promise = "x" * 40_000
        for _turn in range(2):
            self._send()
            run = self.schedule.run_ids
            export = run.export_id.sudo()
            self.assertEqual((run.state, export.state), ("waiting", "queued"))
        self._run_exports()
        self.assertEqual((run.state, export.state), ("waiting", "done"))
        self.assertFalse(self._get_messages(run))
        for _turn in range(2):
            self._send()
            self.assertEqual((run.state, run.export_id), ("sent", export))
        messages = self._get_messages(run)
        self.assertEqual(len(messages), 1)
        self.assertIn("1 texts are longer", messages.body)
        self.assertEqual(messages.notified_partner_ids, self.rep.partner_id)
        self.assertEqual(self._get_requests(run), {*self.ours} - {self.old_request.id})

    def test_a_large_one_that_fails_is_retried(self):
        self.env["ir.config_parameter"].set_param("crm_referral.export_direct_rows", 0)
        self.schedule.user_ids = self.rep
        self._send()
        run = self.schedule.run_ids
        failed = run.export_id.sudo()
        Workbook = type(self.env["crm.referral.workbook"])
        with (
            patch.object(Workbook, "_build", side_effect=OSError("No space left")),
            mute_logger(EXPORT_LOGGER),
        ):
            self._run_exports()
        with mute_logger(SCHEDULE_LOGGER):
            self._send()
        self.assertEqual(
            (run.state, run.error, run.attempt_count), ("failed", "No space left", 1)
        )
        self.assertEqual(self.schedule.failed_count, 1)
        run.sudo().retry_on = "2026-03-02 08:00:00"
        self._send()
        self._run_exports()
        self._send()
        self.assertEqual((run.state, run.error), ("sent", False))
        self.assertNotEqual(run.export_id, failed)

    # === PDF === #

    def _get_text(self, run):
        """:return: the text of the PDF that was sent."""
        attachment = run.export_id.sudo().attachment_id
        self.assertEqual(attachment.mimetype, "application/pdf")
        self.assertTrue(attachment.name.endswith(".pdf"))
        pages = PdfReader(io.BytesIO(attachment.raw)).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)

    def test_pdf_for_each_with_their_rights(self):
        self.schedule.file_format = "pdf"
        self._send()
        runs = self.schedule.run_ids.grouped("user_id")
        self.assertEqual(
            set(self.schedule.run_ids.mapped("state")),
            {"sent"},
            self.schedule.run_ids.mapped("error"),
        )
        texts = {user: self._get_text(run) for user, run in runs.items()}
        self.assertIn(
            "Requests that were started in the period. 3 0", texts[self.manager]
        )
        self.assertIn("Requests that were started in the period. 2 0", texts[self.rep])
        self.assertIn("Colleague", texts[self.manager])
        self.assertNotIn("Colleague", texts[self.rep])
        self.assertIn("Made for Rep", texts[self.rep])
        self.assertIn("PRIDE score of customers", texts[self.rep])
        message = self.env["mail.message"].search(
            [
                ("model", "=", "crm.referral.export"),
                ("res_id", "=", runs[self.rep].export_id.id),
            ]
        )
        self.assertEqual(message.attachment_ids.mimetype, "application/pdf")

    def test_pdf_in_the_language_of_the_recipient(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.rep.lang = "fr_FR"
        self.schedule.write({"file_format": "pdf", "user_ids": self.rep})
        self.schedule.with_context(lang="fr_FR").name = "Recommandations <du> mois"
        self._send()
        text = self._get_text(self.schedule.run_ids)
        self.assertIn("Recommandations <du> mois", text)
        # Dates and numbers as they are written in French
        self.assertIn("01/02/2026", text)
        self.assertIn("$ 0,00", text)

    def test_no_pdf_without_the_program(self):
        """It fails in words, is seen on the schedule, and is sent once it can be."""
        self.schedule.write({"file_format": "pdf", "user_ids": self.rep})
        Report = type(self.env["ir.actions.report"])
        with (
            patch.object(Report, "get_wkhtmltopdf_state", lambda report: "install"),
            mute_logger(SCHEDULE_LOGGER),
        ):
            self.assertIn("wkhtmltopdf", self.schedule.pdf_problem)
            self._send()
        run = self.schedule.run_ids
        self.assertEqual(run.state, "failed")
        self.assertIn("wkhtmltopdf is missing", run.error)
        self.assertEqual(self.schedule.failed_count, 1)
        self.assertFalse(run.export_id)
        self.schedule.invalidate_recordset(["pdf_problem"])
        self.assertFalse(self.schedule.pdf_problem)
        run.sudo().retry_on = "2026-03-02 08:00:00"
        self._send()
        self.assertEqual((run.state, run.error), ("sent", False))

    def test_not_before_its_day(self):
        self.schedule.next_date = "2026-03-03"
        self._send()
        self.assertFalse(self.schedule.run_ids)

    def test_failure_is_visible_and_retried(self):
        Workbook = type(self.env["crm.referral.workbook"])
        with (
            patch.object(Workbook, "_build", side_effect=OSError("No space left")),
            mute_logger(SCHEDULE_LOGGER),
        ):
            self._send()
            runs = self.schedule.run_ids
            self.assertEqual(set(runs.mapped("state")), {"failed"})
            self.assertEqual(set(runs.mapped("error")), {"No space left"})
            self.assertEqual(self.schedule.failed_count, 2)
            self._send()  # too early for another attempt
            self.assertEqual(runs.mapped("attempt_count"), [1, 1])
        runs.sudo().retry_on = "2026-03-02 08:00:00"
        self._send()
        self.assertEqual(set(runs.mapped("state")), {"sent"})
        self.assertFalse(any(runs.mapped("error")))

    def test_given_up_after_some_attempts(self):
        self.schedule.user_ids = self.rep
        Workbook = type(self.env["crm.referral.workbook"])
        with (
            patch.object(Workbook, "_build", side_effect=OSError("No space left")),
            mute_logger(SCHEDULE_LOGGER),
        ):
            for _attempt in range(6):
                self._send()
                self.schedule.run_ids.sudo().retry_on = "2026-03-02 08:00:00"
        run = self.schedule.run_ids
        self.assertEqual((run.state, run.attempt_count), ("abandoned", 5))
        message = self.env["mail.message"].search(
            [
                ("model", "=", "crm.referral.report.schedule"),
                ("res_id", "=", self.schedule.id),
            ]
        )
        self.assertIn(self.manager.partner_id, message.notified_partner_ids)
        run.action_retry()
        self._send()
        self.assertEqual(run.state, "sent")

    def test_recipient_who_lost_access(self):
        self.rep.group_ids -= self.env.ref("sales_team.group_sale_salesman")
        with mute_logger(SCHEDULE_LOGGER):
            self._send()
        by_user = {run.user_id: run.state for run in self.schedule.run_ids}
        self.assertEqual(by_user, {self.manager: "sent", self.rep: "failed"})

    def test_recipients_are_users_of_the_company(self):
        for user in (self.portal, self.foreign_rep):
            with self.assertRaises(ValidationError):
                self.schedule.user_ids = user

    def test_only_managers_schedule(self):
        for user in (self.rep, self.all_documents, self.employee):
            with self.assertRaises(AccessError):
                self.schedule.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self.env["crm.referral.report.schedule"].with_user(user).create(
                    {"name": "x", "user_ids": [Command.set(user.ids)]}
                )
        self.assertFalse(
            self.env["crm.referral.report.schedule"]
            .with_user(self.foreign_manager)
            .search([("id", "=", self.schedule.id)])
        )

    def test_periods(self):
        today = fields.Date.to_date("2026-03-02")
        for interval, expected in {
            "week": ("2026-02-23", "2026-03-01", "2026-03-09"),
            "month": ("2026-02-01", "2026-02-28", "2026-04-01"),
            "quarter": ("2025-10-01", "2025-12-31", "2026-04-01"),
        }.items():
            self.schedule.interval = interval
            self.assertEqual(
                (
                    *self.schedule._get_last_period(today),
                    self.schedule._get_date_after(today),
                ),
                tuple(map(fields.Date.to_date, expected)),
            )
