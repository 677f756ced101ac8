import io
import smtplib
from datetime import datetime, timedelta
from unittest.mock import patch

import psycopg2
from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger
from odoo.tools.pdf import PdfReader

from odoo.addons.crm_foundation.tools.local_time import day_start
from odoo.addons.mail.tests.common import MockEmail

from .export_common import JOB_LOGGER, WorkbookMixin
from .test_report import ReportCommon

SCHEDULE_LOGGER = "odoo.addons.crm_referral.models.crm_referral_report_schedule_run"


@tagged("post_install", "-at_install")
class TestReportSchedule(MockEmail, WorkbookMixin, ReportCommon):
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

    def _send(self, is_sent=True, error=None):
        """Run the scheduler.

        :param is_sent: whether mails leave the queue
        :param error: what the mail server says
        """
        Mail = type(self.env["mail.mail"])

        def send(mails):
            if is_sent:
                mails.send()

        with (
            self.mock_mail_gateway(),
            patch.object(Mail, "send_after_commit", send),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            if error:
                self.send_email_mocked.side_effect = error
            self._run_cron("crm_referral.ir_cron_report_schedule")

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
            mute_logger(JOB_LOGGER),
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

    def _skip_without_program(self):
        """Not every release of Debian has it."""
        if self.env["crm.referral.summary.pdf"]._get_problem():
            self.skipTest("wkhtmltopdf is not installed")

    def _get_text(self, run):
        """:return: the text of the PDF that was sent."""
        attachment = run.export_id.sudo().attachment_id
        self.assertEqual(attachment.mimetype, "application/pdf")
        self.assertTrue(attachment.name.endswith(".pdf"))
        pages = PdfReader(io.BytesIO(attachment.raw)).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)

    def test_pdf_for_each_with_their_rights(self):
        self._skip_without_program()
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
        self.assertIn("PRIDE Score", texts[self.rep])
        message = self.env["mail.message"].search(
            [
                ("model", "=", "crm.referral.export"),
                ("res_id", "=", runs[self.rep].export_id.id),
            ]
        )
        self.assertEqual(message.attachment_ids.mimetype, "application/pdf")

    def test_pdf_in_the_language_of_the_recipient(self):
        self._skip_without_program()
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
        self._skip_without_program()
        self.schedule.invalidate_recordset(["pdf_problem"])
        self.assertFalse(self.schedule.pdf_problem)
        run.sudo().retry_on = "2026-03-02 08:00:00"
        self._send()
        self.assertEqual((run.state, run.error), ("sent", False))

    # === WHOSE DAY IT IS === #

    def test_a_period_is_over_where_the_recipient_is(self):
        """Weekly, to three zones, across the change to summer time in Los Angeles."""
        zones = {
            self.manager: "Asia/Taipei",
            self.rep: "America/Los_Angeles",
            self.all_documents: "Europe/Berlin",
        }
        for user, zone in zones.items():
            user.tz = zone
        self.schedule.write(
            {
                "interval": "week",
                "user_ids": [Command.set([user.id for user in zones])],
                "next_date": "2026-03-09",
            }
        )
        Schedule = self.env["crm.referral.report.schedule"].sudo()
        moment = datetime(2026, 3, 8)
        while moment < datetime(2026, 3, 24):
            with self._at(str(moment)):
                known = self.schedule.run_ids
                for each in Schedule.search([]):
                    each._note_due(moment.date() + timedelta(days=1))
                for run in self.schedule.run_ids - known:
                    begin = day_start(run.date_from, run.user_id)
                    end = day_start(run.date_to + timedelta(days=1), run.user_id)
                    self.assertLessEqual(end, moment, "the period is not over")
                    self.assertLess(moment - end, timedelta(hours=2), "it is late")
                    self.assertLess(begin, end)
            moment += timedelta(hours=1)
        for user in zones:
            runs = self.schedule.run_ids.filtered(
                lambda run, user=user: run.user_id == user
            ).sorted("date_from")
            self.assertEqual(len(runs), 3)
            for run, after in zip(runs, runs[1:], strict=False):
                self.assertEqual(run.date_to + timedelta(days=1), after.date_from)

    def test_no_period_is_lost_while_the_scheduler_stood_still(self):
        self.schedule.write({"interval": "week", "user_ids": self.rep.ids})
        self.schedule.next_date = "2026-02-09"
        self._send()
        self.assertEqual(
            sorted(map(str, self.schedule.run_ids.mapped("date_from"))),
            ["2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23"],
        )
        self.assertEqual(str(self.schedule.next_date), "2026-03-09")
        with self.assertRaises(ValidationError):
            self.schedule.next_date = "1999-01-01"

    def test_the_recipient_without_a_zone_has_that_of_the_company(self):
        self.rep.tz = False
        self.company.partner_id.tz = "Asia/Calcutta"
        self.schedule.user_ids = self.rep
        self._send()
        self.assertEqual(self.schedule.run_ids.export_id.sudo().tz, "Asia/Kolkata")

    # === WHAT ARRIVES, AND WHAT DOES NOT === #

    def _by_mail(self, *users):
        self.schedule.user_ids = self.env["res.users"].union(*users)

    def _get_activities(self):
        return self.schedule.activity_ids

    def test_sent_is_what_a_mail_server_has_taken(self):
        self._by_mail(self.rep, self.manager)
        self._send()
        self.assertEqual(set(self.schedule.run_ids.mapped("state")), {"sent"})
        self.assertEqual(len(self._mails), 2)
        for mail in self._mails:
            self.assertIn(self.company.email_formatted, mail["email_from"])
        self.assertFalse(self._get_activities())

    def test_a_mail_that_fails_comes_back(self):
        self._by_mail(self.rep)
        self._send(error=smtplib.SMTPServerDisconnected("refused"))
        run = self.schedule.run_ids
        self.assertEqual(run.state, "failed")
        self.assertTrue(run.error)
        self.assertEqual(self.schedule.failed_count, 1)
        self.assertEqual(self._get_activities().user_id, self.manager)
        self.assertIn(self.rep.name, self._get_activities().note)
        run.sudo().retry_on = "2026-03-02 08:00:00"
        self._send()
        self.assertEqual((run.state, run.error), ("sent", False))
        self.assertFalse(self._get_activities())

    def test_a_bounce_comes_back(self):
        self._by_mail(self.rep)
        self._send()
        run = self.schedule.run_ids
        self.assertEqual(run.state, "sent")
        run.sudo().message_id.notification_ids.write(
            {"notification_status": "bounce", "failure_type": "mail_bounce"}
        )
        self._send()
        self.assertEqual(run.state, "abandoned")
        self.assertEqual(self.schedule.failed_count, 1)
        self.assertTrue(self._get_activities())

    def test_a_mail_that_nobody_sends(self):
        """It waits; after a day it counts as failed."""
        self._by_mail(self.rep)
        self._send(is_sent=False)
        run = self.schedule.run_ids
        self.assertEqual((run.state, run.sent_on), ("sending", False))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_message SET create_date = '2026-03-01' WHERE id = %s",
            [run.sudo().message_id.id],
        )
        self.env.invalidate_all()
        self._send(is_sent=False)
        self.assertEqual(run.state, "failed")

    def test_no_recipient_stops_the_others(self):
        """No address, archived, without rights: each is said, the others are sent."""
        self._by_mail(self.rep, self.colleague, self.all_documents, self.manager)
        self.manager.notification_type = "inbox"
        self.rep.email = False
        self.colleague.active = False
        self.all_documents.group_ids = self.env.ref("base.group_user")
        with mute_logger(SCHEDULE_LOGGER):
            self._send()
        by_user = {run.user_id: run.state for run in self.schedule.run_ids}
        self.assertEqual(
            by_user,
            {
                self.manager: "sent",
                self.rep: "failed",
                self.colleague: "failed",
                self.all_documents: "failed",
            },
        )
        errors = {run.user_id: run.error for run in self.schedule.run_ids}
        self.assertIn("e-mail address", errors[self.rep])
        self.assertIn("archived", errors[self.colleague])
        self.assertEqual(self.schedule.failed_count, 3)
        self.assertEqual(len(self._get_activities()), 1)

    def test_one_schedule_stops_no_other(self):
        broken = self.schedule.copy({"name": "Broken", "next_date": "2026-03-01"})
        Schedule = type(self.schedule)
        note = Schedule._note_due

        def fail(schedule, latest):
            if schedule.id == broken.id:
                raise OSError("No period")
            return note(schedule, latest)

        with (
            mute_logger(SCHEDULE_LOGGER[:-4]),
            patch.object(Schedule, "_note_due", fail),
        ):
            self._send()
        self.assertEqual(set(self.schedule.run_ids.mapped("state")), {"sent"})
        self.assertIn("No period", broken.activity_ids.note)

    def test_the_owner_who_left(self):
        self.assertEqual(self.schedule._get_owner(), self.manager)
        self.manager.active = False
        owner = self.schedule._get_owner()
        self.assertTrue(owner.active)
        self.assertTrue(owner.has_group("sales_team.group_sale_manager"))

    def test_the_mail_has_the_main_figures(self):
        self.schedule.user_ids = self.rep
        self._send()
        body = self._get_messages(self.schedule.run_ids).body
        text = " ".join(html2plaintext(body).split())
        self.assertIn("Requests 2 ", text)

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
