from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .crm_assessment import OPEN_STATES


class CrmAssessmentRound(models.Model):
    """The customer's personal link, the reminder, and the end of the time to answer."""

    _inherit = "crm.assessment.round"

    reminded_on = fields.Date(readonly=True, copy=False)

    _deadline_idx = models.Index("(deadline) WHERE state = 'open'")

    # === ACTION METHODS === #

    def action_resend_link(self):
        """Send the customer's link again.

        :return: True
        """
        self.check_access("write")
        self._get_customer_assessment()._send_link()
        return True

    def action_open_link(self):
        """Open the customer's page, to hand over the phone or to pass the link on.

        :return: an action that opens the page
        """
        self.ensure_one()
        self.check_access("write")
        assessment_sudo = self._get_customer_assessment()
        assessment_sudo._note_opened_by(self.env.user)
        return {
            "type": "ir.actions.act_url",
            "url": assessment_sudo._get_link(),
            "target": "new",
        }

    def action_revoke_link(self):
        """Make the customer's link useless.

        :return: True
        """
        self.check_access("write")
        assessments_sudo = self._get_customer_assessment()
        assessments_sudo.write({"state": "cancelled"})
        for round_ in self:
            round_.message_post(
                body=self.env._("The customer's link was revoked."),
                subtype_xmlid="mail.mt_note",
            )
        self._on_answered()
        return True

    # === BUSINESS METHODS === #

    def _get_customer_assessment(self):
        """:return: the customer's forms that are open, in sudo mode
        :raise UserError: when there is none
        """
        # sudo: only its link and its state are touched
        assessments_sudo = self._search_assessments().filtered(
            lambda a: a.viewpoint == "customer" and a.state in OPEN_STATES
        )
        if not assessments_sudo:
            raise UserError(self.env._("The customer is not being asked any more."))
        return assessments_sudo

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
        for assessment in open_sudo.filtered("respondent_id"):
            assessment.message_notify(
                partner_ids=assessment.respondent_id.partner_id.ids,
                subject=assessment.display_name,
                body=self.env._(
                    "Your answers are still missing. They can be given until %(date)s.",
                    date=format_date(self.env, assessment.deadline),
                ),
            )

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
