from datetime import date
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestStepActivity(ReferralCommon):
    """The next step always is an activity with a due date for somebody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step["benefits"].deadline_days = 3
        cls.step["profile"].deadline_days = 7
        cls.referral = cls._create_referral()

    def _get_step_activity(self, referral=None):
        return self._get_activities(
            referral or self.referral, "mail_activity_type_step"
        )

    def test_first_step(self):
        self.assertRecordValues(
            self._get_step_activity(),
            [
                {
                    "summary": "Benefits",
                    "date_deadline": date(2026, 3, 5),
                    "user_id": self.rep.id,
                }
            ],
        )

    def test_next_step_replaces_it(self):
        self._complete_step(self.referral)
        with self._at("2026-03-10 08:00:00"):
            self.referral.action_next_step()
        self.assertRecordValues(
            self._get_step_activity(),
            [{"summary": "Profile", "date_deadline": date(2026, 3, 17)}],
        )

    def test_deadline_is_in_the_time_zone_of_the_user(self):
        self.rep.tz = "Asia/Taipei"
        with self._at("2026-03-02 23:00:00"):  # the 3rd in Taipei
            referral = self._create_referral(partner_id=self.other_customer.id)
        self.assertEqual(
            self._get_step_activity(referral).date_deadline, date(2026, 3, 6)
        )

    def test_a_conversation_may_have_deadlines_of_its_own(self):
        """Such as working hours: the step and whoever does it say until when."""
        asked = []

        def deadline(referral, user):
            asked.append((referral.step_id, user))
            return date(2026, 4, 1)

        self._complete_step(self.referral)
        self.patch(type(self.referral), "_get_step_deadline", deadline)
        self.referral.action_next_step()
        self.assertEqual(self._get_step_activity().date_deadline, date(2026, 4, 1))
        self.assertEqual(asked, [(self.step["profile"], self.rep)])

    def test_own_activities_of_the_rep_stay(self):
        own = self.referral.activity_schedule(
            "mail.mail_activity_data_call", summary="Call her back"
        )
        self._complete_step(self.referral)
        self.referral.action_next_step()
        self.assertTrue(own.exists())
        self.assertEqual(len(self.referral.activity_ids), 2)

    def test_done_schedules_the_next_one(self):
        activity = self._get_step_activity()
        activity.with_user(self.rep).action_feedback(feedback="Talked to her")
        again = self._get_step_activity()
        self.assertEqual(len(again), 1)
        self.assertNotEqual(again, activity)
        self.assertEqual(again.summary, "Benefits")

    def test_reassigned_with_the_request(self):
        self.referral.with_user(self.manager).user_id = self.colleague
        self.assertEqual(self._get_step_activity().user_id, self.colleague)

    def test_rep_hands_the_request_over(self):
        """The rep cannot see the request any more, the work goes on all the same."""
        self.referral.write({"user_id": self.colleague.id})
        self.assertEqual(self._get_step_activity().user_id, self.colleague)
        self.assertFalse(self.referral.has_access("read"))

    def test_new_salesperson_is_told_once(self):
        """Of the request, by Odoo; not of its activity on top."""

        def get_notifications():
            return self.env["mail.message"].search_count(
                [
                    ("model", "=", "crm.referral"),
                    ("res_id", "=", self.referral.id),
                    ("message_type", "=", "user_notification"),
                ]
            )

        self.referral.with_user(self.manager).user_id = self.colleague
        self.env.flush_all()
        self.env.cr.flush()
        self.assertEqual(get_notifications(), 1)

    def test_handed_over_together_with_the_step(self):
        self._complete_step(self.referral)
        self.referral.write(
            {"user_id": self.colleague.id, "step_id": self.step["profile"].id}
        )
        self.assertRecordValues(
            self._get_step_activity(),
            [{"summary": "Profile", "user_id": self.colleague.id}],
        )
        self.assertEqual(
            self.referral.sudo().step_log_ids.mapped("step_id.code"),
            ["benefits", "profile"],
        )

    def test_handed_over_with_an_unchanged_step(self):
        self.referral.with_user(self.manager).write(
            {"user_id": self.colleague.id, "step_id": self.step["benefits"].id}
        )
        self.assertEqual(self._get_step_activity().user_id, self.colleague)

    def test_unassigned_goes_to_the_team_leader(self):
        team = self.env["crm.team"].create(
            {"name": "Referrals", "user_id": self.all_documents.id}
        )
        referral = self._create_referral(
            partner_id=self.other_customer.id, user_id=False, team_id=team.id
        )
        self.assertEqual(self._get_step_activity(referral).user_id, self.all_documents)
        team.user_id = False
        other = self._create_referral(
            partner_id=self.employee.partner_id.id, user_id=False, team_id=team.id
        )
        manager = self._get_step_activity(other).user_id
        self.assertTrue(manager.has_group("sales_team.group_sale_manager"))
        self.assertIn(self.company, manager.company_ids)

    def test_unassigning_moves_the_activity(self):
        self.referral.team_id = self.env["crm.team"].create(
            {"name": "Referrals", "user_id": self.all_documents.id}
        )
        self.referral.promise = "Call back"
        self.referral.with_user(self.manager).user_id = False
        self.assertEqual(self._get_step_activity().user_id, self.all_documents)
        self.assertEqual(
            self._get_activities(self.referral, "mail_activity_type_promise").user_id,
            self.all_documents,
        )

    def test_end_removes_it(self):
        self.referral.action_cancel()
        self.assertFalse(self._get_step_activity())

    def test_done_after_the_end_schedules_nothing(self):
        self.env["mail.activity"]._schedule_batch(
            "crm_referral.mail_activity_type_step",
            {self.referral: {"user_id": self.rep.id, "automated": False}},
        )
        self.referral.action_cancel()
        left_over = self._get_step_activity()
        self.assertEqual(len(left_over), 1, "not automated, so it was kept")
        left_over.action_feedback()
        self.assertFalse(self._get_step_activity())

    def test_reopening_schedules_it(self):
        self.referral.action_cancel()
        self.referral.action_reopen()
        self.assertEqual(self._get_step_activity().summary, "Benefits")

    def test_cron_heals(self):
        closed = self._create_referral(partner_id=self.other_customer.id)
        closed.action_cancel()
        self._get_step_activity().unlink()
        self._run_cron("crm_guided_conversation.ir_cron_ensure_step_activity")
        self.assertRecordValues(
            self._get_step_activity(), [{"summary": "Benefits", "user_id": self.rep.id}]
        )
        self.assertFalse(self._get_step_activity(closed))

    def test_cron_works_in_batches(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(5)]
        )
        referrals = self.env["crm.referral"].create(
            [{"partner_id": partner.id} for partner in partners]
        )
        self._get_step_activity(referrals).unlink()
        for _run in range(2):
            with self._in_cron("crm.referral") as Referral:
                Referral._cron_ensure_step_activity(batch_size=2)
            self.assertEqual(len(self._get_step_activity(referrals)), 5)

    def test_cron_leaves_out_what_is_in_use(self):
        """One request that cannot be touched now costs no other its next step."""
        partners = self.env["res.partner"].create([{"name": "B"}, {"name": "C"}])
        referrals = self.env["crm.referral"].create(
            [{"partner_id": partner.id} for partner in partners]
        )
        self._get_step_activity(referrals).unlink()
        Referral = type(referrals)
        schedule = Referral._schedule_step_activity

        def conflict(records):
            if referrals[0] in records:
                raise UniqueViolation("in use")
            schedule(records)

        with (
            self._in_cron("crm.referral") as cron,
            patch.object(Referral, "_schedule_step_activity", conflict),
        ):
            cron._cron_ensure_step_activity()
        self.assertFalse(self._get_step_activity(referrals[0]))
        self.assertTrue(self._get_step_activity(referrals[1]))
        with self._in_cron("crm.referral") as cron:
            cron._cron_ensure_step_activity()
        self.assertTrue(self._get_step_activity(referrals[0]))

    def test_automation_can_be_switched_off(self):
        """Imports use Odoo's own context key."""
        referral = (
            self.env["crm.referral"]
            .with_context(mail_activity_automation_skip=True)
            .create({"partner_id": self.other_customer.id})
        )
        self.assertFalse(referral.activity_ids)
