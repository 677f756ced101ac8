from datetime import date, datetime
from unittest.mock import patch

import pytz
from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..tools import duty
from .common import ServiceCommon

BRUSSELS = pytz.timezone("Europe/Brussels")


def at(*moment):
    """:return: a moment in UTC"""
    return pytz.utc.localize(datetime(*moment))


class TestDutyArithmetic(BaseCase):
    """Plain arithmetic; no database."""

    def test_nobody_at_all(self):
        promised = [(at(2026, 11, 30, 8), at(2026, 11, 30, 16))]
        self.assertEqual(duty.gaps(promised, duty.covered([], {})), promised)
        self.assertEqual(duty.hours(promised), 8)

    def test_shifts_meet(self):
        shifts = [
            (at(2026, 11, 30, 8), at(2026, 11, 30, 12), "a"),
            (at(2026, 11, 30, 12), at(2026, 11, 30, 16), "b"),
        ]
        promised = [(at(2026, 11, 30, 8), at(2026, 11, 30, 17))]
        self.assertEqual(
            duty.gaps(promised, duty.covered(shifts, {})),
            [(at(2026, 11, 30, 16), at(2026, 11, 30, 17))],
        )

    def test_who_is_away_is_not_there(self):
        shifts = [
            (at(2026, 11, 30, 8), at(2026, 11, 30, 16), "a"),
            (at(2026, 11, 30, 8), at(2026, 11, 30, 10), "b"),
        ]
        absences = {"a": [(at(2026, 11, 30, 9), at(2026, 11, 30, 11))]}
        promised = [(at(2026, 11, 30, 8), at(2026, 11, 30, 16))]
        self.assertEqual(
            duty.gaps(promised, duty.covered(shifts, absences)),
            [(at(2026, 11, 30, 10), at(2026, 11, 30, 11))],
        )

    def test_days_on_which_the_clock_changes(self):
        for day, length in ((date(2026, 10, 25), 25), (date(2026, 3, 29), 23)):
            self.assertEqual(
                duty.hours([duty.whole_days(day, day, "Europe/Brussels")]), length
            )


@tagged("post_install", "-at_install")
class TestDuty(ServiceCommon):
    """Shifts in the calendar, leaves, and the hours that are promised."""

    def _create_shift(self, users=None, **values):
        return self.env["calendar.event"].create(
            {
                "name": "Duty",
                "service_team_id": self.team.id,
                "partner_ids": [
                    Command.set((users or self.agent).partner_id.ids),
                ],
                **values,
            }
        )

    def _get_gaps(self, start, stop):
        _promised, gaps = self.team._get_coverage(start, stop)[self.team]
        return gaps

    def test_team_without_shifts_is_one_gap(self):
        start, stop = at(2026, 11, 30), at(2026, 12, 1)
        self.assertEqual(self._get_gaps(start, stop), [(start, stop)])

    def test_shift_of_a_whole_day_is_the_teams_day(self):
        self.env.company.partner_id.tz = "Asia/Taipei"
        self._create_shift(allday=True, start_date="2026-11-30", stop_date="2026-11-30")
        # Midnight in Taipei is 16:00 of the day before.
        self.assertFalse(self._get_gaps(at(2026, 11, 29, 16), at(2026, 11, 30, 16)))
        self.assertEqual(
            self._get_gaps(at(2026, 11, 29, 16), at(2026, 11, 30, 17)),
            [(at(2026, 11, 30, 16), at(2026, 11, 30, 17))],
        )

    def test_who_left_and_who_is_on_leave_is_not_there(self):
        self._create_shift(
            self.agent | self.colleague,
            start=datetime(2026, 11, 30, 8),
            stop=datetime(2026, 11, 30, 16),
        )
        period = at(2026, 11, 30, 8), at(2026, 11, 30, 16)
        resource = self.env["resource.resource"].create(
            {"name": "Agent", "user_id": self.agent.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "resource_id": resource.id,
                "date_from": datetime(2026, 11, 30, 12),
                "date_to": datetime(2026, 11, 30, 14),
            }
        )
        self.assertFalse(self._get_gaps(*period))
        self.colleague.active = False
        self.assertEqual(
            self._get_gaps(*period), [(at(2026, 11, 30, 12), at(2026, 11, 30, 14))]
        )

    def test_many_teams_take_few_queries(self):
        teams = self.team | self.team.create(
            [{"name": f"Team {number}", "is_service": True} for number in range(20)]
        )
        start, stop = at(2026, 11, 30), at(2027, 2, 28)
        teams._get_coverage(start, stop)
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            teams._get_coverage(start, stop)

    def test_who_leads_hears_of_each_gap_once(self):
        now = datetime(2026, 11, 29, 10)
        Gap = self.env["crm.service.duty.gap"]
        with freeze_time(now), patch("odoo.sql_db.BaseCursor.now", lambda cr: now):
            self._run_cron("find_gaps")
            gap = Gap.search([("team_id", "=", self.team.id)])
            self.assertEqual(len(gap), 1)
            self.assertEqual(gap.hours, 14 * 24)
            activity = gap.activity_ids
            self.assertEqual(activity.user_id, self.manager)
            self._run_cron("find_gaps")
            self.assertEqual(gap.activity_ids, activity)
            self._create_shift(
                allday=True, start_date="2026-11-01", stop_date="2026-12-31"
            )
            self._run_cron("find_gaps")
        self.assertFalse(Gap.search([("team_id", "=", self.team.id)]))

    def test_on_duty_now(self):
        now = datetime(2026, 11, 30, 9)
        self._create_shift(
            start=datetime(2026, 11, 30, 8), stop=datetime(2026, 11, 30, 16)
        )
        with patch("odoo.sql_db.BaseCursor.now", lambda cr: now):
            self.assertEqual(self.team._get_users_on_duty()[self.team], self.agent)
        later = datetime(2026, 11, 30, 16)
        with patch("odoo.sql_db.BaseCursor.now", lambda cr: later):
            self.assertFalse(self.team._get_users_on_duty()[self.team])
