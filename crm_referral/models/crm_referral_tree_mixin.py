from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.referral_tree import add_up, in_words

BROUGHT = ("introduced_count", "introduced_won_count", "won_count", "won_revenue")


class CrmReferralTreeMixin(models.AbstractModel):
    """A customer in the tree of who referred whom: what they have brought themselves,
    and what those have brought whom they brought.

    These fields are for the tree and the list of referrers. A form would pay for them.
    """

    _name = "crm.referral.tree.mixin"
    _description = "Customer in the Referral Tree"

    referral_introduced_count = fields.Integer(
        string="Introductions",
        compute="_compute_referral_tree",
        groups="sales_team.group_sale_salesman",
        help="Candidates whom this customer introduced to us.",
    )
    referral_indirect_count = fields.Integer(
        string="Indirect Introductions",
        compute="_compute_referral_tree",
        groups="sales_team.group_sale_salesman",
        help="Introductions by those who came to us through this customer.",
    )
    referral_tree_won_count = fields.Integer(
        string="Won in the Tree",
        compute="_compute_referral_tree",
        groups="sales_team.group_sale_salesman",
        help="Leads won through this customer, and through those below in the tree.",
    )
    referral_tree_revenue = fields.Monetary(
        string="Won Revenue in the Tree",
        compute="_compute_referral_tree",
        currency_field="referral_tree_currency_id",
        groups="sales_team.group_sale_salesman",
        help="Expected revenue of the leads won through this customer and through "
        "those below in the tree, converted at the rate of the day they were won.",
    )
    referral_tree_currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_referral_tree",
        groups="sales_team.group_sale_salesman",
    )
    referral_quality = fields.Char(
        string="Win Rate of Introductions",
        compute="_compute_referral_tree",
        groups="sales_team.group_sale_salesman",
        help="How many of this customer's introductions became a won lead. Of few it "
        "cannot be said.",
    )
    reciprocity_count = fields.Integer(
        string="Business We Brought",
        compute="_compute_reciprocity_count",
        groups="sales_team.group_sale_salesman",
        help="How often we brought business to this customer.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("uid", "company", "allowed_company_ids", "lang")
    def _compute_referral_tree(self):
        referrers = self._get_referred_below()
        nothing = (0, 0, 0, 0.0)
        own = {
            partner.id: tuple(values)
            for partner, *values in self.env["crm.referral.report"]._read_group(
                [
                    ("kind", "in", ("candidate", "lead")),
                    ("partner_id", "in", list(referrers)),
                ],
                ["partner_id"],
                [f"{name}:sum" for name in BROUGHT],
            )
        }
        below = add_up(referrers, own)
        for partner in self:
            introduced, introduced_won, won, revenue = own.get(
                partner._origin.id, nothing
            )
            indirect, _won, won_below, revenue_below = below.get(
                partner._origin.id, nothing
            )
            partner.referral_introduced_count = introduced
            partner.referral_indirect_count = indirect
            partner.referral_tree_won_count = won + won_below
            partner.referral_tree_revenue = revenue + revenue_below
            partner.referral_tree_currency_id = self.env.company.currency_id
            partner.referral_quality = in_words(self.env, introduced_won, introduced)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_reciprocity_count(self):
        counts = dict(
            self.env["crm.referral.reciprocity"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.reciprocity_count = counts.get(partner._origin, 0)

    def _get_referred_below(self):
        """Find everybody who came to us through these, directly or through others.

        Also those whom the user may not see: what came of them is counted only as far
        as the user sees the leads.

        :return: the id of the referrer by id, these included
        :rtype: dict
        """
        if not self.ids:
            return {}
        self.flush_model(["referrer_id"])
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE down AS (
                    SELECT id, referrer_id FROM res_partner WHERE id IN %s
                    UNION
                    SELECT p.id, p.referrer_id
                    FROM down JOIN res_partner p ON p.referrer_id = down.id
                )
                SELECT id, referrer_id FROM down""",
                tuple(self.ids),
            )
        )
        return dict(rows)
