from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .assessment_common import AssessmentCase


@tagged("post_install", "-at_install")
class TestAssessmentEngine(AssessmentCase):
    def _scores(self, assessment):
        return {
            score.section_id.code: (score.score, score.level, score.answered)
            for score in assessment.score_ids
        }

    def test_third_framework_needs_no_code(self):
        """By hand: A = (3 × 1 + 1 × (1 - 0.5)) / 4 = 87.5, B = (1 + 0) / 2 = 50."""
        assessment = self._create_assessment()
        self.assertEqual(len(assessment.line_ids), 4)
        self._answer(assessment, self.yes, self.maybe, self.yes, self.no)
        assessment.action_done()
        self.assertEqual(assessment.state, "done")
        self.assertTrue(assessment.done_on)
        self.assertEqual(
            self._scores(assessment),
            {"access": (87.5, "strong", 2), "building": (50.0, "fair", 2)},
        )
        self.assertEqual(assessment.score, 68.75)
        self.assertEqual(assessment.level, "fair")
        score = assessment.score_ids[0]
        self.assertEqual(score.partner_id, self.customer_company)
        self.assertEqual(score.team_id, self.team)
        self.assertEqual(score.company_id, self.company)
        self.assertEqual(score.viewpoint, "employee")

    def test_items_of_the_viewpoint(self):
        assessment = self._create_assessment(viewpoint="manager")
        self.assertIn("Asked of managers.", assessment.line_ids.mapped("name"))

    def test_no_answer_is_no_score(self):
        assessment = self._create_assessment()
        self._answer(assessment, self.not_applicable, None, self.not_applicable)
        assessment.action_done()
        self.assertIs(assessment.score, False)
        self.assertFalse(assessment.level)
        self.assertEqual(
            self._scores(assessment),
            {"access": (False, False, 0), "building": (False, False, 0)},
        )
        self.env.cr.execute(
            "SELECT score FROM crm_assessment WHERE id = %s", [assessment.id]
        )
        self.assertIsNone(self.env.cr.fetchone()[0])

    def test_missing_scores_do_not_count_in_averages(self):
        nothing = [self.not_applicable] * 4
        for options in [(self.yes, self.no), nothing, (self.no, self.yes)]:
            self._answer(self._create_assessment(), *options).action_done()
        [(average, count)] = self.env["crm.assessment.score"]._read_group(
            [("section_id", "=", self.section_a.id)], [], ["score:avg", "__count"]
        )
        self.assertEqual((average, count), (50.0, 3))
        Score = self.env["crm.assessment.score"]
        self.assertEqual(
            Score.search_count(
                [("section_id", "=", self.section_a.id), ("score", "=", 0)]
            ),
            1,
        )
        self.assertEqual(
            Score.search_count(
                [("section_id", "=", self.section_a.id), ("score", "<", 50)]
            ),
            1,
        )
        self.assertEqual(
            Score.search_count(
                [("section_id", "=", self.section_a.id), ("score", "=", False)]
            ),
            1,
        )

    def test_a_score_of_zero_is_a_score(self):
        assessment = self._answer(
            self._create_assessment(), self.no, self.yes, self.no, self.no
        )
        assessment.action_done()
        self.assertEqual(assessment.score, 0.0)
        self.assertIsNot(assessment.score, False)
        self.assertEqual(assessment.level, "weak")

    def test_must_pass(self):
        assessment = self._answer(
            self._create_assessment(), self.yes, self.no, self.no, self.yes
        )
        assessment.action_done()
        building = assessment.score_ids.filtered(
            lambda score: score.section_id == self.section_b
        )
        self.assertEqual(building.score, 50)
        self.assertEqual(building.level, "weak")
        self.assertTrue(building.is_must_pass_failed)
        self.assertEqual(assessment.level, "weak")

    def test_minimum_answers(self):
        self.framework.write({"minimum_answers": 2, "minimum_sections": 2})
        assessment = self._answer(
            self._create_assessment(), self.yes, self.no, self.yes
        )
        assessment.action_done()
        self.assertEqual(
            self._scores(assessment),
            {"access": (100.0, "strong", 2), "building": (False, False, 1)},
        )
        self.assertIs(assessment.score, False)

    def test_editing_the_framework_changes_no_old_result(self):
        done = self._answer(self._create_assessment(), self.yes, self.no, self.yes)
        done.action_done()
        waiting = self._create_assessment()
        form = done.form_id
        self.assertEqual(waiting.form_id, form, "one form as long as nothing changes")
        wordings = done.line_ids.mapped("name")

        self.framework.write({"fair_from": 99, "strong_from": 100})
        self.section_a.name = "Arrival"
        items = self.framework.item_ids
        items.write({"weight": 7, "is_reversed": True})
        items[0].name = "Something else"
        items[1].active = False
        self.yes.write({"value": 0.1, "name": "Greenish"})
        self.env.invalidate_all()

        self.assertEqual(done.score, 100)
        self.assertEqual(done.line_ids.mapped("name"), wordings)
        self.assertEqual(done.line_ids[0].answer, "Green")
        self._answer(waiting, self.yes, self.no, self.yes)
        waiting.action_done()
        self.assertEqual(waiting.score, 100, "it was made with the old form")
        new = self._create_assessment()
        self.assertNotEqual(new.form_id, form)
        self.assertEqual(len(new.line_ids), 3)

    def test_form_keeps_all_languages(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        item = self.section_a.item_ids[0]
        item.with_context(lang="zh_TW").name = "路線標示清楚。"
        line = self._create_assessment().line_ids[0]
        self.assertEqual(line.name, "The way is signposted.")
        self.assertEqual(line.with_context(lang="zh_TW").name, "路線標示清楚。")

    def test_translation_that_comes_later(self):
        """A language installed after the form was made is shown all the same."""
        self.env["res.lang"]._activate_lang("zh_TW")
        line = self._create_assessment().line_ids[0].with_context(lang="zh_TW")
        self.assertEqual(line.name, "The way is signposted.")
        item = self.section_a.item_ids[0]
        item.with_context(lang="zh_TW").name = "路線標示清楚。"
        self.yes.with_context(lang="zh_TW").name = "綠燈"
        line.option_id = self.yes
        line.invalidate_recordset()
        self.assertEqual(line.name, "路線標示清楚。")
        self.assertEqual(line.answer, "綠燈")
        item.name = "Something else is asked."
        line.invalidate_recordset()
        self.assertEqual(line.name, "The way is signposted.")

    def test_signed_is_frozen(self):
        assessment = self._answer(self._create_assessment(), self.yes, self.no)
        assessment.action_done()
        attempts = [
            lambda: assessment.action_done(),
            lambda: assessment.action_cancel(),
            lambda: assessment.write({"state": "draft"}),
            lambda: assessment.write({"partner_id": self.env.user.partner_id.id}),
            lambda: assessment.line_ids[0].write({"option_id": self.no.id}),
            lambda: assessment.line_ids[0].write({"note": "afterwards"}),
            lambda: assessment.line_ids[0].unlink(),
            lambda: assessment.write({"line_ids": [Command.clear()]}),
            lambda: assessment.unlink(),
            lambda: assessment.form_id.write({"content": {}}),
        ]
        for attempt in attempts:
            with self.assertRaises(UserError):
                attempt()
        self.assertEqual(assessment.score, 100)

    def test_result_cannot_be_written(self):
        assessment = self._create_assessment(self.rep)
        for vals in ({"score": 100}, {"level": "strong"}, {"is_revealed": True}):
            with self.assertRaises(AccessError):
                assessment.write(vals)
            with self.assertRaises(AccessError):
                self._create_assessment(self.rep, **vals)
        for state in ("done", "expired", "cancelled"):
            with self.assertRaises(UserError):
                self._create_assessment(self.rep, state=state)
        with self.assertRaises(UserError):
            assessment.write({"state": "done"})
        with self.assertRaises(AccessError):
            self.env["crm.assessment.score"].with_user(self.manager).create(
                {"assessment_id": assessment.id, "section_id": self.section_a.id}
            )

    def test_answers_of_the_scale_only(self):
        assessment = self._create_assessment()
        foreign = self.env.ref("crm_assessment.crm_assessment_option_yes")
        with self.assertRaises(ValidationError):
            assessment.line_ids[0].option_id = foreign
        with self.assertRaises(ValidationError):
            assessment.line_ids[0].rating = "7"

    def test_answers_at_creation(self):
        item = self.section_a.item_ids[0]
        assessment = self._create_assessment(
            self.rep,
            line_ids=[Command.create({"item_id": item.id, "option_id": self.yes.id})],
        )
        self.assertEqual(len(assessment.line_ids), 4)
        self.assertEqual(assessment.line_ids[0].option_id, self.yes)
        stranger = self.env["crm.assessment.item"].create(
            {"section_id": self.section_a.id, "name": "Stranger"}
        )
        with self.assertRaises(ValidationError):
            self._create_assessment(
                line_ids=[
                    Command.create({"item_id": stranger.id, "option_id": self.yes.id})
                ],
                viewpoint="manager",
                framework_id=self.framework.copy().id,
            )

    def test_rating_and_text(self):
        self.framework.write(
            {
                "item_ids": [
                    Command.create({"name": "Recommend?", "kind": "rating"}),
                    Command.create({"name": "Anything else?", "kind": "text"}),
                ]
            }
        )
        assessment = self._create_assessment()
        rating = assessment.line_ids.filtered(lambda line: line.kind == "rating")
        with self.assertRaises(ValidationError):
            rating.option_id = self.yes
        rating.rating = "0"
        assessment.action_done()
        self.assertEqual(assessment.recommendation, 0.0)
        self.assertIsNot(assessment.recommendation, False)
        other = self._answer(self._create_assessment(), self.yes)
        other.action_done()
        self.assertIs(other.recommendation, False)

    def test_viewpoint_stays(self):
        assessment = self._create_assessment()
        with self.assertRaises(UserError):
            assessment.viewpoint = "manager"

    def test_respondent(self):
        assessment = self._create_assessment(self.manager, viewpoint="employee")
        self.assertEqual(assessment.respondent_id, self.rep)
        assessment = self._create_assessment(viewpoint="customer")
        self.assertFalse(assessment.respondent_id)
        assessment = self._create_assessment(self.manager, viewpoint="manager")
        self.assertEqual(assessment.respondent_id, self.manager)

    def test_tokens_are_long_and_different(self):
        tokens = {self._create_assessment().sudo().access_token for _number in range(5)}
        self.assertEqual(len(tokens), 5)
        self.assertGreaterEqual(min(map(len, tokens)), 43)  # 256 bit

    def test_subject_is_needed(self):
        with self.assertRaises(ValidationError):
            self._create_assessment(partner_id=False, user_id=False)

    @mute_logger("odoo.sql_db")
    def test_database_constraints(self):
        attempts = [
            lambda: self.framework.write({"fair_from": 90, "strong_from": 80}),
            lambda: self.framework.write({"minimum_answers": 0}),
            lambda: self.framework.write({"pass_from": 2}),
            lambda: self.yes.write({"value": 1.5}),
            lambda: self.section_a.item_ids[0].write({"weight": 0}),
            lambda: self.section_a.write({"weight": -1}),
            lambda: self.section_b.write({"code": "access"}),
            lambda: self.env["crm.assessment.framework"].create(
                {
                    "code": "site_visit",
                    "name": "x",
                    "scale_id": self.options.scale_id.id,
                }
            ),
        ]
        for attempt in attempts:
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                attempt()
                self.env.flush_all()

    def test_used_items_cannot_be_deleted(self):
        self._create_assessment()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.section_a.item_ids[0].unlink()

    def _count_signing(self, number, framework, option, **answer):
        """:return: queries that signing takes, all answers alike."""
        assessments = self.env["crm.assessment"].create(
            [
                {
                    "framework_id": framework.id,
                    "viewpoint": "employee",
                    "partner_id": self.customer_company.id,
                    "user_id": self.rep.id,
                }
            ]
            * number
        )
        assessments.line_ids.filtered(lambda line: line.kind == "scale").write(
            {"option_id": option.id, **answer}
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        assessments.with_user(self.rep).action_done()
        self.env.flush_all()
        queries = self.env.cr.sql_log_count - before
        self.assertEqual(set(assessments.mapped("state")), {"done"})
        return queries

    def test_batch_needs_no_query_per_record(self):
        self._count_signing(1, self.framework, self.yes)
        self.assertEqual(
            self._count_signing(100, self.framework, self.yes),
            self._count_signing(1000, self.framework, self.yes),
        )

    def test_batch_with_causes_needs_no_query_per_record(self):
        framework = self.framework.copy({"asks_cause": True})
        self._count_signing(1, framework, self.no, cause="agent")
        self.assertEqual(
            self._count_signing(10, framework, self.no, cause="agent"),
            self._count_signing(100, framework, self.no, cause="agent"),
        )

    def test_who_answers_signs_without_a_note(self):
        own = self._create_assessment(self.rep, viewpoint="employee")
        for_another = self._create_assessment(self.manager, viewpoint="employee")
        for assessment in (own, for_another):
            self._answer(assessment.sudo(), self.yes)
        notes = len(own.message_ids)
        own.action_done()
        self.assertEqual(len(own.message_ids), notes)
        for_another.action_done()
        self.assertIn("signed", for_another.message_ids[0].body)
        self.assertEqual(for_another.message_ids[0].author_id, self.manager.partner_id)

    def test_form_view(self):
        with Form(self.env["crm.assessment"].with_user(self.rep)) as form:
            form.framework_id = self.framework
            form.partner_id = self.customer_company
            form.user_id = self.rep
        assessment = form.save()
        with Form(assessment) as form, form.line_ids.edit(0) as line:
            line.option_id = self.yes
        self.assertEqual(assessment.line_ids[0].option_id, self.yes)

    def test_action(self):
        assessment = self._answer(self._create_assessment(), self.no)
        assessment.action_done()
        action = self.env["crm.assessment.action"].create(
            {
                "name": "Signpost the way",
                "assessment_id": assessment.id,
                "section_id": self.section_a.id,
                "deadline": "2030-01-01",
            }
        )
        self.assertEqual(action.partner_id, self.customer_company)
        self.assertEqual(action.company_id, self.company)
        action.action_done()
        self.assertEqual(action.state, "done")
        action.action_reopen()
        action.action_cancel()
        self.assertEqual(action.state, "cancelled")

    def test_framework_copy(self):
        self.framework.item_ids = [
            Command.create({"name": "Anything else?", "kind": "text"})
        ]
        copy = self.framework.copy()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertNotEqual(copy.code, self.framework.code)
        self.assertEqual(len(copy.item_ids), len(self.framework.item_ids))
        self.assertEqual(copy.item_ids.framework_id, copy)
