from odoo import fields, models


class CrmServiceCouncil(models.Model):
    """The weekly meeting that decides what is done about the causes of contacts."""

    _name = "crm.service.council"
    _description = "Improvement Council"
    _inherit = ["crm.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_name = "date"
    _check_company_auto = True
    _protected_fields = frozenset({"state", "agenda_frozen", "calendar_event_id"})

    date = fields.Date(
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self._default_date(),
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
        groups="crm_referral_service.group_service_user",
    )
    agenda_frozen = fields.Json(readonly=True, copy=False)
    minutes = fields.Html(copy=False)
    next_date = fields.Date(string="Next Meeting", copy=False)
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

    # === DEFAULT METHODS === #

    def _default_date(self):
        return fields.Date.context_today(self)

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
