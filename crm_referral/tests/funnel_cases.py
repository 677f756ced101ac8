"""What the funnel must say, whatever adds it up.

Each figure is counted a second time here, from the stays that the user may see, in
plain Python. A bridge that keeps sums runs the same cases on them.
"""

from datetime import datetime, timedelta
from itertools import chain, combinations

import pytz

from odoo.fields import Command, Domain

from .common import ReferralCommon

STEP = ("kind", "=", "step")
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
TAIPEI = "Asia/Taipei"
# Fields of the analysis that have another name in the log.
IN_LOG = {
    "active": "referral_active",
    "date": "entered_on",
    "partner_id": "referral_id.partner_id",
    "step_outcome": "outcome",
}
OUTCOMES = ("done", "skipped", "done", "back", "ended")
PERIODS = {
    "month": lambda day: datetime(day.year, day.month, 1),
    "quarter": lambda day: datetime(day.year, 1 + (day.month - 1) // 3 * 3, 1),
    "year": lambda day: datetime(day.year, 1, 1),
    "month_number": lambda day: day.month,
    "quarter_number": lambda day: 1 + (day.month - 1) // 3,
    "day": lambda day: datetime(day.year, day.month, day.day),
}


class FunnelCommon(ReferralCommon):
    """Stays of five requests around the turn of a month and a year, all over the
    world; of two companies, of nobody, of somebody else, of an archived request.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.third_customer = cls.env["res.partner"].create({"name": "Dora Dent"})
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
        cls._create_stays()

    @classmethod
    def _create_stays(cls):
        """To the second, and each left a little later than a whole one."""
        moments = [
            datetime(2026, 1, 1) + timedelta(hours=hours, seconds=seconds)
            for hours in range(-15, 16)
            for seconds in (-1, 0, 1800, 2700)
        ]
        logs = cls.env["crm.referral.step.log"].search([])
        created = logs.create(
            [
                {
                    "referral_id": log.referral_id.id,
                    "step_id": log.step_id.id,
                    "entered_on": moment,
                    "left_on": moment + timedelta(hours=index),
                    "outcome": OUTCOMES[index % len(OUTCOMES)],
                }
                for index, moment in enumerate(moments)
                for log in logs[index % len(logs)]
            ]
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            """UPDATE crm_referral_step_log
            SET left_on = left_on + interval '0.6 seconds',
                duration_hours = duration_hours + 0.6 / 3600
            WHERE id IN %s""",
            [created._ids],
        )
        cls.env.invalidate_all()

    # === WHAT THE STAYS SAY === #

    def _count(self, user, domain, groupby, tz=TAIPEI):
        """:return: figures by group, as :meth:`_read` gives them"""
        stays = {}
        for log in self._search_stays(user, domain, tz):
            key = tuple(self._get_key(log, spec, tz) for spec in groupby)
            stays.setdefault(key, []).append(log)
        if not groupby:
            stays = stays or {(): []}
        return {key: self._add_up(logs) for key, logs in stays.items()}

    def _search_stays(self, user, domain, tz):
        def rename(condition):
            if condition.field_expr == "kind":
                return Domain.TRUE
            fname = IN_LOG.get(condition.field_expr, condition.field_expr)
            return Domain(fname, condition.operator, condition.value)

        names = {each.field_expr for each in Domain(domain).iter_conditions()}
        in_log = Domain(domain).map_conditions(rename)
        if "active" not in names:
            in_log &= Domain("referral_active", "=", True)
        Log = self.env["crm.referral.step.log"].with_user(user)
        return Log.with_context(tz=tz).search(in_log)

    def _get_key(self, log, spec, tz):
        fname, _dot, period = spec.partition(":")
        value = log[IN_LOG.get(fname, fname)]
        if period:
            return PERIODS[period](
                pytz.utc.localize(value).astimezone(pytz.timezone(tz))
            )
        return getattr(value, "id", value)

    def _add_up(self, logs):
        left = [log for log in logs if log.left_on]
        done, skipped, back = (
            sum(log.outcome == outcome for log in logs)
            for outcome in ("done", "skipped", "back")
        )
        seconds = sum(
            round((log.left_on - log.entered_on).total_seconds()) for log in left
        )
        ratios = [
            total / len(left) if left else False
            for total in (done, skipped, seconds / 86400)
        ]
        counts = [len(logs), len(logs), len(left), done, skipped, back]
        return [*counts, *(self._round(ratio) for ratio in ratios)]

    def _round(self, ratio):
        return ratio if ratio is False else round(ratio, 9)

    # === WHAT THE FUNNEL SAYS === #

    def _read(self, user, domain, groupby, tz=TAIPEI, **options):
        """:return: figures by group, in the order of the groups"""
        Report = self.env["crm.referral.report"].with_user(user).with_context(tz=tz)
        groups = Report._read_group(domain, groupby, AGGREGATES, **options)
        return self._by_key(groups, len(groupby))

    def _by_key(self, groups, length):
        return {
            tuple(getattr(value, "id", value) for value in group[:length]): [
                *(figure or 0 for figure in group[length : length + 6]),
                *(self._round(ratio) for ratio in group[length + 6 :]),
            ]
            for group in groups
        }

    def _assert_right(self, user, domain, groupby, tz=TAIPEI):
        """The funnel says what the stays say.

        :return: what both say
        """
        Report = self.env["crm.referral.report"].with_user(user).with_context(tz=tz)
        self.assertIsNotNone(
            Report._get_funnel_dimensions(domain, groupby, AGGREGATES, None),
            "no question for sums",
        )
        figures = self._read(user, domain, groupby, tz)
        self.assertEqual(figures, self._count(user, domain, groupby, tz))
        return figures


class FunnelCases:
    """The cases; a class of :class:`FunnelCommon` runs them on what it knows."""

    def test_all_dimensions(self):
        dimensions = ["step_id", "step_outcome", "user_id", "team_id", "company_id"]
        for groupby in chain.from_iterable(
            combinations(dimensions, length) for length in range(3)
        ):
            with self.subTest(groupby):
                self.assertTrue(self._assert_right(self.manager, [STEP], groupby))

    def test_months_in_every_zone(self):
        for tz in (
            "UTC",
            TAIPEI,
            "Asia/Kathmandu",
            "Pacific/Kiritimati",
            "Pacific/Niue",
            "Pacific/Chatham",
            "America/St_Johns",
            "America/Los_Angeles",
        ):
            for period in ("month", "quarter", "year", "month_number"):
                with self.subTest(tz=tz, period=period):
                    groups = self._assert_right(
                        self.manager, [STEP], [f"date:{period}"], tz
                    )
                    self.assertGreater(len(groups), 1)

    def test_months_differ_by_zone(self):
        """The test of the test above."""
        counts = {
            tuple(figures[0] for figures in months.values())
            for months in (
                self._read(self.manager, [STEP], ["date:month"], tz)
                for tz in ("Pacific/Kiritimati", "UTC", "Pacific/Niue")
            )
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
                self._assert_right(self.manager, [STEP, *domain], ["step_id"])

    def test_what_sums_cannot_tell(self):
        """Other questions are answered from each stay: the same, slower."""
        Report = self.env["crm.referral.report"].with_user(self.manager)
        Report = Report.with_context(tz=TAIPEI)
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
                self.assertIsNone(
                    Report._get_funnel_dimensions(domain, groupby, aggregates, None)
                )
        for domain, groupby in (
            ([STEP, ("partner_id", "=", self.customer.id)], []),
            ([STEP, ("date", ">=", "2026-01-01 00:00:00")], ["step_id"]),
            ([STEP], ["date:day", "step_id"]),
        ):
            with self.subTest(domain=domain, groupby=groupby):
                self.assertEqual(
                    self._read(self.manager, domain, groupby),
                    self._count(self.manager, domain, groupby),
                )

    def test_a_rule_of_the_customers_own_counts(self):
        """A record rule on what sums do not know is respected."""
        self.env["ir.rule"].create(
            {
                "name": "This customer is secret",
                "model_id": self.env["ir.model"]._get_id("crm.referral.report"),
                "domain_force": [("partner_id", "!=", self.customer.id)],
            }
        )
        Report = self.env["crm.referral.report"].with_user(self.manager)
        self.assertIsNone(Report._get_funnel_dimensions([STEP], [], AGGREGATES, None))
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
            groups = self._assert_right(user, [STEP], ["user_id"])
            counts[user] = sum(figures[0] for figures in groups.values())
            self.assertTrue(counts[user], user.login)
        self.assertLess(counts[self.colleague], counts[self.rep])
        self.assertLess(counts[self.rep], counts[self.manager])
        own = self._read(self.colleague, [STEP], ["user_id"])
        self.assertEqual(own.keys(), {(self.colleague.id,), (False,)})

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
        Report = Report.with_context(tz=TAIPEI)
        found = Report._read_grouping_sets([STEP], sets, AGGREGATES)
        for groupby, groups in zip(sets, found, strict=True):
            with self.subTest(groupby):
                self.assertEqual(
                    self._by_key(groups, len(groupby)),
                    self._count(self.manager, [STEP], groupby),
                )
        [[total], *_sets] = Report.formatted_read_grouping_sets(
            [STEP], sets, AGGREGATES
        )
        self.assertEqual(tuple(total[spec] for spec in AGGREGATES), found[0][0])

    def test_no_group_of_nothing(self):
        """Whose stays have all gone to somebody else is not listed with zero."""
        self.referral.user_id = self.colleague
        self.archived.user_id = self.colleague
        self.env.flush_all()
        groups = self._assert_right(self.manager, [STEP], ["user_id"])
        self.assertNotIn((self.rep.id,), groups)
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
        self._assert_right(self.manager, nothing, [])

    def test_order_limit_having(self):
        figures = self._count(self.manager, [STEP], ["step_id"])
        order = {step.id: number for number, step in enumerate(self.steps)}
        by_step = sorted(figures, key=lambda key: order[key[0]])
        by_count = sorted(by_step, key=lambda key: -figures[key][1])
        for options, expected in (
            (
                {"order": "step_entered_count:sum DESC, step_id", "limit": 2},
                by_count[:2],
            ),
            ({"order": "step_id", "offset": 1}, by_step[1:]),
            (
                {"having": [("step_left_count:sum", ">", 30)]},
                [key for key in by_step if figures[key][2] > 30],
            ),
        ):
            with self.subTest(options):
                self.assertTrue(expected)
                found = self._read(self.manager, [STEP], ["step_id"], **options)
                self.assertEqual(found, {key: figures[key] for key in expected})
                self.assertEqual(list(found), expected)
