from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import ServiceCommon

# On Thursday customers call; on Monday it is talked over.
THURSDAY = datetime(2026, 3, 26, 10)
MONDAY = datetime(2026, 3, 30, 8)
NEXT_MONDAY = datetime(2026, 4, 6, 8)
COUNCIL = "crm_referral_service.crm_service_council_action_next"


@tagged("post_install", "-at_install")
class TestMondayTour(ServiceCommon, HttpCase):
    """From a call to “you told us, we fixed it”, each part by the person who does it.

    Which reason costs most, why it was not solved the first time, who outside of
    service owns it, what was decided, whether it worked, and who has heard of it.
    """

    browser_size = "1440x900"
    manager_on_a_phone = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = cls.agent | cls.technician | cls.manager
        people.odoobot_state = "disabled"  # its chat covers a small screen
        pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.section = pride.section_ids[0]
        cls.reason.write(
            {
                "owner_id": cls.technician.id,
                "section_ids": [Command.set(cls.section.ids)],
            }
        )
        cls.where = cls.env.ref("crm_referral_service.reason_where")
        cls.damaged = cls.env.ref("crm_referral_service.reason_damaged")

    def setUp(self):
        super().setUp()
        self.clock = self.startPatcher(freeze_time(THURSDAY, tick=True))
        self.startPatcher(
            patch("odoo.sql_db.BaseCursor.now", lambda cursor: datetime.now())
        )
        self.env.company.partner_id.tz = "UTC"
        self.env["crm.service.contact"].search([]).active = False
        self.env["crm.service.council"].search([]).sudo().calendar_event_id = False

    def test_from_a_call_to_the_news(self):
        self._fill_the_log()
        self._meet_twice()
        self._agent_takes_two_calls()
        self._customer_writes_on_the_form()
        self._agent_sees_to_it()
        self._manager_opens_improvement()
        self._owner_has_done_it()
        self._manager_tells_who_told_us()
        self._customers_have_heard()

    # What was before.

    def _log(self, day, count, reason):
        self.env["crm.service.contact"].create(
            [
                {
                    "caller_name": f"Caller {day}/{number}",
                    "channel": "phone",
                    "reason_id": reason.id,
                    "contacted_on": datetime.combine(day, THURSDAY.time()),
                    "team_id": self.team.id,
                    "user_id": self.agent.id,
                }
                for number in range(count)
            ]
        )

    def _fill_the_log(self):
        """Before and after what was done on 12 March, and what began on 9 March."""
        self._log(date(2026, 1, 20), 1, self.where)  # since when there is a log
        self._log(date(2026, 2, 10), 50, self.reason)  # more than now
        self._log(date(2026, 3, 5), 24, self.reason)
        self._log(date(2026, 3, 18), 6, self.reason)
        self._log(date(2026, 3, 20), 4, self.damaged)
        self._log(date(2026, 3, 1), 18, self.where)
        self._log(date(2026, 3, 12), 5, self.where)
        self._win(200, date(2026, 3, 2))
        self._win(250, date(2026, 3, 16))
        self.customer.email = "clinic@example.com"
        self.complaint = self._create_complaint(
            reason_id=self.reason.id,
            wants_news=True,
            received_on=datetime(2026, 3, 20, 9),
        )
        self.notice = self.env["crm.service.notice"].create(
            {
                "name": "Your parcel has left us",
                "reason_ids": [Command.set(self.where.ids)],
                "started_on": date(2026, 3, 9),
                "window_days": 14,
                "denominator": "won",
            }
        )

    def _win(self, count, day):
        leads = self.env["crm.lead"].create(
            [{"name": "Won", "type": "opportunity", "probability": 100}] * count
        )
        leads.stage_id = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET date_closed = %s WHERE id IN %s",
            [day, tuple(leads.ids)],
        )
        self.env.invalidate_all()

    def _meet_twice(self):
        """On 9 March something was decided and done on the 12th; on the 23rd, too."""
        Council = self.env["crm.service.council"].with_user(self.manager)
        council = Council.create(
            {
                "date": date(2026, 3, 9),
                "team_id": self.team.id,
                "user_ids": [Command.set((self.manager | self.technician).ids)],
            }
        )
        done = self._decide(council, "We call the day before", date(2026, 3, 12))
        self.clock.move_to(datetime(2026, 3, 12, 9))
        done.action_done()
        self.clock.move_to(THURSDAY)
        for _week in range(3):
            if council.date == date(2026, 3, 23):
                self._decide(council, "Ask the carrier for an hour", date(2026, 4, 10))
            council.action_close()
            council = Council.search(
                [("state", "=", "planned"), ("team_id", "=", self.team.id)]
            )
        self.assertEqual(council.date, MONDAY.date())
        self.council = council

    def _decide(self, council, name, deadline):
        return self.env["crm.assessment.action"].create(
            {
                "name": name,
                "section_id": self.section.id,
                "reason_id": self.reason.id,
                "user_id": self.technician.id,
                "deadline": deadline,
                "council_id": council.id,
            }
        )

    # The parts of the story, in their order.

    def _agent_takes_two_calls(self):
        """Somebody unknown, who calls again: a chain, and why not the first time."""
        Contact = self.env["crm.service.contact"]
        known = Contact.search([])
        self.start_tour(
            "/odoo/new-contact", "crm_service_monday_calls", login=self.agent.login
        )
        first, again = (Contact.search([]) - known).sorted("id")
        self.assertFalse(first.partner_id)
        self.assertEqual((first.caller_name, first.reason_id), ("Chen", self.reason))
        self.assertEqual((again.first_id, again.previous_id), (first, first))
        self.assertEqual(again.miss_id.code, "not_understood")
        self.assertEqual(first.first_time, "no")

    def _customer_writes_on_the_form(self):
        """On a phone, without a login: a message, a mail, and a tick for news."""
        post = self.env["crm.service.post"].create(
            {
                "name": "Card at the desk",
                "kind": "comment_card",
                "owner_id": self.agent.id,
                "team_id": self.team.id,
            }
        )
        self._browse_as_phone(True)
        path = f"/service/tell-us/{post.sudo().access_token}"
        self.start_tour(path, "crm_service_monday_form", login=None)
        self._browse_as_phone(False)
        told = self.env["crm.service.contact"].search([("post_id", "=", post.id)])
        self.assertEqual(len(told), 1)
        self.assertEqual(told.email_normalized, "lin@example.com")
        self.assertTrue(told.wants_news)
        self.assertFalse(told.user_id or told.partner_id)

    def _agent_sees_to_it(self):
        """Why that is, and in which area the miss lies."""
        self.start_tour(
            "/odoo/service-contacts", "crm_service_monday_why", login=self.agent.login
        )
        told = self.env["crm.service.contact"].search([("channel", "=", "web")])
        self.assertEqual((told.reason_id, told.user_id), (self.reason, self.agent))
        again = self.env["crm.service.contact"].search([("is_repeat", "=", True)])
        self.assertEqual(again.miss_section_id, self.section)

    def _manager_opens_improvement(self):
        """What there is to see, counted by hand, and what is decided."""
        self.clock.move_to(MONDAY)
        self._run_cron("measure_effects")
        self._run_cron("measure_notices")
        self._browse_as_phone(self.manager_on_a_phone)
        self._start_as_manager("crm_service_monday_see")
        self._start_as_manager("crm_service_monday_decide")
        self.assertEqual(self.council.state, "closed")
        self.action = self.council.action_ids
        self.assertEqual(self.action.name, "The driver calls an hour before")
        self.assertEqual(self.action.user_id, self.technician)
        self.assertEqual(self.action.deadline, date(2026, 4, 13))
        self.assertEqual(self.action.reason_id, self.reason)

    def _owner_has_done_it(self):
        """Who owns the reason has no rights in service at all."""
        self.clock.move_to(datetime(2026, 4, 2, 9))
        self._browse_as_phone(False)
        self.start_tour("/odoo", "crm_service_monday_done", login=self.technician.login)
        self.assertEqual(self.action.state, "done")
        self.assertEqual(self.action.done_on, date(2026, 4, 2))

    def _manager_tells_who_told_us(self):
        self.clock.move_to(NEXT_MONDAY)
        self.assertFalse(self.action.news_ids)
        self._browse_as_phone(self.manager_on_a_phone)
        self._start_as_manager("crm_service_monday_tell")

    def _customers_have_heard(self):
        news = self.action.sudo().news_ids
        self.assertEqual(
            {(each.email, each.state, each.told_on) for each in news},
            {
                ("lin@example.com", "sent", NEXT_MONDAY.date()),
                ("clinic@example.com", "sent", NEXT_MONDAY.date()),
            },
        )
        mails = self.env["mail.mail"].search(
            [("model", "=", news._name), ("res_id", "in", news.ids)]
        )
        to = mails.mapped("email_to") + mails.recipient_ids.mapped("email")
        self.assertEqual(
            sorted(filter(None, to)), ["clinic@example.com", "lin@example.com"]
        )
        for mail in mails:
            self.assertIn("The driver calls an hour before", mail.body_html)
        self._browse_as_phone(True)
        path = f"/service/complaint/{self.complaint.sudo().access_token}"
        self.start_tour(path, "crm_service_monday_page", login=None)

    def _start_as_manager(self, tour):
        """At the desk through the menus, on the phone from a bookmark."""
        path = self.manager_on_a_phone and "action-" + COUNCIL
        self.start_tour(f"/odoo/{path or ''}", tour, login=self.manager.login)

    def _browse_as_phone(self, is_phone):
        self.browser_size = "390x844" if is_phone else "1440x900"
        self.touch_enabled = is_phone


@tagged("post_install", "-at_install")
class TestMondayOnAPhoneTour(TestMondayTour):
    """The manager sits in the train."""

    manager_on_a_phone = True
