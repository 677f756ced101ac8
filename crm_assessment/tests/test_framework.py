from odoo.exceptions import UserError

from .common import AssessmentCase


class TestFrozenForm(AssessmentCase):
    """What was asked stays as it was asked, whatever becomes of the framework."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.round = cls._start_round()
        cls.form = cls._get_form(cls.round, "customer")
        cls.item = cls.access.item_ids[0]

    def _get_names(self, form):
        self.env.invalidate_all()
        return form.line_ids.filtered("section_id").mapped("name")

    def test_one_form_as_long_as_nothing_changes(self):
        content = self.form.form_id
        self.assertEqual(self.visit._get_form("customer"), content)
        self.assertNotEqual(self.visit._get_form("employee"), content)
        self.assertEqual(len(content.digest), 64)
        self.item.weight = 2
        changed = self.visit._get_form("customer")
        self.assertNotEqual(changed.digest, content.digest)
        self.item.weight = 3
        self.assertEqual(self.visit._get_form("customer"), content)

    def test_a_new_wording_is_another_question(self):
        self.item.name = "There are signs."
        old = ["The way is signposted.", "We were kept waiting.", "Bills are right."]
        self.assertEqual(self._get_names(self.form), old)
        second = self._start_round(self.manager, partner_id=self.other_customer.id)
        form = self._get_form(second, "customer")
        self.assertEqual(self._get_names(form), ["There are signs.", *old[1:]])
        self.assertNotEqual(form.form_id, self.form.form_id)

    def test_old_forms_are_scored_by_the_old_rules(self):
        """43.75 and fair, as when the customer was asked."""
        self.item.weight = 100
        self.access.item_ids[1].is_reversed = False
        self.billing.item_ids.is_must_pass = True
        self.red.value = 1
        self.visit.write({"fair_from": 90, "strong_from": 95})
        self._sign(self.round, "customer", self.green, self.amber, self.red, rating="9")
        self.assertEqual((self.form.score, self.form.level), (43.75, "fair"))
        scores = {each.section_id: each.score for each in self.form.score_ids}
        self.assertEqual(scores, {self.access: 87.5, self.billing: 0})

    def test_what_is_archived_is_not_asked_any_more(self):
        self.item.active = False
        self.assertEqual(len(self._get_names(self.form)), 3)
        second = self._start_round(self.manager, partner_id=self.other_customer.id)
        self.assertEqual(
            self._get_names(self._get_form(second, "customer")),
            ["We were kept waiting.", "Bills are right."],
        )

    def test_a_form_never_changes(self):
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            self.form.form_id.content = {}

    def test_an_item_that_must_pass(self):
        """100 and 0: three of four are good, but the one that must pass is not."""
        self.billing.item_ids.is_must_pass = True
        second = self._start_round(self.manager, partner_id=self.other_customer.id)
        form = self._sign(second, "customer", self.green, self.red, self.red)
        self.assertEqual((form.score, form.level), (50, "weak"))

    def test_copy(self):
        copied = self.visit.copy()
        self.env.invalidate_all()
        self.assertEqual((copied.code, copied.name), ("visit_copy", "Visit (copy)"))
        self.assertEqual(copied.section_ids.mapped("letter"), ["A", "B"])
        self.assertEqual(
            sorted(copied.item_ids.mapped("name")),
            sorted(self.visit.item_ids.mapped("name")),
        )
        self.assertEqual(copied.stage_ids.mapped("code"), ["lost", "content", "fan"])
        self.assertFalse(copied.item_ids & self.visit.item_ids)


class TestMenus(AssessmentCase):
    """The addon can be used alone: it has menus of its own."""

    def _get_visible(self, user):
        """:return: ids of the menus that the user finds in an app."""
        return self.env["ir.ui.menu"].with_user(user).load_menus(False)

    def test_menus(self):
        root = self.env.ref("crm_assessment.crm_assessment_menu_root")
        # An addon with menus of its own for these switches them off.
        root.active = True
        frameworks = self.env.ref("crm_assessment.crm_assessment_menu_frameworks")
        for user, sees_root, sees_frameworks in (
            (self.agent, True, False),
            (self.leader, True, False),
            (self.manager, True, True),
            (self.employee, False, False),
        ):
            with self.subTest(user.name):
                visible = self._get_visible(user)
                self.assertEqual(root.id in visible, sees_root)
                self.assertEqual(frameworks.id in visible, sees_frameworks)

    def test_every_menu_opens_something(self):
        root = self.env.ref("crm_assessment.crm_assessment_menu_root")
        menus = self.env["ir.ui.menu"].with_context(active_test=False)
        leaves = menus.search([("id", "child_of", root.id), ("child_id", "=", False)])
        self.assertGreaterEqual(len(leaves), 11)
        for menu in leaves:
            self.assertTrue(menu.action.exists(), menu.name)
