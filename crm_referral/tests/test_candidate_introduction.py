import openpyxl
from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestMailToForward(ReferralCommon):
    """The draft reads like a letter, whatever is known so far."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()
        cls.candidate = cls._create_candidate(cls.referral)
        cls.template = cls.env.ref("crm_referral.mail_template_introduction")

    def _render(self):
        self.env.invalidate_all()
        body = self.template._generate_template(self.candidate.ids, ("body_html",))
        html = etree.HTML(body[self.candidate.id]["body_html"])
        return [
            " ".join("".join(paragraph.itertext()).split())
            for paragraph in html.iter("p")
        ]

    def test_person(self):
        self.assertEqual(self._render()[0], "Hello Ann Archer,")
        self.assertIn("Hello Bob Builder,", self._render())

    def test_position_only(self):
        self.candidate.write({"function": "Finance head", "name": False})
        self.assertIn("Hello", self._render())

    def test_keywords_are_not_spoken(self):
        for note, spoken in (
            ("Twenty minutes", False),
            ("", False),
            ("快很多", False),
            ("The closing takes two days", "The closing takes two days."),
            ("We save a day!", "We save a day!"),
            ("月結從九天縮短為兩天", "月結從九天縮短為兩天。"),
        ):
            with self.subTest(note):
                self.referral.improvement = note
                changed = [
                    p for p in self._render() if p.startswith("This is what has")
                ]
                self.assertEqual(
                    [paragraph.split(": ")[1] for paragraph in changed],
                    [spoken] if spoken else [],
                )

    def test_company_as_customer(self):
        self.customer.write({"is_company": True, "name": "Deltaline Shipping BV"})
        self.assertEqual(self._render()[0], "Hello")
        self.assertNotIn("Deltaline", " ".join(self._render()))
        Partner = self.env["res.partner"]
        Partner.create({"name": "Dora", "parent_id": self.customer.id})
        self.assertEqual(self._render()[0], "Hello Dora,")
        Partner.create(
            {
                "name": "Emil",
                "parent_id": self.customer.id,
                "email": self.customer.email,
            }
        )
        self.assertEqual(self._render()[0], "Hello Emil,")


@tagged("post_install", "-at_install")
class TestNamesAndImport(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def test_organization_is_not_said_twice(self):
        candidate = self._create_introduced_candidate(
            referral=self.referral, name="Ready Mat", partner_name="Ready Mat"
        )
        self.assertEqual(candidate.display_name, "Ready Mat")
        self.assertEqual(
            candidate._convert().name, "Ready Mat, introduced by Ann Archer"
        )

    def test_import_template(self):
        Candidate = self.env["crm.referral.candidate"].with_user(self.rep)
        [template] = Candidate.get_import_templates()
        with file_open(template["template"].lstrip("/"), "rb") as file:
            sheet = openpyxl.load_workbook(file).active
            header, *rows = ([c or "" for c in row] for row in sheet.values)
        labels = {
            description["string"]: fname
            for fname, description in Candidate.fields_get().items()
        }
        result = Candidate.load([labels[label] for label in header], rows)
        self.assertFalse(result["messages"])
        self.assertEqual(
            Candidate.browse(result["ids"]).mapped("display_name"),
            ["Bob Builder (Clinic)", "Head of a clinic of 50"],
        )
        self.assertEqual(Candidate.browse(result["ids"]).referral_id, self.referral)

    def test_import_makes_no_request_on_the_way(self):
        with self.assertRaisesRegex(UserError, "no open request of Nobody Known"):
            self.env["crm.referral"].with_user(self.rep).name_create("Nobody Known")


@tagged("post_install", "-at_install")
class TestCandidateViews(ReferralCommon):
    def _iter_fields(self, model, name):
        for view in self.env["ir.ui.view"].search(
            [("model", "=", model), ("type", "in", ("form", "kanban", "list"))]
        ):
            if view.inherit_id:
                continue
            arch = etree.fromstring(view.get_combined_arch())
            for node in arch.iter("field"):
                if node.get("name") == name:
                    yield view, node

    def test_legal_deadline_has_its_date(self):
        """Every screen that tells how long there is also tells until when."""
        found = 0
        for view, node in self._iter_fields("crm.referral.candidate", "inform_by"):
            found += 1
            if node.get("widget") == "remaining_days":
                dates = [
                    other
                    for other_view, other in self._iter_fields(
                        "crm.referral.candidate", "inform_by"
                    )
                    if other_view == view and not other.get("widget")
                ]
                self.assertTrue(dates, view.name)
        self.assertTrue(found)

    def test_one_referred_by_on_a_lead(self):
        view = self.env.ref("crm.crm_lead_view_form")
        arch = etree.fromstring(view.get_combined_arch())
        nodes = arch.xpath("//field[@name='referred']")
        self.assertEqual(len(nodes), 2)
        for node in nodes:
            self.assertEqual(node.get("invisible"), "referrer_id")
