from odoo import api, models
from odoo.fields import Domain

from .crm_referral_workbook_assessment import BE_SURE_ROWS, PRIDE_ROWS

# Who answers 9 or 10 of 10 recommends us, who answers less than 7 warns of us.
PROMOTER, DETRACTOR = 9, 6


class CrmReferralDashboardLoyalty(models.AbstractModel):
    """The figures of PRIDE and BE SURE at a glance."""

    _name = "crm.referral.dashboard.loyalty"
    _description = "Loyalty on the Referral Dashboard"

    @api.model
    def _get_figures(self, periods, filters):
        """:param dict periods: first day, and day after the last, of now and before
        :param Domain filters: which teams and people
        :return: figures as those of ``crm.referral.dashboard``
        :rtype: list[dict]
        """
        return [
            self._get_mean(
                "pride",
                self.env._("PRIDE Score"),
                self.env._(
                    "Mean of all areas that customers answered, from 0 to 100; of "
                    "ended rounds."
                ),
                Domain(list(PRIDE_ROWS)) & filters,
                periods,
            ),
            self._get_nps(periods, filters),
            self._get_mean(
                "be_sure",
                self.env._("BE SURE Score"),
                self.env._(
                    "Mean of all areas of reviewed checklists that nobody disputes, "
                    "from 0 to 100."
                ),
                Domain(list(BE_SURE_ROWS)) & filters,
                periods,
            ),
        ]

    def _get_mean(self, code, name, text, domain, periods):
        Report = self.env["crm.assessment.report"]
        Dashboard = self.env["crm.referral.dashboard"]
        specs = ["score:avg", "assessment_id:count_distinct"]
        values = {}
        for when, period in periods.items():
            in_period = Dashboard._get_period_domain(Report, "date", *period)
            [values[when]] = Report._read_group(domain & in_period, [], specs)
        value, base = values["current"]
        return {
            "code": code,
            "name": name,
            "help": text,
            "format": "score",
            "value": value if base else None,
            "previous": values["previous"][0] if values["previous"][1] else None,
            "base": base,
            "base_format": "integer",
            "trend": [],
            "action": Dashboard._prepare_period_action(
                name,
                Report._name,
                domain & Domain("scored_count", "!=", 0),
                "date",
                periods["current"],
            ),
        }

    def _get_nps(self, periods, filters):
        """Those who recommend us less those who warn of us, in points."""
        Assessment = self.env["crm.assessment"]
        Dashboard = self.env["crm.referral.dashboard"]
        domain = (
            Domain("framework_id.code", "=", "pride")
            & Domain("viewpoint", "=", "customer")
            & Domain("is_revealed", "=", True)
            & Domain("recommendation", "!=", False)
            & filters
        )
        values = {}
        for when, period in periods.items():
            in_period = Dashboard._get_period_domain(Assessment, "done_on", *period)
            values[when] = self._count_recommendations(domain & in_period)
        value, base = values["current"]
        name = self.env._("Net Promoter Score")
        return {
            "code": "nps",
            "name": name,
            "help": self.env._(
                "Customers who would recommend us (9 or 10 of 10), less those who "
                "would not (0 to 6), of all who answered; from -100 to 100."
            ),
            "format": "points",
            "value": value,
            "previous": values["previous"][0],
            "base": base,
            "base_format": "integer",
            "trend": [],
            "action": Dashboard._prepare_period_action(
                name, Assessment._name, domain, "done_on", periods["current"]
            ),
        }

    def _count_recommendations(self, domain):
        """:return: the score, None without answers; and the number of answers
        :rtype: tuple
        """
        counts = self.env["crm.assessment"]._read_group(
            domain, ["recommendation"], ["__count"]
        )
        total = sum(count for _answer, count in counts)
        if not total:
            return None, 0
        balance = sum(
            count * ((answer >= PROMOTER) - (answer <= DETRACTOR))
            for answer, count in counts
        )
        return 100 * balance / total, total
