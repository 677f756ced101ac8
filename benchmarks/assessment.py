"""Scoring a batch of assessments, and the heat map over a million scores.

Each is set beside a plain SQL statement that does the same arithmetic, in the same run:
read the ratio, the seconds are those of the machine.

* scoring: twenty answers an assessment scored, the scores of the sections stored and
  the assessments frozen, as respondents do it with ``action_done``. Beside it a plain
  SQL that only computes, and one that also stores the same rows in the same tables,
  with their indexes and foreign keys
* heat map: ``get_heat_map`` as a manager, with the record rules
"""

import argparse
import statistics
import time

import odoo
from odoo.modules.registry import Registry

FORMS = """
INSERT INTO crm_assessment (framework_id, form_id, viewpoint, partner_id, company_id,
                            respondent_id, state, active, access_token, create_uid,
                            write_uid, create_date, write_date)
SELECT %(framework)s, %(form)s, 'customer', %(partner)s, %(company)s, %(user)s, 'draft',
       true, md5(random()::text || n) || md5(n::text), 1, 1, now(), now()
  FROM generate_series(1, %(rows)s) n RETURNING id
"""
ANSWERS = """
INSERT INTO crm_assessment_line (assessment_id, item_id, section_id, kind, sequence,
                                 option_id, create_uid, write_uid, create_date,
                                 write_date)
SELECT a.id, i.id, i.section_id, 'scale', i.id,
       (%(options)s)[1 + (a.id * 7 + i.id * 13) %% array_length(%(options)s, 1)], 1, 1,
       now(), now()
  FROM unnest(%(assessments)s) a(id), crm_assessment_item i
 WHERE i.framework_id = %(framework)s AND i.viewpoint = 'customer' AND i.kind = 'scale'
"""
PLAIN_SCORING = """
CREATE TEMPORARY TABLE plain_score ON COMMIT DROP AS
SELECT l.assessment_id, i.section_id, count(*) AS answered,
       CASE WHEN count(*) >= least(f.minimum_answers, 4) THEN 100 * sum(i.weight *
            CASE WHEN i.is_reversed THEN 1 - o.value ELSE o.value END) / sum(i.weight)
       END AS score
  FROM crm_assessment_line l
  JOIN crm_assessment_item i ON i.id = l.item_id
  JOIN crm_assessment_option o ON o.id = l.option_id
  JOIN crm_assessment_framework f ON f.id = i.framework_id
 WHERE l.assessment_id = ANY(%(assessments)s)
   AND NOT coalesce(o.is_not_applicable, false)
 GROUP BY l.assessment_id, i.section_id, f.minimum_answers
"""
PLAIN_STORING = """
WITH stored AS (
    INSERT INTO crm_assessment_score (assessment_id, section_id, framework_id,
                                      viewpoint, partner_id, company_id, date, score,
                                      level, answered, asked, is_revealed)
    SELECT a.id, p.section_id, a.framework_id, a.viewpoint, a.partner_id, a.company_id,
           current_date, round(p.score::numeric, 2),
           CASE WHEN p.score >= f.strong_from THEN 'strong'
                WHEN p.score >= f.fair_from THEN 'fair' ELSE 'weak' END,
           p.answered, 4, true
      FROM plain_score p
      JOIN crm_assessment a ON a.id = p.assessment_id
      JOIN crm_assessment_framework f ON f.id = a.framework_id
 RETURNING assessment_id, score
)
UPDATE crm_assessment SET state = 'done', done_on = now(), score = result.score,
                          level = 'fair', is_revealed = true
  FROM (SELECT assessment_id, avg(score) AS score FROM stored GROUP BY 1) result
 WHERE id = result.assessment_id
"""
UNDO = """
WITH scores AS (DELETE FROM crm_assessment_score WHERE assessment_id = ANY(%(ids)s))
UPDATE crm_assessment SET state = 'draft', score = NULL WHERE id = ANY(%(ids)s)
"""
SCORES = """
INSERT INTO crm_assessment_score (assessment_id, section_id, framework_id, viewpoint,
                                  partner_id, company_id, date, score, level, answered,
                                  asked, is_revealed)
SELECT a.id, s.id, s.framework_id, 'customer', a.partner_id, a.company_id,
       current_date - (a.n * 37 %% 360)::int, (a.n * 31 + s.id * 17) %% 101, 'fair', 4,
       4, true
  FROM (SELECT id, company_id, row_number() OVER () AS n,
               (%(partners)s)[1 + id %% array_length(%(partners)s, 1)] AS partner_id
          FROM crm_assessment WHERE id = ANY(%(assessments)s)) a,
       crm_assessment_section s
 WHERE s.framework_id = %(framework)s
"""
PLAIN_HEAT_MAP = """
SELECT partner_id, section_id, avg(score), count(*)
  FROM crm_assessment_score
 WHERE framework_id = %(framework)s AND viewpoint = 'customer' AND score IS NOT NULL
   AND date >= current_date - 365 AND is_revealed
 GROUP BY partner_id, section_id
"""


def timed(function, *arguments):
    """:return: the seconds that a call takes."""
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def report(what, ours, plain):
    """Say how long both ways took, and their ratio."""
    print(f"{what:38} {ours:8.2f} s   plain SQL {plain:7.2f} s   {ours / plain:6.1f} x")


def make_forms(env, rows):
    """:return: ids of new assessments of the customer's PRIDE form."""
    framework = env.ref("crm_referral.crm_assessment_framework_pride")
    env.cr.execute(
        FORMS,
        {
            "framework": framework.id,
            "form": framework._get_form("customer").id,
            "partner": env.company.partner_id.id,
            "company": env.company.id,
            "user": env.uid,
            "rows": rows,
        },
    )
    return [row[0] for row in env.cr.fetchall()]


def bench_scoring(env, rows):
    """Score and store a batch."""
    framework = env.ref("crm_referral.crm_assessment_framework_pride")
    ids = make_forms(env, rows)
    env.cr.execute(
        ANSWERS,
        {
            "framework": framework.id,
            "assessments": ids,
            "options": framework.scale_id.option_ids.ids,
        },
    )
    env.cr.execute("ANALYZE crm_assessment, crm_assessment_line")
    env.invalidate_all()
    plain = timed(env.cr.execute, PLAIN_SCORING, {"assessments": ids})
    storing = plain + timed(env.cr.execute, PLAIN_STORING)
    env.cr.execute(UNDO, {"ids": ids})
    env.cr.execute("ANALYZE crm_assessment, crm_assessment_score")
    env.invalidate_all()
    assessments = env["crm.assessment"].browse(ids)
    queries = env.cr.sql_log_count
    done = timed(assessments.action_done)
    queries = env.cr.sql_log_count - queries
    report(f"sign {rows} × 20 items, computing", done, plain)
    report("… computing and storing", done, storing)
    print(f"queries: {queries} for {rows} assessments")
    env.cr.execute(
        "SELECT count(*) FROM plain_score p JOIN crm_assessment_score s"
        " USING (assessment_id, section_id)"
        " WHERE round(p.score::numeric, 2) IS DISTINCT FROM round(s.score::numeric, 2)"
    )
    [(different,)] = env.cr.fetchall()
    print(f"scores that differ from plain SQL: {different}")


def bench_heat_map(env, rows):
    """Draw the heat map."""
    framework = env.ref("crm_referral.crm_assessment_framework_pride")
    partners = env["res.partner"].create([{"name": f"P {n}"} for n in range(500)])
    sections = len(framework.section_ids)
    env.cr.execute(
        SCORES,
        {
            "framework": framework.id,
            "partners": partners.ids,
            "assessments": make_forms(env, rows // sections),
        },
    )
    env.cr.execute("ANALYZE crm_assessment, crm_assessment_score")
    env.invalidate_all()
    manager = env.ref("base.user_admin")
    HeatMap = env["crm.assessment.heat.map"].with_user(manager)
    HeatMap.get_heat_map("pride")
    parameters = {"framework": framework.id}
    ours = statistics.median(
        timed(lambda: HeatMap.get_heat_map("pride")) for _run in range(3)
    )
    plain = statistics.median(
        timed(env.cr.execute, PLAIN_HEAT_MAP, parameters) for _run in range(3)
    )
    report(f"heat map over {rows} scores", ours, plain)


def main():
    """Measure on a database of its own, and leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assessments", type=int, default=10_000)
    parser.add_argument("--scores", type=int, default=1_000_000)
    parser.add_argument("--database", required=True)
    parser.add_argument("--config", required=True)
    options = parser.parse_args()
    odoo.tools.config.parse_config(
        ["-c", options.config, "-d", options.database, "--log-level=error"]
    )
    with Registry(options.database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        bench_scoring(env, options.assessments)
        bench_heat_map(env, options.scores)
        cr.rollback()


if __name__ == "__main__":
    main()
