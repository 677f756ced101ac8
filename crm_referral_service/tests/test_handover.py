from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ServiceCommon

TELL = "crm_referral_service.mail_activity_type_tell_customer"


@tagged("post_install", "-at_install")
class TestHandover(ServiceCommon):
    """A question goes out, the complaint stays, and the answer comes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint()
        cls.handover = (
            cls.env["crm.service.handover"]
            .with_user(cls.agent)
            .create(
                {
                    "complaint_id": cls.complaint.id,
                    "to_user_id": cls.technician.id,
                    "question": "Why does it gurgle?",
                }
            )
        )

    def test_who_is_asked_sees_the_question_only(self):
        seen = self.handover.with_user(self.technician)
        self.assertEqual(seen.question, "Why does it gurgle?")
        self.assertTrue(seen.activity_ids)
        with self.assertRaises(AccessError):
            seen.complaint_id  # noqa: B018
        with self.assertRaises(AccessError):
            self.complaint.with_user(self.technician).read(["story"])

    def test_answer_comes_back_to_the_owner(self):
        self.handover.with_user(self.technician).action_answer("Air in the pump")
        self.assertEqual(self.handover.state, "answered")
        self.assertEqual(self.complaint.user_id, self.agent)
        activity = self.handover.sudo().activity_ids
        self.assertEqual(activity.activity_type_id, self.env.ref(TELL))
        self.assertEqual(activity.user_id, self.agent)
        self.handover.action_told()
        self.assertEqual(self.handover.state, "told")
        self.assertFalse(self.handover.sudo().activity_ids)

    def test_answer_needs_words(self):
        with self.assertRaises(UserError):
            self.handover.with_user(self.technician).action_answer("  ")

    def test_only_the_answer_is_written(self):
        asked = self.handover.with_user(self.technician)
        asked.answer = "Air in the pump"
        for values in (
            {"question": "Another one"},
            {"to_user_id": self.colleague.id},
            {"state": "told"},
            {"deadline": "2030-01-01"},
        ):
            with self.assertRaises(UserError):
                asked.write(values)

    def test_others_see_nothing(self):
        outsider = self._create_user("outsider", "base.group_user")
        Handover = self.env["crm.service.handover"].with_user(outsider)
        self.assertFalse(Handover.search([]))
        with self.assertRaises(AccessError):
            self.handover.with_user(outsider).action_answer("Anything")

    def test_nobody_asks_oneself_nor_outsiders(self):
        for user in (self.agent, self._create_user("left", "base.group_portal")):
            with self.assertRaises(ValidationError):
                self.handover.to_user_id = user

    def _at(self, *moment):
        return patch("odoo.sql_db.BaseCursor.now", lambda _cr: datetime(*moment))

    def test_hours_are_working_hours(self):
        self.env.company.resource_calendar_id.tz = "UTC"
        # Friday afternoon to Monday morning, of Monday to Friday, 8 to 12 and 13 to 17
        self.env.cr.execute(
            "UPDATE crm_service_handover SET create_date = '2026-11-20 15:00' "
            "WHERE id = %s",
            [self.handover.id],
        )
        self.handover.invalidate_recordset(["create_date"])
        with self._at(2026, 11, 23, 9, 30):
            self.handover.with_user(self.technician).action_answer("Air in the pump")
        self.assertAlmostEqual(self.handover.answer_hours, 3.5)

    def test_told_in_time_is_by_the_day_of_who_asked(self):
        self.agent.tz = "Asia/Taipei"
        late = self.handover.copy({"to_user_id": self.technician.id})
        (self.handover | late).deadline = "2026-11-23"
        for handover, moment, in_time in (
            (self.handover, (2026, 11, 23, 15, 59), True),
            (late, (2026, 11, 23, 16, 1), False),
        ):
            handover.with_user(self.technician).action_answer("Air in the pump")
            with self._at(*moment):
                handover.action_told()
            self.assertIs(handover.is_told_in_time, in_time)
