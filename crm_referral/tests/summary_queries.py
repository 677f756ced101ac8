"""Every figure of a workbook's summary as plain SQL over the tables, all dates: the
second count with which the first one is compared.
"""

PRIDE_FORMS = """FROM crm_assessment a WHERE a.framework_id = {pride}
    AND a.state = 'done' AND a.is_revealed AND a.viewpoint = 'customer'
    AND a.active AND a.{c}"""
PRIDE_SCORES = PRIDE_FORMS.replace(
    "WHERE",
    "JOIN crm_assessment_score s ON s.assessment_id = a.id WHERE",
)
PRIDE_ASKED = """FROM crm_assessment a
    JOIN crm_assessment_round r ON r.id = a.round_id
    WHERE a.framework_id = {pride} AND a.viewpoint = 'customer'
    AND r.state = 'done' AND a.active AND a.{c}"""
BE_SURE_SCORES = """FROM crm_assessment a
    JOIN crm_assessment_score s ON s.assessment_id = a.id
    JOIN crm_assessment_round r ON r.id = a.round_id
    WHERE a.framework_id = {be_sure} AND r.is_reviewed AND a.active
    AND a.viewpoint = CASE r.settlement WHEN 'self' THEN 'self'
        ELSE 'reviewer' END
    AND r.dispute_state IS DISTINCT FROM 'open'
    AND r.settlement IS DISTINCT FROM 'void' AND a.{c}"""

# By the name of the figure
QUERIES = {
    "Requests": "SELECT count(*) FROM crm_referral WHERE active AND {c}",
    "Closed Requests": """SELECT count(*) FROM crm_referral
        WHERE active AND outcome IS NOT NULL AND {c}""",
    "Requests with Introduction": """SELECT count(*) FROM crm_referral
        WHERE active AND outcome = 'introduced' AND {c}""",
    "Success Rate": """SELECT avg((outcome = 'introduced')::int)
        FROM crm_referral WHERE active AND outcome IS NOT NULL AND {c}""",
    "Declined Requests": """SELECT count(*) FROM crm_referral
        WHERE active AND outcome = 'declined' AND {c}""",
    "Decline Rate": """SELECT avg((outcome = 'declined')::int)
        FROM crm_referral WHERE active AND outcome IS NOT NULL AND {c}""",
    "Candidates": """SELECT count(*) FROM crm_referral_candidate c
        JOIN crm_referral r ON r.id = referral_id
        WHERE c.active AND r.active AND c.{c}""",
    "Introductions": """SELECT count(*) FROM crm_referral_candidate c
        JOIN crm_referral r ON r.id = referral_id
        WHERE c.active AND r.active AND introduced_on IS NOT NULL AND c.{c}""",
    "Leads": """SELECT count(*) FROM crm_lead WHERE referrer_id IS NOT NULL
        AND (active OR won_status IN ('won', 'lost')) AND {c}""",
    "Leads Won": """SELECT count(*) FROM crm_lead
        WHERE referrer_id IS NOT NULL AND won_status = 'won' AND {c}""",
    "Leads Lost": """SELECT count(*) FROM crm_lead
        WHERE referrer_id IS NOT NULL AND won_status = 'lost' AND {c}""",
    "Win Rate": """SELECT avg((won_status = 'won')::int) FROM crm_lead
        WHERE referrer_id IS NOT NULL AND won_status IN ('won', 'lost')
        AND {c}""",
    "Won from Referral": """SELECT sum(expected_revenue) FROM crm_lead
        WHERE referrer_id IS NOT NULL AND won_status = 'won' AND {c}""",
    "All Won Revenue": """SELECT sum(expected_revenue) FROM crm_lead
        WHERE won_status = 'won' AND {n}""",
    "Days to Close": """SELECT
        avg(extract(epoch FROM closed_on - create_date) / 86400)
        FROM crm_referral WHERE active AND closed_on IS NOT NULL AND {c}""",
    "Share of Won Revenue": """SELECT
        sum(expected_revenue) FILTER (WHERE referrer_id IS NOT NULL)
        / nullif(sum(expected_revenue), 0)
        FROM crm_lead WHERE won_status = 'won' AND {n}""",
    "Days to Win": """SELECT
        avg(extract(epoch FROM l.date_closed - r.create_date) / 86400)
        FROM crm_lead l
        JOIN crm_referral_candidate c ON c.id = l.referral_candidate_id
        JOIN crm_referral r ON r.id = c.referral_id
        WHERE l.referrer_id IS NOT NULL AND l.won_status = 'won'
        AND l.{c}""",
    "PRIDE forms of customers": f"SELECT count(*) {PRIDE_FORMS}",
    "PRIDE Score": f"SELECT avg(s.score) {PRIDE_SCORES}",
    "Customers Asked (PRIDE)": f"SELECT count(*) {PRIDE_ASKED}",
    "Customers Who Answered (PRIDE)": f"""SELECT count(*) {PRIDE_ASKED}
        AND a.state = 'done'""",
    "Response Rate (PRIDE)": f"""SELECT avg((a.state = 'done')::int)
        {PRIDE_ASKED}""",
    "Net Promoter Score": f"""SELECT 100.0
        * (count(*) FILTER (WHERE a.recommendation IN (9, 10))
           - count(*) FILTER (WHERE a.recommendation BETWEEN 0 AND 6))
        / nullif(count(a.recommendation), 0) {PRIDE_FORMS}""",
    "BE SURE checklists": f"SELECT count(DISTINCT a.id) {BE_SURE_SCORES}",
    "BE SURE Score": f"SELECT avg(s.score) {BE_SURE_SCORES}",
}


def get_summary_queries(env, company):
    """:return: statements by the name of the figure
    :rtype: dict[str, str]
    """
    frameworks = {
        code: env.ref(f"crm_referral.crm_assessment_framework_{code}").id
        for code in ("pride", "be_sure")
    }
    own = f"company_id = {company.id}"
    return {
        name: query.format(c=own, n=f"({own} OR company_id IS NULL)", **frameworks)
        for name, query in QUERIES.items()
    }
