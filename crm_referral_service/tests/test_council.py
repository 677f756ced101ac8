from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ServiceCommon

MONDAY = datetime(2026, 3, 30, 8)


class CouncilCommon(ServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.section = pride.section_ids[0]

    def setUp(self):
        super().setUp()
        self.clock = self.startPatcher(freeze_time(MONDAY))
        self.startPatcher(
            patch("odoo.sql_db.BaseCursor.now", lambda cursor: datetime.now())
        )
        self.env.company.partner_id.tz = "UTC"
        self.env["crm.service.contact"].search([]).active = False

    def _log(self, days_ago, count=1, reason=None, **values):
        """Log contacts of as many customers, that many days before Monday."""
        return self.env["crm.service.contact"].create(
            [
                {
                    "caller_name": f"Caller {days_ago}/{number}",
                    "channel": "phone",
                    "reason_id": (reason or self.reason).id,
                    "contacted_on": MONDAY - timedelta(days=days_ago),
                    "team_id": self.team.id,
                    "user_id": self.agent.id,
                    **values,
                }
                for number in range(count)
            ]
        )

    def _plan(self, user=None, **values):
        return (
            self.env["crm.service.council"]
            .with_user(user or self.manager)
            .create(
                {
                    "date": MONDAY.date(),
                    "team_id": self.team.id,
                    "user_ids": [
                        Command.set((self.manager | self.agent | self.technician).ids)
                    ],
                    **values,
                }
            )
        )

    def _decide(self, council=None, user=None, **values):
        return (
            self.env["crm.assessment.action"]
            .with_user(user or self.manager)
            .create(
                {
                    "name": "Tell them before",
                    "section_id": self.section.id,
                    "reason_id": self.reason.id,
                    "deadline": MONDAY.date() + timedelta(days=14),
                    "council_id": council and council.id,
                    **values,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestCouncil(CouncilCommon):
    """A meeting a week, kept as it was, and the next one planned."""

    def test_name_before_a_team_is_chosen(self):
        council = self.env["crm.service.council"].new(
            {"date": "2026-11-30", "team_id": False}
        )
        self.assertEqual(council.display_name, "11/30/2026")
        council.team_id = self.team
        self.assertEqual(council.display_name, "Service · 11/30/2026")

    def test_meeting_is_in_the_calendars(self):
        self.env.company.partner_id.tz = "Europe/Brussels"
        event = self._plan(hour=9.5).calendar_event_id
        self.assertEqual(event.start, datetime(2026, 3, 30, 7, 30), "summer time")
        people = self.manager | self.agent | self.technician
        self.assertEqual(event.partner_ids, people.partner_id)

    def test_meeting_that_is_moved(self):
        council = self._plan()
        event = council.calendar_event_id
        council.write({"date": date(2026, 3, 31), "next_date": date(2026, 4, 7)})
        self.assertEqual(council.calendar_event_id, event)
        self.assertEqual(event.start.date(), date(2026, 3, 31))
        council.unlink()
        self.assertFalse(event.exists())

    def test_end_plans_the_next(self):
        council = self._plan()
        council.with_user(self.agent).action_close()
        self.assertEqual(council.state, "closed")
        following = self.env["crm.service.council"].search(
            [("team_id", "=", self.team.id), ("state", "=", "planned")]
        )
        self.assertEqual(following.date, date(2026, 4, 6))
        self.assertEqual(following.user_ids, council.user_ids)
        with self.assertRaises(UserError):
            council.action_close()

    def test_next_one_that_is_planned_already(self):
        council = self._plan()
        later = self._plan(date=date(2026, 4, 2))
        council.action_close()
        found = self.env["crm.service.council"].search([("team_id", "=", self.team.id)])
        self.assertEqual(found, council | later)

    def test_who_has_left_is_not_invited_again(self):
        council = self._plan()
        self.technician.active = False
        council.action_close()
        following = self.env["crm.service.council"].search(
            [("team_id", "=", self.team.id), ("state", "=", "planned")]
        )
        self.assertEqual(following.user_ids, self.manager | self.agent)

    def test_meeting_that_was_held_stays(self):
        council = self._plan()
        council.action_close()
        for values in ({"date": date(2026, 5, 1)}, {"user_ids": [Command.clear()]}):
            with self.assertRaises(UserError):
                council.write(values)
        with self.assertRaises(UserError):
            council.unlink()
        council.minutes = "<p>Ask the carrier</p>"

    def test_agenda_stays_as_it_was(self):
        self._log(3, 4)
        council = self._plan()
        council.action_close()
        self._log(2, 9)
        self.assertEqual(council.agenda["growth"][0]["now"], 4)
        for values in ({"agenda_frozen": {}}, {"state": "planned"}):
            with self.assertRaises(UserError):
                council.write(values)

    def test_one_meeting_a_day(self):
        self._plan()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._plan()

    def test_next_one_opens(self):
        council = self._plan()
        Council = self.env["crm.service.council"]
        action = Council.with_user(self.agent).action_open_next()
        self.assertEqual(action["res_id"], council.id)
        council.action_close()
        following = Council.with_user(self.agent).action_open_next()
        self.assertNotIn(following["res_id"], (False, council.id))

    def test_without_any_meeting_the_list_opens(self):
        self.env["crm.service.council"].search([]).sudo().unlink()
        action = self.env["crm.service.council"].action_open_next()
        self.assertFalse(action.get("res_id"))

    def test_form(self):
        with Form(self.env["crm.service.council"].with_user(self.manager)) as form:
            form.date = date(2026, 6, 1)
            form.team_id = self.team
        council = form.record
        self.assertEqual(council.next_date, date(2026, 6, 8))
        self.assertEqual(council.user_ids, self.manager)


@tagged("post_install", "-at_install")
class TestCouncilRights(CouncilCommon):
    """Members write, who is invited from elsewhere reads, nobody else sees it."""

    def test_who_does_what(self):
        council = self._plan()
        for user, operations in (
            (self.manager, ("read", "write", "unlink")),
            (self.agent, ("read", "write")),
            (self.technician, ("read",)),
            (self.colleague, ()),
            (self.salesperson, ()),
        ):
            for operation in ("read", "write", "unlink"):
                with self.subTest(user=user.login, operation=operation):
                    self.assertEqual(
                        council.with_user(user).has_access(operation),
                        operation in operations,
                    )

    def test_who_is_invited_reads_agenda_and_decisions(self):
        self._log(3, 4)
        self._create_complaint(scope="systemic", reason_id=self.reason.id)
        council = self._plan()
        action = self._decide(council)
        seen = council.with_user(self.technician)
        self.assertIn(self.reason.display_name, seen.agenda_html)
        self.assertNotIn(self.customer.name, seen.agenda_html)
        self.assertNotIn("Caller", seen.agenda_html)
        self.assertEqual(seen.action_ids.mapped("name"), ["Tell them before"])
        with self.assertRaises(AccessError):
            action.with_user(self.technician).name = "Something else"

    def test_decision_of_another_council(self):
        action = self._decide(self._plan(user_ids=[Command.set(self.manager.ids)]))
        self.assertFalse(action.with_user(self.technician).has_access("read"))

    def test_what_people_typed_is_for_who_may_read_it(self):
        """A question or an action may name a customer; guests see its kind."""
        complaint = self._create_complaint(reason_id=self.reason.id, scope="systemic")
        self._decide(
            name="Call Clinic",
            reason_id=False,
            complaint_id=complaint.id,
            deadline=MONDAY.date() - timedelta(days=1),
        )
        council = self._plan()
        for state in ("planned", "closed"):
            with self.subTest(state):
                if state == "closed":
                    council.action_close()
                self.env.invalidate_all()
                self.assertIn("Call Clinic", council.agenda_html)
                seen = council.with_user(self.technician)
                self.assertIn("Improvement Action: Open", seen.agenda_html)
                for told in (seen.agenda_html, str(seen.agenda)):
                    self.assertNotIn("Clinic", told)
                    self.assertNotIn(complaint.name, told)
                with self.assertRaises(AccessError):
                    seen.read(["agenda_frozen"])

    def test_confidential_is_not_told_by_what_is_linked_to_it(self):
        complaint = self._create_complaint(
            self.manager,
            user_id=self.manager.id,
            is_confidential=True,
            reason_id=self.reason.id,
            story="The boss of Clinic shouted",
        )
        contact = self._log(1, partner_id=self.customer.id, complaint_id=complaint.id)
        defaults = complaint.action_plan_improvement()["context"]
        self.assertNotIn("default_partner_id", defaults)
        self.assertNotIn("default_cause", defaults)
        action = self._decide(
            self._plan(), complaint_id=complaint.id, contact_id=contact.id
        ).with_user(self.agent)
        self.env.flush_all()
        self.env.invalidate_all()
        [values] = action.read(["complaint_id", "contact_id"])
        groups = action.formatted_read_group(
            [("id", "=", action.id)], ["complaint_id"], ["__count"]
        )
        found = action.search([("complaint_id", "ilike", complaint.name)])
        self.assertEqual(values["complaint_id"][1], "Confidential")
        self.assertNotIn("Clinic", values["contact_id"][1])
        self.assertEqual(groups[0]["complaint_id"][1], "Confidential")
        self.assertFalse(found)
        [values] = action.with_user(self.manager).read(["complaint_id", "contact_id"])
        self.assertEqual(values["complaint_id"][1], complaint.name)
        self.assertIn("Clinic", values["contact_id"][1])

    def test_confidential_is_not_on_the_agenda(self):
        self._create_complaint(scope="systemic", is_confidential=True)
        self.assertFalse(self._plan().agenda["systemic"])


@tagged("post_install", "-at_install")
class TestCouncilAgenda(CouncilCommon):
    """What there is to talk about, counted by hand."""

    def test_growth(self):
        self._log(40, 2)
        self._log(3, 5)
        fallen = self.env.ref("crm_referral_service.reason_damaged")
        self._log(40, 3, reason=fallen)
        self._log(3, 2, reason=fallen)
        [row] = self._plan().agenda["growth"]
        self.assertEqual((row["id"], row["before"], row["now"]), (self.reason.id, 2, 5))

    def test_growth_counts_who_turned_to_us(self):
        self._log(3, 2, direction="out")
        self._log(60, 2)
        self._log(0, 2)
        self.assertFalse(self._plan().agenda["growth"], "today is not over")

    def test_misses(self):
        known = self.env.ref("crm_referral_service.miss_not_known")
        allowed = self.env.ref("crm_referral_service.miss_not_allowed")
        self._log(3, 3, miss_id=known.id)
        self._log(3, 1, miss_id=allowed.id, miss_section_id=self.section.id)
        self._log(35, 4, miss_id=allowed.id)
        council = self._plan()
        rows = council.agenda["misses"]
        self.assertEqual(
            [(row["id"], row["now"], row["total"]) for row in rows],
            [(known.id, 3, 4), (allowed.id, 1, 4)],
        )
        self.assertIn(
            f"1 of 4 in four weeks · {self.section.name} 1", council.agenda_html
        )

    def test_systemic_without_action(self):
        complaint = self._create_complaint(scope="systemic")
        council = self._plan()
        self.assertEqual(
            [row["id"] for row in council.agenda["systemic"]], complaint.ids
        )
        complaint.sudo().action_id = self._decide()
        council.invalidate_recordset()
        self.assertFalse(council.agenda["systemic"])

    def test_late_actions(self):
        council = self._plan()
        late = self._decide(deadline=MONDAY.date() - timedelta(days=1))
        self._decide(deadline=MONDAY.date())
        # Not the council's business: a PRIDE action about one customer.
        self._decide(
            deadline=MONDAY.date() - timedelta(days=1),
            reason_id=False,
            partner_id=self.customer.id,
        )
        council.invalidate_recordset()
        self.assertEqual([row["id"] for row in council.agenda["late"]], late.ids)

    def test_overdue_question(self):
        handover = (
            self.env["crm.service.handover"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": self._create_complaint().id,
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                    "deadline": MONDAY.date() - timedelta(days=1),
                }
            )
        )
        rows = self._plan().agenda["handovers"]
        self.assertEqual([row["id"] for row in rows], handover.ids)

    def test_growth_of_as_many_orders(self):
        """Twice as many contacts are no growth where there were four times as many
        orders; as many contacts are, where there were half as many.
        """
        damaged = self.env.ref("crm_referral_service.reason_damaged")
        self._log(30, 2), self._log(3, 4)
        self._log(30, 3, damaged), self._log(3, 13, damaged)
        council = self._plan()
        plain = {row["id"] for row in council.agenda["growth"]}
        self.assertEqual(plain, {self.reason.id, damaged.id})
        self.team.contact_denominator = "won"
        self.env.invalidate_all()
        Denominator = type(self.env["crm.service.denominator"])
        for counts, found in (
            ({0: 50, 1: 200}, damaged),
            ({0: 50, 1: 0}, damaged | self.reason),
        ):
            with patch.object(Denominator, "_count", lambda *_args, c=counts: c):
                self.env.invalidate_all()
                rows = council.agenda["growth"]
                self.assertEqual({row["id"] for row in rows}, set(found.ids))
                if len(found) == 1:
                    self.assertIn(
                        "6.5 per 100 won opportunities in four weeks, 6.0 in the four "
                        "weeks before",
                        council.agenda_html,
                    )

    def test_what_was_decided_last_week(self):
        council = self._plan()
        action = self._decide(council)
        council.action_close()
        following = self.env["crm.service.council"].search(
            [("team_id", "=", self.team.id), ("state", "=", "planned")]
        )
        [row] = following.agenda["decided"]
        self.assertEqual((row["id"], row["state"]), (action.id, "open"))
        self.assertIn("Tell them before", following.agenda_html)

    def test_whether_older_decisions_have_worked(self):
        """What was decided a week ago cannot be judged yet: before that, it can."""
        Council = self.env["crm.service.council"]
        council = self._plan(date=MONDAY.date() - timedelta(days=28))
        for decisions in (
            {"Too long ago": 50},
            {"Judged": 18},
            {"Done too late to be judged": 5, "Not done": 0},
            {"Of the last meeting": 2},
        ):
            for name, days_ago in decisions.items():
                action = self._decide(council, name=name)
                if days_ago:
                    action.action_done()
                    action.sudo().done_on = MONDAY.date() - timedelta(days=days_ago)
            council.action_close()
            council = Council.search([("state", "=", "planned")], limit=1)
        self.assertEqual(council.date, MONDAY.date())
        self._log(20, 30)
        self._run_cron("measure_effects")
        rows = council.agenda["decided"]
        self.assertEqual(
            [(row["label"], row["before"], row["now"], row["verdict"]) for row in rows],
            [("Of the last meeting", 0, 0, False), ("Judged", 30, 0, "fewer")],
        )

    def test_nothing_to_talk_about(self):
        council = self._plan()
        with patch.object(type(council), "_find_agenda", lambda council: {}):
            self.assertIn("Nothing stands out", council.agenda_html)


@tagged("post_install", "-at_install")
class TestEffect(CouncilCommon):
    """Contacts before and after, in equal times; chance is no success."""

    def _measure(self, action, days):
        action.action_done()
        self.clock.move_to(MONDAY + timedelta(days=days))
        self._run_cron("measure_effects")

    def test_fewer(self):
        action = self._decide()
        self._log(1, 30)
        self._log(14, 10)
        self._log(15, 50)  # before the two weeks that are compared
        self._log(0, 50)  # on the day itself
        self._log(-5, 8)
        self._log(-14, 2)
        self._log(-15, 50)  # after them
        self._measure(action, 16)
        self.assertEqual(action.effect_days, 14)
        self.assertEqual((action.contacts_before, action.contacts_after), (40, 10))
        self.assertEqual(action.effect_verdict, "fewer")
        measured = action._measure()
        self.assertEqual(
            (measured["before"], measured["after"], measured["n"]), (40, 10, 50)
        )
        self.assertIn("40 contacts in 14 days before", action.effect_note)

    def test_more_and_chance(self):
        for before, after, verdict in (
            (10, 40, "more"),
            (20, 15, "too_few"),
            (15, 2, "too_few"),
        ):
            with self.subTest(before=before, after=after):
                self.assertEqual(
                    self.env["crm.assessment.action"]._judge(before, after), verdict
                )

    def test_too_early(self):
        action = self._decide()
        self._log(1, 30)
        self._measure(action, 7)
        self.assertFalse(action.effect_days)
        self.assertFalse(action.effect_verdict)
        self.clock.move_to(MONDAY + timedelta(days=8))
        self._run_cron("measure_effects")
        self.assertEqual(action.effect_days, 7)

    def test_parts_of_the_reason_and_other_companies(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        action = self._decide(reason_id=self.reason.parent_id.id)
        self._log(1, 3)
        self._log(1, 5, company_id=other.id, team_id=False, user_id=False)
        self._log(1, 7, direction="out")
        self._measure(action, 8)
        self.assertEqual(action.contacts_before, 3)

    def test_complaint_that_nobody_logged(self):
        action = self._decide()
        self._create_complaint(
            reason_id=self.reason.id, received_on=MONDAY - timedelta(days=1)
        )
        self._measure(action, 8)
        self.assertEqual(action.contacts_before, 1)

    def test_reopened(self):
        action = self._decide()
        self._log(1, 30)
        self._measure(action, 8)
        action.action_reopen()
        self.assertFalse(action.effect_days)
        self.assertFalse(action.contacts_before)

    def test_figures_are_not_written_by_hand(self):
        action = self._decide()
        for fname in ("contacts_before", "contacts_after", "effect_verdict"):
            with self.assertRaises(AccessError):
                action[fname] = "fewer" if fname == "effect_verdict" else 7

    def test_many_at_once(self):
        """Counted in one query for all."""
        actions = self.env["crm.assessment.action"].union(
            *(self._decide() for _number in range(20))
        )
        actions.action_done()
        self._log(1, 3)
        self.clock.move_to(MONDAY + timedelta(days=8))
        self.env.flush_all()
        one = self._count_queries(actions[:1])
        self.assertLessEqual(self._count_queries(actions), one + 3)
        self.assertEqual(set(actions.mapped("contacts_before")), {3})

    def _count_queries(self, actions):
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        actions.sudo()._measure_effect()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_owner_of_the_reason_sees_to_it(self):
        self.reason.write(
            {
                "owner_id": self.technician.id,
                "section_ids": [Command.set(self.section.ids)],
            }
        )
        with Form(self.env["crm.assessment.action"].with_user(self.manager)) as form:
            form.name = "Tell them before"
            form.reason_id = self.reason
            form.deadline = date(2026, 5, 1)
        self.assertEqual(form.record.user_id, self.technician)
        self.assertEqual(form.record.section_id, self.section)
