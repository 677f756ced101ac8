from odoo import models

FIGURES = (
    "complaints",
    "acknowledge_due",
    "acknowledged",
    "acknowledged_rate",
    "closed_complaints",
    "resolved",
    "resolved_rate",
    "second_contacts",
    "second_contact_rate",
    "reopened",
    "reopened_rate",
    "followed",
    "followed_rate",
    "days_to_end",
)


class CrmReferralSheetComplaintEndings(models.AbstractModel):
    """How complaints end: by team, by the two answers, and where the causes lie."""

    _name = "crm.referral.sheet.complaint_endings"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    @property
    def _figures(self):
        return self.env["crm.service.figures"]

    def _get_title(self):
        return self.env._("Endings")

    def _get_explanation(self):
        return self.env._(
            "Whether a complaint is solved and whether the customer felt heard are two "
            "questions: each can be had without the other."
        )

    def _add(self, job):
        page = job.add_page(self._get_title(), columns=len(FIGURES))
        page.write_title(self.env._("How complaints end"), self._get_explanation())
        row = self._add_teams(page, 3, job.options)
        row = self._add_answers(page, row, job.options)
        self._add_areas(page, row, job.options)

    def _add_teams(self, page, row, options):
        """:return: the row where the next table may begin"""
        figures = self._figures._get(*FIGURES)
        groups = self._figures._read_by(options, FIGURES, "team_id")
        whole = self._figures._read(options, FIGURES)
        lines = [
            (team.display_name or self.env._("No team"), values)
            for team, values in groups.items()
        ]
        _first, last = page.write_figure_table(
            row,
            self.env._("Service Team"),
            figures,
            lines,
            {"days_to_end": whole["days_to_end"]},
        )
        return last + 4

    def _add_answers(self, page, row, options):
        """The nine ways in which a complaint ends, and what was never asked."""
        counts = self._count_answers(options)
        page.write_note(row, self.env._("Solved (rows), felt heard (columns)"))
        answers = self._get_answers()
        page.write_headers(row + 1, ["", *answers.values()])
        first = row + 2
        for line, (solved, label) in enumerate(answers.items(), first):
            page.write_label(line, label)
            for column, heard in enumerate(answers, 1):
                page.write_number(line, column, counts.get((solved, heard), 0))
        sums = [
            sum(counts.get((solved, heard), 0) for solved in answers)
            for heard in answers
        ]
        last = first + len(answers) - 1
        return page.write_totals(last, first, sums) + 3

    def _get_answers(self):
        """:return: what a customer may answer, in the reader's words"""
        labels = (
            self.env["crm.complaint"]._fields["solved"]._description_selection(self.env)
        )
        return {**dict(labels), False: self.env._("Not asked")}

    def _count_answers(self, options):
        """:return: how many complaints ended with both answers, by both"""
        Report = self.env["crm.complaint.report"]
        domain = self._scope._get_domain(options, Report._name, "closed_on")
        return {
            (solved, heard): count
            for solved, heard, count in Report._read_group(
                domain, ["solved", "felt_heard"], ["closed_count:sum"]
            )
        }

    def _add_areas(self, page, row, options):
        """Where the causes lie that are still there: most first, and their share."""
        Report = self.env["crm.complaint.report"]
        domain = self._scope._get_domain(options, Report._name, "date")
        groups = Report._read_group(
            [*domain, ("scope", "=", "systemic")],
            ["section_ids"],
            ["systemic_count:sum"],
            order="systemic_count:sum DESC",
        )
        counts = [(area.display_name, count) for area, count in groups if area]
        page.write_note(
            row,
            self.env._(
                "Causes that are still there, by area. A cause in several areas counts "
                "in each of them."
            ),
        )
        headers = [
            self.env._("Area"),
            self.env._("Complaints"),
            self.env._("Share"),
        ]
        page.write_headers(row + 1, headers)
        first, total = row + 2, sum(count for _name, count in counts)
        area = (first, first + len(counts) - 1)
        for line, (name, count) in enumerate(counts, first):
            page.write_label(line, name)
            page.write_number(line, 1, count)
            page.write_share(line, area, count, total)
