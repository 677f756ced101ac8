from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

ASSESSMENTS = "base.group_user,crm_assessment.group_assessment_user"


@tagged("post_install", "-at_install")
class TestServiceWithoutSales(TransactionCase):
    """Who serves, and has no right of Sales at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent, cls.reviewer, cls.other = (
            new_test_user(cls.env, login=f"test_{name}", groups=ASSESSMENTS)
            for name in ("agent", "reviewer", "other")
        )
        cls.clerk = new_test_user(cls.env, login="test_clerk", groups="base.group_user")
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Service",
                "user_id": cls.reviewer.id,
                "member_ids": [Command.set(cls.agent.ids)],
            }
        )
        cls.partner = cls.env["res.partner"].create({"name": "Clinic"})

    def _fill_in(self, user, round_):
        form = round_.with_user(user).my_assessment_id
        self.assertEqual(form.respondent_id, user)
        best = form.framework_id.scale_id.option_ids.sorted("value")[-1:]
        for line in form.line_ids.filtered(lambda line: line.kind == "scale"):
            line.option_id = best
        form.action_done()
        return form

    def _check_views(self, user, model, kinds=("list", "form", "search")):
        Model = self.env[model].with_user(user)
        self.assertTrue(Model.get_views([(False, kind) for kind in kinds])["views"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_checklist_from_the_contact_to_the_review(self):
        action = self.partner.with_user(self.agent).action_start_checklist()
        Round = self.env["crm.assessment.round"].with_user(self.agent)
        with Form(
            Round.with_context(**action["context"]), action["views"][0][0]
        ) as form:
            self.assertEqual(form.partner_id, self.partner)
        round_ = form.record
        self.assertEqual(round_.user_id, self.agent)
        self.assertEqual(round_.manager_id, self.reviewer)
        round_.action_start()
        own = self._fill_in(self.agent, round_)
        self.env.invalidate_all()
        self.assertTrue(self._fill_in(self.reviewer, round_))
        self.env.invalidate_all()
        self.assertTrue(round_.is_reviewed)
        self.assertEqual(round_.score, 100.0)
        round_.action_acknowledge()
        for model in (
            "crm.assessment.round",
            "crm.assessment",
            "crm.assessment.action",
        ):
            self._check_views(self.agent, model)
        self.assertIn(own, self.env["crm.assessment"].with_user(self.agent).search([]))
        for model in ("crm.assessment", "crm.assessment.round", "crm.assessment.score"):
            Model = self.env[model].with_user(self.other)
            self.assertFalse(Model.search([]), model)
        with self.assertRaises(AccessError):
            round_.with_user(self.other).read(["score"])
        for model in ("crm.lead", "crm.referral"):
            self.assertFalse(self.env[model].with_user(self.agent).has_access("read"))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_an_owner_in_another_department(self):
        """Sees and ends the own action, and nothing else."""
        section = self.env.ref("test_crm_referral.section_access")
        mine, hidden = self.env["crm.assessment.action"].create(
            [
                {
                    "name": "Put up signs",
                    "partner_id": self.partner.id,
                    "section_id": section.id,
                    "user_id": user.id,
                    "deadline": "2030-01-01",
                }
                for user in (self.clerk, self.reviewer)
            ]
        )
        Action = self.env["crm.assessment.action"].with_user(self.clerk)
        self.assertEqual(Action.search([]), mine)
        with Form(mine.with_user(self.clerk)) as form:
            form.effect = "Nobody gets lost any more"
        mine.with_user(self.clerk).action_done()
        self.assertEqual(mine.state, "done")
        self.assertEqual(
            mine._measure(),
            {"label": "Score of Access", "before": False, "after": False, "n": 0},
        )
        with self.assertRaises(AccessError):
            hidden.with_user(self.clerk).read(["name"])
        with self.assertRaises(AccessError):
            Action.create({"name": "x", "section_id": section.id})
        for model in ("crm.assessment", "crm.assessment.round", "crm.assessment.score"):
            self.assertFalse(self.env[model].with_user(self.clerk).has_access("read"))
