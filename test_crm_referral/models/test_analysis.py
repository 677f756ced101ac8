from odoo import api, fields, models

from odoo.addons.crm_referral.tools.funnel_date import funnel_date


class TestAnalysis(models.Model):
    """An analysis of nothing in particular, with a share, a median and months."""

    _name = "test.analysis"
    _description = "Analysis of Tests"
    _inherit = "crm.analysis.mixin"
    _quotients = {"rate": ("part", "whole")}
    _medians = {"days": "part"}
    _rate_fields = frozenset({"rate"})
    _month_moments = {"moment": "month_moment"}

    name = fields.Char(required=True)
    part = fields.Integer()
    whole = fields.Integer()
    days = fields.Float(aggregator="avg")
    rate = fields.Float(aggregator="avg")
    moment = fields.Datetime()
    month_moment = fields.Datetime(
        compute="_compute_month_moment", store=True, groups=fields.NO_ACCESS
    )
    is_new = fields.Boolean()
    user_id = fields.Many2one(comodel_name="res.users")

    @api.depends("moment")
    def _compute_month_moment(self):
        for row in self:
            row.month_moment = row.moment and funnel_date(row.moment)
