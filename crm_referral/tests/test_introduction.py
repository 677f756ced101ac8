from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

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
