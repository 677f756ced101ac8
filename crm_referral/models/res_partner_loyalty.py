from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """A customer who keeps silent is a risk, whatever they said a year ago."""

    _inherit = "res.partner"

    is_silent = fields.Boolean(
        string="Did Not Answer",
        compute="_compute_is_silent",
        search="_search_is_silent",
        help="The customer was asked in the last round, and did not answer.",
    )

    # === COMPUTE METHODS === #

    @api.depends("assessment_round_ids.response")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_silent(self):
        silent = self.env["crm.assessment.round"].search(
            self._get_silent_rounds_domain() & Domain("partner_id", "in", self.ids)
        )
        for partner in self:
            partner.is_silent = partner._origin in silent.partner_id

    @api.model
    def _search_is_silent(self, operator, _value):
        if operator != "in":
            return NotImplemented
        return Domain("assessment_round_ids", "any", self._get_silent_rounds_domain())

    # === BUSINESS METHODS === #

    @api.model
    def _get_silent_rounds_domain(self):
        Round = self.env["crm.assessment.round"]
        return Round._get_silent_domain() & Domain("is_latest", "=", True)
