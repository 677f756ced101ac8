from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .crm_assessment import OPEN_STATES


class CrmAssessmentRound(models.Model):
    """The customer's personal link, the reminder, and the end of the time to answer."""

    _name = "crm.assessment.round"
    _inherit = ["crm.assessment.round"]

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
            for assessment_sudo in self._search_assessments()
            if assessment_sudo.viewpoint == "customer"
            and assessment_sudo.state in OPEN_STATES
        }
        for round_ in self:
            round_.link_status = statuses.get(round_._origin.id, False)

    # === ACTION METHODS === #

    def action_resend_link(self):
        """Send the customer's link again.

        :return: True
        """
        self.check_access("write")
        self._get_customer_assessment("open")._send_link()
        return True

    def action_open_link(self):
        """Open the customer's page, to hand over the phone or to pass the link on.

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

    def action_revoke_link(self):
        """Make the customer's link useless. The round waits for a new one, or its end.

        :return: True
        """
        self.check_access("write")
        self._get_customer_assessment("open").action_revoke_link()
        for round_ in self:
            round_.message_post(
                body=self.env._("The customer's link was revoked."),
                subtype_xmlid="mail.mt_note",
            )
        return True

    def action_renew_link(self):
        """Send the customer a new link in place of the one that was revoked.

        :return: True
        """
        self.check_access("write")
        assessments_sudo = self._get_customer_assessment("revoked")
        assessments_sudo.action_renew_link()
        assessments_sudo._send_link()
        return True

    # === BUSINESS METHODS === #

    def _get_customer_assessment(self, status):
        """:param str status: ``open`` or ``revoked``
        :return: the customer's forms that wait for answers, in sudo mode
        :raise UserError: when there is none with such a link
        """
        # sudo: only its link and its state are touched
        waiting_sudo = self._search_assessments().filtered(
            lambda a: a.viewpoint == "customer" and a.state in OPEN_STATES
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
        today = fields.Date.context_today(self)
        domain = Domain.OR(
            Domain("framework_id", "=", framework.id)
            & Domain("deadline", "<=", today + timedelta(days=framework.remind_days))
            for framework in self.env["crm.assessment.framework"].search([])
        ) & Domain(
            [
                ("state", "=", "open"),
                ("reminded_on", "=", False),
                ("deadline", ">=", today),
            ]
        )
        self._process_in_batches(domain, "_remind", batch_size)

    def _remind(self):
        self.write({"reminded_on": fields.Date.context_today(self)})
        # sudo: the forms of all viewpoints
        open_sudo = self._search_assessments().filtered(
            lambda a: a.state in OPEN_STATES
        )
        open_sudo.filtered(lambda a: a.viewpoint == "customer")._send_link(
            is_reminder=True
        )
        for user, assessments in open_sudo.grouped("respondent_id").items():
            if user:
                assessments.with_context(lang=user.lang)._remind_respondent()

    @api.model
    def _cron_expire(self, batch_size=100):
        """Close the rounds of which the time is over."""
        today = fields.Date.context_today(self)
        self._process_in_batches(
            Domain("state", "=", "open") & Domain("deadline", "<", today),
            "_close",
            batch_size,
        )

    @api.model
    def _process_in_batches(self, domain, method_name, batch_size):
        """Call a method that takes rounds out of the domain until none is left."""
        # Activities are planned without an e-mail for each.
        self = self.with_context(mail_activity_quick_update=True)  # noqa: PLW0642
        remaining = self.search_count(domain)
        while remaining > 0:
            rounds = self.search(domain, limit=batch_size, order="id")
            if not rounds:
                break
            getattr(rounds, method_name)()
            remaining -= len(rounds)
            if not self.env["ir.cron"]._commit_progress(
                len(rounds), remaining=max(remaining, 0)
            ):
                break
