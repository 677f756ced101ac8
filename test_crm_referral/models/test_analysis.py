from odoo import fields, models


class TestAnalysis(models.Model):
    """An analysis of nothing in particular, with a share and a median."""

    _name = "test.analysis"
    _description = "Analysis of Tests"
    _inherit = "crm.analysis.mixin"
    _quotients = {"rate": ("part", "whole")}
    _medians = {"days": "part"}
    _rate_fields = frozenset({"rate"})

    name = fields.Char(required=True)
    part = fields.Integer()
    whole = fields.Integer()
    days = fields.Float(aggregator="avg")
    rate = fields.Float(aggregator="avg")
