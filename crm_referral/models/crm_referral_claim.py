from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [("open", "Open"), ("decided", "Decided")]
DECISIONS = [("own", "Counts for this introduction"), ("other", "Counts for another")]


class CrmReferralClaim(models.Model):
    """Somebody claims the introduction of a person whom others have named as well.

    Who named the person first is recorded with each candidate. A sales manager decides
    whose introduction counts, with a reason, and leads follow the decision. Nobody
    writes it by hand.
    """

    _name = "crm.referral.claim"
    _description = "Claim to an Introduction"
    _inherit = ["crm.guarded.mixin"]
    _order = "id desc"
    _rec_name = "candidate_id"
    _protected_fields = frozenset(
        {
            "state",
            "decision",
            "decision_reason",
            "winner_id",
            "decided_by_id",
            "decided_on",
        }
    )

    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        required=True,
        index=True,
        ondelete="cascade",
    )
    # Whose it is, for the record rules.
    user_id = fields.Many2one(
        related="candidate_id.user_id", string="Salesperson", store=True, index=True
    )
    company_id = fields.Many2one(
        related="candidate_id.company_id", store=True, index=True
    )
    named_on = fields.Datetime(related="candidate_id.named_on")
    referrer_id = fields.Many2one(related="candidate_id.referrer_id")
    claim_note = fields.Text(related="candidate_id.claim_note")
    reason = fields.Text(required=True, help="Why the introduction is yours.")
    state = fields.Selection(
        selection=STATES, required=True, readonly=True, default="open", copy=False
    )
    decision = fields.Selection(selection=DECISIONS, readonly=True, copy=False)
    winner_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        string="Whose Introduction Counts",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="sales_team.group_sale_manager",
    )
    decision_reason = fields.Text(string="Why", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False, ondelete="restrict"
    )
    decided_on = fields.Datetime(readonly=True, copy=False)

    _open_uniq = models.UniqueIndex(
        "(candidate_id) WHERE state = 'open'",
        "This introduction is claimed already; a sales manager will decide.",
    )
    _open_idx = models.Index("(company_id) WHERE state = 'open'")
    _decided = models.Constraint(
        "CHECK (state <> 'decided' OR (decision IS NOT NULL"
        " AND decision_reason IS NOT NULL AND decided_by_id IS NOT NULL))",
        "A claim is decided by somebody, in one way, and with a reason.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        claims = super().create(vals_list)
        claims.candidate_id.check_access("write")
        namings = claims.candidate_id._find_namings()
        for claim in claims:
            if len(namings.get(claim.candidate_id, ())) < 2:
                raise UserError(
                    self.env._(
                        "Nobody else has named %(candidate)s, so there is nothing to "
                        "decide.",
                        candidate=claim.candidate_id.display_name,
                    )
                )
            claim.candidate_id._note_claimed(claim.reason)
        return claims

    # === ACTION METHODS === #

    def action_decide(self):
        """Say whose introduction counts; sales managers only.

        :return: a window action: asks for it and for the reason
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_claim_decide_action"
        )
        action["context"] = {"default_claim_id": self.id}
        return action

    # === BUSINESS METHODS === #

    def _decide(self, winner, reason):
        """Note whose introduction counts, and let the leads follow.

        All open claims to the same person are decided with it.

        :param winner: crm.referral.candidate, one of those who named the person
        :param str reason: why; kept
        :raise AccessError: for who is not a sales manager
        """
        self.ensure_one()
        self.check_access("read")
        winner.check_access("read")
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._(
                    "Only a sales manager decides whose introduction counts. Ask yours."
                )
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Write in a few words why you decide so."))
        # sudo: the introductions are those of several salespersons
        namings_sudo = self.candidate_id._find_namings().get(
            self.candidate_id, self.candidate_id.sudo()
        )
        if winner not in namings_sudo:
            raise UserError(
                self.env._(
                    "Choose one of those who named %(candidate)s.",
                    candidate=self.candidate_id.display_name,
                )
            )
        for claim in namings_sudo.claim_ids.filtered(lambda c: c.state == "open"):
            claim.write(
                {
                    "state": "decided",
                    "decision": "own" if claim.candidate_id == winner else "other",
                    "winner_id": winner.id,
                    "decision_reason": reason.strip(),
                    "decided_by_id": self.env.uid,
                    "decided_on": self.env.cr.now(),
                }
            )
        namings_sudo._credit_winner(winner, reason.strip())
