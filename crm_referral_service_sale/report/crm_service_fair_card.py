from datetime import timedelta

from odoo import api, models
from odoo.fields import Date, Domain
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from odoo.addons.crm_foundation.tools.figures import Figure
from odoo.addons.crm_referral_service.figures import contacts
from odoo.addons.crm_referral_service.tools.fair_card import make_cards

_lt = LazyTranslate(__name__)

REVENUE = Figure(
    code="revenue_per_contact",
    name=_lt("Revenue per Contact"),
    help=_lt(
        "Untaxed confirmed orders that the same person wrote for the customer within "
        "some days of the contact, by all contacts of the person with customers."
    ),
    format="money",
    records=contacts(),
)
# Wherever the reader is: one day before and after holds the period.
DAY = timedelta(days=1)


class CrmServiceFairCard(models.AbstractModel):
    """What a contact brings: never as a sum of a person, and never without the share
    that was solved the first time.
    """

    _inherit = "crm.service.fair.card"

    def _get_explanation(self):
        explanation = super()._get_explanation()
        days = self.env.company.service_order_days
        if not days or not self.env["sale.order"].has_access("read"):
            return explanation
        revenue = self.env._(
            "Revenue: untaxed orders that the person wrote within %(days)s days of "
            "their last contact with the customer.",
            days=days,
        )
        return f"{explanation} {revenue}"

    @api.model
    def _read_cards(self, options):
        cards = super()._read_cards(options)
        found = make_cards(self._read_revenue(options))
        # Where nobody's contacts brought any order, there is nothing to compare.
        if any(card.rate for card in found.values()):
            figure = self.env["crm.service.figures"]._translate(REVENUE)
            cards.append((figure, found))
        return cards

    @api.model
    def _read_revenue(self, options):
        """Read what contacts brought, in the currency of the reader's company.

        An order counts once, for the last contact before it that the person who wrote
        it had with the customer; at the rate of the order itself.

        :return: rows as :func:`make_cards` takes them
        :rtype: list[tuple]
        """
        companies = self.env["res.company"].browse(options["company_ids"])
        companies = companies.filtered("service_order_days")
        # Who may read no order is told nothing that is made of them.
        if not companies or not self.env["sale.order"].has_access("read"):
            return []
        rows = self.env.execute_query(self._get_revenue_query(options, companies))
        rates = {company.id: self._get_rate(company) for company in companies}
        Users = self.env["res.users"]
        return [
            (
                *(Users.browse(user_id), (company_id, reason_id), count),
                *(total * rates[company_id], squares * rates[company_id] ** 2),
            )
            for user_id, reason_id, company_id, count, total, squares in rows
        ]

    @api.model
    def _get_rate(self, company):
        """:return: by what an amount of a company is multiplied today"""
        return self.env["res.currency"]._get_conversion_rate(
            company.currency_id, self.env.company.currency_id, company, Date.today()
        )

    @api.model
    def _get_revenue_query(self, options, companies):
        for model in ("sale.order", "crm.service.contact", "res.partner"):
            self.env[model].flush_model()
        counted = self._get_report()._search(
            self._get_contacts_domain(options)
            & Domain("direction", "=", "in")
            & Domain("company_id", "in", companies.ids)
        )
        return SQL(
            """
            WITH counted AS MATERIALIZED (
                SELECT id, user_id, reason_id, company_id
                  FROM crm_service_contact
                 WHERE id IN %(counted)s
            ),
            brought AS (
                SELECT last.id, SUM(sale.amount_untaxed
                       / COALESCE(NULLIF(sale.currency_rate, 0), 1))::float8 AS amount
                  FROM sale_order sale
                  JOIN res_company company ON company.id = sale.company_id
                  JOIN res_partner customer ON customer.id = sale.partner_id
                  JOIN LATERAL (
                       SELECT contact.id
                         FROM crm_service_contact contact
                        WHERE contact.customer_key
                              = 'p' || customer.commercial_partner_id
                          AND contact.user_id = sale.create_uid
                          AND contact.company_id = sale.company_id
                          AND contact.direction = 'in' AND contact.active
                          AND contact.contacted_on <= sale.create_date
                          AND contact.contacted_on >= sale.create_date
                              - make_interval(days => company.service_order_days)
                     ORDER BY contact.contacted_on DESC, contact.id DESC
                        LIMIT 1
                       ) last ON TRUE
                 WHERE sale.state = 'sale' AND sale.company_id = ANY(%(companies)s)
                   AND %(period)s
              GROUP BY last.id
            )
            SELECT user_id, reason_id, company_id, count(*),
                   COALESCE(SUM(amount), 0), COALESCE(SUM(amount * amount), 0)
              FROM counted
         LEFT JOIN brought USING (id)
          GROUP BY user_id, reason_id, company_id
            """,
            counted=counted.subselect(),
            companies=companies.ids,
            period=self._get_orders_period(options, companies),
        )

    @api.model
    def _get_orders_period(self, options, companies):
        """:return: when an order was written that came of a contact of the period"""
        start, stop = options["date_from"], options["date_to"]
        conditions = [SQL("TRUE")]
        if start:
            conditions.append(SQL("sale.create_date >= %s::date", start - DAY))
        if stop:
            days = timedelta(days=max(companies.mapped("service_order_days")))
            conditions.append(SQL("sale.create_date < %s::date", stop + days + 2 * DAY))
        return SQL(" AND ").join(conditions)
