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
        help="The words to the customer, as the end of a sentence: “I could imagine "
        "this: …”. Empty: the name is said.",
    )
    description = fields.Text(
        translate=True,
        help="How to bring it up, honestly and from the customer's side.",
    )
    sequence = fields.Integer(default=10, aggregator=None)
    color = fields.Integer(aggregator=None)
    active = fields.Boolean(default=True)
