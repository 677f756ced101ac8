from datetime import date, datetime

import openpyxl
from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import file_open, html2plaintext

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestIntroduction(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_TW")
        cls.referral = cls._create_referral(improvement="Two days <instead of> nine")
        cls.candidate = cls._create_candidate(cls.referral)
        cls.template = cls.env.ref("crm_referral.mail_template_introduction")

    def _compose(self):
        action = self.candidate.action_send_introduction()
        self.assertEqual(action["res_model"], "mail.compose.message")
        return Form(
            self.env["mail.compose.message"]
            .with_user(self.rep)
            .with_context(**action["context"])
        )

    def test_channels(self):
        channels = dict(
            self.candidate._fields["introduction_channel"]._description_selection(
                self.env
            )
        )
        self.assertEqual(
            set(channels), {"email", "phone", "in_person", "conference_call"}
        )
        for channel in channels:
            self.candidate.introduction_channel = channel
            self.assertEqual(self.candidate.introduction_channel, channel)

    def test_mail_goes_to_the_customer(self):
        composer = self._compose().save()
        self.assertEqual(composer.partner_ids, self.customer)
        composer._action_send_mail()
        message = self.candidate.message_ids.sorted("id")[-1]
        self.assertEqual(message.partner_ids, self.customer)
        self.assertEqual(message.subject, "A few lines you can forward to Bob Builder")
        self.assertIn("Hello Ann Archer", message.body)
        self.assertIn("Two days &lt;instead of&gt; nine", message.body)
        self.assertIn("rep@ours.example.com", message.body)
        self.assertEqual(message.author_id, self.rep.partner_id)

    def test_mail_may_be_changed_before_it_is_sent(self):
        form = self._compose()
        form.body = "<p>In my own words</p>"
        composer = form.save()
        composer._action_send_mail()
        self.assertIn(
            "In my own words", self.candidate.message_ids.sorted("id")[-1].body
        )

    def test_mail_of_a_position(self):
        self.candidate.write({"function": "Finance head", "name": False})
        composer = self._compose().save()
        self.assertEqual(
            composer.subject, "A few lines you can forward to Finance head"
        )
        text = " ".join(html2plaintext(composer.body).split())
        self.assertIn("Hello I would like to introduce you", text)
        self.assertNotIn("Hello ,", text)

    def test_mail_in_the_language_of_the_customer(self):
        chinese = self.template.with_context(lang="zh_TW")
        chinese.subject = "可轉寄給 {{ object.name }} 的幾句話"
        chinese.body_html = "<p>您好,<t t-out='object.referrer_id.name'/></p>"
        self.customer.lang = "zh_TW"
        composer = self._compose().save()
        self.assertEqual(composer.subject, "可轉寄給 Bob Builder 的幾句話")
        self.assertIn("您好,Ann Archer", composer.body)

    def test_hostile_names_stay_text(self):
        self.candidate.name = "<script>alert(1)</script>{{ object.id }}"
        values = self.template._generate_template(
            self.candidate.ids, ("subject", "body_html")
        )[self.candidate.id]
        self.assertNotIn("<script>", values["body_html"])
        self.assertIn("{{ object.id }}", values["body_html"])
        self.assertIn("<script>", values["subject"], "a subject is text")

    def test_mail_without_salesperson(self):
        self.referral.with_user(self.manager).user_id = False
        values = self.template._generate_template(
            self.candidate.ids, ("subject", "body_html", "email_from")
        )[self.candidate.id]
        self.assertTrue(values["email_from"])

    def test_customer_without_email(self):
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "Ann Archer has no e-mail address"):
            self.candidate.action_send_introduction()

    def _plan_meeting(self, **vals):
        action = self.candidate.action_schedule_introduction()
        return (
            self.env["calendar.event"]
            .with_user(self.rep)
            .with_context(**action["context"])
            .create(
                {
                    "start": "2026-03-12 10:00:00",
                    "stop": "2026-03-12 11:00:00",
                    **vals,
                }
            )
        )

    def test_meeting(self):
        event = self._plan_meeting()
        self.assertEqual(event.name, "Introduction: Bob Builder by Ann Archer")
        self.assertEqual(event.partner_ids, self.customer | self.rep.partner_id)
        self.assertEqual(event.res_model, "crm.referral.candidate")
        self.assertEqual(event.res_id, self.candidate.id)
        self.assertEqual(
            self.candidate.introduction_planned_on, datetime(2026, 3, 12, 10)
        )

    def test_moved_meeting_moves_the_plan(self):
        event = self._plan_meeting()
        event.write({"start": "2026-03-13 14:00:00", "stop": "2026-03-13 15:00:00"})
        self.assertEqual(
            self.candidate.introduction_planned_on, datetime(2026, 3, 13, 14)
        )

    def test_meeting_moved_by_somebody_without_sales_rights(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Introduction",
                "start": "2026-03-12 10:00:00",
                "stop": "2026-03-12 11:00:00",
                "user_id": self.employee.id,
                "referral_candidate_id": self.candidate.id,
            }
        )
        event.with_user(self.employee).write(
            {"start": "2026-03-14 14:00:00", "stop": "2026-03-14 15:00:00"}
        )
        self.assertEqual(
            self.candidate.introduction_planned_on, datetime(2026, 3, 14, 14)
        )

    def test_contact_reminds_to_tell_the_referrer(self):
        self.candidate.action_agree()
        self.candidate.action_introduce()
        self.candidate.action_contact()
        activity = self._get_activities(
            self.candidate, "mail_activity_type_tell_referrer"
        )
        self.assertRecordValues(
            activity,
            [
                {
                    "summary": "Tell Ann Archer that you have talked to Bob Builder",
                    "user_id": self.rep.id,
                    "date_deadline": date(2026, 3, 5),
                }
            ],
        )
        self.candidate.action_referrer_told()
        self.assertEqual(self.candidate.referrer_told_on, date(2026, 3, 2))
        self.assertFalse(activity.exists())

    def test_done_reminder_means_told(self):
        candidate = self._create_introduced_candidate(referral=self.referral)
        candidate.action_contact()
        activity = self._get_activities(candidate, "mail_activity_type_tell_referrer")
        with self._at("2026-03-06 09:00:00"):
            activity.with_user(self.rep).action_feedback(feedback="Called her")
        self.assertEqual(candidate.referrer_told_on, date(2026, 3, 6))


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
