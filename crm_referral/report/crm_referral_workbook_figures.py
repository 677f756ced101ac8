from odoo import models

from .crm_referral_workbook import Figure, Rate

# The rows of the analysis that a figure counts.
REQUEST_ROWS = (("kind", "=", "request"),)
CANDIDATE_ROWS = (("kind", "=", "candidate"),)
LEAD_ROWS = (("kind", "=", "lead"),)
REVENUE_ROWS = (("kind", "in", ("lead", "other")),)


class CrmReferralWorkbookFigures(models.AbstractModel):
    """The key figures: how each is called, what it means, and how it is counted."""

    _inherit = "crm.referral.workbook"

    def _get_key_figures(self):
        """:return: the figures of the summary.
        :rtype: list[Figure | Rate | Measure]
        """
        return [
            *self._get_request_figures(),
            *self._get_lead_figures(),
            *self._get_revenue_figures(),
            *self._get_assessment_figures(),
        ]

    def _get_figure_name(self, fname):
        """:return: what the analysis calls a figure: it has the same name everywhere.
        :rtype: str
        """
        field = self.env["crm.referral.report"]._fields[fname]
        return field._description_string(self.env)

    def _get_figures(self, *codes):
        """:return: some of the key figures, in this order.
        :rtype: list
        """
        figures = {figure.code: figure for figure in self._get_key_figures()}
        return [figures[code] for code in codes]

    def _get_request_figures(self):
        label = self._get_figure_name
        return [
            Figure(
                "asks",
                label("request_count"),
                self.env._("Requests that were started in the period."),
                REQUEST_ROWS,
                "date",
                "request_count:sum",
            ),
            Figure(
                "closed",
                label("request_closed_count"),
                self.env._(
                    "Requests that got an outcome in the period, whenever they started."
                ),
                REQUEST_ROWS,
                "closed_on",
                "request_closed_count:sum",
            ),
            Figure(
                "succeeded",
                label("request_introduced_count"),
                self.env._("Requests that were closed as “Introduced” in the period."),
                REQUEST_ROWS,
                "closed_on",
                "request_introduced_count:sum",
            ),
            Rate(
                "success_rate",
                label("success_rate"),
                self.env._(
                    "Requests closed with an introduction, of all requests closed."
                ),
                "succeeded",
                ["closed"],
            ),
            Figure(
                "declined",
                label("request_declined_count"),
                self.env._("Requests that were closed as “Declined” in the period."),
                REQUEST_ROWS,
                "closed_on",
                "request_declined_count:sum",
            ),
            Rate(
                "decline_rate",
                label("decline_rate"),
                self.env._("Requests closed as declined, of all requests closed."),
                "declined",
                ["closed"],
            ),
        ]

    def _get_lead_figures(self):
        label = self._get_figure_name
        return [
            Figure(
                "candidates",
                label("candidate_count"),
                self.env._("Candidates who were named in the period."),
                CANDIDATE_ROWS,
                "date",
                "candidate_count:sum",
            ),
            Figure(
                "introductions",
                label("introduced_count"),
                self.env._(
                    "Candidates whom a customer introduced to us in the period."
                ),
                CANDIDATE_ROWS,
                "introduced_on",
                "introduced_count:sum",
            ),
            Figure(
                "leads",
                label("lead_count"),
                self.env._("Leads with a referrer that were made in the period."),
                LEAD_ROWS,
                "lead_created_on",
                "lead_count:sum",
            ),
            Figure(
                "won",
                label("won_count"),
                self.env._("Leads with a referrer that were won in the period."),
                LEAD_ROWS,
                "date",
                "won_count:sum",
            ),
            Figure(
                "lost",
                label("lost_count"),
                self.env._("Leads with a referrer that were lost in the period."),
                LEAD_ROWS,
                "date",
                "lost_count:sum",
            ),
            Rate(
                "win_rate",
                label("win_rate"),
                self.env._(
                    "Leads with a referrer that were won, of those won or lost."
                ),
                "won",
                ["won", "lost"],
            ),
        ]

    def _get_revenue_figures(self):
        label = self._get_figure_name
        return [
            Figure(
                "revenue",
                label("won_revenue"),
                self.env._(
                    "Expected revenue of the leads with a referrer that were won in "
                    "the period, converted at the rate of the day they were won."
                ),
                REVENUE_ROWS,
                "date",
                "won_revenue:sum",
                "money",
            ),
            Figure(
                "all_revenue",
                label("total_won_revenue"),
                self.env._("Expected revenue of all opportunities won in the period."),
                REVENUE_ROWS,
                "date",
                "total_won_revenue:sum",
                "money",
            ),
            Rate(
                "share",
                label("revenue_share"),
                self.env._("Won revenue from referral, of all won revenue."),
                "revenue",
                ["all_revenue"],
            ),
            Figure(
                "days_to_close",
                label("days_to_close"),
                self.env._(
                    "Average days from start to outcome of the requests closed."
                ),
                REQUEST_ROWS,
                "closed_on",
                "days_to_close:avg",
                "decimal",
                base="closed",
            ),
            Figure(
                "days_to_win",
                label("days_to_win"),
                self.env._(
                    "Average days from the start of the request to the won lead."
                ),
                LEAD_ROWS,
                "date",
                "days_to_win:avg",
                "decimal",
                base="won",
            ),
        ]

    # === VALUES === #

    def _read_key_figures(self, options, period=None):
        """:return: the value of each figure that is no rate, by its code.
        :rtype: dict
        """
        queries = {}
        for figure in self._get_key_figures():
            if isinstance(figure, Figure):
                key = (figure.model, figure.rows, figure.date)
                queries.setdefault(key, []).append(figure)
        values = self._read_measures(options, period)
        for (model, _rows, _date), figures in queries.items():
            [row] = self.env[model]._read_group(
                self._get_figure_domain(options, figures[0], period),
                [],
                [figure.aggregate for figure in figures],
            )
            for figure, value in zip(figures, row, strict=True):
                # There is no average of nothing, but its sum is zero.
                nothing = None if figure.aggregate.endswith(":avg") else 0
                is_known = value is not None and value is not False
                values[figure.code] = value if is_known else nothing
        return values

    def _get_value(self, figure, values):
        """:return: the value of a figure, or None where there is none."""
        if isinstance(figure, Rate):
            return self._get_rate(figure, values)
        return values[figure.code]

    def _get_rate(self, rate, values):
        """:return: one figure divided by the sum of others, or None."""
        whole = sum(values[code] or 0 for code in rate.whole)
        return (values[rate.part] or 0) / whole if whole else None

    def _get_base(self, figure, values):
        """:return: of how many a rate or a mean is one, or None.
        :rtype: int | None
        """
        if isinstance(figure, Rate):
            # A share of a sum of money is not one of a number of things.
            counted = all(
                each.format == "integer" for each in self._get_figures(*figure.whole)
            )
            return sum(values[code] or 0 for code in figure.whole) if counted else None
        return values[figure.base] or 0 if figure.base else None

    def _get_change(self, figure, now, before):
        """:return: how much a figure has changed, or None: in points, or as a share.
        :rtype: float | None
        """
        if now is None or before is None:
            return None
        if figure.in_points:
            return (now - before) * (100 if figure.format == "percent" else 1)
        return now / before - 1 if before else None
