from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.crm_referral.tests.funnel_cases import (
    STEP,
    FunnelCases,
    FunnelCommon,
)


@tagged("post_install", "-at_install")
class TestLedgerFigures(FunnelCases, FunnelCommon):
    """What the funnel reads from the ledger is what the stays say."""

    def test_the_log_is_not_read(self):
        Report = self.env["crm.referral.report"].with_context(
            referral_report_funnel=frozenset({"active", "step_id"})
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

    def test_put_together(self):
        """The same, after the rows of the ledger were put together."""
        groupby = ["date:month", "step_id", "user_id"]
        before = self._read(self.manager, [STEP], groupby)
        self.env["crm.referral.funnel"]._gc_scattered()
        self.assertEqual(self._assert_right(self.manager, [STEP], groupby), before)

    def test_a_wrong_ledger_is_noticed(self):
        """The test of the tests: they do read the ledger."""
        self.env.cr.execute("UPDATE crm_referral_funnel SET seconds = seconds + 1")
        with self.assertRaises(self.failureException):
            self._assert_right(self.manager, [STEP], ["step_id"])
