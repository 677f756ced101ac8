import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.report_periods import named_period
from .crm_referral_export import FILE_FORMATS

_logger = logging.getLogger(__name__)

# Where a day begins first, it begins this long before UTC.
FIRST_OF_THE_WORLD = timedelta(hours=14)
# What a schedule that stood still makes up for.
CATCH_UP = relativedelta(years=1)
FAILED_STATES = ("failed", "abandoned")
WARNING_TYPE = "mail.mail_activity_data_warning"


class CrmReferralReportSchedule(models.Model):
    """Sends the report of the last week, month or quarter to some users.

    Each recipient gets what they may see themselves, in their own language and time
    zone, once for each period: when it is over where they are. Who made the schedule
    hears of what does not arrive.
    """

    _name = "crm.referral.report.schedule"
    _description = "Scheduled Referral Report"
    _inherit = ["crm.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True, tracking=True)
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
        tracking=True,
    )
    user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_referral_report_schedule_user_rel",
        string="Recipients",
        required=True,
        # Who has left is to be seen, and taken off.
        context={"active_test": False},
        tracking=True,
        domain="[('share', '=', False), ('active', '=', True),"
        " ('company_ids', 'in', company_id)]",
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
        required=True,
        precompute=True,
        help="The next report is sent on this day, as soon as it has begun where the "
        "recipient is.",
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
        return self.env["crm.referral.export.sheet"]._get_default()

    # === COMPUTE METHODS === #

    @api.depends("interval")
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for schedule in self:
            schedule.next_date = schedule._get_date_after(today)

    @api.depends("file_format")
    def _compute_pdf_problem(self):
        problem = self.env["crm.referral.summary.pdf"]._get_problem()
        for schedule in self:
            schedule.pdf_problem = schedule.file_format == "pdf" and problem

    @api.depends("run_ids.state")
    def _compute_failed_count(self):
        for schedule in self:
            schedule.failed_count = len(
                schedule.run_ids.filtered(lambda run: run.state in FAILED_STATES)
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

    @api.constrains("next_date")
    def _check_next_date(self):
        earliest = fields.Date.context_today(self) - CATCH_UP
        for schedule in self:
            if schedule.next_date < earliest:
                raise ValidationError(
                    self.env._(
                        "The next time is more than a year ago. Choose a later day."
                    )
                )

    # === ACTION METHODS === #

    def action_send_now(self):
        """Send the report of the last period to those who have not got it yet.

        :return: a notification
        """
        self.check_access("write")
        # sudo: only this method and the job note what is to be sent
        runs = self.env["crm.referral.report.schedule.run"].sudo()
        for schedule in self:
            by_day = schedule.user_ids.grouped(schedule._get_today)
            for day, users in by_day.items():
                runs |= schedule._prepare_runs(day, users)
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
            "params": {
                "message": message,
                "type": "success",
                # What is to be sent is in the list below.
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_failed(self):
        """Show the reports that could not be sent.

        :return: a window action
        """
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_referral_report_schedule_run_action"
            ),
            "domain": [("schedule_id", "in", self.ids), ("state", "in", FAILED_STATES)],
        }

    # === PERIODS === #

    def _get_today(self, user):
        """:return: the day it is for a recipient."""
        return today(self.env, user, self.company_id)

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
        return named_period(f"last_{self.interval}", day)

    # === SENDING === #

    @api.model
    def _cron_send(self):
        """Note what is due, then send it, one report after the other.

        What is due is noted before anything is sent, and a unique constraint keeps it
        from being noted twice: nobody gets the same period twice.
        """
        latest = (self.env.cr.now() + FIRST_OF_THE_WORLD).date()
        for schedule in self.search([("next_date", "<=", latest)]):
            try:
                with self.env.cr.savepoint():
                    schedule._note_due(latest)
            except Exception as error:
                _logger.exception("What is due of %s could not be noted", schedule)
                schedule._plan_failure_activity(str(error) or type(error).__name__)
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
        Run._check_delivery()

    def _note_due(self, latest):
        """Note each period that is over where its recipient is.

        It is over for all before the schedule steps on, so that nobody misses one.

        :param latest: no recipient has a later day than this
        """
        self.ensure_one()
        while self.next_date <= latest:
            ready = self.user_ids.filtered(
                lambda user: self._get_today(user) >= self.next_date
            )
            self._prepare_runs(self.next_date, ready)
            if ready != self.user_ids:
                break
            self.next_date = self._get_date_after(self.next_date)

    def _prepare_runs(self, day, users):
        """Note for recipients that a period is to be sent, unless it is noted.

        :param day: a day after the period, before the end of the next
        :return: the new runs
        """
        self.ensure_one()
        # sudo: only this method notes what is to be sent
        Run = self.env["crm.referral.report.schedule.run"].sudo()
        date_from, date_to = self._get_last_period(day)
        period = {
            "schedule_id": self.id,
            "date_from": date_from,
            "date_to": date_to,
        }
        known = Run.search([(key, "=", value) for key, value in period.items()]).user_id
        return Run.create([{**period, "user_id": user.id} for user in users - known])

    # === FAILURES === #

    def _get_owner(self):
        """:return: who hears of what does not arrive: who made this, unless they left.
        :rtype: res.users
        """
        self.ensure_one()
        group = "sales_team.group_sale_manager"
        # sudo: whether somebody has left is not a secret
        maker = self.sudo().create_uid
        if maker.active and maker.has_group(group):
            return maker
        manager = (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", self.env.ref(group).ids),
                    ("company_ids", "in", self.company_id.ids),
                ],
                limit=1,
                order="id",
            )
        )
        return manager or maker

    def _plan_failure_activity(self, reason):
        """Give the owner something to do, once until it is done."""
        self.ensure_one()
        if self._get_failure_activities():
            return
        owner = self._get_owner()
        told = self.with_context(lang=owner.lang)
        # sudo: the job plans it for the one who can help
        self.sudo().activity_schedule(
            WARNING_TYPE,
            summary=told.env._("A scheduled report does not arrive"),
            note=reason,
            user_id=owner.id,
        )

    def _get_failure_activities(self):
        # sudo: activities of whoever is the owner
        return self.sudo().activity_ids.filtered(
            lambda activity: (
                activity.automated
                and activity.activity_type_id
                == self.env.ref(WARNING_TYPE, raise_if_not_found=False)
            )
        )

    def _close_failure_activities(self):
        """Everything has arrived in the end: there is nothing to do any more."""
        for schedule in self:
            if not schedule.failed_count:
                schedule._get_failure_activities().unlink()
