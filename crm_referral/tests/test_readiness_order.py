from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_readiness_score import ReadinessCommon

SCORE = "referral_readiness_score"


class ManyCommon(ReadinessCommon):
    """Customers with points, with none, and such as may not be asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(12)]
        )
        for number, partner in enumerate(cls.partners[:8]):
            for _benefit in range(number % 4):
                cls._create_benefit(partner, confirmed=True)
        cls.partners[7].referral_do_not_ask = True
        cls._create_referral(partner_id=cls.partners[6].id)
        cls._end_transaction()
        # Two of them have as many points as anybody, but may not be asked.
        cls.expected = dict(
            zip(cls.partners, (0, 5, 10, 15, 0, 5, 0, 0, 0, 0, 0, 0), strict=True)
        )

    def _search(self, *domain, **options):
        Partner = self.env["res.partner"].with_user(self.rep)
        return Partner.search([("id", "in", self.partners.ids), *domain], **options)


@tagged("post_install", "-at_install")
class TestReadinessOrder(ManyCommon):
    """What is shown, searched, sorted and counted is the same."""

    def test_shown(self):
        partners = self.partners.with_user(self.rep)
        self.assertEqual(partners.mapped(SCORE), list(self.expected.values()))

    def test_searched(self):
        compare = {
            "=": int.__eq__,
            "!=": int.__ne__,
            ">": int.__gt__,
            ">=": int.__ge__,
            "<": int.__lt__,
            "<=": int.__le__,
        }
        for operator, is_true in compare.items():
            for value in (-1, 0, 5, 7, 15, 16):
                with self.subTest(operator=operator, value=value):
                    self.assertEqual(
                        set(self._search((SCORE, operator, value)).ids),
                        {p.id for p, s in self.expected.items() if is_true(s, value)},
                    )
        self.assertEqual(len(self._search((SCORE, "in", [5, 15]))), 3)
        self.assertEqual(len(self._search((SCORE, "not in", [5, 15]))), 9)
        self.assertEqual(len(self._search((SCORE, "=", False))), 8)

    def test_sorted(self):
        by_score = sorted(self.partners, key=lambda p: (-self.expected[p], p.id))
        for limit in (None, 1, 3, 4, 5, 12, 40):
            for offset in (0, 2, 4, 11):
                with self.subTest(limit=limit, offset=offset):
                    found = self._search(
                        order=f"{SCORE} desc, id", limit=limit, offset=offset
                    )
                    self.assertEqual(
                        found.ids,
                        [p.id for p in by_score[offset : offset + (limit or 12)]],
                    )
        found = self._search(order=f"{SCORE}, id", limit=10)
        self.assertEqual(found.mapped(SCORE), sorted(self.expected.values())[:10])

    def test_grouped(self):
        groups = (
            self.env["res.partner"]
            .with_user(self.rep)
            ._read_group(
                [("id", "in", self.partners.ids)], ["referral_readiness"], ["__count"]
            )
        )
        self.assertEqual(
            dict(groups), {"ready": 10, "open_request": 1, "do_not_ask": 1}
        )

    def test_one_query_for_a_list(self):
        partners = self.partners.with_user(self.rep)
        partners.read(["referral_readiness_note"])  # fill the ormcaches
        self.env.invalidate_all()
        partners.mapped("name")
        with self.assertQueryCount(1):
            partners.mapped("referral_readiness")
            partners.mapped(SCORE)
            for partner in partners[:4]:
                self.assertEqual(
                    bool(partner.referral_readiness_note), bool(partner[SCORE])
                )
                self.assertFalse(partner.open_referral_id)

    def test_offered_to_the_browser(self):
        fields = (
            self.env["res.partner"]
            .with_user(self.rep)
            .fields_get([SCORE, "referral_readiness"], ["sortable", "groupable"])
        )
        self.assertTrue(fields[SCORE]["sortable"])
        self.assertTrue(fields["referral_readiness"]["groupable"])

    def test_not_for_everybody(self):
        Partner = self.env["res.partner"].with_user(self.employee)
        self.assertNotIn(SCORE, Partner.fields_get())
        calls = {
            "sort": lambda: Partner.search([], order=f"{SCORE} desc", limit=3),
            "sort all": lambda: Partner.search([], order=SCORE),
            "search": lambda: Partner.search([(SCORE, ">", 3)]),
            "group": lambda: Partner._read_group([], ["referral_readiness"]),
            "read": lambda: self.customer.with_user(self.employee).read([SCORE]),
        }
        for name, call in calls.items():
            with self.subTest(name), self.assertRaises(AccessError):
                call()

    def test_by_an_index(self):
        """Among thousands neither the customers nor the points are all read."""
        self.env.cr.execute(
            """
            INSERT INTO res_partner (name, complete_name, active, type)
            SELECT n, n, TRUE, 'contact' FROM generate_series(100000, 106000) n;
            INSERT INTO crm_referral_readiness (partner_id, company_id, score, parts)
            SELECT id, %s, 1 + id %% 90, '{}' FROM res_partner WHERE name LIKE '10____';
            ANALYZE res_partner, crm_referral_readiness;
            -- With thousands it may sort or read all, with a million it must not.
            SET LOCAL enable_seqscan = off;
            SET LOCAL enable_sort = off
            """,
            [self.company.id],
        )
        Partner = self.env["res.partner"].sudo()
        ready = [("referral_readiness", "=", "ready")]
        for query, index in (
            (
                Partner._search(ready, order=f"{SCORE} desc", limit=20),
                "crm_referral_readiness_order_idx",
            ),
            (Partner._search([(SCORE, ">", 89)]), "crm_referral_readiness_order_idx"),
        ):
            self.assertIn(len(query), (20,) if query.limit else (66, 67))
            self.env.cr.execute(f"EXPLAIN {query.select().code}", query.select().params)
            plan = "\n".join(row for (row,) in self.env.cr.fetchall())
            with self.subTest(plan=plan):
                self.assertIn(index, plan)
                self.assertNotIn("Seq Scan on crm_referral_readiness", plan)
                self.assertNotIn("Seq Scan on res_partner", plan)


@tagged("post_install", "-at_install")
class TestWeighing(ManyCommon):
    """The job comes to the same points, whatever happens to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Queue = cls.env["crm.referral.readiness.queue"]
        cls.Readiness = cls.env["crm.referral.readiness"]
        cls.Queue.search([]).unlink()
        cls.before = cls._read_all()

    @classmethod
    def _read_all(cls):
        return {
            (row.partner_id.id, row.company_id.id): (row.score, row.parts)
            for row in cls.Readiness.search([("partner_id", "in", cls.partners.ids)])
        }

    def _forget(self):
        self.Readiness.search([]).unlink()
        self.env.invalidate_all()

    def _run_job(self):
        self._run_cron("crm_referral.ir_cron_weigh_readiness")
        self.env.invalidate_all()

    def test_everybody(self):
        self.assertTrue(self.before)
        self._forget()
        self._run_cron("crm_referral.ir_cron_weigh_everybody")
        self._run_job()
        self.assertEqual(self._read_all(), self.before)
        self.assertFalse(self.Queue.search([]))

    def test_stopped_in_the_middle(self):
        self._forget()
        path = "odoo.addons.crm_referral.models.crm_referral_readiness_queue.RANGE"
        with patch(path, 5):
            self.Queue._add_everybody()
        entries = self.Queue.search_count([])
        self.assertGreater(entries, 3)
        # No time is left after two of them.
        with patch.object(
            self.registry["ir.cron"], "_commit_progress", side_effect=[60, 0]
        ):
            self.Queue._cron_weigh()
        self.assertEqual(self.Queue.search_count([]), entries - 2)
        # The nightly job does not begin again before this one is through.
        self.Queue._cron_weigh_everybody()
        self.assertEqual(self.Queue.search_count([]), entries - 2)
        self._run_job()
        self.assertEqual(self._read_all(), self.before)
        self.assertFalse(self.Queue.search([]))

    def test_one_that_fails(self):
        """The others are weighed, and it has its turn again."""
        self._forget()
        self.Queue._add(self.partners.ids)
        weigh = type(self.Readiness)._weigh

        def weigh_others(readiness, partner_ids):
            if self.partners[3].id in partner_ids:
                raise ValueError
            return weigh(readiness, partner_ids)

        with (
            patch.object(type(self.Readiness), "_weigh", weigh_others),
            mute_logger("odoo.addons.crm_foundation.models.crm_batch_mixin"),
        ):
            self._run_job()
        self.assertEqual(self.Queue.search([]).first_id, self.partners[3].id)
        self.assertEqual(self.partners[2].with_user(self.rep)[SCORE], 10)
        self._run_job()
        self.assertEqual(self._read_all(), self.before)

    def test_nothing_new_writes_nothing(self):
        self.env.cr.execute(
            "SELECT id, xmin::text FROM crm_referral_readiness ORDER BY id"
        )
        before = self.env.cr.fetchall()
        self.Readiness._weigh_range(1, self.partners[-1].id)
        self.env.cr.execute(
            "SELECT id, xmin::text FROM crm_referral_readiness ORDER BY id"
        )
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_many_changes_wait_for_the_job(self):
        path = "odoo.addons.crm_referral.models.crm_referral_readiness.AT_ONCE"
        with patch(path, 3):
            self.env["crm.referral.benefit"].create(
                [
                    {"partner_id": partner.id, "name": "New", "confirmed": True}
                    for partner in self.partners[8:]
                ]
            )
            self._end_transaction()
        self.assertEqual(self._read_all(), self.before)
        self.assertEqual(
            set(self.Queue.search([]).mapped("first_id")), set(self.partners[8:].ids)
        )
        self._run_job()
        self.assertEqual(
            self.partners[8:].with_user(self.rep).mapped(SCORE), [5, 5, 5, 5]
        )

    def test_a_rule_is_changed(self):
        rule = self.env["crm.referral.readiness.rule"].search(
            [("code", "=", "benefit")]
        )
        rule.with_user(self.manager).write({"points": 20, "maximum": 2})
        self._run_job()
        self.assertEqual(self.partners[3].with_user(self.rep)[SCORE], 40)
        rule.with_user(self.manager).active = False
        self._run_job()
        self.assertEqual(self.partners[3].with_user(self.rep)[SCORE], 0)
        self.assertFalse(self._read_all())

    def test_no_rule_is_as_declared(self):
        self.env["crm.referral.readiness.rule"].search([]).unlink()
        self.Readiness._weigh(self.partners.ids)
        self.assertEqual(self._read_all(), self.before)
        self.env["crm.referral.readiness.rule"]._add_missing()
        rules = self.env["crm.referral.readiness.rule"].search([])
        signals = self.env["res.partner"]._get_readiness_signals()
        self.assertEqual(rules.mapped("code"), list(signals))
        self.assertEqual(rules[0].name, "Loyalty stage")

    def test_customers_that_are_merged(self):
        source, target = self.partners[1], self.partners[3]
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (source | target).ids, target
        )
        self._end_transaction()
        self.assertEqual(target.with_user(self.rep)[SCORE], 15)
        self.assertEqual(
            target.with_user(self.rep).referral_readiness_note,
            "Confirmed benefits: 4 (+15)",
        )

    def test_it_costs_nothing_before_the_end(self):
        before = self.env.cr.sql_log_count
        self.Readiness._note_change(self.partners)
        self.assertEqual(self.env.cr.sql_log_count, before)
