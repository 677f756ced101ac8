from odoo import fields, models


class CrmReferralAcquaintanceDismissal(models.Model):
    """Somebody who is not suggested to this customer any more.

    Written and taken back by :class:`CrmReferralAcquaintance`, for who may change a
    request of the customer.
    """

    _name = "crm.referral.acquaintance.dismissal"
    _description = "Dismissed Suggestion"
    _order = "id desc"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    acquaintance_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )

    # Also the index by which a customer's are found.
    _once_uniq = models.UniqueIndex(
        "(partner_id, company_id, COALESCE(lead_id, 0), COALESCE(acquaintance_id, 0))",
        "This suggestion is dismissed already.",
    )
    _one_person = models.Constraint(
        "CHECK (num_nonnulls(lead_id, acquaintance_id) = 1)",
        "A dismissed suggestion is a lead or a contact.",
    )
