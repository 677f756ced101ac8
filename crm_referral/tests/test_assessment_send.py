from datetime import datetime, timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .assessment_common import AssessmentCase
from .common import NOW


class SendCase(AssessmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The transaction's time is PostgreSQL's, which freezegun does not stop.
        cls.startClassPatcher(
            patch("odoo.sql_db.BaseCursor.now", lambda cursor: datetime.utcnow())
        )
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Anita Oliver",
                "parent_id": cls.customer_company.id,
                "email": "anita@example.com",
                "lang": "en_US",
            }
        )
        cls.customer_company.user_id = cls.rep
        cls.Round = cls.env["crm.assessment.round"]

    @classmethod
    def _prepare(cls, user=None, **values):
        """A draft, as the form makes it."""
        Round = cls.Round.with_user(user or cls.rep)
        return Round.create({"partner_id": cls.customer_company.id, **values})

    def _get_form(self, round_, viewpoint="customer"):
        return round_._search_assessments().filtered(lambda a: a.viewpoint == viewpoint)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestRoundIsADraft(SendCase):
    def test_nothing_happens_before_it_is_sent(self):
        """Not by opening, saving or leaving the form, nor by an import."""
        counted = ("mail.mail", "mail.activity", "crm.assessment")
        before = [self.env[model].search_count([]) for model in counted]
        rounds = self.Round.search_count([])
        action = self.customer_company.with_user(self.rep).action_start_pride_round()
        self.assertFalse(action["res_id"])
        self.assertEqual(self.Round.search_count([]), rounds, "only a form was opened")
        Round = self.Round.with_user(self.rep).with_context(**action["context"])
        with Form(Round, "crm_assessment.crm_assessment_round_view_form") as form:
            self.assertEqual(form.partner_id, self.customer_company)
            self.assertEqual(form.contact_id, self.person)
            self.assertEqual(form.manager_id, self.leader)
        round_ = form.record
        loaded = Round.load(["partner_id/.id"], [[self.person.id]])
        self.assertFalse(loaded["messages"])
        for record in round_ + Round.browse(loaded["ids"]):
            self.assertEqual(record.state, "draft")
            self.assertFalse(record._search_assessments())
        self.assertEqual(
            [self.env[model].search_count([]) for model in counted], before
        )
        action = self.customer_company.with_user(self.rep).action_start_pride_round()
        self.assertEqual(action["res_id"], round_.id, "the draft goes on")

    def test_a_draft_can_be_changed(self):
        round_ = self._prepare()
        other = self.env["res.partner"].create({"name": "Another Customer"})
        round_.write(
            {
                "partner_id": other.id,
                "contact_id": other.id,
                "user_id": self.colleague.id,
                "manager_id": self.rep.id,
            }
        )
        round_ = round_.with_env(self.env)
        round_._start("hand")
        for vals in (
            {"partner_id": self.customer_company.id},
            {"user_id": self.rep.id},
            {"manager_id": False},
        ):
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                round_.write(vals)

    def test_nobody_sends_by_writing(self):
        round_ = self._prepare()
        for vals in ({"state": "open"}, {"mail_state": "sent"}, {"delivery": "hand"}):
            with self.assertRaises(AccessError):
                round_.write(vals)
            with self.assertRaises(AccessError):
                self._prepare(**vals)

    def test_dialog_shows_what_goes_to_whom(self):
        round_ = self._prepare()
        action = round_.action_send()
        self.assertEqual(action["target"], "new")
        Send = self.env["crm.assessment.send"].with_user(self.rep)
        with Form(Send.with_context(**action["context"])) as form:
            self.assertEqual(form.contact_id, self.person)
            self.assertEqual(form.email, "anita@example.com")
            self.assertEqual(form.user_id, self.rep)
            self.assertEqual(form.manager_id, self.leader)
            self.assertEqual(str(form.deadline), "2026-03-16")
            self.assertEqual(form.delivery, "mail")
            self.assertFalse(form.blockers)
            self.assertFalse(form.notes)
            self.assertIn("how you see us", form.subject)
            self.assertIn("Hello Anita Oliver", form.body)
        self.assertEqual(round_.state, "draft")
        self.assertFalse(self._get_link_mails(self.person))
        form.record.action_send()
        self.assertEqual(round_.state, "open")
        self.assertEqual(round_.asked_by_id, self.rep)
        self.assertEqual(str(round_.asked_on), NOW)
        self.assertEqual(len(self._get_link_mails(self.person)), 1)
        with self.assertRaisesRegex(UserError, "sent already"):
            form.record.action_send()
        with self.assertRaisesRegex(UserError, "sent already"):
            round_.action_send()

    def test_dialog_of_a_strangers_round(self):
        round_ = self._prepare()
        Send = self.env["crm.assessment.send"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            Send.create({"round_id": round_.id, "delivery": "hand"})
        send = self.env["crm.assessment.send"].with_user(self.rep)
        send = send.create({"round_id": round_.id, "delivery": "hand"})
        with self.assertRaises(AccessError):
            send.with_user(self.manager).action_send()

    def test_language_of_the_round(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        template = self.Round._get_link_template().with_context(lang="zh_TW")
        template.subject = "請告訴我們"
        self.person.lang = "zh_TW"
        round_ = self._prepare()
        self.assertEqual(round_.lang, "zh_TW", "the contact's")
        self.assertEqual(round_._preview_mail()[0], "請告訴我們")
        round_.lang = "en_US"
        self.assertNotEqual(round_._preview_mail()[0], "請告訴我們")
        round_._start()
        [mail] = self._get_link_mails(self.person)
        self.assertNotEqual(mail.subject, "請告訴我們")

    def test_link_is_passed_on_by_hand(self):
        round_ = self._prepare()
        Send = self.env["crm.assessment.send"].with_user(self.rep)
        send = Send.create({"round_id": round_.id, "delivery": "hand"})
        action = send.action_copy()
        form = self._get_form(round_)
        self.assertEqual(action["tag"], "crm_assessment.personal_link")
        self.assertTrue(action["params"]["link"].endswith(form.access_token))
        self.assertFalse(self._get_link_mails(self.person))
        self.assertFalse(round_.mail_state)
        self.assertEqual(form.link_copied_by_ids, self.rep)
        self.assertFalse(form.opened_by_ids, "copying is not opening")
        self.assertIn("copied the customer's link", round_.message_ids[0].body)
        with self.assertRaises(AccessError):
            round_.with_user(self.colleague).action_copy_link()
        round_.with_user(self.leader).action_copy_link()
        self.assertEqual(form.link_copied_by_ids, self.rep | self.leader)
        with self.assertRaises(AccessError):
            form.with_user(self.rep).write({"link_copied_by_ids": False})
        form.line_ids.filtered(lambda line: line.kind == "rating").rating = "9"
        form._submit_page()
        self.assertIn("had copied their link", round_.message_ids[0].body)

    def test_reminder_of_a_link_passed_on_by_hand(self):
        round_ = self._prepare()
        round_._start("hand")
        round_.sudo().deadline = "2026-03-03"
        self._run_cron("crm_assessment.ir_cron_assessment_remind")
        self.assertFalse(self._get_link_mails(self.person))
        self.assertEqual(round_.activity_ids.user_id, self.rep)
        self.assertIn("Remind", round_.activity_ids.summary)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestWhoIsAsked(SendCase):
    def _assert_blocked(self, round_, text):
        """The dialog says why, and the button does not work either."""
        send = self.env["crm.assessment.send"].with_user(self.rep)
        send = send.create({"round_id": round_.id, "delivery": "hand"})
        self.assertRegex(send.blockers, text)
        with self.assertRaisesRegex(UserError, text):
            send.action_send()
        self.assertEqual(round_.state, "draft")

    def test_contact_belongs_to_the_customer(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        round_ = self._prepare()
        for contact in (stranger, self.rep.partner_id):
            with self.assertRaisesRegex(ValidationError, "does not belong"):
                round_.contact_id = contact
            with self.assertRaisesRegex(ValidationError, "does not belong"):
                self._prepare(contact_id=contact.id)
        round_.contact_id = self.customer_company
        round_.contact_id = self.person
        round_._start()
        with self.assertRaisesRegex(ValidationError, "does not belong"):
            round_.contact_id = stranger

    def test_archived_people_are_not_asked(self):
        round_ = self._prepare()
        self.person.active = False
        self._assert_blocked(round_, "Anita Oliver is archived")
        self.person.active = True
        self.customer_company.active = False
        self._assert_blocked(round_, "Clinic Riverside is archived")

    def test_colleagues_who_have_left_are_not_asked(self):
        round_ = self._prepare()
        self.leader.active = False
        self._assert_blocked(round_, "Leader has left")
        self.assertNotEqual(self._prepare(self.manager).manager_id, self.leader)
        self.colleague.active = False
        self.customer_company.user_id = self.colleague
        self.assertEqual(self._prepare().user_id, self.rep)

    def test_colleague_is_no_customer(self):
        insider = self._create_user("insider", "base.group_user")
        insider.partner_id.parent_id = self.customer_company
        round_ = self._prepare(contact_id=insider.partner_id.id)
        self._assert_blocked(round_, "is a colleague")

    def test_same_person_is_not_asked_twice(self):
        """By a round with the company and one with its contact at once."""
        first = self._prepare()
        first._start()
        self._assert_blocked(
            self._prepare(partner_id=self.person.id), "Anita Oliver is being asked"
        )
        self._assert_blocked(self._prepare(), "being asked already")
        other = self.env["res.partner"].create(
            {"name": "Bob", "parent_id": self.customer_company.id}
        )
        another_person = self._prepare(partner_id=other.id)
        another_person._start("hand")
        self.assertEqual(another_person.state, "open")

    def test_over_before_it_began(self):
        round_ = self._prepare(deadline="2026-03-01")
        self._assert_blocked(round_, "deadline is over")
        round_.deadline = "9999-12-31"
        self._assert_blocked(round_, "too far away")
        round_.deadline = "2026-03-02"
        round_._start("hand")

    def test_respondent_leaves_meanwhile(self):
        """Who sees to the round hears of it, and who has left gets no reminder."""
        round_ = self._prepare(self.manager, user_id=self.rep.id)
        round_._start("hand")
        round_.sudo().deadline = "2026-03-03"
        self.leader.active = False
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        self._run_cron("crm_assessment.ir_cron_assessment_remind")
        activity = round_.activity_ids.filtered(lambda a: "has left" in a.summary)
        self.assertEqual(activity.user_id, self.manager)
        reminded = self.env["mail.message"].search(
            [("id", ">", before), ("partner_ids", "in", self.leader.partner_id.ids)]
        )
        self.assertFalse(reminded)


@tagged("post_install", "-at_install")
class TestDeadline(SendCase):
    """The last day ends where the customer is: for page, mail, and job alike."""

    def _statuses(self, round_):
        self.env.invalidate_all()
        status = self._get_form(round_)._get_page_status()
        self._run_cron("crm_assessment.ir_cron_assessment_expire")
        self.env.invalidate_all()
        return status, round_.state

    def test_last_day_in_honolulu_and_taipei(self):
        for tz, still, over in (
            ("Pacific/Honolulu", "2026-03-03 09:59:00", "2026-03-03 10:01:00"),
            ("Asia/Taipei", "2026-03-02 15:59:00", "2026-03-02 16:01:00"),
            ("Pacific/Kiritimati", "2026-03-02 09:59:00", "2026-03-02 10:01:00"),
        ):
            self.person.tz = tz
            with self.subTest(tz), freeze_time("2026-02-20 12:00:00"):
                round_ = self._prepare(deadline="2026-03-02")
                round_._start("hand")
            with self.subTest(tz), freeze_time(still):
                self.assertEqual(self._statuses(round_), ("open", "open"))
            with self.subTest(tz), freeze_time(over):
                self.assertEqual(self._statuses(round_), ("expired", "done"))

    @freeze_time("2026-03-01 20:00:00")
    def test_first_day_is_the_customers(self):
        self.person.tz = "Asia/Taipei"  # where it is the 2nd already
        self.customer_company.tz = "Asia/Taipei"
        self.assertEqual(str(self._prepare().deadline), "2026-03-16")

    @freeze_time(NOW)
    def test_extension_reaches_everybody(self):
        round_ = self._prepare()
        round_._start()
        forms = round_._search_assessments()
        employee = self._get_form(round_, "employee")
        round_.sudo().reminded_on = "2026-03-02"
        round_.deadline = "2026-03-30"
        self.assertEqual({str(form.deadline) for form in forms}, {"2026-03-30"})
        self.assertEqual(str(employee.activity_ids.date_deadline), "2026-03-30")
        self.assertFalse(round_.reminded_on, "reminded of the new day")
        loaded = self.Round.with_user(self.rep).load(
            [".id", "deadline"], [[str(round_.id), "2026-04-06"]]
        )
        self.assertFalse(loaded["messages"])
        self.assertEqual({str(form.deadline) for form in forms}, {"2026-04-06"})
        for deadline, text in (
            ("2026-03-20", "moved to a later day"),
            (False, "moved to a later day"),
            ("9999-12-31", "too far away"),
        ):
            with self.assertRaisesRegex(UserError, text):
                round_.deadline = deadline
        page = html.fromstring(round_._preview_mail()[1]).text_content()
        self.assertIn("04/06/2026", page)

    @freeze_time(NOW)
    def test_answered_forms_keep_their_deadline(self):
        round_ = self._prepare()
        round_._start("hand")
        employee = self._get_form(round_, "employee").with_user(self.rep)
        scale = employee.framework_id.scale_id
        for line in employee.line_ids:
            if line.kind == "scale":
                line.option_id = scale.option_ids[3]
        employee.action_done()
        before = employee.deadline
        round_ = round_.with_user(self.leader)
        round_.deadline = before + timedelta(days=7)
        self.assertEqual(employee.deadline, before)
        self.assertEqual(
            self._get_form(round_).deadline, fields.Date.to_date("2026-03-23")
        )
