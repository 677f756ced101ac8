from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestDataSheet(ReferralCommon):
    """What we hold about one person is on one page, ready to hand over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate(
            email="bob@example.com",
            research_person="Plays chess with Ann Archer",
        )
        cls.lead = cls.candidate._convert()
        cls.partner = cls.env["res.partner"].create(
            {"name": "Bob B.", "email": "bob@example.com", "city": "Taichung"}
        )

    def _render(self, user):
        html, _type = (
            self.env["ir.actions.report"]
            .with_user(user)
            ._render_qweb_html("crm_referral.report_data_sheet", self.candidate.ids)
        )
        return html.decode()

    def test_everything_is_there(self):
        self.candidate.message_post(body="Called him on Monday")
        for user in (self.rep, self.manager):
            text = self._render(user)
            for part in ("bob@example.com", "Plays chess", "Called him", "Taichung"):
                self.assertIn(part, text)
            self.assertIn(self.lead.contact_name, text)

    def test_customer_is_named_only_if_allowed(self):
        self.assertNotIn("Archer", self._render(self.manager))
        self.candidate.may_name_referrer = True
        self.assertIn("Ann Archer", self._render(self.manager))

    def test_leaves_a_trace(self):
        self._render(self.manager)
        self.assertIn(
            "Manager opened the page of all", self._get_chatter(self.candidate)
        )

    def test_not_for_others(self):
        for user in (
            self.colleague,
            self.all_documents,
            self.foreign_manager,
            self.employee,
            self.portal,
        ):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._render(user)

    def test_says_how_much_is_hidden(self):
        sheets = self.env["report.crm_referral.report_data_sheet"]
        sheet = sheets.with_user(self.rep)._prepare_sheet(
            self.candidate.with_user(self.rep)
        )
        self.assertFalse(sheet["notes"])
        self._create_candidate(
            self._create_referral(self.colleague, partner_id=self.other_customer.id),
            email="bob@example.com",
        )
        sheet = sheets.with_user(self.rep)._prepare_sheet(
            self.candidate.with_user(self.rep)
        )
        self.assertIn("There are 1 more records", sheet["notes"][0])
