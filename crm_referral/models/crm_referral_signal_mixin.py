from functools import partial

from odoo import api, models
from odoo.tools import SQL

from ..tools.readiness import ReadinessSignal

NOTHING = SQL("NULL")


class CrmReferralSignalMixin(models.AbstractModel):
    """What speaks for asking a customer, or against it, beside what stops us.

    Another addon adds a signal in one place, :meth:`_get_readiness_signals`. Models
    that it reads tell of changes with ``crm.referral.readiness.source.mixin``.
    """

    _name = "crm.referral.signal.mixin"
    _description = "What Speaks for Asking a Customer"

    # === SIGNALS === #

    @api.model
    def _get_readiness_signals(self):
        """What is weighed, in the order in which it is told.

        :return: :class:`ReadinessSignal` by code
        :rtype: dict
        """
        return {
            "stage": ReadinessSignal(
                label=self.env._("Loyalty stage"),
                points=25,
                half_life=365,
                facts=self._get_stage_facts,
                explain=self._explain_stage,
            ),
            "score": ReadinessSignal(
                label=self.env._("Loyalty score"),
                points=10,
                half_life=365,
                facts=self._get_score_facts,
                explain=self._explain_score,
            ),
            "recommendation": ReadinessSignal(
                label=self.env._("Would recommend us"),
                points=15,
                half_life=365,
                facts=self._get_recommendation_facts,
                explain=self._explain_recommendation,
            ),
            **self._get_business_signals(),
            **self._get_request_signals(),
            **self._get_promise_signals(),
        }

    @api.model
    def _get_business_signals(self):
        return {
            "benefit": ReadinessSignal(
                label=self.env._("Confirmed benefits"),
                points=5,
                maximum=3,
                half_life=730,
                facts=self._get_benefit_facts,
            ),
            "won": ReadinessSignal(
                label=self.env._("Won opportunities"),
                points=5,
                maximum=3,
                half_life=365,
                facts=partial(self._get_lead_facts, "partner_id"),
            ),
            "referred": ReadinessSignal(
                label=self.env._("Referred leads won"),
                points=10,
                maximum=2,
                half_life=730,
                facts=partial(self._get_lead_facts, "referrer_id"),
            ),
        }

    @api.model
    def _get_request_signals(self):
        return {
            "introduced": ReadinessSignal(
                label=self.env._("Requests with an introduction"),
                points=10,
                maximum=2,
                half_life=730,
                facts=partial(self._get_request_facts, "introduced"),
            ),
            "no_candidate": ReadinessSignal(
                label=self.env._("Requests without a candidate"),
                points=-5,
                maximum=2,
                half_life=365,
                facts=partial(self._get_request_facts, "no_candidate"),
            ),
            "declined": ReadinessSignal(
                label=self.env._("Refusals"),
                points=-15,
                maximum=2,
                half_life=365,
                facts=partial(self._get_request_facts, "declined"),
            ),
            "asked": ReadinessSignal(
                label=self.env._("Asked lately"),
                points=-20,
                half_life=90,
                facts=partial(self._get_request_facts, "asked"),
                explain=self._explain_asked,
            ),
        }

    @api.model
    def _get_promise_signals(self):
        return {
            "promise_kept": ReadinessSignal(
                label=self.env._("Promises kept"),
                points=5,
                maximum=2,
                half_life=365,
                facts=partial(self._get_request_facts, "kept"),
            ),
            "promise_broken": ReadinessSignal(
                label=self.env._("Promises not kept"),
                points=-15,
                half_life=365,
                facts=partial(self._get_request_facts, "not_kept"),
            ),
        }

    @api.model
    def _get_readiness_sources(self):
        """What several signals read, once for all of them.

        :return: for each name under which signals select from it, a function that takes
            what that of their facts takes, and gives a query
        :rtype: dict
        """
        return {
            "readiness_rounds": self._get_last_rounds,
            "readiness_requests": self._get_request_figures,
        }

    # === LOYALTY === #

    @api.model
    def _get_last_rounds(self, within):
        """The last round of whom it is about, and of the person who answered."""
        rounds = SQL(" UNION ALL ").join(
            SQL(
                """SELECT %(who)s AS who, id, company_id, closed_on, stage_id, score,
                       recommendation
                  FROM crm_assessment_round
                 WHERE state = 'done' AND asks_customer AND stage_id IS NOT NULL
                   AND %(ours)s""",
                who=SQL.identifier(fname),
                ours=within(SQL.identifier(fname)),
            )
            for fname in ("partner_id", "contact_id")
        )
        return SQL(
            """SELECT r.who AS partner_id, r.company_id, r.closed_on, r.score,
                   r.recommendation, stage.rank, stage.name
              FROM (SELECT DISTINCT ON (who, company_id) *
                      FROM (%s) all_rounds
                     ORDER BY who, company_id, closed_on DESC, id DESC) r
              JOIN (SELECT id, name, PERCENT_RANK() OVER (
                           PARTITION BY framework_id ORDER BY sequence, id) AS rank
                      FROM crm_assessment_stage) stage ON stage.id = r.stage_id""",
            rounds,
        )

    @api.model
    def _get_loyalty_facts(self, amount, detail, condition):
        return SQL(
            """SELECT partner_id, company_id, %s, closed_on, %s
              FROM readiness_rounds WHERE %s""",
            amount,
            detail,
            condition,
        )

    @api.model
    def _get_stage_facts(self, _within):
        """The best stage counts in full, the lowest not at all."""
        return self._get_loyalty_facts(SQL("rank"), SQL("name"), SQL("TRUE"))

    @api.model
    def _get_score_facts(self, _within):
        return self._get_loyalty_facts(
            SQL("score::float8 / 100"), NOTHING, SQL("score IS NOT NULL")
        )

    @api.model
    def _get_recommendation_facts(self, _within):
        """Ten counts in full, six not at all, two in full against asking."""
        return self._get_loyalty_facts(
            SQL("(recommendation::float8 - 6) / 4"),
            SQL("to_jsonb(recommendation)"),
            SQL("recommendation IS NOT NULL"),
        )

    @api.model
    def _explain_stage(self, _amount, _since, names):
        return self.env._(
            "%(stage)s in the last round",
            stage=names.get(self.env.lang) or names.get("en_US") or "",
        )

    @api.model
    def _explain_score(self, amount, _since, _detail):
        return self.env._("score %(score)s of 100", score=round(amount * 100))

    @api.model
    def _explain_recommendation(self, _amount, _since, figure):
        return self.env._("would recommend us: %(figure)s of 10", figure=round(figure))

    # === BENEFITS, LEADS, REQUESTS === #

    @api.model
    def _get_benefit_facts(self, within):
        return SQL(
            """SELECT partner_id, company_id, COUNT(*), MAX(confirmed_on), %s
              FROM crm_referral_benefit
             WHERE confirmed AND active AND %s
             GROUP BY partner_id, company_id""",
            NOTHING,
            within(SQL("partner_id")),
        )

    @api.model
    def _get_lead_facts(self, fname, within):
        """Leads of no company count for all."""
        return SQL(
            """SELECT l.%(fname)s, c.id, COUNT(*),
                   MAX(COALESCE(l.date_closed, l.date_last_stage_update,
                                l.create_date))::date, %(nothing)s
              FROM crm_lead l
              JOIN res_company c ON c.id = COALESCE(l.company_id, c.id)
             WHERE l.won_status = 'won' AND l.%(fname)s IS NOT NULL AND %(ours)s
             GROUP BY l.%(fname)s, c.id""",
            fname=SQL.identifier(fname),
            nothing=NOTHING,
            ours=within(SQL.identifier("l", fname)),
        )

    @api.model
    def _get_request_figures(self, within):
        """How many requests of each kind, and the day of the last."""
        columns = [
            SQL(
                "COUNT(*) FILTER (WHERE %(condition)s) AS %(name)s,"
                " MAX(%(since)s) FILTER (WHERE %(condition)s) AS %(day)s",
                name=SQL.identifier(name),
                day=SQL.identifier(f"{name}_on"),
                condition=condition,
                since=since,
            )
            for name, (condition, since) in self._get_request_kinds().items()
        ]
        return SQL(
            """SELECT partner_id, company_id, %s
              FROM crm_referral
             WHERE (outcome IS NOT NULL OR promise_state IS NOT NULL) AND %s
             GROUP BY partner_id, company_id""",
            SQL(", ").join(columns),
            within(SQL("partner_id")),
        )

    @api.model
    def _get_request_kinds(self):
        """:return: for each kind of request its condition and its day"""
        closed = SQL("closed_on::date")
        promised = SQL("COALESCE(promise_deadline, create_date::date)")
        ended = ("introduced", "declined", "no_candidate")
        return {
            **{code: (SQL("outcome = %s", code), closed) for code in ended},
            "asked": (SQL("outcome IN %s", ended), closed),
            **{
                code: (SQL("promise_state = %s", code), promised)
                for code in ("kept", "not_kept")
            },
        }

    @api.model
    def _get_request_facts(self, kind, _within):
        kind, day = SQL.identifier(kind), SQL.identifier(f"{kind}_on")
        return SQL(
            """SELECT partner_id, company_id, %(kind)s, %(day)s, %(nothing)s
              FROM readiness_requests WHERE %(kind)s > 0""",
            kind=kind,
            day=day,
            nothing=NOTHING,
        )

    @api.model
    def _explain_asked(self, _amount, since, _detail):
        days = max((self._get_asking_day() - since).days, 0)
        return self.env._("asked %(days)s days ago", days=days)
