from odoo import fields, models

DISPUTE_STATES = [("open", "Disputed"), ("settled", "Settled")]
SETTLEMENTS = [
    ("reviewer", "The review stands"),
    ("self", "The agent's view counts"),
    ("void", "The checklist does not count"),
]


class CrmAssessmentDispute(models.Model):
    """An agent disagrees with a review: once, and a third person settles it.

    Made and settled by the methods of the round only; nobody writes it by hand.
    """

    _name = "crm.assessment.dispute"
    _description = "Disputed Review"
    _inherit = ["crm.guarded.mixin"]
    _order = "id desc"
    _rec_name = "round_id"

    round_id = fields.Many2one(
        comodel_name="crm.assessment.round",
        string="Checklist",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    # Whose it is, for the record rules.
    user_id = fields.Many2one(
        related="round_id.user_id", string="Agent", store=True, index=True
    )
    manager_id = fields.Many2one(
        related="round_id.manager_id",
        string="Reviewer",
        store=True,
        index="btree_not_null",
    )
    team_id = fields.Many2one(
        related="round_id.team_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one(related="round_id.company_id", store=True, index=True)
    reason = fields.Text(required=True, readonly=True, help="What the agent says.")
    state = fields.Selection(
        selection=DISPUTE_STATES, required=True, readonly=True, default="open"
    )
    settlement = fields.Selection(selection=SETTLEMENTS, readonly=True)
    settlement_reason = fields.Text(readonly=True)
    settled_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, ondelete="restrict"
    )

    _round_uniq = models.Constraint(
        "UNIQUE (round_id)", "A review can be disputed once."
    )
    _settled = models.Constraint(
        "CHECK (state <> 'settled' OR (settlement IS NOT NULL"
        " AND settlement_reason IS NOT NULL AND settled_by_id IS NOT NULL))",
        "A dispute is settled by somebody, in one way, and with a reason.",
    )

    # === BUSINESS METHODS === #

    def _settle(self, settlement, reason):
        """Note how it is settled. Called in sudo mode, by whoever settles it.

        :param str settlement: ``reviewer``, ``self`` or ``void``
        :param str reason: why
        """
        self.write(
            {
                "state": "settled",
                "settlement": settlement,
                "settlement_reason": reason,
                "settled_by_id": self.env.uid,
            }
        )
