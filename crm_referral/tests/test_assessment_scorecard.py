from odoo.exceptions import UserError
from odoo.tests import tagged, users, warmup

from .assessment_common import AssessmentCase
from .checklist_common import ChecklistCase


class TestAssessmentScorecard(ChecklistCase):
    def test_scorecard(self):
        self.be_sure.minimum_reviewed = 2
        self._reviewed()
        Scorecard = self.env["crm.assessment.scorecard"]
        [card] = Scorecard.with_user(self.rep).get_scorecards("be_sure")["agents"]
        self.assertEqual((card["id"], card["n"], card["score"]), (self.rep.id, 1, 50))
        self.assertFalse(card["is_ranked"], "one checklist is too few")
        first = self.be_sure.section_ids[0].id
        self.assertEqual(
            card["letters"][first],
            {"score": 50, "level": "weak", "n": 1, "gap": 50, "gap_n": 1},
        )
        self.assertEqual(len(card["months"]), 1)
        round_ = self._reviewed(option=self.yes)
        [card] = Scorecard.with_user(self.leader).get_scorecards("be_sure")["agents"]
        self.assertTrue(card["is_ranked"])
        self.assertEqual((card["n"], card["score"]), (2, 75))
        letter = card["letters"][first]
        self.assertEqual((letter["gap"], letter["gap_n"]), (25, 2))
        round_.with_user(self.rep).action_dispute("No")
        [card] = Scorecard.with_user(self.manager).get_scorecards("be_sure")["agents"]
        self.assertEqual(card["n"], 1, "what is disputed does not count")
        letter = card["letters"][first]
        self.assertEqual((letter["gap"], letter["gap_n"]), (50, 1))
        self.assertFalse(
            Scorecard.with_user(self.colleague).get_scorecards("be_sure")["agents"]
        )

    def test_place_among_all(self):
        """An agent sees the own row, with the place it has among all agents."""
        self.be_sure.minimum_reviewed = 1
        self.team.member_ids |= self.colleague
        for user, option in ((self.rep, self.partly), (self.colleague, self.yes)):
            round_ = self.env["crm.assessment.round"].create(
                {
                    "framework_id": self.be_sure.id,
                    "partner_id": self.customer_company.id,
                    "user_id": user.id,
                    "manager_id": self.leader.id,
                }
            )
            round_.action_start()
            self._sign(round_, "self", self.yes)
            self._sign(round_, "reviewer", option)
            self.env.invalidate_all()
        Scorecard = self.env["crm.assessment.scorecard"]
        for user, expected in (
            (self.rep, [(self.rep.id, 2)]),
            (self.colleague, [(self.colleague.id, 1)]),
            (self.leader, [(self.colleague.id, 1), (self.rep.id, 2)]),
        ):
            cards = Scorecard.with_user(user).get_scorecards("be_sure")
            places = [
                (agent["id"], agent["rank"])
                for agent in cards["agents"]
                if agent["id"] in (self.rep.id, self.colleague.id)
            ]
            self.assertEqual(places, expected, user.login)
        self.assertIn(self.team.id, [team["id"] for team in cards["teams"]])
        self.assertTrue(
            Scorecard.get_scorecards("be_sure", team=self.team.id)["agents"]
        )
        self.assertFalse(Scorecard.get_scorecards("be_sure", team=10**6)["agents"])

    def test_strange_choices_get_a_sentence(self):
        Scorecard = self.env["crm.assessment.scorecard"].with_user(self.rep)
        for options in (
            {"months": 10**12},
            {"months": -1},
            {"months": 0},
            {"months": "12"},
            {"months": None},
            {"months": [12]},
            {"months": 1e300},
            {"team": "1"},
            {"team": [1]},
            {"team": 10**30},
        ):
            with self.subTest(options), self.assertRaises(UserError):
                Scorecard.get_scorecards("be_sure", **options)


@tagged("post_install", "-at_install")
class TestChecklistBudget(AssessmentCase):
    """What one click costs. A higher number needs a reason; a lower one is welcome."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        be_sure = cls.env.ref("crm_referral.crm_assessment_framework_be_sure")
        cls.rounds = cls.env["crm.assessment.round"].create(
            [
                {
                    "framework_id": be_sure.id,
                    "partner_id": cls.customer_company.id,
                    "user_id": cls.rep.id,
                    "manager_id": cls.leader.id,
                }
                for _number in range(80)
            ]
        )
        cls.rounds._start()
        forms = cls.rounds[:40]._search_assessments()
        forms.line_ids.option_id = be_sure.scale_id.option_ids[0]
        for viewpoint in ("self", "reviewer"):
            forms.filtered(lambda a, who=viewpoint: a.viewpoint == who).action_done()

    def _specify(self, fnames):
        return {
            fname: (
                {"fields": {"display_name": {}}}
                if self.env["crm.assessment.round"]._fields[fname].type == "many2one"
                else {}
            )
            for fname in fnames.split()
        }

    @users("referral_rep", "referral_leader")
    @warmup
    def test_list(self):
        specification = self._specify(
            "user_id partner_id lead_id referral_id manager_id deadline closed_on "
            "score level is_reviewed acknowledged_on dispute_state state progress"
        )
        with self.assertQueryCount(referral_rep=10, referral_leader=9):
            result = self.env["crm.assessment.round"].web_search_read(
                [("is_checklist", "=", True)], specification, limit=80
            )
        self.assertEqual(len(result["records"]), 80)

    @users("referral_rep", "referral_leader")
    @warmup
    def test_form(self):
        specification = {
            **self._specify(
                "user_id partner_id lead_id referral_id candidate_id manager_id "
                "team_id company_id deadline closed_on score level state progress "
                "result my_assessment_id is_agent can_settle is_reviewed "
                "acknowledged_on dispute_state dispute_reason settlement settled_by_id"
            ),
            "assessment_ids": {
                "fields": {"viewpoint": {}, "score": {}, "level": {}, "state": {}}
            },
            "action_ids": {"fields": {"name": {}, "deadline": {}, "state": {}}},
        }
        round_ = self.rounds[0].with_env(self.env)
        # One of them for the dispute, which is a record.
        with self.assertQueryCount(referral_rep=25, referral_leader=25):
            [values] = round_.web_read(specification)
        self.assertEqual(len(values["assessment_ids"]), 2)
        self.assertEqual(len(values["result"]["letters"]), 6)

    @users("referral_rep", "referral_leader")
    @warmup
    def test_scorecard(self):
        # One for the places among all, two for the teams to choose from.
        with self.assertQueryCount(referral_rep=13, referral_leader=15):
            cards = self.env["crm.assessment.scorecard"].get_scorecards("be_sure")
        self.assertEqual(cards["agents"][0]["n"], 40)
