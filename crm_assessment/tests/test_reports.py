from odoo.exceptions import UserError

from .common import AssessmentCase


class TestHeatMap(AssessmentCase):
    """Customers and teams by areas, the weakest first."""

    def _get_map(self, user=None, **options):
        HeatMap = self.env["crm.assessment.heat.map"].with_user(user or self.manager)
        return HeatMap.get_heat_map(**options)

    def test_cells_and_the_whole(self):
        self._close_round()
        heat_map = self._get_map(framework="visit")
        self.assertEqual(
            [(each["letter"], each["name"]) for each in heat_map["letters"]],
            [("A", "Access"), ("B", "Billing")],
        )
        [row] = heat_map["rows"]
        self.assertEqual((row["id"], row["name"]), (self.customer.id, "Clinic"))
        self.assertEqual(
            row["cells"],
            {
                self.access.id: {"score": 87.5, "level": "strong", "n": 1},
                self.billing.id: {"score": 0, "level": "weak", "n": 1},
            },
        )
        self.assertEqual(row["overall"], {"score": 43.75, "level": "fair", "n": 1})
        self.assertIs(row["change"], False, "one round is no change")
        self.assertEqual(heat_map["total"], 1)
        behind = self.env["crm.assessment.score"].search(heat_map["domain"])
        self.assertEqual(behind.assessment_id.mapped("viewpoint"), ["customer"])

    def test_the_first_framework_that_asks_customers(self):
        self._close_round()
        self.assertEqual(self._get_map(), self._get_map(framework="visit"))
        with self.assertRaisesRegex(UserError, "no such framework"):
            self._get_map(framework="nothing")

    def test_other_viewpoints_and_teams(self):
        self._close_round()
        [row] = self._get_map(viewpoint="manager", rows="team_id")["rows"]
        self.assertEqual((row["id"], row["name"]), (self.team.id, "North"))
        self.assertEqual(
            {key: cell["score"] for key, cell in row["cells"].items()},
            {self.access.id: 50, self.billing.id: 50},
        )
        self.assertEqual(
            self._get_map(team=self.team.id)["total"],
            1,
        )
        self.assertFalse(self._get_map(team=self.other_team.id)["rows"])
        self.assertFalse(self._get_map(stage=self.visit.stage_ids[0].id)["rows"])
        self.assertTrue(self._get_map(stage=self.visit.stage_ids[1].id)["rows"])

    def test_change_and_the_last_round(self):
        self._close_round()
        with self._at("2026-06-01 09:00:00"):
            second = self._start_round()
            self._sign(second, "customer", self.green, self.red, self.amber)
            self._sign_colleagues(second)
            [row] = self._get_map()["rows"]
            self.assertEqual(row["overall"], {"score": 75, "level": "fair", "n": 1})
            self.assertEqual(row["change"], 31.25)
            [row] = self._get_map(is_latest=False)["rows"]
            self.assertEqual(row["overall"]["score"], (75 + 43.75) / 2)
            self.assertEqual(row["cells"][self.billing.id]["n"], 2)
            [row] = self._get_map(is_latest=False, months=1)["rows"]
            self.assertEqual(row["cells"][self.billing.id]["n"], 1)

    def test_silence_is_in_sight(self):
        self._close_round()
        silent = self._start_round(self.manager, partner_id=self.other_customer.id)
        self._sign_colleagues(silent)
        heat_map = self._get_map()
        self.assertEqual(heat_map["silent"], [])
        silent.action_close()
        heat_map = self._get_map()
        self.assertEqual(
            heat_map["silent"], [{"id": self.other_customer.id, "name": "Bakery"}]
        )
        self.assertEqual(heat_map["response"], {"asked": 2, "answered": 1, "rate": 50})
        self.assertEqual(heat_map["total"], 1)
        self.assertFalse(self._get_map(self.agent)["silent"])

    def test_everybody_sees_their_own(self):
        self._close_round()
        for user, count in (
            (self.agent, 1),
            (self.leader, 1),
            (self.team_reader, 1),
            (self.colleague, 0),
            (self.foreign_manager, 0),
        ):
            self.assertEqual(self._get_map(user)["total"], count, user.name)

    def test_choices(self):
        self._close_round()
        HeatMap = self.env["crm.assessment.heat.map"].with_user(self.manager)
        choices = HeatMap.get_heat_map_choices("visit")
        self.assertEqual(choices["team"], [{"id": self.team.id, "name": "North"}])
        self.assertEqual(choices["user"], [{"id": self.agent.id, "name": "Agent"}])
        self.assertEqual(
            [each["name"] for each in choices["stage"]], ["Lost", "Content", "Fan"]
        )

    def test_strange_choices_get_a_sentence(self):
        for options in (
            {"months": 0},
            {"months": "12"},
            {"rows": "access_token"},
            {"viewpoint": "self"},
            {"team": "1"},
            {"stage": 10**30},
        ):
            with self.subTest(options), self.assertRaises(UserError):
                self._get_map(**options)


class TestScorecard(AssessmentCase):
    """The agents' areas, from what a reviewer has signed too."""

    def _get_cards(self, user=None, **options):
        Scorecard = self.env["crm.assessment.scorecard"].with_user(user or self.manager)
        return Scorecard.get_scorecards(**options)

    def test_card(self):
        self._review_talk()
        cards = self._get_cards(framework="talk")
        self.assertEqual([each["letter"] for each in cards["letters"]], ["L", "S"])
        self.assertEqual((cards["minimum"], cards["ranked"]), (2, 0))
        self.assertEqual(cards["teams"], [{"id": self.team.id, "name": "North"}])
        [card] = cards["agents"]
        self.assertEqual(
            (card["id"], card["n"], card["score"]), (self.agent.id, 1, 37.5)
        )
        self.assertFalse(card["is_ranked"], "one is too few")
        self.assertEqual(
            card["letters"],
            {
                self.listening.id: {
                    "score": 75,
                    "level": "fair",
                    "n": 1,
                    "gap": 25,
                    "gap_n": 1,
                },
                self.summary.id: {
                    "score": 0,
                    "level": "weak",
                    "n": 1,
                    "gap": 100,
                    "gap_n": 1,
                },
            },
        )
        self.assertEqual([*card["months"]], ["2026-03"])

    def test_the_first_checklist(self):
        self._review_talk()
        self.assertEqual(self._get_cards(), self._get_cards(framework="talk"))
        with self.assertRaisesRegex(UserError, "no such framework"):
            self._get_cards(framework="nothing")

    def test_places(self):
        """75 is before 37.5, and each sees the own place among all."""
        self.talk.minimum_reviewed = 1
        self._review_talk()
        other = self._start_talk(
            user=self.leader, user_id=self.colleague.id, manager_id=self.leader.id
        )
        for viewpoint in ("self", "reviewer"):
            self._sign(other, viewpoint, self.green, self.green, self.amber)
        self.assertEqual(other.score, 75)
        for user, expected in (
            (self.manager, [(self.colleague.id, 1), (self.agent.id, 2)]),
            (self.agent, [(self.agent.id, 2)]),
            (self.colleague, [(self.colleague.id, 1)]),
        ):
            agents = self._get_cards(user)["agents"]
            self.assertEqual(
                [(each["id"], each["rank"]) for each in agents], expected, user.name
            )

    def test_what_is_open_or_disputed_is_not_there(self):
        self._start_talk()
        self.assertFalse(self._get_cards()["agents"])
        round_ = self._review_talk()
        self.assertEqual(len(self._get_cards()["agents"]), 1)
        round_.with_user(self.agent).action_dispute("We did agree.")
        self.assertFalse(self._get_cards()["agents"])
        round_.with_user(self.manager).action_settle("self", "So you did.")
        [card] = self._get_cards()["agents"]
        self.assertEqual(card["score"], 100)

    def test_coaching(self):
        round_ = self._review_talk()
        action = round_.with_user(self.leader).action_coach()
        self.assertEqual(action["context"]["default_section_id"], self.summary.id)
        coaching = (
            self.env["crm.assessment.action"]
            .with_user(self.leader)
            .with_context(**action["context"])
            .create({"name": "Practise the end", "deadline": "2026-03-20"})
        )
        self.assertEqual(coaching.agent_id.id, self.agent.id)
        [card] = self._get_cards()["agents"]
        self.assertEqual(card["coaching"], 1)
        coaching.action_done()
        [card] = self._get_cards()["agents"]
        self.assertEqual(card["coaching"], 0)


class TestEvidence(AssessmentCase):
    """What stood in the way in the organization, once everybody may see it."""

    def _get_evidence(self):
        self.env.flush_all()
        return self.env["crm.assessment.evidence"].search(
            [("partner_id", "=", self.customer.id)]
        )

    def test_evidence_of_a_checklist(self):
        round_ = self._start_talk()
        self._sign(
            round_,
            "self",
            self.green,
            self.green,
            self.amber,
            cause="organization",
            cause_section_id=self.access.id,
            note="No room to talk.",
        )
        self.assertFalse(self._get_evidence(), "nobody else may see it yet")
        self._sign(round_, "reviewer", *[self.green] * 3, cause="agent")
        evidence = self._get_evidence()
        self.assertEqual(
            set(evidence.mapped("name")),
            {"Let the customer speak.", "Asked why.", "Agreed on the next step."},
        )
        self.assertEqual(evidence.section_id, self.access)
        self.assertEqual(set(evidence.mapped("note")), {"No room to talk."})
        self.assertEqual(evidence.respondent_id, self.agent)
        self.assertEqual(evidence.manager_id, self.leader)
        self.assertEqual(evidence.team_id, self.team)
        self.assertEqual(set(evidence.mapped("viewpoint")), {"self"})
        action = evidence[0].with_user(self.leader).action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("crm.assessment", self._get_form(round_, "self").id),
        )

    def test_a_round_shows_what_checklists_say_of_the_organization(self):
        self._review_talk()
        round_ = self._close_round()
        lines = round_.with_user(self.leader).evidence_line_ids
        self.assertEqual(len(lines), 3)
        self.assertEqual(set(lines.mapped("cause")), {"organization"})
        self.assertEqual(lines.cause_section_id.id, self.billing.id)

    def test_tags_are_how_we_read_an_answer(self):
        round_ = self._close_round()
        line = self._get_form(round_, "customer").line_ids[:1]
        line.with_user(self.leader).section_ids = self.billing
        self.assertEqual(line.section_ids, self.billing)
        self.assertEqual(round_.with_user(self.agent).evidence_line_ids.sudo(), line)
        self.assertEqual(round_.score, 43.75, "a tag changes no score")
