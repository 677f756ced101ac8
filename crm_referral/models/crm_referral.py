from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

OUTCOMES = [
    ("introduced", "Introduced"),
    ("declined", "Declined"),
    ("no_candidate", "No candidate"),
    ("cancelled", "Cancelled"),
]


class CrmReferral(models.Model):
    """A referral request: six steps with one customer, from benefit to introduction."""

    _name = "crm.referral"
    _description = "Referral Request"
    _inherit = [
        "crm.guarded.mixin",
        "crm.guided.conversation",
        "crm.assessment.interaction.mixin",
    ]
    _order = "id desc"
    _rec_name = "partner_id"
    _check_company_auto = True
    _track_duration_field = "step_id"
    _step_log_inverse = "referral_id"
    _interaction_field = "referral_id"
    _step_activity_type = "crm_referral.mail_activity_type_step"
    _protected_fields = frozenset(
        {
            "candidate_count",
            "closed_on",
            "date_last_stage_update",
            "earlier_benefit_ids",
            "introduced_count",
            "lead_count",
            "next_ask_date",
            "quiet_ids",
            "step_log_ids",
            "won_count",
            "won_revenue",
        }
    )

    # Who and where
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="The customer whom we ask for introductions.",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Customer's Company"
    )
    partner_phone = fields.Char(
        string="Phone",
        compute="_compute_partner_contact",
        inverse="_inverse_partner_phone",
    )
    partner_do_not_ask = fields.Boolean(
        string="Do Not Ask for Referrals", compute="_compute_partner_contact"
    )
    partner_email = fields.Char(
        string="E-mail",
        compute="_compute_partner_contact",
        inverse="_inverse_partner_email",
    )
    partner_readiness_note = fields.Char(
        related="partner_id.referral_readiness_note",
        help="Shown while a new request is written: why the customer may not be asked.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        default=lambda self: self._default_user_id(),
        domain=[("share", "=", False)],
        check_company=True,
        tracking=True,
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
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

    # Where we are
    step_id = fields.Many2one(
        comodel_name="crm.referral.step",
        required=True,
        default=lambda self: self._default_step_id(),
        group_expand="_read_group_step_ids",
        index=True,
        ondelete="restrict",
        copy=False,
        tracking=True,
    )
    step_log_ids = fields.One2many(
        comodel_name="crm.referral.step.log",
        inverse_name="referral_id",
        readonly=True,
        copy=False,
    )
    outcome = fields.Selection(
        selection=OUTCOMES,
        copy=False,
        index=True,
        tracking=True,
        falsy_value_label="Open",
        help="Empty while the request is open.",
    )
    closed_on = fields.Datetime(readonly=True, copy=False)
    decline_reason_id = fields.Many2one(
        comodel_name="crm.referral.decline.reason",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        tracking=True,
    )
    decline_note = fields.Char(
        copy=False, tracking=True, help="Why the customer declined, in their words."
    )
    next_ask_date = fields.Date(
        readonly=True,
        copy=False,
        help="From this day on the customer may be asked again.",
    )
    override_reason = fields.Char(
        copy=False,
        tracking=True,
        help="Why a manager lets us ask this customer although a rule says no.",
    )

    # 1 benefits, 2 profile
    benefit_ids = fields.Many2many(
        comodel_name="crm.referral.benefit",
        relation="crm_referral_benefit_rel",
        column1="referral_id",
        column2="benefit_id",
        string="Benefits",
        domain="[('partner_id', '=', partner_id)]",
        copy=False,
    )
    challenge = fields.Text(
        copy=False, help="The situation the customer was in, and what made it hard."
    )
    improvement = fields.Text(
        string="What Changed", copy=False, help="What is different for them today."
    )
    missed_by_others = fields.Text(
        string="What Others Miss",
        copy=False,
        help="What people in the place the customer was in go without.",
    )

    # 3 value
    motive_ids = fields.Many2many(
        comodel_name="crm.referral.motive",
        relation="crm_referral_motive_rel",
        column1="referral_id",
        column2="motive_id",
        string="What They Gain",
        copy=False,
        help="What the customer personally gains by introducing somebody.",
    )
    motive_note = fields.Text(
        string="In Their Own Words",
        copy=False,
        help="How the customer put it.",
    )
    # 4 suggest, 5 introduce, 6 follow through
    candidate_ids = fields.One2many(
        comodel_name="crm.referral.candidate",
        inverse_name="referral_id",
        string="Candidates",
        copy=False,
    )
    candidate_count = fields.Integer(
        string="Candidates Named", compute="_compute_candidate_figures", store=True
    )
    introduced_count = fields.Integer(
        string="Introductions", compute="_compute_candidate_figures", store=True
    )
    lead_count = fields.Integer(
        string="Leads", compute="_compute_candidate_figures", store=True
    )
    won_count = fields.Integer(
        string="Leads Won", compute="_compute_candidate_figures", store=True
    )
    won_revenue = fields.Monetary(
        compute="_compute_candidate_figures",
        store=True,
        currency_field="company_currency_id",
        help="Expected revenue of the won opportunities that came from this request.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency"
    )
    # One open request per customer and company, also when two reps press at once.
    _open_request_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE outcome IS NULL AND active IS TRUE",
        "This customer already has an open referral request. Go on with that one.",
    )
    _declined_reason = models.Constraint(
        "CHECK (outcome IS DISTINCT FROM 'declined' OR decline_reason_id IS NOT NULL)",
        "Choose the reason why the customer declined.",
    )
    # A column of one's own kanban, whether its requests are open or not.
    _user_step_idx = models.Index("(user_id, step_id)")
    _next_ask_idx = models.Index(
        "(partner_id, next_ask_date) WHERE outcome IS NOT NULL"
    )

    # === DEFAULT METHODS === #

    def _default_user_id(self):
        return self.env.user

    def _default_company_id(self):
        return self.env.company

    # === COMPUTE METHODS === #

    @api.depends("partner_id.display_name")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        visible = self.partner_id._origin._filtered_access("read")
        for referral in self:
            partner = referral.partner_id._origin
            if not partner or partner in visible:
                referral.display_name = partner.display_name
            else:
                referral.display_name = self.env._("a contact of another company")

    @api.depends(
        "partner_id.phone", "partner_id.email", "partner_id.referral_do_not_ask"
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_partner_contact(self):
        visible = self.partner_id._origin._filtered_access("read")
        for referral in self:
            partner = referral.partner_id._origin & visible
            referral.partner_phone = partner.phone
            referral.partner_email = partner.email
            referral.partner_do_not_ask = partner.referral_do_not_ask

    def _inverse_partner_phone(self):
        for referral in self:
            referral.partner_id.phone = referral.partner_phone

    def _inverse_partner_email(self):
        for referral in self:
            referral.partner_id.email = referral.partner_email

    @api.depends("user_id")
    def _compute_team_id(self):
        for user, referrals in self.grouped("user_id").items():
            if not user:
                continue
            team = self.env["crm.team"]._get_default_team_id(user_id=user.id)
            for referral in referrals:
                members = referral.team_id.member_ids | referral.team_id.user_id
                if user not in members:
                    referral.team_id = team

    @api.depends(
        "candidate_ids.introduced_on",
        "candidate_ids.credited_lead_ids.won_status",
        "candidate_ids.credited_lead_ids.expected_revenue",
    )
    def _compute_candidate_figures(self):
        # Archiving hides a candidate; what the customer has done for us still counts.
        for referral in self.with_context(active_test=False):
            candidates = referral.candidate_ids
            leads = candidates.credited_lead_ids
            won = leads.filtered(lambda lead: lead.won_status == "won")
            referral.candidate_count = len(candidates)
            referral.introduced_count = len(candidates.filtered("introduced_on"))
            referral.lead_count = len(leads)
            referral.won_count = len(won)
            referral.won_revenue = sum(won.mapped("expected_revenue"))

    @api.model
    def _read_group_step_ids(self, steps, domain):
        """Show all six steps in the kanban, also the empty ones."""
        return self._get_steps()

    # === CONSTRAINT METHODS === #

    @api.constrains("outcome")
    def _check_outcome(self):
        """An outcome must be true, whoever writes it."""
        for referral in self:
            candidates = referral.candidate_ids
            if referral.outcome == "introduced":
                for step in self._get_steps():
                    referral._check_step_complete(step)
                if not any(candidate._was_introduced() for candidate in candidates):
                    raise ValidationError(
                        self.env._(
                            "Nobody was introduced in the request of %(customer)s, so "
                            "it cannot end as “Introduced”.",
                            customer=referral.display_name,
                        )
                    )
            elif referral.outcome == "no_candidate" and any(
                candidate._is_promising() for candidate in candidates
            ):
                raise ValidationError(
                    self.env._(
                        "%(customer)s agreed to an introduction, so the request cannot "
                        "end without a candidate. Bring the candidates to an end "
                        "first.",
                        customer=referral.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model
    def name_create(self, name):
        """A request needs more than a name, so an import cannot make one on the way."""
        raise UserError(
            self.env._(
                "There is no open request of %(customer)s. Start it first, or choose "
                "“Skip record”.",
                customer=name,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_no_open_request(
            {
                self._get_customer(vals)
                for vals in vals_list
                if not vals.get("outcome") and vals.get("active", True)
            }
        )
        vals_list, earlier = self._propose_benefits(vals_list)
        referrals = super().create(vals_list)
        for referral, benefits in zip(referrals, earlier, strict=True):
            if benefits:
                # sudo: kept by us, nobody writes it by hand
                referral.sudo().earlier_benefit_ids = benefits
        referrals._check_ask_allowed()
        referrals._schedule_promise_activity()
        closed = referrals.filtered("outcome")
        closed.sudo()._on_closed()  # sudo: the quiet period is not the user's choice
        return referrals

    def write(self, vals):
        self.check_access("write")
        # sudo: whoever hands a request over may not see it any more afterwards
        self_sudo = self.sudo()
        was_open = self_sudo.filtered(lambda referral: not referral.outcome)
        asked = {referral: referral._get_asked_customer() for referral in self_sudo}
        if {"partner_id", "company_id", "outcome", "active"} & vals.keys():
            self._check_no_open_request(
                {
                    (
                        vals.get("partner_id", referral.partner_id.id),
                        vals.get("company_id", referral.company_id.id),
                    )
                    for referral in self_sudo
                    if not vals.get("outcome", referral.outcome)
                    and vals.get("active", referral.active)
                },
                exclude_referrals=self,
            )
        result = super().write(vals)
        # Another customer, a reopened or an unarchived request: somebody is asked anew.
        self_sudo.filtered(
            lambda r: r._get_asked_customer() not in (None, asked[r])
        )._check_ask_allowed()
        if "outcome" in vals:
            was_open.filtered("outcome")._on_closed()
            (self_sudo - was_open).filtered(lambda r: not r.outcome)._on_reopened()
        elif "active" in vals:
            self_sudo._on_archived_or_unarchived()
        if {"promise", "promise_deadline", "promise_state"} & vals.keys():
            self_sudo._schedule_promise_activity()
        return result

    def unlink(self):
        # The database would delete the candidates, but not their messages, activities
        # and attachments, which tell who they were.
        self.check_access("unlink")
        self._unlink_except_with_leads()
        self.with_context(active_test=False).candidate_ids.unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_leads(self):
        for referral in self:
            if referral.with_context(active_test=False).candidate_ids.lead_id:
                raise UserError(
                    self.env._(
                        "Leads came from the request of %(customer)s, so it cannot be "
                        "deleted. Archive it instead.",
                        customer=referral.display_name,
                    )
                )

    # === ACTION METHODS === #

    def action_decline(self, reason_id, note=None, do_not_ask=False):
        """End the request because the customer does not want to refer anybody.

        :param int reason_id: the crm.referral.decline.reason
        :param str note: what the customer said; some reasons need it
        :param bool do_not_ask: whether the customer does not want to be asked again
        :return: True
        :raise UserError: when there is no such reason, or the request has ended
        """
        self._check_conversation_open()
        reason = self.env["crm.referral.decline.reason"].browse(reason_id).exists()
        note = (note or "").strip()
        if not reason:
            raise UserError(self.env._("Choose the reason why the customer declined."))
        if reason.needs_note and not note:
            raise UserError(
                self.env._("Write in a few words why the customer declined.")
            )
        self.write(
            {
                "outcome": "declined",
                "decline_reason_id": reason.id,
                "decline_note": note or False,
            }
        )
        if do_not_ask:
            # sudo: a salesperson need not be allowed to change contacts
            self.partner_id.sudo().write({"referral_do_not_ask": True})
        return True

    def action_no_candidate(self):
        """End the request because nobody came to the customer's mind.

        :return: True
        """
        self._check_conversation_open()
        self.write({"outcome": "no_candidate"})
        return True

    def action_cancel(self):
        """End the request from our side.

        :return: True
        """
        self._check_conversation_open()
        self.write({"outcome": "cancelled"})
        return True

    def action_reopen(self):
        """Take an ended request up again, in the step where it ended.

        :return: True
        """
        self._check_not_archived()
        self.filtered("outcome").write(
            {"outcome": False, "decline_reason_id": False, "decline_note": False}
        )
        return True

    def action_open_skip_step(self):
        """Ask for the reason why the current step is skipped.

        :return: a window action
        """
        return self._open_wizard("crm_referral.crm_referral_skip_action")

    def action_open_decline(self):
        """Ask for the reason why the customer declined.

        :return: a window action
        """
        return self._open_wizard("crm_referral.crm_referral_decline_action")

    def action_view_leads(self):
        """Show the leads that came of these requests.

        :return: a window action
        """
        candidates = self.with_context(active_test=False).candidate_ids
        return candidates.credited_lead_ids._get_records_action(
            name=self.env._("Leads from Referral")
        )

    def action_view_candidates(self):
        """Show the candidates of these requests.

        :return: a window action
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_candidate_action"
        )
        action["domain"] = [("referral_id", "in", self.ids)]
        action["context"] = {
            "default_referral_id": self.id if len(self) == 1 else False,
        }
        return action

    # === GUIDED CONVERSATION === #

    def _get_step_activity_users(self):
        """:return: the salesperson, the team leader, a sales manager of the company."""
        users = self.user_id | self.team_id.user_id
        if not users.filtered("active"):
            managers = self.env.ref("sales_team.group_sale_manager").all_user_ids
            users |= managers.filtered(
                lambda user: self.company_id in user.company_ids
            ).sorted("id")
        return users | super()._get_step_activity_users()

    @api.model
    def _get_without_salesperson_domain(self):
        """:return: domain of the requests that are nobody's: also of who has left."""
        return Domain("user_id", "=", False) | Domain("user_id.active", "=", False)

    @api.model
    def _get_open_conversation_domain(self):
        """:return: domain of the requests that are still open."""
        return [("outcome", "=", False)]

    def _is_conversation_closed(self):
        """:return: whether the request has an outcome, or is out of the way."""
        self.ensure_one()
        return bool(self.outcome) or not self.active

    def _check_conversation_open(self):
        """:raise UserError: when one of the requests has ended, or is archived."""
        self._check_not_archived()
        return super()._check_conversation_open()

    def _check_not_archived(self):
        for referral in self:
            if not referral.active:
                raise UserError(
                    self.env._(
                        "The request of %(customer)s is archived. Unarchive it, then "
                        "go on.",
                        customer=referral.display_name,
                    )
                )

    def _get_progress_dependencies(self):
        """:return: fields that tell which steps are done, skipped and still to come."""
        return [
            *super()._get_progress_dependencies(),
            "active",
            "outcome",
            "step_log_ids.outcome",
            "step_log_ids.step_id",
        ]

    # === STALENESS === #

    def _get_rotting_depends_fields(self):
        return [*super()._get_rotting_depends_fields(), "outcome"]

    def _get_rotting_domain(self):
        """A request that has ended does not get stale."""
        return super()._get_rotting_domain() & Domain("outcome", "=", False)

    # === CLOSING === #

    def _on_closed(self):
        """The request has ended: close the log, start the quiet period."""
        introduced = self.filtered(lambda r: r.outcome == "introduced")
        introduced._close_step_log("done")
        (self - introduced)._close_step_log("ended")
        self._unlink_step_activity()
        now = self.env.cr.now()
        for referral in self:
            # An import knows when it ended.
            referral._set_closed_on(referral.closed_on or now)

    def _on_reopened(self):
        """The request goes on: a new stay in its step, the next activity."""
        self.write({"closed_on": False, "next_ask_date": False})
        self._log_step_entered()
        self._schedule_step_activity()

    def _on_archived_or_unarchived(self):
        """An archived request is nobody's work, an unarchived one somebody's."""
        self.filtered(lambda r: not r.active)._unlink_step_activity()
        self.filtered(lambda r: r.active)._schedule_step_activity()
        self._schedule_promise_activity()

    def _reassign_step_activity(self):
        """The promise to the customer goes to the new salesperson as well."""
        result = super()._reassign_step_activity()
        self._schedule_promise_activity()
        return result

    # === TOOLS === #

    def _open_wizard(self, xml_id):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["context"] = {"default_referral_ids": [Command.set(self.ids)]}
        return action
