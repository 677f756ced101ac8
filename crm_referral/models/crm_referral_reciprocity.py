from odoo import api, fields, models

from odoo.addons.crm_foundation.tools.local_time import today


class CrmReferralReciprocity(models.Model):
    """Business that we brought to a customer, as they bring some to us."""

    _name = "crm.referral.reciprocity"
    _description = "Business Brought to a Customer"
    _inherit = ["crm.guarded.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    name = fields.Char(
        string="What We Did",
        required=True,
        help="For example: introduced them to a clinic that needs a printer.",
    )
    date = fields.Date(required=True, default=lambda self: self._default_date())
    amount = fields.Monetary(help="What it was worth to them, if they told us.")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Done By",
        default=lambda self: self.env.user,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "An amount is zero or more."
    )

    @api.model
    def _default_date(self):
        return today(self.env, self.env.user)
