from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_contact import ContactCommon


@tagged("post_install", "-at_install")
class TestContactGates(ContactCommon):
    """Not done is not done: by import, for many at once, from an archive."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.callback_max_tries = 3
        cls.waiting = cls.env.ref("crm_referral_service.miss_waiting")

    def _log_first(self, **values):
        return self._log(
            days_ago=1, partner_id=self.customer.id, reason_id=self.reason.id, **values
        )

    def _load(self, **values):
        Contact = self.env["crm.service.contact"].with_user(self.agent)
        result = Contact.load(list(values), [[str(value) for value in values.values()]])
        self.assertFalse(result["ids"])
        return result["messages"][0]["message"]

    def test_waiting_for_somebody_needs_the_question(self):
        again = self._log(
            partner_id=self.customer.id,
            reason_id=self.reason.id,
            previous_id=self._log_first().id,
            miss_id=self.waiting.id,
        )
        other = self._log_first()
        with self._refused("colleague for whom we waited"):
            (other | again).write({"state": "done"})
        self.assertEqual((other | again).mapped("state"), ["open", "open"])
        other.action_done()
        # Known only afterwards: what is done already is looked at once more.
        again.miss_id = self.env.ref("crm_referral_service.miss_not_understood")
        again.action_done()
        with self._refused("colleague for whom we waited"):
            again.miss_id = self.waiting
        message = self._load(
            **{
                "partner_id/.id": self.customer.id,
                "reason_id/.id": self.reason.id,
                "previous_id/.id": other.id,
                "miss_id/.id": self.waiting.id,
                "state": "done",
            }
        )
        self.assertIn("colleague for whom we waited", message)

    @mute_logger("odoo.sql_db")
    def test_a_promised_call_is_made(self):
        contacts = self._log_first() | self._log_first(callback_wanted=True)
        with self._refused("The call that we have promised"):
            contacts.write({"state": "done"})
        for _try in range(2):
            contacts[1].action_not_reached()
        with self._refused("The call that we have promised"):
            contacts.write({"state": "done"})
        contacts[1].action_not_reached()
        contacts.write({"state": "done"})
        again = self._log_first(state="done")
        with self._refused("The call that we have promised|still waits for a call"):
            again.callback_wanted = True
        message = self._load(
            **{"reason_id/.id": self.reason.id, "callback_wanted": 1, "state": "done"}
        )
        self.assertRegex(message, "still waits for a call|that we have promised")

    def test_tries_are_not_imported(self):
        with self.assertRaises(AccessError):
            self._log_first(callback_wanted=True, callback_attempts=3)

    @mute_logger("odoo.sql_db")
    def test_no_setting_leads_out_of_the_calendar(self):
        """Else no contact could be written, and no job would run to its end."""
        for record, fname in (
            (self.team, "repeat_days"),
            (self.team, "reopen_days"),
            (self.env.company, "complaint_legal_days"),
            (self.env.company, "unknown_caller_months"),
        ):
            with (
                self.subTest(fname=fname),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                record[fname] = 1_000_000
                self.env.flush_all()

    def test_an_archive_is_no_way_around(self):
        contact = self._log_first(callback_wanted=True).with_user(self.manager)
        contact.action_archive()
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            contact.write({"state": "done"})
        contact.action_unarchive()
        with self._refused("The call that we have promised"):
            contact.action_done()
