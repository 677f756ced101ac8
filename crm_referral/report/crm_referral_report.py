from functools import partial

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query
from odoo.tools.safe_eval import safe_eval

from odoo.addons.crm_foundation.tools.local_time import sql_timezone, timezone_of
from odoo.addons.crm_guided_conversation.const import STEP_OUTCOMES

from ..models.crm_referral import OUTCOMES
from ..models.crm_referral_candidate import PROMISING_STATES, STATES
from ..models.crm_referral_funnel import STAY_SECONDS

KINDS = [
    ("request", "Request"),
    ("step", "Time in a step"),
    ("candidate", "Candidate"),
    ("lead", "Lead from referral"),
    ("other", "Other won opportunity"),
]

# A rate is one sum divided by another over the same rows, never an average of rates.
RATES = {
    "success_rate": ("request_introduced_count", "request_closed_count"),
    "decline_rate": ("request_declined_count", "request_closed_count"),
    "step_done_rate": ("step_done_count", "step_left_count"),
    "step_skip_rate": ("step_skipped_count", "step_left_count"),
    "agreement_rate": ("agreed_count", "candidate_count"),
    "introduction_rate": ("introduced_count", "candidate_count"),
    "conversion_rate": ("converted_count", "introduced_count"),
    "win_rate": ("won_count", "lead_closed_count"),
    "revenue_share": ("won_revenue", "total_won_revenue"),
    "revenue_per_request": ("won_revenue", "request_count"),
}

# The rows that a mean, or a rate whose parts are of several kinds, is made of.
COUNTED = {
    "revenue_per_request": ["|", ["won_revenue", "!=", 0], ["request_count", "!=", 0]],
    "step_days": [["step_left_count", "!=", 0]],
    "days_to_close": [["request_closed_count", "!=", 0]],
    "days_to_introduction": [
        ["candidate_count", "!=", 0],
        ["introduced_on", "!=", False],
    ],
    "days_to_lead": [["lead_count", "!=", 0], ["asked_on", "!=", False]],
    "days_to_win": [["won_count", "!=", 0], ["asked_on", "!=", False]],
}

# Every kind of row gives each column, or nothing (zero for what is summed).
COLUMN_TYPES = {
    "kind": "varchar",
    "active": "bool",
    "date": "timestamp",
    "asked_on": "timestamp",
    "introduced_on": "date",
    "closed_on": "timestamp",
    "lead_created_on": "timestamp",
    "referral_id": "int4",
    "candidate_id": "int4",
    "lead_id": "int4",
    "step_id": "int4",
    "partner_id": "int4",
    "industry_id": "int4",
    "buyer_industry_id": "int4",
    "user_id": "int4",
    "team_id": "int4",
    "company_id": "int4",
    "outcome": "varchar",
    "decline_reason_id": "int4",
    "step_outcome": "varchar",
    "state": "varchar",
    "introduction_channel": "varchar",
    "named_by": "varchar",
    "won_status": "varchar",
    "step_days": "float8",
    "days_to_close": "float8",
    "days_to_introduction": "float8",
    "days_to_lead": "float8",
    "days_to_win": "float8",
}
COUNT_COLUMNS = (
    "request_count",
    "request_open_count",
    "request_closed_count",
    "request_introduced_count",
    "request_declined_count",
    "step_entered_count",
    "step_left_count",
    "step_done_count",
    "step_skipped_count",
    "step_back_count",
    "candidate_count",
    "agreed_count",
    "introduced_count",
    "contacted_count",
    "converted_count",
    "lead_count",
    "lead_closed_count",
    "won_count",
    "lost_count",
)
REVENUE_COLUMNS = ("won_revenue", "total_won_revenue", "open_revenue")

# What :meth:`_search` and :meth:`_read_group` found out, in the context: of a type that
# no call from outside can send.
KINDS_KEY = "referral_report_kinds"
FUNNEL_KEY = "referral_report_funnel"
USE_FUNNEL = object()

# What the ledger of the stays (crm.referral.funnel) can tell.
FUNNEL_DIMENSIONS = {
    "kind",
    "active",
    "step_id",
    "step_outcome",
    "user_id",
    "team_id",
    "company_id",
}
FUNNEL_PERIODS = {
    f"date:{period}"
    for period in (
        "month",
        "quarter",
        "year",
        "month_number",
        "quarter_number",
        "year_number",
    )
}
FUNNEL_AGGREGATES = {
    "__count",
    "step_entered_count:sum",
    "step_left_count:sum",
    "step_done_count:sum",
    "step_skipped_count:sum",
    "step_back_count:sum",
    "step_done_rate:avg",
    "step_skip_rate:avg",
    "step_days:avg",
}


class CrmReferralReport(models.Model):
    """Analysis of referral requests, their steps, candidates, leads and revenue.

    One row per request, per stay in a step, per candidate, per lead that came of a
    referral and per other opportunity that was won, all under the same dimensions. So a
    single pivot shows how asks become introductions, leads and revenue, and what share
    of all won revenue that is. The database only reads the kinds of rows that a filter
    leaves over.

    The rows of a request or candidate belong to the salesperson who asks, those of a
    lead to the one who sells: the record rules are those of the records themselves.
    """

    _name = "crm.referral.report"
    _description = "Referral Analysis"
    _inherit = "crm.analysis.mixin"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _rate_fields = frozenset(RATES) - {"revenue_per_request"}

    _depends = {
        "crm.referral": [
            "active",
            "closed_on",
            "company_id",
            "create_date",
            "decline_reason_id",
            "outcome",
            "partner_id",
            "step_id",
            "team_id",
            "user_id",
        ],
        "crm.referral.step.log": [
            "company_id",
            "entered_on",
            "left_on",
            "outcome",
            "referral_active",
            "referral_id",
            "step_id",
            "team_id",
            "user_id",
        ],
        "crm.referral.candidate": [
            "active",
            "company_id",
            "contacted_on",
            "create_date",
            "introduced_on",
            "introduction_channel",
            "lead_id",
            "named_by",
            "referral_id",
            "referrer_id",
            "state",
            "team_id",
            "user_id",
        ],
        "crm.lead": [
            "active",
            "company_id",
            "create_date",
            "date_closed",
            "expected_revenue",
            "partner_id",
            "referral_candidate_id",
            "referrer_id",
            "team_id",
            "user_id",
            "won_status",
        ],
        "res.company": ["currency_id"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
        "res.partner": ["commercial_partner_id", "industry_id"],
    }

    # What the row is about
    kind = fields.Selection(
        selection=KINDS, readonly=True, help="What one row of the analysis stands for."
    )
    referral_id = fields.Many2one(
        comodel_name="crm.referral", string="Request", readonly=True
    )
    candidate_id = fields.Many2one(comodel_name="crm.referral.candidate", readonly=True)
    lead_id = fields.Many2one(comodel_name="crm.lead", readonly=True)
    active = fields.Boolean(readonly=True)

    # When
    date = fields.Datetime(
        readonly=True,
        help="The day that counts: when the customer was asked, the step was entered, "
        "the candidate was named, or the opportunity was closed.",
    )
    asked_on = fields.Datetime(
        readonly=True,
        help="When the customer was asked. Group by it to see what came of the "
        "requests of one month, whenever that was.",
    )
    introduced_on = fields.Date(readonly=True)
    closed_on = fields.Datetime(string="Request Closed On", readonly=True)
    lead_created_on = fields.Datetime(readonly=True)

    # By what
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Referrer",
        readonly=True,
        help="The customer who was asked.",
    )
    industry_id = fields.Many2one(
        comodel_name="res.partner.industry",
        string="Referrer's Industry",
        readonly=True,
    )
    buyer_industry_id = fields.Many2one(
        comodel_name="res.partner.industry",
        readonly=True,
        help="Industry of the customer behind the lead.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Salesperson", readonly=True
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    step_id = fields.Many2one(
        comodel_name="crm.referral.step",
        readonly=True,
        help="The step that was entered; for a request the step it is in or ended in.",
    )
    outcome = fields.Selection(
        selection=OUTCOMES,
        string="Request Outcome",
        readonly=True,
        falsy_value_label="Open",
    )
    decline_reason_id = fields.Many2one(
        comodel_name="crm.referral.decline.reason", readonly=True
    )
    step_outcome = fields.Selection(
        selection=STEP_OUTCOMES,
        readonly=True,
        falsy_value_label="Still there",
        help="How the step was left.",
    )
    state = fields.Selection(selection=STATES, string="Candidate State", readonly=True)
    introduction_channel = fields.Selection(
        selection=lambda self: self._get_candidate_selection("introduction_channel"),
        readonly=True,
    )
    named_by = fields.Selection(
        selection=lambda self: self._get_candidate_selection("named_by"), readonly=True
    )
    won_status = fields.Selection(
        selection=[("won", "Won"), ("lost", "Lost"), ("pending", "Pending")],
        string="Lead Status",
        readonly=True,
    )

    # How many
    request_count = fields.Integer(string="Requests", readonly=True)
    request_open_count = fields.Integer(string="Open Requests", readonly=True)
    request_closed_count = fields.Integer(string="Closed Requests", readonly=True)
    request_introduced_count = fields.Integer(
        string="Requests with Introduction", readonly=True
    )
    request_declined_count = fields.Integer(string="Declined Requests", readonly=True)
    step_entered_count = fields.Integer(string="Entered", readonly=True)
    step_left_count = fields.Integer(string="Left", readonly=True)
    step_done_count = fields.Integer(string="Completed", readonly=True)
    step_skipped_count = fields.Integer(string="Skipped", readonly=True)
    step_back_count = fields.Integer(string="Went Back", readonly=True)
    candidate_count = fields.Integer(string="Candidates", readonly=True)
    agreed_count = fields.Integer(
        string="Agreed",
        readonly=True,
        help="Candidates whom the customer agreed to introduce, whatever came of it.",
    )
    introduced_count = fields.Integer(
        string="Introductions",
        readonly=True,
        help="Candidates who were introduced, whatever came of it.",
    )
    contacted_count = fields.Integer(string="Contacted", readonly=True)
    converted_count = fields.Integer(string="Converted", readonly=True)
    lead_count = fields.Integer(string="Leads", readonly=True)
    lead_closed_count = fields.Integer(string="Leads Closed", readonly=True)
    won_count = fields.Integer(string="Leads Won", readonly=True)
    lost_count = fields.Integer(string="Leads Lost", readonly=True)

    # How much, in the currency of the current company at the day that counts
    won_revenue = fields.Monetary(
        string="Won from Referral", currency_field="currency_id", readonly=True
    )
    total_won_revenue = fields.Monetary(
        string="All Won Revenue", currency_field="currency_id", readonly=True
    )
    open_revenue = fields.Monetary(
        string="Expected from Referral",
        currency_field="currency_id",
        readonly=True,
        help="Expected revenue of the open leads that came from a referral.",
    )

    # How long: averages over the rows themselves
    step_days = fields.Float(
        string="Days in Step", readonly=True, aggregator="avg", digits=(16, 1)
    )
    days_to_close = fields.Float(
        string="Days to Close",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From asking to the end of the request.",
    )
    days_to_introduction = fields.Float(
        string="Days to Introduction",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From naming the candidate to the introduction.",
    )
    days_to_lead = fields.Float(
        string="Days to Lead",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From asking the customer to the lead.",
    )
    days_to_win = fields.Float(
        string="Days to Win",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From asking the customer to the won opportunity.",
    )

    # Rates, see RATES
    success_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Closed requests with an introduction, of all closed requests; by the day "
        "of asking, unless you group or filter by Request Closed On.",
    )
    decline_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Closed requests that the customer declined, of all closed requests.",
    )
    step_done_rate = fields.Float(
        string="Completion Rate",
        readonly=True,
        aggregator="avg",
        help="Steps that were left complete, of all steps that were left.",
    )
    step_skip_rate = fields.Float(
        string="Skip Rate",
        readonly=True,
        aggregator="avg",
        help="Steps that were skipped, of all steps that were left.",
    )
    agreement_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Candidates whom the customer agreed to introduce, of all candidates.",
    )
    introduction_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Candidates who were introduced, of all candidates.",
    )
    conversion_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Candidates who became a lead, of all who were introduced.",
    )
    win_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Leads from referral that were won, of those won or lost.",
    )
    revenue_share = fields.Float(
        string="Share of Won Revenue",
        readonly=True,
        aggregator="avg",
        help="Revenue won from referral, of all won revenue.",
    )
    revenue_per_request = fields.Monetary(
        string="Won per Request",
        currency_field="currency_id",
        readonly=True,
        aggregator="avg",
        help="Revenue won from referral, divided by the requests made.",
    )

    # === QUERY === #

    @property
    def _table_query(self) -> SQL:
        """The rows of all kinds, one below the other.

        Only of the kinds that :meth:`_search` found to be asked for. The ids are those
        of the records, spread so that none is there twice.
        """
        if self._uses_funnel():
            return self._prepare_part(1, "step", *self._prepare_funnel_part())
        kinds = self.env.context.get(KINDS_KEY)
        if not isinstance(kinds, frozenset):
            kinds = None
        return SQL(" UNION ALL ").join(
            self._prepare_part(position, kind, *part())
            for position, (kind, part) in enumerate(self._get_parts().items())
            if kinds is None or kind in kinds
        )

    def _search(self, domain, *args, **kwargs):
        """Leave out the kinds of rows that the domain excludes.

        PostgreSQL would leave them out as well, but it would compute all columns of
        what is left: a select of one kind alone becomes part of the query around it.
        """
        domain = Domain(domain).optimize(self)
        kinds = self._get_kinds(domain)
        if kinds:
            self = self.with_context(**{KINDS_KEY: frozenset(kinds)})
        if len(kinds) == 1:
            domain = domain.map_conditions(partial(self._decide_kind, *kinds))
        return super()._search(domain, *args, **kwargs)

    def _decide_kind(self, kind, condition):
        """What holds for every row would only spoil PostgreSQL's estimates."""
        if condition.field_expr == "kind" and condition.operator == "in":
            return Domain(kind in condition.value)
        return condition

    def _get_kinds(self, domain):
        """:return: kinds that a domain allows; empty when it does not say.
        :rtype: set[str]
        """
        kinds, said = set(self._get_parts()), False
        for fname, operator, value in self._get_conjuncts(iter(domain)):
            if fname == "kind" and operator in ("=", "in"):
                kinds &= {value} if isinstance(value, str) else set(value or ())
                said = True
        return kinds if said else set()

    def _get_conjuncts(self, tokens):
        """:return: conditions of a domain, in prefix notation, that always hold.
        :rtype: list
        """
        token = next(tokens, None)
        if token in ("|", "&"):
            parts = [self._get_conjuncts(tokens) for _side in range(2)]
            return parts[0] + parts[1] if token == "&" else []
        if token == "!":
            self._get_conjuncts(tokens)
            return []
        return [token] if token and len(token) == 3 else []

    def _get_parts(self):
        """What the analysis is made of; a bridge adds its kind at the end.

        :return: method that gives id, columns and source of the rows, by kind.
        :rtype: dict
        """
        return {
            "request": self._prepare_request_part,
            "step": self._prepare_step_part,
            "candidate": self._prepare_candidate_part,
            "lead": self._prepare_lead_part,
            "other": self._prepare_other_part,
        }

    def _prepare_part(self, position, kind, row_id, columns, source) -> SQL:
        """:return: the select of one kind of rows, with all columns in their order."""
        columns = {"kind": SQL("%s", kind), "active": SQL("TRUE"), **columns}
        terms = [
            SQL("%s::bigint * %s + %s AS id", row_id, len(self._get_parts()), position),
            SQL("%s::int4 AS currency_id", self.env.company.currency_id.id),
        ]
        for name, column_type in COLUMN_TYPES.items():
            expression = columns.get(name, SQL("NULL"))
            terms.append(
                SQL(
                    "(%s)::%s AS %s", expression, SQL(column_type), SQL.identifier(name)
                )
            )
        for name in COUNT_COLUMNS:
            expression = columns.get(name)
            count = SQL("(%s)::int", expression) if expression else SQL("0")
            terms.append(SQL("%s AS %s", count, SQL.identifier(name)))
        for name in REVENUE_COLUMNS:
            expression = columns.get(name, SQL("0.0"))
            terms.append(SQL("(%s)::numeric AS %s", expression, SQL.identifier(name)))
        terms.append(
            SQL("(%s)::int8 AS step_seconds", columns.get("step_seconds", SQL("0")))
        )
        for name, (numerator, denominator) in RATES.items():
            terms.append(
                SQL(
                    "(%s)::float8 / NULLIF((%s)::float8, 0) AS %s",
                    columns.get(numerator, SQL("0")),
                    columns.get(denominator, SQL("0")),
                    SQL.identifier(name),
                )
            )
        return SQL("SELECT %s FROM %s", SQL(", ").join(terms), source)

    def _prepare_request_part(self):
        columns = {
            "active": SQL("r.active"),
            "date": SQL("r.create_date"),
            "asked_on": SQL("r.create_date"),
            "closed_on": SQL("r.closed_on"),
            "referral_id": SQL("r.id"),
            "step_id": SQL("r.step_id"),
            "partner_id": SQL("r.partner_id"),
            "industry_id": SQL("COALESCE(p.industry_id, cp.industry_id)"),
            "user_id": SQL("r.user_id"),
            "team_id": SQL("r.team_id"),
            "company_id": SQL("r.company_id"),
            "outcome": SQL("r.outcome"),
            "decline_reason_id": SQL("r.decline_reason_id"),
            "days_to_close": self._days(SQL("r.create_date"), SQL("r.closed_on")),
            "request_count": SQL("1"),
            "request_open_count": self._flag(SQL("r.outcome IS NULL")),
            "request_closed_count": self._flag(SQL("r.outcome IS NOT NULL")),
            "request_introduced_count": self._flag(SQL("r.outcome = 'introduced'")),
            "request_declined_count": self._flag(SQL("r.outcome = 'declined'")),
        }
        source = SQL("crm_referral r %s", self._join_partner(SQL("r.partner_id")))
        return SQL("r.id"), columns, source

    def _prepare_step_part(self):
        seconds = SQL("COALESCE(%s, 0)", STAY_SECONDS)
        columns = {
            "active": SQL("s.referral_active"),
            "date": SQL("s.entered_on"),
            "asked_on": SQL("r.create_date"),
            "closed_on": SQL("r.closed_on"),
            "referral_id": SQL("s.referral_id"),
            "step_id": SQL("s.step_id"),
            "partner_id": SQL("r.partner_id"),
            "industry_id": SQL("COALESCE(p.industry_id, cp.industry_id)"),
            "user_id": SQL("s.user_id"),
            "team_id": SQL("s.team_id"),
            "company_id": SQL("s.company_id"),
            "outcome": SQL("r.outcome"),
            "decline_reason_id": SQL("r.decline_reason_id"),
            "step_outcome": SQL("s.outcome"),
            "step_days": SQL("%s / 86400.0", STAY_SECONDS),
            "step_seconds": seconds,
            "step_entered_count": SQL("1"),
            "step_left_count": self._flag(SQL("s.left_on IS NOT NULL")),
            "step_done_count": self._flag(SQL("s.outcome = 'done'")),
            "step_skipped_count": self._flag(SQL("s.outcome = 'skipped'")),
            "step_back_count": self._flag(SQL("s.outcome = 'back'")),
        }
        # An outer join, which PostgreSQL drops when nothing of the request is read.
        source = SQL(
            """crm_referral_step_log s
            LEFT JOIN crm_referral r ON r.id = s.referral_id
            %s""",
            self._join_partner(SQL("r.partner_id")),
        )
        return SQL("s.id"), columns, source

    def _prepare_funnel_part(self):
        """The same stays as :meth:`_prepare_step_part`, added up by month."""
        columns = {
            "active": SQL("f.referral_active"),
            "date": SQL("f.date"),
            "step_id": SQL("f.step_id"),
            "user_id": SQL("f.user_id"),
            "team_id": SQL("f.team_id"),
            "company_id": SQL("f.company_id"),
            "step_outcome": SQL("f.step_outcome"),
            "step_seconds": SQL("f.seconds"),
            "step_entered_count": SQL("f.entered_count"),
            "step_left_count": SQL("f.left_count"),
            **{
                f"step_{outcome}_count": SQL(
                    "CASE WHEN f.step_outcome = %s THEN f.entered_count ELSE 0 END",
                    outcome,
                )
                for outcome in ("done", "skipped", "back")
            },
        }
        return SQL("f.id"), columns, SQL("crm_referral_funnel f")

    def _prepare_candidate_part(self):
        promising = SQL(
            "(c.state IN %s OR c.introduced_on IS NOT NULL)", PROMISING_STATES
        )
        columns = {
            "active": SQL("(c.active AND r.active)"),
            "date": SQL("c.create_date"),
            "asked_on": SQL("r.create_date"),
            "introduced_on": SQL("c.introduced_on"),
            "closed_on": SQL("r.closed_on"),
            "lead_created_on": SQL("l.create_date"),
            "referral_id": SQL("c.referral_id"),
            "candidate_id": SQL("c.id"),
            "lead_id": SQL("c.lead_id"),
            "step_id": SQL("r.step_id"),
            "partner_id": SQL("c.referrer_id"),
            "industry_id": SQL("COALESCE(p.industry_id, cp.industry_id)"),
            "user_id": SQL("c.user_id"),
            "team_id": SQL("c.team_id"),
            "company_id": SQL("c.company_id"),
            "outcome": SQL("r.outcome"),
            "decline_reason_id": SQL("r.decline_reason_id"),
            "state": SQL("c.state"),
            "introduction_channel": SQL("c.introduction_channel"),
            "named_by": SQL("c.named_by"),
            "won_status": SQL("l.won_status"),
            "days_to_introduction": self._days_until(
                SQL("c.create_date"), SQL("c.introduced_on")
            ),
            "candidate_count": SQL("1"),
            "agreed_count": self._flag(promising),
            "introduced_count": self._flag(
                SQL("(c.introduced_on IS NOT NULL OR c.state = 'converted')")
            ),
            "contacted_count": self._flag(
                SQL("(c.contacted_on IS NOT NULL OR c.state = 'contacted')")
            ),
            "converted_count": self._flag(SQL("c.state = 'converted'")),
        }
        source = SQL(
            """crm_referral_candidate c
            JOIN crm_referral r ON r.id = c.referral_id
            LEFT JOIN crm_lead l ON l.id = c.lead_id
            %s""",
            self._join_partner(SQL("c.referrer_id")),
        )
        return SQL("c.id"), columns, source

    def _prepare_lead_part(self):
        won_on = self._won_on()
        won = SQL("(l.won_status = 'won')")
        revenue = self._convert_revenue()
        columns = {
            **self._prepare_lead_columns(),
            "asked_on": SQL("r.create_date"),
            "introduced_on": SQL("c.introduced_on"),
            "closed_on": SQL("r.closed_on"),
            "lead_created_on": SQL("l.create_date"),
            "date": SQL(
                "CASE WHEN l.won_status = 'pending' THEN l.create_date ELSE %s END",
                won_on,
            ),
            "referral_id": SQL("r.id"),
            "candidate_id": SQL("c.id"),
            "partner_id": SQL("l.referrer_id"),
            "industry_id": SQL("COALESCE(p.industry_id, cp.industry_id)"),
            "outcome": SQL("r.outcome"),
            "step_id": SQL("r.step_id"),
            "state": SQL("c.state"),
            "introduction_channel": SQL("c.introduction_channel"),
            "named_by": SQL("c.named_by"),
            "days_to_lead": self._days(SQL("r.create_date"), SQL("l.create_date")),
            "days_to_win": SQL(
                "CASE WHEN %s THEN %s END",
                won,
                self._days(SQL("r.create_date"), won_on),
            ),
            "lead_count": SQL("1"),
            "lead_closed_count": self._flag(SQL("l.won_status IN ('won', 'lost')")),
            "won_count": self._flag(won),
            "lost_count": self._flag(SQL("l.won_status = 'lost'")),
            "won_revenue": SQL("CASE WHEN %s THEN %s ELSE 0 END", won, revenue),
            "total_won_revenue": SQL("CASE WHEN %s THEN %s ELSE 0 END", won, revenue),
            "open_revenue": SQL(
                "CASE WHEN l.won_status = 'pending' THEN %s ELSE 0 END", revenue
            ),
        }
        source = SQL(
            """crm_lead l
            LEFT JOIN crm_referral_candidate c ON c.id = l.referral_candidate_id
            LEFT JOIN crm_referral r ON r.id = c.referral_id
            %s %s %s
            WHERE l.referrer_id IS NOT NULL""",
            self._join_partner(SQL("l.referrer_id")),
            self._join_buyer(),
            self._join_company(),
        )
        return SQL("l.id"), columns, source

    def _prepare_other_part(self):
        columns = {
            **self._prepare_lead_columns(),
            "lead_created_on": SQL("l.create_date"),
            "date": self._won_on(),
            "total_won_revenue": self._convert_revenue(),
        }
        source = SQL(
            "crm_lead l %s %s WHERE l.referrer_id IS NULL AND l.won_status = 'won'",
            self._join_buyer(),
            self._join_company(),
        )
        return SQL("l.id"), columns, source

    def _prepare_lead_columns(self):
        return {
            # A lead that is won or lost counts all the same when it is archived.
            "active": SQL("(l.active OR l.won_status IN ('won', 'lost'))"),
            "lead_id": SQL("l.id"),
            "buyer_industry_id": SQL("COALESCE(b.industry_id, cb.industry_id)"),
            "user_id": SQL("l.user_id"),
            "team_id": SQL("l.team_id"),
            "company_id": SQL("l.company_id"),
            "won_status": SQL("l.won_status"),
        }

    @staticmethod
    def _flag(condition) -> SQL:
        """:return: 1 if the condition holds, else 0."""
        return SQL("CASE WHEN %s THEN 1 ELSE 0 END", condition)

    @staticmethod
    def _days(start, end) -> SQL:
        """:return: days from one time to another, with fractions and never negative."""
        days = SQL("EXTRACT(EPOCH FROM (%s - %s)) / 86400.0", end, start)
        return SQL("CASE WHEN %s >= %s THEN %s ELSE 0 * %s END", end, start, days, days)

    def _days_until(self, moment, day) -> SQL:
        """:return: whole days from the day of a moment in UTC to a day, never negative;
        the day it was at the company, or where its user is.
        """
        zone = sql_timezone(self.env.cr, timezone_of(self.env.company, self.env.user))
        days = SQL("%s - timezone(%s, timezone('UTC', %s))::date", day, zone, moment)
        return SQL("CASE WHEN (%s) < 0 THEN 0 ELSE %s END", days, days)

    @staticmethod
    def _won_on() -> SQL:
        """:return: when a lead was closed, also for one that was imported without."""
        return SQL("COALESCE(l.date_closed, l.date_last_stage_update, l.create_date)")

    @staticmethod
    def _join_partner(column) -> SQL:
        return SQL(
            """LEFT JOIN res_partner p ON p.id = %s
            LEFT JOIN res_partner cp ON cp.id = p.commercial_partner_id""",
            column,
        )

    @staticmethod
    def _join_buyer() -> SQL:
        return SQL(
            """LEFT JOIN res_partner b ON b.id = l.partner_id
            LEFT JOIN res_partner cb ON cb.id = b.commercial_partner_id"""
        )

    @staticmethod
    def _join_company() -> SQL:
        return SQL("LEFT JOIN res_company lc ON lc.id = l.company_id")

    def _convert_revenue(self) -> SQL:
        """The expected revenue of a lead in the currency of the current company.

        What is won counts at the rate of that day, what is open at today's. A lead of
        no company is in the current company's currency, as everywhere in CRM.
        """
        currency_id = self.env.company.currency_id.id
        day = SQL(
            "(CASE WHEN l.won_status = 'pending' THEN %s ELSE %s END)::date",
            fields.Date.context_today(self),
            self._won_on(),
        )
        return SQL(
            """CASE WHEN lc.currency_id IS NULL OR lc.currency_id = %(currency)s
                THEN COALESCE(l.expected_revenue, 0)
                ELSE COALESCE(l.expected_revenue, 0) * %(to_rate)s / %(from_rate)s
                END""",
            currency=currency_id,
            to_rate=self._rate(SQL("%s", currency_id), day),
            from_rate=self._rate(SQL("lc.currency_id"), day),
        )

    def _rate(self, currency, day) -> SQL:
        """:return: the rate of that day, or the first there is, as Odoo chooses it."""
        rates = SQL(
            """SELECT rate FROM res_currency_rate
            WHERE currency_id = %s AND (company_id IS NULL OR company_id = %s)""",
            currency,
            self.env.company.root_id.id,
        )
        return SQL(
            """COALESCE(
                (%(rates)s AND name <= %(day)s ORDER BY company_id, name DESC LIMIT 1),
                (%(rates)s ORDER BY company_id, name LIMIT 1),
                1.0)""",
            rates=rates,
            day=day,
        )

    # === WHAT A FIGURE COUNTS === #

    @api.model
    def _get_counted_domain(self, measure):
        if measure in COUNTED:
            return COUNTED[measure]
        _part, whole = RATES.get(measure, (None, measure))
        return super()._get_counted_domain(whole)

    @api.model
    def _get_measure_kinds(self):
        """:return: the kinds of rows that each figure needs, by its name
        :rtype: dict[str, set[str]]
        """
        kinds = {}
        for kind, part in self._get_parts().items():
            _row_id, columns, _source = part()
            for name in columns:
                kinds.setdefault(name, set()).add(kind)
        for rate, names in RATES.items():
            kinds[rate] = set().union(*(kinds[name] for name in names))
        return {name: kinds[name] for name in self._get_measures() if name in kinds}

    @api.model
    def _get_partial_measures(self, view, view_type):
        """What an action that shows this view leaves out by its domain."""
        shown = set(self._get_parts())
        # sudo: which actions there are is no secret, their records are not read
        actions = self.env["ir.actions.act_window"].sudo()
        for action in actions.search([("res_model", "=", self._name)]):
            if self._get_shown_view(action, view_type) == view:
                kinds = self._get_kinds(Domain(safe_eval(action.domain or "[]")))
                shown &= kinds or shown
        return {
            name
            for name, kinds in self._get_measure_kinds().items()
            if not kinds <= shown
        }

    @api.model
    def _get_shown_view(self, action, view_type):
        """:return: the view of this type that an action shows"""
        for line in action.view_ids:
            if line.view_mode == view_type and line.view_id:
                return line.view_id
        if action.view_id.type == view_type:
            return action.view_id
        # sudo: which view it is, not what is in it
        View = self.env["ir.ui.view"].sudo()
        return View.browse(View.default_view(self._name, view_type))

    # === AGGREGATION === #

    @api.model
    def _get_candidate_selection(self, fname):
        """:return: the choices of a field of the candidate, in the user's language."""
        return (
            self.env["crm.referral.candidate"]
            ._fields[fname]
            ._description_selection(self.env)
        )

    def _read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        """Read the ledger of the stays instead of the stays, where that can tell."""
        self = self._in_known_timezone()
        specs = [*aggregates, *(leaf[0] for leaf in having if len(leaf) == 3)]
        if self._can_read_funnel(domain, groupby, specs, order):
            self = self.with_context(**{FUNNEL_KEY: USE_FUNNEL})
            # What was taken away again is no group.
            having = [("step_entered_count:sum", "!=", 0), *having]
        return super()._read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        """The same for all groups of a pivot."""
        self = self._in_known_timezone()
        groupby = {spec for groupby in grouping_sets for spec in groupby}
        if not self._can_read_funnel(domain, groupby, aggregates, order):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        self = self.with_context(**{FUNNEL_KEY: USE_FUNNEL})
        groups_by_set = super()._read_grouping_sets(
            domain, grouping_sets, [*aggregates, "step_entered_count:sum"], order
        )
        return [
            [group[:-1] for group in groups if group[-1] or not groupby]
            for groupby, groups in zip(grouping_sets, groups_by_set, strict=True)
        ]

    def _in_known_timezone(self):
        """:return: the same in a time zone that PostgreSQL knows by its name"""
        name = self.env.context.get("tz")
        if not isinstance(name, str) or name == "UTC":
            return self
        zone = sql_timezone(self.env.cr, name)
        return self if zone == name else self.with_context(tz=zone)

    def _uses_funnel(self):
        """:return: whether :meth:`_can_read_funnel` has said so"""
        return self.env.context.get(FUNNEL_KEY) is USE_FUNNEL

    def _can_read_funnel(self, domain, groupby, aggregates, order):
        """:return: whether the ledger of the stays can answer this exactly.
        :rtype: bool
        """
        dimensions = FUNNEL_DIMENSIONS | FUNNEL_PERIODS
        terms = {term.split()[0] for term in (order or "").split(",") if term.strip()}
        return (
            dimensions.issuperset(groupby)
            and FUNNEL_AGGREGATES.issuperset(aggregates)
            and terms <= dimensions | FUNNEL_AGGREGATES
            and self._get_kinds(Domain(domain)) == {"step"}
            and all(
                self._can_filter_funnel(condition)
                for condition in self._get_conditions(domain)
            )
        )

    def _get_conditions(self, domain):
        """:return: the conditions of a domain and of the record rules."""
        yield from Domain(domain).optimize_full(self).iter_conditions()
        if not self.env.su:
            rules = self.env["ir.rule"]._compute_domain(self._name, "read")
            yield from rules.optimize_full(self.sudo()).iter_conditions()

    def _can_filter_funnel(self, condition):
        """A period can be told when it begins and ends with a month of the user's."""
        if condition.field_expr != "date":
            return condition.field_expr in FUNNEL_DIMENSIONS
        if condition.operator not in (">=", "<"):
            return False
        moment = pytz.utc.localize(condition.value).astimezone(self.env.tz)
        return moment == moment.replace(day=1, hour=0, minute=0, second=0)

    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        """A rate of any group is the sum of its parts by the sum of its wholes."""
        if aggregate_spec == "step_days:avg":
            return SQL(
                "SUM(%s)::float8 / 86400 / NULLIF(SUM(%s), 0)",
                SQL.identifier(self._table, "step_seconds"),
                SQL.identifier(self._table, "step_left_count"),
            )
        if aggregate_spec == "__count" and self._uses_funnel():
            return SQL(
                "COALESCE(SUM(%s), 0)",
                SQL.identifier(self._table, "step_entered_count"),
            )
        fname = aggregate_spec.partition(":")[0]
        if fname not in RATES or aggregate_spec.endswith((":count", ":array_agg")):
            return super()._read_group_select(aggregate_spec, query)
        numerator, denominator = (
            self._field_to_sql(self._table, name, query) for name in RATES[fname]
        )
        return SQL("SUM(%s)::float8 / NULLIF(SUM(%s), 0)", numerator, denominator)

    # === ACTION METHODS === #

    @api.readonly
    def action_open_record(self):
        """Open the record behind this row.

        :return: a window action
        """
        self.ensure_one()
        record = {
            "candidate": self.candidate_id,
            "lead": self.lead_id,
            "other": self.lead_id,
        }.get(self.kind, self.referral_id)
        return record._get_records_action()
