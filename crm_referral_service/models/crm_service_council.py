from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.crm_foundation.tools.local_time import today

# From one meeting to the next.
WEEK = timedelta(days=7)
MEETING = timedelta(minutes=30)
# What may still be written when the meeting is over.
AFTERWARDS = frozenset({"minutes"})


class CrmServiceCouncil(models.Model):
    """The weekly meeting that decides what is done about the causes of contacts.

    The agenda fills itself, and stays as it was when the meeting ends. What is decided
    are improvement actions.
    """

    _name = "crm.service.council"
    _description = "Improvement Council"
    _inherit = [
        "crm.service.council.agenda.mixin",
        "crm.guarded.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True
    _protected_fields = frozenset({"state", "agenda_frozen", "calendar_event_id"})

    date = fields.Date(
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self._default_date(),
    )
    hour = fields.Float(
        string="At", required=True, default=9.0, aggregator=None, copy=True
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Service Team",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=[("is_service", "=", True)],
        default=lambda self: self._default_team_id(),
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    user_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_service_council_user_rel",
        column1="council_id",
        column2="user_id",
        string="Members",
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
        help="Who is there; people of other departments, too.",
    )
    calendar_event_id = fields.Many2one(
        comodel_name="calendar.event",
        string="Meeting",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    action_ids = fields.One2many(
        comodel_name="crm.assessment.action",
        inverse_name="council_id",
        string="Decisions",
    )
    action_count = fields.Integer(string="Decided", compute="_compute_action_count")
    minutes = fields.Html(copy=False)
    next_date = fields.Date(
        string="Next Meeting",
        compute="_compute_next_date",
        store=True,
        readonly=False,
        copy=False,
    )
    state = fields.Selection(
        selection=[("planned", "Planned"), ("closed", "Closed")],
        required=True,
        readonly=True,
        copy=False,
        default="planned",
        index=True,
        tracking=True,
    )

    _team_date_uniq = models.UniqueIndex(
        "(team_id, date)", "This team has a meeting on that day already."
    )
    _next_is_later = models.Constraint(
        "CHECK (next_date IS NULL OR next_date > date)",
        "The next meeting is after this one.",
    )
    _hour_of_day = models.Constraint(
        "CHECK (hour >= 0 AND hour < 24)", "A meeting begins between 0:00 and 23:59."
    )

    # === DEFAULT METHODS === #

    def _default_date(self):
        return today(self.env, self.env.user, self.env.company)

    def _default_team_id(self):
        return self.env["crm.team"].search(
            [
                ("is_service", "=", True),
                ("company_id", "in", [self.env.company.id, False]),
            ],
            limit=1,
        )

    def _default_company_id(self):
        return self.env.company

    # === COMPUTE METHODS === #

    @api.depends("date", "team_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for council in self:
            day = format_date(self.env, council.date)
            # sudo: who is invited may know which team it is about
            names = (council.sudo().team_id.name, day)
            council.display_name = " · ".join(filter(None, names))

    @api.depends("date")
    def _compute_next_date(self):
        for council in self:
            council.next_date = council.date and council.date + WEEK

    @api.depends("action_ids")
    def _compute_action_count(self):
        for council in self:
            council.action_count = len(council.action_ids)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        councils = super().create(vals_list)
        councils._plan_meeting()
        return councils

    def write(self, vals):
        self._check_closed_stays(vals)
        result = super().write(vals)
        if {"date", "hour", "user_ids", "team_id"} & vals.keys():
            self._plan_meeting()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        if self.filtered(lambda council: council.state == "closed"):
            raise UserError(
                self.env._("A meeting that was held is kept, with what it decided.")
            )
        # sudo: whoever may delete the council, which is checked before this, deletes
        # its event, also when another member planned it
        self.sudo().calendar_event_id.unlink()

    # === ACTION METHODS === #

    def action_close(self):
        """End the meeting: the agenda stays as it is now, and the next one is planned.

        :return: True
        :raise UserError: when it has ended already
        """
        self.check_access("write")
        for council in self:
            if council.state == "closed":
                raise UserError(
                    self.env._("“%s” has ended already.", council.display_name)
                )
            # sudo: not written by hand
            council.sudo().write(
                {"agenda_frozen": council._find_agenda(), "state": "closed"}
            )
            council._plan_next()
        return True

    @api.model
    def action_open_next(self):
        """Open the next meeting to which the user goes, else the list of them.

        :return: a window action
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral_service.crm_service_council_action"
        )
        coming = self.search([("state", "=", "planned")], order="date, id")
        mine = coming.filtered(lambda council: self.env.user in council.user_ids)
        council = (mine or coming)[:1]
        if council:
            action |= {"res_id": council.id, "views": [(False, "form")]}
        return action

    # === BUSINESS METHODS === #

    def _check_closed_stays(self, vals):
        """:raise UserError: when somebody changes a meeting that was held"""
        if self.env.su or not vals.keys() - AFTERWARDS:
            return
        if self.filtered(lambda council: council.state == "closed"):
            raise UserError(
                self.env._(
                    "This meeting was held. Add to its minutes, or change the next one."
                )
            )

    def _plan_meeting(self):
        """Keep the event in the calendars of the members as the meeting is."""
        for council in self:
            # sudo: in which zone the team works is no secret
            zone = pytz.timezone(council.sudo().team_id._get_duty_timezone())
            minutes = round(council.hour * 60) % (24 * 60)
            begin = zone.localize(
                datetime.combine(council.date, time(*divmod(minutes, 60)))
            )
            start = begin.astimezone(pytz.utc).replace(tzinfo=None)
            values = {
                "name": self.env._("Improvement Council"),
                "start": start,
                "stop": start + MEETING,
                "partner_ids": [fields.Command.set(council.user_ids.partner_id.ids)],
            }
            # sudo: the council was just written with the rights of the user; its event
            # may be another member's, who keeps it private
            council_sudo = council.sudo()
            if council_sudo.calendar_event_id:
                council_sudo.calendar_event_id.write(values)
            else:
                Event = self.env["calendar.event"].sudo()
                council_sudo.calendar_event_id = Event.create(
                    {**values, "user_id": self.env.uid}
                )

    def _plan_next(self):
        """The same people meet again, unless a later meeting is planned already."""
        for council in self:
            later = [
                ("team_id", "=", council.team_id.id),
                ("date", ">", council.date),
            ]
            # sudo: members plan the next one without the right to make any other
            Council = self.sudo()
            if not Council.search_count(later, limit=1):
                Council.create(
                    {
                        "date": council.next_date or council.date + WEEK,
                        "hour": council.hour,
                        "team_id": council.team_id.id,
                        "company_id": council.company_id.id,
                        "user_ids": [
                            fields.Command.set(council.user_ids.filtered("active").ids)
                        ],
                    }
                )
