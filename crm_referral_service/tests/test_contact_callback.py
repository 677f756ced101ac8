from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import SERVICE_MANAGER, SERVICE_USER
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

    def test_promise_of_nobody_is_the_managers(self):
        """Nobody has taken it, and who led the team has left."""
        managers = self.env.ref(SERVICE_MANAGER)
        leader = self._create_user("leader", SERVICE_USER)
        self.team.user_id = leader
        leader.active = False
        for team in (self.team, self.team.browse()):
            with self.subTest(team=team.name):
                contact = self._wish(user_id=False, team_id=team.id)
                user = contact.activity_ids.user_id
                self.assertEqual(len(user), 1)
                self.assertIn(user, managers.all_user_ids)
        self._at("2026-11-23 18:00:01")
        self._run_cron("missed_callbacks")
        missed = contact.sudo().activity_ids.filtered("summary")
        self.assertIn(missed.user_id, managers.all_user_ids)


@tagged("post_install", "-at_install")
class TestCallbackHours(ContactCommon):
    """Who has told us once when they like to be called is not asked again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.tz = "Asia/Taipei"
        cls.nurse = cls.customer.create(
            {"name": "Nurse", "parent_id": cls.customer.id, "tz": "Asia/Taipei"}
        )

    def _set_hours(self, partner, start, end):
        partner.sudo().write(
            {"service_callback_from": start, "service_callback_to": end}
        )

    def _get_window(self, partner, now):
        moment = fields.Datetime.to_datetime(now)
        with patch("odoo.sql_db.BaseCursor.now", lambda _self: moment):
            form = Form(self.env["crm.service.contact"].with_user(self.agent))
            form.partner_id = partner
            form.callback_wanted = True
            return [str(form[name]) for name in ("callback_from", "callback_to")]

    def test_proposed_on_the_clock_of_the_customer(self):
        """Today, as long as it is not over; of a person, else of their company."""
        self._set_hours(self.customer, 9, 11 + 20 / 60)
        today = ["2026-11-23 01:00:00", "2026-11-23 03:20:00"]
        tomorrow = ["2026-11-24 01:00:00", "2026-11-24 03:20:00"]
        for now, window in (
            ("2026-11-22 16:00:00", today),
            ("2026-11-23 02:00:00", today),
            ("2026-11-23 03:19:59", today),
            ("2026-11-23 03:20:00", tomorrow),
        ):
            with self.subTest(now=now):
                self.assertEqual(self._get_window(self.customer, now), window)
                self.assertEqual(self._get_window(self.nurse, now), window)
        self._set_hours(self.nurse, 0, 24)
        self.assertEqual(
            self._get_window(self.nurse, "2026-11-23 02:00:00"),
            ["2026-11-22 16:00:00", "2026-11-23 16:00:00"],
        )

    def test_nothing_is_proposed_for_who_was_not_asked(self):
        window = self._get_window(self.customer, "2026-11-23 02:00:00")
        self.assertEqual(window, ["False", "False"])

    def test_what_was_agreed_stays(self):
        self._set_hours(self.customer, 9, 11)
        form = Form(self.env["crm.service.contact"].with_user(self.agent))
        form.callback_wanted = True
        form.callback_from = NOON
        form.partner_id = self.customer
        self.assertEqual(form.callback_from, NOON)

    def test_the_quick_screen_proposes_it(self):
        Contact = self.env["crm.service.contact"].with_user(self.agent)
        known = Contact.get_caller(self.customer.id)
        self.assertEqual((known["callback_from"], known["callback_to"]), ("", ""))
        self._set_hours(self.customer, 9, 11.5)
        with patch("odoo.sql_db.BaseCursor.now", lambda _self: NOON):
            known = Contact.get_caller(self.customer.id)
        self.assertEqual(known["callback_from"], "2026-11-24T09:00")
        self.assertEqual(known["callback_to"], "2026-11-24T11:30")

    def test_remembered_from_a_contact(self):
        """By an agent who may not change customers otherwise."""
        self.assertFalse(self.nurse.with_user(self.agent).has_access("write"))
        contact = self._log(
            partner_id=self.nurse.id,
            callback_wanted=True,
            callback_from="2026-11-23 01:00:00",
            callback_to="2026-11-23 03:20:00",
        )
        contact.action_remember_hours()
        nurse = self.nurse.with_user(self.agent)
        self.assertEqual(nurse.service_callback_from, 9)
        self.assertAlmostEqual(nurse.service_callback_to, 11.3333, 3)
        self.assertFalse(self.customer.service_callback_to)
        contact.callback_to = "2026-11-23 16:00:00"  # midnight there
        contact.action_remember_hours()
        self.assertEqual(nurse.service_callback_to, 24)
        for values in (
            {"callback_to": "2026-11-23 17:00:00"},
            {"callback_to": False},
            {"partner_id": False},
        ):
            contact.write(values)
            with self.subTest(values=values), self.assertRaises(UserError):
                contact.action_remember_hours()
        stranger = self._create_user("stranger", SERVICE_USER)
        with self.assertRaises(AccessError):
            contact.with_user(stranger).action_remember_hours()

    @mute_logger("odoo.sql_db")
    def test_hours_of_a_day(self):
        for start, end in ((-1, 5), (9, 9), (10, 9), (9, 24.5), (9, 0), (9, False)):
            with (
                self.subTest(start=start, end=end),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self._set_hours(self.customer, start, end)
                self.env.flush_all()
        for start, end in ((0, 24), (0, 0), (False, False), (9, 17)):
            self._set_hours(self.customer, start, end)
            self.env.flush_all()

    def test_only_the_service_knows(self):
        self._set_hours(self.customer, 9, 11)
        for user in (self.salesperson, self.technician):
            customer = self.customer.with_user(user)
            self.assertNotIn("service_callback_to", customer.fields_get())
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                customer.read(["service_callback_to"])
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                customer.search([("service_callback_to", "=", 11)])
        with self.assertRaises(AccessError):
            self.customer.with_user(self.salesperson).write({"service_callback_to": 12})

    def test_merged_customers_keep_the_hours_of_one(self):
        """Whoever merges them; not the morning of one and the evening of another."""
        merger = self.technician
        merger.group_ids += self.env.ref("base.group_partner_manager")
        for theirs, ours, kept in (
            ((9, 12), (0, 5), (0, 5)),
            ((9, 12), (0, 0), (9, 12)),
        ):
            with self.subTest(theirs=theirs, ours=ours):
                double = self.customer.create({"name": "Clinic again"})
                self._set_hours(double, *theirs)
                self._set_hours(self.customer, *ours)
                customer = self.customer.with_user(merger)
                self.env["base.partner.merge.automatic.wizard"].with_user(
                    merger
                )._merge([double.id, customer.id], customer)
                self.env.flush_all()
                customer = self.customer.sudo()
                self.assertEqual(
                    (customer.service_callback_from, customer.service_callback_to),
                    kept,
                )
