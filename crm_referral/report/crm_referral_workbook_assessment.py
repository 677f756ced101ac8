from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..tools.report_periods import axis_months
from .crm_referral_workbook import Figure
from .crm_referral_workbook_layout import LABEL_WIDTH, NUMBER_WIDTH
from .crm_referral_workbook_rows import Source

# The rows of the analysis that a figure counts.
PRIDE_ROWS = (("framework_id.code", "=", "pride"), ("viewpoint", "=", "customer"))
BE_SURE_ROWS = (("framework_id.code", "=", "be_sure"), ("is_counted", "=", True))

PRIDE_VIEWPOINTS = ("customer", "employee", "manager")
BE_SURE_VIEWPOINTS = ("reviewer", "self")
# More months than that are shown as years.
MAX_MONTHS = 60
SCORE = {"num_format": "0.0"}
CHART_HEIGHT = 16  # in rows


class CrmReferralWorkbookAssessment(models.AbstractModel):
    """What PRIDE and BE SURE say: every mean with its n, and never a mean of means."""

    _inherit = "crm.referral.workbook"

    def _get_assessment_figures(self):
        """:return: the key figures of PRIDE and BE SURE.
        :rtype: list[Figure]
        """

        def figure(code, name, text, rows, aggregate, fmt, base=""):
            model = "crm.assessment.report"
            in_points = fmt == "decimal"
            return Figure(
                *(code, name, text, rows, "date", aggregate, fmt, model),
                base=base,
                in_points=in_points,
            )

        return [
            figure(
                "pride_forms",
                self.env._("PRIDE forms of customers"),
                self.env._("Forms of ended rounds that customers signed."),
                PRIDE_ROWS,
                "assessment_id:count_distinct",
                "integer",
            ),
            figure(
                "pride_score",
                self.env._("PRIDE score of customers"),
                self.env._("Mean of all areas of these forms, from 0 to 100."),
                PRIDE_ROWS,
                "score:avg",
                "decimal",
                "pride_forms",
            ),
            *self._get_loyalty_figures(),
            figure(
                "be_sure_forms",
                self.env._("BE SURE checklists"),
                self.env._("Reviewed checklists that nobody disputes."),
                BE_SURE_ROWS,
                "assessment_id:count_distinct",
                "integer",
            ),
            figure(
                "be_sure_score",
                self.env._("BE SURE score"),
                self.env._("Mean of all areas of these checklists, from 0 to 100."),
                BE_SURE_ROWS,
                "score:avg",
                "decimal",
                "be_sure_forms",
            ),
        ]

    def _get_assessment_domain(self, options, code):
        """:return: domain of the rows of a framework in the analysis.
        :rtype: Domain
        """
        domain = self._get_referral_domain(options, "crm.assessment.report", "date")
        return domain & Domain("framework_id.code", "=", code)

    def _get_letters(self, code):
        """:return: the sections of a framework."""
        return self.env["crm.assessment.section"].search(
            [("framework_id.code", "=", code)]
        )

    # === PRIDE === #

    def _get_query_pride(self, options) -> Query:
        return self._get_query_forms(options, "pride")

    def _add_sheet_pride(self, job):
        """Letters by viewpoint, over time, loyalty stages; then a row per form."""
        sheet = self._add_worksheet(job, self.env._("PRIDE"))
        sheet.set_column(0, 0, LABEL_WIDTH)
        sheet.set_column(1, 8, NUMBER_WIDTH)
        sheet.write_string(0, 0, self.env._("PRIDE: where loyalty is lost"), job.title)
        sheet.write_string(1, 0, self._describe_filters(job.options), job.muted)
        domain = self._get_assessment_domain(job.options, "pride")
        title = self.env._("Areas by viewpoint")
        row, letters = self._write_viewpoints(
            job, sheet, CHART_HEIGHT + 4, title, ("pride", PRIDE_VIEWPOINTS), domain
        )
        customers = domain & Domain("viewpoint", "=", "customer")
        row, months = self._write_letters_by_month(job, sheet, row + 2, customers)
        row = self._write_recommendation(job, sheet, row + 2)
        self._write_stages(job, sheet, row + 2)
        # The charts are on the first screen, the tables below.
        for column, kind, heading, area in (
            (0, "radar", title, letters),
            (4, "line", self.env._("Customers by month"), months),
        ):
            if area:
                cell = (3, column)
                self._insert_chart(job, sheet, cell, kind, heading, area, highest=100)
        query = self._get_query_pride(job.options)
        self._add_forms(job, self.env._("PRIDE Forms"), "pride", query)

    def _write_viewpoints(self, job, sheet, row, title, framework, domain):
        """Write the mean of each letter as each viewpoint sees it, gap and n.

        :param tuple framework: its code, and its viewpoints
        :return: the last row, and what a chart draws, if anything
        :rtype: tuple
        """
        code, viewpoints = framework
        Report = self.env["crm.assessment.report"]
        names = dict(Report._fields["viewpoint"]._description_selection(self.env))
        values = {
            (section, viewpoint): (score, count)
            for section, viewpoint, score, count in Report._read_group(
                domain, ["section_id", "viewpoint"], ["score:avg", "scored_count:sum"]
            )
        }
        gap_column = len(viewpoints) + 1
        headers = [
            title,
            *(names[viewpoint] for viewpoint in viewpoints),
            self.env._("Gap"),
            *(f"n {names[viewpoint]}" for viewpoint in viewpoints),
        ]
        self._write_headers(job, sheet, row, headers)
        first = row + 1
        for section in self._get_letters(code):
            row += 1
            sheet.write_string(row, 0, section.display_name, job.text)
            known = []
            for index, viewpoint in enumerate(viewpoints, 1):
                score, count = values.get((section, viewpoint), (None, 0))
                self._write_mean(job, sheet, row, index, score)
                sheet.write_number(
                    row, gap_column + index, count or 0, job.number["integer"]
                )
                known += [] if score is False or score is None else [score]
            self._write_gap(job, sheet, row, gap_column, known)
        area = (first, row, range(1, gap_column))
        row += 1
        self._write_all_areas(job, sheet, area, viewpoints, values)
        if not values:
            row += 1
            text = self.env._("No record matches these filters.")
            sheet.write_string(row, 0, text, job.muted)
        return row, area if values else None

    def _write_all_areas(self, job, sheet, area, viewpoints, values):
        """Write the mean of all letters of each viewpoint below its letters."""
        first, last, _columns = area
        gap_column, row = len(viewpoints) + 1, last + 1
        sheet.write_string(row, 0, self.env._("All areas"), job.total)
        means = []
        for index, viewpoint in enumerate(viewpoints, 1):
            mine = [v for (_s, point), v in values.items() if point == viewpoint]
            total = sum(count or 0 for _score, count in mine)
            points = sum((score or 0) * (count or 0) for score, count in mine)
            scores, counts = (
                f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
                for column in (index, gap_column + index)
            )
            sheet.write_formula(
                row,
                index,
                f'=IF(SUM({counts})=0,"",SUMPRODUCT({scores},{counts})/SUM({counts}))',
                job.bold["decimal"],
                points / total if total else "",
            )
            sheet.write_formula(
                row,
                gap_column + index,
                f"=SUM({counts})",
                job.bold["integer"],
                total,
            )
            means += [points / total] if total else []
        self._write_gap(job, sheet, row, gap_column, means, job.bold["decimal"])

    def _write_mean(self, job, sheet, row, column, value):
        """Write a mean, or nothing where there is none."""
        if value is None or value is False:
            sheet.write_blank(row, column, None, job.number["decimal"])
        else:
            sheet.write_number(row, column, value, job.number["decimal"])

    def _write_gap(self, job, sheet, row, column, known, style=None):
        """Write how far the viewpoints are apart, if there are two."""
        start, end = (xl_rowcol_to_cell(row, index) for index in (1, column - 1))
        sheet.write_formula(
            row,
            column,
            f'=IF(COUNT({start}:{end})<2,"",MAX({start}:{end})-MIN({start}:{end}))',
            style or job.number["decimal"],
            max(known) - min(known) if len(known) > 1 else "",
        )

    def _write_letters_by_month(self, job, sheet, row, domain):
        """Write how the letters go over time; a month without forms is a gap.

        :return: the last row, and what a chart draws, if anything
        :rtype: tuple
        """
        letters = self._get_letters("pride")
        period, axis = self._get_form_axis(domain)
        scores, forms = self._read_letters_over_time(domain, period)
        headers = [
            self.env._("Customers by month"),
            *letters.mapped("name"),
            self.env._("Forms"),
        ]
        if period == "year":
            headers[0] = self.env._("Customers by year")
        self._write_headers(job, sheet, row, headers)
        first = row + 1
        for start in axis:
            row += 1
            self._write_label(job, sheet, row, start)
            for index, section in enumerate(letters, 1):
                score = scores.get(start, {}).get(section)
                self._write_mean(job, sheet, row, index, score)
            count = forms.get(start, 0)
            sheet.write_number(row, len(letters) + 1, count, job.number["integer"])
        area = (first, row, range(1, len(letters) + 1))
        return row, area if axis else None

    def _get_form_axis(self, domain):
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

    # === BE SURE === #

    def _get_query_be_sure(self, options) -> Query:
        return self._get_query_forms(options, "be_sure")

    def _add_sheet_be_sure(self, job):
        """Letters as agents and reviewers see them, agents; then a row per form."""
        sheet = self._add_worksheet(job, self.env._("BE SURE"))
        sheet.set_column(0, 0, LABEL_WIDTH)
        sheet.set_column(1, 9, NUMBER_WIDTH)
        sheet.write_string(0, 0, self.env._("BE SURE: how agents serve"), job.title)
        sheet.write_string(1, 0, self._describe_filters(job.options), job.muted)
        domain = self._get_assessment_domain(job.options, "be_sure")
        title = self.env._("Reviewed checklists")
        row, letters = self._write_viewpoints(
            job,
            sheet,
            CHART_HEIGHT + 4,
            title,
            ("be_sure", BE_SURE_VIEWPOINTS),
            domain & Domain("assessment_id.round_id.is_reviewed", "=", True),
        )
        if letters:
            self._insert_chart(job, sheet, (3, 0), "radar", title, letters, highest=100)
        self._write_agents(
            job, sheet, row + 2, domain & Domain("is_counted", "=", True)
        )
        query = self._get_query_be_sure(job.options)
        self._add_forms(job, self.env._("BE SURE Checklists"), "be_sure", query)

    def _write_agents(self, job, sheet, row, domain):
        """Write the letters of the agents; who has too few checklists is not ranked.

        :return: the last row
        """
        Report = self.env["crm.assessment.report"]
        letters = self._get_letters("be_sure")
        minimum = letters.framework_id.minimum_reviewed
        scores = {}
        for user, section, score in Report._read_group(
            domain, ["user_id", "section_id"], ["score:avg"]
        ):
            scores.setdefault(user, {})[section] = score
        agents = Report._read_group(
            domain, ["user_id"], ["score:avg", "assessment_id:count_distinct"]
        )
        ranked = sorted(
            (agent for agent in agents if agent[2] >= minimum),
            key=lambda agent: -(agent[1] or 0),
        )
        others = sorted(
            (agent for agent in agents if agent[2] < minimum),
            # sudo: whoever sees the score may know whose it is
            key=lambda agent: agent[0].sudo().name or "",
        )
        headers = [
            self.env._("Agent"),
            *letters.mapped("name"),
            self.env._("Mean"),
            self.env._("Checklists"),
        ]
        self._write_headers(job, sheet, row, headers)
        for position, (user, score, count) in enumerate([*ranked, *others]):
            if position == len(ranked):
                row += 1
                text = self.env._(
                    "Fewer than %(number)s checklists: too few to compare",
                    number=minimum,
                )
                sheet.write_string(row, 0, text, job.muted)
            row += 1
            # sudo: whoever sees the score may know whose it is
            name = user.sudo().name or self.env._("Unassigned")
            sheet.write_string(row, 0, name, job.text)
            for index, section in enumerate(letters, 1):
                self._write_mean(job, sheet, row, index, scores[user].get(section))
            self._write_mean(job, sheet, row, len(letters) + 1, score)
            sheet.write_number(row, len(letters) + 2, count, job.number["integer"])
        return row

    # === ROWS === #

    def _get_query_forms(self, options, code) -> Query:
        """The signed forms that the analysis knows, for the same rules and filters."""
        rows = self.env["crm.assessment.report"]._search(
            self._get_assessment_domain(options, code)
        )
        # The analysis has left out what is archived, and what is not revealed.
        return self.env["crm.assessment"]._search(
            Domain(
                "id", "in", rows.subselect(SQL.identifier(rows.table, "assessment_id"))
            )
        )

    def _add_forms(self, job, name, code, query):
        """Add a sheet with a row per form, and a column per letter."""

        def score(section):
            return lambda alias: SQL(
                """(SELECT letter.score FROM crm_assessment_score letter
                WHERE letter.assessment_id = %s AND letter.section_id = %s)""",
                SQL.identifier(alias, "id"),
                section.id,
            )

        sources = [
            Source("id", self.env._("Record")),
            Source("partner_id", self.env._("Customer"), width=32),
            Source("partner_id.industry_id", self.env._("Industry")),
            *self._get_owner_sources(),
            Source("done_on", self.env._("Answered On")),
            Source("viewpoint", self.env._("Viewpoint"), width=18),
            Source("score", self.env._("Score"), style=SCORE),
            Source("level", self.env._("Level"), width=14),
            *(
                Source("score", section.name, style=SCORE, expression=score(section))
                for section in self._get_letters(code)
            ),
        ]
        if code == "pride":
            sources += [
                Source(
                    "recommendation",
                    self.env._("Would recommend us, 0 to 10"),
                    width=16,
                    style={"num_format": "0"},
                ),
                Source("round_id.stage_id", self.env._("Loyalty Stage")),
            ]
        self._add_records(job, name, "crm.assessment", query, sources)
