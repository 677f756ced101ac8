from odoo import fields, models


class CrmReferralDeclineReason(models.Model):
    """Why a customer did not want to refer anybody."""

    _name = "crm.referral.decline.reason"
    _description = "Referral Decline Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    needs_note = fields.Boolean(
        help="The reason says nothing by itself: ask for a few words."
    )
    active = fields.Boolean(default=True)
