from datetime import timedelta

import pytz

from odoo import api, fields, models

from odoo.addons.crm_foundation.tools.local_time import local_date

GAP = "crm_referral_service.mail_activity_type_gap"


class CrmServiceDutyGap(models.Model):
    """Promised hours of the next two weeks in which nobody is there."""

    _name = "crm.service.duty.gap"
    _description = "Gap in the Duty"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "start, team_id"

    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Service Team",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="team_id.company_id", store=True, precompute=True, index=True
    )
    start = fields.Datetime(string="From", required=True, readonly=True)
    stop = fields.Datetime(string="To", required=True, readonly=True)
    hours = fields.Float(compute="_compute_hours", store=True, precompute=True)

    _period_uniq = models.UniqueIndex(
        "(team_id, start, stop)", "This gap is known already."
    )

    # === COMPUTE METHODS === #

    @api.depends("start", "stop")
    def _compute_hours(self):
        for gap in self:
            gap.hours = (gap.stop - gap.start).total_seconds() / 3600

    @api.depends("team_id.name")
    def _compute_display_name(self):
        for gap in self:
            gap.display_name = gap.team_id.name

    # === PICTURE === #

    @api.model
    @api.readonly
    def get_strip(self):
        """How far somebody is there in the next days, team by team.

        :return: ``teams``, each with ``id``, ``name`` and its ``days``
        :rtype: dict
        """
        self.check_access("read")
        teams = self.env["crm.team"].search([("is_service", "=", True)])
        days = teams._get_duty_days()
        return {
            "teams": [
                {"id": team.id, "name": team.name, "days": days[team]} for team in teams
            ]
        }

    # === ACTION METHODS === #

    def action_fill(self):
        """Make a shift that fills the gap.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral_service.crm_service_shift_action_new"
        )
        action["context"] = {
            "crm_service_shift": True,
            "default_service_team_id": self.team_id.id,
            "default_start": fields.Datetime.to_string(self.start),
            "default_stop": fields.Datetime.to_string(self.stop),
            "default_partner_ids": [],
            "default_show_as": "free",
            "default_privacy": "public",
        }
        return action

    # === JOB === #

    @api.model
    def _cron_find_gaps(self):
        """Look for gaps of the next days; who leads the team hears of each once."""
        teams = self.env["crm.team"].search([("is_service", "=", True)])
        teams._update_duty_gaps()

    @api.model
    def _update(self, teams, start, stop):
        """Keep the gaps that there still are, and alarm about new ones.

        :param teams: crm.team records
        :param start: aware of its time zone
        :param stop: the same
        """
        known = {
            (gap.team_id, gap.start, gap.stop): gap
            for gap in self.search([("team_id", "in", teams.ids)])
        }
        found = [
            (team, *(each.astimezone(pytz.utc).replace(tzinfo=None) for each in gap))
            for team, (_promised, gaps) in teams._get_coverage(start, stop).items()
            for gap in gaps
        ]
        gone = self.union(*(gap for key, gap in known.items() if key not in found))
        gone.unlink()
        new = self.create(
            [
                {"team_id": team.id, "start": begin, "stop": end}
                for team, begin, end in found
                if (team, begin, end) not in known
            ]
        )
        new._alarm()

    def _alarm(self):
        """An activity for who leads the team, due the day before the gap."""
        values = {}
        for gap in self:
            leader = gap.team_id.user_id
            if leader.active:
                day = local_date(gap.start, leader, gap.company_id) - timedelta(days=1)
                values[gap] = {"user_id": leader.id, "date_deadline": day}
        self.env["mail.activity"]._schedule_batch(GAP, values)
