from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_referral_service.tests.test_fair_card import FairCardCommon

CODE = "revenue_per_contact"
ALL_ORDERS = "sales_team.group_sale_salesman_all_leads"


@tagged("post_install", "-at_install")
class TestRevenue(FairCardCommon):
    """What a contact brings, beside what the same work usually brings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.agent, cls.colleague, cls.manager):
            user.group_ids = [Command.link(cls.env.ref(ALL_ORDERS).id)]
        cls.env["sale.order"].search([]).action_cancel()
        cls.product = cls.env["product.product"].create(
            {"name": "Gloves", "type": "service", "taxes_id": False}
        )

    def _sell(self, user, amount, hours=1, customer=None, **values):
        """An order that somebody writes some hours after the contacts."""
        order = (
            self.env["sale.order"]
            .with_user(user)
            .create(
                {
                    "partner_id": (customer or self.customer).id,
                    "team_id": False,
                    "order_line": [
                        Command.create(
                            {"product_id": self.product.id, "price_unit": amount}
                        )
                    ],
                    **values,
                }
            )
        )
        order.sudo().action_confirm()
        self._set(order, create_date=self.moment + timedelta(hours=hours))
        return order

    def _talk(self, user, number=5, reason=None, **values):
        values = {"partner_id": self.customer.id, "caller_name": False, **values}
        self._take(user, reason or self.copy, number, **values)

    def _get_revenue(self, user=None, name="Agent", **filters):
        return self._get_cards(self._get(user, **filters))[name].get(CODE)

    def test_by_hand(self):
        self._talk(self.agent)
        self._talk(self.colleague, 15)
        self._sell(self.agent, 300)
        self._sell(self.agent, 200, hours=24 * 29)
        self._sell(self.colleague, 1500)
        row = self._get_revenue()
        self.assertEqual((row["value"], row["format"]), (100, "money"))
        self.assertEqual(row["note"], "of 5")
        self.assertIn("as the same work usually goes", row["hint"])
        self.assertEqual(self._get_revenue(name="Colleague")["value"], 100)
        self.assertIn("within 30 days", self._get()["explanation"])

    def test_what_does_not_count(self):
        self._talk(self.agent)
        stranger = self.env["res.partner"].create({"name": "Somebody Else"})
        self._sell(self.agent, 7, hours=-1)
        self._sell(self.agent, 70, hours=24 * 30 + 1)
        self._sell(self.colleague, 700)
        self._sell(self.agent, 7000, customer=stranger)
        self._sell(self.agent, 70000).action_cancel()
        self._sell(self.agent, 10)
        self.assertEqual(self._get_revenue()["value"], 2)

    def test_an_order_counts_once_for_the_last_contact(self):
        """Which is about repairs, of which they expect less."""
        self._talk(self.agent, 5, contacted_on=self.moment - timedelta(hours=5))
        self._talk(self.agent, 1, self.repair)
        self._sell(self.agent, 600)
        rows = self.env["crm.service.fair.card"]._read_revenue(self._options())
        self.assertEqual(
            {reason: (count, total) for _user, (_c, reason), count, total, _s in rows},
            {self.copy.id: (5, 0), self.repair.id: (1, 600)},
        )
        self.assertEqual(self._get_revenue()["value"], 100)

    def _options(self):
        return {
            **dict.fromkeys(("date_from", "date_to", "selection", "selected_model")),
            **{"company_ids": self.env.company.ids},
            **{"team_ids": [], "salesperson_ids": []},
        }

    def test_a_colleague_of_the_customer_orders(self):
        nurse = self.env["res.partner"].create(
            {"name": "Nurse", "parent_id": self.customer.id}
        )
        self._talk(self.agent)
        self._sell(self.agent, 500, customer=nurse)
        self.assertEqual(self._get_revenue()["value"], 100)

    def test_at_the_rate_of_the_order(self):
        company = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.EUR").id}
        )
        usd = self.env.ref("base.USD")
        usd.active = True
        usd.rate_ids = [
            Command.create({"name": "2020-01-01", "rate": 2, "company_id": company.id})
        ]
        self.manager.company_ids |= company
        self.agent.company_ids |= company
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": usd.id, "company_id": company.id}
        )
        there = {"company_id": company.id}
        self._talk(self.agent, team_id=False, **there)
        agent = self.agent.with_context(allowed_company_ids=company.ids)
        order = self._sell(agent, 1000, pricelist_id=pricelist.id, **there)
        self.assertEqual((order.currency_id, order.currency_rate), (usd, 2))
        usd.rate_ids.rate = 4
        manager = self.manager.with_context(allowed_company_ids=company.ids)
        FairCard = manager.env["crm.service.fair.card"].with_user(manager)
        cards = self._get_cards(FairCard.get_dashboard(30))
        self.assertEqual(cards["Agent"][CODE]["value"], 100)

    def test_never_without_the_share_solved_the_first_time(self):
        self._talk(self.agent)
        contacts = self.env["crm.service.contact"].search([])
        self._set(contacts[0], first_time="pending")
        self._sell(self.agent, 500)
        row = self._get_revenue()
        self.assertEqual((row["value"], row["hint"]), (None, "too few to say"))

    def test_where_nobody_sells_nothing_is_said_of_it(self):
        self._talk(self.agent)
        self._talk(self.colleague)
        self.assertIsNone(self._get_revenue())
        self._sell(self.colleague, 100)
        self.assertEqual(self._get_revenue()["value"], 0)

    def test_switched_off(self):
        self._talk(self.agent)
        self._sell(self.agent, 500)
        self.env.company.service_order_days = 0
        self.assertIsNone(self._get_revenue())
        self.assertNotIn("Revenue", self._get()["explanation"])

    @mute_logger("odoo.sql_db")
    def test_days_lead_to_no_end_of_the_calendar(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.company.service_order_days = 10_000_000
            self.env.flush_all()
        self.env.company.service_order_days = 3660
        self.assertTrue(self._get()["explanation"])

    def test_who_may_read_orders(self):
        self._talk(self.agent)
        self._talk(self.colleague)
        self._sell(self.agent, 500)
        row = self._get_revenue(self.agent)
        self.assertEqual(row["value"], 100)
        self.assertEqual(list(self._get_cards(self._get(self.agent))), ["Agent"])
        group = self.env.ref(ALL_ORDERS)
        for user in (self.agent, self.manager):
            user.group_ids = [Command.unlink(group.id)]
            user.group_ids -= self.env.ref("sales_team.group_sale_salesman")
            self.assertIsNone(self._get_revenue(user), user.name)

    def test_it_is_nowhere_else(self):
        """No measure of an analysis, so no sum of a person."""
        fields = self.env["crm.service.contact.report"]._fields
        self.assertFalse([name for name in fields if "revenue" in name])
        codes = [each.code for each in self.env["crm.service.figures"]._get_all()]
        self.assertNotIn(CODE, codes)

    def test_sheet(self):
        self._talk(self.agent)
        self._sell(self.agent, 500)
        cards = self.env["crm.service.fair.card"].with_user(self.manager)
        found = cards._read_cards(self._options())
        self.assertEqual(found[-1][0].name, "Revenue per Contact")
        self.assertEqual(found[-1][1][self.agent].rate, 100)
