from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    service_order_days = fields.Integer(
        string="Orders after a Contact (days)",
        default=30,
        help="For how many days an order counts as come of a contact, for the revenue "
        "per contact on fair cards. Zero: there is no such figure.",
    )

    _service_order_days_positive = models.Constraint(
        "CHECK (service_order_days BETWEEN 0 AND 3660)",
        "An order comes of a contact within some days: zero or more, at most 3660.",
    )
