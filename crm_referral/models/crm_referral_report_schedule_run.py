import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools.misc import format_date

from odoo.addons.crm_foundation.tools.local_time import timezone_of

_logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
# A failed report waits this long, doubled with each attempt, before the next.
RETRY_MINUTES = 10
# A mail that nobody has sent for so long does not arrive.
MAIL_HOURS = 24
# For so long a mail server may still say that it could not deliver.
BOUNCE_DAYS = 14
# What is told in the mail itself.
MAIN_FIGURES = ("asks", "introductions", "leads", "won", "revenue", "all_revenue")


class CrmReferralReportScheduleRun(models.Model):
    """One period of a scheduled report for one recipient.

    It is sent when it is in the recipient's inbox, or when a mail server has taken the
    mail. What fails later, or bounces, makes it a failed one again.
    """

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
            ("sending", "Being sent"),
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

    message_id = fields.Many2one(
        comodel_name="mail.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What was sent; its notification says whether it has arrived.",
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
                run.write({"attempt_count": attempt, "error": False})
        except Exception as error:
            _logger.exception("Scheduled report %s could not be sent", self.id)
            run.export_id = False
            run._note_failure(str(error) or type(error).__name__, attempt)
        else:
            run._check_delivery()

    def _send_report(self):
        """:return: whether it is sent, or its workbook is to be made by a job first"""
        self._check_recipient()
        if not self.export_id and not self._make_export():
            return False
        export = self.export_id
        if export.state != "done":
            states = dict(export._fields["state"]._description_selection(self.env))
            raise UserError(export.error or states[export.state])
        owner, company = self.schedule_id._get_owner(), self.schedule_id.company_id
        author = company.partner_id if company.email else owner.partner_id
        # At once after the commit: so this job still hears of what fails.
        Thread = self.env["mail.thread"].with_context(mail_notify_force_send=True)
        self.message_id = Thread.message_notify(
            author_id=author.id,
            email_from=author.email_formatted,
            partner_ids=self.user_id.partner_id.ids,
            subject=self._get_title(),
            body=self._prepare_body(),
            model=export._name,
            res_id=export.id,
            attachment_ids=export.attachment_id.ids,
        )
        if not self.message_id.notification_ids:
            raise UserError(
                self.env._("%(user)s cannot be notified.", user=self.user_id.name)
            )
        self.state = "sending"
        return True

    def _prepare_body(self):
        """:return: what the report is, and its main figures.
        :rtype: Markup
        """
        export = self.export_id
        Figures = export._get_workbook().env["crm.referral.figures"]
        values = Figures._read(export._prepare_options(), MAIN_FIGURES)
        rows = Markup().join(
            Markup("<tr><td>%s</td><td style='text-align: right'>%s</td></tr>")
            % (figure.name, Figures._format(figure.format, figure.get_value(values)))
            for figure in Figures._get(*MAIN_FIGURES)
        )
        text = self.env._(
            "Here is the report of your referrals from %(start)s to %(end)s. It "
            "shows what you may see in Odoo.",
            start=format_date(self.env, self.date_from),
            end=format_date(self.env, self.date_to),
        )
        body = Markup("<p>%s</p><table>%s</table>") % (text, rows)
        return body + Markup("<p>%s</p>") % export.note if export.note else body

    # === DELIVERY === #

    @api.model
    def _check_delivery(self):
        """See what became of the mails; some fail late, or bounce."""
        # Mails are sent beside this transaction.
        self.env["mail.notification"].invalidate_model()
        since = fields.Datetime.now() - timedelta(days=BOUNCE_DAYS)
        runs = self or self.search(
            Domain("state", "=", "sending")
            | Domain("state", "=", "sent") & Domain("sent_on", ">=", since)
        )
        for run in runs.with_context(prefetch_fields=False):
            told = run.with_context(lang=run.schedule_id._get_owner().lang)
            told._read_delivery()
        runs.schedule_id._close_failure_activities()

    def _read_delivery(self):
        self.ensure_one()
        # sudo: notifications of the recipient
        notifications = self.sudo().message_id.notification_ids
        failed = notifications.filtered(
            lambda each: each.notification_status in ("exception", "bounce", "canceled")
        )
        if failed:
            self._note_failure(
                failed[0].format_failure_reason(),
                self.attempt_count,
                # What bounces once bounces again.
                for_good=failed[0].notification_status == "bounce",
            )
            return
        if self.state != "sending":
            return
        pending = notifications.filtered(
            lambda each: each.notification_status in ("ready", "process", "pending")
        )
        if notifications and not pending:
            self.write({"state": "sent", "sent_on": fields.Datetime.now()})
        elif not notifications or self._is_overdue():
            self._note_failure(
                self.env._("The mail has been waiting to be sent for a day."),
                self.attempt_count,
            )

    def _is_overdue(self):
        end = self.message_id.create_date + timedelta(hours=MAIL_HOURS)
        return end < fields.Datetime.now()

    def _note_failure(self, reason, attempt, for_good=False):
        """It did not arrive: it is tried again, and the owner hears of it.

        :param str reason: in words
        :param int attempt: the how many-th it was
        :param bool for_good: whether another attempt is of no use
        """
        for_good = for_good or attempt >= MAX_ATTEMPTS
        self.write(
            {
                "state": "abandoned" if for_good else "failed",
                "attempt_count": attempt,
                "error": reason,
                "message_id": False,
                "sent_on": False,
                "retry_on": fields.Datetime.now()
                + timedelta(minutes=RETRY_MINUTES * 2**attempt),
            }
        )
        owner = self.schedule_id._get_owner()
        self.schedule_id._plan_failure_activity(
            self.with_context(lang=owner.lang)._describe_failure()
        )
        if for_good:
            self._tell_owner()

    def _describe_failure(self):
        return self.env._(
            "“%(title)s” to %(user)s failed: %(error)s",
            title=self._get_title(),
            user=self.user_id.name,
            error=self.error,
        )

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
                "tz": timezone_of(user, schedule.company_id),
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
        export.row_count = export._count_export_rows()
        export._log_export(export.row_count)
        if export.row_count <= export._get_direct_rows():
            export._make_file(export._open_reader())
            return True
        export._queue()
        return False

    def _check_recipient(self):
        """:raise UserError: when the recipient may not, or cannot, get reports."""
        user = self.user_id
        if not user.active:
            raise UserError(
                self.env._(
                    "%(user)s is archived. Take them off the recipients.",
                    user=user.name,
                )
            )
        if (
            not user._is_internal()
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
        if user.notification_type == "email" and not user.email:
            raise UserError(
                self.env._(
                    "%(user)s has no e-mail address. Add one to their contact.",
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
        owner = self.schedule_id._get_owner()
        told = self.with_context(lang=owner.lang)
        self.env["mail.thread"].message_notify(
            partner_ids=owner.partner_id.ids,
            subject=told.env._("A scheduled report could not be sent"),
            body=told._describe_failure(),
            model=self.schedule_id._name,
            res_id=self.schedule_id.id,
        )
