from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CrmGuidedConversation(models.AbstractModel):
    """An ordered set of steps that a person walks through with a customer.

    What is common to every guided conversation: what to say, what is still missing,
    next, back, skip with a reason, a log of the time in each step, an activity for
    whoever has the next step to do, and the life cycle: closed with an outcome,
    reopened, archived, handed over.

    A concrete model declares

    - ``step_id`` with its own model of steps as ``comodel_name``, whose
      ``_conversation_model`` is this one, and ``step_log_ids`` with its own model of
      logs and the ``inverse_name`` there; all else of these fields is inherited;
    - ``outcome`` with its ``selection``, and in ``_completed_outcomes`` those that are
      only true when every step is complete;
    - one method ``_get_missing_<code>`` for each step, which returns sentences, and in
      ``_get_requirement_dependencies`` the fields that these read;
    - ``_step_activity_type``, the external id of the activity type of its steps;
    - ``_finish_conversation``: with which outcome it ends after the last step;

    and, where it wants more than the default: ``_manager_group``,
    ``_reopen_needs_reason``, ``_get_step_deadline``, ``_ends_at_current_step``,
    ``_get_talk_track_placeholders`` with ``_get_talk_track_values`` and
    ``_get_talk_track_dependencies``, ``_prepare_closing``, ``_prepare_reopening``,
    ``_on_closed``, ``_on_reopened``, ``_on_archived`` and ``_on_unarchived``.

    Its rights and rules are its own; the wizards of the engine ask them.
    """

    _name = "crm.guided.conversation"
    _description = "Guided Conversation"
    _inherit = [
        "crm.guarded.mixin",
        "crm.guided.conversation.activity.mixin",
        "crm.guided.conversation.talk.track.mixin",
    ]
    _check_company_auto = True
    _protected_fields = frozenset({"closed_on", "date_last_stage_update"})

    # Outcomes in which every step was complete, the last one, too.
    _completed_outcomes = frozenset()
    # The external id of the group whose members stand in for a team without a leader.
    _manager_group = None
    # Whether a conversation is only reopened with a written reason.
    _reopen_needs_reason = False

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    partner_phone = fields.Char(
        string="Phone",
        compute="_compute_partner_contact",
        inverse="_inverse_partner_phone",
    )
    partner_email = fields.Char(
        string="E-mail",
        compute="_compute_partner_contact",
        inverse="_inverse_partner_email",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self._default_user_id(),
        domain=[("share", "=", False)],
        check_company=True,
        tracking=True,
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        compute="_compute_team_id",
        store=True,
        precompute=True,
        readonly=False,
        index=True,
        ondelete="set null",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    active = fields.Boolean(default=True)
    priority = fields.Selection(
        selection=[("0", "Normal"), ("1", "High")], default="0", index=True
    )
    outcome = fields.Selection(
        selection=[],
        copy=False,
        index=True,
        tracking=True,
        falsy_value_label="Open",
        help="Empty while it goes on.",
    )
    closed_on = fields.Datetime(readonly=True, copy=False)
    reopen_reason = fields.Char(
        copy=False, tracking=True, help="Why it was taken up again the last time."
    )

    # === DEFAULT METHODS === #

    def _default_user_id(self):
        return self.env.user

    def _default_company_id(self):
        return self.env.company

    # === COMPUTE METHODS === #

    @api.depends("partner_id.phone", "partner_id.email")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_partner_contact(self):
        visible = self.partner_id._origin._filtered_access("read")
        for record in self:
            partner = record.partner_id._origin & visible
            record.partner_phone = partner.phone
            record.partner_email = partner.email

    def _inverse_partner_phone(self):
        for record in self:
            # Who only talks need not be allowed to change contacts.
            if record.partner_phone != record.partner_id.phone:
                record.partner_id.phone = record.partner_phone

    def _inverse_partner_email(self):
        for record in self:
            if record.partner_email != record.partner_id.email:
                record.partner_id.email = record.partner_email

    @api.depends("user_id")
    def _compute_team_id(self):
        for user, records in self.grouped("user_id").items():
            if not user:
                continue
            team = self.env["crm.team"]._get_default_team_id(user_id=user.id)
            for record in records:
                members = record.team_id.member_ids | record.team_id.user_id
                if user not in members:
                    record.team_id = team

    # === CONSTRAINT METHODS === #

    @api.constrains("outcome")
    def _check_outcome(self):
        """An outcome must be true, whoever writes it."""
        for record in self:
            if record.outcome in self._completed_outcomes:
                for step in self._get_steps():
                    record._check_step_complete(step)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list, closed_on = self._take_closed_on(vals_list)
        records = super().create(vals_list)
        for record, moment in zip(records, closed_on, strict=True):
            if moment:
                # sudo: kept by us, else nobody writes it by hand
                record.sudo().closed_on = moment
        closed = records.filtered("outcome")
        closed.sudo()._on_closed()  # sudo: what follows is not the user's choice
        return records

    def write(self, vals):
        if not {"outcome", "active"} & vals.keys():
            return super().write(vals)
        self.check_access("write")
        # sudo: whoever hands a record over may not see it any more afterwards
        self_sudo = self.sudo()
        was_open = self_sudo.filtered(lambda record: not record.outcome)
        if "outcome" in vals and not vals["outcome"]:
            (self_sudo - was_open)._check_reopen_reason(vals)
        result = super().write(vals)
        if "outcome" in vals:
            was_open.filtered("outcome")._on_closed()
            (self_sudo - was_open).filtered(lambda r: not r.outcome)._on_reopened()
        elif vals["active"]:
            self_sudo._on_unarchived()
        else:
            self_sudo._on_archived()
        return result

    @api.model
    def _take_closed_on(self, vals_list):
        """An import knows when a conversation ended; nobody else says so.

        :param list vals_list: values of records to create
        :return: the same without that moment, and the moments
        :rtype: tuple[list[dict], list]
        :raise UserError: when a moment is in the future
        """
        closed_on = [
            fields.Datetime.to_datetime(vals.get("closed_on"))
            if vals.get("outcome")
            else None
            for vals in vals_list
        ]
        now = self.env.cr.now()
        if not self.env.su and any(moment and moment > now for moment in closed_on):
            raise UserError(
                self.env._("Nothing can have ended in the future: “Closed On”.")
            )
        vals_list = [
            {key: value for key, value in vals.items() if key != "closed_on"}
            if moment
            else vals
            for vals, moment in zip(vals_list, closed_on, strict=True)
        ]
        return vals_list, closed_on

    # === ACTION METHODS === #

    def action_reopen(self, reason=None):
        """Take an ended conversation up again, in the step where it ended.

        :param str reason: why; kept, and told in the chatter
        :return: True
        :raise UserError: when the reason is missing that this kind needs
        """
        self._check_not_archived()
        closed = self.filtered("outcome")
        closed.write(closed._prepare_reopening((reason or "").strip() or False))
        return True

    def action_open_reopen(self):
        """Reopen; where a reason is needed, ask for it first.

        :return: a window action, or True
        """
        if not self._reopen_needs_reason:
            return self.action_reopen()
        return self._open_conversation_wizard(
            "crm_guided_conversation.crm_guided_conversation_reopen_action"
        )

    def action_open_skip_step(self):
        """Ask for the reason why the current step is skipped.

        :return: a window action
        """
        return self._open_conversation_wizard(
            "crm_guided_conversation.crm_guided_conversation_skip_action"
        )

    def action_assign_to_me(self):
        """Take over these conversations.

        :return: True
        """
        closed = self.filtered("outcome")
        if closed:
            raise UserError(
                self.env._(
                    "These have ended: %(records)s. Choose open ones.",
                    records=closed.mapped("display_name"),
                )
            )
        self.write({"user_id": self.env.uid})
        return True

    # === LIFE CYCLE - TO EXTEND === #

    def _on_closed(self):
        """The conversations have got an outcome: nobody has to do anything any more."""
        completed = self.filtered(lambda r: r.outcome in self._completed_outcomes)
        completed._close_step_log("done")
        (self - completed)._close_step_log("ended")
        self._unlink_step_activity()
        now = self.env.cr.now()
        for record in self:
            # An import knows when it ended.
            record.write(record._prepare_closing(record.closed_on or now))

    def _on_reopened(self):
        """The conversations go on: a new stay in their step, the next activity."""
        for record in self:
            record.write(record._prepare_closing(False))
        self._on_step_entered()

    def _on_archived(self):
        """An archived conversation is nobody's work."""
        self._unlink_step_activity()

    def _on_unarchived(self):
        """An unarchived conversation is somebody's work again."""
        self._schedule_step_activity()

    def _prepare_closing(self, moment):
        """:param moment: when the conversation ended; False when it goes on
        :return: values that keep it
        :rtype: dict
        """
        self.ensure_one()
        return {"closed_on": moment}

    def _prepare_reopening(self, reason):
        """:param reason: why, or False
        :return: values of records that are taken up again
        :rtype: dict
        """
        return {"outcome": False, "reopen_reason": reason}

    # === LIFE CYCLE === #

    def _end_conversation(self, outcome, **values):
        """Close with this outcome.

        :param values: what else is noted with it
        :return: True
        :raise UserError: when one of the conversations has ended, or is archived
        """
        self._check_conversation_open()
        self.write({"outcome": outcome, **values})
        return True

    def _is_conversation_closed(self):
        """:return: whether it has an outcome, or is out of the way."""
        self.ensure_one()
        return bool(self.outcome) or not self.active

    def _check_conversation_open(self):
        """:raise UserError: when one of the conversations has ended, or is archived."""
        self._check_not_archived()
        return super()._check_conversation_open()

    def _check_not_archived(self):
        for record in self:
            if not record.active:
                raise UserError(
                    self.env._(
                        "“%(record)s” is archived. Unarchive it, then go on.",
                        record=record.display_name,
                    )
                )

    def _check_reopen_reason(self, vals):
        """:raise UserError: when the reason is missing that this kind needs"""
        if self and self._reopen_needs_reason and not vals.get("reopen_reason"):
            raise UserError(
                self.env._("Write in a few words why it goes on, then try again.")
            )

    def _get_conversation_partner(self):
        """:return: the customer"""
        self.ensure_one()
        return self.partner_id

    def _get_progress_dependencies(self):
        """:return: fields that tell which steps are done, skipped and still to come."""
        return [
            *super()._get_progress_dependencies(),
            "active",
            "outcome",
            "step_log_ids.outcome",
            "step_log_ids.step_id",
        ]

    def _get_requirement_dependencies(self):
        """:return: fields that the requirements of all steps read."""
        return [*super()._get_requirement_dependencies(), "active", "outcome"]

    def _get_talk_track_dependencies(self):
        """:return: fields that the placeholders of the talk-tracks read."""
        return [*super()._get_talk_track_dependencies(), "partner_id.lang"]

    # === WHOSE WORK IT IS === #

    def _get_step_activity_users(self):
        """:return: whose it is, the team leader, a manager of the company."""
        users = self.user_id | self.team_id.user_id
        if self._manager_group and not users.filtered("active"):
            managers = self.env.ref(self._manager_group).all_user_ids
            users |= managers.filtered(
                lambda user: self.company_id in user.company_ids
            ).sorted("id")
        return users | super()._get_step_activity_users()

    @api.model
    def _get_unassigned_domain(self):
        """:return: domain of the records that are nobody's: also of who has left."""
        return Domain("user_id", "=", False) | Domain("user_id.active", "=", False)

    @api.model
    def _get_open_conversation_domain(self):
        """:return: domain of the conversations that go on."""
        return Domain("outcome", "=", False)

    # === STALENESS === #

    def _get_rotting_depends_fields(self):
        return [*super()._get_rotting_depends_fields(), "outcome"]

    def _get_rotting_domain(self):
        """What has ended does not get stale."""
        return super()._get_rotting_domain() & self._get_open_conversation_domain()

    # === TOOLS === #

    def _open_conversation_wizard(self, xml_id):
        """:return: the action of a wizard of the engine for these conversations"""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["context"] = {
            "default_res_model": self._name,
            "default_res_ids": self.ids,
        }
        return action
