from odoo import api, models

from ..tools.report_periods import axis_months
from .crm_referral_figures import MONTH

# More months than that are shown as years.
MAX_MONTHS = 60
MAX_YEARS = 60
MAX_GROUPS = 100
# The figures of the tables
BY_MONTH = (
    "asks",
    "introductions",
    "leads",
    "won",
    "revenue",
    "all_revenue",
    "share",
)
BY_GROUP = ("asks", "introductions", "leads", "won", "lost", "win_rate", "revenue")


class CrmReferralSummary(models.AbstractModel):
    """The tables of the summary, as the sheet and the PDF show them."""

    _name = "crm.referral.summary"
    _description = "Referral Workbook"

    # === KEY FIGURES === #

    @api.model
    def _read_periods(self, options):
        """:return: the values of the key figures now and, if there is one, in the
            period before
        :rtype: list[dict]
        """
        periods = [options]
        if period := self.env["crm.referral.scope"]._get_previous_period(options):
            periods.append({**options, "date_from": period[0], "date_to": period[1]})
        return list(map(self.env["crm.referral.figures"]._read, periods))

    @api.model
    def _get_headers(self, periods):
        """:return: the headings of the table of the key figures.
        :rtype: list[str]
        """
        headers = [self.env._("Key figures"), self.env._("Period")]
        if len(periods) > 1:
            headers += [self.env._("Period Before"), self.env._("Change")]
        return [*headers, "n"]

    # === OVER TIME === #

    @api.model
    def _read_months(self, options):
        """Figures over time; what is longer than some years, by year.

        :return: the heading, the figures, and for each month its first day, or else the
            year, with their values
        :rtype: tuple[str, list, list]
        """
        Figures = self.env["crm.referral.figures"]
        figures = Figures._get(*BY_MONTH)
        months = Figures._read_by(options, BY_MONTH, MONTH)
        heading, axis = self.env._("Month"), self._get_axis(options, sorted(months))
        if axis and isinstance(axis[0], int):
            heading, months = self.env._("Year"), self._sum_years(months)
        nothing = Figures._get_nothing(BY_MONTH)
        return heading, figures, [(label, months.get(label, nothing)) for label in axis]

    @api.model
    def _get_charts(self):
        """:return: titles and figures of the charts of the table over time: of counts,
            and of money
        :rtype: list[tuple]
        """
        return [
            (
                self.env._("From asking to winning"),
                ("asks", "introductions", "won"),
            ),
            (self.env._("Won revenue"), ("revenue", "all_revenue")),
        ]

    def _sum_years(self, months):
        years = {}
        for month, values in months.items():
            year = years.setdefault(month.year, dict.fromkeys(values, 0))
            for code, value in values.items():
                year[code] += value or 0
        return years

    def _get_axis(self, options, known):
        """:param list known: the months of which something is known, in order
        :return: the first days of the months, or the years, that a table shows: of
        the period so far, and with all that is known.
        :rtype: list
        """
        ends = known[:1] + known[-1:] + self._get_ends(options, known)
        if not ends:
            return []
        first, last = min(ends), max(ends)
        if 12 * (last.year - first.year) + last.month - first.month < MAX_MONTHS:
            return axis_months(first, last)
        years = sorted({month.year for month in known})
        if years and years[-1] - years[0] < MAX_YEARS:
            return list(range(years[0], years[-1] + 1))
        return years

    def _get_ends(self, options, known):
        """:return: the first and the last day of the period so far, as far as it has
        them
        """
        if options["selection"] is not None:
            return []
        ends, today = [], self.env["crm.referral.scope"]._get_today()
        start, end = options["date_from"], options["date_to"]
        if start and start <= today:
            ends.append(start)
        if end and (known or start):
            # Months to come have no figures yet.
            ends.append(max(min(end, today), start or min(end, today)))
        return ends

    # === BY PERSON, TEAM, COMPANY === #

    @api.model
    def _get_groupings(self, options):
        """:return: heading and field of the tables of who has done it.
        :rtype: list[tuple]
        """
        groupings = [
            (self.env._("Salesperson"), "user_id"),
            (self.env._("Sales Team"), "team_id"),
        ]
        if len(options["company_ids"]) > 1:
            groupings.append((self.env._("Company"), "company_id"))
        return groupings

    @api.model
    def _read_groups(self, options, fname):
        """:return: figures, and for each person, team or company the name and their
        values, those with most revenue first.
        :rtype: tuple[list, list]
        """
        Figures = self.env["crm.referral.figures"]
        groups = Figures._read_by(options, BY_GROUP, fname)
        # sudo: whoever sees the figures may know whose they are
        names = {
            group: group.sudo().display_name or self.env._("Unassigned")
            for group, values in groups.items()
            if any(values.values())
        }
        ranked = sorted(
            names,
            key=lambda g: (-groups[g]["revenue"], -groups[g]["asks"], names[g]),
        )
        lines = [(names[group], groups[group]) for group in ranked[:MAX_GROUPS]]
        if others := [groups[group] for group in ranked[MAX_GROUPS:]]:
            sums = {code: sum(each[code] for each in others) for code in others[0]}
            lines.append((self.env._("Others"), sums))
        return Figures._get(*BY_GROUP), lines

    # === CANDIDATES === #

    @api.model
    def _read_candidates(self, options):
        """:return: for candidates by state and by channel the heading, and each label
            with its number
        :rtype: list[tuple[str, list]]
        """
        Figures = self.env["crm.referral.figures"]
        fields = self.env["crm.referral.report"]._fields
        tables = []
        for fname, heading in (
            ("state", self.env._("Candidates by state")),
            ("introduction_channel", self.env._("Candidates by channel")),
        ):
            groups = Figures._read_by(options, ["candidates"], fname)
            labels = fields[fname]._description_selection(self.env)
            lines = [
                (label, groups.get(value, {}).get("candidates", 0))
                for value, label in labels
            ]
            tables.append((heading, lines))
        return tables
