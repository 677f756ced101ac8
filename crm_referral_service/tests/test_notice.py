from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import ServiceCommon

START = date(2026, 9, 1)


@tagged("post_install", "-at_install")
class TestNotice(ServiceCommon):
    """As many days before as after; what may be chance is no success."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.partner_id.tz = "Asia/Taipei"
        cls.group = cls.env["crm.service.reason"].create({"name": "Where is it"})
        cls.leaf = cls.env["crm.service.reason"].create(
            {"name": "My delivery", "parent_id": cls.group.id}
        )
        cls.other = cls.env["crm.service.reason"].create({"name": "Something else"})
        cls.lead_stage = cls.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        # The log begins long before.
        cls._log(cls.other, 1, START - timedelta(days=60))
        cls.notice = cls._create_notice()

    @classmethod
    def _create_notice(cls, **values):
        return cls.env["crm.service.notice"].create(
            {
                "name": "On its way",
                "reason_ids": [(6, 0, cls.group.ids)],
                "started_on": START,
                "window_days": 28,
                **values,
            }
        )

    @classmethod
    def _log(cls, reason, number, day, **values):
        moment = datetime.combine(day, datetime.min.time()) + timedelta(hours=4)
        return cls.env["crm.service.contact"].create(
            [
                {
                    "caller_name": f"Caller {index}",
                    "reason_id": reason.id,
                    "contacted_on": moment,
                    "user_id": cls.agent.id,
                    "company_id": cls.env.company.id,
                    **values,
                }
                for index in range(number)
            ]
        )

    def _win(self, number, day):
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Won {index}",
                    "type": "opportunity",
                    "company_id": self.env.company.id,
                    "stage_id": self.lead_stage.id,
                }
                for index in range(number)
            ]
        )
        leads.flush_recordset()
        moment = datetime.combine(day, datetime.min.time()) + timedelta(hours=4)
        self.env.cr.execute(
            "UPDATE crm_lead SET date_closed = %s WHERE id IN %s",
            [moment, tuple(leads.ids)],
        )
        leads.invalidate_recordset()
        self.assertEqual(set(leads.mapped("won_status")), {"won"})

    def _measure(self, before=0, after=0):
        self._log(self.leaf, before, START - timedelta(days=5))
        self._log(self.leaf, after, START + timedelta(days=5))
        self.notice.action_measure()

    def test_fewer(self):
        self._measure(60, 25)
        self.assertEqual((self.notice.before_count, self.notice.after_count), (60, 25))
        self.assertEqual(self.notice.verdict, "fewer")
        self.assertFalse(self.notice.obstacle)
        self.assertAlmostEqual(self.notice.saved_contacts, 35)
        # R: poisson.test(c(25, 60)): 0.4166667, 0.2509 to 0.6736
        self.assertEqual(
            self.notice.reading,
            "58% fewer; with 95% certainty between 33% and 75% (n = 85).",
        )

    def test_more(self):
        self._measure(25, 60)
        self.assertEqual(self.notice.verdict, "more")
        self.assertEqual(self.notice.saved_contacts, 0)

    def test_chance(self):
        self._measure(30, 22)
        self.assertEqual(self.notice.verdict, "too_few")
        self.assertEqual(self.notice.obstacle, "chance")

    def test_too_few(self):
        """However clear it looks: nineteen are too few, twenty are not."""
        self._measure(19, 0)
        self.assertEqual(self.notice.obstacle, "few")
        self.assertEqual(self.notice.verdict, "too_few")
        self._measure(1, 0)
        self.assertEqual(self.notice.verdict, "fewer")

    def test_log_that_does_not_reach_back(self):
        self.env["crm.service.contact"].search([]).sudo().write(
            {"contacted_on": datetime(2026, 8, 10)}
        )
        self._measure(60, 25)
        self.assertEqual(self.notice.obstacle, "no_log")

    def test_what_is_counted(self):
        """Of the reasons with all their parts, in the days where the company is."""
        edges = (
            (datetime(2026, 8, 3, 15, 59), 0, 0),  # midnight in Taipei is 16:00 UTC
            (datetime(2026, 8, 3, 16, 0), 1, 0),
            (datetime(2026, 8, 31, 15, 59), 1, 0),
            (datetime(2026, 8, 31, 16, 0), 0, 1),
            (datetime(2026, 9, 28, 15, 59), 0, 1),
            (datetime(2026, 9, 28, 16, 0), 0, 0),
        )
        for moment, before, after in edges:
            with self.subTest(moment=moment):
                contact = self._log(self.leaf, 1, START, contacted_on=moment)
                self.notice.action_measure()
                self.assertEqual(
                    (self.notice.before_count, self.notice.after_count),
                    (before, after),
                )
                for period, count in (("before", before), ("after", after)):
                    action = self.notice.action_open_contacts(period)
                    found = self.env["crm.service.contact"].search(action["domain"])
                    self.assertEqual(len(found), count)
                contact.unlink()
        self._log(self.other, 1, START)
        self._log(self.leaf, 1, START, direction="out")
        self._log(self.leaf, 1, START).active = False
        self.notice.action_measure()
        self.assertEqual(self.notice.after_count, 0)

    def test_reason_and_its_part_count_once(self):
        self.notice.reason_ids = self.group | self.leaf
        self._measure(20, 1)
        self.assertEqual(self.notice.before_count, 20)

    def test_per_hundred(self):
        """Twice as many contacts of twice as many deals are no more than before."""
        self.notice.denominator = "won"
        self._win(20, START - timedelta(days=3))
        self._win(40, START + timedelta(days=3))
        self._win(5, START + timedelta(days=40))
        self._measure(40, 80)
        self.assertEqual((self.notice.before_base, self.notice.after_base), (20, 40))
        self.assertEqual(self.notice.obstacle, "chance")
        bars = self.notice.comparison["bars"]
        self.assertEqual([bar["rate"] for bar in bars], ["200.0", "200.0"])
        self.assertEqual(self.notice.comparison["denominator"], "won opportunities")

    def test_nobody_counts_any_more(self):
        """Without the addon that counted, a notice goes by its days, an old one too."""
        self.notice.denominator = "won"
        self._win(20, START - timedelta(days=3))
        self._measure(40, 15)
        self.notice.active = False
        self.env["crm.service.notice"]._forget_denominator("won")
        self.assertFalse(self.notice.denominator)
        self.assertEqual(self.notice.verdict, "fewer")
        bars = self.notice.comparison["bars"]
        self.assertEqual([bar["rate"] for bar in bars], ["40", "15"])

    def test_saved_is_per_hundred_too(self):
        self.env.company.service_contact_cost = 8
        self.notice.denominator = "won"
        self._win(20, START - timedelta(days=3))
        self._win(40, START + timedelta(days=3))
        self._measure(40, 30)  # 80 would have been as before
        self.assertEqual(self.notice.verdict, "fewer")
        self.assertAlmostEqual(self.notice.saved_contacts, 50)
        self.assertAlmostEqual(self.notice.saved_cost, 400)

    def test_nothing_to_compare_with(self):
        self.notice.denominator = "won"
        self._win(20, START - timedelta(days=3))
        self._measure(40, 30)
        self.assertEqual(self.notice.obstacle, "no_base")

    def test_other_companies_do_not_count(self):
        company = self.env["res.company"].create({"name": "Other"})
        self._log(
            self.leaf, 30, START, company_id=company.id, user_id=False, team_id=False
        )
        self._measure(25, 1)
        self.assertEqual(self.notice.after_count, 1)

    def test_not_before_the_days_have_passed(self):
        with freeze_time("2026-09-20"):
            fresh = self._create_notice(started_on=self.env.cr.now().date())
        self.assertFalse(fresh.verdict)
        self.assertEqual(fresh.measure_on, fresh.started_on + timedelta(days=28))
        self.assertIn("It is known on", fresh.reading)

    def test_job_measures_what_is_due_and_lets_old_ones_be(self):
        today = self.env.cr.now().date()
        due = self._create_notice(started_on=today - timedelta(days=28 + 10))
        old = self._create_notice(started_on=today - timedelta(days=28 + 50))
        for notice in due | old:
            self._log(self.leaf, 3, notice.started_on + timedelta(days=1))
        before = old.after_count
        self._run_cron("measure_notices")
        self.assertGreaterEqual(due.after_count, 3)
        self.assertEqual(old.after_count, before)

    def test_change_of_what_it_is_about_counts_again(self):
        self._measure(60, 25)
        self.notice.reason_ids = self.other
        self.assertEqual(self.notice.verdict, "too_few")
        self.notice.started_on = self.env.cr.now().date()
        self.assertFalse(self.notice.verdict)
        self.assertEqual(self.notice.before_count, 0)

    def test_one_query_more_or_less_for_many(self):
        notices = self.notice
        for _number in range(9):
            notices |= self._create_notice()
        self._measure(60, 25)
        counts = []
        for some in (notices[:2], notices):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            some._count()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_rights(self):
        self.assertTrue(self.notice.with_user(self.agent).read(["name", "comparison"]))
        for user in (self.agent, self.salesperson):
            with self.assertRaises(AccessError):
                self.notice.with_user(user).name = "Mine"
            with self.assertRaises(AccessError):
                self.notice.with_user(user).action_measure()
        with self.assertRaises(AccessError):
            self.notice.with_user(self.salesperson).action_open_contacts()
        notice = self.notice.with_user(self.manager)
        notice.name = "Ours"
        with self.assertRaises(AccessError):
            notice.verdict = "fewer"
        with self.assertRaises(AccessError):
            notice.saved_contacts = 1000
