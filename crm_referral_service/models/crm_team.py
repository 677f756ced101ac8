from datetime import timedelta

from odoo import fields, models

from .crm_service_duty_mixin import DAYS_AHEAD


class CrmTeam(models.Model):
    _name = "crm.team"
    _inherit = ["crm.team", "crm.service.duty.mixin"]

    is_service = fields.Boolean(
        string="Customer Service", help="This team takes complaints."
    )
    service_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Promised Hours",
        check_company=True,
        help="When customers may count on somebody. Empty: around the clock.",
    )
    answer_hours = fields.Float(
        default=8.0,
        help="Within how many promised hours a complaint is answered.",
    )
    reopen_days = fields.Integer(
        default=30,
        help="For how long the customer may say that it is not solved after all.",
    )

    _answer_hours_positive = models.Constraint(
        "CHECK (answer_hours > 0)",
        "A complaint is answered within some hours: more than zero.",
    )
    _reopen_days_positive = models.Constraint(
        "CHECK (reopen_days >= 0)",
        "The days to reopen a complaint are zero or more.",
    )

    def _update_duty_gaps(self):
        """Look for gaps from today's midnight on, where each team is."""
        for zone, teams in self.grouped(lambda team: team._get_duty_timezone()).items():
            today = fields.Datetime.context_timestamp(
                self.with_context(tz=zone), self.env.cr.now()
            ).replace(hour=0, minute=0, second=0, microsecond=0)
            self.env["crm.service.duty.gap"]._update(
                teams, today, today + timedelta(days=DAYS_AHEAD)
            )
