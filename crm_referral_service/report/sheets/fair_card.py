from odoo import models


class CrmReferralSheetFairCard(models.AbstractModel):
    """A row per person: each figure beside the one of all with the same mix of reasons.

    No sum and no rank; of few contacts nothing is said.
    """

    _name = "crm.referral.sheet.fair_card"
    _inherit = "crm.referral.sheet"
    _description = "Sheet of a Referral Workbook"

    def _get_title(self):
        return self.env._("Fair Card")

    def _get_explanation(self):
        return self.env["crm.service.fair.card"]._get_explanation()

    def _add(self, job):
        FairCard = self.env["crm.service.fair.card"]
        cards = FairCard._read_cards(job.options)
        page = job.add_page(self._get_title(), columns=3 * len(cards))
        page.write_title(self._get_title(), self._get_explanation())
        headers = [self.env._("First Taker")]
        for figure, _found in cards:
            headers += [figure.name, self.env._("Expected"), self.env._("Of How Many")]
        page.write_headers(3, headers)
        columns = {
            figure.code: 3 * number + 1 for number, (figure, _f) in enumerate(cards)
        }
        fewest = FairCard._get_fewest()
        for row, user in enumerate(FairCard._get_people_of(cards), 4):
            page.write_label(row, user.display_name)
            for figure, card, is_said in FairCard._get_said(user, cards, fewest):
                column = columns[figure.code]
                if is_said:
                    page.write_number(row, column, card.rate, figure.format)
                    page.write_number(row, column + 1, card.expected, figure.format)
                page.write_number(row, column + 2, card.count)
