from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmAssessmentRound(models.Model):
    """The agents' six letters over time, from their reviewed checklists."""

    _name = "crm.assessment.round"
    _inherit = ["crm.assessment.round"]

    # === BUSINESS METHODS === #

    @api.model
    @api.readonly
    def get_scorecards(self, months=12):
        """The agents' six letters from their reviewed checklists.

        Only agents with enough reviewed checklists are ranked; the others follow in the
        order of their names. The user sees whom the record rules let them see.

        :param int months: how far to look back
        :return: ``letters``, ``agents``, and ``minimum``: the number for a comparison
        :rtype: dict
        """
        framework = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        since = fields.Date.context_today(self) - timedelta(days=30.44 * int(months))
        Score = self.env["crm.assessment.score"]
        reviewed = Domain(
            [
                ("framework_id", "=", framework.id),
                ("date", ">=", fields.Date.to_string(since)),
                ("user_id", "!=", False),
                ("assessment_id.round_id.is_reviewed", "=", True),
                # What is in dispute, or settled as void, says nothing of a gap either.
                ("assessment_id.round_id.dispute_state", "!=", "open"),
                ("assessment_id.round_id.settlement", "!=", "void"),
            ]
        )
        counted = reviewed & Domain("is_counted", "=", True)
        scored = counted & Domain("score", "!=", False)
        agents = {
            user: {
                "id": user.id,
                "name": user.sudo().name,  # sudo: may be an archived colleague
                "score": score,
                "n": count,
                "is_ranked": count >= framework.minimum_reviewed,
                "letters": {},
                "months": {},
                "coaching": 0,
            }
            for user, score, count in Score._read_group(
                counted, ["user_id"], ["score:avg", "assessment_id:count_distinct"]
            )
        }
        for user, section, score, count in Score._read_group(
            scored, ["user_id", "section_id"], ["score:avg", "__count"]
        ):
            agents[user]["letters"][section.id] = {
                "score": score,
                "level": framework._get_level(score),
                "n": count,
                "gap": False,
                "gap_n": 0,
            }
        self._add_scorecard_gaps(agents, reviewed)
        for user, month, section, score, count in Score._read_group(
            scored,
            ["user_id", "date:month", "section_id"],
            ["score:avg", "__count"],
            order="date:month",
        ):
            by_section = agents[user]["months"].setdefault(str(month)[:7], {})
            by_section[section.id] = {"score": score, "n": count}
        for user, count in self.env["crm.assessment.action"]._read_group(
            [
                ("kind", "=", "coaching"),
                ("state", "=", "open"),
                ("agent_id", "in", [user.id for user in agents]),
            ],
            ["agent_id"],
            ["__count"],
        ):
            agents[user]["coaching"] = count
        return {
            "letters": [
                {"id": section.id, "letter": section.letter, "name": section.name}
                for section in framework.section_ids
            ],
            "minimum": framework.minimum_reviewed,
            "agents": sorted(
                agents.values(),
                key=lambda agent: (
                    not agent["is_ranked"],
                    -(agent["score"] or 0) if agent["is_ranked"] else 0,
                    agent["name"],
                ),
            ),
        }

    @api.model
    def _add_scorecard_gaps(self, agents, reviewed):
        """Add by how much the agents see themselves better than their reviewers do.

        :param dict agents: by user, as in ``get_scorecards``
        :param Domain reviewed: the scores of reviewed checklists
        """
        scored = self.env["crm.assessment.score"]._search(
            reviewed & Domain("score", "!=", False)
        )
        # SQL: both sides of one checklist, which no grouping puts beside each other.
        # The search has applied the record rules.
        rows = self.env.execute_query(
            SQL(
                """
                WITH scored AS (
                    SELECT score.user_id, score.section_id, score.viewpoint,
                           score.score, assessment.round_id
                      FROM crm_assessment_score score
                      JOIN crm_assessment assessment
                        ON assessment.id = score.assessment_id
                     WHERE score.id IN %(scored)s)
                SELECT own.user_id, own.section_id, avg(own.score - other.score),
                       count(*)
                  FROM scored own
                  JOIN scored other USING (round_id, section_id)
                 WHERE own.viewpoint = 'self' AND other.viewpoint = 'reviewer'
              GROUP BY own.user_id, own.section_id
                """,
                scored=scored.subselect(),
            )
        )
        letters = {user.id: agent["letters"] for user, agent in agents.items()}
        for user_id, section_id, gap, count in rows:
            letter = letters.get(user_id, {}).get(section_id)
            if letter:
                letter.update(gap=gap, gap_n=count)
