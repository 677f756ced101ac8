from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.contact_keys import phone_keys

STATES = [
    ("suggested", "Suggested"),
    ("agreed", "Agreed"),
    ("introduced", "Introduced"),
    ("contacted", "Contacted"),
    ("converted", "Converted"),
    ("declined", "Declined"),
    ("unfit", "Unfit"),
    ("objected", "Objected"),
]
# Introduction first: nobody is contacted, and no lead is made, before the introduction.
NEXT_STATES = {
    "suggested": {"agreed", "declined", "unfit", "objected"},
    "agreed": {"introduced", "suggested", "declined", "unfit", "objected"},
    "introduced": {
        "contacted",
        "converted",
        "agreed",
        "declined",
        "unfit",
        "objected",
    },
    "contacted": {"converted", "introduced", "declined", "unfit", "objected"},
    "converted": {"introduced", "contacted", "objected"},
    "declined": {"suggested", "agreed", "unfit", "objected"},
    "unfit": {"suggested", "agreed", "declined", "objected"},
    "objected": set(),
}
PROMISING_STATES = ("agreed", "introduced", "contacted", "converted")
ENDED_WITHOUT_LEAD_STATES = ("declined", "unfit", "objected")

# Whose data we got from somebody else is told within a month: GDPR art. 14 (3) a.
INFORM_WITHIN_DAYS = 30
# The rep is reminded this many days before.
INFORM_REMINDER_DAYS = 7

CONTACT_FIELDS = ("name", "email", "phone")


class CrmReferralCandidate(models.Model):
    """A person, or only a job position, whom a customer may introduce to us."""

    _name = "crm.referral.candidate"
    _description = "Referral Candidate"
    _inherit = [
        "crm.guarded.mixin",
        "crm.batch.mixin",
        "mail.thread.blacklist",
        "mail.thread.phone",
        "mail.activity.mixin",
        "crm.assessment.interaction.mixin",
    ]
    _order = "id"
    _check_company_auto = True
    _primary_email = "email"
    _interaction_field = "candidate_id"
    _protected_fields = frozenset(
        {
            "closed_on",
            "data_obtained_on",
            "erased_on",
            "inform_by",
            "objected_on",
            "was_known",
        }
    )

    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Request",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    referrer_id = fields.Many2one(
        related="referral_id.partner_id",
        string="Referrer",
        store=True,
        index=True,
        help="The customer who knows this candidate.",
    )
    user_id = fields.Many2one(
        related="referral_id.user_id", string="Salesperson", store=True, index=True
    )
    team_id = fields.Many2one(
        related="referral_id.team_id", string="Sales Team", store=True
    )
    company_id = fields.Many2one(
        related="referral_id.company_id", string="Company", store=True, index=True
    )
    active = fields.Boolean(default=True)

    # Who
    name = fields.Char(
        string="Person",
        tracking=True,
        help="Leave empty while only the job position is known.",
    )
    function = fields.Char(
        string="Job Position",
        tracking=True,
        help="For example: finance head of a clinic of 50.",
    )
    partner_name = fields.Char(string="Organization", tracking=True)
    email = fields.Char(help="For the first contact, after the introduction.")
    phone = fields.Char(help="For the first contact, after the introduction.")
    email_normalized = fields.Char(index="btree_not_null")
    phone_sanitized = fields.Char(index="btree_not_null")
    phone_key = fields.Char(
        compute="_compute_phone_key",
        store=True,
        index="btree_not_null",
        export_string_translation=False,
        help="The number in one spelling, with its extension.",
    )
    named_by = fields.Selection(
        selection=[("customer", "Customer"), ("rep", "Salesperson")],
        required=True,
        default="customer",
        help="Who brought this candidate up.",
    )
    customer_answer = fields.Text(help="What the customer said about this candidate.")

    # Pipeline
    state = fields.Selection(
        selection=STATES,
        required=True,
        default="suggested",
        index=True,
        tracking=True,
        group_expand=True,
        copy=False,
    )
    closing_note = fields.Text(
        string="Why It Ended", copy=False, help="Why this candidate led nowhere."
    )
    closed_on = fields.Date(
        compute="_compute_closed_on", store=True, copy=False, index="btree_not_null"
    )

    # Introduction
    introduction_channel = fields.Selection(
        selection=[
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("in_person", "In person"),
            ("conference_call", "Conference call"),
        ],
        default="email",
        help="How the customer introduces us.",
    )
    introduction_planned_on = fields.Datetime(copy=False)
    introduced_on = fields.Date(copy=False, tracking=True)
    calendar_event_ids = fields.One2many(
        comodel_name="calendar.event",
        inverse_name="referral_candidate_id",
        string="Calls and Meetings",
        copy=False,
    )

    # Research and contact
    research_person = fields.Text(help="Who this is, and what matters to them.")
    research_organization = fields.Text(help="What their organization does and needs.")
    research_industry = fields.Text(help="What moves their industry at present.")
    value_proposition = fields.Text(
        string="Value We Can Bring", help="What we could make better for them."
    )
    missing_research = fields.Char(
        compute="_compute_missing_research",
        help="What to look up before the first contact.",
    )
    contacted_on = fields.Date(copy=False, tracking=True)
    referrer_told_on = fields.Date(
        copy=False,
        tracking=True,
        help="When we told the customer what came of the introduction.",
    )

    _named = models.Constraint(
        "CHECK (COALESCE(name, '') <> '' OR COALESCE(function, '') <> '' "
        "OR erased_on IS NOT NULL)",
        "A candidate needs a name or a job position.",
    )
    _introduced_first = models.Constraint(
        "CHECK (state NOT IN ('introduced', 'contacted') OR introduced_on IS NOT NULL)",
        "Note when the candidate was introduced.",
    )
    _contacted_dated = models.Constraint(
        "CHECK (state <> 'contacted' OR contacted_on IS NOT NULL)",
        "Note when the candidate was contacted.",
    )
    _retention_idx = models.Index(
        "(company_id, closed_on) WHERE closed_on IS NOT NULL AND erased_on IS NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "function", "partner_name", "erased_on")
    def _compute_display_name(self):
        for candidate in self:
            who = candidate.name or candidate.function
            if not who:
                candidate.display_name = (
                    self.env._("Erased candidate") if candidate.erased_on else ""
                )
            elif candidate.partner_name and candidate.partner_name != who:
                candidate.display_name = self.env._(
                    "%(person)s (%(organization)s)",
                    person=who,
                    organization=candidate.partner_name,
                )
            else:
                candidate.display_name = who

    @api.depends("state", "referral_id.outcome", "lead_won_status")
    def _compute_closed_on(self):
        """The day from which on the retention period runs: a day of the company."""
        for candidate in self:
            if candidate.state == "converted":
                led_nowhere = candidate.lead_won_status == "lost"
            else:
                led_nowhere = (
                    candidate.state in ENDED_WITHOUT_LEAD_STATES
                    or candidate.referral_id.outcome
                )
            if not led_nowhere:
                candidate.closed_on = False
            elif not candidate.closed_on:
                candidate.closed_on = today(self.env, candidate.company_id)

    @api.depends("phone", "company_id", "referrer_id")
    def _compute_phone_key(self):
        for candidate in self:
            keys = phone_keys(candidate.phone, candidate._get_phone_country())
            candidate.phone_key = keys[0] if keys else False

    @api.depends("research_person", "research_organization", "research_industry")
    @api.depends_context("lang")
    def _compute_missing_research(self):
        labels = {
            "research_person": self.env._("the person"),
            "research_organization": self.env._("their organization"),
            "research_industry": self.env._("their industry"),
        }
        for candidate in self:
            missing = [
                label
                for fname, label in labels.items()
                if not (candidate[fname] or "").strip()
            ]
            candidate.missing_research = format_list(self.env, missing)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        candidates = super().create(vals_list)
        objected = candidates.filtered(lambda c: c.state == "objected")
        objected._note_objected_on()
        candidates._check_objection()
        candidates._check_converted_has_lead()
        candidates._credit_leads()
        candidates._note_known()
        objected._on_objected()
        return candidates

    def write(self, vals):
        moved = self.browse()
        if "state" in vals:
            moved = self.filtered(lambda candidate: candidate.state != vals["state"])
            moved._check_next_state(vals["state"])
            vals = {**moved._prepare_undone_dates(vals["state"]), **vals}
        if "phone" in vals:  # what was said about the other number says nothing here
            vals = {"is_other_person": False, **vals}
        dates = self._prepare_state_dates(vals.get("state"))
        for fname, candidates in dates.items():
            candidates.write({fname: fields.Date.context_today(self)})
        result = super().write(vals)
        if vals.get("state") == "objected":
            moved._note_objected_on()
        self._after_write(vals.keys())
        if vals.get("state") == "objected":
            moved._on_objected()
        elif {"email", "phone"} & vals.keys():
            self.filtered(lambda c: c.state == "objected")._record_objection()
        return result

    def _after_write(self, fnames):
        """Check and note what follows from a change of these fields."""
        if {"name", "email", "phone", "state"} & fnames:
            self._check_objection()
        if {"lead_id", "state"} & fnames:
            self._check_converted_has_lead()
        if "lead_id" in fnames:
            self._credit_leads()
        if {"email", "phone"} & fnames:
            self._note_known()

    def unlink(self):
        self.check_access("unlink")
        self._unlink_except_with_lead()
        # sudo: also what colleagues have written, and archived activities
        candidates_sudo = self.sudo().with_context(active_test=False)
        candidates_sudo._scrub_surroundings()
        candidates_sudo._unlink_traces()
        candidates_sudo._note_deletion()
        return super().unlink()

    def _note_deletion(self):
        """The request tells that a candidate is gone, without telling who it was."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for referral, candidates in self.grouped("referral_id").items():
            for candidate in candidates:
                referral.message_post(
                    body=self.env._(
                        "%(user)s deleted a candidate who was “%(state)s”.",
                        user=self.env.user.name,
                        state=labels[candidate.state],
                    ),
                    subtype_xmlid="mail.mt_note",
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_lead(self):
        for candidate in self:
            if candidate.lead_id:
                raise UserError(
                    self.env._(
                        "A lead came from %(candidate)s, so the candidate cannot be "
                        "deleted. Archive it instead.",
                        candidate=candidate.display_name,
                    )
                )

    # === ACTION METHODS === #

    def action_agree(self):
        """The customer agrees to introduce these candidates.

        :return: True
        """
        self.write({"state": "agreed"})
        return True

    def action_introduce(self):
        """The customer has introduced these candidates; today unless noted otherwise.

        :return: True
        """
        self.write({"state": "introduced"})
        return True

    def action_contact(self):
        """We have contacted these candidates; today unless noted otherwise.

        :return: True
        """
        self.write({"state": "contacted"})
        self._remind_to_tell_referrer("contacted")
        return True

    def action_convert(self):
        """Make a lead of this candidate, or link one that is already there.

        Possible duplicates are shown first; without any the lead is made at once.

        :return: a window action: the lead, or the choice among duplicates
        """
        self.ensure_one()
        self._check_next_state("converted")
        if self._find_duplicate_leads(include_hidden=True):
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_referral_candidate_convert_action"
            )
            action["context"] = {"default_candidate_id": self.id}
            return action
        return self._convert().redirect_lead_opportunity_view()

    def action_decline(self):
        """The customer does not introduce these candidates, or they do not want it.

        :return: True
        """
        self.write({"state": "declined"})
        return True

    def action_unfit(self):
        """These candidates are not who we can help.

        :return: True
        """
        self.write({"state": "unfit"})
        return True

    def action_object(self):
        """These persons object to being contacted: everything stops, for good.

        :return: True, or a notification when the objection could not be remembered
        """
        self.write({"state": "objected"})
        not_kept = self.filtered(lambda c: not c.is_objection_kept)
        if not not_kept:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self._get_not_kept_warning(),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_back(self):
        """Take the last step of these candidates back: it was a wrong click.

        :return: True
        """
        for state, candidates in self.grouped(lambda c: c._get_state_before()).items():
            if not state:
                raise UserError(
                    self.env._(
                        "There is no step to take back for %(candidates)s.",
                        candidates=candidates.mapped("display_name"),
                    )
                )
            candidates.write({"state": state})
        self.filtered(lambda c: not c.contacted_on).activity_unlink(
            ["crm_referral.mail_activity_type_tell_referrer"]
        )
        return True

    def action_reconsider(self):
        """Take ended candidates up again.

        :return: True
        """
        self.write({"state": "suggested"})
        return True

    def action_referrer_told(self):
        """The referrer was told today what came of the introduction.

        :return: True
        """
        self.write({"referrer_told_on": fields.Date.context_today(self)})
        self.activity_unlink(["crm_referral.mail_activity_type_tell_referrer"])
        return True

    def action_informed(self):
        """The person was told today that we have their data, and from whom.

        :return: True
        """
        self.write({"informed_on": fields.Date.context_today(self)})
        self.activity_unlink(["crm_referral.mail_activity_type_inform"])
        return True

    def action_open_lead(self):
        """Show the lead of this candidate.

        :return: a window action
        """
        self.ensure_one()
        return self.lead_id.redirect_lead_opportunity_view()

    # === STATES === #

    def _was_agreed(self):
        """:return: whether the customer said yes, whatever came of it since."""
        self.ensure_one()
        return self._is_promising() or bool(self.introduced_on)

    def _was_introduced(self):
        """:return: whether the introduction took place, whatever came of it since."""
        self.ensure_one()
        return bool(self.introduced_on) or self.state == "converted"

    def _is_promising(self):
        """:return: whether the candidate is on the way to a lead, or there."""
        self.ensure_one()
        return self.state in PROMISING_STATES

    def _get_state_before(self):
        """:return: where the candidate was before the last step; None if nowhere."""
        self.ensure_one()
        if self.state in ("declined", "unfit"):
            if self.contacted_on:
                return "contacted"
            return "introduced" if self.introduced_on else "suggested"
        return {
            "agreed": "suggested",
            "introduced": "agreed",
            "contacted": "introduced",
        }.get(self.state)

    def _get_next_states(self):
        """:return: the states to which this candidate can come from its own.
        :rtype: set[str]
        """
        self.ensure_one()
        if self.state == "converted" and self.lead_id:
            return {"objected"}
        next_states = NEXT_STATES[self.state]
        if self.state in ("declined", "unfit"):  # what has happened has happened
            next_states = next_states | {self._get_state_before()}
        return next_states

    def _check_next_state(self, state):
        """:raise UserError: when a candidate cannot come to this state from its own."""
        # Only a manager's method that takes an objection back runs like this.
        if self.env.su and self.env.context.get("objection_withdrawn"):
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        for candidate in self:
            next_states = candidate._get_next_states()
            if state not in next_states:
                possible = [
                    label for value, label in labels.items() if value in next_states
                ]
                raise UserError(
                    self.env._(
                        "%(candidate)s is “%(current)s” and cannot become "
                        "“%(wanted)s”. Possible next: %(possible)s.",
                        candidate=candidate.display_name,
                        current=labels[candidate.state],
                        wanted=labels.get(state, state),
                        possible=format_list(self.env, possible, "or")
                        or self.env._("nothing"),
                    )
                )

    def _prepare_state_dates(self, state):
        """:return: the candidates whose date of the new state is missing, by field.
        :rtype: dict
        """
        fname = {
            "introduced": "introduced_on",
            "contacted": "contacted_on",
        }.get(state)
        candidates = self.filtered(lambda c: fname and not c[fname])
        return {fname: candidates} if candidates else {}

    def _note_objected_on(self):
        # sudo: kept by the system, so that nobody writes another day
        self.sudo().filtered(lambda c: not c.objected_on).write(
            {"objected_on": fields.Date.context_today(self)}
        )

    @api.model
    def _prepare_undone_dates(self, state):
        """What has not happened after all has no date, else it would still count.

        :return: values that go with a step back to this state
        :rtype: dict
        """
        return {
            "suggested": {"introduced_on": False, "contacted_on": False},
            "agreed": {"introduced_on": False, "contacted_on": False},
            "introduced": {"contacted_on": False},
        }.get(state, {})

    def _check_converted_has_lead(self):
        """:raise UserError: when a candidate is called converted without a lead."""
        for candidate in self:
            if candidate.state == "converted" and not candidate.lead_id:
                raise UserError(
                    self.env._(
                        "%(candidate)s has no lead yet. Make one of them first.",
                        candidate=candidate.display_name,
                    )
                )

    # === CHECKLISTS === #

    def _get_interaction_partner(self):
        return self.referral_id.partner_id

    def _prepare_interaction_values(self):
        return {
            **super()._prepare_interaction_values(),
            "referral_id": self.referral_id.id,
        }
