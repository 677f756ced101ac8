from contextlib import contextmanager
from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ServiceCommon


class ContactCommon(ServiceCommon):
    """Somebody calls the service."""

    @classmethod
    def _log(cls, user=None, days_ago=0, **values):
        """Log a contact as an agent does."""
        moment = cls.env.cr.now() - timedelta(days=days_ago)
        return (
            cls.env["crm.service.contact"]
            .with_user(user or cls.agent)
            .create({"contacted_on": moment, **values})
        )

    @contextmanager
    def _refused(self, words):
        """What is tried in here is refused with these words, and leaves nothing."""
        with (
            self.assertRaisesRegex(ValidationError, words),
            self.env.cr.savepoint(),
        ):
            yield


@tagged("post_install", "-at_install")
class TestContact(ContactCommon):
    """One line in the log, and when it is done."""

    def test_nobody_needs_to_be_known(self):
        contact = self._log(note="It gurgles")
        self.assertFalse(contact.customer_key)
        self.assertFalse(contact.first_time)
        self.assertEqual(contact.user_id, self.agent)
        self.assertEqual(contact.team_id, self.team)
        self.assertIn("Unknown", contact.display_name)

    def test_customer_key_is_the_surest_one(self):
        """The company, else the number, else the mail, however they are written."""
        person = self.env["res.partner"].create(
            {"name": "Nurse", "parent_id": self.customer.id}
        )
        country = self.env.ref("base.be")
        self.env.company.country_id = country
        for values, key in (
            ({"partner_id": person.id}, f"p{self.customer.id}"),
            ({"phone": "02 290 34 91", "email": "a@b.example"}, "t+3222903491"),
            ({"phone": "+32 2 290 34 91"}, "t+3222903491"),
            ({"email": "Ann <A@B.example>"}, "ma@b.example"),
            ({"caller_name": "Ann"}, False),
            # No number of the country: an extension, or one digit too few.
            ({"phone": "02 290-34"}, "n0229034"),
            ({"phone": "02 290-34", "email": "a@b.example"}, "ma@b.example"),
            ({"phone": "4711"}, False),
        ):
            with self.subTest(values=values):
                self.assertEqual(self._log(**values).customer_key, key)

    def test_done_needs_the_reason(self):
        contact = self._log(partner_id=self.customer.id)
        with self._refused("The reason for the contact"):
            contact.action_done()
        contact.reason_id = self.reason
        contact.action_done()
        self.assertEqual(contact.state, "done")

    @mute_logger("odoo.sql_db")
    def test_database_knows_the_gates(self):
        contact = self._log(partner_id=self.customer.id)
        for clause in (
            "state = 'done'",
            "dumb_cause = 'defect'",
            "callback_from = now()",
            "is_repeat = TRUE",
            "reason_id = 1, state = 'done', callback_wanted = TRUE",
        ):
            with (
                self.subTest(clause=clause),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE crm_service_contact SET {clause} WHERE id = %s",
                    [contact.id],
                )

    @mute_logger("odoo.sql_db")
    def test_batch_and_import_obey(self):
        done = {"state": "done", "reason_id": self.reason.id}
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env["crm.service.contact"].create([done, {"state": "done"}])
        first = self._log(partner_id=self.customer.id, **done)
        with self._refused("not solved the first time"):
            self._log(previous_id=first.id, **done)
        columns = [*done, "previous_id/.id"]
        row = ["done", str(self.reason.id), str(first.id)]
        columns[1] = "reason_id/.id"
        result = self.env["crm.service.contact"].load(columns, [row])
        self.assertFalse(result["ids"])
        self.assertIn("not solved the first time", result["messages"][0]["message"])

    def test_question_to_a_colleague_comes_back_first(self):
        contact = self._log(reason_id=self.reason.id, outcome="handed_over")
        with self._refused("The question to a colleague"):
            contact.action_done()
        handover = self.env["crm.service.handover"].create(
            {
                "contact_id": contact.id,
                "to_user_id": self.technician.id,
                "question": "Why does it gurgle?",
            }
        )
        with self._refused("The answer of Technician"):
            contact.action_done()
        handover.with_user(self.technician).action_answer("Air in the pump")
        self.assertEqual(handover.sudo().activity_ids.user_id, self.agent)
        handover.action_told()
        contact.action_done()

    def test_nothing_is_deleted_and_managers_archive(self):
        contact = self._log()
        with self.assertRaises(AccessError):
            contact.unlink()
        with self.assertRaises(AccessError):
            contact.with_user(self.manager).unlink()
        with self.assertRaisesRegex(AccessError, "Contacts are kept"):
            contact.active = False
        contact.with_user(self.manager).active = False

    def test_who_only_reads_is_offered_no_step(self):
        other_team = self.team.copy({"name": "Night", "member_ids": False})
        taken, free = self._log(), self._log(user_id=False, team_id=other_team.id)
        taken.team_id = other_team
        for user, expected in (
            (self.agent, [True, True]),
            (self.colleague, [False, True]),
            (self.manager, [True, True]),
        ):
            contacts = (taken | free).with_user(user)
            self.assertEqual(contacts.mapped("can_be_changed"), expected, user.name)
        taken.with_user(self.manager).team_id = self.team
        self.assertTrue(taken.with_user(self.colleague).can_be_changed)
        new = self.env["crm.service.contact"].with_user(self.colleague).new()
        self.assertTrue(new.can_be_changed)

    def test_name_with_the_note_is_as_it_is_now(self):
        contact = self._log(caller_name="Ann").with_context(with_note=True)
        self.assertRegex(contact.display_name, "Ann$")
        contact.write({"note": "Where is it?", "reason_id": self.reason.id})
        self.assertIn(self.reason.name, contact.display_name)
        self.assertRegex(contact.display_name, r"Where is it\?$")

    def test_group_of_reasons_is_no_reason(self):
        with self.assertRaises(ValidationError):
            self._log(reason_id=self.reason.parent_id.id)

    def test_outside_promised_hours(self):
        self.team.service_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Mornings",
                "tz": "Asia/Taipei",
                "attendance_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Monday",
                            "dayofweek": "0",
                            "hour_from": 9,
                            "hour_to": 12,
                        },
                    )
                ],
            }
        )
        # Monday 2026-11-23, 09:00 in Taipei is 01:00 in UTC.
        for moment, outside in (
            ("2026-11-23 00:59:59", True),
            ("2026-11-23 01:00:00", False),
            ("2026-11-23 03:59:59", False),
            ("2026-11-23 04:00:00", True),
            ("2026-11-22 02:00:00", True),
        ):
            with self.subTest(moment=moment):
                self.assertIs(self._log(contacted_on=moment).is_outside_hours, outside)
