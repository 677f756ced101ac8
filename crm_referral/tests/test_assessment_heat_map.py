from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_assessment_response import PrideCase


@tagged("post_install", "-at_install")
class TestAssessmentHeatMap(PrideCase):
    """The last round by default, the whole beside the areas, silence in sight."""

    def _get_map(self, **options):
        HeatMap = self.env["crm.assessment.heat.map"].with_user(self.manager)
        return HeatMap.get_heat_map("pride", **options)

    def _get_row(self, **options):
        rows = {row["id"]: row for row in self._get_map(**options)["rows"]}
        return rows[self.customer_company.id]

    def test_overall_and_change(self):
        """50 and then 25: the whole says 25, and 25 less than before."""
        self._closed(customer=2)
        row = self._get_row()
        self.assertEqual(row["overall"], {"score": 50, "level": "fair", "n": 1})
        self.assertIs(row["change"], False, "one round is no change")
        self.env.cr.execute(
            "UPDATE crm_assessment SET done_on = done_on - interval '40 days'"
            " WHERE partner_id = %s",
            [self.customer_company.id],
        )
        self.env.invalidate_all()
        self._closed(customer=1)
        row = self._get_row()
        self.assertEqual(row["overall"], {"score": 25, "level": "weak", "n": 1})
        self.assertEqual(row["change"], -25)
        row = self._get_row(is_latest=False)
        self.assertEqual(row["overall"], {"score": 37.5, "level": "weak", "n": 2})
        teams = {row["id"]: row for row in self._get_map(rows="team_id")["rows"]}
        self.assertEqual(teams[self.team.id]["overall"]["score"], 25)

    def test_silent_customers_are_in_sight(self):
        other = self.env["res.partner"].create({"name": "Bakery", "is_company": True})
        self._closed(customer=2)
        self._closed(other, employee=4, manager=4)
        heat_map = self._get_map(user=self.rep.id)
        self.assertNotIn(other.id, [row["id"] for row in heat_map["rows"]])
        self.assertEqual(heat_map["silent"], [{"id": other.id, "name": "Bakery"}])
        self.assertEqual(heat_map["response"], {"asked": 2, "answered": 1, "rate": 50})
        self.assertFalse(self._get_map(viewpoint="manager")["silent"])
        HeatMap = self.env["crm.assessment.heat.map"].with_user(self.colleague)
        hidden = HeatMap.get_heat_map("pride")
        self.assertFalse(hidden["silent"])
        self.assertEqual(hidden["response"], {"asked": 0, "answered": 0, "rate": False})

    def test_strange_choices_get_a_sentence(self):
        for options in (
            {"months": 10**12},
            {"months": 0},
            {"months": "12"},
            {"months": None},
            {"months": 1.5},
            {"rows": ["partner_id"]},
            {"rows": "access_token"},
            {"viewpoint": "self"},
            {"viewpoint": {}},
            {"team": "1; DROP"},
            {"user": [1]},
            {"stage": 10**30},
        ):
            with self.subTest(options), self.assertRaises(UserError):
                self._get_map(**options)
