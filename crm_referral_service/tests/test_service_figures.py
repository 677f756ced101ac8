from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..figures import FIGURES
from ..tools.authority import find_limit, is_too_low
from .common import SERVICE_USER, ServiceCommon


class FiguresCommon(ServiceCommon):
    """Complaints, questions, gestures and days that can be counted by hand."""

    def _read(self, user=None, start=None, end=None, **options):
        user = user or self.manager
        Figures = self.env["crm.service.figures"].with_user(user)
        values = Figures._read(
            {
                "date_from": start,
                "date_to": end,
                "company_ids": self.env.company.ids,
                "team_ids": [],
                "salesperson_ids": [],
                "selection": None,
                "selected_model": False,
                **options,
            },
            [figure.code for figure in FIGURES],
        )
        return {figure.code: figure.get_value(values) for figure in FIGURES}

    def _set(self, records, **values):
        """Write what no user could: moments of the past."""
        records.sudo().flush_recordset()
        for name, value in values.items():
            self.env.cr.execute(
                f"UPDATE {records._table} SET {name} = %s WHERE id = ANY(%s)",
                [value, records.ids],
            )
        records.invalidate_recordset()


@tagged("post_install", "-at_install")
class TestComplaintFigures(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.complaint"].search([]).action_archive()
        cls.complaints = cls.env["crm.complaint"].union(
            *(cls._create_complaint() for _number in range(6))
        )

    def _end(self, complaint, solved, felt_heard, **values):
        """Close a complaint as it is told here."""
        outcome = {
            ("yes", "yes"): "resolved",
            ("yes", "no"): "fixed",
            ("no", "yes"): "calmed",
        }.get((solved, felt_heard), "unresolved")
        self._set(
            complaint,
            solved=solved,
            felt_heard=felt_heard,
            unresolved_reason="They moved away",
            outcome=outcome,
            closed_on=datetime(2026, 11, 10, 12),
            **values,
        )

    def test_nothing(self):
        self.complaints.action_archive()
        values = self._read()
        self.assertEqual(values["complaints"], 0)
        for code in ("resolved_rate", "days_to_end", "acknowledged_rate"):
            self.assertIsNone(values[code], code)

    def test_acknowledged_in_time(self):
        in_time, late, forgotten, open_one, without, _other = self.complaints
        now = self.env.cr.now()
        hour = timedelta(hours=1)
        self._set(self.complaints, answer_by=now - hour, acknowledged_on=None)
        self._set(in_time, acknowledged_on=now - hour)
        self._set(late, acknowledged_on=now)
        self._set(forgotten, acknowledged_on=None)
        self._set(open_one, answer_by=now + hour)
        self._set(without, answer_by=None, acknowledged_on=now)
        values = self._read()
        self.assertEqual(values["complaints"], 6)
        # the one without a promise and the one not yet due do not count
        self.assertEqual(values["acknowledge_due"], 4)
        self.assertEqual(values["acknowledged"], 1)
        self.assertEqual(values["acknowledged_rate"], 0.25)

    def test_endings(self):
        first, second, third, fourth, fifth, _open = self.complaints
        self._set(self.complaints, received_on=datetime(2026, 11, 9, 12))
        self._set(first, received_on=datetime(2026, 10, 31, 12))
        self._end(first, "yes", "yes", second_contact_done_on=date(2026, 11, 20))
        self._end(second, "yes", "yes", reopen_count=2)
        self._end(third, "yes", "no")
        self._end(fourth, "no", "yes")
        self._end(fifth, "partly", "partly", reopen_count=1)
        values = self._read()
        self.assertEqual(values["closed_complaints"], 5)
        self.assertEqual(values["resolved"], 2)
        self.assertEqual(values["resolved_rate"], 0.4)
        self.assertEqual(values["second_contact_rate"], 0.2)
        self.assertEqual(values["reopened_rate"], 0.4)
        # of 10, 1, 1, 1 and 1 days: a mean would be 2.8
        self.assertEqual(values["days_to_end"], 1)
        cells = {
            (solved, heard): count
            for solved, heard, count in self.env["crm.complaint.report"]._read_group(
                [("outcome", "!=", False)],
                ["solved", "felt_heard"],
                ["closed_count:sum"],
            )
        }
        self.assertEqual(
            cells,
            {
                ("yes", "yes"): 2,
                ("yes", "no"): 1,
                ("no", "yes"): 1,
                ("partly", "partly"): 1,
            },
        )

    def test_rates_of_groups_and_of_all_are_of_rows(self):
        first, second, third, *_open = self.complaints
        other = self.team.copy({"name": "Other", "member_ids": False})
        self._set(third, team_id=other.id)
        self._end(first, "yes", "yes")
        self._end(second, "no", "no")
        self._end(third, "yes", "yes")
        Report = self.env["crm.complaint.report"].with_user(self.manager)
        groups = dict(
            Report._read_group([], ["team_id"], ["resolved_rate:avg"]),
        )
        self.assertEqual(groups, {self.team: 0.5, other: 1})
        [[total]] = Report._read_group([], [], ["resolved_rate:avg"])
        self.assertAlmostEqual(total, 2 / 3)
        self.assertEqual(
            Report.fields_get(["resolved_rate"])["resolved_rate"]["counted_domain"],
            [["closed_count", "!=", 0]],
        )

    def test_something_good_came_of_it(self):
        confirmed, proposed, introduced, before, lost, _open = self.complaints
        other = self.env["res.partner"].create({"name": "Dentist"})
        third = self.env["res.partner"].create({"name": "Baker"})
        (proposed | confirmed | lost).partner_id = third
        introduced.partner_id = other
        before.partner_id = self.customer
        for complaint in self.complaints[:4]:
            self._end(complaint, "yes", "yes")
        self._end(lost, "no", "no")
        for complaint, is_confirmed in (
            (confirmed, True),
            (proposed, False),
            (lost, True),
        ):
            self.env["crm.referral.benefit"].create(
                {
                    "name": "A call the day before",
                    "partner_id": third.id,
                    "origin": "complaint",
                    "complaint_id": complaint.id,
                    "confirmed": is_confirmed,
                }
            )
        for partner, day in ((other, "2026-11-10"), (self.customer, "2026-11-09")):
            referral = self.env["crm.referral"].create(
                {"partner_id": partner.id, "override_reason": "They insist"}
            )
            self.env["crm.referral.candidate"].create(
                {
                    "referral_id": referral.id,
                    "name": "Somebody",
                    "state": "introduced",
                    "introduced_on": day,
                }
            )
        values = self._read()
        self.assertEqual(values["resolved"], 4)
        self.assertEqual(values["followed"], 2)
        self.assertEqual(values["followed_rate"], 0.5)

    def test_period_is_the_readers(self):
        self._set(self.complaints, received_on=datetime(2026, 11, 9, 12))
        self._set(self.complaints[0], received_on=datetime(2026, 11, 30, 17))
        december = {"start": date(2026, 12, 1), "end": date(2026, 12, 31)}
        for zone, count in (("UTC", 0), ("Asia/Taipei", 1)):
            self.manager.tz = zone
            Figures = self.env["crm.service.figures"].with_context(tz=zone)
            self.env = Figures.env
            self.assertEqual(self._read(**december)["complaints"], count, zone)

    def test_area_of_several_causes(self):
        areas = self.env["crm.assessment.section"].search([], limit=2)
        self.complaints[0].section_ids = areas
        self.complaints[1].section_ids = areas[0]
        self.complaints[:2].scope = "systemic"
        rows = self.env["crm.complaint.report"]._read_group(
            [("scope", "=", "systemic")], ["section_ids"], ["systemic_count:sum"]
        )
        self.assertEqual(dict(rows), {areas[0]: 2, areas[1]: 1})

    def test_who_sees_what(self):
        self.complaints[0].is_confidential = True
        for user, count in ((self.agent, 6), (self.colleague, 5), (self.manager, 6)):
            self.assertEqual(self._read(user)["complaints"], count, user.name)
        for user in (self.salesperson, self.technician):
            with self.assertRaises(AccessError):
                self._read(user)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._create_user(
            "stranger",
            SERVICE_USER,
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        self.assertEqual(self._read(stranger)["complaints"], 0)


@tagged("post_install", "-at_install")
class TestHandoverFigures(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint()
        cls.env["crm.service.handover"].search([]).unlink()

    def _ask(self, deadline, user=None):
        return (
            self.env["crm.service.handover"]
            .with_user(user or self.agent)
            .create(
                {
                    "complaint_id": self.complaint.id,
                    "to_user_id": self.technician.id,
                    "question": "Why does it gurgle?",
                    "deadline": deadline,
                }
            )
        )

    def test_told_in_time(self):
        now = self.env.cr.now()
        past, ahead = now.date() - timedelta(days=3), now.date() + timedelta(days=3)
        in_time, late, forgotten = self._ask(ahead), self._ask(past), self._ask(past)
        waiting, gone = self._ask(ahead), self._ask(past)
        gone.action_withdraw()
        for handover, hours in ((in_time, 1), (late, 30)):
            handover.with_user(self.technician).action_answer("Air")
            handover.action_told()
            self._set(handover, answer_hours=hours)
        waiting.with_user(self.technician).action_answer("Water")
        self._set(waiting, answer_hours=2)
        values = self._read()
        self.assertEqual(values["questions"], 4)
        self.assertEqual(values["told_due"], 3)
        self.assertEqual(values["told_in_time"], 1)
        self.assertAlmostEqual(values["told_rate"], 1 / 3)
        self.assertEqual(values["unanswered"], 1)
        self.assertEqual(values["answered"], 3)
        # of 1, 2 and 30 hours: a mean would be 11
        self.assertEqual(values["hours_to_answer"], 2)
        self.assertTrue(forgotten)

    def test_who_sees_what(self):
        self._ask("2030-01-01")
        self._ask("2030-01-01", self.colleague)
        stranger = self._create_user("stranger", SERVICE_USER)
        for user, count in (
            (self.agent, 2),
            (self.colleague, 2),
            (stranger, 0),
            (self.manager, 2),
        ):
            self.assertEqual(self._read(user)["questions"], count, user.name)
        self.complaint.is_confidential = True
        self.assertEqual(self._read(self.colleague)["questions"], 0)
        self.assertEqual(self._read(self.agent)["questions"], 2)


@tagged("post_install", "-at_install")
class TestAuthorityFigures(FiguresCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint()
        cls.env["crm.complaint.gesture"].search([]).unlink()
        cls.env["crm.service.authority"].search([]).unlink()
        cls.limit = cls.env["crm.service.authority"].create(
            {"type_id": cls.refund.id, "max_amount": 200, "team_id": cls.team.id}
        )

    def _give(self, amount, decision=None, gesture_type=None):
        gesture = (
            self.env["crm.complaint.gesture"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": self.complaint.id,
                    "type_id": (gesture_type or self.refund).id,
                    "amount": amount,
                }
            )
        )
        gesture.action_agree()
        if decision:
            getattr(gesture.with_user(self.manager), decision)()
        return gesture

    def test_figures(self):
        self._give(0, gesture_type=self.apology)
        self._give(100)
        self._give(300)
        now = self.env.cr.now()
        for amount, decision, hours in (
            (400, "action_approve", 1),
            (500, "action_approve", 2),
            (900, "action_refuse", 60),
        ):
            gesture = self._give(amount, decision)
            self._set(gesture, approved_on=now + timedelta(hours=hours))
        values = self._read()
        self.assertEqual(values["gestures"], 5)
        self.assertEqual(values["within_limit_rate"], 0.2)
        self.assertEqual(values["decided"], 3)
        self.assertAlmostEqual(values["unchanged_rate"], 2 / 3)
        # of 1, 2 and 60 hours: a mean would be 21
        self.assertEqual(values["hours_to_decide"], 2)

    def test_proposal_names_the_rule(self):
        for amount in (250, 260, 270, 280, 290, 300, 310, 900):
            self._give(amount, "action_approve")
        Authority = self.env["crm.service.authority"].with_user(self.manager)
        self._give(900, "action_refuse")
        self.assertFalse(Authority._get_proposals())
        self._give(950, "action_refuse")
        [proposal] = Authority._get_proposals()
        self.assertEqual(proposal.authority, self.limit)
        self.assertEqual((proposal.decided, proposal.unchanged), (10, 8))
        self.assertEqual(proposal.amount, 310)
        self.assertIn("200", proposal.authority.display_name)
        self.limit.max_amount = 310
        self.assertFalse(Authority._get_proposals())

    def test_proposal_where_there_is_no_limit(self):
        self.limit.unlink()
        for _number in range(10):
            self._give(50, "action_approve")
        [proposal] = (
            self.env["crm.service.authority"].with_user(self.manager)._get_proposals()
        )
        self.assertFalse(proposal.authority)
        self.assertEqual(proposal.gesture_type, self.refund)
        self.assertEqual(proposal.amount, 50)

    def test_arithmetic(self):
        self.assertTrue(is_too_low(10, 8))
        self.assertFalse(is_too_low(10, 7))
        self.assertFalse(is_too_low(9, 9))
        self.assertEqual(find_limit([300, 250, 900, 300, 260]), 300)
        self.assertEqual(find_limit([70]), 70)


@tagged("post_install", "-at_install")
class TestCoverageFigures(FiguresCommon):
    def _at(self, *moment):
        return patch("odoo.sql_db.BaseCursor.now", lambda _cr: datetime(*moment))

    def test_covered_of_promised(self):
        self.env["crm.team"].search([]).is_service = False
        self.team.is_service = True
        self.env.company.partner_id.tz = "Asia/Taipei"
        self.env["calendar.event"].create(
            {
                "name": "Duty",
                "service_team_id": self.team.id,
                "partner_ids": [Command.set(self.agent.partner_id.ids)],
                # In Taipei from 22:00 on the 20th to 04:00 on the 21st
                "start": "2026-11-20 14:00:00",
                "stop": "2026-11-20 20:00:00",
            }
        )
        self.env["crm.service.contact"].search([]).active = False
        # In Taipei at 21:59 and 22:00 on the 20th, 03:59 and 04:00 on the 21st.
        for moment in ("20 13:59", "20 14:00", "20 19:59", "20 20:00"):
            for direction in ("in", "out"):
                self.env["crm.service.contact"].create(
                    {
                        "caller_name": moment,
                        "team_id": self.team.id,
                        "contacted_on": f"2026-11-{moment}:00",
                        "direction": direction,
                    }
                )
        Coverage = self.env["crm.service.coverage"]
        for _twice in range(2):
            with self._at(2026, 11, 22, 12):
                self.env["crm.service.duty.gap"]._cron_find_gaps()
            days = {
                day.date.day: day.covered_hours
                for day in Coverage.search([("covered_hours", ">", 0)])
            }
            self.assertEqual(days, {20: 2, 21: 4})
            hit = Coverage.search([("gap_contacts", ">", 0)])
            self.assertEqual({d.date.day: d.gap_contacts for d in hit}, {20: 1, 21: 1})
        rows = Coverage.search([("team_id", "=", self.team.id)])
        self.assertEqual(len(rows), 21)
        self.assertEqual(set(rows.mapped("promised_hours")), {24})
        values = self._read(start=date(2026, 11, 20), end=date(2026, 11, 21))
        self.assertEqual(values["promised_hours"], 48)
        self.assertEqual(values["coverage"], 6 / 48)
        self.assertEqual(values["gap_contacts"], 2)
        # a week later, the shift is deleted: the past is as it was
        self.env["calendar.event"].search([]).unlink()
        with self._at(2026, 12, 1, 12):
            self.env["crm.service.duty.gap"]._cron_find_gaps()
        values = self._read(start=date(2026, 11, 20), end=date(2026, 11, 21))
        self.assertEqual(values["covered_hours"], 6)
