import hashlib
import logging
import os
import tempfile
from contextlib import nullcontext, suppress
from datetime import timedelta

import psycopg2
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list

from odoo.addons.crm_foundation.tools.sentences import join_sentences

from .crm_referral_export_job import DIRECT_ROWS, TEMPORARY_PREFIX

_logger = logging.getLogger(__name__)

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
# Years that a calendar, and Excel, can handle.
FIRST_YEAR, LAST_YEAR = 1900, 2200
# What becomes of a domain that is none.
MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
# In the name of an export and of its file.
MAX_NAMES = 3
MAX_STEM = 80


class CrmReferralExport(models.Model):
    """An export of referrals to a workbook: what is asked for, the job, and the file.

    A small one is made at once, a large one by a job. The record stays when the file is
    deleted, and so tells who exported what.
    """

    _name = "crm.referral.export"
    _inherit = ["crm.guarded.mixin", "crm.referral.export.job"]
    _description = "Referral Export"
    _order = "id desc"
    # What only the job itself writes.
    _protected_fields = frozenset(
        {
            "user_id",
            "company_id",
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
    )

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
        # A text: as a list Odoo would search the exports whenever a user is made.
        domain="[('share', '=', False)]",
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
        if context.get("active_model") != "crm.referral" or not isinstance(
            selected_ids, list | tuple
        ):
            return None
        if not selected_ids:
            return None
        # sudo: only administrators may read parameters; browsers know this one
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        limit = int(parameters_sudo.get_param("web.active_ids_limit", 20_000))
        if len(selected_ids) < limit or "active_domain" not in context:
            # Who selects archived ones wants them.
            ids = [each for each in selected_ids if isinstance(each, int)]
            return [["id", "in", ids], ["active", "in", [True, False]]]
        return context["active_domain"] or [[1, "=", 1]]

    # === COMPUTE METHODS === #

    @api.depends(
        "period",
        "date_from",
        "date_to",
        "selected_domain",
        "company_ids",
        "team_ids",
        "salesperson_ids",
    )
    def _compute_name(self):
        for export in self:
            export.name = " · ".join([export._name_period(), *export._name_filters()])

    def _name_period(self):
        """:return: of which days, or which requests, this is."""
        self.ensure_one()
        if self.selected_domain:
            return self.env._(
                "Selected referrals (%(number)s)", number=self.selected_count
            )
        if self.date_from and self.date_to:
            return self.env._(
                "Referrals %(start)s – %(end)s", start=self.date_from, end=self.date_to
            )
        return self.env._("Referrals")

    def _name_filters(self):
        """:return: what this is narrowed to, so that two exports can be told apart.
        :rtype: list[str]
        """
        self.ensure_one()
        # sudo: the names of colleagues and teams that were chosen here
        filters_sudo = [self.sudo().team_ids, self.sudo().salesperson_ids]
        if len(self.user_id.sudo().company_ids) > 1:
            filters_sudo.insert(0, self.sudo().company_ids)
        return [
            format_list(self.env, names)
            if len(names) <= MAX_NAMES
            else self.env._(
                "%(names)s and %(number)s more",
                names=format_list(self.env, names[:MAX_NAMES], "unit"),
                number=len(names) - MAX_NAMES,
            )
            for names in (sorted(each.mapped("name")) for each in filters_sudo)
            if names
        ]

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
            export.selected_count = export._count_selected()

    # === CONSTRAINT METHODS === #

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for export in self:
            for day in (export.date_from, export.date_to):
                if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                    raise ValidationError(
                        self.env._(
                            "Choose dates between the years %(first)s and %(last)s.",
                            first=str(FIRST_YEAR),
                            last=str(LAST_YEAR),
                        )
                    )
            if (
                export.date_from
                and export.date_to
                and export.date_from > export.date_to
            ):
                raise ValidationError(
                    self.env._("The period ends before it begins. Swap the two dates.")
                )

    @api.constrains("selected_domain")
    def _check_selected_domain(self):
        for export in self:
            # What the user may not read is no filter either.
            export.with_user(export.user_id)._count_selected()

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
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and self.filtered(
            lambda e: e.state not in ("draft", "failed")
        ):
            raise UserError(
                self.env._("This export was started already. Make a new one.")
            )
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
                # Of a failed one the rest is read.
                "slices": self.slices if self.state == "failed" else False,
                "error": False,
                "note": False,
                "started_on": self.env.cr.now(),
                "finished_on": False,
            }
        )
        if not self.slices:
            export_sudo._drop_spool()
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
        self.check_access("read")
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
            "title": self._get_title(),
            "date_from": self.date_from or None,
            "date_to": self.date_to or None,
            "company_ids": self.company_ids.ids,
            "team_ids": self.team_ids.ids,
            "salesperson_ids": self.salesperson_ids.ids,
            "selection": self._get_selection(),
            "sheets": self.sheet_ids.sorted().mapped("code"),
        }

    def _get_title(self):
        """:return: the name that somebody gave it; what it is called by itself says
        the period again, which the cover does in the reader's words.
        """
        self.ensure_one()
        if not self.name or self.name.startswith(self._name_period()):
            return self.env._("Referrals")
        return self.name

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

    def _count_selected(self):
        """:return: how many requests are selected
        :rtype: int
        :raise ValidationError: when the selection is none
        """
        try:
            selection = self._get_selection()
            if selection is None:
                return 0
            return self.env["crm.referral"].search_count(selection)
        except (*MALFORMED, psycopg2.DataError) as error:
            raise ValidationError(
                self.env._(
                    "The selection cannot be read. Go back to the list of requests and "
                    "select them again."
                )
            ) from error

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
        return self._get_number("export_direct_rows", DIRECT_ROWS)

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
                "note": join_sentences(self.env, notes) or False,
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
        stem = safe.strip()[:MAX_STEM].strip() or "referrals"
        return f"{stem}.{self.file_format or 'xlsx'}"
