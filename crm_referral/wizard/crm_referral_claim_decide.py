from odoo import api, fields, models


class CrmReferralClaimDecide(models.TransientModel):
    """A sales manager decides whose introduction counts, with a reason."""

    _name = "crm.referral.claim.decide"
    _description = "Decide Whose Introduction Counts"
    _inherit = ["crm.guarded.mixin"]

    claim_id = fields.Many2one(
        comodel_name="crm.referral.claim",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    claim_reason = fields.Text(related="claim_id.reason", string="Why It Is Claimed")
    candidate_ids = fields.Many2many(
        comodel_name="crm.referral.candidate",
        string="Who Was Named",
        compute="_compute_candidate_ids",
    )
    winner_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        string="Whose Introduction Counts",
        required=True,
        domain="[('id', 'in', candidate_ids)]",
        compute="_compute_winner_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    reason = fields.Char(required=True, help="Why it counts. It is kept.")

    @api.depends("claim_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            candidate = wizard.claim_id.candidate_id
            namings_sudo = candidate._find_namings().get(candidate, candidate)
            wizard.candidate_ids = namings_sudo.with_env(self.env)._filtered_access(
                "read"
            )

    @api.depends("candidate_ids")
    def _compute_winner_id(self):
        """Whoever was first, unless it is decided otherwise."""
        for wizard in self:
            wizard.winner_id = wizard.winner_id or wizard.candidate_ids[:1]

    def action_apply(self):
        """Decide, and let the leads follow.

        :return: action that closes the window
        """
        self.ensure_one()
        self.claim_id._decide(self.winner_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
