from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .common import AssessmentCase

OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
# What a user of assessments, a manager, and any internal user may do.
RIGHTS = {
    "crm.assessment": ("rwc", "rwcd", ""),
    "crm.assessment.action": ("rwc", "rwcd", "rw"),
    "crm.assessment.dispute": ("r", "r", ""),
    "crm.assessment.dispute.reason": ("rwc", "rwc", ""),
    "crm.assessment.evidence": ("r", "r", ""),
    "crm.assessment.form": ("r", "r", ""),
    "crm.assessment.framework": ("r", "rwcd", ""),
    "crm.assessment.item": ("r", "rwcd", ""),
    "crm.assessment.line": ("rwc", "rwcd", ""),
    "crm.assessment.opt.in": ("", "rwc", ""),
    "crm.assessment.option": ("r", "rwcd", ""),
    "crm.assessment.preview": ("", "rwc", ""),
    "crm.assessment.report": ("r", "r", ""),
    "crm.assessment.round": ("rwc", "rwcd", ""),
    "crm.assessment.scale": ("r", "rwcd", ""),
    "crm.assessment.score": ("r", "r", ""),
    "crm.assessment.section": ("r", "rwcd", ""),
    "crm.assessment.send": ("rwc", "rwc", ""),
    "crm.assessment.stage": ("r", "rwcd", ""),
    "crm.assessment.start": ("rwc", "rwc", ""),
    "crm.personal.link.visit": ("", "", ""),
}


class TestAccess(AssessmentCase):
    """What each role may do with each model."""

    def _get_rights(self, user, model):
        records = self.env[model].with_user(user)
        return "".join(
            letter
            for letter, operation in OPERATIONS.items()
            if records.has_access(operation)
        )

    def test_every_model_has_a_line(self):
        ours = {
            name
            for name, model in self.registry.items()
            if model._original_module == "crm_assessment" and not model._abstract
        }
        self.assertEqual(ours, set(RIGHTS))

    def test_rights_of_each_role(self):
        for model, (user, manager, internal) in RIGHTS.items():
            for who, expected in (
                (self.agent, user),
                (self.leader, user),
                (self.team_reader, user),
                (self.manager, manager),
                (self.employee, internal),
                (self.portal, ""),
                (self.public, ""),
            ):
                with self.subTest(model=model, user=who.name):
                    self.assertEqual(self._get_rights(who, model), expected)

    def test_the_token_is_secret(self):
        form = self._get_form(self._start_round(), "customer")
        with self.assertRaises(AccessError):
            form.with_user(self.manager).read(["access_token"])
        self.assertNotIn("access_token", form.with_user(self.agent).fields_get())

    def test_results_are_not_written_by_hand(self):
        round_ = self._close_round()
        form = self._get_form(round_, "employee")
        for record, vals in (
            (round_, {"score": 100}),
            (round_, {"stage_id": False}),
            (form, {"score": 100}),
            (form, {"is_revealed": False}),
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                record.with_user(self.manager).write(vals)
        self.assertEqual(round_.score, 43.75)


class TestRecordRules(AssessmentCase):
    """Own records, those of a team one leads or belongs to, and all."""

    def _get_visible(self, records):
        """:return: the users who see the records; all of them or none."""
        visible = set()
        for user in (
            self.agent,
            self.leader,
            self.team_reader,
            self.colleague,
            self.manager,
            self.employee,
            self.foreign_manager,
        ):
            domain = [("id", "in", records.ids)]
            model = self.env[records._name].with_user(user)
            found = model.search(domain) if model.has_access("read") else model
            self.assertIn(len(found), (0, len(records)), user.name)
            if found:
                visible.add(user.name)
        return visible

    def _assert_visible(self, records, *users):
        self.assertTrue(records)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._get_visible(records), {user.name for user in users})

    def test_result_of_a_round(self):
        round_ = self._close_round()
        forms = round_._search_assessments()
        action = self.env["crm.assessment.action"].create(
            {
                "name": "Check bills twice",
                "round_id": round_.id,
                "section_id": self.billing.id,
                "user_id": self.agent.id,
                "deadline": "2026-04-01",
            }
        )
        near = (self.agent, self.leader, self.team_reader, self.manager)
        for records in (round_, forms, forms.line_ids, forms.score_ids, action):
            with self.subTest(records._name):
                self._assert_visible(records, *near)

    def test_result_of_another_team(self):
        round_ = self._close_other_round()
        forms = round_._search_assessments()
        for records in (round_, forms, forms.line_ids, forms.score_ids):
            with self.subTest(records._name):
                self._assert_visible(records, self.colleague, self.manager)

    def _close_other_round(self):
        round_ = self._start_round(
            self.manager,
            partner_id=self.other_customer.id,
        )
        self._sign(round_, "customer", self.green, self.red, self.green, rating="9")
        self._sign(round_, "employee", self.green, self.red, self.green)
        self._sign(round_, "manager", self.green, self.red, self.green)
        return round_

    def test_whoever_is_asked_sees_the_round(self):
        """The manager of a round needs no team."""
        round_ = self._start_round(manager_id=self.colleague.id)
        self._assert_visible(
            round_,
            self.agent,
            self.leader,
            self.team_reader,
            self.colleague,
            self.manager,
        )

    def test_blind_until_everybody_has_answered(self):
        round_ = self._start_round()
        form = self._sign(
            round_, "customer", self.green, self.amber, self.red, rating="9"
        )
        own = self._sign(round_, "employee", self.green, self.red, self.green)
        self._assert_visible(own, self.agent)
        self._assert_visible(own.line_ids, self.agent)
        for records in (form, form.line_ids, form.score_ids, own.score_ids):
            with self.subTest(records._name):
                self._assert_visible(records)
        self.assertFalse(round_.with_user(self.manager).result)
        self._sign(round_, "manager", self.amber, self.amber, self.amber)
        self._assert_visible(
            form.line_ids, self.agent, self.leader, self.team_reader, self.manager
        )

    def test_disputes_and_evidence(self):
        round_ = self._review_talk()
        evidence = self.env["crm.assessment.evidence"].search(
            [("partner_id", "=", self.customer.id)]
        )
        near = (self.agent, self.leader, self.team_reader, self.manager)
        self._assert_visible(evidence, *near)
        round_.with_user(self.agent).action_dispute("We did agree.")
        self._assert_visible(round_.dispute_ids, *near)

    def test_the_owner_of_an_action_sees_it_and_nothing_else(self):
        round_ = self._close_round()
        action = self.env["crm.assessment.action"].create(
            {
                "name": "Check bills twice",
                "round_id": round_.id,
                "section_id": self.billing.id,
                "user_id": self.employee.id,
                "deadline": "2026-04-01",
            }
        )
        self._assert_visible(
            action,
            self.agent,
            self.leader,
            self.team_reader,
            self.manager,
            self.employee,
        )
        action.with_user(self.employee).action_done()
        self.assertEqual(action.state, "done")
        self.assertFalse(round_.with_user(self.employee).has_access("read"))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_other_company(self):
        round_ = self._close_round()
        with self.assertRaises(AccessError):
            round_.with_user(self.foreign_manager).read(["score"])
        with self.assertRaises(AccessError):
            round_.with_user(self.foreign_manager).action_close()
