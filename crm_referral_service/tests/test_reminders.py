from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from .common import ServiceCommon

OVERDUE = "crm_referral_service.mail_activity_type_overdue"
SECOND_CONTACT = "crm_referral_service.mail_activity_type_second_contact"
# A Thursday: the next working day but one is a Monday.
THURSDAY = datetime(2026, 3, 5, 9)


class RemindersCommon(ServiceCommon):
    def setUp(self):
        super().setUp()
        self.clock = self.startPatcher(freeze_time(THURSDAY))
        self.startPatcher(
            patch("odoo.sql_db.BaseCursor.now", lambda cursor: datetime.now())
        )
        self.company = self.env.company
        self.company.partner_id.tz = self.agent.tz = self.manager.tz = "UTC"
        self.company.resource_calendar_id.tz = "UTC"
        self.complaint = self._create_complaint()

    def _get_told(self, record, activity_type):
        activities = record.sudo().activity_ids.filtered(
            lambda each: each.activity_type_id == self.env.ref(activity_type)
        )
        return activities.user_id


@tagged("post_install", "-at_install")
class TestOverdueQuestion(RemindersCommon):
    """Who asked is told, and a working day later who leads the team; each once."""

    def setUp(self):
        super().setUp()
        self.handover = self._ask(deadline=THURSDAY.date())

    def _ask(self, **values):
        return (
            self.env["crm.service.handover"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": self.complaint.id,
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                    **values,
                }
            )
        )

    def _run(self, moment):
        self.clock.move_to(moment)
        self._run_cron("overdue")
        return self._get_told(self.handover, OVERDUE)

    def test_on_the_day_nobody_is_told(self):
        self.assertFalse(self._run(THURSDAY.replace(hour=23)))

    def test_who_asked_then_who_leads(self):
        friday = THURSDAY + timedelta(days=1)
        self.assertEqual(self._run(friday), self.agent)
        self.assertEqual(self._run(friday.replace(hour=20)), self.agent)
        sunday = THURSDAY + timedelta(days=3)
        self.assertEqual(self._run(sunday), self.agent, "nobody works on Sundays")
        monday = THURSDAY + timedelta(days=4)
        self.assertEqual(self._run(monday), self.agent | self.manager)

    def test_each_once(self):
        for days in (1, 2, 4, 5, 6):
            self._run(THURSDAY + timedelta(days=days))
        self.assertEqual(len(self.handover.sudo().activity_ids), 3, "and the question")
        summary = self.handover.sudo().activity_ids.mapped("summary")
        self.assertIn("Technician has not answered yet", summary)

    def test_answer_ends_it(self):
        self._run(THURSDAY + timedelta(days=1))
        self.handover.with_user(self.technician).action_answer("Air in the pump")
        self.assertFalse(self._get_told(self.handover, OVERDUE))
        self.assertFalse(self._run(THURSDAY + timedelta(days=5)))

    def test_later_deadline_begins_anew(self):
        self._run(THURSDAY + timedelta(days=1))
        self.handover.deadline = date(2026, 3, 9)
        self.assertFalse(self._get_told(self.handover, OVERDUE))
        self.assertFalse(self._run(THURSDAY + timedelta(days=4)))
        self.assertEqual(self._run(THURSDAY + timedelta(days=5)), self.agent)

    def test_who_asked_is_in_taipei(self):
        self.agent.tz = "Asia/Taipei"
        self.assertFalse(self._run(THURSDAY.replace(hour=15)))
        self.assertEqual(self._run(THURSDAY.replace(hour=17)), self.agent)

    def test_people_who_have_left(self):
        self.agent.active = False
        self.manager.active = False
        told = self._run(THURSDAY + timedelta(days=1))
        told |= self._run(THURSDAY + timedelta(days=4))
        self.assertTrue(told)
        self.assertFalse(told & (self.agent | self.manager))

    def test_who_was_asked_has_left(self):
        self.technician.active = False
        self.assertEqual(self._run(THURSDAY + timedelta(days=1)), self.agent)

    def test_one_that_fails_stops_no_other(self):
        other = self._ask(deadline=THURSDAY.date())
        Handover = type(self.env["crm.service.handover"])
        tell = Handover._tell_of_overdue

        def fail(handovers, whom):
            if self.handover in handovers:
                raise ValueError("broken")
            return tell(handovers, whom)

        with (
            patch.object(Handover, "_tell_of_overdue", fail),
            self.assertLogs("odoo.addons.crm_foundation", "WARNING"),
        ):
            self._run(THURSDAY + timedelta(days=1))
        self.assertEqual(self._get_told(other, OVERDUE), self.agent)


@tagged("post_install", "-at_install")
class TestSecondContact(RemindersCommon):
    """On the day, and once, somebody is reminded of the second contact."""

    def setUp(self):
        super().setUp()
        self.complaint.second_contact_on = date(2026, 3, 9)

    def _run(self, moment):
        self.clock.move_to(moment)
        self._run_cron("second_contact")
        return self._get_told(self.complaint, SECOND_CONTACT)

    def test_on_the_day(self):
        self.assertFalse(self._run(datetime(2026, 3, 8, 23)))
        self.assertEqual(self._run(datetime(2026, 3, 9, 1)), self.agent)
        activity = self.complaint.sudo().activity_ids.filtered(
            lambda each: each.activity_type_id == self.env.ref(SECOND_CONTACT)
        )
        self.assertEqual(activity.date_deadline, date(2026, 3, 9))
        activity.unlink()
        self.assertFalse(self._run(datetime(2026, 3, 10)), "once is enough")

    def test_in_the_owners_time_zone(self):
        self.agent.tz = "Asia/Taipei"
        self.assertEqual(self._run(datetime(2026, 3, 8, 17)), self.agent)

    def test_done_or_moved(self):
        self._run(datetime(2026, 3, 9, 1))
        self.complaint.second_contact_on = date(2026, 3, 12)
        self.assertFalse(self._get_told(self.complaint, SECOND_CONTACT))
        self.assertFalse(self._run(datetime(2026, 3, 10)))
        self.assertEqual(self._run(datetime(2026, 3, 12, 1)), self.agent)
        self.complaint.second_contact_done_on = date(2026, 3, 12)
        self.assertFalse(self._get_told(self.complaint, SECOND_CONTACT))
        self.assertFalse(self._run(datetime(2026, 3, 13)))

    def test_ended(self):
        self._run(datetime(2026, 3, 9, 1))
        self.complaint.action_withdraw("Found it")
        self.assertFalse(self._get_told(self.complaint, SECOND_CONTACT))

    def test_owner_has_left(self):
        self.agent.active = False
        told = self._run(datetime(2026, 3, 9, 1))
        self.assertEqual(len(told), 1)
        self.assertTrue(told.active)
