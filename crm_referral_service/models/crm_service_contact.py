from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_referral.tools.funnel_date import funnel_date

from ..tools.plain_words import shorten
from .crm_service_reason import KINDS

CHANNELS = [
    ("phone", "Phone"),
    ("mail", "E-mail"),
    ("chat", "Chat"),
    ("in_person", "In Person"),
    ("web", "Web Form"),
    ("letter", "Letter"),
]
# So much of a note tells two contacts apart.
NOTE_SHOWN = 60
# Set on the way in: nothing of it is told to followers, which costs a query or two.
QUIET = {"tracking_disable": True, "mail_create_nosubscribe": True}


class CrmServiceContact(models.Model):
    """A customer turned to us, or we to them: one line in the log of the service.

    It is written down in ten seconds, while the customer is on the phone. Contacts
    about the same matter are chained; nothing is merged and nothing deleted.
    """

    _name = "crm.service.contact"
    _description = "Service Contact"
    _inherit = [
        "crm.guarded.mixin",
        "crm.service.caller.mixin",
        "crm.service.known.mixin",
        "crm.service.contact.callback.mixin",
        "crm.service.contact.mail.mixin",
        "crm.service.contact.page.mixin",
        "crm.service.contact.follow.mixin",
        "crm.service.contact.privacy.mixin",
        "crm.service.contact.chain.mixin",
        "crm.service.contact.document.mixin",
        "crm.service.contact.quick.mixin",
        "crm.batch.mixin",
        "mail.thread.phone",
        "mail.activity.mixin",
        "crm.assessment.interaction.mixin",
    ]
    _order = "contacted_on desc, id desc"
    _check_company_auto = True
    _interaction_field = "service_contact_id"
    _primary_email = "email"
    _rec_names_search = ("caller_name", "partner_id", "phone", "email")
    _protected_fields = frozenset({"is_outside_hours", "month_moment"})

    contacted_on = fields.Datetime(
        string="When", required=True, default=lambda self: self._default_contacted_on()
    )
    channel = fields.Selection(selection=CHANNELS, required=True, default="phone")
    direction = fields.Selection(
        selection=[("in", "The customer turned to us"), ("out", "We turned to them")],
        required=True,
        default="in",
    )
    post_id = fields.Many2one(
        comodel_name="crm.service.post",
        string="Heard At",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        help="The listening post at which the customer told us.",
    )
    phone_sanitized = fields.Char(index="btree_not_null")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="In which language they turned to us. A customer's own language comes "
        "first.",
    )
    lang_count = fields.Integer(compute="_compute_lang_count", aggregator=None)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="First Taker",
        default=lambda self: self._default_user_id(),
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Who took it first keeps it. Empty: nobody has taken it yet.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Service Team",
        default=lambda self: self._default_team_id(),
        domain=[("is_service", "=", True)],
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    reason_id = fields.Many2one(
        comodel_name="crm.service.reason",
        domain=lambda self: self.env["crm.service.reason"]._get_leaf_domain(),
        index="btree_not_null",
        ondelete="restrict",
    )
    note = fields.Text(help="What it is about, in a few words.")
    kind = fields.Selection(
        selection=KINDS,
        compute="_compute_kind",
        store=True,
        readonly=False,
        precompute=True,
        help="Whether the customer has anything of this contact, or only has to do "
        "with us because something of ours is not right.",
    )
    dumb_cause = fields.Selection(
        selection=[
            ("confused", "We were not clear"),
            ("promise_missed", "We did not keep a promise"),
            ("defect", "Something is broken"),
        ],
        string="Why It Should Not Have Been",
    )
    scope = fields.Selection(
        selection=[
            ("one_off", "This once"),
            ("systemic", "It will happen again"),
            ("unknown", "Not known yet"),
        ],
        help="Whether the cause is still there.",
    )
    outcome = fields.Selection(
        selection=[
            ("solved", "Solved at once"),
            ("promised", "Promised"),
            ("handed_over", "A colleague is asked"),
            ("complaint", "Became a complaint"),
        ],
        copy=False,
    )
    agent_solved = fields.Boolean(
        string="Solved, the Agent Says",
        copy=False,
        help="The word of who took it. What the customer says is asked apart.",
    )
    customer_solved = fields.Selection(
        selection=[("yes", "Yes"), ("partly", "Partly"), ("no", "No")],
        string="Solved, the Customer Says",
        copy=False,
        help="Empty: not asked, or not answered.",
    )
    state = fields.Selection(
        selection=[("open", "Open"), ("waiting", "Waiting"), ("done", "Done")],
        required=True,
        default="open",
        copy=False,
        index=True,
    )
    handover_ids = fields.One2many(
        comodel_name="crm.service.handover",
        inverse_name="contact_id",
        string="Questions to Colleagues",
        copy=False,
    )
    is_outside_hours = fields.Boolean(
        string="Outside Promised Hours",
        compute="_compute_is_outside_hours",
        store=True,
        help="The customer turned to us when the team has promised nobody.",
    )
    active = fields.Boolean(default=True)
    can_be_changed = fields.Boolean(
        compute="_compute_can_be_changed", export_string_translation=False
    )
    month_moment = fields.Datetime(
        compute="_compute_month_moment",
        store=True,
        precompute=True,
        export_string_translation=False,
    )

    # At the ends of the calendar no time zone can be told any more.
    _within_our_times = models.Constraint(
        "CHECK (contacted_on BETWEEN '1970-01-02' AND '2199-12-31')",
        "The moment of the contact is too long ago, or too far away.",
    )
    _done_has_reason = models.Constraint(
        "CHECK (state <> 'done' OR reason_id IS NOT NULL)",
        "Choose the reason, then the contact is done.",
    )
    _done_repeat_has_miss = models.Constraint(
        "CHECK (state <> 'done' OR NOT COALESCE(is_repeat, FALSE) "
        "OR miss_id IS NOT NULL)",
        "Say why it was not solved the first time, then the contact is done.",
    )
    _done_called_back = models.Constraint(
        "CHECK (state <> 'done' OR NOT COALESCE(callback_wanted, FALSE) "
        "OR called_back_on IS NOT NULL OR COALESCE(callback_attempts, 0) > 0)",
        "The customer still waits for a call.",
    )
    _dumb_has_kind = models.Constraint(
        "CHECK (dumb_cause IS NULL OR COALESCE(kind, '') = 'dumb')",
        "Only a contact that should not have been has such a cause.",
    )
    # Months, reasons and kinds over all contacts are read from this index alone; it is
    # small, for most contacts of a month share what is in it.
    _report_idx = models.Index(
        "(company_id, month_moment, reason_id, kind, is_repeat, direction) WHERE active"
    )
    # The order of every list: its first page is read, and not all that is sorted.
    _order_idx = models.Index("(contacted_on DESC, id DESC)")
    _user_state_idx = models.Index("(user_id, contacted_on DESC) WHERE active")

    # === DEFAULT METHODS === #

    def _default_contacted_on(self):
        return self.env.cr.now()

    def _default_user_id(self):
        return self.env.user

    def _default_company_id(self):
        return self.env.company

    def _default_team_id(self):
        """:return: the first service team of the user, if any"""
        # sudo: in which teams somebody works is no secret of theirs
        return (
            self.env["crm.team"]
            .sudo()
            .search(
                Domain("is_service", "=", True)
                & Domain("company_id", "in", [False, self.env.company.id])
                & Domain("crm_team_member_ids.user_id", "=", self.env.uid),
                limit=1,
            )
            .id
        )

    # === COMPUTE METHODS === #

    @api.depends(
        *("partner_id.name", "caller_name", "phone", "email", "contacted_on"),
        *("complaint_id.is_confidential", "reason_id.name", "note"),
    )
    @api.depends_context("uid", "allowed_company_ids", "lang", "tz", "with_note")
    def _compute_display_name(self):
        noted = self.browse()
        if self.env.context.get("with_note"):
            # Odoo reads names for everybody, in sudo mode; the note is not for them.
            noted = self._origin.sudo(False)._filtered_access("read").sudo(self.env.su)
        hidden = self._origin.complaint_id._get_hidden()
        for contact in self:
            moment = fields.Datetime.context_timestamp(contact, contact.contacted_on)
            who = (
                self.env._("Confidential")
                if contact._origin.complaint_id & hidden
                else contact._get_caller()
            )
            words = [f"{moment:%Y-%m-%d %H:%M}", who]
            if contact._origin in noted:
                words += [contact.reason_id.name, shorten(contact.note, NOTE_SHOWN)]
            contact.display_name = " · ".join(filter(None, words))

    @api.depends("user_id", "team_id", "complaint_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_can_be_changed(self):
        """Who only reads a contact of others is offered no step of it."""
        ours = self._origin._filtered_access("write")
        for contact in self:
            contact.can_be_changed = not contact._origin or contact._origin in ours

    def _compute_lang_count(self):
        self.lang_count = len(self.env["res.lang"].get_installed())

    @api.depends("reason_id")
    def _compute_kind(self):
        """As the reason usually is, unless somebody has said it."""
        for contact in self:
            contact.kind = contact.kind or contact.reason_id.default_kind

    @api.depends("contacted_on")
    def _compute_month_moment(self):
        for contact in self:
            moment = contact.contacted_on  # may be empty in a form
            contact.month_moment = moment and funnel_date(moment)

    @api.depends("contacted_on", "team_id")
    def _compute_is_outside_hours(self):
        for team, contacts in self.grouped("team_id").items():
            # sudo: the hours that a team promises are no secret
            outside = team.sudo()._find_outside_hours(contacts.mapped("contacted_on"))
            for contact in contacts:
                contact.is_outside_hours = contact.contacted_on in outside

    # === CONSTRAINT METHODS === #

    @api.constrains(
        *("state", "outcome", "reason_id", "miss_id", "is_repeat"),
        *("callback_wanted", "callback_attempts", "called_back_on", "handover_ids"),
    )
    def _check_state(self):
        """Nobody is done while the customer waits, whatever the way in."""
        for contact in self:
            missing = contact._get_missing() if contact.state == "done" else ()
            if missing:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is not done yet:\n%(missing)s",
                        contact=contact.display_name,
                        missing="\n".join(f"- {sentence}" for sentence in missing),
                    )
                )

    @api.constrains("reason_id")
    def _check_reason_id(self):
        self.reason_id._check_can_be_chosen()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Log contacts: quietly, for a line of the log is no news to anybody."""
        quiet = self.with_context(**QUIET)
        if any("team_id" not in vals for vals in vals_list):
            # Looked up once for all of them, not once for each.
            team = self.default_get(["team_id"])
            vals_list = [{**team, **vals} for vals in vals_list]
        contacts = super(CrmServiceContact, quiet).create(vals_list)
        return contacts.with_env(self.env)

    def write(self, vals):
        if "active" in vals and not self._may_archive():
            raise AccessError(
                self.env._("Contacts are kept. A service manager may archive one.")
            )
        return super(CrmServiceContact, self.with_context(**QUIET)).write(vals)

    # === ACTION METHODS === #

    def action_done(self):
        """Nothing is left to do for the customer.

        :return: True
        """
        self.check_access("write")
        return self.write({"state": "done"})

    def action_take(self):
        """Take care of contacts that nobody has taken yet.

        :return: True
        :raise UserError: when somebody else was faster: says who
        """
        self.check_access("read")
        taken = self.filtered(lambda c: c.user_id and c.user_id != self.env.user)
        if taken:
            raise UserError(
                self.env._(
                    "%(colleague)s has taken it already. Take another one.",
                    colleague=taken[0].user_id.name,
                )
            )
        return self.write({"user_id": self.env.uid})

    # === BUSINESS METHODS === #

    def _may_archive(self):
        return self.env.su or self.env.user.has_group(
            "crm_referral_service.group_service_manager"
        )

    def _get_caller_langs(self):
        return [*super()._get_caller_langs(), self.lang]

    def _get_missing(self):
        """:return: sentences: what has to be done before the contact is done
        :rtype: list[str]
        """
        self.ensure_one()
        missing = []
        if not self.reason_id:
            missing.append(self.env._("The reason for the contact."))
        if self.is_repeat and not self.miss_id:
            missing.append(self.env._("Why it was not solved the first time."))
        if not self._is_callback_kept():
            missing.append(self.env._("The call that we have promised."))
        if self.is_complaint_back:
            missing.append(
                self.env._("The complaint to be reopened: the customer came back.")
            )
        return missing + self._get_missing_answers()

    def _get_missing_answers(self):
        """:return: sentences: which questions to colleagues are out, or not asked"""
        # sudo: the questions are the contact's, also where a colleague asked them
        contact = self.sudo()
        missing = [
            self.env._(
                "The answer of %(colleague)s, told to the customer.",
                colleague=handover.to_user_id.name,
            )
            for handover in contact.handover_ids
            if handover.state in ("asked", "answered")
        ]
        if contact.outcome == "handed_over" and not contact.handover_ids:
            missing.append(self.env._("The question to a colleague."))
        elif contact.miss_id.needs_handover and not contact._is_anybody_asked():
            missing.append(
                self.env._("The question to the colleague for whom we waited.")
            )
        return missing

    def _is_anybody_asked(self):
        """:return: whether a colleague was asked in this chain, or for its complaint"""
        chain = self | self.first_id | self.first_id.chained_ids
        return bool(chain.handover_ids or chain.complaint_id.handover_ids)

    # === EVIDENCE === #

    def _get_evidence_text(self):
        """:return: what this says as evidence: why it had to come to this contact"""
        self.ensure_one()
        return self.miss_id.name or self.reason_id.display_name or self.display_name

    def _get_evidence_action(self):
        """:return: a window action that shows where it was said"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }
