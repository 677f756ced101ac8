from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ServiceCommon

CODES = [
    "greet",
    "listen",
    "question",
    "empathise",
    "address",
    "test",
    "follow_through",
]


@tagged("post_install", "-at_install")
class TestComplaint(ServiceCommon):
    """Seven steps, two endings."""

    def test_seven_steps_in_their_order(self):
        steps = self.env["crm.complaint"]._get_steps()
        self.assertEqual(steps.mapped("code"), CODES)
        self.assertTrue(all(steps.mapped("talk_track")))

    def test_each_step_says_what_is_missing(self):
        complaint = self._create_complaint()
        for code in CODES:
            with self.subTest(code):
                self.assertEqual(complaint.step_code, code)
                self.assertTrue(complaint.missing_requirements)
                with self.assertRaises(UserError):
                    complaint.action_next_step()
                last = self._fill_in(complaint, code)
                complaint.write(last)
                self.assertFalse(complaint.missing_requirements)
                complaint.action_next_step()
        self.assertEqual(complaint.outcome, "resolved")

    def test_nobody_jumps_over_a_step(self):
        complaint = self._create_complaint()
        last = self.env["crm.complaint"]._get_steps()[-1]
        with self.assertRaises(UserError):
            complaint.step_id = last

    def test_somebody_unknown_complains(self):
        """No customer, no number: only a name, and no way back is wanted."""
        complaint = self._create_complaint(partner_id=False, caller_name="A. Lin")
        self.assertIn("A. Lin", complaint.display_name)
        complaint.action_acknowledge()
        self.assertIn("phone number", complaint.missing_requirements)
        complaint.no_answer_wanted = True
        self.assertFalse(complaint.missing_requirements)

    def test_way_back_comes_from_the_customer(self):
        complaint = self._create_complaint()
        self.assertEqual(complaint.phone, "+32 2 290 34 90")
        self.customer.phone = False
        self.assertEqual(complaint.phone, "+32 2 290 34 90")

    def test_outcome_is_what_the_customer_says(self):
        for solved, felt_heard, outcome in (
            ("yes", "yes", "resolved"),
            ("yes", "partly", "fixed"),
            ("no", "yes", "calmed"),
            ("partly", "no", "unresolved"),
        ):
            with self.subTest(outcome):
                complaint = self._create_complaint()
                self._fill_in(complaint, "test")
                complaint.write({"solved": solved, "felt_heard": felt_heard})
                if outcome != "resolved":
                    self.assertTrue(complaint.ending_advice)
                    self.assertIn("Go back", complaint.missing_requirements)
                    complaint.unresolved_reason = "The part is not made any more"
                complaint.action_next_step()
                complaint.write(self._fill_in(complaint, "follow_through"))
                complaint.action_next_step()
                self.assertEqual(complaint.outcome, outcome)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_false_ending(self):
        complaint = self._create_complaint()
        for outcome in ("resolved", "fixed", "calmed", "unresolved", "withdrawn"):
            with (
                self.subTest(outcome),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self.cr.execute(
                    "UPDATE crm_complaint SET outcome = %s WHERE id = %s",
                    (outcome, complaint.id),
                )

    def test_resolved_needs_every_step(self):
        complaint = self._create_complaint(solved="yes", felt_heard="yes")
        with self.assertRaises(UserError):
            complaint.outcome = "resolved"

    def test_systemic_cause_needs_an_area_and_an_action(self):
        complaint = self._create_complaint()
        complaint.write(
            {**self._fill_in(complaint, "follow_through"), "scope": "systemic"}
        )
        self.assertEqual(len(complaint.missing_requirements.splitlines()), 2)

    def test_withdrawn_and_passed_on_need_a_reason(self):
        for method, arguments in (
            ("action_withdraw", ()),
            ("action_pass_on", ("Maker",)),
        ):
            complaint = self._create_complaint()
            with self.subTest(method), self.assertRaises(UserError):
                getattr(complaint, method)("  ", *arguments)
            getattr(complaint, method)("It was another shop's", *arguments)
            self.assertTrue(complaint.closed_on)

    def test_reopened_with_a_reason_is_counted(self):
        complaint = self._create_complaint()
        complaint.write(self._fill_in(complaint, "follow_through"))
        complaint.action_next_step()
        with self.assertRaises(UserError):
            complaint.action_reopen(" ")
        complaint.action_reopen("It gurgles again")
        self.assertEqual(complaint.reopen_count, 1)
        self.assertFalse(complaint.solved or complaint.felt_heard)
        self.assertFalse(complaint.tested_via)

    def test_what_nobody_wants_is_not_missed(self):
        complaint = self._create_complaint()
        self._fill_in(complaint, "address")
        self.assertIn("what we give on top", complaint.talk_track_gaps)
        complaint.write({"our_part": "We call", "nothing_material_wanted": True})
        self.assertFalse(complaint.talk_track_gaps)

    def test_who_wrote_the_answers_down(self):
        complaint = self._create_complaint()
        complaint.with_context(complaint_answered_on_page=True).solved = "yes"
        self.assertEqual(complaint.tested_via, "agent")
        complaint.sudo()._answer_endings("yes", "partly")
        self.assertEqual(complaint.tested_via, "page")
        self.assertEqual((complaint.solved, complaint.felt_heard), ("yes", "partly"))
        with self.assertRaises(UserError):
            complaint.sudo()._answer_endings("yes", "<script>")

    def test_readers_number(self):
        first, second = self._create_complaint(), self._create_complaint()
        self.assertNotEqual(first.name, second.name)


@tagged("post_install", "-at_install")
class TestDeadline(ServiceCommon):
    """Promised hours count, nights and weekends do not; the law counts days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        calendar = cls.env["resource.calendar"].create(
            {
                "name": "Weekdays 9 to 17",
                "tz": "Asia/Taipei",
                "attendance_ids": [
                    (
                        0,
                        0,
                        {
                            "name": f"Day {day}",
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 17,
                            "day_period": "morning",
                        },
                    )
                    for day in range(5)
                ],
            }
        )
        cls.team.write({"service_calendar_id": calendar.id, "answer_hours": 8})

    TWICE = ("Taken up again more than once",)

    def _get_reminders(self, complaint):
        return complaint.sudo().activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id
                == self.env.ref("crm_referral_service.mail_activity_type_answer_due")
            )
        )

    def test_friday_evening_is_answered_on_monday(self):
        # Friday 16:00 in Taipei: one hour is left of the day, seven on Monday.
        complaint = self._create_complaint(received_on=datetime(2025, 11, 28, 8, 0))
        self.assertEqual(complaint.answer_by, datetime(2025, 12, 1, 8, 0))
        self.assertEqual(complaint.answer_warn_on, datetime(2025, 12, 1, 6, 0))

    def test_a_promise_stays_when_the_hours_change(self):
        complaint = self._create_complaint(received_on=datetime(2025, 11, 28, 8, 0))
        complaint.flush_recordset()
        self.team.answer_hours = 2
        self.assertEqual(complaint.answer_by, datetime(2025, 12, 1, 8, 0))

    def test_answered_when_the_customer_has_heard_what_we_do(self):
        complaint = self._create_complaint()
        self._fill_in(complaint, "address")
        self.assertFalse(complaint.answered_on)
        self._fill_in(complaint, "test")
        self.assertTrue(complaint.answered_on)

    def test_taken_up_again_the_hours_begin_anew(self):
        complaint = self._create_complaint(received_on=datetime(2025, 11, 28, 8, 0))
        complaint.write(self._fill_in(complaint, "follow_through"))
        complaint.action_next_step()
        with patch(
            "odoo.sql_db.BaseCursor.now", lambda cr: datetime(2025, 12, 2, 8, 0)
        ):
            complaint.action_reopen("It gurgles again")
        # Tuesday 16:00 in Taipei: one hour of Tuesday, seven of Wednesday.
        self.assertEqual(complaint.answer_by, datetime(2025, 12, 3, 8, 0))
        self.assertEqual(complaint.step_code, "address")
        self.assertFalse(complaint.answered_on or complaint.second_contact_done_on)
        self.assertTrue(complaint.acknowledged_on)

    def test_who_leads_hears_when_it_comes_back_twice(self):
        complaint = self._create_complaint(team_id=False)
        for number in (1, 2):
            complaint.action_withdraw("Has given up")
            complaint.action_reopen("Not so")
            self.assertEqual(complaint.step_code, "greet")
            reminders = self._get_reminders(complaint)
            self.assertEqual(reminders.mapped("summary"), [*self.TWICE[: number - 1]])

    def test_around_the_clock(self):
        self.team.service_calendar_id = False
        complaint = self._create_complaint(received_on=datetime(2025, 11, 28, 8, 0))
        self.assertEqual(complaint.answer_by, datetime(2025, 11, 28, 16, 0))

    def test_legal_deadline_counts_days_of_the_company(self):
        self.env.company.partner_id.tz = "Asia/Taipei"
        self.env.company.complaint_legal_days = 15
        # 1 December in Taipei already.
        complaint = self._create_complaint(received_on=datetime(2025, 11, 30, 17, 0))
        self.assertEqual(str(complaint.legal_by), "2025-12-16")

    def test_who_leads_is_told_of_the_law(self):
        self.env.company.partner_id.tz = "Asia/Taipei"
        self.env.company.complaint_legal_days = 15
        complaint = self._create_complaint(received_on=datetime(2025, 11, 2, 4, 0))
        complaint.write({"acknowledged_on": datetime(2025, 11, 2, 5, 0)})
        self._fill_in(complaint, "test")
        # 11.25 of 15 days; the last day begins at 16:00 of the day before in UTC.
        for moment, level in (
            (datetime(2025, 11, 13, 9, 59), False),
            (datetime(2025, 11, 13, 10, 0), "early"),
            (datetime(2025, 11, 16, 15, 59), "early"),
            (datetime(2025, 11, 16, 16, 0), "due"),
        ):
            with (
                freeze_time(moment),
                patch("odoo.sql_db.BaseCursor.now", lambda cr, m=moment: m),
            ):
                self._run_cron("escalate")
            self.assertEqual(complaint.legal_escalation, level)
            self.assertEqual(len(self._get_reminders(complaint)), 1 if level else 0)
        self.assertFalse(complaint.escalation)
        complaint.action_withdraw("Has given up")
        self.assertFalse(self._get_reminders(complaint))

    def test_law_of_taiwan_is_proposed(self):
        company = self.env["res.company"].create(
            {"name": "Taipei", "country_id": self.env.ref("base.tw").id}
        )
        self.assertEqual(company.complaint_legal_days, 15)

    def test_who_leads_is_told_twice(self):
        complaint = self._create_complaint(received_on=datetime(2025, 11, 28, 8, 0))
        for moment, level in (
            (datetime(2025, 12, 1, 5, 59), False),
            (datetime(2025, 12, 1, 6, 0), "early"),
            (datetime(2025, 12, 1, 7, 0), "early"),
            (datetime(2025, 12, 1, 8, 0), "due"),
            (datetime(2025, 12, 1, 9, 0), "due"),
        ):
            with (
                freeze_time(moment),
                patch("odoo.sql_db.BaseCursor.now", lambda cr, m=moment: m),
            ):
                self._run_cron("escalate")
            self.assertEqual(complaint.escalation, level)
            due = self._get_reminders(complaint)
            self.assertEqual(len(due), 1 if level else 0)
            self.assertEqual(due.user_id, self.manager if level else due.user_id)

    def test_who_was_answered_is_not_waiting_any_more(self):
        complaint = self._create_complaint(
            received_on=self.env.cr.now() - timedelta(days=10)
        )
        self._fill_in(complaint, "address")
        self._run_cron("escalate")
        self.assertEqual(complaint.escalation, "due")
        self._fill_in(complaint, "test")
        moment = complaint.answered_on
        self.assertTrue(moment)
        due = self.env.ref("crm_referral_service.mail_activity_type_answer_due")
        self.assertNotIn(due, complaint.sudo().activity_ids.activity_type_id)
        self.assertNotIn(complaint, complaint.search([("is_answer_late", "=", True)]))
        # The first answer counts, also when it was not good enough.
        later = moment + timedelta(hours=1)
        with patch("odoo.sql_db.BaseCursor.now", lambda cr: later):
            complaint.action_previous_step()
            complaint.action_next_step()
        self.assertEqual(complaint.answered_on, moment)


@tagged("post_install", "-at_install")
class TestTies(ServiceCommon):
    """An open complaint stops asking; a resolved one is a benefit."""

    def test_open_complaint_stops_asking(self):
        employee = self.env["res.partner"].create(
            {"name": "Employee", "parent_id": self.customer.id}
        )
        self._create_complaint()
        seen = employee.with_user(self.salesperson)
        self.assertEqual(seen.referral_readiness, "open_complaint")
        self.assertIn("open complaint", seen.referral_readiness_note)

    def test_resolved_complaint_is_a_benefit(self):
        complaint = self._create_complaint()
        complaint.write(self._fill_in(complaint, "follow_through"))
        complaint.action_next_step()
        self.customer.invalidate_recordset()
        seen = self.customer.with_user(self.salesperson)
        self.assertNotEqual(seen.referral_readiness, "open_complaint")
        ask = self.env["crm.referral.ask"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual((ask.moment, ask.state), ("complaint", "open"))
        referral = (
            self.env["crm.referral"]
            .with_user(self.salesperson)
            .create({"partner_id": self.customer.id})
        )
        benefit = referral.benefit_ids
        self.assertEqual(benefit.origin, "complaint")
        self.assertEqual(benefit.name, "From now on we call the day before")
        again = self.env["crm.referral.benefit"]._propose(
            [(self.customer, self.env.company)]
        )
        self.assertFalse(again)

    def test_confidential_complaint_is_not_retold(self):
        complaint = self._create_complaint(is_confidential=True)
        complaint.write(self._fill_in(complaint, "follow_through"))
        complaint.action_next_step()
        self.assertFalse(
            self.env["crm.referral.benefit"]._propose(
                [(self.customer, self.env.company)]
            )
        )

    def test_closing_waits_for_what_is_out(self):
        complaint = self._create_complaint()
        self.env["crm.service.handover"].with_user(self.agent).create(
            {
                "complaint_id": complaint.id,
                "to_user_id": self.technician.id,
                "question": "Why does it gurgle?",
            }
        )
        with self.assertRaises(ValidationError):
            complaint.action_withdraw("Has given up")
