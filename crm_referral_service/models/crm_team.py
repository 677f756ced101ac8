from datetime import timedelta

import pytz

from odoo import api, fields, models

from ..tools import duty
from .crm_service_contact_chain_mixin import REPEAT_DAYS
from .crm_service_coverage import DAYS_BACK
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
    repeat_days = fields.Integer(
        default=REPEAT_DAYS,
        help="For how many days a customer who comes back has perhaps come about the "
        "same. Silence for so long counts as solved the first time.",
    )

    contact_denominator = fields.Selection(
        selection="_get_denominator_selection",
        string="Contacts per 100",
        help="The council compares contacts with how many there were of these. Empty: "
        "contacts are counted as they are.",
    )

    _repeat_days_positive = models.Constraint(
        "CHECK (repeat_days BETWEEN 1 AND 366)",
        "A customer may come back within some days: at least 1, at most 366.",
    )
    _answer_hours_positive = models.Constraint(
        "CHECK (answer_hours > 0)",
        "A complaint is answered within some hours: more than zero.",
    )
    _reopen_days_positive = models.Constraint(
        "CHECK (reopen_days BETWEEN 0 AND 3660)",
        "The days to reopen a complaint are zero or more, at most 3660.",
    )

    @api.model
    def _get_denominator_selection(self):
        return self.env["crm.service.denominator"]._get_selection()

    def _update_duty_gaps(self):
        """Look for gaps from today's midnight on, where each team is; and keep how much
        was covered.
        """
        for zone, teams in self.grouped(lambda team: team._get_duty_timezone()).items():
            now = pytz.utc.localize(self.env.cr.now())
            today = now.astimezone(pytz.timezone(zone)).date()
            last = today + timedelta(days=DAYS_AHEAD - 1)
            self.env["crm.service.duty.gap"]._update(
                teams, *duty.whole_days(today, last, zone)
            )
            self.env["crm.service.coverage"]._update(
                teams, today - timedelta(days=DAYS_BACK), last, zone
            )
