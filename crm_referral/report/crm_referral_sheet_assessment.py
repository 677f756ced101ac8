from xlsxwriter.utility import xl_rowcol_to_cell

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_referral_sheet_rows import Source

SCORE = {"num_format": "0.0"}
# In rows: the charts are on the first screen, the tables below.
CHART_HEIGHT = 16
CHART_ROW = 3


class CrmReferralSheetAssessment(models.AbstractModel):
    """What a framework says: every mean with its n, and never a mean of means; then a
    row per form.
    """

    _name = "crm.referral.sheet.assessment"
    _inherit = "crm.referral.sheet.rows"
    _description = "Sheet of a Referral Workbook"

    _rows_model = "crm.assessment"
    # The code of the framework, and its viewpoints in the order they are shown
    _framework = ""
    _viewpoints = ()

    @api.model
    def _get_heading(self):
        """:return: what the tables are about, and the name of the sheet of the forms.
        :rtype: tuple[str, str]
        """
        raise NotImplementedError

    @api.model
    def _write_tables(self, job, page, domain):
        """Write the tables and charts.

        :param Domain domain: of the rows of the framework in the analysis
        """
        raise NotImplementedError

    def _add(self, job):
        heading, forms = self._get_heading()
        page = job.add_page(self._get_title(), columns=9)
        page.write_title(heading, self._scope._describe(job.options))
        self._write_tables(job, page, self._get_domain(job.options))
        self._add_records(job, forms, self._get_query(job.options))

    def _get_domain(self, options):
        """:return: domain of the rows of the framework in the analysis.
        :rtype: Domain
        """
        domain = self._scope._get_domain(options, "crm.assessment.report", "date")
        return domain & Domain("framework_id.code", "=", self._framework)

    def _get_letters(self):
        """:return: the sections of the framework."""
        return self.env["crm.assessment.section"].search(
            [("framework_id.code", "=", self._framework)]
        )

    # === LETTERS BY VIEWPOINT === #

    def _write_viewpoints(self, page, row, title, domain):
        """Write the mean of each letter as each viewpoint sees it, gap and n.

        :return: the last row, and what a chart draws, if anything
        :rtype: tuple
        """
        Report = self.env["crm.assessment.report"]
        labels = dict(Report._fields["viewpoint"]._description_selection(self.env))
        names = [labels[viewpoint] for viewpoint in self._viewpoints]
        values = {
            (section, viewpoint): (score, count)
            for section, viewpoint, score, count in Report._read_group(
                domain, ["section_id", "viewpoint"], ["score:avg", "scored_count:sum"]
            )
        }
        counts = [f"n {name}" for name in names]
        page.write_headers(row, [title, *names, self.env._("Gap"), *counts])
        first = row + 1
        for section in self._get_letters():
            row += 1
            page.write_text(row, 0, section.display_name)
            self._write_letter(page, row, section, values)
        area = (first, row, range(1, len(self._viewpoints) + 1))
        row += 1
        self._write_all_letters(page, area, values)
        if not values:
            row += 1
            page.write_note(row, self.env._("No record matches these filters."))
        return row, area if values else None

    def _write_letter(self, page, row, section, values):
        """Write the mean of a letter by viewpoint, their gap, and n of each."""
        gap_column, known = len(self._viewpoints) + 1, []
        for column, viewpoint in enumerate(self._viewpoints, 1):
            score, count = values.get((section, viewpoint), (None, 0))
            page.write_number(row, column, score, "score")
            page.write_number(row, gap_column + column, count or 0)
            known += [] if score is False or score is None else [score]
        style = page.formats.number["score"]
        self._write_gap(page, row, gap_column, known, style)

    def _write_all_letters(self, page, area, values):
        """Write the mean of all letters of each viewpoint below its letters."""
        first, last, _columns = area
        gap_column, row = len(self._viewpoints) + 1, last + 1
        bold = page.formats.bold
        page.sheet.write_string(row, 0, self.env._("All areas"), page.formats.total)
        means = []
        for column, viewpoint in enumerate(self._viewpoints, 1):
            mine = [v for (_s, point), v in values.items() if point == viewpoint]
            total = sum(count or 0 for _score, count in mine)
            points = sum((score or 0) * (count or 0) for score, count in mine)
            scores, counts = (
                f"{xl_rowcol_to_cell(first, each)}:{xl_rowcol_to_cell(last, each)}"
                for each in (column, gap_column + column)
            )
            mean = points / total if total else None
            weighted = f"SUMPRODUCT({scores},{counts})"
            cell, whole = (row, column), f"SUM({counts})"
            page.write_ratio(cell, weighted, whole, mean, bold["score"])
            cell = (row, gap_column + column)
            page.sheet.write_formula(*cell, f"={whole}", bold["integer"], total)
            means += [mean] if total else []
        self._write_gap(page, row, gap_column, means, bold["score"])

    def _write_gap(self, page, row, column, known, style):
        """Write how far the viewpoints are apart, if there are two."""
        start, end = (xl_rowcol_to_cell(row, index) for index in (1, column - 1))
        page.sheet.write_formula(
            row,
            column,
            f'=IF(COUNT({start}:{end})<2,"",MAX({start}:{end})-MIN({start}:{end}))',
            style,
            max(known) - min(known) if len(known) > 1 else "",
        )

    # === A ROW PER FORM === #

    def _get_query(self, options):
        """The signed forms that the analysis knows, for the same rules and filters."""
        rows = self.env["crm.assessment.report"]._search(self._get_domain(options))
        # The analysis has left out what is archived, and what is not revealed.
        forms = rows.subselect(SQL.identifier(rows.table, "assessment_id"))
        return self.env["crm.assessment"]._search(Domain("id", "in", forms))

    def _get_sources(self):
        return [
            Source("id", self.env._("Record")),
            Source("partner_id", self.env._("Customer"), width=32),
            Source("partner_id.industry_id", self.env._("Industry")),
            *self._get_owner_sources(),
            Source("done_on", self.env._("Answered On")),
            Source("viewpoint", self.env._("Viewpoint"), width=18),
            Source("score", self.env._("Score"), style=SCORE),
            Source("level", self.env._("Level"), width=14),
            *(
                Source(
                    "score",
                    section.name,
                    style=SCORE,
                    expression=self._get_score_of(section),
                )
                for section in self._get_letters()
            ),
        ]

    def _get_score_of(self, section):
        """:return: what gives the SQL of the score of a letter, for a form's alias"""
        return lambda alias: SQL(
            """(SELECT letter.score FROM crm_assessment_score letter
            WHERE letter.assessment_id = %s AND letter.section_id = %s)""",
            SQL.identifier(alias, "id"),
            section.id,
        )
