from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestPromise(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def _get_promise_activity(self):
        return self._get_activities(self.referral, "mail_activity_type_promise")

    def test_promise_is_an_activity(self):
        self.referral.write({"promise": "Call back", "promise_deadline": "2026-03-20"})
        self.assertEqual(self.referral.promise_state, "open")
        self.assertRecordValues(
            self._get_promise_activity(),
            [
                {
                    "summary": "Call back",
                    "date_deadline": date(2026, 3, 20),
                    "user_id": self.rep.id,
                }
            ],
        )

    def test_promise_at_creation(self):
        referral = self._create_referral(
            partner_id=self.other_customer.id, promise="Call back"
        )
        self.assertEqual(
            self._get_activities(referral, "mail_activity_type_promise").date_deadline,
            date(2026, 3, 16),
        )

    def test_changed_promise_replaces_the_activity(self):
        self.referral.promise = "Call back"
        self.referral.promise_deadline = "2026-04-01"
        self.assertEqual(len(self._get_promise_activity()), 1)
        self.assertEqual(self._get_promise_activity().date_deadline, date(2026, 4, 1))
        self.referral.promise = False
        self.assertFalse(self._get_promise_activity())
        self.assertFalse(self.referral.promise_state)

    def test_kept(self):
        self.referral.promise = "Call back"
        self.referral.action_promise_kept()
        self.assertEqual(self.referral.promise_state, "kept")
        self.assertFalse(self._get_promise_activity())

    def test_not_kept(self):
        self.referral.promise = "Call back"
        self.referral.action_promise_not_kept()
        self.assertEqual(self.referral.promise_state, "not_kept")
        self.assertFalse(self._get_promise_activity())

    def test_open_again(self):
        self.referral.promise = "Call back"
        self.referral.action_promise_kept()
        self.referral.promise_state = "open"
        self.assertEqual(len(self._get_promise_activity()), 1)

    def test_nothing_promised(self):
        with self.assertRaisesRegex(UserError, "No promise"):
            self.referral.action_promise_kept()

    def test_done_activity_is_a_kept_promise(self):
        self.referral.promise = "Call back"
        self._get_promise_activity().with_user(self.rep).action_feedback()
        self.assertEqual(self.referral.promise_state, "kept")

    def test_done_by_a_colleague_who_does_not_see_the_request(self):
        self.referral.promise = "Call back"
        activity = self._get_promise_activity()
        activity.user_id = self.colleague
        activity.with_user(self.colleague).action_feedback()
        self.assertEqual(self.referral.promise_state, "kept")

    def test_promise_outlives_the_request(self):
        self.referral.promise = "Call back"
        self.referral.action_cancel()
        self.assertEqual(len(self._get_promise_activity()), 1)

    def test_handed_over_with_the_request(self):
        self.referral.promise = "Call back"
        self.referral.user_id = self.colleague
        self.assertEqual(self._get_promise_activity().user_id, self.colleague)
