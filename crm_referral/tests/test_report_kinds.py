from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import SQL

from .test_report import ReportCommon


@tagged("post_install", "-at_install")
class TestReportKinds(ReportCommon):
    """Only the kinds of rows that a question is about are read."""

    def test_kinds_that_a_domain_allows(self):
        """What is left out is left out by the domain too, whatever its form."""
        Report = self.env["crm.referral.report"]
        step, lead = [("kind", "=", "step")], [("kind", "in", ["lead", "other"])]
        for domain, expected in (
            (step, {"step"}),
            (
                [*lead, ("user_id", "=", 1), ("date", ">", "2020-01-01")],
                {"lead", "other"},
            ),
            (["|", *step, *lead], set()),
            (["!", *step], set()),
            (["|", ("user_id", "=", 1), ("team_id", "=", 1), *step], {"step"}),
            ([("user_id", "=", 1)], set()),
            ([], set()),
            ([("kind", "!=", "other")], set()),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(Report._get_kinds(Domain(domain)), expected)
        both = Report.search_count([*step, *lead])
        self.assertEqual(both, 0)

    def test_what_the_context_says_changes_nothing(self):
        """What the analysis found out itself comes from nowhere else."""
        Report = self.env["crm.referral.report"].with_user(self.rep)
        domain = [("referral_id", "in", self.ours)]
        specs = ["request_count:sum", "candidate_count:sum", "step_entered_count:sum"]
        expected = Report._read_group(domain, ["kind"], specs)
        self.assertTrue(expected)
        for key in ("kinds", "funnel"):
            for value in ([], ["x"], ["step"], True, 5, "step", {"a": 1}, None):
                with self.subTest(f"{key} {value}"):
                    other = Report.with_context(**{f"referral_report_{key}": value})
                    self.assertEqual(
                        other._read_group(domain, ["kind"], specs), expected
                    )

    def test_a_step_only_reads_steps(self):
        """A filter on the kind leaves the other tables alone."""
        query = self.env["crm.referral.report"]._search([("kind", "=", "step")])
        explain = SQL("EXPLAIN %s", query.select("count(*)"))
        plan = "\n".join(line for (line,) in self.env.execute_query(explain))
        self.assertIn("crm_referral_step_log", plan)
        self.assertNotIn("crm_lead", plan)
        self.assertNotIn("crm_referral_candidate", plan)
        self.assertNotIn("res_partner", plan)
