import operator as operators

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_foundation.tools.local_time import today

# Who changes more customers at once leaves them to the job.
AT_ONCE = 100
COMPARISONS = {
    ">": operators.gt,
    ">=": operators.ge,
    "<": operators.lt,
    "<=": operators.le,
    "in": lambda zero, values: zero in values or False in values,
}
# One statement weighs any number of customers, and writes only what has changed.
WEIGH = """
WITH %(sources)s facts AS (%(facts)s),
scored AS (
    SELECT partner_id, company_id,
           GREATEST(0, LEAST(100, SUM(points)))::int4 AS score,
           jsonb_object_agg(code, jsonb_build_array(points, amount, since, detail))
               FILTER (WHERE points <> 0) AS parts
      FROM facts
     GROUP BY partner_id, company_id
    HAVING BOOL_OR(points <> 0)
), gone AS (
    DELETE FROM crm_referral_readiness r
     WHERE %(ours)s
       AND NOT EXISTS (SELECT FROM scored s
                        WHERE s.partner_id = r.partner_id
                          AND s.company_id = r.company_id)
), changed AS (
    UPDATE crm_referral_readiness r
       SET score = s.score, parts = s.parts
      FROM scored s
     WHERE s.partner_id = r.partner_id AND s.company_id = r.company_id
       AND (r.score <> s.score OR r.parts <> s.parts)
)
INSERT INTO crm_referral_readiness (partner_id, company_id, score, parts)
SELECT s.partner_id, s.company_id, s.score, s.parts
  FROM scored s
 WHERE NOT EXISTS (SELECT FROM crm_referral_readiness r
                    WHERE r.partner_id = s.partner_id AND r.company_id = s.company_id)
 ORDER BY s.partner_id
    ON CONFLICT (partner_id, company_id)
    DO UPDATE SET score = EXCLUDED.score, parts = EXCLUDED.parts
"""
POINTS = """
SELECT %(code)s::text AS code, partner_id, company_id, amount::float8 AS amount, since,
       detail::jsonb AS detail,
       TRUNC(%(points)s * GREATEST(-%(maximum)s, LEAST(%(maximum)s, amount::float8))
             * CASE WHEN %(half_life)s = 0 OR since IS NULL THEN 1
                    ELSE POWER(0.5, GREATEST(%(today)s::date - since, 0)::float8
                                    / GREATEST(%(half_life)s, 1))
               END
             + SIGN(%(points)s * amount::float8) * 0.5)::int4 AS points
  FROM (%(facts)s) AS fact (partner_id, company_id, amount, since, detail)
"""


class CrmReferralReadiness(models.Model):
    """How much speaks for asking a customer in one company, and what it is made of.

    It is kept beside the customers: to write it locks none of them, and the order of
    readiness has an index. Only SQL writes it, and it can be made anew at any time.
    """

    _name = "crm.referral.readiness"
    _description = "Readiness of a Customer"
    _log_access = False

    partner_id = fields.Many2one(
        comodel_name="res.partner", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    score = fields.Integer(required=True, readonly=True)
    parts = fields.Json(
        required=True,
        readonly=True,
        help="Points, amount, day and detail of each signal, by code.",
    )

    _partner_company_uniq = models.UniqueIndex(
        "(partner_id, company_id)",
        "This customer has been weighed at this moment. Please try again.",
    )
    _order_idx = models.Index("(company_id, score DESC, partner_id)")

    # === READING === #

    @api.model
    def _join_points(self, query, alias, kind):
        """Join the points of the current company to a query of customers.

        :param str alias: of the customers
        :param str kind: "JOIN" or "LEFT JOIN"
        :return: the alias of the points
        """
        points = query.make_alias(alias, "readiness")
        query.add_join(
            kind,
            points,
            self._table,
            SQL(
                "%s = %s AND %s = %s",
                SQL.identifier(points, "partner_id"),
                SQL.identifier(alias, "id"),
                SQL.identifier(points, "company_id"),
                self.env.company.id,
            ),
        )
        return points

    @api.model
    def _get_points_domain(self, operator, value):
        """Customers by their points, without asking whether something stops us.

        :return: a domain of customers with points, and whether it is to be turned
            around because it is true for those without; NotImplemented for operators
            that are not known
        """
        if operator not in COMPARISONS:
            return NotImplemented
        if operator == "in":
            value = tuple(int(each or 0) for each in value)
        is_true_for_zero = COMPARISONS[operator](0, value)
        rows = SQL(
            "(SELECT partner_id FROM %s WHERE company_id = %s AND %s (score %s %s))",
            SQL.identifier(self._table),
            self.env.company.id,
            SQL("NOT") if is_true_for_zero else SQL(),
            SQL(operator.upper()),
            value,
        )
        return Domain("id", "in", rows), is_true_for_zero

    # === WEIGHING === #

    @api.model
    def _weigh(self, partner_ids):
        """Weigh these customers anew, in all companies.

        :param partner_ids: their ids
        """
        ids = list(partner_ids)
        if ids:
            self._weigh_where(lambda column: SQL("%s = ANY(%s)", column, ids))

    @api.model
    def _weigh_range(self, first_id, last_id):
        """Weigh the customers with these ids anew, in all companies."""
        self._weigh_where(
            lambda column: SQL("%s BETWEEN %s AND %s", column, first_id, last_id)
        )

    @api.model
    def _weigh_where(self, within):
        """:param within: gives the condition for a column with the id of a customer"""
        self.env.flush_all()
        self.env.cr.execute(self._get_weighing(within))

    @api.model
    def _get_weighing(self, within):
        signals = self.env["res.partner"]._get_readiness_signals()
        sources = self.env["res.partner"]._get_readiness_sources()
        weights = self.env["crm.referral.readiness.rule"]._get_weights(signals)
        day = today(self.env, self.env.company, self.env.user)
        facts = [
            SQL(
                POINTS,
                code=code,
                facts=signals[code].facts(within),
                today=day,
                **weight,
            )
            for code, weight in weights.items()
        ]
        return SQL(
            WEIGH,
            sources=SQL().join(
                SQL("%s AS (%s),", SQL.identifier(name), source(within))
                for name, source in sources.items()
            ),
            facts=SQL(" UNION ALL ").join(facts or [self._get_no_facts()]),
            ours=within(SQL("r.partner_id")),
        )

    @api.model
    def _get_no_facts(self):
        return SQL(
            """SELECT ''::text AS code, NULL::int4 AS partner_id,
                NULL::int4 AS company_id, 0::float8 AS amount, NULL::date AS since,
                NULL::jsonb AS detail, 0 AS points WHERE FALSE"""
        )

    # === WHAT HAS CHANGED === #

    @api.model
    def _note_change(self, partners):
        """Weigh these customers at the end of the transaction; many, soon after.

        :param partners: res.partner records of whom a signal may have changed
        """
        cr = self.env.cr
        noted = cr.precommit.data.setdefault(self._name, set())
        if not noted and partners:
            # In nobody's name: whoever notes it may be gone until then, with a
            # savepoint of an import.
            keeper = self.env(user=SUPERUSER_ID, su=True, context={})[self._name]
            cr.precommit.add(keeper._weigh_noted)
        noted.update(partners.ids)

    @api.model
    def _weigh_noted(self):
        noted = self.env.cr.precommit.data.pop(self._name, set())
        if len(noted) > AT_ONCE:
            self.env["crm.referral.readiness.queue"]._add(noted)
        else:
            self._weigh(noted)
            self.env["res.partner"].invalidate_model(
                [
                    "referral_readiness_note",
                    "referral_readiness_parts",
                    "referral_readiness_score",
                ],
                flush=False,
            )
