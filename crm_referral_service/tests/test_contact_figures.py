from collections import Counter
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.api import Environment
from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged
from odoo.tools import SQL

from ..tools.fair_card import make_cards
from .common import SERVICE_USER
from .test_service_figures import FiguresCommon


class TestFairCard(BaseCase):
    """Plain arithmetic; no database."""

    def test_worse_raw_and_better_than_expected(self):
        cards = make_cards(
            [
                ("easy", "delivery", 9, 9, 9),
                ("easy", "repair", 1, 0, 0),
                ("hard", "repair", 10, 5, 5),
            ]
        )
        easy, hard = cards["easy"], cards["hard"]
        # All together solve every delivery, and 5 of 11 repairs.
        self.assertEqual((easy.count, easy.rate), (10, 0.9))
        self.assertAlmostEqual(easy.expected, (9 + 5 / 11) / 10)
        self.assertEqual((hard.count, hard.rate), (10, 0.5))
        self.assertAlmostEqual(hard.expected, 5 / 11)
        self.assertLess(hard.rate, easy.rate)
        self.assertGreater(hard.rate - hard.expected, easy.rate - easy.expected)

    def test_nothing(self):
        self.assertEqual(make_cards([]), {})
        self.assertEqual(make_cards([("a", "b", 0, 0, 0)]), {})

    def test_amounts(self):
        """Two orders of 100 in four contacts of the one, one of 40 in the other's."""
        cards = make_cards([("one", "a", 4, 200, 20_000), ("other", "a", 1, 40, 1600)])
        self.assertEqual((cards["one"].rate, cards["one"].expected), (50, 48))
        # The mean of the squares is 4320, that of the amounts 48: 2016 between them.
        # Four of the five contacts are the one's own, and one is the other's.
        self.assertAlmostEqual(cards["one"].error, (2016 / 4 * 1 / 5) ** 0.5)
        self.assertAlmostEqual(cards["other"].error, (2016 * 4 / 5) ** 0.5)

    def test_what_may_be_chance_is_as_usual(self):
        rows = [("one", "a", 100, 60, 60), ("all", "a", 9900, 4940, 4940)]
        # Of 100 coins, 60 heads are no chance any more; of 25, 14 are.
        self.assertEqual(make_cards(rows)["one"].verdict, "above")
        rows = [("one", "a", 25, 14, 14), ("all", "a", 9975, 4986, 4986)]
        self.assertEqual(make_cards(rows)["one"].verdict, "usual")
        rows = [("one", "a", 100, 40, 40), ("all", "a", 9900, 4960, 4960)]
        self.assertEqual(make_cards(rows)["one"].verdict, "below")

    def test_alone_everything_is_as_usual(self):
        for part in (0, 3, 10):
            card = make_cards([("one", "a", 10, part, part)])["one"]
            self.assertEqual((card.verdict, card.rate), ("usual", part / 10))


class ContactsCommon(FiguresCommon):
    """Contacts that can be counted by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.service.contact"].search([]).active = False
        cls.miss = cls.env["crm.service.miss"].search(
            [("needs_handover", "=", False)], limit=1
        )
        cls.moment = cls.env.cr.now() - timedelta(days=3)

    def _log(self, user=None, **values):
        return (
            self.env["crm.service.contact"]
            .with_user(user or self.agent)
            .create(
                {
                    "partner_id": self.customer.id,
                    "team_id": self.team.id,
                    "reason_id": self.reason.id,
                    "contacted_on": self.moment,
                    **values,
                }
            )
        )

    def _end(self, contact, **values):
        contact.sudo().write({"state": "done", **values})


@tagged("post_install", "-at_install")
class TestContactFigures(ContactsCommon):
    """Counted by hand."""

    def test_nothing(self):
        values = self._read()
        self.assertEqual(values["contacts"], 0)
        for code in ("solved_first_rate", "repeat_rate", "gap_log", "gap_customer"):
            self.assertIsNone(values[code], code)

    def test_three_ways_to_say_that_it_is_solved(self):
        first = [self._log() for _number in range(5)]
        for contact, agent, customer, first_time in zip(
            first,
            (True, True, True, True, False),
            ("yes", "no", False, "yes", "partly"),
            ("yes", "no", "yes", "pending", "no"),
            strict=True,
        ):
            self._end(contact, agent_solved=agent, customer_solved=customer)
            self._set(contact, first_time=first_time)
        self._log(direction="out", agent_solved=True)
        values = self._read()
        self.assertEqual(values["contacts"], 5)
        self.assertEqual(values["done"], 5)
        self.assertEqual(values["agent_solved_rate"], 0.8)
        self.assertEqual(values["customer_answer_rate"], 0.8)
        self.assertEqual(values["customer_solved_rate"], 0.5)
        self.assertEqual(values["solved_first_rate"], 0.5)
        self.assertAlmostEqual(values["gap_customer"], 0.3)
        self.assertAlmostEqual(values["gap_log"], 0.3)

    def test_repeats_gross_and_net(self):
        first = self._log(contacted_on=self.moment - timedelta(hours=3))
        for hours in (2, 1):
            self._log(
                contacted_on=self.moment - timedelta(hours=hours), previous_id=first.id
            )
        self._log(partner_id=False, caller_name="Somebody else")
        values = self._read()
        self.assertEqual(values["contacts"], 4)
        self.assertEqual(values["repeats"], 2)
        self.assertEqual(values["repeat_rate"], 0.5)
        self.assertEqual(values["chains"], 1)
        self.assertEqual(values["chain_rate"], 0.25)
        self.assertEqual(values["solved_first_rate"], 0)

    def test_dumb_ones_of_those_judged(self):
        self.reason.default_kind = False
        self._log(kind="dumb", dumb_cause="defect")
        self._log(kind="valued")
        self._log(kind="valued")
        self._log(reason_id=False)
        self._log(kind="dumb", direction="out")
        values = self._read()
        self.assertEqual(values["judged"], 3)
        self.assertEqual(values["dumb"], 1)
        self.assertAlmostEqual(values["dumb_rate"], 1 / 3)

    def test_matrix_of_reasons(self):
        self.reason.write({"value_customer": "irritating", "value_company": "valuable"})
        self._log()
        self._log()
        rows = self.env["crm.service.contact.report"]._read_group(
            [("reason_id", "=", self.reason.id)],
            ["value_customer", "value_company", "strategy"],
            ["inbound_count:sum"],
        )
        self.assertEqual(rows, [("irritating", "valuable", "streamline", 2)])

    def test_who_sees_what(self):
        self._log()
        hidden = self._log()
        complaint = self._create_complaint(is_confidential=True)
        self._set(hidden, complaint_id=complaint.id)
        stranger = self._create_user("stranger", SERVICE_USER)
        for user, count in ((self.agent, 2), (stranger, 1), (self.manager, 2)):
            self.assertEqual(self._read(user)["contacts"], count, user.name)
        for user in (self.salesperson, self.technician):
            with self.assertRaises(AccessError):
                self._read(user)

    def test_month_is_the_readers(self):
        self._log(contacted_on=datetime(2026, 10, 31, 17))
        for zone, month in (("UTC", 10), ("Asia/Taipei", 11)):
            Report = self.env["crm.service.contact.report"].with_context(tz=zone)
            [[found, _count]] = Report._read_group(
                [], ["date:month"], ["inbound_count:sum"]
            )
            self.assertEqual(found.month, month, zone)

    def test_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        both = self.env.company | other
        self.manager.company_ids = both
        self._log()
        elsewhere = {"partner_id": False, "caller_name": "Somebody", "team_id": False}
        for _number in range(2):
            self._log(
                self.env.user, company_id=other.id, user_id=self.manager.id, **elsewhere
            )
        env = self.env
        for companies, count in ((self.env.company, 1), (other, 2), (both, 3)):
            user = self.manager.with_context(allowed_company_ids=companies.ids)
            self.env = user.env
            values = self._read(user, company_ids=companies.ids)
            self.assertEqual(values["contacts"], count, companies.mapped("name"))
        # What one may not see counts nowhere.
        self.env = env
        here = self._read(self.agent, company_ids=both.ids)
        self.assertEqual(here["contacts"], 1)

    def test_pivot_of_months_reasons_and_kinds_reads_one_index(self):
        """It is enough for it: not that today's planner prefers it to others."""
        queries = []
        execute_query = Environment.execute_query

        def note(env, query):
            queries.append(query)
            return execute_query(env, query)

        Report = self.env["crm.service.contact.report"].with_user(self.manager)
        with patch.object(Environment, "execute_query", note):
            Report._read_grouping_sets(
                [],
                [[], ["date:month"], ["date:month", "reason_id", "kind"]],
                ["__count", "inbound_count:sum", "repeat_rate:avg", "dumb_count:sum"],
            )
        [query] = [query for query in queries if "GROUPING SETS" in query.code]
        index = "crm_service_contact_report_idx"
        plan = self._explain_with(index, query)
        self.assertIn(f"Index Only Scan using {index}", plan)

    def test_months_are_those_of_the_moments(self):
        """Whatever is grouped or filtered besides; also when the moment is changed."""
        turn = datetime(2026, 11, 1)
        for hours in (-300, -13, -8, -1, 0, 1, 7.9, 13, 300):
            self._log(
                contacted_on=turn + timedelta(hours=hours),
                partner_id=False,
                caller_name="Somebody",
            )
        late = self._log(contacted_on=datetime(2026, 9, 30, 23))
        late.sudo().contacted_on = datetime(2026, 9, 30, 11)
        Report = self.env["crm.service.contact.report"].with_user(self.manager)
        for tz, months in (
            ("Asia/Taipei", {9: 1, 10: 2, 11: 7}),
            ("UTC", {9: 1, 10: 4, 11: 5}),
            ("America/Los_Angeles", {9: 1, 10: 6, 11: 3}),
        ):
            Report = Report.with_context(tz=tz)
            for groupby in (["date:month"], ["date:month", "kind", "user_id"]):
                found = Counter()
                for month, *_others, count in Report._read_group(
                    [("date", ">=", "2026-09-01")], groupby, ["__count"]
                ):
                    found[month.month] += count
                self.assertEqual(found, months, tz)

    def test_months_and_kinds_need_no_other_table(self):
        """What nobody asks for is not joined, so that one index is enough."""
        Report = self.env["crm.service.contact.report"].with_user(self.manager)
        query = Report._search([("company_id", "=", self.env.company.id)])
        counted = query.select(SQL("COUNT(*)"))
        plan = self.env.execute_query(SQL("EXPLAIN %s", counted))
        self.assertNotIn("crm_service_reason", str(plan))
        named = query.select(SQL.identifier(query.table, "strategy"))
        plan = self.env.execute_query(SQL("EXPLAIN %s", named))
        self.assertIn("crm_service_reason", str(plan))
