from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query
from odoo.tools.safe_eval import safe_eval

from odoo.addons.crm_foundation.tools.local_time import sql_timezone, timezone_of
from odoo.addons.crm_guided_conversation.const import STEP_OUTCOMES

from ..figures import words
from ..models.crm_referral import OUTCOMES
from ..tools.candidate_states import STATES
from . import referral_funnel as funnel
from . import referral_report_parts as parts
from .referral_report_parts import RATES

KINDS = [
    ("request", "Request"),
    ("step", "Time in a step"),
    ("candidate", "Candidate"),
    ("lead", "Lead from referral"),
    ("other", "Other won opportunity"),
]


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

# What :meth:`_search` and :meth:`_read_group` found out, in the context: a frozenset,
# which no call from outside can send.
KINDS_KEY = "referral_report_kinds"
FUNNEL_KEY = "referral_report_funnel"


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
    _quotients = RATES

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
            "duration_hours",
            "entered_on",
            "funnel_date",
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
            "referral_active",
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
    request_count = fields.Integer(**words("asks"), readonly=True)
    request_open_count = fields.Integer(string="Open Requests", readonly=True)
    request_closed_count = fields.Integer(**words("closed"), readonly=True)
    request_introduced_count = fields.Integer(**words("succeeded"), readonly=True)
    request_declined_count = fields.Integer(**words("declined"), readonly=True)
    step_entered_count = fields.Integer(**words("step_entered"), readonly=True)
    step_left_count = fields.Integer(**words("step_left"), readonly=True)
    step_done_count = fields.Integer(**words("step_done"), readonly=True)
    step_skipped_count = fields.Integer(**words("step_skipped"), readonly=True)
    step_back_count = fields.Integer(**words("step_back"), readonly=True)
    candidate_count = fields.Integer(**words("candidates"), readonly=True)
    agreed_count = fields.Integer(**words("agreed"), readonly=True)
    introduced_count = fields.Integer(**words("introductions"), readonly=True)
    introduced_won_count = fields.Integer(**words("introduced_won"), readonly=True)
    contacted_count = fields.Integer(string="Contacted", readonly=True)
    converted_count = fields.Integer(string="Converted", readonly=True)
    lead_count = fields.Integer(**words("leads"), readonly=True)
    lead_closed_count = fields.Integer(string="Leads Closed", readonly=True)
    won_count = fields.Integer(**words("won"), readonly=True)
    lost_count = fields.Integer(**words("lost"), readonly=True)

    # How much, in the currency of the current company at the day that counts
    won_revenue = fields.Monetary(
        **words("revenue"), currency_field="currency_id", readonly=True
    )
    total_won_revenue = fields.Monetary(
        **words("all_revenue"), currency_field="currency_id", readonly=True
    )
    open_revenue = fields.Monetary(
        string="Expected from Referral",
        currency_field="currency_id",
        readonly=True,
        help="Expected revenue of the open leads that came from a referral.",
    )

    # How long: averages over the rows themselves
    step_days = fields.Float(
        **words("step_days"), readonly=True, aggregator="avg", digits=(16, 1)
    )
    days_to_close = fields.Float(
        **words("days_to_close"), readonly=True, aggregator="avg", digits=(16, 1)
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
        **words("days_to_win"), readonly=True, aggregator="avg", digits=(16, 1)
    )

    # Rates, see RATES
    success_rate = fields.Float(
        **words("success_rate"), readonly=True, aggregator="avg"
    )
    decline_rate = fields.Float(
        **words("decline_rate"), readonly=True, aggregator="avg"
    )
    step_done_rate = fields.Float(
        **words("step_done_rate"), readonly=True, aggregator="avg"
    )
    step_skip_rate = fields.Float(
        **words("step_skip_rate"), readonly=True, aggregator="avg"
    )
    agreement_rate = fields.Float(
        **words("agreement_rate"), readonly=True, aggregator="avg"
    )
    introduction_win_rate = fields.Float(
        **words("introduction_win_rate"), readonly=True, aggregator="avg"
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
    win_rate = fields.Float(**words("win_rate"), readonly=True, aggregator="avg")
    revenue_share = fields.Float(**words("share"), readonly=True, aggregator="avg")
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
        kinds = self._get_finding(KINDS_KEY)
        makers = self._get_parts()
        reader = self._get_reader()
        selects = []
        for position, (kind, make) in enumerate(makers.items()):
            if kinds is None or kind in kinds:
                part = make(reader)
                row_id = SQL("%s::bigint * %s + %s", part.row_id, len(makers), position)
                selects.append(part.select(kind, row_id, reader))
        return SQL(" UNION ALL ").join(selects)

    def _get_finding(self, key):
        """:return: what was found out about the question, if it was"""
        finding = self.env.context.get(key)
        return finding if isinstance(finding, frozenset) else None

    def _get_reader(self):
        """:return: whose days and whose currency the analysis is in
        :rtype: parts.Reader
        """
        company = self.env.company
        return parts.Reader(
            find_timezone=lambda: sql_timezone(
                self.env.cr, timezone_of(company, self.env.user)
            ),
            today=fields.Date.context_today(self),
            currency_id=company.currency_id.id,
            company_id=company.root_id.id,
            won_revenue=self.env["crm.lead"]._get_won_revenue_sql("l"),
        )

    def _get_parts(self):
        """What the analysis is made of; a bridge adds its kind at the end.

        :return: function that makes the rows for a reader, by kind.
        :rtype: dict[str, Callable[[parts.Reader], parts.Part]]
        """
        dimensions = self._get_finding(FUNNEL_KEY)
        steps = parts.step_part
        if dimensions is not None:
            steps = partial(funnel.part, self._get_funnel_source(), dimensions)
        return {
            "request": parts.request_part,
            "step": steps,
            "candidate": parts.candidate_part,
            "lead": parts.lead_part,
            "other": parts.other_part,
        }

    def _get_funnel_source(self):
        """What the funnel adds up: the stays themselves.

        To override where sums of them are kept.

        :return: a table or a select with the columns of :data:`funnel.STAYS`
        :rtype: SQL
        """
        return funnel.STAYS

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
        return parts.find_kinds(domain, self._get_parts())

    # === WHAT A FIGURE COUNTS === #

    @api.model
    def _get_counted_domain(self, measure):
        if measure in COUNTED:
            return COUNTED[measure]
        return super()._get_counted_domain(measure)

    @api.model
    def _get_measure_kinds(self):
        """:return: the kinds of rows that each figure needs, by its name
        :rtype: dict[str, set[str]]
        """
        kinds = {}
        reader = self._get_reader()
        for kind, make in self._get_parts().items():
            for name in make(reader).columns:
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
        specs = [*aggregates, *(leaf[0] for leaf in having if len(leaf) == 3)]
        self = self._prepare_question(domain, groupby, specs, order)
        return super()._read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        groupby = {spec for groupby in grouping_sets for spec in groupby}
        self = self._prepare_question(domain, groupby, aggregates, order)
        return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    def _prepare_question(self, domain, groupby, aggregates, order):
        """:return: the same in a time zone that PostgreSQL knows by its name, and of
        stays that are added up before they are grouped, where that tells the same
        """
        self = self._in_known_timezone()
        dimensions = self._get_funnel_dimensions(domain, groupby, aggregates, order)
        if dimensions is None:
            return self
        return self.with_context(**{FUNNEL_KEY: dimensions})

    def _in_known_timezone(self):
        """:return: the same in a time zone that PostgreSQL knows by its name"""
        name = self.env.context.get("tz")
        if not isinstance(name, str) or name == "UTC":
            return self
        zone = sql_timezone(self.env.cr, name)
        return self if zone == name else self.with_context(tz=zone)

    def _get_funnel_dimensions(self, domain, groupby, aggregates, order):
        """:return: by what the stays may be added up for a question; nothing if sums
        cannot answer it exactly
        :rtype: frozenset[str] | None
        """
        if self._get_kinds(Domain(domain)) != {"step"}:
            return None
        return funnel.find_dimensions(
            groupby, aggregates, order, self._get_conditions(domain), self.env.tz
        )

    def _get_conditions(self, domain):
        """:return: the conditions of a domain and of the record rules."""
        yield from Domain(domain).optimize_full(self).iter_conditions()
        if not self.env.su:
            rules = self.env["ir.rule"]._compute_domain(self._name, "read")
            yield from rules.optimize_full(self.sudo()).iter_conditions()

    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        """Of stays that are added up already: a mean, and how many there are."""
        if aggregate_spec == "step_days:avg":
            return SQL(
                "SUM(%s)::float8 / 86400 / NULLIF(SUM(%s), 0)",
                SQL.identifier(self._table, "step_seconds"),
                SQL.identifier(self._table, "step_left_count"),
            )
        if aggregate_spec == "__count" and self._get_finding(FUNNEL_KEY) is not None:
            return SQL(
                "COALESCE(SUM(%s), 0)",
                SQL.identifier(self._table, "step_entered_count"),
            )
        return super()._read_group_select(aggregate_spec, query)

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
