from odoo import api, fields, models

from odoo.addons.crm_foundation.tools.local_time import today


class CrmReferralBenefit(models.Model):
    """A benefit we have delivered to a customer; reused from request to request."""

    _name = "crm.referral.benefit"
    _description = "Delivered Benefit"
    _inherit = ["crm.guarded.mixin"]
    _protected_fields = frozenset({"earlier_referral_ids", "proposed_name"})
    _order = "confirmed desc, delivered_on desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Benefit",
        required=True,
        help="What got better for the customer, in words they would use themselves.",
    )
    proposed_name = fields.Char(
        readonly=True,
        copy=False,
        help="The title of the opportunity this was proposed from. It was written for "
        "us and is not said to a customer.",
    )
    needs_wording = fields.Boolean(
        compute="_compute_needs_wording",
        help="Still the title of an opportunity: put it in the customer's words.",
    )
    measure = fields.Char(
        help="By how much, since when: a number or a fact, if there is one."
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    origin = fields.Selection(
        selection=[
            ("customer", "Customer's own words"),
            ("opportunity", "Won opportunity"),
            ("order", "Order"),
            ("complaint", "Solved complaint"),
        ],
        required=True,
        default="customer",
        help="Where we know it from.",
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Won Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    delivered_on = fields.Date()
    confirmed = fields.Boolean(
        help="The customer agreed, in conversation, that it is so."
    )
    confirmed_on = fields.Date(
        compute="_compute_confirmed_on", store=True, readonly=False
    )
    earlier_referral_ids = fields.Many2many(
        comodel_name="crm.referral",
        relation="crm_referral_earlier_benefit_rel",
        column1="benefit_id",
        column2="referral_id",
        string="To Be Confirmed Again In",
        readonly=True,
        copy=False,
    )
    confirmed_now = fields.Boolean(
        string="Confirmed in This Conversation",
        compute="_compute_confirmed_now",
        inverse="_inverse_confirmed_now",
        compute_sudo=True,
        help="The customer agreed in the conversation that is going on. What they "
        "agreed to in an earlier one is asked again.",
    )
    active = fields.Boolean(default=True)

    _lead_partner_uniq = models.UniqueIndex(
        "(lead_id, partner_id, company_id) WHERE lead_id IS NOT NULL",
        "This opportunity is already among the customer's benefits.",
    )

    # === DEFAULT METHODS === #

    def _default_company_id(self):
        return self.env.company

    # === COMPUTE METHODS === #

    @api.depends("confirmed")
    def _compute_confirmed_on(self):
        for benefit in self:
            if not benefit.confirmed:
                benefit.confirmed_on = False
            elif not benefit.confirmed_on:
                benefit.confirmed_on = today(
                    self.env, self.env.user, benefit.company_id
                )

    @api.depends("name", "proposed_name")
    def _compute_needs_wording(self):
        for benefit in self:
            name = (benefit.name or "").strip()
            benefit.needs_wording = bool(name) and name == benefit.proposed_name

    @api.depends("confirmed", "earlier_referral_ids.outcome")
    def _compute_confirmed_now(self):
        for benefit in self:
            benefit.confirmed_now = benefit.confirmed and all(
                benefit.earlier_referral_ids.mapped("outcome")
            )

    def _inverse_confirmed_now(self):
        for confirmed, benefits in self.grouped("confirmed_now").items():
            benefits.write({"confirmed": confirmed})

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if vals.get("confirmed"):
            # sudo: kept by us, also where a colleague talks to the customer
            self.sudo().earlier_referral_ids = False
        return result

    # === ACTION METHODS === #

    def action_toggle_confirmed(self):
        """Note that the customer agreed, or take it back.

        :return: True
        """
        for benefit in self:
            benefit.confirmed_now = not benefit.confirmed_now
        return True
