from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """A customer whom another one referred, or who was known before."""

    _name = "res.partner"
    _inherit = "res.partner"

    introduced_again_count = fields.Integer(
        compute="_compute_introduced_again_count",
        groups="sales_team.group_sale_salesman",
        help="Won opportunities referred by this customer, of customers whom we knew "
        "already.",
    )

    # === COMPUTE METHODS === #

    def _compute_introduced_again_count(self):
        counts = dict(
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group(
                [
                    ("referrer_id", "in", self.ids),
                    ("is_introduced_again", "=", True),
                    ("won_status", "=", "won"),
                ],
                ["referrer_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.introduced_again_count = counts.get(partner._origin, 0)

    # === BUSINESS METHODS === #

    def _is_customer_already(self, before=None, without=None):
        """Whether one of these, or their company, has bought. In sudo mode.

        Bridges add their own signs, for example confirmed orders.

        :param datetime before: bought before this moment
        :param without: crm.lead records that do not count
        """
        if not self:
            return False
        domain = Domain("partner_id", "child_of", self.commercial_partner_id.ids)
        domain &= Domain("won_status", "=", "won")
        if before:
            domain &= Domain("date_closed", "<=", before)
        if without:
            domain &= Domain("id", "not in", without.ids)
        return bool(
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search_count(domain, limit=1)
        )

    def _set_referrer(self, referrer):
        """Note who referred these partners, unless it is known or makes no sense.

        :param referrer: the res.partner who referred them
        """
        # sudo: somebody on the way may be a contact of another company
        referrer = referrer.sudo()
        ancestors = referrer
        while ancestors[-1:].referrer_id - ancestors:
            ancestors |= ancestors[-1:].referrer_id
        for partner in self.sudo():
            if not partner.referrer_id and partner not in ancestors:
                partner.referrer_id = referrer
