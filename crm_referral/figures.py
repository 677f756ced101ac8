"""The figures of referrals: each is named, explained and defined here, and only here.

Dashboard, workbook, PDF, mails and digest read this list; the fields of the analysis
take their names and helps from it. An addon adds its own in
``crm.referral.figures._get_all``.
"""

from functools import partial

from odoo.tools.translate import LazyTranslate

from odoo.addons.crm_foundation.tools.figures import (
    Counted,
    Figure,
    Rate,
    Records,
    rates_of,
    source,
    words_of,
)

_lt = LazyTranslate(__name__)

# The rows of the analysis that a figure counts.
REQUEST_ROWS = (("kind", "=", "request"),)
STEP_ROWS = (("kind", "=", "step"),)
CANDIDATE_ROWS = (("kind", "=", "candidate"),)
LEAD_ROWS = (("kind", "=", "lead"),)
# All that is won is read at once, also what has no referrer.
WON_ROWS = (("kind", "in", ("lead", "other")),)
PRIDE_ROWS = (("framework_id.code", "=", "pride"), ("viewpoint", "=", "customer"))
BE_SURE_ROWS = (("framework_id.code", "=", "be_sure"), ("is_counted", "=", True))

# The records behind a figure.
REFERRED = ("referrer_id", "!=", False)
WON = ("won_status", "=", "won")
WON_OR_LOST = ("won_status", "in", ("won", "lost"))
SCORED = ("scored_count", "!=", 0)
CLOSED_REQUESTS = Records("crm.referral", "closed_on", (("outcome", "!=", False),))
WON_LEADS = Records("crm.lead", "date_closed", (REFERRED, WON))
CLOSED_LEADS = Records("crm.lead", "date_closed", (REFERRED, WON_OR_LOST))
RECOMMENDATIONS = (
    ("framework_id.code", "=", "pride"),
    ("viewpoint", "=", "customer"),
    ("state", "=", "done"),
    ("is_revealed", "=", True),
)

Referred = partial(Counted, model="crm.referral.report")

REQUESTS = (
    Referred(
        code="asks",
        name=_lt("Requests"),
        full_name=_lt("Referral Requests"),
        help=_lt("Requests that were started in the period."),
        measure="request_count",
        rows=REQUEST_ROWS,
        records=Records("crm.referral", "create_date"),
    ),
    Referred(
        code="closed",
        name=_lt("Closed Requests"),
        help=_lt("Requests that got an outcome in the period, whenever they started."),
        measure="request_closed_count",
        rows=REQUEST_ROWS,
        date="closed_on",
        records=CLOSED_REQUESTS,
    ),
    Referred(
        code="succeeded",
        name=_lt("Requests with Introduction"),
        help=_lt("Requests that were closed as “Introduced” in the period."),
        measure="request_introduced_count",
        rows=REQUEST_ROWS,
        date="closed_on",
        records=Records("crm.referral", "closed_on", (("outcome", "=", "introduced"),)),
    ),
    Rate(
        code="success_rate",
        name=_lt("Success Rate"),
        help=_lt(
            "Requests that ended in this period with an introduction, of all that "
            "ended in it, whenever the customer was asked. The analysis counts by the "
            "day of asking, unless you group by Request Closed On."
        ),
        part="succeeded",
        whole=("closed",),
        measure="success_rate",
        records=CLOSED_REQUESTS,
    ),
    Referred(
        code="declined",
        name=_lt("Declined Requests"),
        help=_lt("Requests that were closed as “Declined” in the period."),
        measure="request_declined_count",
        rows=REQUEST_ROWS,
        date="closed_on",
        records=Records("crm.referral", "closed_on", (("outcome", "=", "declined"),)),
    ),
    Rate(
        code="decline_rate",
        name=_lt("Decline Rate"),
        help=_lt("Requests closed as declined, of all requests closed."),
        part="declined",
        whole=("closed",),
        measure="decline_rate",
        records=CLOSED_REQUESTS,
    ),
)

# What is the same for each figure of the funnel.
FUNNEL = {"rows": STEP_ROWS, "is_key": False}
STEPS = (
    Referred(
        code="step_entered",
        name=_lt("Entered"),
        help=_lt("Steps that were entered in the period."),
        measure="step_entered_count",
        **FUNNEL,
    ),
    Referred(
        code="step_left",
        name=_lt("Left"),
        help=_lt("Those of them that were left, in whatever way."),
        measure="step_left_count",
        **FUNNEL,
    ),
    Referred(
        code="step_done",
        name=_lt("Completed"),
        help=_lt("Those of them that were left complete, for the next step."),
        measure="step_done_count",
        **FUNNEL,
    ),
    Referred(
        code="step_skipped",
        name=_lt("Skipped"),
        help=_lt("Those of them that were skipped with a reason."),
        measure="step_skipped_count",
        **FUNNEL,
    ),
    Referred(
        code="step_back",
        name=_lt("Went Back"),
        help=_lt("Those of them that were left for a step before."),
        measure="step_back_count",
        **FUNNEL,
    ),
    Rate(
        code="step_done_rate",
        name=_lt("Completion Rate"),
        help=_lt("Steps that were left complete, of all steps that were left."),
        part="step_done",
        whole=("step_left",),
        measure="step_done_rate",
        is_key=False,
    ),
    Rate(
        code="step_skip_rate",
        name=_lt("Skip Rate"),
        help=_lt("Steps that were skipped, of all steps that were left."),
        part="step_skipped",
        whole=("step_left",),
        measure="step_skip_rate",
        is_key=False,
    ),
    Referred(
        code="step_days",
        name=_lt("Days in Step"),
        help=_lt("Average days from entering a step to leaving it."),
        measure="step_days",
        aggregator="avg",
        format="decimal",
        base="step_left",
        **FUNNEL,
    ),
)

LEADS = (
    Referred(
        code="candidates",
        name=_lt("Candidates"),
        help=_lt("Candidates who were named in the period."),
        measure="candidate_count",
        rows=CANDIDATE_ROWS,
        records=Records(
            "crm.referral.candidate",
            "create_date",
            (("referral_active", "=", True),),
        ),
    ),
    Referred(
        code="introductions",
        name=_lt("Introductions"),
        help=_lt("Candidates whom a customer introduced to us in the period."),
        measure="introduced_count",
        rows=CANDIDATE_ROWS,
        date="introduced_on",
        records=Records(
            "crm.referral.candidate",
            "introduced_on",
            (("referral_active", "=", True),),
        ),
    ),
    Referred(
        code="agreed",
        name=_lt("Agreed"),
        help=_lt(
            "Candidates whom the customer agreed to introduce, whatever came of it."
        ),
        measure="agreed_count",
        rows=CANDIDATE_ROWS,
        is_key=False,
    ),
    Rate(
        code="agreement_rate",
        name=_lt("Agreement Rate"),
        help=_lt(
            "Candidates whom the customer agreed to introduce, of all candidates."
        ),
        part="agreed",
        whole=("candidates",),
        measure="agreement_rate",
        is_key=False,
    ),
    Referred(
        code="introduced_won",
        name=_lt("Introductions Won"),
        help=_lt("Those of the introductions that have become a won lead by now."),
        measure="introduced_won_count",
        rows=CANDIDATE_ROWS,
        date="introduced_on",
        is_key=False,
        records=Records(
            "crm.referral.candidate",
            "introduced_on",
            (
                ("referral_active", "=", True),
                ("credited_lead_ids", "any", [("won_status", "=", "won")]),
            ),
        ),
    ),
    Rate(
        code="introduction_win_rate",
        name=_lt("Win Rate of Introductions"),
        help=_lt(
            "Introductions that have become a won lead by now, of all introductions: "
            "how good they are, not how many."
        ),
        part="introduced_won",
        whole=("introductions",),
        measure="introduction_win_rate",
        is_key=False,
    ),
    Referred(
        code="leads",
        name=_lt("Leads"),
        help=_lt("Leads with a referrer that were made in the period."),
        measure="lead_count",
        rows=LEAD_ROWS,
        date="lead_created_on",
        records=Records(
            "crm.lead",
            "create_date",
            ("&", REFERRED, "|", ("active", "=", True), WON_OR_LOST),
        ),
    ),
    Referred(
        code="won",
        name=_lt("Leads Won"),
        full_name=_lt("Leads Won from Referral"),
        help=_lt("Leads with a referrer that were won in the period."),
        measure="won_count",
        rows=WON_ROWS,
        records=WON_LEADS,
    ),
    Referred(
        code="lost",
        name=_lt("Leads Lost"),
        help=_lt("Leads with a referrer that were lost in the period."),
        measure="lost_count",
        rows=WON_ROWS,
        records=Records(
            "crm.lead", "date_closed", (REFERRED, ("won_status", "=", "lost"))
        ),
    ),
    Rate(
        code="win_rate",
        name=_lt("Win Rate"),
        help=_lt("Leads with a referrer that were won, of those won or lost."),
        part="won",
        whole=("won", "lost"),
        measure="win_rate",
        whole_measure="lead_closed_count",
        records=CLOSED_LEADS,
    ),
)

REVENUE = (
    Referred(
        code="revenue",
        name=_lt("Won from Referral"),
        help=_lt(
            "Expected revenue of the leads with a referrer that were won in the "
            "period, converted at the rate of the day they were won."
        ),
        measure="won_revenue",
        rows=WON_ROWS,
        format="money",
        records=WON_LEADS,
    ),
    Referred(
        code="all_revenue",
        name=_lt("All Won Revenue"),
        help=_lt("Expected revenue of all opportunities won in the period."),
        measure="total_won_revenue",
        rows=WON_ROWS,
        format="money",
        records=Records("crm.lead", "date_closed", (WON,)),
    ),
    Rate(
        code="share",
        name=_lt("Share of Won Revenue"),
        help=_lt("Won revenue from referral, of all won revenue."),
        part="revenue",
        whole=("all_revenue",),
        measure="revenue_share",
        records=Records("crm.lead", "date_closed", (WON,)),
    ),
    Referred(
        code="days_to_close",
        name=_lt("Days to Close"),
        help=_lt("Average days from start to outcome of the requests closed."),
        measure="days_to_close",
        aggregator="avg",
        rows=REQUEST_ROWS,
        date="closed_on",
        format="decimal",
        base="closed",
        records=CLOSED_REQUESTS,
    ),
    Referred(
        code="days_to_win",
        name=_lt("Days to Win"),
        help=_lt("Average days from the start of the request to the won lead."),
        measure="days_to_win",
        aggregator="avg",
        rows=WON_ROWS,
        format="decimal",
        base="won",
        records=WON_LEADS,
    ),
)

# What is the same for each figure of a framework.
PRIDE = {"model": "crm.assessment.report", "rows": PRIDE_ROWS}
BE_SURE = {"model": "crm.assessment.report", "rows": BE_SURE_ROWS}
ASSESSMENTS = (
    Counted(
        code="pride_forms",
        name=_lt("PRIDE forms of customers"),
        help=_lt("Forms of ended rounds that customers signed."),
        measure="assessment_id",
        aggregator="count_distinct",
        records=Records("crm.assessment.report", "date", PRIDE_ROWS),
        **PRIDE,
    ),
    Counted(
        code="pride_score",
        name=_lt("PRIDE Score"),
        help=_lt(
            "Mean of all areas that customers answered, from 0 to 100; of ended rounds."
        ),
        measure="score",
        aggregator="avg",
        format="score",
        base="pride_forms",
        records=Records("crm.assessment.report", "date", (*PRIDE_ROWS, SCORED)),
        **PRIDE,
    ),
    Figure(
        code="pride_asked",
        name=_lt("Customers Asked (PRIDE)"),
        help=_lt("Customers who were asked in rounds that ended in the period."),
    ),
    Figure(
        code="pride_answered",
        name=_lt("Customers Who Answered (PRIDE)"),
        help=_lt("Those of them who answered."),
    ),
    Rate(
        code="response_rate",
        name=_lt("Response Rate (PRIDE)"),
        help=_lt("Customers who answered, of all customers who were asked."),
        part="pride_answered",
        whole=("pride_asked",),
    ),
    Figure(
        code="nps",
        name=_lt("Net Promoter Score"),
        help=_lt(
            "Customers who would recommend us (9 or 10 of 10), less those who would "
            "not (0 to 6), of all who answered; from -100 to 100."
        ),
        format="points",
        base="nps_count",
        records=Records(
            "crm.assessment",
            "done_on",
            (*RECOMMENDATIONS, ("recommendation", "!=", False)),
        ),
    ),
    Counted(
        code="be_sure_forms",
        name=_lt("BE SURE checklists"),
        help=_lt("Reviewed checklists that nobody disputes."),
        measure="assessment_id",
        aggregator="count_distinct",
        records=Records("crm.assessment.report", "date", BE_SURE_ROWS),
        **BE_SURE,
    ),
    Counted(
        code="be_sure_score",
        name=_lt("BE SURE Score"),
        help=_lt(
            "Mean of all areas of reviewed checklists that nobody disputes, from 0 to "
            "100."
        ),
        measure="score",
        aggregator="avg",
        format="score",
        base="be_sure_forms",
        records=Records("crm.assessment.report", "date", (*BE_SURE_ROWS, SCORED)),
        **BE_SURE,
    ),
)

FIGURES = (*REQUESTS, *STEPS, *LEADS, *REVENUE, *ASSESSMENTS)
RATES = rates_of(FIGURES, "crm.referral.report")


BY_CODE = {figure.code: figure for figure in FIGURES}


def words(code: str) -> dict[str, str]:
    """:return: name and help of a field of the analysis, as the figure has them"""
    return words_of(BY_CODE[code])


def full_name(code: str) -> str:
    """:return: name of a field that is a figure where nothing around it says of what"""
    figure = BY_CODE[code]
    return source(figure.full_name or figure.name)
