from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .assessment_common import AssessmentCase

# Queries that hundred rounds may take more than ten: inserts go in batches.
BATCH_MARGIN = 15
# Their forms have 7 000 lines more, which Odoo inserts by the hundred.
START_MARGIN = 80


@tagged("post_install", "-at_install")
class TestAssessmentPerformance(AssessmentCase):
    """Without Odoo's tracking, which takes two queries for each record by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.options = cls.pride.scale_id.option_ids
        cls.numbers = iter(range(1000))
        # As in the jobs: no e-mail for every activity
        cls.quiet = {"mail_activity_quick_update": True}

    @classmethod
    def _create_partners(cls, number):
        return cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {index}",
                    "email": f"customer{index}@example.com",
                    "user_id": cls.rep.id,
                }
                for index in (next(cls.numbers) for _i in range(number))
            ]
        )

    @classmethod
    def _start(cls, partners):
        rounds = (
            cls.env["crm.assessment.round"]
            .with_user(cls.manager)
            .with_context(**cls.quiet)
            .create(
                [
                    {
                        "partner_id": partner.id,
                        "framework_id": cls.pride.id,
                        "manager_id": cls.leader.id,
                    }
                    for partner in partners
                ]
            )
        )
        rounds._start()
        return rounds

    @classmethod
    def _start_answered(cls, number, viewpoints=("customer",), goodness=1):
        """Start rounds in which some have answered, without closing them."""
        rounds = cls._start(cls._create_partners(number))
        forms = rounds._search_assessments().filtered(
            lambda form: form.viewpoint in viewpoints
        )
        lines = forms.line_ids.filtered(lambda line: line.kind == "scale")
        lines.option_id = cls.options[goodness]
        forms.action_done()
        return rounds

    def _count_queries(self, call):
        """:return: queries of the call on cold records, flush included."""
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def _assert_no_query_per_record(self, prepare, call, margin=BATCH_MARGIN):
        call(prepare(2))  # fill the ormcaches
        ten, hundred = prepare(10), prepare(100)
        count_ten = self._count_queries(lambda: call(ten))
        count_hundred = self._count_queries(lambda: call(hundred))
        self.assertLessEqual(
            count_hundred,
            count_ten + margin,
            f"{count_ten} queries for 10 rounds, {count_hundred} for 100",
        )

    def test_start(self):
        self._assert_no_query_per_record(
            self._create_partners, self._start, margin=START_MARGIN
        )

    def test_remind(self):
        def call(rounds):
            rounds.sudo()._remind()

        self._assert_no_query_per_record(
            lambda number: self._start(self._create_partners(number)), call
        )

    def test_close(self):
        def call(rounds):
            rounds.sudo()._close()
            self.assertEqual(set(rounds.sudo().mapped("state")), {"done"})
            self.assertTrue(all(rounds.sudo().mapped("activity_ids")))

        self._assert_no_query_per_record(self._start_answered, call)

    def test_ask_again_about_acceptances(self):
        def prepare(number):
            rounds = self._start_answered(number).sudo()
            rounds._close()
            rounds.action_ids = [
                Command.create(
                    {
                        "name": "Leave it",
                        "kind": "acceptance",
                        "section_id": self.pride.section_ids[0].id,
                        "deadline": fields.Date.today() + timedelta(days=1),
                    }
                )
            ]
            self.env.flush_all()
            # It has run out since.
            self.env.cr.execute(
                "UPDATE crm_assessment_action SET deadline = %s WHERE id = ANY(%s)",
                [fields.Date.today() - timedelta(days=1), rounds.action_ids.ids],
            )
            self.env.invalidate_all()
            rounds.activity_ids.unlink()
            return rounds

        self._assert_no_query_per_record(
            prepare, lambda rounds: rounds._follow_decisions()
        )

    def _get_closed(self, number):
        rounds = self._start_answered(number, ("customer", "employee", "manager"))
        self.assertEqual(set(rounds.mapped("state")), {"done"})
        return rounds

    def test_list(self):
        names = [
            "partner_id",
            "user_id",
            "deadline",
            "progress",
            "closed_on",
            "score",
            "level",
            "recommendation",
            "stage_id",
            "undecided_count",
            "state",
        ]
        Round = self.env["crm.assessment.round"].with_user(self.manager)
        specification = {
            name: {"fields": {"display_name": {}}}
            if Round._fields[name].type == "many2one"
            else {}
            for name in names
        }
        rounds = self._get_closed(80)
        domain = [("id", "in", rounds.ids)]
        Round.web_search_read(domain, specification, limit=2)
        count = self._count_queries(
            lambda: Round.web_search_read(domain, specification, limit=80)
        )
        self.assertLessEqual(count, 16)

    def test_result(self):
        [round_] = self._get_closed(1).with_user(self.rep)
        round_.read(["result"])
        count = self._count_queries(
            lambda: round_.read(["result", "stage_explanation", "evidence_line_ids"])
        )
        self.assertLessEqual(count, 30)
        partner = round_.partner_id
        for _i in range(7):
            self._start(partner).sudo()._close()
        more = self._count_queries(
            lambda: round_.read(["result", "stage_explanation", "evidence_line_ids"])
        )
        self.assertLessEqual(more, count + 2, "longer trends cost nothing more")

    def test_heat_map(self):
        HeatMap = self.env["crm.assessment.heat.map"].with_user(self.manager)
        self._assert_no_query_per_record(
            self._get_closed, lambda _rounds: HeatMap.get_heat_map("pride"), margin=0
        )
        options = {"team": self.team.id, "user": self.rep.id, "is_latest": True}
        count = self._count_queries(lambda: HeatMap.get_heat_map("pride", **options))
        self.assertLessEqual(count, 16)
