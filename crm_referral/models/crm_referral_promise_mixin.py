from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

# A promise without a day is kept within these.
PROMISE_DAYS = 14
PROMISE_STATES = [("open", "Open"), ("kept", "Kept"), ("not_kept", "Not kept")]


class CrmReferralPromiseMixin(models.AbstractModel):
    """What we promise the customer in return, until when, and whether it was kept."""

    _name = "crm.referral.promise.mixin"
    _description = "Promise to a Customer"
    _inherit = ["crm.guided.conversation"]

    promise = fields.Char(
        string="Our Promise",
        copy=False,
        tracking=True,
        help="What we promise the customer in return, for example to report back.",
    )
    promise_deadline = fields.Date(
        compute="_compute_promise_deadline",
        store=True,
        readonly=False,
        copy=False,
        help="Two weeks, unless you promised something else.",
    )
    promise_state = fields.Selection(
        selection=PROMISE_STATES,
        compute="_compute_promise_state",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
    )

    # === COMPUTE METHODS === #

    @api.depends("promise")
    def _compute_promise_deadline(self):
        for referral in self:
            if not referral.promise:
                referral.promise_deadline = False
            elif not referral.promise_deadline:
                referral.promise_deadline = referral._get_proposed_deadline()

    @api.depends("promise")
    def _compute_promise_state(self):
        for referral in self:
            if not referral.promise:
                referral.promise_state = False
            elif not referral.promise_state:
                referral.promise_state = "open"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._schedule_promise_activity()
        return records

    def write(self, vals):
        result = super().write(vals)
        if {"promise", "promise_deadline", "promise_state"} & vals.keys():
            # sudo: whoever hands a request over may not see it any more afterwards
            self.sudo()._schedule_promise_activity()
        return result

    # === ACTION METHODS === #

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

    # === BUSINESS METHODS === #

    def _end_promise(self, state):
        for referral in self:
            if not referral.promise:
                raise UserError(self.env._("No promise is noted in this request."))
        self.write({"promise_state": state})
        return True

    def _get_proposed_deadline(self):
        """:return: the day in two weeks, where the one is who keeps the promise."""
        user = self.user_id or self.env.user
        return today(self.env, user, self.company_id) + timedelta(days=PROMISE_DAYS)

    @api.model
    def _get_idle_work(self):
        """A promise is kept by somebody who is there, too."""
        promise_type = "crm_referral.mail_activity_type_promise"
        idle = (
            Domain("promise_state", "=", "open")
            & Domain("promise", "!=", False)
            & self._get_idle_domain(promise_type)
        )
        return [*super()._get_idle_work(), (idle, "_schedule_promise_activity")]

    def _schedule_promise_activity(self):
        """An open promise is an activity, due when it was promised."""
        promise_type = "crm_referral.mail_activity_type_promise"
        referrals = self.filtered(
            lambda r: r.active and r.promise and r.promise_state == "open"
        )
        self.activity_unlink([promise_type])
        self.env["mail.activity"]._schedule_batch(
            promise_type,
            {
                referral: {
                    "date_deadline": referral.promise_deadline
                    or referral._get_proposed_deadline(),
                    "summary": referral.promise,
                    "user_id": referral._get_step_activity_user().id,
                }
                for referral in referrals
            },
        )

    def _on_archived(self):
        """Nobody keeps the promise of an archived request."""
        result = super()._on_archived()
        self._schedule_promise_activity()
        return result

    def _on_unarchived(self):
        """An open promise is somebody's work again."""
        result = super()._on_unarchived()
        self._schedule_promise_activity()
        return result

    def _reassign_step_activity(self):
        """The promise to the customer goes to the new salesperson as well."""
        result = super()._reassign_step_activity()
        self._schedule_promise_activity()
        return result
