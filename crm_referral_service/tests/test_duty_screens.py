from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestDutyScreens(ServiceCommon):
    """Shifts and gaps, as people see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gap = cls.env["crm.service.duty.gap"].create(
            {
                "team_id": cls.team.id,
                "start": "2026-12-06 02:00:00",
                "stop": "2026-12-06 06:00:00",
            }
        )

    def _open(self, action, user):
        """A form, as the action opens it."""
        [[view_id, _mode]] = action["views"]
        model = self.env[action["res_model"]].with_user(user)
        return Form(
            model.with_context(**action["context"]),
            view=self.env["ir.ui.view"].browse(view_id),
        )

    def test_a_shift_fills_a_gap(self):
        with self._open(
            self.gap.with_user(self.agent).action_fill(), self.agent
        ) as shift:
            self.assertEqual(shift.name, "On duty")
            self.assertEqual(shift.service_team_id, self.team)
            shift.partner_ids.add(self.colleague.partner_id)
        event = shift.record
        self.assertEqual(event.partner_ids, self.colleague.partner_id)
        self.assertEqual(event.start, self.gap.start)
        self.assertEqual(event.stop, self.gap.stop)
        self.assertEqual(event.show_as, "free")
        with self.enter_registry_test_mode():
            self.team._update_duty_gaps()
        self.assertFalse(self.gap.exists())

    def test_a_new_shift_is_for_the_own_team(self):
        self.env["crm.team"].create({"name": "A Night Team", "is_service": True})
        shift = (
            self.env["calendar.event"]
            .with_user(self.agent)
            .with_context(crm_service_shift=True)
            .default_get(["name", "service_team_id"])
        )
        self.assertEqual(shift["service_team_id"], self.team.id)

    def test_a_meeting_is_no_shift(self):
        values = self.env["calendar.event"].default_get(["name", "service_team_id"])
        self.assertFalse(values.get("service_team_id"))
        self.assertNotEqual(values.get("name"), "On duty")

    def test_who_sees_no_gaps_fills_none(self):
        with self.assertRaises(AccessError):
            self.gap.with_user(self.technician).action_fill()

    def _get_strip(self, now, lang="en_US"):
        with freeze_time(now), patch("odoo.sql_db.BaseCursor.now", lambda cr: now):
            Gap = self.env["crm.service.duty.gap"].with_user(self.agent)
            strip = Gap.with_context(lang=lang).get_strip()
        [team] = [team for team in strip["teams"] if team["id"] == self.team.id]
        return team["days"]

    def test_the_strip_of_a_team_without_shifts_is_all_gap(self):
        self.env.company.partner_id.tz = "Europe/Brussels"
        days = self._get_strip(datetime(2026, 11, 28, 23, 30))  # Sunday in Brussels
        self.assertEqual(len(days), 14)
        self.assertEqual(days[0]["date"], "2026-11-29")
        self.assertEqual(days[-1]["date"], "2026-12-12")
        self.assertEqual(
            [(day["promised_hours"], day["gap_hours"]) for day in days], [(24, 24)] * 14
        )
        self.assertEqual(days[0]["gaps"], [(0, 1)])

    def test_the_strip_shows_where_nobody_is_there(self):
        self.env.company.partner_id.tz = "UTC"
        self.env["calendar.event"].create(
            {
                "name": "Early",
                "service_team_id": self.team.id,
                "partner_ids": [Command.set(self.agent.partner_id.ids)],
                "start": datetime(2026, 11, 29, 6),
                "stop": datetime(2026, 11, 29, 18),
            }
        )
        [day, following, *_rest] = self._get_strip(datetime(2026, 11, 29, 9))
        self.assertEqual(day["gaps"], [(0, 0.25), (0.75, 1)])
        self.assertEqual(day["gap_hours"], 12)
        self.assertEqual(day["start"], "2026-11-29 00:00:00")
        self.assertEqual(day["stop"], "2026-11-30 00:00:00")
        self.assertEqual(following["gap_hours"], 24)

    def test_a_day_on_which_the_clock_changes_has_its_hours(self):
        self.env.company.partner_id.tz = "Europe/Brussels"
        days = self._get_strip(datetime(2026, 10, 24, 12))
        self.assertEqual([day["promised_hours"] for day in days[:3]], [24, 25, 24])

    def test_a_day_is_called_as_people_call_it(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        for lang, name in (("en_US", "Sun, Nov 29"), ("zh_TW", "11月29日 週日")):
            [day, *_rest] = self._get_strip(datetime(2026, 11, 29, 9), lang)
            self.assertEqual(day["name"], name)

    def test_the_strip_is_for_the_service(self):
        with self.assertRaises(AccessError):
            self.env["crm.service.duty.gap"].with_user(self.technician).get_strip()
