from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain, combinations
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..report.crm_referral_report import USE_FUNNEL
from .common import ReferralCommon

AGGREGATES = [
    "__count",
    "step_entered_count:sum",
    "step_left_count:sum",
    "step_done_count:sum",
    "step_skipped_count:sum",
    "step_back_count:sum",
    "step_done_rate:avg",
    "step_skip_rate:avg",
    "step_days:avg",
]
STEP = ("kind", "=", "step")


class FunnelCommon(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Funnel = cls.env["crm.referral.funnel"]
        cls.referral = cls._create_referral()
        cls.third_customer = cls.env["res.partner"].create({"name": "Dora Dent"})

    def _assert_right(self):
        """The ledger says what the requests and their log say."""
        self.assertEqual(self.Funnel._find_differences(), [])

    def _count_rows(self):
        self.env.flush_all()
        [(count,)] = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM crm_referral_funnel")
        )
        return count


@tagged("post_install", "-at_install")
class TestFunnelLedger(FunnelCommon):
    """Whatever happens to a request, the ledger follows."""

    def test_create(self):
        before = self._count_rows()
        self._assert_right()
        self._create_referral(self.colleague, partner_id=self.other_customer.id)
        self.assertEqual(self._count_rows(), before + 1)
        self._assert_right()

    def test_difference_is_found(self):
        """The test of the tests: without its triggers the ledger is wrong."""
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE crm_referral_step_log DISABLE TRIGGER USER")
        self.referral.action_skip_step("Known since long")
        self.assertTrue(self.Funnel._find_differences())
        self.Funnel._rebuild()
        self._assert_right()

    def test_steps(self):
        """Skip, next, back, several steps at once."""
        self.referral.action_skip_step("Known since long")
        self._assert_right()
        self.referral.action_previous_step()
        self._assert_right()
        self.referral.action_skip_step("Known since long")
        self.referral.action_skip_step("Known as well")
        self.referral.step_id = self.step["benefits"]
        self._assert_right()
        self.referral.benefit_ids = self._create_benefit(confirmed=True)
        self.referral.write({"challenge": "Slow", "improvement": "Quick"})
        self.referral.step_id = self.step["value"]
        self._assert_right()
        self.assertEqual(self.referral.step_code, "value")

    def test_outcomes(self):
        self.referral.action_cancel()
        self._assert_right()
        self.referral.action_reopen()
        self._assert_right()
        self.referral.action_decline(self.decline_reason.id)
        self._assert_right()

    def test_imported_with_outcome(self):
        created = self.env["crm.referral"].load(
            ["partner_id/.id", "user_id/.id", "outcome"],
            [[str(self.third_customer.id), str(self.rep.id), "cancelled"]],
        )
        self.assertFalse(created["messages"])
        self._assert_right()

    def test_whose_request_it_is(self):
        """Salesperson, team, company and archiving move all stays of a request."""
        self.referral.action_skip_step("Known since long")
        other_team = self.env["crm.team"].create({"name": "Others"})
        for vals in (
            {"user_id": self.colleague.id},
            {"team_id": other_team.id},
            {"user_id": False},
            {"active": False},
            {"active": True},
        ):
            with self.subTest(vals):
                self.referral.sudo().write(vals)
                self._assert_right()
        other_team.unlink()
        self._assert_right()

    def test_company(self):
        # An administrator, who may see both companies.
        self.referral.sudo().write(
            {"user_id": False, "team_id": False, "company_id": self.other_company.id}
        )
        self._assert_right()
        self.assertEqual(
            self.referral.step_log_ids.company_id, self.referral.company_id
        )

    def test_deleted_request(self):
        before = self._count_rows()
        self.referral.action_skip_step("Known since long")
        self.referral.with_user(self.manager).unlink()
        self._assert_right()
        self.Funnel._gc_scattered()
        self.assertLess(self._count_rows(), before + 1)

    def test_deleted_salesperson(self):
        """The database takes a deleted user out of the requests, not Odoo."""
        leaver = new_test_user(
            self.env,
            "leaver",
            groups="base.group_user,sales_team.group_sale_salesman",
        )
        self.referral.user_id = leaver
        self._assert_right()
        self.env.flush_all()
        leaver.unlink()
        self.env.invalidate_all()
        self.assertFalse(self.referral.user_id)
        self._assert_right()
        groups = self.env["crm.referral.report"]._read_group(
            [STEP], ["user_id"], ["__count"]
        )
        self.assertEqual(len(groups), len(dict(groups).keys() & set(self._users())))

    def _users(self):
        users = self.env["res.users"].with_context(active_test=False).search([])
        return [*users, users.browse()]

    def test_merged_customer(self):
        self.referral.action_cancel()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | self.other_customer).ids, self.other_customer
        )
        self._assert_right()

    def test_statement_that_changes_nothing_of_it(self):
        """A reason or a date of writing adds no row."""
        self.referral.action_skip_step("Known since long")
        before = self._count_rows()
        self.referral.sudo().step_log_ids.reason = "Another reason"
        self.assertEqual(self._count_rows(), before)

    def test_putting_together(self):
        """Once a day there is one row for what is the same, and none for nothing."""
        for _again in range(3):
            self.referral.action_skip_step("Known since long")
            self.referral.action_previous_step()
        before = self._count_rows()
        self.Funnel._gc_scattered()
        self.assertLess(self._count_rows(), before)
        self._assert_right()
        [(same, nothing)] = self.env.execute_query(
            SQL(
                """SELECT COUNT(*) - COUNT(DISTINCT (date, step_id, user_id, team_id,
                        company_id, referral_active, step_outcome)),
                    COUNT(*) FILTER (WHERE entered_count = 0)
                FROM crm_referral_funnel"""
            )
        )
        self.assertEqual((same, nothing), (0, 0))

    # === THE DATABASE IS MOVED === #

    @contextmanager
    def _recorded(self):
        """:return: the statements that create, replace or drop something"""
        statements = []
        execute = type(self.env.cr).execute

        def record(cursor, query, *args, **kwargs):
            text = query.code if isinstance(query, SQL) else query
            if text.split()[0] in ("CREATE", "DROP") and "TRIGGER" not in text:
                statements.append(text)
            return execute(cursor, query, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", record):
            yield statements

    def _load_log(self):
        """Write a stay as pg_restore does: COPY, with an empty search path."""
        self.env.flush_all()
        self.env.cr.execute("SELECT current_schema()")
        [schema] = self.env.cr.fetchone()
        self.env.cr.execute("SET LOCAL search_path = ''")
        table = SQL.identifier(schema, "crm_referral_step_log")
        self.env.cr.execute(
            SQL(
                """INSERT INTO %(table)s (referral_id, step_id, entered_on, user_id,
                    team_id, company_id, referral_active)
                SELECT referral_id, step_id, entered_on, user_id, team_id, company_id,
                    referral_active
                FROM %(table)s WHERE referral_id = %(referral)s LIMIT 1""",
                table=table,
                referral=self.referral.id,
            )
        )
        self.env.cr.execute(SQL("SET LOCAL search_path = %s", SQL.identifier(schema)))

    def test_data_are_loaded_without_a_search_path(self):
        self._load_log()
        self._assert_right()

    def test_the_ledger_of_a_dump_is_not_counted_on_top(self):
        """Its rows come from the step log alone, or no trigger runs at all."""
        before = self._count_rows()
        self.env.cr.execute(
            """INSERT INTO crm_referral_funnel (date, step_id, entered_count,
                left_count, seconds) VALUES (now(), 1, 5, 5, 5)"""
        )
        self.assertEqual(self._count_rows(), before)
        self._assert_right()

    def test_functions_of_another_owner(self):
        """The tables have changed hands, the functions have not: upgrades go on."""
        self.env.cr.execute("SELECT current_user")
        [me] = self.env.cr.fetchone()
        owners = """SELECT proname, pg_get_userbyid(proowner) FROM pg_proc
            WHERE proname LIKE 'crm_referral_funnel_%%' ORDER BY proname"""
        before = self.env.execute_query(SQL(owners))
        self.assertEqual({owner for _name, owner in before}, {me})
        self.Funnel.init()
        with self._recorded() as statements:
            self.Funnel._create_bucket_function()
            self.Funnel._create_triggers()
        self.assertEqual(statements, [])
        self._assert_right()
        self._create_referral(self.colleague, partner_id=self.other_customer.id)
        self._assert_right()
        after = self.env.execute_query(SQL(owners))
        self.assertEqual(before, after)

    def test_upgrade(self):
        """A database that has a log, but not these columns nor a ledger, gets both."""
        self.env.flush_all()
        self.Funnel._drop_functions()
        self.env.cr.execute(
            """DROP TABLE crm_referral_funnel;
            ALTER TABLE crm_referral_step_log
                DROP COLUMN user_id, DROP COLUMN team_id,
                DROP COLUMN company_id, DROP COLUMN referral_active"""
        )
        self.env["crm.referral.step.log"]._fill_owner_columns()
        self.Funnel.init()
        self.env.invalidate_all()
        self._assert_right()
        log = self.referral.sudo().step_log_ids
        self.assertEqual(log.user_id, self.rep)
        self.assertEqual(log.company_id, self.company)
        self.assertTrue(log.referral_active)


@tagged("post_install", "-at_install")
class TestFunnelReport(FunnelCommon):
    """What the analysis reads from the ledger is what it would read from the log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unassigned = cls._create_referral(
            cls.colleague, partner_id=cls.other_customer.id
        )
        cls.foreign = cls._create_referral(
            cls.foreign_rep,
            partner_id=cls.third_customer.id,
            company_id=cls.other_company.id,
        )
        cls.colleagues = cls._create_referral(
            cls.colleague, partner_id=cls.company.partner_id.id
        )
        for referral in (cls.referral, cls.unassigned, cls.colleagues, cls.foreign):
            referral.action_skip_step("Known since long")
            referral.action_skip_step("Known as well")
            referral.action_previous_step()
        cls.unassigned.user_id = False
        cls.archived = cls._create_referral(partner_id=cls.other_company.partner_id.id)
        cls.archived.active = False
        cls.env.flush_all()
        # Around the turn of a month and a year, all over the world, to the second.
        moments = [
            datetime(2026, 1, 1) + timedelta(hours=hours, seconds=seconds)
            for hours in range(-15, 16)
            for seconds in (-1, 0, 1800, 2700)
        ]
        logs = cls.env["crm.referral.step.log"].sudo().search([])
        for index, moment in enumerate(moments):
            cls.env.cr.execute(
                SQL(
                    """INSERT INTO crm_referral_step_log (referral_id, step_id,
                        user_id, team_id, company_id, referral_active, entered_on,
                        left_on, outcome)
                    SELECT referral_id, step_id, user_id, team_id, company_id,
                        referral_active, %(moment)s, %(left_on)s, outcome
                    FROM crm_referral_step_log WHERE id = %(log)s""",
                    moment=moment,
                    left_on=moment + timedelta(hours=index, seconds=0.6),
                    log=logs[index % len(logs)].id,
                )
            )
        cls.env.invalidate_all()

    def _without_ledger(self):
        Class = self.env.registry["crm.referral.report"]
        return patch.object(Class, "_can_read_funnel", return_value=False)

    def _read(self, user, domain, groupby, tz="Asia/Taipei", **options):
        return (
            self.env["crm.referral.report"]
            .with_user(user)
            .with_context(tz=tz)
            ._read_group(domain, groupby, AGGREGATES, **options)
        )

    def _assert_same(self, user, domain, groupby, **options):
        Report = self.env["crm.referral.report"].with_user(user)
        Report = Report.with_context(tz=options.get("tz", "Asia/Taipei"))
        self.assertTrue(
            Report._can_read_funnel(domain, groupby, AGGREGATES, None), "not asked"
        )
        ledger = self._read(user, domain, groupby, **options)
        with self._without_ledger():
            stays = self._read(user, domain, groupby, **options)
        self.assertEqual(ledger, stays)
        return ledger

    def test_the_log_is_not_read(self):
        Report = self.env["crm.referral.report"].with_context(
            referral_report_funnel=USE_FUNNEL
        )
        query = Report._search([STEP])
        plan = "\n".join(
            line
            for (line,) in self.env.execute_query(
                SQL("EXPLAIN %s", query.select(SQL("SUM(step_entered_count)")))
            )
        )
        self.assertIn("crm_referral_funnel", plan)
        self.assertNotIn("step_log", plan)

    def test_all_dimensions(self):
        dimensions = ["step_id", "step_outcome", "user_id", "team_id", "company_id"]
        for groupby in chain.from_iterable(
            combinations(dimensions, length) for length in range(3)
        ):
            with self.subTest(groupby):
                self.assertTrue(self._assert_same(self.manager, [STEP], groupby))

    def test_months_in_every_zone(self):
        for tz in (
            "UTC",
            "Asia/Taipei",
            "Asia/Kathmandu",
            "Pacific/Kiritimati",
            "Pacific/Niue",
            "Pacific/Chatham",
            "America/St_Johns",
            "America/Los_Angeles",
        ):
            for period in ("month", "quarter", "year", "month_number"):
                with self.subTest(tz=tz, period=period):
                    groups = self._assert_same(
                        self.manager, [STEP], [f"date:{period}"], tz=tz
                    )
                    self.assertGreater(len(groups), 1)

    def test_months_differ_by_zone(self):
        """The test of the test above."""
        counts = {
            tuple(
                count
                for _month, count, *_rest in self._read(
                    self.manager, [STEP], ["date:month"], tz=tz
                )
            )
            for tz in ("Pacific/Kiritimati", "UTC", "Pacific/Niue")
        }
        self.assertEqual(len(counts), 3)

    def test_filters(self):
        for domain in (
            [("step_id.code", "=", "benefits")],
            ["|", ("user_id", "=", False), ("team_id", "!=", False)],
            [("active", "=", False)],
            [("active", "in", [True, False])],
            [("step_outcome", "=", "skipped")],
            [("step_outcome", "=", False)],
            [("date", ">=", "2025-12-31 16:00:00")],  # the new year in Taipei
            [("date", "<=", "2025-12-31 15:59:59")],
            [("date", ">=", "-11m =1d")],
        ):
            with self.subTest(domain):
                self._assert_same(self.manager, [STEP, *domain], ["step_id"])

    def test_what_the_ledger_cannot_tell(self):
        """Other questions are answered from the log: the same, slower."""
        Report = self.env["crm.referral.report"].with_user(self.manager)
        Report = Report.with_context(tz="Asia/Taipei")
        for domain, groupby, aggregates in (
            ([], ["step_id"], AGGREGATES),
            ([("kind", "in", ["step", "request"])], ["step_id"], AGGREGATES),
            ([STEP, ("date", ">=", "2026-01-01 00:00:00")], [], AGGREGATES),
            ([STEP, ("date", ">=", "-90d =0H")], [], AGGREGATES),
            ([STEP, ("date", "!=", False)], [], AGGREGATES),
            ([STEP, ("partner_id", "=", self.customer.id)], [], AGGREGATES),
            ([STEP, ("referral_id.priority", "=", "1")], [], AGGREGATES),
            ([STEP], ["date:week"], AGGREGATES),
            ([STEP], ["partner_id"], AGGREGATES),
            ([STEP], ["step_id"], ["request_count:sum"]),
            ([STEP], ["step_id"], ["step_days:max"]),
        ):
            with self.subTest(domain=domain, groupby=groupby, aggregates=aggregates):
                self.assertFalse(
                    Report._can_read_funnel(domain, groupby, aggregates, None)
                )
        [(count,)] = Report._read_group(
            [STEP, ("partner_id", "=", self.customer.id)], [], ["__count"]
        )
        self.assertEqual(
            count,
            self.env["crm.referral.step.log"].search_count(
                [("referral_id", "=", self.referral.id)]
            ),
        )

    def test_a_rule_of_the_customers_own_counts(self):
        """A record rule on what the ledger does not know is respected."""
        self.env["ir.rule"].create(
            {
                "name": "This customer is secret",
                "model_id": self.env["ir.model"]._get_id("crm.referral.report"),
                "domain_force": [("partner_id", "!=", self.customer.id)],
            }
        )
        Report = self.env["crm.referral.report"].with_user(self.manager)
        self.assertFalse(Report._can_read_funnel([STEP], [], AGGREGATES, None))
        [(count,)] = Report._read_group([STEP], [], ["__count"])
        self.assertEqual(
            count, len(Report.search([STEP, ("partner_id", "!=", self.customer.id)]))
        )

    def test_roles(self):
        """Own and unassigned, all, none of another company: as in the requests."""
        counts = {}
        for user in (
            self.rep,
            self.colleague,
            self.all_documents,
            self.manager,
            self.foreign_rep,
            self.foreign_manager,
        ):
            groups = self._assert_same(user, [STEP], ["user_id"])
            counts[user] = sum(group[1] for group in groups)
            self.assertEqual(
                counts[user],
                self.env["crm.referral.step.log"]
                .with_user(user)
                .search_count([("referral_id.active", "=", True)]),
                user.login,
            )
            self.assertTrue(counts[user], user.login)
        self.assertLess(counts[self.colleague], counts[self.rep])
        self.assertLess(counts[self.rep], counts[self.manager])
        own = self._read(self.colleague, [STEP], ["user_id"])
        self.assertNotIn(self.rep, [group[0] for group in own])

    def test_several_companies(self):
        self.manager.company_ids = [Command.link(self.other_company.id)]
        both = (self.company | self.other_company).ids
        self.env.flush_all()
        Report = self.env["crm.referral.report"].with_user(self.manager)
        counts = [
            Report.with_context(allowed_company_ids=companies)._read_group(
                [STEP], [], ["__count"]
            )[0][0]
            for companies in ([self.company.id], [self.other_company.id], both)
        ]
        self.assertTrue(all(counts))
        self.assertEqual(counts[0] + counts[1], counts[2])

    def test_pivot(self):
        """What the pivot asks for, by month and step with all totals."""
        sets = [[], ["date:month"], ["step_id"], ["date:month", "step_id"]]
        Report = self.env["crm.referral.report"].with_user(self.manager)
        ledger = Report.formatted_read_grouping_sets([STEP], sets, AGGREGATES)
        with self._without_ledger():
            stays = Report.formatted_read_grouping_sets([STEP], sets, AGGREGATES)
        self.assertEqual(ledger, stays)
        self.assertEqual(len(ledger[0]), 1)

    def test_no_group_of_nothing(self):
        """Whose stays have all gone to somebody else is not listed with zero."""
        self.referral.user_id = self.colleague
        self.archived.user_id = self.colleague
        self.env.flush_all()
        groups = self._assert_same(self.manager, [STEP], ["user_id"])
        self.assertNotIn(self.rep, [group[0] for group in groups])
        Report = self.env["crm.referral.report"].with_user(self.manager)
        [_total, groups] = Report._read_grouping_sets(
            [STEP], [[], ["user_id"]], ["__count"]
        )
        self.assertNotIn(self.rep, [user for user, _count in groups])
        nothing = [STEP, ("user_id", "=", self.rep.id)]
        [total, groups] = Report._read_grouping_sets(
            nothing, [[], ["user_id"]], AGGREGATES
        )
        self.assertEqual((total[0][0], groups), (0, []))
        self._assert_same(self.manager, nothing, [])

    def test_order_limit_having(self):
        for options in (
            {"order": "step_entered_count:sum DESC, step_id", "limit": 2},
            {"order": "step_id", "offset": 1},
            {"having": [("step_left_count:sum", ">", 3)]},
        ):
            with self.subTest(options):
                self._assert_same(self.manager, [STEP], ["step_id"], **options)
