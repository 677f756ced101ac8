from odoo import api, fields, models


class CrmReferralFinish(models.TransientModel):
    """Asks, before a request ends, whether the customer has heard what came of it."""

    _name = "crm.referral.finish"
    _description = "Finish Referral Request"
    _inherit = ["crm.guarded.mixin"]

    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Request",
        required=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="referral_id.partner_id")
    candidate_ids = fields.Many2many(
        comodel_name="crm.referral.candidate",
        string="What to Tell",
        compute="_compute_candidate_ids",
        help="The candidates of whom the customer has not heard yet.",
    )

    # === COMPUTE METHODS === #

    @api.depends("referral_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            wizard.candidate_ids = wizard.referral_id.candidate_ids.filtered(
                lambda candidate: candidate._is_referrer_waiting()
            )

    # === ACTION METHODS === #

    def action_told(self):
        """The customer was told of all of them and thanked: the request ends.

        :return: action that closes the window
        """
        self.ensure_one()
        self.candidate_ids.action_referrer_told()
        return self.action_later()

    def action_later(self):
        """The request ends; one reminder stays, about all of whom there is news.

        :return: action that closes the window
        """
        self.ensure_one()
        self.candidate_ids._bundle_tell_reminders()
        self.referral_id.action_next_step()
        return {"type": "ir.actions.act_window_close"}
