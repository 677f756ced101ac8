import logging
import os
import shutil
import time
from contextlib import contextmanager

import psycopg2
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, config

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB

from ..tools.workbook import Spool

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
# How many rows a job reads at a time: a second's work.
SLICE_ROWS = 50_000
# A job that is interrupted goes on, this many times in all.
MAX_ATTEMPTS = 3
PROGRESS_SECONDS = 1.0
# What PostgreSQL says when it is no fault of the export: a replica that has to catch
# up, a server that restarts, somebody else who changes the same.
PASSING_ERRORS = (psycopg2.OperationalError, psycopg2.InterfaceError)


class ExportCancelled(Exception):
    """Somebody cancelled the export while it was running."""


class ExportPaused(Exception):
    """The scheduler's time is up: its next run goes on."""


class XlsxExportJob(models.AbstractModel):
    """The job of an export: the scheduler makes it, while the user goes on working.

    It reads the rows in slices and tells the progress. A run that is stopped, that
    fails for a passing reason, or whose time is up, loses no more than a slice: the
    next goes on, on the primary if the replica was the reason.

    Models inherit ``xlsx.export.mixin``, which says what the work is.
    """

    _name = "xlsx.export.job"
    _description = "Job of an Export"

    # What the names of its parameters begin with: direct_rows, slice_rows, keep_days.
    _export_parameters = "xlsx_stream.export"

    name = fields.Char()
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Exported By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_user_id(),
        copy=False,
    )
    lang = fields.Char(readonly=True, copy=False)
    tz = fields.Char(string="Time Zone", readonly=True, copy=False)
    state = fields.Selection(
        selection=STATES,
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
    )
    progress = fields.Float(readonly=True, aggregator=None, copy=False)
    row_count = fields.Integer(
        string="Rows", readonly=True, aggregator=None, copy=False
    )
    attempt_count = fields.Integer(
        string="Attempts", readonly=True, aggregator=None, copy=False
    )
    started_on = fields.Datetime(readonly=True, copy=False)
    finished_on = fields.Datetime(readonly=True, copy=False)
    slices = fields.Json(
        readonly=True,
        copy=False,
        help="Which rows are read, see xlsx_stream/tools/spool.py.",
        export_string_translation=False,
    )
    error = fields.Text(readonly=True, copy=False)
    note = fields.Text(
        readonly=True, copy=False, help="What the reader of the workbook should know."
    )
    attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="File",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        copy=False,
    )

    _waiting_idx = models.Index("(id) WHERE state IN ('queued', 'running')")

    # === DEFAULT METHODS === #

    def _default_user_id(self):
        return self.env.user

    # === WHAT THE WORK IS === #

    def _make_file(self, reader, progress=None, spool=None):
        """Do the work, and note that it is done. Called in sudo mode.

        :param reader: context manager that gives the environment whose cursor reads
        :param progress: is called with the rows done and the rows there are
        :param spool: keeps what is read, slice by slice
        """
        raise NotImplementedError

    def _check_job_rights(self):
        """:raise AccessError: when the job must not go on."""

    def _notify_done(self):
        """Tell the user that the file is there."""

    def _notify_failed(self, error):
        """Tell the user that there is no file, and why.

        :param str error: in words
        """

    # === QUEUE === #

    def _start(self, row_count):
        """Note that it is asked for, now. Of a failed one the rest is read."""
        if self.state != "failed":
            self.slices = False
        if not self.slices:
            self._drop_spool()
        self.write(
            {
                "lang": self.env.lang,
                "tz": self.env.tz.zone,
                "row_count": row_count,
                "progress": 0,
                "attempt_count": 0,
                "error": False,
                "note": False,
                "started_on": self.env.cr.now(),
                "finished_on": False,
            }
        )

    def _queue(self):
        """Let the scheduler make it. Call it in sudo mode."""
        self.state = "queued"
        self.env.ref("xlsx_stream.ir_cron_export")._trigger()

    @api.model
    def _cron_export(self):
        """Make the workbooks that wait, of all models, one after the other.

        One that is called running has been interrupted, for the scheduler runs this
        once at a time: it starts again.
        """
        while export := self._get_next_export():
            if export._is_time_up():
                # The scheduler lets others work first, and then comes back at once.
                self.env.ref("xlsx_stream.ir_cron_export")._trigger()
                self.env["ir.cron"]._commit_progress(remaining=self._count_waiting())
                break
            export._run_job()
            self.env["ir.cron"]._commit_progress(1, remaining=self._count_waiting())

    @api.model
    def _get_export_models(self):
        """:return: the models that inherit this, without records."""
        names = self.env.registry.descendants(["xlsx.export.mixin"], "_inherit")
        return [self.env[name] for name in names if not self.env[name]._abstract]

    @api.model
    def _get_waiting_domain(self):
        return Domain("state", "in", ("queued", "running"))

    @api.model
    def _count_waiting(self):
        domain = self._get_waiting_domain()
        return sum(model.search_count(domain) for model in self._get_export_models())

    @api.model
    def _get_next_export(self):
        """:return: who has waited longest of those with the fewest attempts."""
        domain, order = self._get_waiting_domain(), "attempt_count, started_on, id"
        first = (
            model.search(domain, order=order, limit=1)
            for model in self._get_export_models()
        )
        return min(
            filter(None, first),
            key=lambda export: (
                export.attempt_count,
                export.started_on or export.create_date,
            ),
            default=None,
        )

    # === RUN === #

    def _run_job(self):
        """Make one workbook in the background; it ends done, failed or cancelled, or
        goes on in the next run.
        """
        self.ensure_one()
        self = self.with_context(lang=self.lang or self.user_id.lang)
        if self.attempt_count >= MAX_ATTEMPTS:
            self._give_up()
            return
        attempt = self.attempt_count + 1
        self.write({"state": "running", "attempt_count": attempt})
        self._tell_progress()
        self.env["ir.cron"]._commit_progress()
        try:
            self._check_job_rights()
            self._make_file(
                self._open_reader(), self._get_progress_callback(), self._open_spool()
            )
        except ExportPaused:
            # As planned, and not without progress: this is no failed attempt.
            self.attempt_count = 0
            _logger.info("Export %s goes on in the next run", self.id)
        except ExportCancelled:
            self.env.cr.rollback()
            self._note_cancelled()
        except PASSING_ERRORS as error:
            self.env.cr.rollback()
            self._note_interruption(attempt, error)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("Export %s failed", self.id)
            self._fail(str(error) or type(error).__name__)
        else:
            self.slices = False
            self._tell_progress()
            self._notify_done()
            self._drop_spool()

    def _note_cancelled(self):
        _logger.info("Export %s was cancelled", self.id)
        self._drop_spool()

    def _note_interruption(self, attempt, error):
        """Leave it to the next run, which goes on with the last slice."""
        self.invalidate_recordset(["state"])
        if self.state != "running":
            # Whoever cancels at the same moment may be the reason.
            self._note_cancelled()
            return
        _logger.warning("Export %s was interrupted: %s", self.id, error)
        reason = str(error).strip() or type(error).__name__
        self.write({"attempt_count": attempt, "error": reason})
        self.env["ir.cron"]._commit_progress()

    def _give_up(self):
        """It was interrupted too often. What has been read stays, for a retry."""
        self._fail(
            self.env._(
                "This workbook was interrupted %(number)s times. Try again later: it "
                "goes on with what is read already. If that does not help, choose a "
                "shorter period or fewer sheets. %(reason)s",
                number=self.attempt_count,
                reason=self.error or "",
            )
        )

    def _fail(self, error):
        self.write(
            {"state": "failed", "error": error, "finished_on": fields.Datetime.now()}
        )
        self._tell_progress()
        self._notify_failed(error)

    @contextmanager
    def _open_reader(self):
        """A cursor of its own reads, on the replica if there is one.

        So all sheets show one moment, while the progress is written beside it. After an
        interruption the primary reads: a replica may not allow it for that long.
        """
        on_replica = self.attempt_count <= 1
        with self.env.registry.cursor(readonly=on_replica) as cr:
            yield api.Environment(cr, self.env.uid, {})

    @api.model
    def _get_number(self, name, default):
        """:return: a parameter of ours that is a number, or the default.
        :rtype: int
        """
        key = f"{self._export_parameters}_{name}"
        # sudo: only administrators may read parameters
        text = self.env["ir.config_parameter"].sudo().get_param(key)
        try:
            return max(int(text), 0) if text else default
        except ValueError:
            _logger.warning("The parameter %s is no number: %s", key, text)
            return default

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

    # === SLICES === #

    @api.model
    def _get_temporary_name(self):
        """:return: what the names of files in the making begin with, in the filestore;
        what a stopped server left is deleted.
        """
        return f".xlsx_export-{self._table}-"

    def _get_spool_folder(self):
        """:return: where the slices are kept: in the filestore, so that another server
        of the same database finds them.
        """
        folder = self.env["ir.attachment"]._filestore()
        return os.path.join(folder, f"{self._get_temporary_name()}{self.id}")

    def _open_spool(self):
        """:return: what keeps the slices that are read."""
        return Spool(
            self._get_spool_folder(),
            self.slices,
            self._save_slice,
            slice_rows=self._get_number("slice_rows", SLICE_ROWS) or SLICE_ROWS,
        )

    def _drop_spool(self):
        """Delete what is read, once the file is there or nobody wants it any more."""
        shutil.rmtree(self._get_spool_folder(), ignore_errors=True)

    # === PROGRESS === #

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
                SQL(
                    """UPDATE %s SET progress = %s, slices = coalesce(%s, slices)
                    WHERE id = %s AND state = 'running'""",
                    SQL.identifier(self._table),
                    percent,
                    slices and Json(slices),
                    self.id,
                ),
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
            "xlsx_stream.export",
            {
                "model": self._name,
                "id": self.id,
                "state": self.state,
                "progress": self.progress,
            },
        )
