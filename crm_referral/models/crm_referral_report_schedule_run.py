import logging
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools.misc import format_date

_logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
# A failed report waits this long, doubled with each attempt, before the next.
RETRY_MINUTES = 10


class CrmReferralReportScheduleRun(models.Model):
    """One period of a scheduled report for one recipient."""

    _name = "crm.referral.report.schedule.run"
    _description = "Sent Referral Report"
    _order = "id desc"

    schedule_id = fields.Many2one(
        comodel_name="crm.referral.report.schedule",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="schedule_id.company_id", store=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Recipient",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("sent", "Sent"),
            ("failed", "Failed, will be tried again"),
            ("abandoned", "Failed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    attempt_count = fields.Integer(string="Attempts", readonly=True, aggregator=None)
    retry_on = fields.Datetime(
        string="Next Attempt",
        readonly=True,
        default=lambda self: self._default_retry_on(),
    )
    error = fields.Text(readonly=True)
    sent_on = fields.Datetime(readonly=True)
    export_id = fields.Many2one(
        comodel_name="crm.referral.export",
        string="Workbook",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _period_uniq = models.UniqueIndex(
        "(schedule_id, user_id, date_from, date_to)",
        "This period is noted already for this recipient.",
    )

    # === DEFAULT METHODS === #

    def _default_retry_on(self):
        return fields.Datetime.now()

    # === ACTION METHODS === #

    def action_retry(self):
        """Try failed ones again as soon as the scheduler can.

        :return: True
        """
        self.schedule_id.check_access("write")
        # sudo: only the scheduler writes what was sent
        self.sudo().filtered(lambda run: run.state in ("failed", "abandoned")).write(
            {"state": "waiting", "attempt_count": 0, "retry_on": fields.Datetime.now()}
        )
        # sudo: the user may not start crons
        self.env.ref("crm_referral.ir_cron_report_schedule").sudo()._trigger()
        return True

    # === SENDING === #

    def _send(self):
        """Make the report with the recipient's rights, and send it.

        The message and the state are written together: either both or none. A large
        workbook is made by the job of the exports first, in slices, which wakes the
        scheduler when it ends.
        """
        self.ensure_one()
        attempt = self.attempt_count + 1
        run = self.with_context(lang=self.user_id.lang)
        try:
            with self.env.cr.savepoint():
                if not run._send_report():
                    return
                run.write(
                    {
                        "state": "sent",
                        "sent_on": fields.Datetime.now(),
                        "attempt_count": attempt,
                        "error": False,
                    }
                )
        except Exception as error:
            _logger.exception("Scheduled report %s could not be sent", self.id)
            given_up = attempt >= MAX_ATTEMPTS
            run.write(
                {
                    "state": "abandoned" if given_up else "failed",
                    "attempt_count": attempt,
                    "error": str(error) or type(error).__name__,
                    "export_id": False,
                    "retry_on": fields.Datetime.now()
                    + timedelta(minutes=RETRY_MINUTES * 2**attempt),
                }
            )
            if given_up:
                run._tell_owner()

    def _send_report(self):
        """:return: whether it is sent, or its workbook is to be made by a job first"""
        user = self.user_id
        self._check_recipient()
        if not self.export_id and not self._make_export():
            return False
        export = self.export_id
        if export.state != "done":
            states = dict(export._fields["state"]._description_selection(self.env))
            raise UserError(export.error or states[export.state])
        body = self.env._(
            "Here is the report of your referrals from %(start)s to %(end)s. It "
            "shows what you may see in Odoo.",
            start=format_date(self.env, self.date_from),
            end=format_date(self.env, self.date_to),
        )
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=self._get_title(),
            body=f"{body} {export.note}" if export.note else body,
            model=export._name,
            res_id=export.id,
            attachment_ids=export.attachment_id.ids,
        )
        return True

    def _make_export(self):
        """Make the file at once, or hand a large workbook over to the exports' job.

        :return: whether the file is there
        """
        schedule, user = self.schedule_id, self.user_id
        export = self.export_id = self.env["crm.referral.export"].create(
            {
                "name": self._get_title(),
                "user_id": user.id,
                "file_format": schedule.file_format,
                "lang": user.lang,
                "tz": user.tz or "UTC",
                "period": "custom",
                "date_from": self.date_from,
                "date_to": self.date_to,
                "company_ids": [Command.set(schedule.company_id.ids)],
                "team_ids": [Command.set(schedule.team_ids.ids)],
                "sheet_ids": [Command.set(schedule.sheet_ids.ids)],
                "started_on": fields.Datetime.now(),
            }
        )
        if schedule.file_format == "pdf":
            export._log_export(None)
            export._make_pdf()
            return True
        workbook = export._get_workbook()
        export.row_count = workbook._count_rows(export._prepare_options())
        export._log_export(export.row_count)
        if export.row_count <= export._get_direct_rows():
            export._make_file_from_snapshot()
            return True
        export.state = "queued"
        self.env.ref("crm_referral.ir_cron_export")._trigger()
        return False

    def _check_recipient(self):
        """:raise AccessError: when the recipient may no longer get reports."""
        user = self.user_id
        if (
            not user.active
            or not user._is_internal()
            or not user.has_group("sales_team.group_sale_salesman")
            or self.schedule_id.company_id not in user.company_ids
        ):
            raise AccessError(
                self.env._(
                    "%(user)s has no access to referrals of this company. Take them "
                    "off the recipients, or give them access.",
                    user=user.name,
                )
            )

    def _get_title(self):
        return self.env._(
            "%(report)s: %(start)s – %(end)s",
            report=self.schedule_id.name,
            start=self.date_from,
            end=self.date_to,
        )

    def _tell_owner(self):
        """Who made the schedule hears that it does not arrive."""
        owner = self.schedule_id.create_uid
        self.env["mail.thread"].message_notify(
            partner_ids=owner.partner_id.ids,
            subject=self.env._("A scheduled report could not be sent"),
            body=self.env._(
                "“%(title)s” to %(user)s failed %(number)s times: %(error)s",
                title=self._get_title(),
                user=self.user_id.name,
                number=self.attempt_count,
                error=self.error,
            ),
            model=self.schedule_id._name,
            res_id=self.schedule_id.id,
        )
