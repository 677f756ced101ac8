import hashlib
import logging
import os
import shutil
import tempfile
import time
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta

import psycopg2
from dateutil.relativedelta import relativedelta
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import config

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB

from ..tools.xlsx_stream import Spool

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
PERIODS = [
    ("this_month", "This month"),
    ("last_month", "Last month"),
    ("this_quarter", "This quarter"),
    ("last_quarter", "Last quarter"),
    ("this_year", "This year"),
    ("last_year", "Last year"),
    ("last_12_months", "Last 12 months"),
    ("all", "All dates"),
    ("custom", "Other"),
]
FILE_FORMATS = [("xlsx", "Workbook"), ("pdf", "Summary as PDF")]
XLSX_MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# How many rows are made while the user waits; more run in the background.
DIRECT_ROWS = 20_000
# How many rows a job reads at a time: a second's work.
SLICE_ROWS = 50_000
KEEP_DAYS = 7
# A job that a stopped server interrupted starts again, this many times in all.
MAX_ATTEMPTS = 3
PROGRESS_SECONDS = 1.0
# Of files that are being made, in the filestore; what a stopped server left is deleted.
TEMPORARY_PREFIX = ".referral_export_"


class ExportCancelled(Exception):
    """Somebody cancelled the export while it was running."""


class ExportPaused(Exception):
    """The scheduler's time is up: its next run goes on."""


class CrmReferralExport(models.Model):
    """An export of referrals to a workbook: what is asked for, the job, and the file.

    A small one is made at once. A large one waits for the scheduler, which reads it in
    slices, reports the progress, and tells the user when it is done. A run that is
    stopped, or whose time is up, loses no more than a slice: the next goes on. The
    record stays when the file is deleted, and so tells who exported what.
    """

    _name = "crm.referral.export"
    _description = "Referral Export"
    _order = "id desc"

    # What
    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    period = fields.Selection(selection=PERIODS, required=True, default="this_year")
    date_from = fields.Date(
        string="From", compute="_compute_dates", store=True, readonly=False
    )
    date_to = fields.Date(
        string="To", compute="_compute_dates", store=True, readonly=False
    )
    company_ids = fields.Many2many(
        comodel_name="res.company",
        relation="crm_referral_export_company_rel",
        string="Companies",
        required=True,
        default=lambda self: self._default_company_ids(),
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        compute="_compute_company_id",
        store=True,
        index="btree_not_null",
        help="The company exported, if it is only one: its managers see the export.",
    )
    team_ids = fields.Many2many(
        comodel_name="crm.team",
        relation="crm_referral_export_team_rel",
        string="Sales Teams",
        help="Leave empty for all teams.",
    )
    salesperson_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_referral_export_salesperson_rel",
        string="Salespeople",
        domain=[("share", "=", False)],
        help="Leave empty for everybody.",
    )
    sheet_ids = fields.Many2many(
        comodel_name="crm.referral.export.sheet",
        relation="crm_referral_export_sheet_rel",
        string="Sheets",
        required=True,
        default=lambda self: self._default_sheet_ids(),
    )
    file_format = fields.Selection(
        selection=FILE_FORMATS, required=True, readonly=True, default="xlsx"
    )
    selected_domain = fields.Json(
        default=lambda self: self._default_selected_domain(),
        export_string_translation=False,
    )
    selected_count = fields.Integer(
        string="Selected Requests", compute="_compute_selected_count", aggregator=None
    )

    # Who
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Exported By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_user_id(),
    )
    lang = fields.Char(readonly=True)
    tz = fields.Char(string="Time Zone", readonly=True)

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
        help="Which rows are read, see tools/xlsx_spool.py.",
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

    _waiting_idx = models.Index("(id) WHERE state IN ('queued', 'running')")

    # === DEFAULT METHODS === #

    def _default_company_ids(self):
        return self.env.company

    def _default_sheet_ids(self):
        return self.env["crm.referral.export.sheet"].search([("code", "!=", False)])

    def _default_user_id(self):
        return self.env.user

    def _default_selected_domain(self):
        """The requests that were selected in the list from which this was opened.

        Of "all that match" a browser hands over no more ids than it is allowed to, and
        does not say that there are more: then the domain of the list counts.
        """
        context = self.env.context
        selected_ids = context.get("active_ids")
        if context.get("active_model") != "crm.referral" or not selected_ids:
            return None
        # sudo: only administrators may read parameters; browsers know this one
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        limit = int(parameters_sudo.get_param("web.active_ids_limit", 20_000))
        if len(selected_ids) < limit or "active_domain" not in context:
            # Who selects archived ones wants them.
            return [["id", "in", selected_ids], ["active", "in", [True, False]]]
        return context["active_domain"] or [[1, "=", 1]]

    # === COMPUTE METHODS === #

    @api.depends("period", "date_from", "date_to", "selected_domain")
    @api.depends_context("lang")
    def _compute_name(self):
        for export in self:
            if export.selected_domain:
                export.name = self.env._("Selected referrals")
            elif export.date_from and export.date_to:
                export.name = self.env._(
                    "Referrals %(start)s – %(end)s",
                    start=export.date_from,
                    end=export.date_to,
                )
            else:
                export.name = self.env._("Referrals")

    @api.depends("period")
    def _compute_dates(self):
        today = fields.Date.context_today(self)
        for export in self:
            if export.period == "custom":
                # What the user chose stays.
                export.date_from = export.date_from
                export.date_to = export.date_to
                continue
            export.date_from, export.date_to = self._get_period(export.period, today)

    @api.depends("company_ids")
    def _compute_company_id(self):
        for export in self:
            one = len(export.company_ids) == 1
            export.company_id = export.company_ids if one else False

    @api.depends("selected_domain")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_selected_count(self):
        for export in self:
            selection = export._get_selection()
            export.selected_count = (
                self.env["crm.referral"].search_count(selection)
                if selection is not None
                else 0
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for export in self:
            if (
                export.date_from
                and export.date_to
                and export.date_from > export.date_to
            ):
                raise ValidationError(
                    self.env._("The period ends before it begins. Swap the two dates.")
                )

    @api.constrains("company_ids", "user_id")
    def _check_companies(self):
        for export in self:
            if export.company_ids - export.user_id.company_ids:
                raise ValidationError(
                    self.env._("Choose only companies that you may work for.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_may_export()
        if not self.env.su:
            for vals in vals_list:
                vals["user_id"] = self.env.uid
                for fname in self._get_job_fields():
                    vals.pop(fname, None)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and self._get_job_fields() & vals.keys():
            raise AccessError(
                self.env._("The state of an export is not changed by hand.")
            )
        if not self.env.su and self.filtered(
            lambda e: e.state not in ("draft", "failed")
        ):
            raise UserError(
                self.env._("This export was started already. Make a new one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_log(self):
        if not self.env.su and self.filtered(lambda export: export.state != "draft"):
            raise UserError(
                self.env._(
                    "Exports are kept: they tell who took which data out of Odoo."
                )
            )

    # === ACTION METHODS === #

    def action_export(self):
        """Make the workbook: at once if it is small, else in the background.

        :return: an action: the download, or the form with the progress
        :raise AccessError: when the user may not export
        """
        self.ensure_one()
        self._check_may_export()
        if self.state not in ("draft", "failed", "cancelled"):
            raise UserError(
                self.env._("This export was started already. Make a new one.")
            )
        row_count = self._get_workbook()._count_rows(self._prepare_options())
        self._log_export(row_count)
        # sudo: the fields of the job are not written by hand
        export_sudo = self.sudo()
        export_sudo.write(
            {
                "lang": self.env.lang,
                "tz": self.env.tz.zone,
                "row_count": row_count,
                "progress": 0,
                "attempt_count": 0,
                "slices": False,
                "error": False,
                "note": False,
                "started_on": self.env.cr.now(),
                "finished_on": False,
            }
        )
        if row_count <= self._get_direct_rows():
            export_sudo._make_file(nullcontext(self.env))
            if export_sudo.note:
                # The dialog closes with the download.
                self._send_notification(self.name, export_sudo.note, "warning")
            return self.action_download()
        export_sudo.state = "queued"
        # sudo: the user may not start crons
        self.env.ref("crm_referral.ir_cron_export").sudo()._trigger()
        view = self.env.ref("crm_referral.crm_referral_export_view_form_dialog")
        return self._get_records_action(
            name=self.env._("Making the Workbook"),
            target="new",
            views=[(view.id, "form")],
        )

    def action_retry(self):
        """Start an export again that failed or was cancelled.

        :return: an action, see :meth:`action_export`
        """
        return self.action_export()

    def action_cancel(self):
        """Stop the export; a running one stops within a second or two.

        :return: True
        """
        self._check_owner()
        # sudo: the fields of the job are not written by hand
        self.sudo().filtered(lambda e: e.state in ("queued", "running")).write(
            {"state": "cancelled", "finished_on": self.env.cr.now()}
        )
        return True

    @api.readonly
    def action_download(self):
        """Download the finished file.

        :return: a URL action
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_referral/export/{self.id}",
            "target": "new",
            "close": True,
        }

    # === RIGHTS === #

    @api.model
    def _check_may_export(self):
        """:raise AccessError: when the user is neither manager nor may export."""
        if not self.env.su and not self.env.user.has_groups(
            "sales_team.group_sale_manager,base.group_allow_export"
        ):
            raise AccessError(
                self.env._(
                    "Only sales managers, and users with the right to export, may take "
                    "data out of Odoo. Ask your administrator for it."
                )
            )

    def _check_owner(self):
        if not self.env.su and self.user_id != self.env.user:
            raise AccessError(self.env._("This is not your export."))

    @api.model
    def _get_job_fields(self):
        """:return: fields that only the job itself writes.
        :rtype: set[str]
        """
        return {
            "user_id",
            "file_format",
            "lang",
            "tz",
            "state",
            "progress",
            "row_count",
            "attempt_count",
            "started_on",
            "finished_on",
            "slices",
            "error",
            "note",
            "attachment_id",
        }

    # === WORKBOOK === #

    @api.model
    def _get_period(self, period, today):
        """:return: first and last day of a period; both False for all dates.
        :rtype: tuple
        """
        month = today.replace(day=1)
        quarter = month - relativedelta(months=(month.month - 1) % 3)
        year = month.replace(month=1)
        one_day = timedelta(days=1)
        return {
            "this_month": (month, month + relativedelta(months=1) - one_day),
            "last_month": (month - relativedelta(months=1), month - one_day),
            "this_quarter": (quarter, quarter + relativedelta(months=3) - one_day),
            "last_quarter": (quarter - relativedelta(months=3), quarter - one_day),
            "this_year": (year, year + relativedelta(years=1) - one_day),
            "last_year": (year - relativedelta(years=1), year - one_day),
            "last_12_months": (today - relativedelta(years=1) + one_day, today),
        }.get(period, (False, False))

    def _prepare_options(self):
        """:return: what the workbook needs to know, without any record.
        :rtype: dict
        """
        self.ensure_one()
        return {
            "name": self.name or self.env._("Referrals"),
            "date_from": self.date_from or None,
            "date_to": self.date_to or None,
            "company_ids": self.company_ids.ids,
            "team_ids": self.team_ids.ids,
            "salesperson_ids": self.salesperson_ids.ids,
            "selection": self._get_selection(),
            "sheets": self.sheet_ids.sorted().mapped("code"),
        }

    def _get_selection(self):
        """:return: domain of the selected requests; None when none were selected.
        :rtype: Domain | None
        """
        self.ensure_one()
        if not self.selected_domain:
            return None
        domain = Domain(self.selected_domain)
        if not any(each.field_expr == "active" for each in domain.iter_conditions()):
            # As in the list; searches through a field would take the archived as well.
            domain &= Domain("active", "=", True)
        return domain

    def _get_workbook(self, env=None):
        """The maker of workbooks, with the rights of the user who exports.

        :param env: the environment whose cursor reads; by default that of the record
        :return: crm.referral.workbook
        """
        self.ensure_one()
        env = env or self.env
        return (
            env["crm.referral.workbook"]
            .with_user(self.user_id.id)
            .with_context(
                lang=self.lang or self.user_id.lang,
                tz=self.tz or self.user_id.tz,
                allowed_company_ids=self._get_company_ids(),
            )
        )

    def _get_company_ids(self):
        """The companies exported, the user's own first: sums are in its currency."""
        companies = self.company_ids
        own = self.user_id.company_id & companies
        return (own | companies).ids

    def _log_export(self, row_count):
        """Say in the server's log who takes what out of Odoo."""
        options = self._prepare_options()
        options.pop("selection")
        _logger.info(
            "User %s (%s) exports %s rows of referrals for %s: %s, %s selected",
            self.env.uid,
            self.env.user.login,
            row_count,
            self.user_id.login,  # of a schedule: the recipient
            options,
            self.selected_count or "no",
        )

    @api.model
    def _get_direct_rows(self):
        """:return: up to how many rows a workbook is made while the user waits."""
        # sudo: only administrators may read parameters, everybody needs this number
        return int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("crm_referral.export_direct_rows", DIRECT_ROWS)
        )

    def _make_file(self, reader, progress=None, spool=None):
        """Make the workbook and attach it. Call it in sudo mode.

        The file grows under a name that nobody knows; it becomes an attachment when it
        is whole.

        :param reader: context manager that gives the environment whose cursor reads
        :param progress: see ``crm.referral.workbook._build``
        :param spool: what keeps the slices, see ``crm.referral.workbook._build``
        """
        self.ensure_one()
        # What a stopped run leaves in the spool goes with it.
        folder = spool.folder if spool else self.env["ir.attachment"]._filestore()
        os.makedirs(folder, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=folder, prefix=TEMPORARY_PREFIX)
        os.close(handle)
        try:
            with reader as env:
                report = self._get_workbook(env)._build(
                    self._prepare_options(), path, progress, spool
                )
            attachment = self._attach(path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(path)
        notes = []
        if report.truncated:
            notes.append(
                self.env._(
                    "%(number)s texts are longer than a cell of Excel; they were cut.",
                    number=report.truncated,
                )
            )
        if spool and spool.resumed:
            notes.append(
                self.env._(
                    "The rows were read in several runs: what was changed meanwhile "
                    "may be in one sheet and not yet in another."
                )
            )
        self.write(
            {
                "attachment_id": attachment.id,
                "state": "done",
                "progress": 100,
                "row_count": report.rows,
                "note": " ".join(notes) or False,
                "error": False,
                "finished_on": fields.Datetime.now(),
            }
        )

    def _make_file_from_snapshot(self):
        """Make a small workbook outside of a request; see :meth:`_make_file`."""
        self._make_file(self._open_reader())

    def _make_pdf(self):
        """Make the summary as PDF and attach it. Call it in sudo mode."""
        self.ensure_one()
        with self._open_reader() as env:
            content = self._get_workbook(env)._render_pdf(self._prepare_options())
        attachment = self.env["ir.attachment"].create(
            {
                "name": self._get_filename(),
                "res_model": self._name,
                "res_id": self.id,
                "raw": content,
            }
        )
        self.write(
            {
                "attachment_id": attachment.id,
                "state": "done",
                "progress": 100,
                "finished_on": fields.Datetime.now(),
            }
        )

    def _attach(self, path):
        """Make an attachment of a file without reading it into memory.

        :param str path: of a file in the filestore's file system; is moved
        :return: the attachment
        """
        Attachment = self.env["ir.attachment"]
        values = {
            "name": self._get_filename(),
            "res_model": self._name,
            "res_id": self.id,
            "mimetype": XLSX_MIMETYPE,
        }
        if Attachment._storage() != "file":
            with open(path, "rb") as file:
                return Attachment.create({**values, "raw": file.read()})
        with open(path, "rb") as file:
            checksum = hashlib.file_digest(file, "sha1").hexdigest()
        size = os.path.getsize(path)
        fname = f"{checksum[:2]}/{checksum}"
        full_path = Attachment._full_path(fname)
        os.makedirs(os.path.dirname(full_path), exist_ok=True)
        # The garbage collector takes the file if this transaction fails.
        Attachment._mark_for_gc(fname)
        os.replace(path, full_path)
        attachment = Attachment.create({**values, "raw": b""})
        attachment.flush_recordset()
        # The ORM only takes content as bytes in memory.
        self.env.cr.execute(
            """UPDATE ir_attachment
            SET store_fname = %s, checksum = %s, file_size = %s, db_datas = NULL,
                mimetype = %s
            WHERE id = %s""",
            [fname, checksum, size, XLSX_MIMETYPE, attachment.id],
        )
        attachment.invalidate_recordset()
        return attachment

    def _get_filename(self):
        safe = "".join(
            c if c.isalnum() or c in " -_–." else "-" for c in self.name or ""
        )
        return f"{safe.strip() or 'referrals'}.{self.file_format or 'xlsx'}"

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
        folder = self._get_spool_folder()
        if self.attempt_count >= MAX_ATTEMPTS:
            shutil.rmtree(folder, ignore_errors=True)
            self._fail(
                self.env._(
                    "The server was stopped %(number)s times while it made this "
                    "workbook. Choose a shorter period or fewer sheets, and retry.",
                    number=self.attempt_count,
                )
            )
            return
        self.write(
            {
                "state": "running",
                "attempt_count": self.attempt_count + 1,
                "error": False,
            }
        )
        self._tell_progress()
        self.env["ir.cron"]._commit_progress()
        try:
            # The right to export may have been taken away in between. Who gets a report
            # on schedule needs none.
            if not self._get_schedule_runs():
                self.with_user(self.user_id)._check_may_export()
            spool = Spool(
                folder, self.slices, self._save_slice, slice_rows=self._get_slice_rows()
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
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("Export %s failed", self.id)
            self._fail(str(error) or type(error).__name__)
        else:
            self.slices = False
            self._notify_done()
        shutil.rmtree(folder, ignore_errors=True)

    def _get_spool_folder(self):
        """:return: where the slices are kept: in the filestore, so that another server
        of the same database finds them.
        """
        folder = self.env["ir.attachment"]._filestore()
        return os.path.join(folder, f"{TEMPORARY_PREFIX}{self.id}")

    @api.model
    def _get_slice_rows(self):
        """:return: how many rows are read at a time in the background."""
        # sudo: only administrators may read parameters
        return int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("crm_referral.export_slice_rows", SLICE_ROWS)
        )

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

        So all sheets show one moment, while the progress is written beside it.
        """
        with self.env.registry.cursor(readonly=True) as cr:
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
            " ".join(
                filter(
                    None,
                    [
                        self.env._("You find it under Referrals, Reporting, Exports."),
                        self.note,
                    ],
                )
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
        # sudo: only administrators may read parameters
        keep_days = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("crm_referral.export_keep_days", KEEP_DAYS)
        )
        if keep_days:
            old = self.search(
                [
                    ("state", "=", "done"),
                    (
                        "finished_on",
                        "<",
                        fields.Datetime.now() - timedelta(days=keep_days),
                    ),
                ]
            )
            old.attachment_id.unlink()
            old.write({"state": "expired"})
        self._delete_leftovers()
        self.search(
            [
                ("state", "=", "draft"),
                ("create_date", "<", fields.Datetime.now() - timedelta(days=1)),
            ]
        ).unlink()

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
