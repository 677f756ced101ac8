from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.api import Environment
from odoo.tools import SQL

# September and October in Taipei, where the companies are.
START, TURN = datetime(2030, 8, 31, 16), datetime(2030, 9, 30, 16)
STOP = datetime(2030, 10, 31, 16)
MINUTE = timedelta(minutes=1)


class DenominatorCase:
    """What a bridge promises; its test says how one is made, and what does not count.

    Its ``other`` is a second company.
    """

    code = index = None
    left_out = ()

    def _make(self, company, moment, **vals):
        """:return: one that counts at this moment, but for the values"""
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        (self.env.company + self.other).partner_id.tz = "Asia/Taipei"

    def _count(self):
        """:return: those of the company in both months, of the other in the first"""
        self.env.flush_all()
        periods = {
            1: (self.env.company, START, TURN),
            2: (self.env.company, TURN, STOP),
            3: (self.other, START, TURN),
        }
        found = self.env["crm.service.denominator"]._count(self.code, periods)
        return [found[key] for key in (1, 2, 3)]

    def test_none(self):
        self.assertEqual(self._count(), [0, 0, 0])

    def test_each_in_its_month_and_company(self):
        for moment in (START - MINUTE, START, TURN - MINUTE, TURN):
            self._make(self.env.company, moment)
        self._make(self.other, TURN - MINUTE)
        self.assertEqual(self._count(), [2, 1, 1])

    def test_what_does_not_count(self):
        for vals in self.left_out:
            with self.subTest(vals=vals):
                self._make(self.env.company, START, **vals)
                self.assertEqual(self._count(), [0, 0, 0])

    def test_notices_offer_it(self):
        Notice = self.env["crm.service.notice"]
        label = self.env["crm.service.denominator"]._get_denominators()[self.code].label
        self.assertIn((self.code, label), Notice._get_denominator_selection())

    def test_an_index_finds_a_month(self):
        one = self._make(self.env.company, START)
        self.env.flush_all()
        denominator = self.env["crm.service.denominator"]._get_denominators()[self.code]
        table, date = SQL.identifier(one._table), denominator.date
        self.env.cr.execute(
            SQL(
                "INSERT INTO %(table)s SELECT (jsonb_populate_record(one, "
                "jsonb_build_object('id', one.id + n, 'name', 'X' || n, %(key)s::text, "
                "one.%(date)s + n * interval '1 day'))).* "
                "FROM %(table)s one, generate_series(1, 5000) n WHERE one.id = %(id)s",
                table=table,
                key=date,
                date=SQL.identifier(date),
                id=one.id,
            )
        )
        self.env.cr.execute(SQL("ANALYZE %s", table))
        queries = []
        execute_query = Environment.execute_query

        def note(env, query):
            queries.append(query)
            return execute_query(env, query)

        with patch.object(Environment, "execute_query", note):
            self._count()
        plan = self.env.execute_query(SQL("EXPLAIN %s", queries[-1]))
        self.assertIn(self.index, str(plan))
