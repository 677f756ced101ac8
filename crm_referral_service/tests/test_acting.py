from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .common import SERVICE_MANAGER, ServiceCommon

TELL = "crm_referral_service.mail_activity_type_tell_customer"
NOON = datetime(2026, 3, 2, 12)


@tagged("post_install", "-at_install")
class TestActing(ServiceCommon):
    """Whoever took it keeps it; the turn goes to who is there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint()

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOON))
        self.startPatcher(
            patch("odoo.sql_db.BaseCursor.now", lambda cursor: datetime.now())
        )

    def _put_on_duty(self, *users, start=8, stop=17):
        partners = self.env["res.partner"].union(*(user.partner_id for user in users))
        return self.env["calendar.event"].create(
            {
                "name": "Duty",
                "service_team_id": self.team.id,
                "start": NOON.replace(hour=start),
                "stop": NOON.replace(hour=stop),
                "partner_ids": [Command.set(partners.ids)],
            }
        )

    def _get_acting(self, complaint=None):
        complaint = complaint or self.complaint
        complaint.invalidate_recordset(["acting_user_id"])
        return complaint.acting_user_id

    def test_without_shifts_the_owner(self):
        self.assertEqual(self._get_acting(), self.agent)

    def test_somebody_on_duty_while_the_owner_is_not(self):
        self._put_on_duty(self.colleague)
        self.assertEqual(self._get_acting(), self.colleague)
        self.assertEqual(self.complaint.user_id, self.agent, "who keeps it")

    def test_the_owner_when_on_duty(self):
        self._put_on_duty(self.colleague, self.agent)
        self.assertEqual(self._get_acting(), self.agent)

    def test_the_owner_outside_all_shifts(self):
        self._put_on_duty(self.colleague, start=13)
        self.assertEqual(self._get_acting(), self.agent)

    def test_who_may_not_work_on_it_does_not_act(self):
        stranger = self._create_user("stranger", "base.group_user")
        self._put_on_duty(stranger)
        self.assertEqual(self._get_acting(), self.agent)

    def test_confidential_stays_with_owner_and_managers(self):
        self.complaint.is_confidential = True
        self._put_on_duty(self.colleague)
        self.assertEqual(self._get_acting(), self.agent)
        deputy = self._create_user("deputy", SERVICE_MANAGER)
        self._put_on_duty(self.colleague, deputy)
        self.assertEqual(self._get_acting(), deputy)

    def test_owner_who_has_left(self):
        self.agent.active = False
        self._put_on_duty(self.colleague)
        self.assertEqual(self._get_acting(), self.colleague)

    def test_who_acts_tells_the_customer(self):
        handover = (
            self.env["crm.service.handover"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": self.complaint.id,
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                }
            )
        )
        self._put_on_duty(self.colleague)
        handover.with_user(self.technician).action_answer("Air in the pump")
        activity = handover.sudo().activity_ids
        self.assertEqual(activity.activity_type_id, self.env.ref(TELL))
        self.assertEqual(activity.user_id, self.colleague)
        handover.with_user(self.colleague).action_told()
        self.assertEqual(handover.state, "told")

    def test_many_at_once(self):
        """Whoever is on duty is looked up once for all."""
        complaints = self.complaint | self.complaint.union(
            *(self._create_complaint() for _number in range(20))
        )
        self._put_on_duty(self.colleague)
        self.env.flush_all()
        self.env.invalidate_all()
        one = self._count_queries(complaints[:1])
        self.assertLessEqual(self._count_queries(complaints), one + 1)
        self.assertEqual(complaints.acting_user_id, self.colleague)

    def _count_queries(self, complaints):
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        complaints.mapped("acting_user_id")
        return self.cr.sql_log_count - before
