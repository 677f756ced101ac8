from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from odoo.addons.crm_referral.tests.common import ReferralCommon


class LedgerCommon(ReferralCommon):
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
class TestLedger(LedgerCommon):
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
            [("kind", "=", "step")], ["user_id"], ["__count"]
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
                """SELECT COUNT(*) - COUNT(DISTINCT (funnel_date, step_id, user_id,
                        team_id, company_id, referral_active, outcome)),
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
                """INSERT INTO %(table)s (referral_id, step_id, entered_on, funnel_date,
                    user_id, team_id, company_id, referral_active)
                SELECT referral_id, step_id, entered_on, funnel_date, user_id,
                    team_id, company_id, referral_active
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
            """INSERT INTO crm_referral_funnel (funnel_date, step_id, entered_count,
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
            self.Funnel._create_triggers()
        self.assertEqual(statements, [])
        self._assert_right()
        self._create_referral(self.colleague, partner_id=self.other_customer.id)
        self._assert_right()
        after = self.env.execute_query(SQL(owners))
        self.assertEqual(before, after)

    def test_installed_on_data(self):
        """A database that has a log, but no ledger, gets a right one."""
        self.env.flush_all()
        self.Funnel._drop_functions()
        self.env.cr.execute("DROP TABLE crm_referral_funnel")
        self.Funnel.init()
        self._assert_right()
        self.assertTrue(self._count_rows())

    def test_nobody_reads_it(self):
        """Of all people and by no screen: it has neither fields nor rights."""
        for user in (self.rep, self.manager, self.employee, self.portal):
            for operation in ("read", "write", "create", "unlink"):
                self.assertFalse(self.Funnel.with_user(user).has_access(operation))
