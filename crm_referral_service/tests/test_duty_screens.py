from odoo.exceptions import AccessError
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
