import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list

from odoo.addons.xlsx_stream.models.xlsx_export_mixin import JOB_FIELDS

from ..tools.report_periods import PERIODS, named_period

FILE_FORMATS = [("xlsx", "Workbook"), ("pdf", "Summary as PDF")]
# Years that a calendar, and Excel, can handle.
FIRST_YEAR, LAST_YEAR = 1900, 2200
# What becomes of a domain that is none.
MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
# In the name of an export.
MAX_NAMES = 3


class CrmReferralExport(models.Model):
    """An export of referrals to a workbook: what is asked for.

    How it is made, in the background if it is large, is the engine's.
    """

    _name = "crm.referral.export"
    _inherit = ["crm.guarded.mixin", "xlsx.export.mixin"]
    _description = "Referral Export"
    _order = "id desc"
    _protected_fields = JOB_FIELDS | {"company_id", "file_format"}
    _export_parameters = "crm_referral.export"

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
    selected_model = fields.Char(
        required=True,
        default=lambda self: self._default_selected_model(),
        export_string_translation=False,
    )
    selected_domain = fields.Json(
        default=lambda self: self._default_selected_domain(),
        export_string_translation=False,
    )
    selected_count = fields.Integer(
        string="Selected Records", compute="_compute_selected_count", aggregator=None
    )

    # === DEFAULT METHODS === #

    def _default_company_ids(self):
        return self.env.company

    def _default_sheet_ids(self):
        return self.env["crm.referral.export.sheet"]._get_default(
            self._default_selected_domain() and self._default_selected_model()
        )

    def _default_selected_model(self):
        models = self._get_selectable_models()
        active_model = self.env.context.get("active_model")
        return active_model if active_model in models else models[0]

    def _default_selected_domain(self):
        """The records that were selected in the list from which this was opened.

        Of "all that match" a browser hands over no more ids than it is allowed to, and
        does not say that there are more: then the domain of the list counts.
        """
        context = self.env.context
        selected_ids = context.get("active_ids")
        if (
            context.get("active_model") not in self._get_selectable_models()
            or not isinstance(selected_ids, list | tuple)
            or not selected_ids
        ):
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
        "selected_model",
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
            return self._name_selection()
        if self.date_from and self.date_to:
            return self.env._(
                "Referrals %(start)s – %(end)s", start=self.date_from, end=self.date_to
            )
        return self.env._("Referrals")

    def _name_selection(self):
        """An addon that lets records of another model be selected finds words for them.

        :return: what is selected, and how many
        """
        return self.env._("Selected referrals (%(number)s)", number=self.selected_count)

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
            export.date_from, export.date_to = named_period(export.period, today)

    @api.depends("company_ids")
    def _compute_company_id(self):
        for export in self:
            one = len(export.company_ids) == 1
            export.company_id = export.company_ids if one else False

    @api.depends("selected_model", "selected_domain")
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

    @api.constrains("selected_model", "selected_domain")
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

    # === RIGHTS === #

    @api.model
    def _get_export_groups(self):
        """:return: the groups who may take data out of Odoo; an addon adds its own
        :rtype: list[str]
        """
        return ["sales_team.group_sale_manager", "base.group_allow_export"]

    @api.model
    def _check_may_export(self):
        if not self.env.su and not self.env.user.has_groups(
            ",".join(self._get_export_groups())
        ):
            raise AccessError(self._get_export_refusal())

    @api.model
    def _get_export_refusal(self):
        """:return: who may take data out of Odoo, for who may not; an addon that adds a
        group says it anew
        """
        return self.env._(
            "Only sales managers, and users with the right to export, may take "
            "data out of Odoo. Ask your administrator for it."
        )

    def _check_job_rights(self):
        # Who gets a report on schedule needs no right to export.
        return None if self._get_schedule_runs() else super()._check_job_rights()

    # === JOB === #

    def _count_export_rows(self):
        return self._get_workbook()._count_rows(self._prepare_options())

    def _build_export(self, env, target, progress=None, spool=None):
        return self._get_workbook(env)._build(
            self._prepare_options(), target, progress, spool
        )

    def _get_export_view(self):
        return self.env.ref("crm_referral.crm_referral_export_view_form_dialog")

    def _get_export_place(self):
        return self.env._("You find it under Referrals, Reporting, Exports.")

    def _get_filename(self):
        return super()._get_filename().removesuffix("xlsx") + self.file_format

    def _describe_for_log(self):
        options = self._prepare_options()
        options.pop("selection")
        return f"{options}, {self.selected_count or 'no'} selected"

    def _get_schedule_runs(self):
        """:return: the reports on schedule for which this is made, if any."""
        # sudo: whoever exports, it is asked only whether this is for a schedule
        Run = self.env["crm.referral.report.schedule.run"].sudo()
        return Run.search([("export_id", "=", self.id)])

    def _notify(self, subject, sentences, kind):
        # A report on schedule is sent by its scheduler, or its failure told.
        if self._get_schedule_runs():
            return self.env.ref("crm_referral.ir_cron_report_schedule")._trigger()
        return super()._notify(subject, sentences, kind)

    # === WORKBOOK === #

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
            "selected_model": self.selected_model,
            "sheets": self._get_sheets().mapped("code"),
        }

    def _get_sheets(self):
        """:return: the sheets in their order; those of groups in which whoever gets the
        workbook is not are left out, whoever chose them
        """
        self.ensure_one()
        sheets = self.sheet_ids.with_user(self.user_id)
        return sheets._filtered_access("read").sorted()

    def _get_title(self):
        """:return: the name that somebody gave it; what it is called by itself says
        the period again, which the cover does in the reader's words.
        """
        self.ensure_one()
        if not self.name or self.name.startswith(self._name_period()):
            return self.env._("Referrals")
        return self.name

    @api.model
    def _get_selectable_models(self):
        """:return: the models in whose lists one selects what a workbook shows; the
        first is that of a selection of which nothing else is said.
        :rtype: list[str]
        """
        return ["crm.referral"]

    def _get_selection(self):
        """:return: domain of the selected records; None when none were selected.
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
        """:return: how many records are selected
        :rtype: int
        :raise ValidationError: when the selection is none
        """
        try:
            selection = self._get_selection()
            if selection is None:
                return 0
            [model] = {self.selected_model} & {*self._get_selectable_models()}
            return self.env[model].search_count(selection)
        except (*MALFORMED, psycopg2.DataError) as error:
            raise ValidationError(
                self.env._(
                    "The selection cannot be read. Go back to the list and select the "
                    "records again."
                )
            ) from error

    def _get_workbook(self, env=None):
        """The maker of workbooks, with the rights of the user who exports.

        :param env: the environment whose cursor reads; by default that of the record
        :return: crm.referral.workbook
        """
        env = self._as_exporter(env or self.env).env
        return env["crm.referral.workbook"].with_context(
            allowed_company_ids=self._get_company_ids()
        )

    def _get_company_ids(self):
        """The companies exported, the user's own first: sums are in its currency."""
        companies = self.company_ids
        own = self.user_id.company_id & companies
        return (own | companies).ids

    def _make_pdf(self):
        """Make the summary as PDF and attach it. Call it in sudo mode."""
        self.ensure_one()
        with self._open_reader() as env:
            Pdf = self._get_workbook(env).env["crm.referral.summary.pdf"]
            content = Pdf._render(self._prepare_options())
        self._finish(
            self.env["ir.attachment"].create(
                {
                    "name": self._get_filename(),
                    "res_model": self._name,
                    "res_id": self.id,
                    "raw": content,
                }
            )
        )
