from lxml import etree

from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestScreens(ReferralCommon):
    """What a view must say, or must not show, and no tour looks at."""

    def _get_arch(self, name):
        view = self.env.ref(f"crm_referral.{name}")
        model = self.env[view.model].with_user(self.rep)
        return etree.fromstring(model.get_view(view.id, view.type)["arch"])

    def test_no_invented_people(self):
        """Sample records look like customers whom nobody knows, or has lost."""
        for name in (
            "crm_referral_view_kanban",
            "crm_referral_benefit_view_list",
            "crm_referral_benefit_view_kanban",
        ):
            with self.subTest(name):
                self.assertNotIn("sample", self._get_arch(name).attrib)

    def test_a_card_says_that_something_is_missing(self):
        """The sentence alone would read as if it had been done."""
        [missing] = self._get_arch("crm_referral_view_kanban").xpath(
            "//templates//field[@name='missing_requirements']"
        )
        heading = "".join(missing.getparent().itertext())
        self.assertIn("Still missing", heading)

    def test_a_request_is_not_duplicated(self):
        """A second open request with the same customer is refused in any case."""
        for name in ("crm_referral_view_list", "crm_referral_view_form"):
            with self.subTest(name):
                self.assertEqual(self._get_arch(name).get("duplicate"), "0")

    def test_who_does_not_want_to_be_asked_is_not_asked_again_on_a_day(self):
        for name in ("crm_referral_view_kanban", "crm_referral_view_form"):
            arch = self._get_arch(name)
            days = arch.xpath("//div/field[@name='next_ask_date']")
            self.assertTrue(days, name)
            for day in days:
                invisible = day.getparent().get("invisible")
                self.assertIn("partner_do_not_ask", invisible, name)

    def test_an_outcome_is_not_a_matter_of_dragging(self):
        kanban = self._get_arch("crm_referral_view_kanban")
        [outcome] = kanban.xpath("//field[@name='outcome'][not(ancestor::templates)]")
        self.assertIn(outcome.get("readonly"), ("1", "True"))
