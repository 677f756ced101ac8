from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .test_contact import ContactCommon

CALL_BACK = "crm_referral_service.mail_activity_type_call_back"
NOON = fields.Datetime.to_datetime("2026-11-23 12:00:00")


@tagged("post_install", "-at_install")
class TestContactCallback(ContactCommon):
    """Called back when the customer wants it, and not when they do not."""

    def _wish(self, start="2026-11-23 16:00:00", end="2026-11-23 18:00:00", **values):
        return self._log(
            partner_id=self.customer.id,
            reason_id=self.reason.id,
            callback_wanted=True,
            callback_from=start,
            callback_to=end,
            callback_tz="Asia/Taipei",
            **values,
        )

    def _at(self, moment):
        moment = fields.Datetime.to_datetime(moment)
        self.env.invalidate_all()
        freezer = freeze_time(moment)
        patcher = patch("odoo.sql_db.BaseCursor.now", lambda _self: moment)
        self.enterContext(freezer)
        self.enterContext(patcher)

    def test_only_inside_of_the_time(self):
        contact = self._wish()
        for moment, can_call, hint in (
            ("2026-11-23 15:59:59", False, r"from .*12:00.*Asia/Taipei"),
            ("2026-11-23 16:00:00", True, r"until .*2:00.*Asia/Taipei"),
            ("2026-11-23 17:59:59", True, r"waits for the call until"),
            ("2026-11-23 18:00:00", False, r"Agree on a new time"),
        ):
            with self.subTest(moment=moment):
                self._at(moment)
                self.assertIs(contact.can_call_now, can_call)
                self.assertRegex(contact.callback_hint, hint)
                found = contact.search(
                    [("can_call_now", "=", True), ("id", "=", contact.id)]
                )
                self.assertEqual(bool(found), can_call)
                if not can_call:
                    with self.assertRaisesRegex(UserError, hint):
                        contact.action_called()

    def test_reached(self):
        contact = self._wish()
        activity = contact.activity_ids
        self.assertEqual(activity.activity_type_id, self.env.ref(CALL_BACK))
        self.assertEqual(activity.user_id, self.agent)
        self.assertEqual(str(activity.date_deadline), "2026-11-23")
        with self._refused("The call that we have promised"):
            contact.action_done()
        self._at("2026-11-23 16:30:00")
        contact.action_called()
        self.assertEqual(contact.callback_attempts, 1)
        self.assertEqual(str(contact.called_back_on), "2026-11-23 16:30:00")
        self.assertFalse(contact.activity_ids)
        self.assertFalse(contact.can_call_now)
        contact.action_done()

    def test_tried_as_often_as_the_company_wants(self):
        self.env.company.callback_max_tries = 2
        contact = self._wish()
        self._at("2026-11-23 16:30:00")
        contact.action_not_reached()
        with self._refused("The call that we have promised"):
            contact.action_done()
        contact.action_not_reached()
        self.assertFalse(contact.activity_ids)
        contact.action_done()

    def test_tries_are_not_written_by_hand(self):
        contact = self._wish()
        for values in ({"callback_attempts": 9}, {"called_back_on": NOON}):
            with self.assertRaises(AccessError):
                contact.write(values)

    @mute_logger("odoo.sql_db")
    def test_time_needs_permission_and_length(self):
        for values in (
            {"callback_wanted": False},
            {"callback_to": "2026-11-23 16:00:00"},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self._wish().write(values)
                self.env.flush_all()

    def test_missed_promise_is_told_once(self):
        contact = self._wish(user_id=False)
        self.assertEqual(contact.activity_ids.user_id, self.manager)
        contact.user_id = self.agent
        self._at("2026-11-23 18:00:01")
        self.assertTrue(contact.is_callback_missed)
        self.assertIn(contact, contact.search([("is_callback_missed", "=", True)]))
        for _run in range(2):
            self._run_cron("missed_callbacks")
            told = contact.sudo().activity_ids.filtered("summary")
            missed = told.filtered(lambda a: "and did not" in a.summary)
            self.assertEqual(missed.user_id, self.manager)
            self.assertEqual(len(missed), 1)
        contact.write(
            {
                "callback_from": contact.callback_from + timedelta(days=1),
                "callback_to": contact.callback_to + timedelta(days=1),
            }
        )
        self.assertFalse(contact.is_callback_missed)
        self.assertEqual(contact.activity_ids.user_id, self.agent)
