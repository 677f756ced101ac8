from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """Who is a customer: whom it makes sense to ask for a referral."""

    _inherit = "res.partner"

    is_referral_customer = fields.Boolean(
        string="Is a Customer",
        compute="_compute_is_referral_customer",
        search="_search_is_referral_customer",
        groups="sales_team.group_sale_salesman",
        help="We have won a deal with them, noted a benefit, asked them before or "
        "heard how loyal they are.",
    )

    # === COMPUTE METHODS === #

    def _compute_is_referral_customer(self):
        customers = self.with_context(active_test=False).search(
            Domain("id", "in", self.ids) & Domain("is_referral_customer", "=", True)
        )
        for partner in self:
            partner.is_referral_customer = partner._origin in customers

    @api.model
    def _search_is_referral_customer(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: a colleague's deal makes a customer, too; only the fact is told
        won = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False)
            ._search([("won_status", "=", "won"), ("partner_id", "!=", False)])
        )
        companies = self._search(
            Domain("id", "in", won.subselect("partner_id")), active_test=False
        ).subselect("commercial_partner_id")
        benefits = self.env["crm.referral.benefit"].sudo()._search([])  # sudo: as above
        asked = self.env["crm.referral"].sudo()._search([])  # sudo: as above
        customer = (
            Domain("commercial_partner_id", "in", companies)
            | Domain("id", "in", benefits.subselect("partner_id"))
            | Domain("id", "in", asked.subselect("partner_id"))
            | Domain("loyalty_stage_id", "!=", False)
        ) & Domain("partner_share", "=", True)
        return customer if True in value else ~customer
