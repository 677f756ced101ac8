import doctest
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..report import referral_funnel
from ..tools import funnel_date
from .funnel_cases import AGGREGATES, STEP, FunnelCases, FunnelCommon


@tagged("post_install", "-at_install")
class TestFunnel(FunnelCases, FunnelCommon):
    """From the stays themselves, whatever else is installed."""

    def setUp(self):
        super().setUp()
        Report = self.env.registry["crm.referral.report"]
        self.startPatcher(
            patch.object(
                Report, "_get_funnel_source", lambda _self: referral_funnel.STAYS
            )
        )

    def test_stay_by_stay(self):
        """Without sums the same is found."""
        Report = self.env.registry["crm.referral.report"]
        sums = self._read(self.manager, [STEP], ["date:month", "step_id"])
        with patch.object(Report, "_get_funnel_dimensions", return_value=None):
            stays = self._read(self.manager, [STEP], ["date:month", "step_id"])
        self.assertEqual(sums, stays)

    def test_only_what_is_asked_is_kept_apart(self):
        """Stays are added up by what a question is about, and by nothing else."""
        Report = self.env["crm.referral.report"].with_user(self.manager)
        always = {"active", "company_id"}
        for aggregates, groupby, expected in (
            (["__count"], [], set()),
            (["step_days:avg"], ["date:month", "step_id"], {"date", "step_id"}),
            (["step_done_rate:avg"], ["user_id"], {"user_id"}),
            (AGGREGATES, ["step_outcome"], {"step_outcome"}),
        ):
            with self.subTest(aggregates=aggregates, groupby=groupby):
                self.assertEqual(
                    Report._get_funnel_dimensions([STEP], groupby, aggregates, None),
                    always | expected,
                )

    def test_handed_over_in_one_statement(self):
        """All stays of all requests that go to somebody else, also to another team."""
        requests = (self.referral | self.unassigned | self.colleagues).sudo()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            requests.user_id = self.all_documents
            self.env.flush_all()
        updates = [
            line for line in log.output if 'UPDATE "crm_referral_step_log"' in line
        ]
        self.assertEqual(len(updates), 1, updates)
        self.assertEqual(requests.step_log_ids.user_id, self.all_documents)
        self.assertEqual(requests.step_log_ids.team_id, requests.team_id)

    def test_time_of_entering_is_changed(self):
        stay = self.referral.sudo().step_log_ids[:1]
        stay.entered_on = "2026-05-31 20:20:20"
        self.assertEqual(str(stay.funnel_date), "2026-05-31 20:15:00")


@tagged("post_install", "-at_install")
class TestFunnelDate(BaseCase):
    def test_examples(self):
        result = doctest.DocTestRunner()
        for each in doctest.DocTestFinder().find(
            funnel_date.funnel_date, globs=vars(funnel_date)
        ):
            result.run(each)
        self.assertEqual((result.failures, result.tries > 0), (0, True))

    def test_same_month_as_the_moment_everywhere(self):
        """In every zone there is, at each quarter of an hour, in every month."""
        offsets = [timedelta(minutes=15 * n) for n in range(-12 * 4, 14 * 4 + 1)]
        for month in range(1, 13):
            start = datetime(2024, month, 1) - timedelta(hours=15)
            for quarter in range(30 * 4):
                moment = start + timedelta(minutes=15 * quarter, seconds=899)
                kept = funnel_date.funnel_date(moment)
                months = {
                    (moment + offset).strftime("%Y%m")
                    == (kept + offset).strftime("%Y%m")
                    for offset in offsets
                }
                self.assertEqual(months, {True}, moment)

    def test_most_of_a_month_is_one(self):
        start = datetime(2026, 3, 1)
        kept = {
            funnel_date.funnel_date(start + timedelta(minutes=n))
            for n in range(31 * 24 * 60)
        }
        self.assertEqual(len(kept), 1 + 26 * 4)
