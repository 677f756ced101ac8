from odoo import fields, models
from odoo.fields import Domain

from ...tools.report_periods import axis_months
from ..crm_referral_sheet_assessment import CHART_HEIGHT, CHART_ROW
from ..crm_referral_sheet_rows import Source

# More months than that are shown as years.
MAX_MONTHS = 60


class CrmReferralSheetPride(models.AbstractModel):
    """Letters by viewpoint, over time, loyalty stages; then a row per form."""

    _name = "crm.referral.sheet.pride"
    _inherit = "crm.referral.sheet.assessment"
    _description = "Sheet of a Referral Workbook"

    _framework = "pride"
    _viewpoints = ("customer", "employee", "manager")

    def _get_title(self):
        return self.env._("PRIDE")

    def _get_heading(self):
        return self.env._("PRIDE: where loyalty is lost"), self.env._("PRIDE Forms")

    def _get_explanation(self):
        return self.env._(
            "Forms of ended rounds that were signed in the period. A mean is one over "
            "the areas of all forms, from 0 to 100; n says over how many. An area "
            "without enough answers is in none."
        )

    def _get_sources(self):
        recommendation = Source(
            "recommendation",
            self.env._("Would recommend us, 0 to 10"),
            width=16,
            style={"num_format": "0"},
        )
        stage = Source("round_id.stage_id", self.env._("Loyalty Stage"))
        return [*super()._get_sources(), recommendation, stage]

    def _write_tables(self, job, page, domain):
        title = self.env._("Areas by viewpoint")
        row, letters = self._write_viewpoints(page, CHART_HEIGHT + 4, title, domain)
        customers = domain & Domain("viewpoint", "=", "customer")
        row, months = self._write_letters_by_month(page, row + 2, customers)
        row = self._write_recommendation(job, page, row + 2)
        row = self._write_responses(job, page, row + 2)
        self._write_stages(job, page, row + 2)
        for column, kind, heading, area in (
            (0, "radar", title, letters),
            (4, "line", self.env._("Customers by month"), months),
        ):
            if area:
                cell = (CHART_ROW, column)
                page.insert_chart(cell, kind, heading, area, highest=100)

    # === OVER TIME === #

    def _write_letters_by_month(self, page, row, domain):
        """Write how the letters go over time; a month without forms is a gap.

        :return: the last row, and what a chart draws, if anything
        :rtype: tuple
        """
        letters = self._get_letters()
        period, axis = self._get_axis(domain)
        scores, forms = self._read_letters_over_time(domain, period)
        heading = (
            self.env._("Customers by year")
            if period == "year"
            else self.env._("Customers by month")
        )
        names = letters.mapped("name")
        page.write_headers(row, [heading, *names, self.env._("Forms")])
        first = row + 1
        for start in axis:
            row += 1
            page.write_label(row, start)
            for column, section in enumerate(letters, 1):
                score = scores.get(start, {}).get(section)
                page.write_number(row, column, score, "score")
            page.write_number(row, len(letters) + 1, forms.get(start, 0))
        area = (first, row, range(1, len(letters) + 1))
        return row, area if axis else None

    def _get_axis(self, domain):
        """:return: ``month`` and the first days of the months, or ``year`` and years.
        :rtype: tuple[str, list]
        """
        [(first, last)] = self.env["crm.assessment.report"]._read_group(
            domain, [], ["date:min", "date:max"]
        )
        if not first:
            return "month", []
        if 12 * (last.year - first.year) + last.month - first.month < MAX_MONTHS:
            return "month", axis_months(first, last)
        return "year", list(range(first.year, last.year + 1))

    def _read_letters_over_time(self, domain, period):
        """:return: the mean of each letter, and the number of forms, by period.
        :rtype: tuple[dict, dict]
        """
        Report = self.env["crm.assessment.report"]

        def label(start):
            start = fields.Date.to_date(start)
            return start.year if period == "year" else start

        scores = {}
        for start, section, score in Report._read_group(
            domain, [f"date:{period}", "section_id"], ["score:avg"]
        ):
            scores.setdefault(label(start), {})[section] = score
        forms = Report._read_group(
            domain, [f"date:{period}"], ["assessment_id:count_distinct"]
        )
        return scores, {label(start): count for start, count in forms}

    # === LOYALTY === #

    def _write_recommendation(self, job, page, row):
        """Write how likely customers are to recommend us.

        :return: the row it is in
        """
        values = self.env["crm.referral.loyalty"]._read_recommendation(job.options)
        [nps] = self._figures._get("nps")
        columns = [
            ("nps", nps.name, nps.format),
            ("promoters", self.env._("Promoters (9–10)"), "integer"),
            ("passives", self.env._("Passives (7–8)"), "integer"),
            ("detractors", self.env._("Detractors (0–6)"), "integer"),
            ("nps_count", "n", "integer"),
            ("recommendation", self.env._("Mean"), "decimal"),
        ]
        heading = self.env._("Would recommend us, 0 to 10")
        page.write_headers(row, [heading, *(name for _code, name, _fmt in columns)])
        page.write_text(row + 1, 0, self.env._("Customers"))
        for column, (code, _name, fmt) in enumerate(columns, 1):
            page.write_number(row + 1, column, values[code], fmt)
        return row + 1

    def _write_responses(self, job, page, row):
        """Write how many of the customers answer.

        :return: the row it is in
        """
        codes = ("pride_asked", "pride_answered", "response_rate")
        figures = self._figures._get(*codes)
        values = self._figures._read(job.options, codes)
        heading = self.env._("Rounds that ended")
        page.write_headers(row, [heading, *(figure.name for figure in figures)])
        page.write_text(row + 1, 0, self.env._("Customers"))
        page.write_values(row + 1, figures, values)
        return row + 1

    def _write_stages(self, job, page, row):
        """Write how many customers are in which loyalty stage, each counted once."""
        counts = self.env["crm.referral.loyalty"]._count_stages(job.options)
        headers = [self.env._("Loyalty Stage"), self.env._("Customers")]
        page.write_headers(row, [*headers, self.env._("Share")])
        stages = self.env["crm.assessment.stage"].search(
            [("framework_id.code", "=", self._framework)]
        )
        first, total = row + 1, sum(counts.values())
        # What has no stage comes last.
        for stage in [*stages, stages.browse()]:
            row += 1
            count = counts.get(stage, 0)
            page.write_text(row, 0, stage.name or self.env._("Not enough answers"))
            page.write_number(row, 1, count)
            page.write_share(row, (first, first + len(stages)), count, total)
        page.write_totals(row, first, [total])
