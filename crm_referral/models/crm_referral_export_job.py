import logging
import os
import shutil
import time
from contextlib import contextmanager, suppress
from datetime import timedelta

import psycopg2
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import config

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB
from odoo.addons.crm_foundation.tools.sentences import join_sentences
from odoo.addons.xlsx_stream.tools.workbook import Spool

if os.name == "posix":
    import resource

_logger = logging.getLogger(__name__)

STATES = [
    ("draft", "To Do"),
    ("queued", "Waiting"),
    ("running", "Running"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
    ("expired", "File Deleted"),
]
# How many rows are made while the user waits; more run in the background.
DIRECT_ROWS = 20_000
# How many rows a job reads at a time: a second's work.
SLICE_ROWS = 50_000
KEEP_DAYS = 7
MAX_KEEP_DAYS = 365 * 100
# A job that is interrupted goes on, this many times in all.
MAX_ATTEMPTS = 3
PROGRESS_SECONDS = 1.0
# Of files that are being made, in the filestore; what a stopped server left is deleted.
TEMPORARY_PREFIX = ".referral_export_"
# What PostgreSQL says when it is no fault of the export: a replica that has to catch
# up, a server that restarts, somebody else who changes the same.
PASSING_ERRORS = (psycopg2.OperationalError, psycopg2.InterfaceError)


class ExportCancelled(Exception):
    """Somebody cancelled the export while it was running."""


class ExportPaused(Exception):
    """The scheduler's time is up: its next run goes on."""


class CrmReferralExportJob(models.AbstractModel):
    """Makes the file of an export in the background.

    The scheduler reads the rows in slices, reports the progress, and tells the user
    when it is done. A run that is stopped, that fails for a passing reason, or whose
    time is up, loses no more than a slice: the next goes on, on the primary if the
    replica was the reason.
    """

    _name = "crm.referral.export.job"
    _description = "Job of a Referral Export"

    # The job
    state = fields.Selection(
        selection=STATES, required=True, readonly=True, default="draft", index=True
    )
    progress = fields.Float(readonly=True, aggregator=None)
    row_count = fields.Integer(string="Rows", readonly=True, aggregator=None)
    attempt_count = fields.Integer(string="Attempts", readonly=True, aggregator=None)
    started_on = fields.Datetime(readonly=True)
    finished_on = fields.Datetime(readonly=True)
    slices = fields.Json(
        readonly=True,
        copy=False,
        help="Which rows are read, see xlsx_stream/tools/spool.py.",
        export_string_translation=False,
    )
    error = fields.Text(readonly=True)
    note = fields.Char(
        readonly=True, help="What the reader of the workbook should know."
    )
    attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="File",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        copy=False,
    )

    # === JOB === #

    @api.model
    def _cron_export(self):
        """Make the workbooks that wait, one after the other.

        One that is called running has been interrupted, for the scheduler runs this
        once at a time: it starts again.
        """
        waiting = Domain("state", "in", ("queued", "running"))
        while export := self.search(waiting, order="attempt_count, id", limit=1):
            if self._is_time_up():
                # The scheduler lets others work first, and then comes back at once.
                self.env.ref("crm_referral.ir_cron_export")._trigger()
                self.env["ir.cron"]._commit_progress(
                    remaining=self.search_count(waiting)
                )
                break
            export._run_job()
            self.env["ir.cron"]._commit_progress(
                1, remaining=self.search_count(waiting)
            )

    def _run_job(self):
        """Make one workbook in the background; it ends done, failed or cancelled, or
        goes on in the next run.
        """
        self.ensure_one()
        self = self.with_context(lang=self.lang or self.user_id.lang)
        if self.attempt_count >= MAX_ATTEMPTS:
            # What has been read stays, for a retry.
            self._fail(
                self.env._(
                    "This workbook was interrupted %(number)s times. Try again later: "
                    "it goes on with what is read already. If that does not help, "
                    "choose a shorter period or fewer sheets. %(reason)s",
                    number=self.attempt_count,
                    reason=self.error or "",
                )
            )
            return
        attempt = self.attempt_count + 1
        self.write({"state": "running", "attempt_count": attempt})
        self._tell_progress()
        self.env["ir.cron"]._commit_progress()
        try:
            # The right to export may have been taken away in between. Who gets a report
            # on schedule needs none.
            if not self._get_schedule_runs():
                self.with_user(self.user_id)._check_may_export()
            spool = Spool(
                self._get_spool_folder(),
                self.slices,
                self._save_slice,
                slice_rows=self._get_slice_rows(),
            )
            self._make_file(self._open_reader(), self._get_progress_callback(), spool)
        except ExportPaused:
            # As planned, and not without progress: this is no failed attempt.
            self.attempt_count = 0
            _logger.info("Export %s goes on in the next run", self.id)
            return
        except ExportCancelled:
            self.env.cr.rollback()
            _logger.info("Export %s was cancelled", self.id)
        except PASSING_ERRORS as error:
            self.env.cr.rollback()
            self.invalidate_recordset(["state"])
            if self.state == "running":
                _logger.warning("Export %s was interrupted: %s", self.id, error)
                # For the next run, which goes on with the last slice.
                self.write(
                    {
                        "attempt_count": attempt,
                        "error": str(error).strip() or type(error).__name__,
                    }
                )
                self.env["ir.cron"]._commit_progress()
                return
            # Whoever cancels at the same moment may be the reason.
            _logger.info("Export %s was cancelled", self.id)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("Export %s failed", self.id)
            self._fail(str(error) or type(error).__name__)
            return
        else:
            self.slices = False
            self._notify_done()
        self._drop_spool()

    def _drop_spool(self):
        """Delete what is read, once the file is there or nobody wants it any more."""
        shutil.rmtree(self._get_spool_folder(), ignore_errors=True)

    def _get_spool_folder(self):
        """:return: where the slices are kept: in the filestore, so that another server
        of the same database finds them.
        """
        folder = self.env["ir.attachment"]._filestore()
        return os.path.join(folder, f"{TEMPORARY_PREFIX}{self.id}")

    @api.model
    def _get_slice_rows(self):
        """:return: how many rows are read at a time in the background."""
        return self._get_number("export_slice_rows", SLICE_ROWS) or SLICE_ROWS

    @api.model
    def _is_time_up(self):
        """Whether the scheduler has used half of what the server allows it at a time.

        A worker that takes longer than ``limit_time_real_cron`` or ``limit_time_cpu``
        is killed. The other half is for the jobs before, and for what has no slices.
        """
        planned_end = self.env.context.get("cron_end_time")
        if planned_end is None:
            return False
        limit = config["limit_time_real_cron"]
        if limit <= 0:
            limit = config["limit_time_real"]
        if 0 < limit < 2 * (time.monotonic() - planned_end + MIN_TIME_PER_JOB):
            return True
        if os.name != "posix":
            return False
        # A worker sets it anew before it asks for jobs.
        end, _hard = resource.getrlimit(resource.RLIMIT_CPU)
        left = end - time.process_time()
        return end != resource.RLIM_INFINITY and 2 * left < config["limit_time_cpu"]

    @contextmanager
    def _open_reader(self):
        """A cursor of its own reads, on the replica if there is one.

        So all sheets show one moment, while the progress is written beside it. After an
        interruption the primary reads: a replica may not allow it for that long.
        """
        on_replica = self.attempt_count <= 1
        with self.env.registry.cursor(readonly=on_replica) as cr:
            yield api.Environment(cr, self.env.uid, {})

    def _get_progress_callback(self):
        """:return: what the workbook calls with the rows done and the rows there are;
        it tells how far it is, once a second.
        """
        told_at = time.monotonic()

        def tell(done, total):
            nonlocal told_at
            if time.monotonic() - told_at >= PROGRESS_SECONDS:
                self._save_progress(min(99.0, 100.0 * done / total))
                told_at = time.monotonic()

        return tell

    def _save_slice(self, spool):
        """Note what is read, for the next run should this one be stopped.

        :raise ExportCancelled: when the user has cancelled
        :raise ExportPaused: when the scheduler's time is up
        """
        percent = min(99.0, 100.0 * spool.rows / max(self.row_count, 1))
        if self._save_progress(percent, spool.state) and self._is_time_up():
            raise ExportPaused

    def _save_progress(self, percent, slices=None):
        """Note how far it is, for everybody to see.

        :param slices: what is read, if that has changed
        :return: whether it could be noted
        :raise ExportCancelled: when the user has cancelled
        """
        try:
            self.env.cr.execute(
                """UPDATE crm_referral_export
                SET progress = %s, slices = coalesce(%s, slices)
                WHERE id = %s AND state = 'running'""",
                [percent, slices and Json(slices), self.id],
                log_exceptions=False,
            )
            running = bool(self.env.cr.rowcount)
            self.invalidate_recordset(["progress", "state", "slices"])
            if running:
                self._tell_progress()
            self.env["ir.cron"]._commit_progress()
        except psycopg2.errors.SerializationFailure:
            # Somebody cancels at this very moment: the next call sees it.
            self.env.cr.rollback()
            return False
        if not running:
            raise ExportCancelled
        return True

    def _tell_progress(self):
        """Let the browser of the user show how far it is."""
        self.ensure_one()
        self.user_id._bus_send(
            "crm_referral.export",
            {"id": self.id, "state": self.state, "progress": self.progress},
        )

    def _fail(self, error):
        self.write(
            {"state": "failed", "error": error, "finished_on": fields.Datetime.now()}
        )
        self._tell_progress()
        self._notify(
            self.env._("The export “%(name)s” failed", name=self.name),
            error,
            "danger",
        )

    def _notify_done(self):
        self._tell_progress()
        self._notify(
            self.env._("Your workbook is ready: %(name)s", name=self.name),
            join_sentences(
                self.env,
                [
                    self.env._("You find it under Referrals, Reporting, Exports."),
                    self.note,
                ],
            ),
            "success",
        )

    def _get_schedule_runs(self):
        """:return: the reports on schedule for which this is made, if any."""
        return self.env["crm.referral.report.schedule.run"].search(
            [("export_id", "=", self.id)]
        )

    def _notify(self, subject, body, kind):
        """Tell the user now if they are there, and in their inbox if not.

        A report on schedule is sent by its scheduler, or its failure told.
        """
        if self._get_schedule_runs():
            self.env.ref("crm_referral.ir_cron_report_schedule")._trigger()
            return
        self._send_notification(subject, body, kind)
        self.env["mail.thread"].message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=subject,
            body=body,
            model=self._name,
            res_id=self.id,
        )

    def _send_notification(self, title, message, kind):
        self.user_id._bus_send(
            "simple_notification",
            {"title": title, "message": message, "type": kind, "sticky": True},
        )

    # === VACUUM === #

    @api.autovacuum
    def _gc_files(self):
        """Delete the files whose time is over; what was exported by whom stays."""
        keep_days = self._get_number("export_keep_days", KEEP_DAYS)
        if keep_days:
            end = fields.Datetime.now() - timedelta(days=min(keep_days, MAX_KEEP_DAYS))
            old = self.search([("state", "=", "done"), ("finished_on", "<", end)])
            old._get_own_files().unlink()
            old.write({"state": "expired"})
        self._delete_leftovers()
        self.search(
            [
                ("state", "=", "draft"),
                ("create_date", "<", fields.Datetime.now() - timedelta(days=1)),
            ]
        ).unlink()

    def _get_own_files(self):
        """:return: the files that these exports have made, and no others."""
        # sudo: the vacuum deletes the files of everybody, but only ours
        files_sudo = self.sudo().attachment_id
        return files_sudo.filtered(
            lambda file: file.res_model == self._name and file.res_id in self.ids
        )

    @api.model
    def _get_number(self, name, default):
        """:return: a parameter of ours that is a number, or the default.
        :rtype: int
        """
        # sudo: only administrators may read parameters
        text = self.env["ir.config_parameter"].sudo().get_param(f"crm_referral.{name}")
        try:
            return max(int(text), 0) if text else default
        except ValueError:
            _logger.warning(
                "The parameter crm_referral.%s is no number: %s", name, text
            )
            return default

    @api.model
    def _delete_leftovers(self, days=1):
        """Delete what a stopped server left half done.

        :param int days: for how long nobody may have written to it
        """
        latest = time.time() - days * 86400
        with (
            suppress(FileNotFoundError),
            os.scandir(self.env["ir.attachment"]._filestore()) as entries,
        ):
            for entry in entries:
                # The writer of workbooks puts a dot and the name before its own.
                if TEMPORARY_PREFIX in entry.name and entry.stat().st_mtime <= latest:
                    if entry.is_dir():
                        shutil.rmtree(entry.path)
                    else:
                        os.unlink(entry.path)
