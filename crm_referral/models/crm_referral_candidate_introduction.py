from datetime import timedelta

from odoo import fields, models

from odoo.addons.crm_foundation.tools.local_time import today

# What became of the e-mail that the customer forwards, by Odoo's notification status.
MAIL_STATES = {
    "ready": "waiting",
    "process": "waiting",
    "pending": "waiting",
    "sent": "sent",
    "bounce": "failed",
    "exception": "failed",
    "canceled": "failed",
}


class CrmReferralCandidate(models.Model):
    """What the card of a candidate shows and does while its request is open."""

    _inherit = "crm.referral.candidate"

    introduction_mail_state = fields.Selection(
        selection=[
            ("waiting", "On its way"),
            ("sent", "Sent"),
            ("failed", "Not delivered"),
        ],
        string="E-mail to Forward",
        compute="_compute_introduction_mail",
        help="What became of the last e-mail to the customer about this candidate.",
    )
    introduction_mail_date = fields.Datetime(
        string="E-mailed On", compute="_compute_introduction_mail"
    )

    # === COMPUTE METHODS === #

    def _compute_introduction_mail(self):
        # sudo: the notifications belong to the customer and to whoever wrote; only the
        # date and the state are told
        notifications = (
            self.env["mail.notification"]
            .sudo()
            .search_fetch(
                [
                    ("notification_type", "=", "email"),
                    ("mail_message_id.model", "=", self._name),
                    ("mail_message_id.res_id", "in", self.ids),
                    ("res_partner_id", "in", self.referrer_id.ids),
                ],
                ["mail_message_id", "res_partner_id", "notification_status"],
                order="id",
            )
        )
        last = {
            (
                notification.mail_message_id.res_id,
                notification.res_partner_id.id,
            ): notification
            for notification in notifications
        }
        for candidate in self:
            key = (candidate._origin.id, candidate.referrer_id.id)
            notification = last.get(key)
            status = notification and notification.notification_status
            candidate.introduction_mail_state = MAIL_STATES.get(status, False)
            candidate.introduction_mail_date = (
                notification.mail_message_id.date if notification else False
            )

    # === ACTION METHODS === #

    def action_agree_and_send(self):
        """The customer agrees, and gets the e-mail to forward while still listening.

        :return: a window action: the composer with the introduction template
        """
        self.ensure_one()
        action = self.action_send_introduction()
        self.action_agree()
        return action

    def action_convert_here(self):
        """Make a lead of this candidate and stay where the rep is.

        :return: True, or a window action: the choice among possible duplicates
        """
        self.ensure_one()
        action = self.action_convert()
        return True if self.lead_id else action

    # === BUSINESS METHODS === #

    def _bundle_tell_reminders(self):
        """Remind once of everybody of whom this customer has not heard yet."""
        activity_type = "crm_referral.mail_activity_type_tell_referrer"
        waiting = self.filtered(lambda candidate: candidate._is_referrer_waiting())
        if not waiting:
            return
        waiting.activity_unlink([activity_type])
        keeper = waiting[-1]
        assignee = keeper.referral_id._get_step_activity_user()
        reader = waiting.with_context(lang=assignee.lang or self.env.lang)
        self.env["mail.activity"]._schedule_batch(
            activity_type,
            {
                keeper: {
                    "date_deadline": today(self.env, assignee, keeper.company_id)
                    + timedelta(days=3),
                    "summary": reader.env._(
                        "Tell and thank %(referrer)s for introducing %(candidates)s",
                        referrer=keeper.referrer_id.display_name,
                        candidates=reader.mapped("display_name"),
                    ),
                    "user_id": assignee.id,
                }
            },
        )

    def _get_told_along(self):
        """:return: others of these requests, of whom no reminder of its own tells."""
        tell_type = self.env.ref("crm_referral.mail_activity_type_tell_referrer")
        others = self.referral_id.filtered("outcome").candidate_ids - self
        return others.filtered(
            lambda candidate: (
                candidate._is_referrer_waiting()
                and tell_type not in candidate.activity_ids.activity_type_id
            )
        )

    def _is_referrer_waiting(self):
        """:return: whether there is news the customer has not been told yet."""
        self.ensure_one()
        return not self.referrer_told_on and bool(
            self.contacted_on or self.state == "converted"
        )
