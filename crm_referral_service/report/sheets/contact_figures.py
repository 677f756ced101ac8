from collections import defaultdict
from datetime import timedelta

from odoo import fields, models

from odoo.addons.crm_foundation.tools.local_time import day_start

FIGURES = (
    "contacts",
    "first_known",
    "solved_first",
    "solved_first_rate",
    "done",
    "agent_solved",
    "agent_solved_rate",
    "customer_answered",
    "customer_answer_rate",
    "customer_solved",
    "customer_solved_rate",
    "repeats",
    "repeat_rate",
    "chains",
    "chain_rate",
    "judged",
    "dumb",
    "dumb_rate",
)
GAPS = ("gap_customer", "gap_log")


class CrmReferralSheetContactFigures(models.AbstractModel):
    """Why customers need us, whether once is enough, and how often that is."""

    _name = "crm.referral.sheet.contact_figures"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    @property
    def _figures(self):
        return self.env["crm.service.figures"]

    def _get_title(self):
        return self.env._("Solved the First Time")

    def _get_explanation(self):
        return self.env._(
            "What agents say, what customers say, and whether they came back: three "
            "figures side by side, for none of them is the truth alone."
        )

    def _add(self, job):
        page = job.add_page(self._get_title(), columns=len(FIGURES))
        page.write_title(self._get_title(), self._get_explanation())
        options = job.options
        row = self._add_gaps(page, 3, options)
        row = self._add_table(page, row, options, "reason_id", self.env._("Reason"))
        headings = {
            "miss_id": self.env._("Why Not the First Time"),
            "miss_section_id": self.env._("Area of the Miss"),
        }
        for fname, heading in headings.items():
            row = self._add_pareto(page, row, options, fname, heading)
        self._add_rates(page, row, options)

    def _add_gaps(self, page, row, options):
        """By how much the agents' word is above the two others."""
        values = self._figures._read(options, [*FIGURES, *GAPS])
        for figure in self._figures._get(*GAPS):
            page.write_label(row, figure.name)
            page.write_number(row, 1, figure.get_value(values), "percent")
            row += 1
        return row + 1

    def _add_table(self, page, row, options, groupby, heading):
        groups = self._figures._read_by(options, FIGURES, groupby)
        lines = sorted(
            (
                (group.display_name or self.env._("None"), values)
                for group, values in groups.items()
            ),
            key=lambda line: -line[1]["contacts"],
        )
        _first, last = page.write_figure_table(
            row, heading, self._figures._get(*FIGURES), lines
        )
        return last + 4

    def _add_pareto(self, page, row, options, fname, heading):
        """The most frequent first, and what share they have."""
        groups = self._figures._read_by(options, ["repeats"], fname)
        counts = sorted(
            (
                (group.display_name or self.env._("None"), values["repeats"])
                for group, values in groups.items()
                if values["repeats"]
            ),
            key=lambda line: -line[1],
        )
        page.write_headers(row, [heading, self.env._("Repeats"), self.env._("Share")])
        first, total = row + 1, sum(count for _name, count in counts)
        area = (first, first + len(counts) - 1)
        for line, (name, count) in enumerate(counts, first):
            page.write_label(line, name)
            page.write_number(line, 1, count)
            page.write_share(line, area, count, total)
        return first + len(counts) + 2

    def _add_rates(self, page, row, options):
        """Contacts per 100 of what there is more of when business goes well."""
        lines = self._read_by_month_and_reason(options)
        months = sorted({month for month, _reason, _count in lines})
        Denominator = self.env["crm.service.denominator"]
        for code, label in Denominator._get_selection():
            counts = self._count_denominators(options, code, months)
            page.write_headers(
                row,
                [
                    self.env._("Per 100 %(denominator)s", denominator=label),
                    self.env._("Reason"),
                    self.env._("Service Contacts"),
                    label,
                    self.env._("Contacts per 100"),
                ],
            )
            for line, (month, reason, count) in enumerate(lines, row + 1):
                whole = counts[month]
                page.write_label(line, month)
                page.write_text(line, 1, reason)
                page.write_number(line, 2, count)
                page.write_number(line, 3, whole)
                rate = 100 * count / whole if whole else None
                page.write_number(line, 4, rate, "decimal")
            row += len(lines) + 3

    def _read_by_month_and_reason(self, options):
        """:return: month, reason and contacts: of each month all, then the reasons, the
        most frequent first
        :rtype: list[tuple]
        """
        [figure] = self._figures._get("contacts")
        by_month = defaultdict(list)
        for month, reason, count in self._figures._read_group_of(
            options, [figure], [f"{figure.date}:month", "reason_id"]
        ):
            name = reason.display_name or self.env._("None")
            by_month[fields.Date.to_date(month).replace(day=1)].append((count, name))
        lines = []
        for month, reasons in sorted(by_month.items()):
            total = sum(count for count, _name in reasons)
            lines.append((month, self.env._("All reasons"), total))
            reasons.sort(key=lambda each: (-each[0], each[1]))
            lines += [(month, name, count) for count, name in reasons if count]
        return lines

    def _count_denominators(self, options, code, months):
        """:return: how many there are in all companies of a report, by month"""
        periods, keys = {}, {}
        for company in self.env["res.company"].browse(options["company_ids"]):
            for month in months:
                end = (month + timedelta(days=32)).replace(day=1)
                key = len(periods)
                keys[key] = month
                periods[key] = (
                    company,
                    day_start(month, self.env.user, company),
                    day_start(end, self.env.user, company),
                )
        counts = defaultdict(int)
        found = self.env["crm.service.denominator"]._count(code, periods)
        for key, count in found.items():
            counts[keys[key]] += count
        return counts
