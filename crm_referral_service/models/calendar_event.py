from odoo import fields, models


class CalendarEvent(models.Model):
    """A shift is an event of the calendar, with recurrence and synchronisation."""

    _inherit = "calendar.event"

    service_team_id = fields.Many2one(
        comodel_name="crm.team",
        string="On Duty For",
        index="btree_not_null",
        ondelete="set null",
        domain=[("is_service", "=", True)],
        help="Who takes part is there for the customers of this team meanwhile.",
    )
