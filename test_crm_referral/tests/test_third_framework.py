import json

from lxml import html

from odoo.tests import HttpCase, new_test_user, tagged

FRAMEWORK = "test_crm_referral.framework"


@tagged("post_install", "-at_install")
class TestThirdFramework(HttpCase):
    """Rounds of a framework that is made of data only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,crm_assessment.group_assessment_user"
        cls.agent = new_test_user(cls.env, login="test_agent", groups=groups)
        cls.manager = new_test_user(
            cls.env,
            login="test_manager",
            groups="base.group_user,crm_assessment.group_assessment_manager",
        )
        cls.framework = cls.env.ref(FRAMEWORK)
        cls.partner = cls.env["res.partner"].create(
            {"name": "Clinic", "email": "clinic@example.com"}
        )
        cls.round = (
            cls.env["crm.assessment.round"]
            .with_user(cls.agent)
            .create(
                {
                    "framework_id": cls.framework.id,
                    "partner_id": cls.partner.id,
                    "manager_id": cls.manager.id,
                }
            )
        )
        cls.round._start("hand")

    def _get_form(self, viewpoint):
        forms = self.round._search_assessments()
        return forms.filtered(lambda form: form.viewpoint == viewpoint)

    def _answer_as_customer(self, option):
        form_sudo = self._get_form("customer")
        url = form_sudo._get_link()
        page = html.fromstring(self.url_open(url).content)
        values = {
            name: page.xpath(f"//input[@name='{name}'][following::text()]/@value")
            for name in set(page.xpath("//input[@type='radio']/@name"))
        }
        self.assertEqual(len(values), 4)
        [csrf] = page.xpath("//form//input[@name='csrf_token']/@value")
        answers = {name: str(option.id) for name in values}
        response = self.url_open(
            url, {**answers, "csrf_token": csrf, "send": "1", "confirmed": "1"}
        )
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(form_sudo.state, "done")

    def test_a_round_from_the_link_to_the_heat_map(self):
        self.assertEqual(
            self.round._search_assessments().mapped("viewpoint"),
            ["customer", "employee", "manager"],
        )
        down = self.env.ref("test_crm_referral.option_down")
        up = self.env.ref("test_crm_referral.option_up")
        self._answer_as_customer(down)
        for user, viewpoint in ((self.agent, "employee"), (self.manager, "manager")):
            form = self._get_form(viewpoint).with_user(user)
            form.line_ids.option_id = up
            form.action_done()
        round_ = self.round.with_user(self.manager)
        self.assertEqual(round_.state, "done")
        self.assertEqual((round_.score, round_.level), (0.0, "weak"))
        self.assertEqual(round_.stage_id.code, "unhappy")
        self.assertEqual(self.partner.with_user(self.manager).loyalty_score, 0.0)
        result = round_.result
        self.assertEqual([each["letter"] for each in result["letters"]], ["A", "B"])
        self.assertEqual(len(result["gaps"]), 2)
        json.dumps(result)
        self.assertEqual(round_.undecided_count, 2)
        action = round_.action_decide()
        self.env["crm.assessment.action"].with_user(self.manager).with_context(
            **action["context"]
        ).create({"name": "Put up signs", "deadline": round_.deadline})
        round_.invalidate_recordset()
        self.assertEqual(round_.undecided_count, 1)
        heat_map = (
            self.env["crm.assessment.heat.map"]
            .with_user(self.manager)
            .get_heat_map("test_site_visit")
        )
        self.assertEqual([row["name"] for row in heat_map["rows"]], ["Clinic"])
        self.assertEqual(heat_map["rows"][0]["overall"]["level"], "weak")

    def test_who_serves_needs_no_right_of_sales(self):
        """The forms and lists open, and show the own round only."""
        other = self.env["crm.assessment.round"].create(
            {
                "framework_id": self.framework.id,
                "partner_id": self.env["res.partner"].create({"name": "Other"}).id,
                "user_id": self.manager.id,
            }
        )
        Round = self.env["crm.assessment.round"].with_user(self.agent)
        found = Round.search([("framework_id", "=", self.framework.id)])
        self.assertEqual(found, self.round)
        self.assertNotIn(other, found)
        self.assertFalse(self.agent.has_group("sales_team.group_sale_salesman"))
