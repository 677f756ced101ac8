from odoo import fields, models


class CrmReferralMotive(models.Model):
    """What a customer may personally gain by referring somebody."""

    _name = "crm.referral.motive"
    _description = "Referral Motive"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    spoken = fields.Char(
        string="How to Say It",
        translate=True,
        help="A whole sentence to the customer, for example: “You would have somebody "
        "nearby to compare notes with.” Empty: this motive is not said.",
    )
    description = fields.Text(
        translate=True,
        help="How to bring it up, honestly and from the customer's side.",
    )
    sequence = fields.Integer(default=10, aggregator=None)
    color = fields.Integer(aggregator=None)
    active = fields.Boolean(default=True)
