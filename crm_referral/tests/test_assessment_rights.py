from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .assessment_common import AssessmentCase

MODELS = [
    "crm.assessment",
    "crm.assessment.action",
    "crm.assessment.form",
    "crm.assessment.framework",
    "crm.assessment.item",
    "crm.assessment.line",
    "crm.assessment.option",
    "crm.assessment.scale",
    "crm.assessment.score",
    "crm.assessment.section",
]
# Each of them has more to say in a test of its own.
OTHER_MODELS = [
    "crm.assessment.dispute",
    "crm.assessment.dispute.reason",
    "crm.assessment.evidence",
    "crm.assessment.opt.in",
    "crm.assessment.preview",
    "crm.assessment.report",
    "crm.assessment.round",
    "crm.assessment.send",
    "crm.assessment.stage",
    "crm.assessment.start",
]
CONFIGURATION = MODELS[3:5] + MODELS[6:8] + MODELS[9:]
OPERATIONS = ("read", "write", "create", "unlink")


@tagged("post_install", "-at_install")
class TestAssessmentRights(AssessmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.assessment = cls._create_assessment(cls.manager)
        cls._answer(cls.assessment.with_user(cls.rep), cls.yes, cls.no, cls.yes)
        cls.assessment.with_user(cls.rep).action_done()
        cls.action = cls.env["crm.assessment.action"].create(
            {
                "name": "Improve",
                "assessment_id": cls.assessment.id,
                "section_id": cls.section_a.id,
                "user_id": cls.manager.id,
                "deadline": "2030-01-01",
            }
        )

    def _may(self, user, model):
        return tuple(
            self.env[model].with_user(user).has_access(operation)
            for operation in OPERATIONS
        )

    def test_access_per_role(self):
        everything, reading = (True,) * 4, (True, False, False, False)
        no_deleting, nothing = (True, True, True, False), (False,) * 4
        for user in (self.employee, self.portal, self.public):
            for model in MODELS + OTHER_MODELS:
                # Whoever owns an improvement action sees it, in whatever department.
                is_owner = (user, model) == (self.employee, "crm.assessment.action")
                expected = (True, True, False, False) if is_owner else nothing
                self.assertEqual(self._may(user, model), expected, (user.login, model))
        persistent = {
            model
            for model, cls in self.registry.items()
            if model.startswith("crm.assessment") and not cls._abstract
        }
        self.assertEqual(persistent, set(MODELS + OTHER_MODELS), "all are tested")
        for user in (self.rep, self.all_documents):
            for model in CONFIGURATION:
                self.assertEqual(self._may(user, model), reading, (user.login, model))
            for model in ("crm.assessment", "crm.assessment.action"):
                self.assertEqual(self._may(user, model), no_deleting)
            self.assertEqual(self._may(user, "crm.assessment.score"), reading)
            self.assertEqual(self._may(user, "crm.assessment.form"), reading)
            self.assertEqual(self._may(user, "crm.assessment.stage"), reading)
            self.assertEqual(self._may(user, "crm.assessment.report"), reading)
            self.assertEqual(self._may(user, "crm.assessment.round"), no_deleting)
            self.assertEqual(self._may(user, "crm.assessment.start"), no_deleting)
            self.assertEqual(self._may(user, "crm.assessment.opt.in"), nothing)
        for model in (*CONFIGURATION, "crm.assessment.stage", "crm.assessment.round"):
            self.assertEqual(self._may(self.manager, model), everything)
        self.assertEqual(self._may(self.manager, "crm.assessment.opt.in"), no_deleting)
        self.assertEqual(self._may(self.manager, "crm.assessment.report"), reading)
        self.assertEqual(self._may(self.manager, "crm.assessment.score"), reading)
        self.assertEqual(self._may(self.manager, "crm.assessment.form"), reading)

    def test_who_sees_a_signed_assessment(self):
        records = (
            self.assessment
            | self._create_assessment(self.manager, user_id=self.colleague.id)
        )[0]
        visible = {
            user: bool(records.with_user(user)._filtered_access("read"))
            for user in (
                self.rep,
                self.leader,
                self.manager,
                self.colleague,
                self.all_documents,
                self.foreign_rep,
                self.foreign_manager,
            )
        }
        expected = dict.fromkeys(visible, False)
        expected.update({self.rep: True, self.leader: True, self.manager: True})
        self.assertEqual(visible, expected)
        for user, may in visible.items():
            for related in (records.line_ids, records.score_ids):
                found = related.with_user(user)._filtered_access("read")
                self.assertEqual(found.sudo(), related if may else found.browse(), user)
            self.assertEqual(
                bool(self.action.with_user(user)._filtered_access("read")), may
            )

    def test_reviewers_see_their_teams(self):
        self.team.member_ids += self.all_documents
        self.env.invalidate_all()
        assessment = self.assessment.with_user(self.all_documents)
        self.assertTrue(assessment.has_access("read"))
        self.assertEqual(len(assessment.score_ids), 2)

    def test_unrevealed_answers_are_hidden_from_everybody_else(self):
        self.assessment.sudo().write({"is_revealed": False})
        self.assessment.sudo().score_ids.write({"is_revealed": False})
        self.env.invalidate_all()
        for user in (self.manager, self.leader):
            self.assertFalse(self.assessment.with_user(user).has_access("read"))
            for model in ("crm.assessment.line", "crm.assessment.score"):
                domain = [("assessment_id", "=", self.assessment.id)]
                self.assertFalse(self.env[model].with_user(user).search(domain))
        self.assertTrue(self.assessment.with_user(self.rep).has_access("read"))
        self.assessment._reveal()
        self.assertTrue(self.assessment.with_user(self.manager).has_access("read"))
        self.assertEqual(len(self.assessment.with_user(self.manager).score_ids), 2)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_answers_for_somebody_else(self):
        assessment = self._create_assessment(self.rep)
        line = assessment.line_ids[0]
        for user in (self.manager, self.leader):
            with self.assertRaises(AccessError):
                line.with_user(user).write({"option_id": self.yes.id})
            self.assertFalse(line.with_user(user).has_access("read"))

    def test_respondent_answers_what_is_about_somebody_else(self):
        assessment = self._create_assessment(
            self.manager, viewpoint="manager", respondent_id=self.colleague.id
        ).with_user(self.colleague)
        self._answer(assessment, self.yes)
        assessment.action_done()
        self.assertTrue(assessment.score)

    def test_token_is_secret(self):
        with self.assertRaises(AccessError):
            self.assessment.with_user(self.manager).read(["access_token"])
        self.assertNotIn(
            "access_token", self.env["crm.assessment"].with_user(self.rep).fields_get()
        )
