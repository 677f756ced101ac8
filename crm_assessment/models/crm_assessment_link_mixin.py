from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools import local_time

# The day begins first fourteen hours before UTC, and last twelve hours after.
FIRST_DAY = timedelta(hours=14)
LAST_DAY = timedelta(hours=12)


class CrmAssessmentLinkMixin(models.AbstractModel):
    """The customer's personal link, the reminder, and the end of the time to answer."""

    _name = "crm.assessment.link.mixin"
    _description = "Waits for Answers by a Personal Link"
    _inherit = ["crm.batch.mixin"]

    reminded_on = fields.Date(readonly=True, copy=False)
    link_status = fields.Selection(
        selection=[("open", "Open"), ("revoked", "Revoked")],
        string="Customer's Link",
        compute="_compute_link_status",
        help="Empty when the customer is not being asked any more.",
    )

    _deadline_idx = models.Index("(deadline) WHERE state = 'open'")

    # === COMPUTE METHODS === #

    @api.depends("assessment_ids.state", "assessment_ids.is_link_revoked")
    def _compute_link_status(self):
        statuses = {
            assessment_sudo.round_id.id: "revoked"
            if assessment_sudo.is_link_revoked
            else "open"
            for assessment_sudo in self._search_waiting()
            if assessment_sudo.viewpoint == "customer"
        }
        for round_ in self:
            round_.link_status = statuses.get(round_._origin.id, False)

    # === ACTION METHODS === #

    def action_resend_link(self):
        """Send the customer's link by mail, again or for the first time.

        :return: True
        """
        self.check_access("write")
        self._get_customer_assessment("open")
        for round_ in self:
            if problem := round_._get_mail_problem():
                raise UserError(problem)
        # sudo: written by what happens in a round only
        self.sudo().write({"delivery": "mail"})
        self._mail_link()
        return True

    def action_open_link(self):
        """Open the customer's page, to hand over the phone.

        :return: an action that opens the page
        """
        self.ensure_one()
        self.check_access("write")
        assessment_sudo = self._get_customer_assessment("open")
        assessment_sudo._note_opened_by(self.env.user)
        return {
            "type": "ir.actions.act_url",
            "url": assessment_sudo._get_link(),
            "target": "new",
        }

    def action_copy_link(self):
        """Give out the customer's link, to pass it on by LINE, WeChat or phone.

        :return: an action that shows the link and puts it on the clipboard
        """
        self.ensure_one()
        self.check_access("write")
        assessment_sudo = self._get_customer_assessment("open")
        assessment_sudo._note_copied_by(self.env.user)
        return {
            "type": "ir.actions.client",
            "tag": "crm_assessment.personal_link",
            "params": {
                # sudo: whom the link is for
                "contact": self.sudo().contact_id.display_name,
                "link": assessment_sudo._get_link(),
            },
        }

    def action_revoke_link(self):
        """Make the customer's link useless. The round waits for a new one, or its end.

        :return: True
        """
        self.check_access("write")
        self._check_not_about_oneself()
        self._get_customer_assessment("open").action_revoke_link()
        self._cancel_mail()
        for round_ in self:
            round_.message_post(
                body=self.env._("The customer's link was revoked."),
                subtype_xmlid="mail.mt_note",
            )
        return True

    def action_renew_link(self):
        """Replace the link that was revoked, and send it the way the first one went.

        :return: True
        """
        self.check_access("write")
        self._check_not_about_oneself()
        self._get_customer_assessment("revoked").action_renew_link()
        self.filtered(lambda r: r.delivery != "hand")._mail_link()
        return True

    # === BUSINESS METHODS === #

    def _get_customer_assessment(self, status):
        """:param str status: ``open`` or ``revoked``
        :return: the customer's forms that wait for answers, in sudo mode
        :raise UserError: when there is none with such a link
        """
        # sudo: only its link and its state are touched
        waiting_sudo = self._search_waiting().filtered(
            lambda a: a.viewpoint == "customer"
        )
        if not waiting_sudo:
            raise UserError(self.env._("The customer is not being asked any more."))
        found_sudo = waiting_sudo.filtered(
            lambda a: a.is_link_revoked == (status == "revoked")
        )
        if not found_sudo:
            raise UserError(
                self.env._("The customer's link was not revoked.")
                if status == "revoked"
                else self.env._("The customer's link was revoked. Send a new one.")
            )
        return found_sudo

    @api.model
    def _cron_remind(self, batch_size=100):
        """Remind once of what is due soon: colleagues and customers."""
        now = self.env.cr.now()
        latest = (now + FIRST_DAY).date()
        domain = Domain.OR(
            Domain("framework_id", "=", framework.id)
            & Domain("deadline", "<=", latest + timedelta(days=framework.remind_days))
            for framework in self.env["crm.assessment.framework"].search([])
        ) & Domain(
            [
                ("state", "=", "open"),
                ("reminded_on", "=", False),
                ("deadline", ">=", (now - LAST_DAY).date()),
            ]
        )
        # Activities are planned without an e-mail for each.
        rounds = self.with_context(mail_activity_quick_update=True)
        rounds._fail_stuck_mails()
        rounds._process_in_batches(domain, "_remind", batch_size)

    def _remind(self):
        """Remind those who are waited for, where the time is nearly over."""
        due = self.filtered(lambda r: r._is_reminder_due() and not r._is_over())
        for round_ in due:
            round_.reminded_on = local_time.today(self.env, round_.company_id)
        open_sudo = due._search_waiting()
        customers = open_sudo.filtered(
            lambda a: a.viewpoint == "customer" and not a.is_link_revoked
        ).round_id
        unwilling = customers.contact_id._filter_opted_out()
        customers = customers.filtered(lambda r: r.contact_id not in unwilling)
        by_mail = customers.filtered(lambda r: r.delivery != "hand")
        by_mail._mail_link(is_reminder=True)
        (customers - by_mail)._remind_by_hand()
        for user, assessments in open_sudo.grouped("respondent_id").items():
            if user.active:
                assessments.with_context(lang=user.lang)._remind_respondent()
            elif user:
                assessments.round_id._on_respondent_left(user)

    def _is_reminder_due(self):
        self.ensure_one()
        today = local_time.today(self.env, *self._get_deadline_owners())
        return self.deadline <= today + timedelta(days=self.framework_id.remind_days)

    def _remind_by_hand(self):
        """The link was passed on by a colleague: so is the reminder."""
        for round_ in self:
            user = round_._get_job_responsible()
            record = round_.with_context(lang=user.lang)
            record.activity_schedule(
                "crm_assessment.mail_activity_type_mail_failed",
                summary=record.env._(
                    "Remind %(contact)s", contact=record.contact_id.display_name
                ),
                note=record.env._(
                    "You passed the link on yourself, so we cannot remind by mail."
                ),
                user_id=user.id,
            )

    def _on_respondent_left(self, user):
        """Say to who sees to the round that somebody who is asked has left.

        :param user: the res.users who is not there any more
        """
        for round_ in self:
            responsible = round_._get_job_responsible()
            record = round_.with_context(lang=responsible.lang)
            record.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=record.env._(
                    "%(user)s has left and cannot answer", user=user.name
                ),
                note=record.env._(
                    "The round ends without their answers, unless you cancel it and "
                    "ask somebody else."
                ),
                user_id=responsible.id,
            )

    @api.model
    def _cron_expire(self, batch_size=100):
        """Close the rounds of which the time is over, where the customer is."""
        # Activities are planned without an e-mail for each.
        rounds = self.with_context(mail_activity_quick_update=True)
        rounds._process_in_batches(
            Domain("state", "=", "open")
            & Domain("deadline", "<", (self.env.cr.now() + FIRST_DAY).date()),
            "_expire",
            batch_size,
        )

    def _expire(self):
        self.filtered(lambda round_: round_._is_over())._close()
