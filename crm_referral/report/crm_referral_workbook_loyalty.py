from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_referral_workbook import Measure, Rate

# Of 0 to 10, as everybody counts them.
PROMOTERS_FROM = 9
DETRACTORS_TO = 6


class CrmReferralWorkbookLoyalty(models.AbstractModel):
    """How loyal customers are: who answers, who would recommend us, who is where."""

    _inherit = "crm.referral.workbook"

    def _get_loyalty_figures(self):
        """:return: the key figures of answering and recommending.
        :rtype: list[Measure | Rate]
        """
        return [
            Measure(
                "pride_asked",
                self.env._("Customers Asked (PRIDE)"),
                self.env._(
                    "Customers who were asked in rounds that ended in the period."
                ),
            ),
            Measure(
                "pride_answered",
                self.env._("Customers Who Answered (PRIDE)"),
                self.env._("Those of them who answered."),
            ),
            Rate(
                "response_rate",
                self.env._("Response Rate (PRIDE)"),
                self.env._("Customers who answered, of all customers who were asked."),
                "pride_answered",
                ["pride_asked"],
            ),
            Measure(
                "nps",
                self.env._("Net Promoter Score"),
                self.env._(
                    "Share of the answers 9 and 10 to “would you recommend us” minus "
                    "that of 0 to 6, in points from -100 to 100. n is the answers that "
                    "were signed in the period."
                ),
                format="points",
                base="nps_count",
                in_points=True,
            ),
        ]

    def _read_measures(self, options, period=None):
        """:return: the values of the figures that the analysis does not know, and what
        they rest on, by code.
        :rtype: dict
        """
        if period:
            options = {**options, "date_from": period[0], "date_to": period[1]}
        asked, answered = self._count_responses(options)
        return {
            "pride_asked": asked,
            "pride_answered": answered,
            **self._read_recommendation(options),
        }

    def _count_responses(self, options):
        """:return: how many customers were asked in ended rounds, and have answered.
        :rtype: tuple[int, int]
        """
        domain = self._get_referral_domain(options, "crm.assessment", None)
        if options["selection"] is None:
            domain &= Domain(
                "round_id",
                "any!",
                self._get_period_domain(
                    "crm.assessment.round",
                    "closed_on",
                    options["date_from"],
                    options["date_to"],
                ),
            )
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

    def _get_customer_forms(self, options):
        """:return: query of the signed forms of customers that count in the period."""
        return self.env["crm.assessment"]._search(
            Domain("id", "in", self._get_query_pride(options))
            & Domain("viewpoint", "=", "customer")
        )

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

    # === TABLES OF THE SHEET PRIDE === #

    def _write_stages(self, job, sheet, row):
        """Write how many customers are in which loyalty stage, each counted once.

        :return: the first and the last row of the stages
        :rtype: tuple
        """
        counts = self._count_stages(job.options)
        headers = [self.env._("Loyalty Stage"), self.env._("Customers")]
        self._write_headers(job, sheet, row, [*headers, self.env._("Share")])
        stages = self.env["crm.assessment.stage"].search(
            [("framework_id.code", "=", "pride")]
        )
        first, total = row + 1, sum(counts.values())
        # What has no stage comes last.
        for stage in [*stages, stages.browse()]:
            row += 1
            name = stage.name or self.env._("Not enough answers")
            count = counts.get(stage, 0)
            sheet.write_string(row, 0, name, job.text)
            sheet.write_number(row, 1, count, job.number["integer"])
            area = (first, first + len(stages))
            self._write_share(job, sheet, row, area, count, total)
        self._write_totals(job, sheet, row, first, [total], ["integer"])
        return first, row

    def _write_recommendation(self, job, sheet, row):
        """Write how likely customers are to recommend us, and how many answer.

        :return: the last row
        """
        values = self._read_measures(job.options)
        headers = [
            self.env._("Would recommend us, 0 to 10"),
            self.env._("Net Promoter Score"),
            self.env._("Promoters (9–10)"),
            self.env._("Passives (7–8)"),
            self.env._("Detractors (0–6)"),
            "n",
            self.env._("Mean"),
        ]
        self._write_headers(job, sheet, row, headers)
        row += 1
        sheet.write_string(row, 0, self.env._("Customers"), job.text)
        for column, (code, fmt) in enumerate(
            {
                "nps": "points",
                "promoters": "integer",
                "passives": "integer",
                "detractors": "integer",
                "nps_count": "integer",
                "recommendation": "decimal",
            }.items(),
            1,
        ):
            if values[code] is None:
                sheet.write_blank(row, column, None, job.number[fmt])
            else:
                sheet.write_number(row, column, values[code], job.number[fmt])
        return self._write_responses(job, sheet, row + 2, values)

    def _write_responses(self, job, sheet, row, values):
        figures = self._get_figures("pride_asked", "pride_answered", "response_rate")
        headers = [self.env._("Rounds that ended"), *(each.name for each in figures)]
        self._write_headers(job, sheet, row, headers)
        sheet.write_string(row + 1, 0, self.env._("Customers"), job.text)
        self._write_values(job, sheet, row + 1, figures, values, job.number)
        return row + 1
