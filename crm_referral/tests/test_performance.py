from odoo.fields import Command
from odoo.tests import tagged, users, warmup

from .common import ReferralCommon

# Queries that hundred records may take more than ten: inserts go in batches.
BATCH_MARGIN = 5


class PerformanceCommon(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(240)]
        )

    def _count_queries(self, call):
        """:return: queries of the call on cold records, tracking and flush included."""
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def _assert_no_query_per_record(self, prepare, call, margin=BATCH_MARGIN):
        """The work on hundred records takes hardly more queries than that on ten.

        :param prepare: makes that many records of its own, called before counting
        :param call: does the work on them
        """
        self.env.cr.execute("SELECT 1")
        call(prepare(2))  # fill the ormcaches
        ten, hundred = prepare(10), prepare(100)
        count_ten = self._count_queries(lambda: call(ten))
        count_hundred = self._count_queries(lambda: call(hundred))
        self.assertLessEqual(
            count_hundred,
            count_ten + margin,
            f"{count_ten} queries for 10 records, {count_hundred} for 100",
        )


@tagged("post_install", "-at_install")
class TestNoQueryPerRecord(PerformanceCommon):
    """Without Odoo's tracking, which takes two queries for each record by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))

    def setUp(self):
        super().setUp()
        self.customers = iter(self.partners)

    def _take_customers(self, number):
        return self.partners.browse(next(self.customers).id for _i in range(number))

    def _take_referrals(self, number, user=None, **vals):
        return (
            self.env["crm.referral"]
            .with_user(user or self.rep)
            .create(
                [
                    {"partner_id": partner.id, **vals}
                    for partner in self._take_customers(number)
                ]
            )
        )

    def _take_candidates(self, number, **vals):
        referral = self._take_referrals(1)
        return referral.env["crm.referral.candidate"].create(
            [
                {
                    "referral_id": referral.id,
                    "name": f"Candidate {index}",
                    "email": f"candidate{index}@{referral.id}.example.com",
                    **vals,
                }
                for index in range(number)
            ]
        )

    def test_create(self):
        Referral = self.env["crm.referral"].with_user(self.rep)
        self._assert_no_query_per_record(
            self._take_customers,
            lambda partners: Referral.create(
                [{"partner_id": partner.id} for partner in partners]
            ),
        )

    def test_create_with_known_benefits(self):
        Referral = self.env["crm.referral"].with_user(self.manager)

        def prepare(number):
            partners = self._take_customers(number)
            self.env["crm.lead"].create(
                [
                    {"name": "Won", "type": "opportunity", "partner_id": partner.id}
                    for partner in partners
                ]
            ).action_set_won()
            return partners

        self._assert_no_query_per_record(
            prepare,
            lambda partners: Referral.create(
                [{"partner_id": partner.id} for partner in partners]
            ),
        )

    def test_next_step(self):
        def prepare(number):
            referrals = self._take_referrals(number)
            for referral in referrals:
                referral.benefit_ids = [
                    Command.create(
                        {
                            "name": "Benefit",
                            "partner_id": referral.partner_id.id,
                            "confirmed": True,
                        }
                    )
                ]
            return referrals

        self._assert_no_query_per_record(
            prepare, lambda referrals: referrals.action_next_step()
        )

    def test_cancel(self):
        self._assert_no_query_per_record(
            self._take_referrals, lambda referrals: referrals.action_cancel()
        )

    def test_missing_requirements(self):
        self._assert_no_query_per_record(
            self._take_referrals,
            lambda referrals: referrals.mapped("missing_requirements"),
            margin=0,
        )

    def test_talk_track(self):
        self._assert_no_query_per_record(
            self._take_referrals,
            lambda referrals: referrals.mapped("talk_track"),
            margin=0,
        )

    def test_progress(self):
        self._assert_no_query_per_record(
            self._take_referrals,
            lambda referrals: referrals.mapped("step_progress"),
            margin=0,
        )

    def test_readiness(self):
        def prepare(number):
            partners = self._take_referrals(number).partner_id
            return self.env["res.partner"].with_user(self.rep).browse(partners.ids)

        self._assert_no_query_per_record(
            prepare, lambda partners: partners.mapped("referral_readiness"), margin=0
        )

    def test_partner_figures(self):
        def prepare(number):
            partners = self._take_referrals(number).partner_id
            return self.env["res.partner"].with_user(self.rep).browse(partners.ids)

        self._assert_no_query_per_record(
            prepare,
            lambda partners: partners.mapped(
                lambda p: (p.referral_count, p.referral_won_revenue, p.referred_count)
            ),
            margin=0,
        )

    def test_create_candidates(self):
        referral = self._take_referrals(1)
        Candidate = self.env["crm.referral.candidate"].with_user(self.rep)
        self._assert_no_query_per_record(
            lambda number: number,
            lambda number: Candidate.create(
                [
                    {
                        "referral_id": referral.id,
                        "name": f"Candidate {index}",
                        "email": f"candidate{index}@{number}.example.com",
                    }
                    for index in range(number)
                ]
            ),
        )

    def test_candidate_state(self):
        def introduce(candidates):
            candidates.action_agree()
            candidates.action_introduce()
            candidates.action_contact()

        self._assert_no_query_per_record(self._take_candidates, introduce)

    def test_object(self):
        self._assert_no_query_per_record(
            self._take_candidates, lambda candidates: candidates.action_object()
        )

    def test_erase(self):
        self._assert_no_query_per_record(
            self._take_candidates, lambda candidates: candidates._erase(), margin=10
        )

    def test_ensure_step_activity(self):
        self._assert_no_query_per_record(
            lambda number: self._take_referrals(number).sudo(),
            lambda referrals: referrals._schedule_step_activity(),
        )


@tagged("post_install", "-at_install")
class TestQueryBudget(PerformanceCommon):
    """What one click costs. A higher number needs a reason; a lower one is welcome."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.list_fields = (
            "partner_id",
            "user_id",
            "team_id",
            "step_id",
            "outcome",
            "candidate_count",
            "introduced_count",
            "won_revenue",
            "missing_requirements",
            "next_ask_date",
            "activity_ids",
            "is_rotting",
        )
        cls.referrals = (
            cls.env["crm.referral"]
            .with_user(cls.rep)
            .create([{"partner_id": partner.id} for partner in cls.partners[:80]])
        )
        cls.candidates = {
            user.login: cls._create_introduced_candidate(
                user,
                cls._create_referral(user, partner_id=partner.id),
                email=f"{user.login}@candidates.example.com",
            )
            for user, partner in (
                (cls.rep, cls.customer),
                (cls.manager, cls.other_customer),
            )
        }

    @users("referral_rep")
    @warmup
    def test_ask_button(self):
        partner = self.partners[-1].with_env(self.env)
        with self.assertQueryCount(47):
            partner.action_ask_referral()

    @users("referral_rep")
    @warmup
    def test_list(self):
        Referral = self.env["crm.referral"]
        specification = {
            fname: (
                {"fields": {"display_name": {}}}
                if Referral._fields[fname].type == "many2one"
                else {}
            )
            for fname in self.list_fields
        }
        with self.assertQueryCount(16):
            result = Referral.web_search_read(
                [("outcome", "=", False)], specification, limit=80
            )
        self.assertEqual(len(result["records"]), 80)

    @users("referral_rep")
    @warmup
    def test_skip_step_of_ten(self):
        referrals = self.referrals[:10].with_env(self.env)
        with self.assertQueryCount(58):
            referrals.action_skip_step("Because")

    @users("referral_rep", "referral_manager")
    @warmup
    def test_convert(self):
        candidate = self.candidates[self.env.user.login].with_env(self.env)
        with self.assertQueryCount(referral_rep=62, referral_manager=62):
            candidate.action_convert()

    @users("referral_rep")
    @warmup
    def test_readiness_of_eighty(self):
        partners = self.partners[:80].with_env(self.env)
        # one for each reason not to ask, the rest for the sentences
        with self.assertQueryCount(8):
            partners.mapped("referral_readiness")


@tagged("post_install", "-at_install")
class TestIndexes(ReferralCommon):
    """With ten thousand requests the daily lists do not read them all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute(
            """
            INSERT INTO res_partner (name, complete_name, active, type)
            SELECT 'Load ' || n, 'Load ' || n, TRUE, 'contact'
              FROM generate_series(1, 10000) n
            """
        )
        cls.env.cr.execute(
            """
            INSERT INTO crm_referral
                   (partner_id, company_id, user_id, step_id, active, outcome,
                    next_ask_date, priority)
            SELECT p.id, %(company)s,
                   CASE WHEN p.id %% 50 = 0 THEN %(rep)s ELSE %(colleague)s END,
                   %(step)s, TRUE,
                   CASE WHEN p.id %% 5 = 0 THEN NULL ELSE 'cancelled' END,
                   CASE WHEN p.id %% 5 = 0 THEN NULL ELSE DATE '2026-01-01' END, '0'
              FROM res_partner p WHERE p.name LIKE 'Load %%'
            """,
            {
                "company": cls.company.id,
                "rep": cls.rep.id,
                "colleague": cls.colleague.id,
                "step": cls.step["profile"].id,
            },
        )
        cls.env.cr.execute("ANALYZE crm_referral")

    def _explain(self, model, domain, order=None, limit=None):
        query = model._search(domain, order=order, limit=limit)
        select = query.select()
        self.env.cr.execute("EXPLAIN " + select.code, select.params)
        return "\n".join(line for (line,) in self.env.cr.fetchall())

    def test_own_open_requests(self):
        Referral = self.env["crm.referral"].with_user(self.rep)
        plan = self._explain(
            Referral,
            [
                ("outcome", "=", False),
                ("user_id", "=", self.rep.id),
                ("step_id", "=", self.step["profile"].id),
            ],
        )
        self.assertIn("crm_referral_user_step_idx", plan)
        self.assertNotIn("Seq Scan on crm_referral", plan)

    def test_requests_of_one_customer(self):
        partner = self.env["res.partner"].search([("name", "=", "Load 77")])
        plan = self._explain(
            self.env["crm.referral"].sudo(), [("partner_id", "=", partner.id)]
        )
        self.assertNotIn("Seq Scan on crm_referral", plan)

    def test_default_list_needs_no_sort(self):
        plan = self._explain(
            self.env["crm.referral"].with_user(self.manager), [], limit=80
        )
        self.assertNotIn("Sort", plan)
