from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..figures import RECOMMENDATIONS

# Of 0 to 10, as everybody counts them.
PROMOTERS_FROM = 9
DETRACTORS_TO = 6


class CrmReferralLoyalty(models.AbstractModel):
    """How loyal customers are: who answers, who would recommend us, who is where."""

    _name = "crm.referral.loyalty"
    _description = "Figures of Referrals"

    @api.model
    def _count_responses(self, options):
        """:return: how many customers were asked in ended rounds, and have answered.
        :rtype: tuple[int, int]
        """
        Scope = self.env["crm.referral.scope"]
        domain = Scope._get_domain(options, "crm.assessment", None)
        if options["selection"] is None:
            ended = Scope._get_period_domain(
                options, "crm.assessment.round", "closed_on"
            )
            domain &= Domain("round_id", "any!", ended)
        # Whoever may see the form may know that its round has ended.
        domain &= (
            Domain("framework_id.code", "=", "pride")
            & Domain("viewpoint", "=", "customer")
            & Domain("round_id", "any!", Domain("state", "=", "done"))
        )
        states = dict(
            self.env["crm.assessment"]._read_group(domain, ["state"], ["__count"])
        )
        return sum(states.values()), states.get("done", 0)

    @api.model
    def _read_recommendation(self, options):
        """:return: how likely customers are to recommend us: n, mean, the three groups,
        and promoters minus detractors in points; None where nobody has answered.
        :rtype: dict
        """
        query = self._get_customer_forms(options)
        rating = self.env["crm.assessment"]._field_to_sql(
            query.table, "recommendation", query
        )
        [(count, mean, promoters, detractors)] = self.env.execute_query(
            query.select(
                SQL("count(%s)", rating),
                SQL("avg(%s)::float8", rating),
                SQL("count(*) FILTER (WHERE %s >= %s)", rating, PROMOTERS_FROM),
                SQL("count(*) FILTER (WHERE %s < %s)", rating, DETRACTORS_TO + 1),
            )
        )
        return {
            "nps_count": count,
            "recommendation": mean,
            "promoters": promoters,
            "passives": count - promoters - detractors,
            "detractors": detractors,
            "nps": 100 * (promoters - detractors) / count if count else None,
        }

    @api.model
    def _count_stages(self, options):
        """Where each customer was found the last time in the period.

        :return: the number of customers by loyalty stage; the empty one is of those
            with too few answers
        :rtype: dict
        """
        Assessment = self.env["crm.assessment"]
        query = self._get_customer_forms(options)
        Partner, partner = Assessment._fields["partner_id"].join(
            Assessment, query.table, query
        )
        # The form may be seen, and so may its result.
        Round, round_ = Assessment._fields["round_id"].join(
            Assessment, query.table, query
        )
        customer = Partner._field_to_sql(partner, "commercial_partner_id", query)
        stage = Round._field_to_sql(round_, "stage_id", query)
        query.order = SQL(
            "%s, %s DESC, %s DESC",
            customer,
            SQL.identifier(query.table, "done_on"),
            SQL.identifier(query.table, "id"),
        )
        latest = query.select(SQL("DISTINCT ON (%s) %s AS stage", customer, stage))
        rows = self.env.execute_query(
            SQL("SELECT stage, count(*) FROM (%s) AS latest GROUP BY stage", latest)
        )
        Stage = self.env["crm.assessment.stage"]
        return {Stage.browse(stage_id or []): count for stage_id, count in rows}

    def _get_customer_forms(self, options):
        """:return: query of the forms that customers signed in the period and that
        everybody may see
        """
        scope = self.env["crm.referral.scope"]._get_domain(
            options, "crm.assessment", "done_on"
        )
        return self.env["crm.assessment"]._search(scope & Domain(list(RECOMMENDATIONS)))
