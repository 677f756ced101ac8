from odoo import api, models

from ...tools.fair_card import make_cards

# A rate that counts the same for all, beside what could be expected of the mix.
RATES = ("solved_first_rate", "customer_solved_rate", "repeat_rate")


class CrmReferralSheetFairCard(models.AbstractModel):
    """A row per person: each rate beside the one of all with the same mix of reasons.

    No sum and no rank; of few contacts nothing is said.
    """

    _name = "crm.referral.sheet.fair_card"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    def _get_title(self):
        return self.env._("Fair Card")

    def _get_explanation(self):
        return self.env._(
            "Each rate stands beside what all together have with the same mix of "
            "reasons: who takes the hard calls is not compared with who takes the easy "
            "ones. Of fewer than %(number)s contacts nothing is said.",
            number=self._get_fewest(),
        )

    @api.model
    def _get_fewest(self):
        """:return: of how many contacts something is said of a person: as many as
        there are checklists that agents are compared by
        """
        Framework = self.env["crm.assessment.framework"]
        framework = Framework.search([("code", "=", "be_sure")], limit=1)
        return framework.minimum_reviewed or 1

    def _add(self, job):
        page = job.add_page(self._get_title(), columns=3 * len(RATES))
        page.write_title(self._get_title(), self._get_explanation())
        figures = self.env["crm.service.figures"]._get(*RATES)
        headers = [self.env._("First Taker")]
        for figure in figures:
            headers += [figure.name, self.env._("Expected"), self.env._("Of How Many")]
        page.write_headers(3, headers)
        cards = [self._read_cards(job.options, figure) for figure in figures]
        fewest = self._get_fewest()
        people = self.env["res.users"].union(*(user for each in cards for user in each))
        for row, user in enumerate(people.sorted("name"), 4):
            page.write_label(row, user.display_name)
            for number, found in enumerate(cards):
                self._write_card(page, row, 3 * number + 1, found.get(user), fewest)

    def _write_card(self, page, row, column, card, fewest):
        if not card:
            return
        if card.count >= fewest:
            page.write_number(row, column, card.rate, "percent")
            page.write_number(row, column + 1, card.expected, "percent")
        page.write_number(row, column + 2, card.count)

    def _read_cards(self, options, figure):
        """:return: a card of each person for a rate, by res.users"""
        Report = self.env["crm.service.contact.report"]
        part, whole = Report._quotients[figure.measure]
        rows = Report._read_group(
            self._scope._get_domain(options, Report._name, "date"),
            ["user_id", "reason_id"],
            [f"{whole}:sum", f"{part}:sum"],
        )
        return make_cards(row for row in rows if row[0])
