from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .crm_referral_export import FILE_FORMATS


class CrmReferralReportSchedule(models.Model):
    """Sends the report of the last week, month or quarter to some users.

    Each recipient gets what they may see themselves, in their own language and time
    zone, once for each period.
    """

    _name = "crm.referral.report.schedule"
    _description = "Scheduled Referral Report"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    interval = fields.Selection(
        selection=[
            ("week", "Every Monday: the last week"),
            ("month", "Every first of the month: the last month"),
            ("quarter", "Every first of the quarter: the last quarter"),
        ],
        string="When",
        required=True,
        default="month",
    )
    user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_referral_report_schedule_user_rel",
        string="Recipients",
        required=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Only users of Odoo. Each gets what they may see themselves.",
    )
    team_ids = fields.Many2many(
        comodel_name="crm.team",
        relation="crm_referral_report_schedule_team_rel",
        string="Sales Teams",
        help="Leave empty for all teams.",
    )
    file_format = fields.Selection(
        selection=FILE_FORMATS, string="Format", required=True, default="xlsx"
    )
    pdf_problem = fields.Char(compute="_compute_pdf_problem")
    sheet_ids = fields.Many2many(
        comodel_name="crm.referral.export.sheet",
        relation="crm_referral_report_schedule_sheet_rel",
        string="Sheets",
        required=True,
        default=lambda self: self._default_sheet_ids(),
    )
    next_date = fields.Date(
        string="Next Time",
        compute="_compute_next_date",
        store=True,
        readonly=False,
        help="The day on which the next report is sent.",
    )
    run_ids = fields.One2many(
        comodel_name="crm.referral.report.schedule.run",
        inverse_name="schedule_id",
        string="Sent",
        readonly=True,
    )
    failed_count = fields.Integer(compute="_compute_failed_count")

    # === DEFAULT METHODS === #

    def _default_company_id(self):
        return self.env.company

    def _default_sheet_ids(self):
        return self.env["crm.referral.export.sheet"].search([("code", "!=", False)])

    # === COMPUTE METHODS === #

    @api.depends("interval")
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for schedule in self:
            schedule.next_date = schedule._get_date_after(today)

    @api.depends("file_format")
    def _compute_pdf_problem(self):
        problem = self.env["crm.referral.workbook"]._get_pdf_problem()
        for schedule in self:
            schedule.pdf_problem = schedule.file_format == "pdf" and problem

    @api.depends("run_ids.state")
    def _compute_failed_count(self):
        for schedule in self:
            schedule.failed_count = len(
                schedule.run_ids.filtered(lambda run: run.state == "failed")
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("user_ids", "company_id")
    def _check_user_ids(self):
        for schedule in self:
            for user in schedule.user_ids:
                if user.share or schedule.company_id not in user.company_ids:
                    raise ValidationError(
                        self.env._(
                            "%(user)s cannot get this report: choose users of Odoo who "
                            "work for %(company)s.",
                            user=user.name,
                            company=schedule.company_id.name,
                        )
                    )

    # === ACTION METHODS === #

    def action_send_now(self):
        """Send the report of the last period to those who have not got it yet.

        :return: a notification
        """
        self.check_access("write")
        runs = self._prepare_runs(fields.Date.context_today(self))
        # sudo: the user may not start crons
        self.env.ref("crm_referral.ir_cron_report_schedule").sudo()._trigger()
        if runs:
            message = self.env._("The report will be sent in a moment.")
        else:
            message = self.env._(
                "Everybody has received the report of the last period."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "success"},
        }

    def action_view_failed(self):
        """Show the reports that could not be sent.

        :return: a window action
        """
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_referral_report_schedule_run_action"
            ),
            "domain": [("schedule_id", "in", self.ids), ("state", "=", "failed")],
        }

    # === PERIODS === #

    def _get_date_after(self, day):
        """:return: the next day after ``day`` on which a period is over."""
        self.ensure_one()
        if self.interval == "week":
            return day + timedelta(days=7 - day.weekday())
        month = day.replace(day=1)
        if self.interval == "quarter":
            month -= relativedelta(months=(month.month - 1) % 3)
            return month + relativedelta(months=3)
        return month + relativedelta(months=1)

    def _get_last_period(self, day):
        """:return: first and last day of the period that was over on ``day``."""
        self.ensure_one()
        if self.interval == "week":
            monday = day - timedelta(days=day.weekday())
            return monday - timedelta(days=7), monday - timedelta(days=1)
        return self.env["crm.referral.export"]._get_period(f"last_{self.interval}", day)

    # === SENDING === #

    @api.model
    def _cron_send(self):
        """Note what is due, then send it, one report after the other.

        What is due is noted before anything is sent, and a unique constraint keeps it
        from being noted twice: nobody gets the same period twice.
        """
        today = fields.Date.context_today(self)
        for schedule in self.search([("next_date", "<=", today)]):
            schedule._prepare_runs(schedule.next_date)
            schedule.next_date = schedule._get_date_after(today)
        self.env["ir.cron"]._commit_progress()
        Run = self.env["crm.referral.report.schedule.run"]
        domain = (
            Domain("state", "in", ("waiting", "failed"))
            & Domain("retry_on", "<=", fields.Datetime.now())
            # Their workbooks are large: a job makes them now.
            & ~Domain("export_id.state", "in", ("queued", "running"))
        )
        remaining = Run.search_count(domain)
        while run := Run.search(domain, limit=1, order="retry_on, id"):
            run._send()
            remaining = max(remaining - 1, 0)
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                break

    def _prepare_runs(self, day):
        """Note for each recipient that a period is to be sent, unless it is noted.

        :param day: a day after the period, before the end of the next
        :return: the new runs
        """
        # sudo: only this method notes what is to be sent
        Run = self.env["crm.referral.report.schedule.run"].sudo()
        vals_list = []
        for schedule in self:
            date_from, date_to = schedule._get_last_period(day)
            known = Run.search(
                [
                    ("schedule_id", "=", schedule.id),
                    ("date_from", "=", date_from),
                    ("date_to", "=", date_to),
                ]
            ).user_id
            vals_list += [
                {
                    "schedule_id": schedule.id,
                    "user_id": user.id,
                    "date_from": date_from,
                    "date_to": date_to,
                }
                for user in schedule.user_ids - known
            ]
        return Run.create(vals_list)
