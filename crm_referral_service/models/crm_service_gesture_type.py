from odoo import fields, models


class CrmServiceGestureType(models.Model):
    """A kind of gesture: an apology, a gift, money back."""

    _name = "crm.service.gesture.type"
    _description = "Kind of Gesture"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    has_amount = fields.Boolean(
        string="Costs Money",
        help="Who gives one says how much; above what they may give, somebody else "
        "approves it.",
    )
    active = fields.Boolean(default=True)
