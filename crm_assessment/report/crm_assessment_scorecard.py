from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmAssessmentScorecard(models.AbstractModel):
    """The agents' areas over time, from their reviewed checklists.

    The record rules of the one who looks decide whom they see.
    """

    _name = "crm.assessment.scorecard"
    _description = "Agents' Scorecards"

    # === BUSINESS METHODS === #

    @api.model
    @api.readonly
    def get_scorecards(self, framework=False, months=12, team=None):
        """The agents' areas from their reviewed checklists.

        Only agents with enough reviewed checklists are ranked, among all agents of the
        companies and the team, also those whom the user does not see. The others follow
        in the order of their names. The user sees whom the record rules let them see.

        :param str framework: code of the crm.assessment.framework
        :param int months: how far to look back
        :param int team: id of a crm.team, of which the checklists are
        :return: ``letters``, ``agents``, ``teams`` to choose from, ``minimum``: the
            number for a comparison, and how many are ``ranked``
        :rtype: dict
        :raise UserError: for what nobody can choose on the screen
        """
        HeatMap = self.env["crm.assessment.heat.map"]
        framework = self.env["crm.assessment.framework"]._get_by_code(
            framework, "is_checklist"
        )
        reviewed = self._get_reviewed_domain(framework, HeatMap._get_start(months))
        teams = self._get_teams(reviewed)
        reviewed &= Domain(HeatMap._get_filters(team=team))
        counted = reviewed & Domain("is_counted", "=", True)
        ranks = self._get_ranks(framework, counted)
        agents = self._get_agents(counted, ranks)
        self._add_letters(framework, agents, counted)
        self._add_gaps(agents, reviewed)
        self._add_coaching(agents)
        return {
            "letters": framework._get_letters(),
            "minimum": framework.minimum_reviewed,
            "ranked": len(ranks),
            "teams": teams,
            "agents": sorted(
                agents.values(),
                key=lambda agent: (agent["rank"] or len(ranks) + 1, agent["name"]),
            ),
        }

    @api.model
    def _get_reviewed_domain(self, framework, since):
        """:return: the scores of checklists that agent and reviewer have signed
        :rtype: Domain
        """
        return Domain(
            [
                ("framework_id", "=", framework.id),
                ("date", ">=", fields.Date.to_string(since)),
                ("user_id", "!=", False),
                # What is in dispute, or settled as void, says nothing of a gap either.
                ("is_comparable", "=", True),
            ]
        )

    @api.model
    def _get_agents(self, counted, ranks):
        """:return: by user what is shown of each agent, still without areas
        :rtype: dict
        """
        groups = self.env["crm.assessment.score"]._read_group(
            counted, ["user_id"], ["score:avg", "assessment_id:count_distinct"]
        )
        return {
            user: {
                "id": user.id,
                "name": user.sudo().name,  # sudo: may be an archived colleague
                "score": score,
                "n": count,
                "is_ranked": user.id in ranks,
                # The only one is not the first.
                "rank": len(ranks) > 1 and ranks.get(user.id, False),
                "letters": {},
                "months": {},
                "coaching": 0,
            }
            for user, score, count in groups
        }

    @api.model
    def _get_teams(self, reviewed):
        """:return: ``id`` and ``name`` of the teams of which there are checklists.
        :rtype: list[dict]
        """
        [(teams,)] = self.env["crm.assessment.score"]._read_group(
            reviewed & Domain("team_id", "!=", False), [], ["team_id:recordset"]
        )
        # sudo: whoever sees the checklist may know whose it is
        return [
            {"id": t.id, "name": t.display_name} for t in teams.sudo().sorted("name")
        ]

    @api.model
    def _get_ranks(self, framework, counted):
        """The place of each agent who has enough reviewed checklists.

        :return: by the id of the user, the same place for the same score
        :rtype: dict
        """
        # sudo: one's place is among all, also those whom one does not see; nothing else
        # of them is told
        groups = (
            self.env["crm.assessment.score"]
            .sudo()
            ._read_group(
                counted & Domain("company_id", "in", self.env.companies.ids),
                ["user_id"],
                ["score:avg", "assessment_id:count_distinct"],
            )
        )
        scores = {
            user.id: score
            for user, score, count in groups
            if score is not None and count >= framework.minimum_reviewed
        }
        return {
            user_id: 1 + sum(other > score for other in scores.values())
            for user_id, score in scores.items()
        }

    @api.model
    def _add_letters(self, framework, agents, counted):
        """Add the mean of each area, in all and month by month.

        :param dict agents: by user, as in ``get_scorecards``
        :param Domain counted: the scores that count
        """
        Score = self.env["crm.assessment.score"]
        scored = counted & Domain("score", "!=", False)
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
        for user, month, section, score, count in Score._read_group(
            scored,
            ["user_id", "date:month", "section_id"],
            ["score:avg", "__count"],
            order="date:month",
        ):
            by_section = agents[user]["months"].setdefault(str(month)[:7], {})
            by_section[section.id] = {"score": score, "n": count}

    @api.model
    def _add_coaching(self, agents):
        """Add how many coachings of the agents are open.

        :param dict agents: by user, as in ``get_scorecards``
        """
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

    @api.model
    def _add_gaps(self, agents, reviewed):
        """Add by how much the agents see themselves better than their reviewers do.

        :param dict agents: by user, as in ``get_scorecards``
        :param Domain reviewed: the scores of reviewed checklists
        """
        scored = self.env["crm.assessment.score"]._search(
            reviewed & Domain("score", "!=", False)
        )
        # SQL: both sides of one checklist, which no grouping puts beside each other.
        # The search has applied the record rules; it runs once, before the pairs.
        rows = self.env.execute_query(
            SQL(
                """
                WITH visible AS MATERIALIZED %(scored)s,
                pairs AS (
                    SELECT score.user_id, score.section_id, score.round_id,
                           max(score.score) FILTER (
                               WHERE score.viewpoint = 'self') AS own,
                           max(score.score) FILTER (
                               WHERE score.viewpoint = 'reviewer') AS other
                      FROM visible
                      JOIN crm_assessment_score score ON score.id = visible.id
                  GROUP BY score.user_id, score.section_id, score.round_id)
                SELECT user_id, section_id, avg(own - other), count(*)
                  FROM pairs
                 WHERE own IS NOT NULL AND other IS NOT NULL
              GROUP BY user_id, section_id
                """,
                scored=scored.subselect(),
            )
        )
        letters = {user.id: agent["letters"] for user, agent in agents.items()}
        for user_id, section_id, gap, count in rows:
            letter = letters.get(user_id, {}).get(section_id)
            if letter:
                letter.update(gap=gap, gap_n=count)
