import logging
import os
import tempfile
from contextlib import nullcontext, suppress
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)

XLSX_MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# How many rows are made while the user waits; more run in the background.
DIRECT_ROWS = 20_000
KEEP_DAYS = 7
MAX_KEEP_DAYS = 365 * 100
MAX_STEM = 80  # characters in the name of a file
# What only the job itself writes.
JOB_FIELDS = frozenset(
    {
        "user_id",
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
)


class XlsxExportMixin(models.AbstractModel):
    """A workbook that somebody asks for: the request, the job, and the file.

    A small one is made while the user waits, a large one by the scheduler: it reads the
    rows in slices, tells the progress, and the user when it is done. A run that is
    stopped, that fails for a passing reason, or whose time is up, loses no more than a
    slice: the next goes on, on the primary if the replica was the reason. The record
    stays when the file is deleted, and so tells who exported what.

    A model that inherits this has access rights, and rules that let a user read and
    write their own exports. It says what is exported: :meth:`_count_export_rows` and
    :meth:`_build_export`. It may say more: ``_export_parameters``,
    :meth:`_check_may_export`, :meth:`_check_job_rights`, :meth:`_get_export_view`,
    :meth:`_get_export_place`, :meth:`_get_filename`, :meth:`_describe_for_log`,
    :meth:`_notify`.
    """

    _name = "xlsx.export.mixin"
    _description = "Export to a Workbook"
    _inherit = "xlsx.export.job"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_may_export()
        if not self.env.su:
            self._check_job_fields(*vals_list)
            # Nor by defaults that come with the context.
            untouched = {**dict.fromkeys(JOB_FIELDS, False), "state": "draft"}
            untouched["user_id"] = self.env.uid
            vals_list = [{**vals, **untouched} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_job_fields(vals)
            if self.filtered(lambda each: each.state not in ("draft", "failed")):
                raise UserError(self._get_started_message())
        result = super().write(vals)
        if not self.env.su:
            # What was read is no longer what is asked for.
            # sudo: the fields of the job are not written by hand
            self.sudo().filtered("slices").slices = False
        return result

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
            raise UserError(self._get_started_message())
        row_count = self._count_export_rows()
        self._log_export(row_count)
        # sudo: the fields of the job are not written by hand
        export_sudo = self.sudo()
        export_sudo._start(row_count)
        if row_count > self._get_direct_rows():
            export_sudo._queue()
            return self._get_records_action(
                name=self.env._("Making the Workbook"),
                target="new",
                views=[(self._get_export_view().id, "form")],
            )
        export_sudo._make_file(nullcontext(self.env))
        if export_sudo.note:
            # The dialog closes with the download.
            self._send_notification(self.name, export_sudo.note, "warning")
        return self.action_download()

    def action_retry(self):
        """Start an export again that failed or was cancelled.

        :return: an action, see :meth:`action_export`
        """
        return self.action_export()

    def action_cancel(self):
        """Stop the export; a running one stops within a second or two.

        :return: True
        """
        if not self.env.su and self.user_id != self.env.user:
            raise AccessError(self.env._("This is not your export."))
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
        self.check_access("read")
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/xlsx_stream/export/{self._name}/{self.id}",
            "target": "new",
            "close": True,
        }

    # === WHAT A MODEL SAYS THAT INHERITS THIS === #

    def _count_export_rows(self):
        """How many rows the big sheets will have: whether somebody may wait for them.

        :return: their number, or at least a good guess
        :rtype: int
        """
        raise NotImplementedError

    def _build_export(self, env, target, progress=None, spool=None):
        """Make the workbook, with the rights of the user who exports; see
        :meth:`_as_exporter`.

        :param env: the environment whose cursor reads
        :param target: a path
        :param progress: see ``StreamWorkbook``
        :param spool: see ``StreamWorkbook``; sheets with a key go through it
        :return: what became of it
        :rtype: odoo.addons.xlsx_stream.tools.workbook.Report
        """
        raise NotImplementedError

    @api.model
    def _check_may_export(self):
        """:raise AccessError: when the user may not take data out of Odoo."""
        if not self.env.su and not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._(
                    "Only users with the right to export may take data out of Odoo. "
                    "Ask your administrator for it."
                )
            )

    def _check_job_rights(self):
        """The right to export may have been taken away since it was asked for.

        :raise AccessError: when the job must not go on
        """
        self.with_user(self.user_id)._check_may_export()

    def _get_export_view(self):
        """:return: the form that shows the progress; none for the usual one.
        :rtype: ir.ui.view
        """
        return self.env["ir.ui.view"]

    def _get_export_place(self):
        """:return: a sentence that tells where finished files are found, or nothing"""
        return ""

    def _get_filename(self):
        """:return: the name of the file, with its extension."""
        safe = "".join(
            c if c.isalnum() or c in " -_–." else "-" for c in self.name or ""
        )
        stem = safe.strip()[:MAX_STEM].strip() or self._table
        return f"{stem}.xlsx"

    def _describe_for_log(self):
        """:return: what is exported, for the server's log."""
        return self.name

    def _notify(self, subject, sentences, kind):
        """Tell the user how it ended: now if they are there, and in their inbox if not.

        :param str subject: of the message
        :param list sentences: of its body
        :param str kind: ``success`` or ``danger``
        """
        self._send_notification(subject, "\n".join(sentences), kind)
        self.env["mail.thread"].message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=subject,
            body=Markup("<br/>").join(sentences),
            model=self._name,
            res_id=self.id,
        )

    # === FOR MODELS THAT INHERIT THIS === #

    def _as_exporter(self, env):
        """:return: the record in an environment, with the rights, the language and the
        time zone of the user who exports.
        """
        self.ensure_one()
        return (
            self.with_env(env)
            .with_user(self.user_id.id)
            .with_context(
                lang=self.lang or self.user_id.lang, tz=self.tz or self.user_id.tz
            )
        )

    def _finish(self, attachment, **vals):
        """Note that the file is there. Call it in sudo mode."""
        self.write(
            {
                "attachment_id": attachment.id,
                "state": "done",
                "progress": 100,
                "error": False,
                "finished_on": fields.Datetime.now(),
                **vals,
            }
        )

    @api.model
    def _get_direct_rows(self):
        """:return: up to how many rows a workbook is made while the user waits."""
        return self._get_number("direct_rows", DIRECT_ROWS)

    # === REQUEST === #

    def _check_job_fields(self, *vals_list):
        """:raise AccessError: when somebody writes what only the job writes."""
        if touched := sorted(JOB_FIELDS & set().union(*vals_list)):
            raise AccessError(
                self.env._(
                    "%(fields)s: this is kept by the system and is not written by "
                    "hand.",
                    fields=[
                        self._fields[fname]._description_string(self.env)
                        for fname in touched
                    ],
                )
            )

    def _get_started_message(self):
        return self.env._("This export was started already. Make a new one.")

    def _log_export(self, row_count):
        """Say in the server's log who takes what out of Odoo."""
        _logger.info(
            "User %s (%s) exports %s rows by %s for %s: %s",
            self.env.uid,
            self.env.user.login,
            row_count,
            self._name,
            self.user_id.login,  # somebody else's if it is sent to them
            self._describe_for_log(),
        )

    # === FILE === #

    def _make_file(self, reader, progress=None, spool=None):
        """Make the workbook and attach it.

        The file grows under a name that nobody knows; it becomes an attachment when it
        is whole.
        """
        self.ensure_one()
        # What a stopped run leaves in the spool goes with it.
        folder = spool.folder if spool else self.env["ir.attachment"]._filestore()
        os.makedirs(folder, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=folder, prefix=self._get_temporary_name())
        os.close(handle)
        try:
            with reader as env:
                report = self._build_export(env, path, progress, spool)
            attachment = self.env["ir.attachment"]._create_from_path(
                path, self._prepare_attachment_values()
            )
        finally:
            with suppress(FileNotFoundError):
                os.unlink(path)
        notes = self._get_notes(report, bool(spool and spool.resumed))
        self._finish(attachment, row_count=report.rows, note="\n".join(notes) or False)

    def _prepare_attachment_values(self):
        return {
            "name": self._get_filename(),
            "res_model": self._name,
            "res_id": self.id,
            "mimetype": XLSX_MIMETYPE,
        }

    def _get_notes(self, report, resumed):
        """:return: what the reader of the workbook should know, in sentences."""
        notes = []
        if report.truncated:
            notes.append(
                self.env._(
                    "%(number)s texts are longer than a cell of Excel; they were cut.",
                    number=report.truncated,
                )
            )
        if resumed:
            notes.append(
                self.env._(
                    "The rows were read in several runs: what was changed meanwhile "
                    "may be in one sheet and not yet in another."
                )
            )
        return notes

    # === NOTICES === #

    def _notify_done(self):
        self._notify(
            self.env._("Your workbook is ready: %(name)s", name=self.name),
            [*filter(None, (self._get_export_place(), self.note))],
            "success",
        )

    def _notify_failed(self, error):
        self._notify(
            self.env._("The export “%(name)s” failed", name=self.name),
            [error],
            "danger",
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
        if self._abstract:
            return
        keep_days = self._get_number("keep_days", KEEP_DAYS)
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
    def _delete_leftovers(self, days=1):
        """Delete what a stopped server left half done.

        :param int days: for how long nobody may have written to it
        """
        self.env["ir.attachment"]._delete_unfinished(self._get_temporary_name(), days)
