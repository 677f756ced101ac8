from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .checklist_common import ChecklistCase

REPORT = "crm_referral.report_data_sheet_address"


@tagged("post_install", "-at_install")
class TestDataSheetAddress(ChecklistCase):
    """A manager types an address or a number, and gets all that we hold about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.candidate = cls._create_introduced_candidate(
            email="bob@example.com",
            phone="02-2345-6789 #12",
            research_person="Plays chess with Ann Archer",
        )
        cls.lead = cls.candidate._convert()

    def _look_up(self, user=None, **values):
        sheets = self.env["crm.referral.data.sheet"]
        return sheets.with_user(user or self.manager).create(values)

    def _render(self, **values):
        wizard = self._look_up(**values)
        report = wizard.env["ir.actions.report"]
        html, _type = report._render_qweb_html(REPORT, wizard.ids)
        return html.decode()

    def test_by_address(self):
        self.lead.message_post(body="Called him on Monday")
        self.env["res.partner"].create(
            {"name": "Bob B.", "email": "Bob@Example.com", "city": "Taichung"}
        )
        text = self._render(email="BOB@example.com")
        for part in ("Plays chess with", "Called him", "Taichung", "A customer of"):
            self.assertIn(part, text)
        self.assertNotIn("Archer", text)
        self.assertIn(
            "Manager opened the page of all", self._get_chatter(self.candidate)
        )

    def test_by_number_with_extension(self):
        self._create_candidate(
            self.candidate.referral_id, name="Wu Mei", phone="02-2345-6789 ext. 13"
        )
        text = self._render(phone="+886 2 2345 6789 分機12")
        self.assertIn("Bob Builder", text)
        self.assertNotIn("Wu Mei", text)
        self.assertNotIn("Several people", text)

    def test_shared_number(self):
        """Nobody gets what is about somebody else."""
        self._create_candidate(
            self.candidate.referral_id, name="Wu Mei", phone="02-2345-6789 #12"
        )
        number = "02-2345-6789 #12"
        self.assertIn("Several people have this number", self._render(phone=number))
        text = self._render(phone=number, name="Mei, Wu")
        self.assertIn("Wu Mei", text)
        self.assertNotIn("Plays chess", text)
        html, _type = (
            self.env["ir.actions.report"]
            .with_user(self.manager)
            ._render_qweb_html("crm_referral.report_data_sheet", self.candidate.ids)
        )
        self.assertNotIn("Wu Mei", html.decode())

    def test_checklist(self):
        """What was noted is about the person; the answers are about a colleague."""
        round_ = self._start(self.rep, self.candidate)
        self._forms(round_)["self"].line_ids[:1].note = "He is in a hurry"
        self._sign(round_, "self", self.partly)
        self._sign(round_, "reviewer", self.yes)
        self.env.invalidate_all()
        text = self._render(email="bob@example.com")
        self.assertIn("BE SURE", text)
        self.assertIn("He is in a hurry", text)
        self.assertNotIn(self.partly.name, text)

    def test_remembers_objection(self):
        self.candidate.action_object()
        self.candidate.with_user(self.manager).action_erase()
        text = self._render(email="bob@example.com")
        self.assertIn("This person has asked us not to get in touch.", text)
        self.assertNotIn("Plays chess", text)

    def test_nothing(self):
        self.assertIn("We hold nothing", self._render(email="nobody@example.com"))
        for values in ({}, {"email": "?"}, {"phone": "12"}, {"name": "Bob Builder"}):
            with self.subTest(values), self.assertRaises(UserError):
                self._look_up(**values).action_open_page()

    def test_other_company(self):
        wizard = self._look_up(self.foreign_manager, email="bob@example.com")
        report = wizard.env["ir.actions.report"]
        text = report._render_qweb_html(REPORT, wizard.ids)[0].decode()
        self.assertNotIn("Plays chess", text)
        with self.assertRaises(AccessError):
            self._look_up(
                self.foreign_manager,
                email="bob@example.com",
                company_id=self.company.id,
            ).action_open_page()

    def test_managers_only(self):
        wizard = self._look_up(email="bob@example.com")
        for user in (self.rep, self.all_documents, self.employee, self.portal):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    self._look_up(user, email="bob@example.com")
                with self.assertRaises(AccessError):
                    wizard.with_user(user).action_open_page()
                report = self.env["ir.actions.report"].with_user(user)
                with self.assertRaises(AccessError):
                    report._render_qweb_html(REPORT, wizard.ids)

    def test_pdf_is_no_requirement(self):
        Report = type(self.env["ir.actions.report"])
        wizard = self._look_up(email="bob@example.com")
        for state, kind in (
            ("ok", "ir.actions.report"),
            ("install", "ir.actions.act_url"),
        ):
            with patch.object(
                Report, "get_wkhtmltopdf_state", lambda report, state=state: state
            ):
                self.assertEqual(wizard.action_print()["type"], kind)
