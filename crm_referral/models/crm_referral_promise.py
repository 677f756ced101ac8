from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

PROMISE_STATES = [("open", "Open"), ("kept", "Kept"), ("not_kept", "Not kept")]


class CrmReferral(models.Model):
    """What we promise the customer in return, until when, and whether it was kept."""

    _inherit = "crm.referral"

    promise = fields.Char(
        string="Our Promise",
        copy=False,
        tracking=True,
        help="What we promise the customer in return, for example to report back.",
    )
    promise_deadline = fields.Date(copy=False)
    promise_state = fields.Selection(
        selection=PROMISE_STATES,
        compute="_compute_promise_state",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
    )

    @api.depends("promise")
    def _compute_promise_state(self):
        for referral in self:
            if not referral.promise:
                referral.promise_state = False
            elif not referral.promise_state:
                referral.promise_state = "open"

    def action_promise_kept(self):
        """The promise to the referrer was kept.

        :return: True
        """
        return self._end_promise("kept")

    def action_promise_not_kept(self):
        """The promise to the referrer was not kept; better known than forgotten.

        :return: True
        """
        return self._end_promise("not_kept")

    def _end_promise(self, state):
        for referral in self:
            if not referral.promise:
                raise UserError(self.env._("No promise is noted in this request."))
        self.write({"promise_state": state})
        return True

    def _schedule_promise_activity(self):
        """An open promise is an activity, due when it was promised."""
        promise_type = "crm_referral.mail_activity_type_promise"
        referrals = self.filtered(
            lambda r: r.active and r.promise and r.promise_state == "open"
        )
        self.activity_unlink([promise_type])
        in_two_weeks = fields.Date.context_today(self) + timedelta(days=14)
        self.env["mail.activity"]._schedule_batch(
            promise_type,
            {
                referral: {
                    "date_deadline": referral.promise_deadline or in_two_weeks,
                    "summary": referral.promise,
                    "user_id": referral._get_step_activity_user().id,
                }
                for referral in referrals
            },
        )
