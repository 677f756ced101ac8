from odoo import fields, models


class CrmComplaintFeeling(models.Model):
    """What a customer feels who complains: noted apart from the facts."""

    _name = "crm.complaint.feeling"
    _description = "Feeling of a Customer"
    _order = "sequence, id"

    name = fields.Char(string="Feeling", required=True, translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)
