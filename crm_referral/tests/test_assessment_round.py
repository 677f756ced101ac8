from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .round_common import RoundCase


class TestAssessmentRound(RoundCase):
    def test_item_bank(self):
        """Four items a letter and viewpoint, a recommendation and free answers."""
        self.assertEqual("".join(self.pride.section_ids.mapped("letter")), "PRIDE")
        for section in self.pride.section_ids:
            for viewpoint in ("customer", "employee", "manager"):
                items = section.item_ids.filtered(
                    lambda item, viewpoint=viewpoint: item.viewpoint == viewpoint
                )
                self.assertGreaterEqual(len(items), 4, (section.code, viewpoint))
                self.assertTrue(any(items.mapped("is_reversed")))
        kinds = self.pride.item_ids.filtered(lambda item: not item.section_id)
        self.assertEqual(set(kinds.mapped("kind")), {"rating", "text"})
        self.assertTrue(
            self.pride.item_ids.filtered("asks_control").section_id.code, "external"
        )

    def test_a_round_asks_three_viewpoints(self):
        round_ = self._start()
        forms = self._by_viewpoint(round_)
        self.assertEqual(forms.keys(), {"customer", "employee", "manager"})
        self.assertEqual(set(round_._search_assessments().mapped("state")), {"sent"})
        self.assertEqual(round_.manager_id, self.leader)
        self.assertEqual(round_.contact_id, self.person)
        self.assertEqual(round_.deadline, fields.Date.today() + timedelta(days=14))
        for viewpoint, user in (("employee", self.rep), ("manager", self.leader)):
            activity = forms[viewpoint].activity_ids
            self.assertEqual(activity.user_id, user)
            self.assertEqual(activity.date_deadline, round_.deadline)
            self.assertEqual(activity.activity_type_id.name, "Answer")
            self.assertEqual(
                activity.summary, f"Your answers about {round_.partner_id.name}"
            )
        self.assertFalse(forms["customer"].activity_ids)
        [mail] = self._get_link_mails(self.person)
        token = forms["customer"].sudo().access_token
        self.assertIn(f"/assessment/feedback/{token}", self._get_sent_body(mail))

    def test_click_again_goes_on(self):
        round_ = self._start()
        action = self.customer_company.with_user(self.rep).action_start_pride_round()
        self.assertEqual(action["res_id"], round_.id)

    @mute_logger("odoo.sql_db")
    def test_one_open_round(self):
        """Also when two send at the same moment, and so do not see each other's."""
        self._start()
        draft = self.env["crm.assessment.round"].create(
            {"partner_id": self.customer_company.id}
        )
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            draft.state = "open"
            draft.flush_recordset()

    def test_blind_until_all_have_answered(self):
        round_ = self._start()
        forms = self._by_viewpoint(round_)
        self._fill(forms["customer"].sudo(), 3).action_done()
        self.assertEqual(round_.state, "open")
        self.env.invalidate_all()
        for user in (self.rep, self.leader, self.manager):
            seen = round_.with_user(user).assessment_ids
            self.assertNotIn(forms["customer"], seen.sudo())
            self.assertFalse(round_.with_user(user).result)
        self.assertIn("Done", round_.with_user(self.rep).progress)
        self.assertEqual(
            round_.with_user(self.rep).my_assessment_id.sudo(), forms["employee"]
        )
        for viewpoint, user in (("employee", self.rep), ("manager", self.leader)):
            form = forms[viewpoint].with_user(user)
            self._fill(form, 3, user)
            form.action_done()
        self.assertEqual(round_.state, "done")
        self.assertFalse(forms["employee"].activity_ids)
        self.assertEqual(len(round_.with_user(self.rep).assessment_ids), 3)
        with self.assertRaises(UserError):
            round_.with_user(self.rep).action_answer()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_who_starts_a_round_does_not_see_or_give_the_customers_answers(self):
        round_ = self._start()
        form = self._by_viewpoint(round_)["customer"]
        form.sudo().line_ids[:1].note = "Half-written"
        self.env.invalidate_all()
        form = form.with_user(self.rep)
        self.assertEqual(form.create_uid, self.rep)
        self.assertFalse(form.line_ids)
        self.env.invalidate_all()
        line = form.sudo().line_ids[:1].with_user(self.rep)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            line.read(["note"])
        with self.assertRaises(AccessError):
            line.note = "Answered in the customer's place"

    def test_a_form_of_a_round_is_signed_by_who_is_asked(self):
        forms = self._by_viewpoint(self._start())
        for viewpoint in ("customer", "manager"):
            with self.assertRaisesRegex(UserError, "waits for your answers"):
                forms[viewpoint].with_user(self.rep).action_done()
        with self.assertRaisesRegex(UserError, "waits for your answers"):
            forms["employee"].with_user(self.manager).action_done()

    def test_a_round_settles_who_is_asked(self):
        round_ = self._start()
        form = self._by_viewpoint(round_)["manager"].with_user(self.rep)
        for vals in (
            {"respondent_id": self.rep.id},
            {"round_id": False},
            {"state": "cancelled"},
            {"active": False},
        ):
            with self.assertRaisesRegex(UserError, "Whom a round asks"):
                form.write(vals)
        with self.assertRaisesRegex(UserError, "Whom a round asks"):
            form.action_cancel()
        values = {
            "framework_id": self.pride.id,
            "partner_id": self.customer_company.id,
            "viewpoint": "employee",
            "user_id": self.rep.id,
        }
        Assessment = self.env["crm.assessment"].with_user(self.rep)
        with self.assertRaisesRegex(UserError, "Whom a round asks"):
            Assessment.create({**values, "round_id": round_.id})
        alone = Assessment.with_context(
            default_round_id=round_.id, default_state="done", default_score=100
        ).create(values)
        self.assertFalse(alone.round_id)
        self.assertEqual(alone.state, "draft")
        self.assertIs(alone.score, False)
        with self.assertRaisesRegex(UserError, "Whom a round asks"):
            alone.round_id = round_

    def test_defaults_of_other_windows_are_no_result(self):
        round_ = self._start_with_defaults(
            default_state="done", default_score=100, default_stage_id=1
        )
        self.assertEqual(round_.state, "draft")
        self.assertIs(round_.score, False)
        self.assertFalse(round_.stage_id)

    @classmethod
    def _start_with_defaults(cls, **context):
        Round = cls.env["crm.assessment.round"].with_user(cls.rep)
        return Round.with_context(**context).create(
            {"partner_id": cls.customer_company.id}
        )

    def test_result(self):
        round_ = self._answer_all(self._start(), customer=3, employee=4, manager=1)
        self.assertEqual(round_.score, 75)
        self.assertEqual(round_.level, "strong")
        self.assertEqual(round_.recommendation, 8)
        self.assertEqual(round_.stage_id.code, "loyal")
        self.assertIn("75", round_.stage_explanation)
        self.assertIn("70", round_.stage_explanation)
        result = round_.with_user(self.rep).result
        self.assertEqual(
            [letter["letter"] for letter in result["letters"]], list("PRIDE")
        )
        self.assertEqual(result["letters"][0]["score"], 75)
        self.assertEqual(
            [score["answered"] for score in result["letters"][0]["scores"]], [4, 4, 4]
        )
        self.assertEqual(len(result["gaps"]), 5)
        self.assertEqual(
            result["gaps"][0],
            "The person who serves sees Process 75 points better than the manager.",
        )
        partner = self.customer_company.with_user(self.rep)
        self.assertEqual(partner.loyalty_stage_id.code, "loyal")
        self.assertEqual(partner.loyalty_score, 75)
        self.assertEqual(partner.assessment_round_count, 1)
        domain = [("loyalty_stage_id.code", "=", "loyal")]
        self.assertIn(partner, partner.search(domain))
        groups = partner._read_group(
            [("id", "=", partner.id)], ["loyalty_stage_id"], ["__count"]
        )
        self.assertEqual(groups, [(partner.loyalty_stage_id, 1)])
        other = self.person.with_user(self.rep)
        self.assertIs(other.loyalty_score, False)

    def test_loyalty_is_per_company(self):
        self._answer_all(self._start())
        self.assertFalse(
            self.customer_company.with_company(self.other_company).loyalty_stage_id
        )

    def test_unusual_customers(self):
        Partner = self.env["res.partner"].with_user(self.rep)
        nameless = {"parent_id": self.customer_company.id, "type": "invoice"}
        for values in (
            {"name": "A Person", "email": "person@example.com"},
            {"name": "Unreachable"},
            nameless,
        ):
            customer = Partner.create(values)
            round_ = self._start_round(customer, self.rep)
            self.assertEqual(round_.contact_id, customer.sudo())
            self.assertEqual(len(round_._search_assessments()), 3)
            self.assertTrue(round_.progress)
            round_.with_user(self.rep).action_close()
            self.assertEqual(round_.state, "done")
            self.assertIs(round_.score, False)
            self.assertTrue(round_.with_user(self.rep).result is not None)

    def test_nothing_to_do(self):
        Round = self.env["crm.assessment.round"].with_user(self.rep)
        Assessment = self.env["crm.assessment"].with_user(self.rep)
        for nobody in (Round.browse(), Assessment.browse()):
            self.assertTrue(nobody.action_cancel())
        self.assertTrue(Round.browse().action_close())
        self.assertTrue(Assessment.browse().action_done())
        self.assertFalse(Round.create([]))
        for method in ("action_resend_link", "action_revoke_link", "action_renew_link"):
            with self.assertRaisesRegex(UserError, "not being asked any more"):
                getattr(Round.browse(), method)()
        round_ = self._start().with_user(self.rep)
        round_.action_cancel()
        with self.assertRaisesRegex(UserError, "round that is open"):
            round_.action_cancel()

    def test_one_person_with_two_hats(self):
        """Who serves the customer and leads the team answers once."""
        self.team.user_id = self.rep
        round_ = self._start()
        self.assertFalse(round_.manager_id)
        self.assertEqual(self._by_viewpoint(round_).keys(), {"customer", "employee"})
        self.assertIn("The manager", round_._get_missing_viewpoints())
        draft = self.env["crm.assessment.round"].create({"partner_id": self.person.id})
        with self.assertRaisesRegex(ValidationError, "cannot answer twice"):
            draft.write({"user_id": self.rep.id, "manager_id": self.rep.id})

    def test_without_a_leader_who_asks_answers_for_the_organization(self):
        self.team.user_id = False
        self.assertEqual(self._start(self.manager).manager_id, self.manager)

    def test_tagging(self):
        """An answer may belong to several letters; tagging changes no answer."""
        round_ = self._answer_all(self._start(), customer=1)
        line = self._by_viewpoint(round_)["customer"].line_ids.filtered(
            lambda line: line.kind == "text"
        )
        roles, direction = self.pride.section_ids[1], self.pride.section_ids[3]
        line.with_user(self.leader).section_ids = roles | direction
        self.assertEqual(line.section_ids, roles | direction)
        self.assertIn(line, round_.with_user(self.leader).evidence_line_ids.sudo())
        with self.assertRaises(AccessError):
            line.with_user(self.colleague).write({"section_ids": [Command.clear()]})

    def test_tagging_changes_no_letter(self):
        round_ = self._answer_all(self._start())
        line = round_.with_user(self.rep).assessment_ids.line_ids[:1]
        section = self.pride.section_ids[-1]
        name = section.name
        for command in (
            Command.update(section.id, {"name": "Renamed"}),
            Command.delete(section.id),
            Command.create({"name": "New", "framework_id": self.pride.id}),
        ):
            with self.assertRaises(UserError):
                line.write({"section_ids": [command]})
        self.assertEqual(section.name, name)

    def test_delete(self):
        """Nothing stays behind in anybody's list of things to do."""
        round_ = self._start()
        forms = round_._search_assessments()
        activities = forms.activity_ids
        self.assertTrue(activities)
        with self.assertRaises(AccessError):
            round_.with_user(self.rep).unlink()
        round_.with_user(self.manager).unlink()
        self.assertFalse(forms.exists())
        self.assertFalse(activities.exists())

    def test_who_sees_a_round(self):
        round_ = self._answer_all(self._start())
        for user, may in (
            (self.rep, True),
            (self.leader, True),
            (self.manager, True),
            (self.colleague, False),
            (self.foreign_manager, False),
        ):
            self.assertEqual(round_.with_user(user).has_access("read"), may, user.login)
        with self.assertRaises(UserError):
            round_.with_user(self.manager).unlink()

    def test_heat_map(self):
        self._answer_all(self._start(), customer=1)
        HeatMap = self.env["crm.assessment.heat.map"]
        heat_map = HeatMap.with_user(self.rep).get_heat_map("pride")
        self.assertEqual(
            [letter["letter"] for letter in heat_map["letters"]], [*"PRIDE"]
        )
        [row] = [
            row for row in heat_map["rows"] if row["id"] == self.customer_company.id
        ]
        section = self.pride.section_ids[0]
        self.assertEqual(
            row["cells"][section.id], {"score": 25.0, "level": "weak", "n": 1}
        )
        behind = (
            self.env["crm.assessment.score"]
            .with_user(self.rep)
            .search(
                [
                    *heat_map["domain"],
                    ("partner_id", "=", row["id"]),
                    ("section_id", "=", section.id),
                ]
            )
        )
        self.assertEqual(len(behind), 1)
        self.assertFalse(
            HeatMap.with_user(self.colleague).get_heat_map("pride")["rows"]
        )
        teams = HeatMap.with_user(self.manager).get_heat_map("pride", rows="team_id")
        self.assertIn(self.team.id, [row["id"] for row in teams["rows"]])
        for nonsense in ({"rows": "access_token"}, {"viewpoint": "self"}):
            with self.assertRaises(UserError):
                HeatMap.get_heat_map("pride", **nonsense)

    def test_heat_map_filters(self):
        """Every filter narrows down, and a cell opens exactly what it counts."""
        first = self._answer_all(self._start(), customer=1)
        self._answer_all(self._start(), customer=4)
        HeatMap = self.env["crm.assessment.heat.map"].with_user(self.manager)
        Score = self.env["crm.assessment.score"].with_user(self.manager)
        choices = HeatMap.get_heat_map_choices("pride")
        self.assertIn(self.team.id, [choice["id"] for choice in choices["team"]])
        self.assertIn(self.rep.id, [choice["id"] for choice in choices["user"]])
        self.assertEqual(len(choices["stage"]), len(self.pride.stage_ids))
        fan = self.customer_company.with_user(self.rep).loyalty_stage_id
        lost = first.stage_id
        self.assertNotEqual(fan, lost)
        for options, score, count in (
            ({}, 100, 1),
            ({"is_latest": True}, 100, 1),
            ({"is_latest": False}, 62.5, 2),
            ({"team": self.team.id, "user": self.rep.id}, 100, 1),
            ({"stage": fan.id, "is_latest": False}, 62.5, 2),
            ({"viewpoint": "manager", "is_latest": False}, 75, 2),
            ({"stage": lost.id}, None, 0),
            ({"user": self.colleague.id}, None, 0),
        ):
            heat_map = HeatMap.get_heat_map("pride", **options)
            rows = {row["id"]: row for row in heat_map["rows"]}
            row = rows.get(self.customer_company.id)
            if score is None:
                self.assertFalse(row, options)
                continue
            for section_id, cell in row["cells"].items():
                self.assertEqual((cell["score"], cell["n"]), (score, count), options)
                behind = [
                    *heat_map["domain"],
                    ("partner_id", "=", row["id"]),
                    ("section_id", "=", section_id),
                ]
                count = Score.search_count(behind)
                self.assertEqual(count, cell["n"], options)

    def test_merge_of_customers_who_are_both_asked(self):
        """The answers given so far are kept, and one round goes on."""
        first = self._start()
        double = self.env["res.partner"].create(
            {"name": "Clinic by the River", "is_company": True, "user_id": self.rep.id}
        )
        second = self._start_round(double)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer_company + double).ids, self.customer_company
        )
        self.env.invalidate_all()
        self.assertEqual((first + second).mapped("state"), ["open", "cancelled"])
        self.assertEqual((first + second).partner_id, self.customer_company)
        self.assertIn(first.display_name, second.message_ids[0].body)

    def test_last_round(self):
        first = self._answer_all(self._start())
        self.assertTrue(first.is_latest)
        second = self._answer_all(self._start())
        running = self._start()
        self.env.invalidate_all()
        rounds = first + second + running
        self.assertEqual(rounds.mapped("is_latest"), [False, True, False])
        found = rounds.search([("id", "in", rounds.ids), ("is_latest", "=", False)])
        self.assertEqual(found, running + first)
