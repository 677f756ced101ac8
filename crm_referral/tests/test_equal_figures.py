from datetime import date

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .export_common import ExportCommon


@tagged("post_install", "-at_install")
class TestEqualFigures(ExportCommon):
    """What came of an introduction is the same wherever it is said.

    Contact, request, analysis, dashboard, workbook and plain SQL are asked, after what
    people do to leads.
    """

    def _count_everywhere(self):
        """:return: wins and their revenue, by who says so"""
        self.env.flush_all()
        self.env.invalidate_all()
        manager = self.manager
        partner = self.customer.with_user(manager)
        request = self.won_request.with_user(manager)
        Report = self.env["crm.referral.report"].with_user(manager)
        Dashboard = self.env["crm.referral.dashboard"].with_user(manager)
        figures = {f["code"]: f["value"] for f in Dashboard.get_dashboard()["figures"]}
        workbook = self._export(manager)
        summary = self._get_summary(workbook)
        self._check_summary(workbook)
        self.env.cr.execute(
            """SELECT count(*), sum(expected_revenue) FROM crm_lead l
            JOIN crm_referral_candidate c ON c.id = l.referral_candidate_id
            WHERE c.referral_id = %s AND l.won_status = 'won'""",
            [request.id],
        )
        plain = self.env.cr.fetchone()
        specs = ["won_count:sum", "won_revenue:sum"]
        return {
            "contact": (partner.referral_won_count, partner.referral_won_revenue),
            "request": (request.won_count, request.won_revenue),
            "sql": plain,
            "analysis by customer": Report._read_group(
                [("partner_id", "=", partner.id)], [], specs
            )[0],
            "analysis by request": Report._read_group(
                [("referral_id", "=", request.id)], [], specs
            )[0],
            "dashboard": (figures["won"], figures["revenue"]),
            "workbook": (
                summary["Leads Won"],
                summary["Won from Referral"],
            ),
        }

    def _assert_everywhere(self, wins, revenue):
        found = self._count_everywhere()
        self.assertEqual(found, dict.fromkeys(found, (wins, revenue)))

    def test_one_win(self):
        self._assert_everywhere(1, 1000)

    def test_an_archived_lead_is_still_won(self):
        self.won_lead.active = False
        self.assertEqual(self.won_lead.won_status, "won")
        self._assert_everywhere(1, 1000)

    def test_exchange_rate_of_the_day_it_was_won(self):
        """Contact and analysis, in the currency of another company."""
        euro = self.env.ref("base.EUR")
        company = self.other_company
        company.currency_id = euro
        won_on = self.won_lead.date_closed.date()
        today = date(2100, 1, 1)
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": euro.id,
                    "company_id": company.id,
                }
                for day, rate in ((date(2000, 1, 1), 0.5), (today, 4))
            ]
        )
        self.env["res.currency.rate"].search(
            [("currency_id", "=", self.company.currency_id.id)]
        ).unlink()
        self.manager.company_ids += company
        both = [company.id, self.company.id]
        env = self.env(user=self.manager, context={"allowed_company_ids": both})
        self.assertLess(won_on, today)
        with freeze_time("2100-01-02 12:00:00"):
            contact = self.customer.with_env(env).referral_won_revenue
            analysis = env["crm.referral.report"]._read_group(
                [("partner_id", "=", self.customer.id)], [], ["won_revenue:sum"]
            )
        self.assertEqual(contact, 500)
        self.assertEqual(analysis, [(500,)])

    def test_a_duplicate_is_not_introduced(self):
        """It is won as well: by nobody's introduction."""
        copy = self.won_lead.copy()
        copy.action_set_won()
        self._assert_everywhere(1, 1000)
        total = self._read(["total_won_revenue:sum"], [("kind", "in", ["lead"])])
        self.assertEqual(total, [(1000,)])

    def test_after_a_merge_the_first_introduction_wins(self):
        """Of two leads with different referrers one becomes one, and counts once."""
        rival = self.env["res.partner"].create({"name": "Rita Rival"})
        candidate = self._create_introduced_candidate(
            referral=self._create_referral(partner_id=rival.id), name="Other"
        )
        second = candidate._convert()
        lead = (self.won_lead | second).merge_opportunity()
        self.assertEqual(lead.referral_candidate_id, self.converted)
        lead.expected_revenue = 1000
        if lead.won_status != "won":
            lead.action_set_won()
        self._assert_everywhere(1, 1000)
        self.assertEqual(rival.referral_won_count, 0)
        self.assertEqual(candidate.referral_id.won_count, 0)

    def test_a_contact_that_the_user_may_not_see(self):
        """The customer went to another company: no figure and no screen breaks."""
        self.customer.sudo().company_id = self.other_company
        manager = self.manager
        Report = self.env["crm.referral.report"].with_user(manager)
        for groupby in ("partner_id", "industry_id", "buyer_industry_id"):
            Report.formatted_read_group([], [groupby], ["won_count:sum"])
        rows = Report.web_search_read(
            [("referral_id", "=", self.won_request.id)],
            {"partner_id": {"fields": {"display_name": {}}}, "lead_id": {}},
        )
        self.assertTrue(rows["records"])
        workbook = self._export(manager)
        self.assertEqual(self._get_summary(workbook)["Leads Won"], 1)
        dashboard = self.env["crm.referral.dashboard"].with_user(manager)
        figures = {f["code"]: f for f in dashboard.get_dashboard()["figures"]}
        self.assertEqual(figures["won"]["value"], 1)
        schedule = (
            self.env["crm.referral.report.schedule"]
            .with_user(manager)
            .create({"name": "x", "user_ids": [Command.set(manager.ids)]})
        )
        schedule.action_send_now()
        self._run_cron("crm_referral.ir_cron_report_schedule")
        self.assertIn(schedule.run_ids.state, ("sending", "sent"))
