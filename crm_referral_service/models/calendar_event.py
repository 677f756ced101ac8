from odoo import api, fields, models


class CalendarEvent(models.Model):
    """A shift is an event of the calendar, with recurrence and synchronisation."""

    _inherit = "calendar.event"

    service_team_id = fields.Many2one(
        comodel_name="crm.team",
        string="On Duty For",
        index="btree_not_null",
        ondelete="set null",
        domain=[("is_service", "=", True)],
        groups="crm_referral_service.group_service_user",
        help="Who takes part is there for the customers of this team meanwhile.",
    )

    @api.model
    def default_get(self, fields):
        """Name a new shift, and give it the team of who makes it."""
        values = super().default_get(fields)
        if self.env.context.get("crm_service_shift"):
            values.setdefault("name", self.env._("On duty"))
            values.setdefault(
                "service_team_id",
                self.env["crm.team"]
                .search([("is_service", "=", True)])
                .sorted(lambda team: self.env.user not in team.member_ids)[:1]
                .id,
            )
        return values
