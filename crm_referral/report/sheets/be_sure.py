from odoo import models
from odoo.fields import Domain

from ..crm_referral_sheet_assessment import CHART_HEIGHT, CHART_ROW


class CrmReferralSheetBeSure(models.AbstractModel):
    """Letters as agents and reviewers see them, agents; then a row per checklist."""

    _name = "crm.referral.sheet.be_sure"
    _inherit = "crm.referral.sheet.assessment"
    _description = "Sheet of a Referral Workbook"

    _framework = "be_sure"
    _viewpoints = ("reviewer", "self")

    def _get_title(self):
        return self.env._("BE SURE")

    def _get_heading(self):
        heading = self.env._("BE SURE: how agents serve")
        return heading, self.env._("BE SURE Checklists")

    def _get_explanation(self):
        return self.env._(
            "Checklists that agent and reviewer have signed. The reviewer's word "
            "counts, unless a dispute was settled otherwise. Agents with too few "
            "checklists are not compared."
        )

    def _write_tables(self, job, page, domain):
        title = self.env._("Reviewed checklists")
        reviewed = Domain("assessment_id.round_id.is_reviewed", "=", True)
        row, letters = self._write_viewpoints(
            page, CHART_HEIGHT + 4, title, domain & reviewed
        )
        if letters:
            page.insert_chart((CHART_ROW, 0), "radar", title, letters, highest=100)
        self._write_agents(page, row + 2, domain & Domain("is_counted", "=", True))

    def _write_agents(self, page, row, domain):
        """Write the letters of the agents; who has too few checklists is not ranked."""
        letters = self._get_letters()
        minimum = letters.framework_id.minimum_reviewed
        scores, agents = self._read_agents(domain)
        ranked = [agent for agent in agents if agent[2] >= minimum]
        others = [agent for agent in agents if agent[2] < minimum]
        headers = [self.env._("Agent"), *letters.mapped("name"), self.env._("Mean")]
        page.write_headers(row, [*headers, self.env._("Checklists")])
        for agent in sorted(ranked, key=lambda agent: -(agent[1] or 0)):
            row += 1
            self._write_agent(page, row, letters, scores, agent)
        if not others:
            return
        row += 1
        text = self.env._(
            "Fewer than %(number)s checklists: too few to compare", number=minimum
        )
        page.write_note(row, text)
        # sudo: whoever sees the score may know whose it is
        for agent in sorted(others, key=lambda agent: agent[0].sudo().name or ""):
            row += 1
            self._write_agent(page, row, letters, scores, agent)

    def _read_agents(self, domain):
        """:return: the mean of each letter by agent; and of each agent the mean of all
            letters, and the number of checklists
        :rtype: tuple[dict, list[tuple]]
        """
        Report = self.env["crm.assessment.report"]
        scores = {}
        for user, section, score in Report._read_group(
            domain, ["user_id", "section_id"], ["score:avg"]
        ):
            scores.setdefault(user, {})[section] = score
        specs = ["score:avg", "assessment_id:count_distinct"]
        return scores, Report._read_group(domain, ["user_id"], specs)

    def _write_agent(self, page, row, letters, scores, agent):
        user, mean, count = agent
        # sudo: whoever sees the score may know whose it is
        page.write_text(row, 0, user.sudo().name or self.env._("Unassigned"))
        for column, section in enumerate(letters, 1):
            page.write_number(row, column, scores[user].get(section), "score")
        page.write_number(row, len(letters) + 1, mean, "score")
        page.write_number(row, len(letters) + 2, count)
