from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .assessment_common import AssessmentCase


@tagged("post_install", "-at_install")
class TestAssessmentFramework(AssessmentCase):
    """A third framework is set up, looked at and used on the screen."""

    def test_a_third_framework_asks_three_viewpoints(self):
        """It is chosen on the form of a round, or started from its own."""
        self.framework.write({"respondents": "viewpoints"})
        action = self.framework.with_user(self.manager).action_start()
        self.assertEqual(action["res_model"], "crm.assessment.round")
        self.assertFalse(action.get("res_id"), "nothing is asked by looking")
        Round = self.env["crm.assessment.round"].with_user(self.manager)
        form = Form(
            Round.with_context(**action["context"]),
            "crm_assessment.crm_assessment_round_view_form",
        )
        self.assertEqual(form.framework_id, self.framework)
        self.assertTrue(form.has_framework_choice)
        round_ = Round.with_context(**action["context"]).create(
            {"partner_id": self.customer_company.id}
        )
        self.assertEqual(round_.framework_id, self.framework)
        self.framework.active = False
        form = Form(Round, "crm_assessment.crm_assessment_round_view_form")
        self.assertFalse(form.has_framework_choice, "one is no choice")

    def test_start_of_every_kind(self):
        for respondents, model in (
            ("single", "crm.assessment"),
            ("viewpoints", "crm.assessment.round"),
            ("review", "crm.assessment.round"),
        ):
            self.framework.respondents = respondents
            action = self.framework.action_start()
            self.assertEqual(action["res_model"], model)
            self.assertEqual(
                action["context"]["default_framework_id"], self.framework.id
            )

    def test_items_are_edited_on_the_framework(self):
        with Form(self.framework.with_user(self.manager)) as form:
            with form.all_item_ids.new() as item:
                item.name = "The parking lot is lit."
                item.section_id = self.section_a
        item = self.framework.item_ids.filtered(lambda i: "parking" in i.name)
        self.assertEqual(item.section_id, self.section_a)
        self.assertEqual(item.framework_id, self.framework)

    def test_form_of_an_item(self):
        Item = self.env["crm.assessment.item"].with_user(self.manager)
        form = Form(Item)
        form.name = "The parking lot is lit."
        form.section_id = self.section_a
        self.assertEqual(form.framework_id, self.framework, "the area says which")
        self.assertEqual(form.save().section_id, self.section_a)

    def test_preview(self):
        """As who is asked sees it, in their language; nothing is made by looking."""
        self.env["res.lang"]._activate_lang("zh_TW")
        item = self.section_a.item_ids[0]
        item.with_context(lang="zh_TW").name = "路線標示清楚。"
        action = self.framework.with_user(self.manager).action_preview()
        Preview = self.env["crm.assessment.preview"].with_user(self.manager)
        count = self.env["crm.assessment.form"].search_count([])
        form = Form(Preview.with_context(**action["context"]))
        self.assertEqual(form.viewpoint, "employee")
        self.assertIn("The way is signposted.", form.body)
        self.assertIn("Amber", form.body)
        self.assertNotIn("Asked of managers.", form.body)
        form.viewpoint = "manager"
        self.assertIn("Asked of managers.", form.body)
        form.lang = "zh_TW"
        self.assertIn("路線標示清楚。", form.body)
        item.name = "<b>Bold</b>"
        form.lang = "en_US"
        self.assertIn("&lt;b&gt;Bold", form.body)
        self.assertEqual(self.env["crm.assessment.form"].search_count([]), count)
        with self.assertRaises(AccessError):
            Form(Preview.with_user(self.rep).with_context(**action["context"]))

    def test_an_option_in_use_is_archived(self):
        done = self._answer(self._create_assessment(), self.maybe)
        done.action_done()
        self.maybe.with_user(self.manager).action_archive()
        self.assertEqual(done.line_ids[0].answer, "Amber")
        new = self._create_assessment()
        names = [option["name"] for option in new.checklist["options"]]
        self.assertNotIn("Amber", names)
        self.assertIn("Green", names)
        scale = self.framework.scale_id
        self.assertIn(self.maybe, scale.all_option_ids, "it can be taken back")
        self.assertNotIn(self.maybe, scale.option_ids)

    def test_ours_are_not_deleted(self):
        for code in ("pride", "be_sure"):
            framework = self.env["crm.assessment.framework"].search(
                [("code", "=", code)]
            )
            with self.assertRaises(UserError):
                framework.with_user(self.manager).unlink()
