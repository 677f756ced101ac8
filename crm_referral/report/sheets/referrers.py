from odoo import models

from ...tools.referral_tree import FEWEST_INTRODUCTIONS

FIGURES = (
    "candidates",
    "agreed",
    "agreement_rate",
    "introductions",
    "introduced_won",
    "introduction_win_rate",
    "leads",
    "won",
    "revenue",
)
# What cannot be said of few introductions.
UNSAID = ("agreement_rate", "introduction_win_rate")


class CrmReferralSheetReferrers(models.AbstractModel):
    """A row per referrer: how good their introductions are, and how many."""

    _name = "crm.referral.sheet.referrers"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    def _get_title(self):
        return self.env._("Referrers")

    def _get_explanation(self):
        [figure] = self._figures._get("introduction_win_rate")
        return figure.help

    def _add(self, job):
        """The best first; below them who has too few introductions to say."""
        page = job.add_page(self._get_title())
        page.write_title(self._get_title(), self._get_explanation())
        groups = self._figures._read_by(job.options, FIGURES, "partner_id")
        groups = {each: values for each, values in groups.items() if each}
        rated = {
            each
            for each, values in groups.items()
            if values["introductions"] >= FEWEST_INTRODUCTIONS
        }
        names = self.env["res.partner"].union(*groups)._get_names_to_tell()
        figures = self._figures._get(*FIGURES)
        best = sorted(
            rated, key=lambda p: (-rate_of(groups[p]), -groups[p]["revenue"], p.id)
        )
        _first, last = page.write_figure_table(
            3,
            self.env._("Referrer"),
            figures,
            [(names[each], groups[each]) for each in best],
        )
        page.sheet.freeze_panes(4, 1)
        others = sorted(groups.keys() - rated, key=lambda p: (names[p], p.id))
        if not others:
            return
        page.write_note(
            last + 3,
            self.env._(
                "Fewer than %(number)s introductions: too few to say how good they are",
                number=FEWEST_INTRODUCTIONS,
            ),
        )
        counts = [f for f in figures if f.code not in UNSAID]
        page.write_figure_table(
            last + 4,
            self.env._("Referrer"),
            counts,
            [(names[each], groups[each]) for each in others],
        )


def rate_of(values):
    """:return: how many of the introductions were won, from 0 to 1"""
    return (values["introduced_won"] or 0) / values["introductions"]
