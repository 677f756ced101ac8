from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .checklist_common import ChecklistCase


class TestAssessmentChecklist(ChecklistCase):
    def test_template(self):
        self.assertEqual("".join(self.be_sure.section_ids.mapped("letter")), "BESURE")
        codes = self.be_sure.section_ids.mapped("code")
        self.assertEqual(len(set(codes)), 6)
        self.assertIn("eager", codes)
        self.assertIn("empowered", codes)
        for section in self.be_sure.section_ids:
            self.assertTrue(1 <= len(section.item_ids) <= 3)

    def test_started_from_everywhere(self):
        referral = self.env["crm.referral"].create(
            {"partner_id": self.customer_company.id, "user_id": self.rep.id}
        )
        candidate = self.env["crm.referral.candidate"].create(
            {"referral_id": referral.id, "name": "Somebody"}
        )
        lead = self.env["crm.lead"].create(
            {
                "name": "Lead",
                "partner_id": self.customer_company.id,
                "user_id": self.rep.id,
            }
        )
        records = [self.customer_company, lead, referral, candidate]
        rounds = [self._start(record=record) for record in records]
        self.assertEqual(len(set(rounds)), 4)
        for round_ in rounds:
            self.assertEqual(round_.partner_id, self.customer_company)
            self.assertEqual(round_.framework_id, self.be_sure)
        self.assertEqual(rounds[1].lead_id, lead)
        self.assertEqual(rounds[2].referral_id, referral)
        self.assertEqual(rounds[3].candidate_id, candidate)
        self.assertEqual([self._start(record=record) for record in records], rounds)

    def test_buttons_of_the_interactions(self):
        referral = self.env["crm.referral"].create(
            {"partner_id": self.customer_company.id, "user_id": self.rep.id}
        )
        candidate = self.env["crm.referral.candidate"].create(
            {"referral_id": referral.id, "name": "Somebody"}
        )
        lead = self.env["crm.lead"].create(
            {
                "name": "Lead",
                "partner_id": self.customer_company.id,
                "user_id": self.rep.id,
            }
        )
        for record in (self.customer_company, lead, referral, candidate):
            with self.subTest(record._name):
                record = record.with_user(self.rep)
                Round = self.env["crm.assessment.round"].with_user(self.rep)
                before = record.checklist_count
                action = record.action_start_checklist()
                self.assertEqual(action["res_model"], "crm.assessment.round")
                self.assertFalse(action.get("res_id"), "looking makes nothing")
                record.invalidate_recordset()
                self.assertEqual(record.checklist_count, before)
                started = Round.with_context(**action["context"]).create({})
                self.assertEqual(record.action_view_checklists()["res_id"], started.id)
                waiting = started.action_start()
                self.assertEqual(waiting["res_model"], "crm.assessment")
                record.invalidate_recordset()
                self.assertEqual(record.checklist_count, before + 1)
                for button in ("action_start_checklist", "action_view_checklists"):
                    action = getattr(record, button)()
                    self.assertEqual(action["res_model"], "crm.assessment", button)
                    self.assertEqual(action["res_id"], waiting["res_id"], button)
                started.action_cancel()
                action = record.action_view_checklists()
                rounds = Round.search(action["domain"])
                self.assertEqual(len(rounds), record.checklist_count)
                Round = Round.with_context(**action["context"])
                form = Form(Round, self.view)
                self.assertEqual(form.user_id, self.rep)
                self.assertEqual(form.partner_id, self.customer_company)
                self.assertEqual(form.manager_id, self.leader)
                self.assertIn(Round.create({}), Round.search(action["domain"]))
        self.assertFalse(
            self.customer_company.with_user(self.colleague).checklist_count,
            "only what one may see is counted",
        )

    def test_new_from_the_list(self):
        Round = self.env["crm.assessment.round"].with_user(self.rep)
        Round = Round.with_context(assessment_framework="be_sure")
        lead = self.env["crm.lead"].create(
            {
                "name": "Lead",
                "partner_id": self.customer_company.id,
                "user_id": self.rep.id,
            }
        )
        form = Form(Round, self.view)
        with self.assertRaisesRegex(AssertionError, "partner_id"):
            form.save()
        with self.assertRaises(ValidationError):
            Round.create({})
        form.lead_id = lead
        self.assertEqual(form.partner_id, self.customer_company)
        round_ = Round.create({"lead_id": lead.id})
        self.assertEqual(round_.partner_id, self.customer_company)
        self.assertEqual(round_.user_id, self.rep)
        action = round_.action_start()
        self.assertEqual(action["res_model"], "crm.assessment")
        assessment = self.env["crm.assessment"].browse(action["res_id"])
        self.assertEqual(len(assessment.line_ids), 12)
        lead.partner_id = self.customer
        self.assertEqual(round_.partner_id, self.customer_company)

    def test_another_conversation(self):
        """Who has signed looks back at another conversation the next time."""
        first = self._start()
        self._sign(first, "self", self.yes)
        self.env.invalidate_all()
        second = self._start()
        self.assertNotEqual(first, second)
        self.assertEqual(self._start(), second)
        self.assertIn(self._start(self.leader).id, (first | second).ids)

    def test_whose_conversation(self):
        """A colleague looks back at their own work, a leader at that of the owner."""
        self.assertEqual(self._start(self.leader).user_id, self.rep)
        self.assertEqual(self._start(self.colleague).user_id, self.colleague)
        self.assertEqual(self._start(self.manager).user_id, self.rep)

    def test_lead_merge_keeps_the_checklist(self):
        leads = self.env["crm.lead"].create(
            [
                {"name": name, "type": "opportunity", "user_id": self.rep.id}
                for name in ("A", "B")
            ]
        )
        rounds = [self._start(record=lead) for lead in leads]
        merged = leads.merge_opportunity(auto_unlink=True)
        for round_ in rounds:
            self.assertEqual(round_.lead_id, merged)

    def test_server_action(self):
        action = self.env.ref("crm_referral.res_partner_action_start_be_sure")
        result = (
            action.with_user(self.rep)
            .with_context(
                active_model="res.partner", active_id=self.customer_company.id
            )
            .run()
        )
        self.assertEqual(result["res_model"], "crm.assessment.round")
        self.assertFalse(result.get("res_id"))

    def test_self_then_reviewer_blind(self):
        round_ = self._start()
        forms = self._forms(round_)
        self.assertEqual(forms["self"].respondent_id, self.rep)
        self.assertEqual(forms["reviewer"].respondent_id, self.leader)
        self.assertTrue(forms["self"].activity_ids)
        self.assertFalse(forms["reviewer"].activity_ids)
        with self.assertRaises(UserError):
            self._sign(round_, "reviewer", self.yes)
        forms["self"].with_user(self.rep).line_ids[0].note = "Not signed yet"
        self.env.invalidate_all()
        for user in (self.leader, self.manager):
            self.assertFalse(forms["self"].with_user(user).line_ids)
            self.env.invalidate_all()
        self._sign(round_, "self", self.yes)
        self.assertEqual(forms["reviewer"].activity_ids.user_id, self.leader)
        self.env.invalidate_all()
        for user in (self.leader, self.manager):
            self.assertFalse(forms["self"].with_user(user).has_access("read"))
            Line = self.env["crm.assessment.line"].with_user(user)
            self.assertFalse(Line.search([("assessment_id", "=", forms["self"].id)]))
        self._sign(round_, "reviewer", self.partly)
        self.env.invalidate_all()
        self.assertEqual(round_.state, "done")
        self.assertTrue(round_.is_reviewed)
        self.assertEqual(round_.score, 50, "the reviewer's word counts")
        for user in (self.rep, self.leader, self.manager):
            self.assertEqual(len(round_.with_user(user).assessment_ids), 2)
            gaps = round_.with_user(user).result["gaps"]
            self.assertEqual(len(gaps), 6)
            self.assertIn("The agent sees", gaps[0])
        self.assertFalse(self.customer_company.loyalty_stage_id)

    def test_whose_turn_it_is(self):
        round_ = self._start()
        forms = self._forms(round_)
        self.assertEqual(round_.with_user(self.rep).my_assessment_id, forms["self"])
        self.assertFalse(round_.with_user(self.leader).my_assessment_id)
        self._sign(round_, "self", self.yes)
        self.env.invalidate_all()
        self.assertFalse(round_.with_user(self.rep).my_assessment_id)
        self.assertEqual(
            round_.with_user(self.leader).my_assessment_id, forms["reviewer"]
        )

    def test_agent_does_not_evade_the_review(self):
        round_ = self._start()
        self._sign(round_, "self", self.yes)
        agent = round_.with_user(self.rep)
        for stop in (agent.action_close, agent.action_cancel):
            with self.assertRaisesRegex(UserError, "the reviewer"):
                stop()
        round_.with_user(self.leader).action_close()
        self.assertFalse(round_.is_reviewed)
        evaded = self._start()
        self._sign(evaded, "self", self.yes)
        with self.assertRaisesRegex(UserError, "the reviewer"):
            evaded.with_user(self.rep).action_archive()
        mistaken = self._start()
        mistaken.with_user(self.rep).action_cancel()
        self.assertEqual(mistaken.state, "cancelled")

    def test_nobody_reviews_themselves(self):
        self.team.user_id = self.rep
        round_ = self._start()
        self.assertFalse(round_.manager_id)
        self.assertEqual(self._forms(round_).keys(), {"self"})
        self._sign(round_, "self", self.yes)
        self.assertEqual(round_.state, "open", "it waits for somebody to review it")
        round_._close()
        self.assertEqual(round_.response, "unreviewed")
        self.assertFalse(round_.is_reviewed)
        self.assertIs(round_.score, False)
        self.assertEqual(round_.colleague_score, 100)
        self.assertFalse(round_._search_assessments().score_ids.filtered("is_counted"))

    def test_a_reviewer_is_named_later(self):
        self.team.user_id = self.rep
        round_ = self._start()
        self._sign(round_, "self", self.yes)
        reviewer = self.env.ref("crm_assessment.mail_activity_type_reviewer")
        [activity] = round_.activity_ids
        self.assertEqual(activity.activity_type_id, reviewer)
        self.assertNotEqual(activity.user_id, self.rep)
        agent = round_.with_user(self.rep)
        with self.assertRaises(UserError):
            agent.manager_id = self.rep
        self.env.invalidate_all()
        agent.manager_id = self.leader
        self.assertNotIn(reviewer, round_.activity_ids.activity_type_id)
        form = self._forms(round_)["reviewer"]
        self.assertEqual(form.activity_ids.user_id, self.leader)
        with self.assertRaises(UserError):
            round_.with_user(self.manager).manager_id = self.manager
        self.env.invalidate_all()
        self._sign(round_, "reviewer", self.partly)
        self.assertTrue(round_.is_reviewed)
        self.assertEqual(round_.score, 50)

    def test_the_agent_hears_of_the_review(self):
        review = self.env.ref("crm_assessment.mail_activity_type_review")
        for react in ("action_acknowledge", "action_dispute"):
            round_ = self._reviewed()
            [activity] = round_.activity_ids
            self.assertEqual(activity.activity_type_id, review)
            self.assertEqual(activity.user_id, self.rep)
            self.assertTrue(activity.summary)
            arguments = ["I see it differently"] if react == "action_dispute" else []
            getattr(round_.with_user(self.rep), react)(*arguments)
            self.assertNotIn(review, round_.activity_ids.activity_type_id)

    def test_a_dispute_has_somebody_to_settle_it(self):
        """Or the agent hears at once that there is nobody."""
        round_ = self._reviewed()
        group = self.env.ref("sales_team.group_sale_manager")
        others = group.all_user_ids - round_.manager_id
        others.filtered(lambda u: u.id != SUPERUSER_ID).active = False
        self.env.invalidate_all()
        agent = round_.with_user(self.rep)
        with self.assertRaisesRegex(UserError, "Nobody could settle this"):
            agent.action_dispute("I see it differently")
        self.assertFalse(round_.dispute_state)
        self.manager.sudo().active = True
        agent.action_dispute("I see it differently")
        settle = self.env.ref("crm_assessment.mail_activity_type_settle")
        self.assertEqual(
            round_.activity_ids.filtered(
                lambda a: a.activity_type_id == settle
            ).user_id,
            self.manager,
        )

    def test_no_asks_for_the_cause(self):
        round_ = self._start()
        with self.assertRaises(UserError):
            self._sign(round_, "self", self.no)
        with self.assertRaises(UserError):
            self._sign(round_, "self", self.no, cause="organization")
        roles = self.pride.section_ids[1]
        form = self._sign(
            round_,
            "self",
            self.no,
            cause="organization",
            cause_section_id=roles.id,
        )
        self.assertEqual(form.score, 0)
        self.env.invalidate_all()
        self._sign(round_, "reviewer", self.no, cause="agent")
        self.env.invalidate_all()
        evidence = (
            self.env["crm.assessment.evidence"]
            .with_user(self.rep)
            .search([("partner_id", "=", self.customer_company.id)])
        )
        self.assertEqual(set(evidence.mapped("res_model")), {"crm.assessment.line"})
        self.assertEqual(evidence.section_id, roles)
        lines = form.line_ids.with_user(self.rep)
        self.assertEqual(sorted(evidence.mapped("res_id")), sorted(lines.ids))
        self.assertEqual(sorted(evidence.mapped("name")), sorted(lines.mapped("name")))
        self.assertEqual(evidence[0].action_open()["res_id"], form.id)
        Hidden = self.env["crm.assessment.evidence"].with_user(self.colleague)
        self.assertFalse(Hidden.search([]))
        pride_round = self._start_round(self.customer_company, self.rep)
        pride_round.with_user(self.rep).action_close()
        evidence = pride_round.with_user(self.rep).evidence_line_ids
        self.assertLessEqual(lines, evidence)

    def test_acknowledge(self):
        round_ = self._reviewed()
        with self.assertRaises(UserError):
            round_.with_user(self.leader).action_acknowledge()
        round_.with_user(self.rep).action_acknowledge()
        self.assertEqual(round_.acknowledged_on, fields.Date.today())
        with self.assertRaises(UserError):
            round_.with_user(self.rep).action_dispute("Too late")

    def test_dispute_once_and_settle(self):
        round_ = self._reviewed()
        agent = round_.with_user(self.rep)
        scores = round_._search_assessments().score_ids
        self.assertEqual(
            set(scores.filtered("is_counted").mapped("viewpoint")), {"reviewer"}
        )
        with self.assertRaises(UserError):
            agent.action_dispute("  ")
        with self.assertRaises(UserError):
            round_.with_user(self.leader).action_dispute("Not mine")
        wizard = (
            self.env["crm.assessment.dispute.reason"]
            .with_user(self.rep)
            .create({"round_id": round_.id, "reason": "The customer did say so."})
        )
        wizard.action_apply()
        self.assertEqual(round_.dispute_state, "open")
        self.assertFalse(scores.filtered("is_counted"))
        settle = self.env.ref("crm_assessment.mail_activity_type_settle")
        self.assertIn(settle, round_.activity_ids.activity_type_id)
        with self.assertRaises(UserError):
            agent.action_dispute("Again")
        for user in (self.rep, self.leader):
            with self.assertRaises(UserError):
                round_.with_user(user).action_settle("self", "I say so")
        with self.assertRaises(UserError):
            round_.with_user(self.manager).action_settle("self", "")
        self.assertTrue(round_.with_user(self.manager).can_settle)
        round_.with_user(self.manager).action_settle("self", "The recording proves it.")
        self.assertEqual(round_.dispute_state, "settled")
        self.assertEqual(round_.settled_by_id, self.manager)
        self.assertEqual(round_.score, 100)
        self.assertEqual(
            set(scores.filtered("is_counted").mapped("viewpoint")), {"self"}
        )
        self.assertNotIn(settle, round_.activity_ids.activity_type_id)
        with self.assertRaises(UserError):
            agent.action_dispute("Once more")
        with self.assertRaises(UserError):
            round_.with_user(self.manager).action_settle("void", "Second thoughts")

    def test_settled_as_void(self):
        round_ = self._reviewed()
        round_.with_user(self.rep).action_dispute("Another conversation was meant.")
        round_.with_user(self.manager).action_settle("void", "Mixed up.")
        self.assertIs(round_.score, False)
        self.assertFalse(round_._search_assessments().score_ids.filtered("is_counted"))

    def test_nothing_is_written_by_hand(self):
        round_ = self._reviewed()
        for vals in (
            {"score": 100},
            {"state": "open"},
            {"dispute_state": "settled"},
            {"settlement": "self"},
            {"acknowledged_on": False},
            {"is_reviewed": False},
        ):
            with self.assertRaises(AccessError):
                round_.with_user(self.rep).write(vals)
            with self.assertRaises(AccessError):
                round_.with_user(self.manager).write(vals)
        with self.assertRaises(UserError):
            round_.with_user(self.manager).write({"user_id": self.leader.id})

    def test_coaching(self):
        round_ = self._reviewed()
        action = round_.with_user(self.leader).action_coach()
        coaching = (
            self.env["crm.assessment.action"]
            .with_user(self.leader)
            .with_context(**action["context"])
            .create({"name": "Sit in on a call", "deadline": "2030-01-01"})
        )
        self.assertEqual(coaching.agent_id, self.rep)
        self.assertEqual(coaching.kind, "coaching")
        [card] = (
            self.env["crm.assessment.scorecard"]
            .with_user(self.rep)
            .get_scorecards("be_sure")["agents"]
        )
        self.assertEqual(card["coaching"], 1)
        self.assertTrue(coaching.with_user(self.rep).has_access("read"))
        self.assertFalse(coaching.with_user(self.colleague).has_access("read"))
        self.assertEqual(round_.undecided_count, 0)
