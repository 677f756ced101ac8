from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import day_start, today

PERIODS = (30, 90, 365)


class CrmServiceReasonMatrixMixin(models.AbstractModel):
    """Reasons by what their contacts are to customers and to us, with how many."""

    _name = "crm.service.reason.matrix.mixin"
    _description = "Matrix of the Reasons"

    @api.readonly
    @api.model
    def get_matrix(self, days=90):
        """What is drawn: each reason with the contacts that the user may see.

        :param int days: how far to look back
        :return: periods, words of the two sides, reasons with what a click opens
        :rtype: dict
        """
        self.check_access("read")
        days = days if days in PERIODS else 90
        user = self.env.user
        start = day_start(
            today(self.env, user, self.env.company) - timedelta(days=days), user
        )
        period = Domain("contacted_on", ">=", start) & Domain("direction", "=", "in")
        counts = dict(
            self.env["crm.service.contact"]._read_group(
                period & Domain("reason_id", "!=", False), ["reason_id"], ["__count"]
            )
        )
        strategies = dict(self._fields["strategy"]._description_selection(self.env))
        reasons = self.search(self._get_leaf_domain()) | self.browse(
            reason.id for reason in counts
        )
        return {
            "days": days,
            "periods": [
                {"days": each, "name": self.env._("%s days", each)} for each in PERIODS
            ],
            "size_hint": reasons[:1].size_hint or "",
            "domain": list(period),
            "reasons": [
                {
                    "id": reason.id,
                    "name": reason.name,
                    "long_name": reason.display_name,
                    "customer": reason.value_customer,
                    "company": reason.value_company,
                    "strategy": strategies.get(reason.strategy, ""),
                    "owner": reason.owner_id.name or "",
                    "count": counts.get(reason, 0),
                }
                for reason in reasons.sorted(
                    lambda reason: (-counts.get(reason, 0), reason.display_name)
                )
            ],
        }
