import io
from datetime import datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import tagged

from .common import NOW, ReferralCommon

LAST_YEAR = "2025-03-10 09:00:00"


class ReportCommon(ReferralCommon):
    """A small world of referrals whose figures can be counted by hand.

    The rep asked two customers. The first request brought two candidates, one lead and
    a win of 1 000; the second was declined. A colleague's request brought one
    candidate, whose lead was lost, and was started a year ago. 3 000 were won without
    referral.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.industry = cls.env["res.partner.industry"].create({"name": "Clinics"})
        cls.customer.industry_id = cls.industry
        cls.other_customer.parent_id = cls.env["res.partner"].create(
            {"name": "Carter & Co", "is_company": True, "industry_id": cls.industry.id}
        )
        cls.third_customer = cls.env["res.partner"].create({"name": "Dora Dent"})

        cls.won_request = cls._create_referral()
        cls.agreed_only = cls._create_candidate(
            cls.won_request, name="Zoe", introduction_channel="phone"
        )
        cls.converted = cls._create_introduced_candidate(referral=cls.won_request)
        cls.won_lead = cls.converted._convert()
        cls.won_lead.expected_revenue = 1000
        cls.agreed_only.action_decline()
        cls.won_request.action_next_step()
        cls.won_lead.action_set_won()

        cls.declined_request = cls._create_referral(partner_id=cls.other_customer.id)
        cls.declined_request.action_skip_step("Known since long")
        cls.declined_request.action_decline(cls.decline_reason.id)

        candidate = cls._create_introduced_candidate(
            referral=cls._create_referral(
                cls.colleague, partner_id=cls.third_customer.id
            ),
            name="Eve",
        )
        cls.old_request = candidate.referral_id
        cls.lost_lead = candidate._convert()
        cls.lost_lead.expected_revenue = 500
        cls.lost_lead.action_set_lost()

        cls.other_lead = cls._create_won_lead(
            cls.third_customer, expected_revenue=3000, user_id=cls.rep.id
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE crm_referral SET create_date = %s WHERE id = %s",
            [LAST_YEAR, cls.old_request.id],
        )
        cls.env.cr.execute(
            "UPDATE crm_referral SET create_date = %s WHERE id IN %s",
            [NOW, (cls.won_request.id, cls.declined_request.id)],
        )
        cls.env.invalidate_all()
        cls.ours = (cls.won_request | cls.declined_request | cls.old_request).ids

    def _read(self, aggregates, domain=(), groupby=(), user=None):
        """:return: groups of the analysis of our records only."""
        leads = (self.won_lead | self.lost_lead | self.other_lead).ids
        return (
            self.env["crm.referral.report"]
            .with_user(user or self.manager)
            ._read_group(
                [
                    "|",
                    ("referral_id", "in", self.ours),
                    ("lead_id", "in", leads),
                    *domain,
                ],
                groupby,
                aggregates,
            )
        )


@tagged("post_install", "-at_install")
class TestReport(ReportCommon):
    def test_figures(self):
        """Counts of every kind of row, as counted by hand."""
        expected = {
            "request_count:sum": 3,
            "request_open_count:sum": 1,
            "request_closed_count:sum": 2,
            "request_introduced_count:sum": 1,
            "request_declined_count:sum": 1,
            "candidate_count:sum": 3,
            "agreed_count:sum": 2,
            "introduced_count:sum": 2,
            "converted_count:sum": 2,
            "lead_count:sum": 2,
            "won_count:sum": 1,
            "lost_count:sum": 1,
            "won_revenue:sum": 1000,
            "total_won_revenue:sum": 4000,
        }
        [row] = self._read(list(expected))
        self.assertEqual(dict(zip(expected, row, strict=True)), expected)

    def test_rates_are_ratios_of_sums(self):
        """A total is no average of its groups."""
        specs = ["win_rate:avg", "revenue_share:avg", "agreement_rate:avg"]
        self.assertEqual(self._read(specs), [(0.5, 0.25, 2 / 3)])
        by_user = {
            user: rates
            for user, *rates in self._read(
                specs, [("kind", "!=", "other")], ["user_id"]
            )
        }
        self.assertEqual(by_user[self.rep], [1.0, 1.0, 0.5])
        self.assertEqual(by_user[self.colleague], [0.0, False, 1.0])
        total = self._read(["success_rate:avg", "decline_rate:avg"])
        self.assertEqual(total, [(0.5, 0.5)])

    def test_rate_of_a_group_in_every_view(self):
        """What pivot and graph call gives the same rates as the server."""
        Report = self.env["crm.referral.report"].with_user(self.manager)
        domain = [("referral_id", "in", self.ours), ("kind", "=", "candidate")]
        [total] = Report.formatted_read_group(domain, [], ["agreement_rate:avg"])
        self.assertAlmostEqual(total["agreement_rate:avg"], 2 / 3)
        total, by_state = Report.formatted_read_grouping_sets(
            domain, [[], ["state"]], ["agreement_rate:avg", "candidate_count:sum"]
        )
        self.assertAlmostEqual(total[0]["agreement_rate:avg"], 2 / 3)
        self.assertEqual(sum(g["candidate_count:sum"] for g in by_state), 3)

    def test_steps(self):
        groups = self._read(
            [
                "step_entered_count:sum",
                "step_left_count:sum",
                "step_skipped_count:sum",
                "step_done_rate:avg",
            ],
            [("kind", "=", "step")],
            ["step_id"],
        )
        by_step = {step.code: figures for step, *figures in groups}
        self.assertEqual(by_step["benefits"], [3, 3, 1, 2 / 3])
        self.assertEqual(by_step["follow_through"][:2], [2, 1])

    def test_days_in_step_leave_open_stays_out(self):
        self.env.cr.execute(
            """UPDATE crm_referral_step_log
            SET left_on = entered_on + interval '12 hours', duration_hours = 12
            WHERE referral_id IN %s AND left_on IS NOT NULL""",
            [tuple(self.ours)],
        )
        self.assertEqual(self._read(["step_days:avg"]), [(0.5,)])

    def test_dimensions(self):
        """Industry of the company counts for the contact; channels; month of asking."""
        by_industry = dict(
            self._read(
                ["request_count:sum"], [("kind", "=", "request")], ["industry_id"]
            )
        )
        self.assertEqual(by_industry[self.industry], 2)
        by_channel = dict(
            self._read(
                ["candidate_count:sum"],
                [("kind", "=", "candidate")],
                ["introduction_channel"],
            )
        )
        self.assertEqual(by_channel, {"email": 2, "phone": 1})
        by_month = dict(
            self._read(["lead_count:sum"], [("kind", "=", "lead")], ["asked_on:month"])
        )
        self.assertEqual(
            {month.strftime("%Y-%m"): count for month, count in by_month.items()},
            {"2025-03": 1, "2026-03": 1},
        )

    def test_ids_are_stable_and_unique(self):
        rows = self.env["crm.referral.report"].search(
            [("referral_id", "in", self.ours)]
        )
        again = self.env["crm.referral.report"].search(
            [("referral_id", "in", self.ours)]
        )
        self.assertEqual(len(set(rows.ids)), len(rows))
        self.assertEqual(rows.ids, again.ids)
        row = rows.filtered(lambda r: r.candidate_id == self.converted)[:1]
        self.assertEqual(row.read(["state"])[0]["state"], "converted")
        self.assertEqual(
            row.action_open_record()["res_id"],
            (self.won_lead if row.kind == "lead" else self.converted).id,
        )

    def test_archived_requests_do_not_count(self):
        self.declined_request.active = False
        [(count,)] = self._read(["request_count:sum"])
        self.assertEqual(count, 2)

    def test_candidates_of_archived_requests_do_not_count(self):
        self.old_request.sudo().active = False
        self.assertEqual(self._read(["candidate_count:sum"]), [(2,)])
        self.old_request.sudo().active = True
        self.assertEqual(self._read(["candidate_count:sum"]), [(3,)])

    def test_revenue_is_converted_at_the_day_of_winning(self):
        """A foreign company's win counts at the rate of its day, not of today."""
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "x"})
        self.other_company.currency_id = currency
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": "2025-01-01", "rate": 2.0},
                {"currency_id": currency.id, "name": "2026-01-01", "rate": 4.0},
            ]
        )
        lead = self._create_won_lead(
            expected_revenue=800,
            company_id=self.other_company.id,
            user_id=False,
            team_id=False,
            referrer_id=self.customer.id,
        )
        lead.date_closed = LAST_YEAR
        self.env.flush_all()
        Report = self.env["crm.referral.report"].with_context(
            allowed_company_ids=(self.company | self.other_company).ids
        )
        groups = Report._read_group(
            [("lead_id", "=", lead.id)], [], ["won_revenue:sum"]
        )
        [(revenue,)] = groups
        expected = currency._convert(
            800, self.company.currency_id, self.company, LAST_YEAR[:10], round=False
        )
        self.assertAlmostEqual(revenue, expected)
        self.assertNotAlmostEqual(revenue, 200)

    def test_a_currency_at_two_dates(self):
        """Two wins, each at the rate of its day: analysis, dashboard and workbook."""
        self.manager.company_ids += self.other_company
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "x"})
        self.other_company.currency_id = currency
        days = ("2026-01-10", "2026-02-20")
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": "2026-01-01", "rate": 2.0},
                {"currency_id": currency.id, "name": "2026-02-01", "rate": 4.0},
                {"currency_id": currency.id, "name": "2026-03-01", "rate": 8.0},
            ]
        )
        for day in days:
            self._create_won_lead(
                expected_revenue=800,
                company_id=self.other_company.id,
                user_id=False,
                team_id=False,
                referrer_id=self.customer.id,
            ).date_closed = f"{day} 12:00:00"
        self.env.flush_all()
        expected = sum(
            currency._convert(
                800, self.company.currency_id, self.company, day, round=False
            )
            for day in days
        )
        companies = self.company | self.other_company
        foreign = self.env(
            user=self.manager, context={"allowed_company_ids": companies.ids}
        )
        [(analysed,)] = foreign["crm.referral.report"]._read_group(
            [("company_id", "=", self.other_company.id)], [], ["won_revenue:sum"]
        )
        self.assertAlmostEqual(analysed, expected)
        figures = foreign["crm.referral.dashboard"].get_dashboard(90)["figures"]
        [shown] = [each["value"] for each in figures if each["code"] == "revenue"]
        self.assertAlmostEqual(shown, 1000 + expected)
        export = foreign["crm.referral.export"].create(
            {"period": "all", "company_ids": [Command.set(companies.ids)]}
        )
        figures = foreign["crm.referral.figures"]._read(export._prepare_options())
        self.assertAlmostEqual(figures["revenue"], 1000 + expected)

    # === RIGHTS === #

    def test_rep_sees_own_rows_only(self):
        [(requests, leads, won, total)] = self._read(
            [
                "request_count:sum",
                "lead_count:sum",
                "won_revenue:sum",
                "total_won_revenue:sum",
            ],
            user=self.rep,
        )
        self.assertEqual((requests, leads, won, total), (2, 1, 1000, 4000))
        [(requests, leads, won, total)] = self._read(
            [
                "request_count:sum",
                "lead_count:sum",
                "won_revenue:sum",
                "total_won_revenue:sum",
            ],
            user=self.colleague,
        )
        self.assertEqual((requests, leads, won, total), (1, 1, 0, 0))

    def test_unassigned_rows_are_everybodys(self):
        self.old_request.user_id = False
        self.env.flush_all()
        [(requests,)] = self._read(["request_count:sum"], user=self.rep)
        self.assertEqual(requests, 3)

    def test_all_documents_and_manager_see_all(self):
        for user in (self.all_documents, self.manager):
            [(requests,)] = self._read(["request_count:sum"], user=user)
            self.assertEqual(requests, 3, user.login)

    def test_other_company_sees_nothing(self):
        for user in (self.foreign_rep, self.foreign_manager):
            [(requests, leads)] = self._read(
                ["request_count:sum", "lead_count:sum"], user=user
            )
            self.assertFalse(requests, user.login)

    def test_nobody_else_reads(self):
        for user in (self.employee, self.portal, self.public):
            with self.assertRaises(AccessError):
                self._read(["request_count:sum"], user=user)
            with self.assertRaises(AccessError):
                self.env["crm.referral.dashboard"].with_user(user).get_dashboard()


@tagged("post_install", "-at_install")
class TestDashboard(ReportCommon):
    def _get_dashboard(self, user=None, days=90):
        return (
            self.env["crm.referral.dashboard"]
            .with_user(user or self.manager)
            .get_dashboard(days)
        )

    def _get_rows(self, data, *codes):
        """:return: the rows of some sections"""
        return [
            row
            for section in data["sections"]
            if section["code"] in codes
            for row in section["rows"]
        ]

    def test_every_figure_opens_its_records(self):
        """A count is the number of records behind it."""
        data = self._get_dashboard()
        figures = {figure["code"]: figure for figure in data["figures"]}
        for code in ("asks", "introductions", "leads", "won"):
            with self.subTest(code):
                figure = figures[code]
                action = figure["action"]
                records = (
                    self.env[action["res_model"]]
                    .with_user(self.manager)
                    .with_context(**action["context"])
                )
                self.assertEqual(
                    figure["value"], records.search_count(action["domain"])
                )
                self.assertEqual(len(figure["trend"]), 12)
        self.assertGreaterEqual(figures["asks"]["value"], 2)
        for item in self._get_rows(data, "todo", "steps"):
            action = item["action"]
            self.assertEqual(
                item["value"],
                self.env[action["res_model"]]
                .with_user(self.manager)
                .search_count(action["domain"]),
            )

    def test_rep_sees_own_figures(self):
        figures = {
            figure["code"]: figure["value"]
            for figure in self._get_dashboard(self.rep)["figures"]
        }
        self.assertEqual(figures["asks"], 2)
        self.assertEqual(figures["won"], 1)
        self.assertEqual(figures["revenue"], 1000)
        self.assertEqual(figures["share"], 0.25)
        self.assertEqual(figures["success_rate"], 0.5)

    def test_the_period_is_a_filter_of_the_list(self):
        """Its domain and the rest are together what is counted."""
        for figure in self._get_dashboard()["figures"]:
            action = figure["action"]
            period = action["period"]
            Model = self.env[action["res_model"]].with_user(self.manager)
            Model = Model.with_context(**action["context"])
            both = Domain(period["domain"]) & Domain(period["other_domain"])
            self.assertEqual(Model.search(both), Model.search(action["domain"]))
            self.assertTrue(period["description"])

    def test_months_without_a_figure_are_gaps(self):
        """A rate of nothing is none; a sum of nothing is zero."""
        figures = {f["code"]: f for f in self._get_dashboard(self.rep)["figures"]}
        for code in ("success_rate", "win_rate", "share"):
            self.assertEqual(figures[code]["trend"][:-1], [None] * 11, code)
            self.assertEqual(figures[code]["previous"], None, code)
        for code in ("asks", "won", "revenue"):
            self.assertEqual(figures[code]["trend"][:-1], [0] * 11, code)

    def test_of_a_team_or_a_person(self):
        Dashboard = self.env["crm.referral.dashboard"].with_user(self.manager)
        whole = Dashboard.get_dashboard(90)
        [users] = [each for each in whole["choices"] if each["name"] == "user_id"]
        self.assertIn(self.rep.id, [user["id"] for user in users["options"]])
        for filters, asks, wins in (
            ({"user_id": self.rep.id}, 2, 1),
            ({"user_id": self.colleague.id}, 0, 0),
            ({"user_id": self.rep.id, "team_id": 2**31 - 1}, 0, 0),
        ):
            data = Dashboard.get_dashboard(90, filters)
            figures = {f["code"]: f for f in data["figures"]}
            self.assertEqual(figures["asks"]["value"], asks)
            self.assertEqual(figures["won"]["value"], wins)
            for item in self._get_rows(data, "todo", "steps"):
                Model = self.env[item["action"]["res_model"]].with_user(self.manager)
                found = Model.search_count(item["action"]["domain"])
                self.assertEqual(item["value"], found)
        self.assertFalse(self._get_dashboard(self.rep)["choices"])
        for wrong in ("x", [1], {"a": 1}, 1.5, True):
            for name in ("team_id", "user_id"):
                with self.assertRaises(ValidationError):
                    Dashboard.get_dashboard(90, {name: wrong})
        for wrong in ({"company_id": 1}, [("user_id", "=", 1)], "user_id", 1):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                Dashboard.get_dashboard(90, wrong)

    def test_requests_of_who_has_left_need_somebody(self):
        def count():
            rows = self._get_rows(self._get_dashboard(), "todo")
            return {row["code"]: row["value"] for row in rows}["unassigned"]

        before = count()
        self.assertFalse(self.old_request.outcome)
        self.colleague.active = False
        self.old_request.sudo().user_id = self.colleague
        self.assertEqual(count(), before + 1)

    def test_a_referrer_of_another_company(self):
        """What was won counts; who it was is not told."""
        self.customer.sudo().company_id = self.other_company
        data = self._get_dashboard()
        names = [row["name"] for row in self._get_rows(data, "referrers")]
        self.assertIn("A contact of another company", names)
        self.assertNotIn(self.customer.name, names)
        Report = self.env["crm.referral.report"].with_user(self.manager)
        rows = Report.formatted_read_group([], ["partner_id"], ["won_count:sum"])
        self.assertTrue(rows)
        Report.web_search_read([], {"partner_id": {"fields": {"display_name": {}}}})

    def test_previous_period(self):
        with self._at("2026-06-15 09:00:00"):
            figures = {
                figure["code"]: figure
                for figure in self._get_dashboard(self.rep)["figures"]
            }
        self.assertEqual(figures["asks"]["value"], 0)
        self.assertEqual(figures["asks"]["previous"], 2)

    def test_other_company_sees_nothing(self):
        figures = self._get_dashboard(self.foreign_manager)["figures"]
        self.assertFalse([f["code"] for f in figures if f["value"]])

    def test_only_known_periods(self):
        for days in (7, 10**9, -90, None, "90", [90], {"a": 1}, 90.5, True):
            with self.subTest(days), self.assertRaises(ValidationError):
                self._get_dashboard(days=days)


@tagged("post_install", "-at_install")
class TestReportQueries(ReportCommon):
    """What a manager's figures cost, however many records are behind them."""

    def _fill(self):
        for number in range(20):
            partner = self.env["res.partner"].create({"name": f"More {number}"})
            self._create_candidate(self._create_referral(partner_id=partner.id))
        self.env.flush_all()

    def _get_count(self, call):
        """:return: the queries of the second call, when all caches are warm."""
        for _turn in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            call()
        return self.env.cr.sql_log_count - before

    def _check(self, call, budget):
        few = self._get_count(call)
        self._fill()
        many = self._get_count(call)
        self.assertLessEqual(few, budget)
        self.assertLessEqual(many, few + 2, "queries grow with the records")

    def test_dashboard(self):
        Dashboard = self.env["crm.referral.dashboard"].with_user(self.manager)
        self._check(lambda: Dashboard.get_dashboard(90), 52)

    def test_workbook(self):
        export = (
            self.env["crm.referral.export"]
            .with_user(self.manager)
            .create({"period": "all"})
        )
        options = export._prepare_options()
        workbook = export._get_workbook()
        self._check(lambda: workbook._build(options, io.BytesIO()), 95)

    def test_pivot(self):
        Report = self.env["crm.referral.report"].with_user(self.manager)
        self._check(
            lambda: Report.formatted_read_grouping_sets(
                [("kind", "=", "step")],
                [[], ["step_id"]],
                ["step_entered_count:sum", "step_done_rate:avg"],
            ),
            5,
        )


@tagged("post_install", "-at_install")
class TestDigest(ReportCommon):
    def test_kpis(self):
        digest = self.env["digest.digest"].create(
            {
                "name": "Referrals",
                "company_id": self.company.id,
                "kpi_crm_referral_asks": True,
                "kpi_crm_referral_introductions": True,
                "kpi_crm_referral_wins": True,
            }
        )
        period = {
            "start_datetime": datetime(2026, 3, 2),
            "end_datetime": datetime(2026, 3, 3),
        }
        for user, expected in ((self.rep, (2, 1, 1)), (self.colleague, (0, 1, 0))):
            kpis = digest.with_user(user).sudo(False).with_context(**period)
            self.assertEqual(
                (
                    kpis.kpi_crm_referral_asks_value,
                    kpis.kpi_crm_referral_introductions_value,
                    kpis.kpi_crm_referral_wins_value,
                ),
                expected,
            )
            kpis.invalidate_recordset()
        with self.assertRaises(AccessError):
            kpis = digest.with_user(self.employee).with_context(**period)
            kpis.mapped("kpi_crm_referral_asks_value")
