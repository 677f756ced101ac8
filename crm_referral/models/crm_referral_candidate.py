from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_list

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
# Erased together, so that nothing tells who the candidate was.
PERSONAL_FIELDS = (
    *CONTACT_FIELDS,
    "function",
    "partner_name",
    "customer_answer",
    "research_person",
    "research_organization",
    "research_industry",
    "value_proposition",
    "closing_note",
)


class CrmReferralCandidate(models.Model):
    """A person, or only a job position, whom a customer may introduce to us."""

    _name = "crm.referral.candidate"
    _description = "Referral Candidate"
    _inherit = [
        "mail.thread.blacklist",
        "mail.thread.phone",
        "mail.activity.mixin",
        "crm.assessment.interaction.mixin",
    ]
    _order = "id"
    _check_company_auto = True
    _primary_email = "email"

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
    email = fields.Char(help="Not needed before the introduction.")
    phone = fields.Char(help="Not needed before the introduction.")
    email_normalized = fields.Char(index="btree_not_null")
    phone_sanitized = fields.Char(index="btree_not_null")
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

    # Lead
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        tracking=True,
        check_company=True,
    )
    lead_won_status = fields.Selection(
        related="lead_id.won_status", string="Lead Status", store=True
    )

    # The rights of the person
    has_personal_data = fields.Boolean(compute="_compute_has_personal_data", store=True)
    data_source = fields.Char(
        compute="_compute_data_source",
        help="Where we got the data from, to tell the person when they ask.",
    )
    data_obtained_on = fields.Date(
        compute="_compute_data_obtained_on", store=True, readonly=False, copy=False
    )
    inform_by = fields.Date(
        compute="_compute_inform_by",
        store=True,
        index="btree_not_null",
        help="Until when the person must be told that we have their data, and from "
        "whom.",
    )
    informed_on = fields.Date(
        copy=False, tracking=True, help="When the person was told."
    )
    objected_on = fields.Date(readonly=True, copy=False, tracking=True)
    erased_on = fields.Date(readonly=True, copy=False)

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
            elif candidate.partner_name:
                candidate.display_name = self.env._(
                    "%(person)s (%(organization)s)",
                    person=who,
                    organization=candidate.partner_name,
                )
            else:
                candidate.display_name = who

    @api.depends("state", "referral_id.outcome", "lead_won_status")
    def _compute_closed_on(self):
        """The day from which on the retention period runs."""
        today = fields.Date.context_today(self)
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
                candidate.closed_on = today

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

    @api.depends("name", "email", "phone")
    def _compute_has_personal_data(self):
        for candidate in self:
            candidate.has_personal_data = any(
                candidate[fname] for fname in CONTACT_FIELDS
            )

    @api.depends("referrer_id.display_name", "named_by")
    @api.depends_context("lang")
    def _compute_data_source(self):
        for candidate in self:
            referrer = candidate.referrer_id.display_name
            if not candidate.has_personal_data:
                candidate.data_source = False
            elif candidate.named_by == "customer":
                candidate.data_source = self.env._("Named by %(name)s", name=referrer)
            else:
                candidate.data_source = self.env._(
                    "Found by us, known to %(name)s", name=referrer
                )

    @api.depends("has_personal_data")
    def _compute_data_obtained_on(self):
        today = fields.Date.context_today(self)
        for candidate in self:
            if not candidate.has_personal_data:
                candidate.data_obtained_on = False
            elif not candidate.data_obtained_on:
                candidate.data_obtained_on = today

    @api.depends("data_obtained_on")
    def _compute_inform_by(self):
        for candidate in self:
            candidate.inform_by = candidate.data_obtained_on and (
                candidate.data_obtained_on + timedelta(days=INFORM_WITHIN_DAYS)
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        today = fields.Date.context_today(self)
        candidates = super().create(
            [
                {"objected_on": today, **vals}
                if vals.get("state") == "objected"
                else vals
                for vals in vals_list
            ]
        )
        candidates._check_objection()
        candidates._check_converted_has_lead()
        candidates.filtered(lambda c: c.state == "objected")._on_objected()
        return candidates

    def write(self, vals):
        moved = self.browse()
        if "state" in vals:
            moved = self.filtered(lambda candidate: candidate.state != vals["state"])
            moved._check_next_state(vals["state"])
            vals = {**moved._prepare_undone_dates(vals["state"]), **vals}
        dates = self._prepare_state_dates(vals.get("state"))
        for fname, candidates in dates.items():
            candidates.write({fname: fields.Date.context_today(self)})
        result = super().write(vals)
        if {"email", "phone", "state"} & vals.keys():
            self._check_objection()
        if {"lead_id", "state"} & vals.keys():
            self._check_converted_has_lead()
        if vals.get("state") == "objected":
            moved._on_objected()
        elif {"email", "phone"} & vals.keys():
            self.filtered(lambda c: c.state == "objected")._record_objection()
        return result

    def unlink(self):
        self.check_access("unlink")
        self._unlink_except_with_lead()
        self.sudo()._unlink_traces()  # sudo: also what colleagues have written
        return super().unlink()

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
        self._remind_to_tell_referrer(
            self.env._("Tell %(referrer)s that you have talked to %(candidate)s")
        )
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

        :return: True
        """
        self.write({"state": "objected"})
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

    def action_send_introduction(self):
        """Write the e-mail that the customer can forward in their own words.

        :return: a window action: the composer with the introduction template
        """
        self.ensure_one()
        if not self.referrer_id.email:
            raise UserError(
                self.env._(
                    "%(customer)s has no e-mail address. Add it to the contact, or "
                    "choose another way to introduce.",
                    customer=self.referrer_id.display_name,
                )
            )
        template = self.env.ref("crm_referral.mail_template_introduction")
        return {
            "name": self.env._("E-mail to Forward"),
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }

    def action_schedule_introduction(self):
        """Plan the call or meeting in which the customer introduces us.

        :return: a window action: the calendar
        """
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "calendar.action_calendar_event"
        )
        partners = self.referrer_id | (self.user_id or self.env.user).partner_id
        action["context"] = {
            "default_referral_candidate_id": self.id,
            "default_res_model": self._name,
            "default_res_id": self.id,
            "default_name": self.env._(
                "Introduction: %(candidate)s by %(referrer)s",
                candidate=self.display_name,
                referrer=self.referrer_id.display_name,
            ),
            "default_partner_ids": [Command.set(partners.ids)],
            "initial_date": self.introduction_planned_on or self.env.cr.now(),
        }
        return action

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

    def _check_next_state(self, state):
        """:raise UserError: when a candidate cannot come to this state from its own."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for candidate in self:
            next_states = NEXT_STATES[candidate.state]
            if candidate.state == "converted" and candidate.lead_id:
                next_states = {"objected"}
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
            "objected": "objected_on",
        }.get(state)
        candidates = self.filtered(lambda c: fname and not c[fname])
        return {fname: candidates} if candidates else {}

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
                        "%(candidate)s has no lead yet. Use “Convert to Lead”.",
                        candidate=candidate.display_name,
                    )
                )

    # === OBJECTION AND ERASURE === #

    def _check_objection(self):
        """:raise UserError: when one of these persons has objected to contact."""
        Objection = self.env["crm.referral.objection"]
        candidates = self.filtered(
            lambda c: (
                c.state != "objected" and (c.email_normalized or c.phone_sanitized)
            )
        )
        if not Objection._find(
            candidates.mapped("email_normalized"), candidates.mapped("phone_sanitized")
        ):
            return
        for candidate in candidates:
            if Objection._find(
                [candidate.email_normalized], [candidate.phone_sanitized]
            ):
                raise UserError(
                    self.env._(
                        "%(candidate)s has asked us not to get in touch. Leave this "
                        "person out.",
                        candidate=candidate.display_name,
                    )
                )

    def _on_objected(self):
        """Stop everything, and remember the objection when the rest is erased."""
        if not self:
            return
        self._record_objection()
        # sudo: an objection also stops what colleagues have planned
        candidates_sudo = self.sudo()
        candidates_sudo.activity_ids.unlink()
        candidates_sudo.calendar_event_ids.filtered(
            lambda event: event.start > self.env.cr.now()
        ).action_archive()
        open_leads = candidates_sudo.lead_id.filtered(
            lambda lead: lead.won_status == "pending"
        )
        if open_leads:
            open_leads.action_set_lost(
                lost_reason_id=self.env.ref("crm_referral.lost_reason_objected").id
            )

    def _record_objection(self):
        """Remember that these persons have objected; it counts for all requests."""
        self.env["crm.referral.objection"]._record(
            self.mapped("email_normalized"), self.mapped("phone_sanitized")
        )
        same_person = Domain.OR(
            Domain(fname, "in", values)
            for fname in ("email_normalized", "phone_sanitized")
            if (values := [value for value in self.mapped(fname) if value])
        )
        # sudo: the person may have been named to a colleague, too
        self.sudo().with_context(active_test=False).search(
            same_person & Domain("state", "!=", "objected")
        ).write({"state": "objected"})

    def _erase(self):
        """Erase who these candidates were; keep what the figures need.

        Name, contact data, notes, messages, attachments and activities go. State,
        channel and dates stay.
        """
        # sudo: the erasure is complete whoever wrote the messages
        candidates_sudo = self.sudo().with_context(tracking_disable=True)
        candidates_sudo._unlink_traces()
        candidates_sudo.write(
            {
                "erased_on": fields.Date.context_today(self),
                **dict.fromkeys(PERSONAL_FIELDS, False),
            }
        )

    def _unlink_traces(self):
        """Delete what is kept elsewhere and tells who these candidates were.

        Done activities and cancelled meetings are archived, so they count, too.
        """
        env = self.with_context(active_test=False).env
        of_these = [("res_id", "in", self.ids)]
        for model, domain in (
            ("mail.activity", [("res_model", "=", self._name), *of_these]),
            ("mail.message", [("model", "=", self._name), *of_these]),
            ("mail.scheduled.message", [("model", "=", self._name), *of_these]),
            ("ir.attachment", [("res_model", "=", self._name), *of_these]),
            ("calendar.event", [("referral_candidate_id", "in", self.ids)]),
        ):
            env[model].search(domain).unlink()

    @api.model
    def _cron_erase(self, batch_size=500):
        """Erase candidates that led nowhere, when their company's period is over."""
        today = fields.Date.context_today(self)
        companies = self.env["res.company"].search(
            [("referral_retention_days", ">", 0)]
        )
        domain = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain(
                "closed_on",
                "<=",
                today - timedelta(days=company.referral_retention_days),
            )
            for company in companies
        ) & Domain("erased_on", "=", False)
        self._process_in_batches(domain, "_erase", batch_size)

    @api.model
    def _cron_remind_to_inform(self, batch_size=500):
        """Remind the rep of persons who must soon be told that we have their data."""
        activity_type = self.env.ref("crm_referral.mail_activity_type_inform")
        domain = (
            Domain("informed_on", "=", False)
            & Domain("erased_on", "=", False)
            & Domain(
                "inform_by",
                "<=",
                fields.Date.context_today(self) + timedelta(days=INFORM_REMINDER_DAYS),
            )
            & Domain("state", "!=", "objected")
            & Domain(
                "activity_ids", "not any", [("activity_type_id", "=", activity_type.id)]
            )
        )
        self._process_in_batches(domain, "_schedule_inform_activity", batch_size)

    @api.model
    def _process_in_batches(self, domain, method_name, batch_size):
        """Call a method that takes candidates out of the domain until none is left."""
        Candidate = self.with_context(active_test=False)
        remaining = Candidate.search_count(domain)
        while remaining > 0:
            candidates = Candidate.search(domain, limit=batch_size, order="id")
            if not candidates:
                break
            getattr(candidates, method_name)()
            remaining -= len(candidates)
            if not self.env["ir.cron"]._commit_progress(
                len(candidates), remaining=max(remaining, 0)
            ):
                break

    def _schedule_inform_activity(self):
        self.env["mail.activity"]._schedule_batch(
            "crm_referral.mail_activity_type_inform",
            {
                candidate: {
                    "date_deadline": candidate.inform_by,
                    "user_id": candidate.referral_id._get_step_activity_user().id,
                }
                for candidate in self
            },
        )

    # === LEAD === #

    def _find_duplicate_leads(self, include_hidden=False):
        """Open leads of the same person.

        :param bool include_hidden: also those of colleagues, which the user cannot open
        :return: crm.lead records, in sudo mode when ``include_hidden``
        """
        self.ensure_one()
        # sudo: a colleague's lead is a duplicate, too; only the number is shown
        Lead = self.env["crm.lead"].sudo() if include_hidden else self.env["crm.lead"]
        same_person = Domain.OR(
            Domain(fname, "=", value)
            for fname, value in (
                ("email_normalized", self.email_normalized),
                ("phone_sanitized", self.phone_sanitized),
            )
            if value
        )
        if same_person.is_false():
            return Lead
        return Lead.search(
            same_person
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [self.company_id.id, False])
        )

    def _prepare_lead_values(self):
        """:return: values of the lead that this candidate becomes.
        :rtype: dict
        """
        self.ensure_one()
        research = [
            (self.env._("The person"), self.research_person),
            (self.env._("The organization"), self.research_organization),
            (self.env._("The industry"), self.research_industry),
            (self.env._("The value we can bring"), self.value_proposition),
        ]
        return {
            "name": self.env._(
                "%(candidate)s, introduced by %(referrer)s",
                candidate=self.display_name,
                referrer=self.referrer_id.display_name,
            ),
            "contact_name": self.name,
            "partner_name": self.partner_name,
            "function": self.function,
            "email_from": self.email,
            "phone": self.phone,
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "description": Markup().join(
                Markup("<p><b>%s</b><br/>%s</p>") % (label, note)
                for label, note in research
                if note
            ),
            **self._prepare_referral_values(),
        }

    def _prepare_referral_values(self):
        """:return: values that tell a lead who referred it.
        :rtype: dict
        """
        self.ensure_one()
        return {
            "referrer_id": self.referrer_id.id,
            "referral_candidate_id": self.id,
            "referred": self.referrer_id.display_name,
            "source_id": self.env.ref("utm.utm_source_referral").id,
        }

    def _convert(self, lead=None):
        """Turn the candidate into a new lead, or into one that is already there.

        What a linked lead says already is kept: the first introduction wins.

        :param lead: a crm.lead to link instead of making one
        :return: the lead
        """
        self.ensure_one()
        self._check_next_state("converted")
        if lead:
            lead.write(
                {
                    fname: value
                    for fname, value in self._prepare_referral_values().items()
                    if not lead[fname]
                }
            )
        else:
            lead = self.env["crm.lead"].create(self._prepare_lead_values())
        self.write({"lead_id": lead.id, "state": "converted"})
        return lead

    def _on_lead_deleted(self):
        """Without its lead the candidate is where they were before."""
        for candidate in self.filtered(
            lambda c: c.state == "converted" and not c.lead_id
        ):
            dated = candidate.introduced_on and candidate.contacted_on
            candidate.state = "contacted" if dated else "introduced"

    def _on_lead_closed(self):
        """Tell the rep of the request how the lead ended, and whom to thank."""
        won = self.filtered(lambda c: c.lead_won_status == "won")
        for referral, candidates in self.grouped("referral_id").items():
            for candidate in candidates:
                lead = candidate.lead_id._get_html_link()
                referral.message_post(
                    body=self.env._("A lead from this request was won: %s", lead)
                    if candidate in won
                    else self.env._("A lead from this request was lost: %s", lead),
                    subtype_xmlid="mail.mt_note",
                )
        # An objection stops everything; the referrer hears of it from the person.
        self = self.filtered(lambda c: c.state != "objected")
        (self & won)._remind_to_tell_referrer(
            self.env._("Won! Tell and thank %(referrer)s for introducing %(candidate)s")
        )
        (self - won)._remind_to_tell_referrer(
            self.env._("Tell %(referrer)s what came of introducing %(candidate)s")
        )

    def _remind_to_tell_referrer(self, summary):
        """The referrer hears what came of it: an activity for the rep.

        :param str summary: with the placeholders %(referrer)s and %(candidate)s
        """
        activity_type = "crm_referral.mail_activity_type_tell_referrer"
        self.activity_unlink([activity_type])
        self.env["mail.activity"]._schedule_batch(
            activity_type,
            {
                candidate: {
                    "date_deadline": fields.Date.context_today(self)
                    + timedelta(days=3),
                    "summary": summary
                    % {
                        "referrer": candidate.referrer_id.display_name,
                        "candidate": candidate.display_name,
                    },
                    "user_id": candidate.referral_id._get_step_activity_user().id,
                }
                for candidate in self
            },
        )
