from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.plain_words import read_words

APPROVE = "crm_referral_service.mail_activity_type_approve"
PROMISED = ("agreed", "delivered")


class CrmComplaintGesture(models.Model):
    """What we give on top: four eyes where it costs more than one may give."""

    _name = "crm.complaint.gesture"
    _description = "Gesture to a Customer"
    _inherit = ["crm.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"state", "proposed_by_id", "approved_by_id", "approved_on", "limit_amount"}
        | {"authority_id", "agreed_on", "agreed_amount", "is_within_limit"}
        | {"decision_note"}
    )

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    type_id = fields.Many2one(
        comodel_name="crm.service.gesture.type",
        string="Gesture",
        required=True,
        index=True,
        ondelete="restrict",
    )
    has_amount = fields.Boolean(related="type_id.has_amount")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        precompute=True,
        readonly=False,
        tracking=True,
    )
    note = fields.Char(help="What exactly, and until when.")
    state = fields.Selection(
        selection=[
            ("proposed", "Proposed"),
            ("to_approve", "Waits for approval"),
            ("agreed", "Agreed"),
            ("refused", "Refused"),
            ("delivered", "Delivered"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="proposed",
        tracking=True,
        index=True,
    )
    proposed_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False
    )
    approved_by_id = fields.Many2one(
        comodel_name="res.users", string="Decided By", readonly=True, copy=False
    )
    approved_on = fields.Datetime(string="Decided On", readonly=True, copy=False)
    limit_amount = fields.Monetary(
        string="Limit Then",
        readonly=True,
        copy=False,
        help="What the person who proposed it could have given alone.",
    )
    authority_id = fields.Many2one(
        comodel_name="crm.service.authority",
        string="Limit That Counted",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="crm_referral_service.group_service_manager",
    )
    agreed_on = fields.Datetime(
        string="Promised or Asked On",
        readonly=True,
        copy=False,
        help="When it was agreed with the customer, or put to somebody for approval.",
    )
    agreed_amount = fields.Monetary(
        string="Amount Asked For",
        readonly=True,
        copy=False,
        help="What was agreed with the customer, or put to somebody for approval.",
    )
    is_within_limit = fields.Boolean(
        string="Within the Limit",
        readonly=True,
        copy=False,
        help="Nobody else had to approve it.",
    )
    decision_note = fields.Char(
        string="Word on the Decision",
        readonly=True,
        copy=False,
        help="What whoever decided says to whoever proposed it.",
    )
    may_decide = fields.Boolean(compute="_compute_may_decide")

    _amount_positive = models.Constraint(
        "CHECK (COALESCE(amount, 0) >= 0 AND COALESCE(amount, 0) <> 'NaN')",
        "An amount is zero or more.",
    )
    _four_eyes = models.Constraint(
        "CHECK (approved_by_id IS NULL OR approved_by_id <> proposed_by_id)",
        "Somebody else approves than who proposed it.",
    )

    # === COMPUTE METHODS === #

    @api.depends("type_id.name", "amount")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for gesture in self:
            name = gesture.type_id.name or ""
            if gesture.has_amount and gesture.amount:
                name = f"{name} {gesture.currency_id.format(gesture.amount)}"
            gesture.display_name = name

    @api.depends("state", "proposed_by_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        for gesture in self:
            gesture.may_decide = gesture.state == "to_approve" and gesture._is_approver(
                self.env.user
            )

    @api.depends("type_id")
    def _compute_amount(self):
        for gesture in self:
            gesture.amount = gesture.amount if gesture.has_amount else 0.0

    # === CONSTRAINT METHODS === #

    @api.constrains("amount", "type_id")
    def _check_amount(self):
        """What costs nothing needs no approval: there is nothing hidden in it."""
        for gesture in self:
            if gesture.amount and not gesture.has_amount:
                raise ValidationError(
                    self.env._(
                        "“%(type)s” costs nothing. Leave the amount empty, or choose "
                        "another gesture.",
                        type=gesture.type_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        gestures = super().create(vals_list)
        gestures.complaint_id._hold_open()
        # sudo: kept by us, nobody writes it by hand
        gestures.sudo().write({"proposed_by_id": self.env.uid})
        return gestures

    def write(self, vals):
        if {"amount", "type_id", "complaint_id"} & vals.keys() and not self.env.su:
            decided = self.filtered(
                lambda g: g.state != "proposed" or "complaint_id" in vals
            )
            if decided:
                raise UserError(
                    self.env._(
                        "“%(gesture)s” is decided already. Propose another one.",
                        gesture=decided[0].display_name,
                    )
                )
        return super().write(vals)

    # === ACTION METHODS === #

    def action_agree(self):
        """Agree on it with the customer, or ask for approval where it is too much.

        :return: True
        :raise UserError: when it is decided already, or the amount is missing
        """
        self.check_access("write")
        self.complaint_id._hold_open()
        for gesture in self:
            gesture._check_state("proposed")
            if gesture.has_amount and not gesture.amount:
                raise UserError(
                    self.env._(
                        "Write how much “%(gesture)s” is, then agree on it.",
                        gesture=gesture.display_name,
                    )
                )
            limit = gesture._get_limit(self.env.user)
            is_within = gesture._is_within(limit)
            gesture._set(
                state="agreed" if is_within else "to_approve",
                limit_amount=limit.max_amount,
                authority_id=limit.id,
                agreed_on=self.env.cr.now(),
                agreed_amount=gesture.amount,
                is_within_limit=is_within,
            )
        self.filtered(lambda g: g.state == "to_approve")._ask_approval()
        return True

    def action_open_decide(self):
        """Ask for a yes or a no.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "name": self.display_name,
            "type": "ir.actions.act_window",
            "res_model": "crm.complaint.gesture.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_gesture_id": self.id},
        }

    def action_approve(self, note=None):
        """Approve what somebody else proposed.

        :param str note: a word to who proposed it
        :return: True
        :raise AccessError: for who proposed it, and who may not give as much
        """
        return self._decide("agreed", note)

    def action_refuse(self, note=None):
        """Refuse what somebody else proposed.

        :param str note: a word to who proposed it
        :return: True
        :raise AccessError: for who proposed it, and who may not give as much
        """
        return self._decide("refused", note)

    def action_deliver(self):
        """Note that the customer has got it.

        :return: True
        """
        self.check_access("write")
        for gesture in self:
            gesture._check_state("agreed")
            gesture._set(state="delivered")
        return True

    # === BUSINESS METHODS === #

    def _is_promised(self):
        """:return: whether the customer has our word on it, or has it already."""
        self.ensure_one()
        return self.state in PROMISED

    def _check_state(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        if self.state != state:
            raise UserError(
                self.env._(
                    "“%(gesture)s” is “%(state)s”, so this is not possible any more.",
                    gesture=self.display_name,
                    state=labels[self.state],
                )
            )

    def _set(self, **values):
        # sudo: only the ways above lead here; the state is not written by hand
        self.sudo().write(values)

    def _get_limit(self, user):
        """:return: the crm.service.authority of a person for this gesture."""
        self.ensure_one()
        return self.env["crm.service.authority"]._find_limit(
            user, self.type_id, self.complaint_id.team_id, self.company_id
        )

    def _is_within(self, limit):
        """:return: whether a limit allows this gesture; what costs nothing is free."""
        self.ensure_one()
        if not self.has_amount:
            return True
        # Not the other way round: what is not a number is not within a limit.
        if not limit or not self.amount <= limit.max_amount:
            return False
        yearly = limit.max_per_customer_year
        return not yearly or self._get_given() + self.amount <= yearly

    def _get_given(self):
        """:return: what the customer was given in the last twelve months."""
        self.ensure_one()
        complaint = self.complaint_id
        partner = complaint.commercial_partner_id
        # Of somebody we do not know, what they were given for this complaint.
        of_customer = Domain("complaint_id", "=", complaint.id)
        if partner:
            of_customer |= Domain("complaint_id.commercial_partner_id", "=", partner.id)
        since = self.env.cr.now() - relativedelta(years=1)
        # sudo: what colleagues gave counts, whoever gave it
        [[given]] = self.sudo()._read_group(
            of_customer
            & Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", PROMISED)
            & Domain("create_date", ">=", since)
            & Domain("id", "!=", self.id),
            [],
            ["amount:sum"],
        )
        return given or 0.0

    def _is_approver(self, user):
        """:return: whether somebody may decide: not who proposed it, and a manager or
        one who may give as much
        """
        self.ensure_one()
        if user == self.proposed_by_id:
            return False
        return user.has_group(
            "crm_referral_service.group_service_manager"
        ) or self._is_within(self._get_limit(user))

    def _decide(self, state, note):
        self.check_access("read")
        for gesture in self:
            gesture._check_state("to_approve")
            if not gesture._is_approver(self.env.user):
                raise AccessError(
                    self.env._(
                        "“%(gesture)s” is decided by somebody else: a service manager, "
                        "or a colleague who may give as much.",
                        gesture=gesture.display_name,
                    )
                )
            gesture._set(
                state=state,
                approved_by_id=self.env.uid,
                approved_on=self.env.cr.now(),
                decision_note=read_words(note) or False,
            )
            gesture._tell_decision()
        # sudo: the activity may be another approver's
        self.sudo().activity_unlink([APPROVE])
        return True

    def _tell_decision(self):
        """Whoever proposed it hears of it where the customer is: on the complaint."""
        self.ensure_one()
        # sudo: who decides need not be the one who works on the complaint
        gesture = self.sudo()
        agreed = gesture.state == "agreed"
        text = (
            self.env._("%(gesture)s: approved.", gesture=gesture.display_name)
            if agreed
            else self.env._("%(gesture)s: refused.", gesture=gesture.display_name)
        )
        if gesture.decision_note:
            text = f"{text} {gesture.decision_note}"
        gesture.complaint_id.message_post(
            body=text,
            author_id=self.env.user.partner_id.id,
            partner_ids=gesture.proposed_by_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )

    def _ask_approval(self):
        """An activity for who leads the team, or else for a service manager."""
        values = {}
        for gesture in self:
            user = gesture._find_approver()
            values[gesture] = {
                "user_id": user.id,
                "date_deadline": today(self.env, user, gesture.company_id),
                "summary": gesture.display_name,
            }
        self.env["mail.activity"]._schedule_batch(APPROVE, values)

    def _find_approver(self):
        self.ensure_one()
        # sudo: who leads and who manages is not a secret
        gesture = self.sudo()
        managers = (
            self.env.ref("crm_referral_service.group_service_manager")
            .sudo()
            .all_user_ids
        )
        people = gesture.complaint_id.team_id.user_id | managers.filtered(
            lambda user: gesture.company_id in user.company_ids
        )
        able = people.filtered(
            lambda user: (
                not user.share
                and gesture.complaint_id._is_seen_by(user)
                and gesture._is_approver(user)
            )
        )
        return able[:1] or gesture.complaint_id._get_job_responsible()
