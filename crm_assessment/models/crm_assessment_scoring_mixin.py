from psycopg2.extras import Json

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_foundation.tools import local_time

from ..tools import assessment_scoring as scoring
from ..tools import round_result


class CrmAssessmentScoringMixin(models.AbstractModel):
    """The scores of signed assessments: counted once, and stored for good."""

    _name = "crm.assessment.scoring.mixin"
    _description = "Is Scored"

    # === BUSINESS METHODS === #

    def _compute_results(self):
        """Score the answers.

        :return: the scoring.Result and the recommendation of each assessment
        :rtype: dict
        """
        # SQL: an ORM record for each of some 100 000 answers would cost more than the
        # scoring. The caller has checked the access.
        self.env["crm.assessment.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT assessment_id,
                       array_agg(item_id) FILTER (WHERE option_id IS NOT NULL),
                       array_agg(option_id) FILTER (WHERE option_id IS NOT NULL),
                       (array_agg(rating ORDER BY sequence, id)
                        FILTER (WHERE rating IS NOT NULL))[1]
                  FROM crm_assessment_line
                 WHERE assessment_id = ANY(%(assessments)s)
                   AND (option_id IS NOT NULL OR rating IS NOT NULL)
              GROUP BY assessment_id
                """,
                assessments=self.ids,
            )
        )
        answers = {row[0]: row[1:] for row in rows}
        results = {}
        for form, assessments in self.grouped("form_id").items():
            scoring_form = form._get_scoring_form()
            values = form._get_option_values()
            for record_id in assessments.ids:
                items, options, rating = answers.get(record_id, (None, None, None))
                chosen = zip(items or (), options or (), strict=True)
                results[record_id] = (
                    scoring.score_answers(
                        scoring_form,
                        {item_id: values[option_id] for item_id, option_id in chosen},
                    ),
                    None if rating is None else float(rating),
                )
        return results

    def _store_results(self, results, revealed):
        """Store the scores and freeze the assessments.

        :param dict results: as returned by ``_compute_results``
        :param revealed: the assessments of which others may see the answers at once
        """
        self.env["crm.assessment"].flush_model()
        self._store_totals(results, revealed)
        self._store_scores(results)
        self.invalidate_recordset()
        self.env["crm.assessment.score"].invalidate_model()
        self.modified(["state", "score", "level", "recommendation", "is_revealed"])

    def _store_totals(self, results, revealed):
        """Store what a whole assessment says. See ``_store_results``."""
        now = self.env.cr.now().replace(microsecond=0)
        revealed_ids = set(revealed.ids)
        # SQL with the values as JSON: the ORM writes different values one by one, and
        # long arrays of parameters take PostgreSQL longer to parse than to store.
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_assessment
                   SET state = 'done', done_on = %(now)s, write_date = %(now)s,
                       write_uid = %(uid)s, score = result.score, level = result.level,
                       recommendation = result.recommendation,
                       is_revealed = result.is_revealed
                  FROM json_to_recordset(%(results)s)
                    AS result(id integer, score float8, level text,
                              recommendation numeric, is_revealed boolean)
                 WHERE crm_assessment.id = result.id
             RETURNING crm_assessment.id
                """,
                now=now,
                uid=self.env.uid,
                results=Json(
                    [
                        {
                            "id": assessment.id,
                            "score": results[assessment.id][0].score,
                            "level": results[assessment.id][0].level,
                            "recommendation": results[assessment.id][1],
                            "is_revealed": assessment.id in revealed_ids,
                        }
                        for assessment in self
                    ]
                ),
            )
        )

    def _store_scores(self, results):
        """Store a row for each area. See ``_store_results``."""
        days = {
            company.id: local_time.today(self.env, company)
            for company in self.company_id
        }
        self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_assessment_score (
                    assessment_id, section_id, score, level, answered, asked,
                    is_must_pass_failed, framework_id, viewpoint, partner_id, user_id,
                    team_id, company_id, date, is_revealed, round_id, respondent_id,
                    manager_id)
                SELECT row.*, a.framework_id, a.viewpoint, a.partner_id, a.user_id,
                       a.team_id, a.company_id,
                       (%(days)s::jsonb ->> a.company_id::text)::date, a.is_revealed,
                       a.round_id, a.respondent_id, a.manager_id
                  FROM json_to_recordset(%(scores)s)
                    AS row(assessment_id integer, section_id integer, score float8,
                           level text, answered integer, asked integer, failed boolean)
                  JOIN crm_assessment a ON a.id = row.assessment_id
             RETURNING id
                """,
                days=Json({key: str(day) for key, day in days.items()}),
                scores=Json(
                    [
                        {
                            "assessment_id": record_id,
                            "section_id": section_id,
                            "score": section.score,
                            "level": section.level,
                            "answered": section.answered,
                            "asked": section.asked,
                            "failed": bool(section.failed),
                        }
                        for record_id, (result, _recommendation) in results.items()
                        for section_id, section in result.sections.items()
                    ]
                ),
            )
        )

    def _get_plain(self):
        """:return: what this says in all, for calculations without a database
        :rtype: round_result.Form
        """
        self.ensure_one()
        return round_result.Form(
            self.viewpoint,
            None if self.score is False else self.score,
            self.level or None,
            None if self.recommendation is False else self.recommendation,
        )
