from odoo import api, models
from odoo.fields import Domain

from ..figures import FIGURES


class CrmServiceFigures(models.AbstractModel):
    """The figures of customer service, and their values in a scope.

    As those of referrals, but apart from them: not everybody who may read the one may
    read the other. An addon adds figures of its own by extending ``_get_all``.
    """

    _name = "crm.service.figures"
    _inherit = "crm.referral.figures"
    _description = "Figures of Customer Service"

    @api.model
    def _get_all(self):
        return list(FIGURES)

    @api.model
    def _read_others(self, options, codes):
        return {}

    def _read_group_of(self, options, figures, groupby=()):
        """Hours are promised by a team, and not by a person."""
        Model = self.env[figures[0].model]
        if "user_id" in Model:
            return super()._read_group_of(options, figures, groupby)
        Scope = self.env["crm.referral.scope"]
        domain = Domain("company_id", "in", [*options["company_ids"], False])
        if options["team_ids"]:
            domain &= Domain("team_id", "in", options["team_ids"])
        if options["selection"] is not None:
            domain = Domain.FALSE
        domain &= Scope._get_period_domain(options, Model._name, figures[0].date)
        aggregates = [figure.aggregate for figure in figures]
        return Model._read_group(domain, groupby, aggregates)
