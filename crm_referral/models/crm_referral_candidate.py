from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.candidate_states import ENDED_WITHOUT_LEAD_STATES, GOING_ON_STATES


class CrmReferralCandidate(models.Model):
    """A person, or only a job position, whom a customer may introduce to us."""

    _name = "crm.referral.candidate"
    _description = "Referral Candidate"
    _inherit = [
        "crm.guarded.mixin",
        "crm.referral.introduction.mixin",
        "crm.referral.research.mixin",
        "crm.referral.pipeline.mixin",
        "crm.referral.notice.mixin",
        "crm.referral.erasure.mixin",
        "crm.referral.claim.mixin",
        "crm.referral.risk.mixin",
        "mail.thread.blacklist",
        "mail.thread.phone",
        "mail.activity.mixin",
        "crm.assessment.interaction.mixin",
    ]
    _order = "id"
    _check_company_auto = True
    _primary_email = "email"
    _interaction_field = "candidate_id"
    _document_field = "referral_id"
    _reinstated_state = "suggested"
    _protected_fields = frozenset({"closed_on"})
    _personal_fields = (
        "name",
        "email",
        "phone",
        "function",
        "partner_name",
        "customer_answer",
        "research_person",
        "research_organization",
        "research_industry",
        "value_proposition",
        "closing_note",
    )

    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Request",
        required=True,
        index=True,
        ondelete="cascade",  # no check_company: the company is the request's
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
    referral_active = fields.Boolean(
        related="referral_id.active",
        string="Request Active",
        store=True,
        export_string_translation=False,
    )

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
    named_by = fields.Selection(
        selection=[("customer", "Customer"), ("rep", "Salesperson")],
        required=True,
        default="customer",
        help="Who brought this candidate up.",
    )
    data_source = fields.Char(
        compute="_compute_data_source",
        help="Where we got the data from, to tell the person when they ask.",
    )
    customer_answer = fields.Text(help="What the customer said about this candidate.")

    # Pipeline
    closed_on = fields.Date(
        compute="_compute_closed_on", store=True, copy=False, index="btree_not_null"
    )
    calendar_event_ids = fields.One2many(
        comodel_name="calendar.event",
        inverse_name="referral_candidate_id",
        string="Calls and Meetings",
        copy=False,
    )

    credited_lead_ids = fields.One2many(
        comodel_name="crm.lead",
        inverse_name="referral_candidate_id",
        string="Leads That Came from It",
        readonly=True,
        copy=False,
        help="The lead that counts for this introduction: the first introduction of a "
        "lead counts.",
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
    _introduced_on_idx = models.Index("(introduced_on) WHERE introduced_on IS NOT NULL")
    _retention_idx = models.Index(
        "(company_id, closed_on) WHERE closed_on IS NOT NULL AND erased_on IS NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "function", "partner_name", "erased_on", "referrer_id")
    @api.depends_context("show_referrer")
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
            if self.env.context.get("show_referrer"):
                candidate.display_name = self.env._(
                    "%(candidate)s, through %(referrer)s",
                    candidate=candidate.display_name,
                    referrer=candidate.referrer_id.display_name,
                )

    @api.depends("referrer_id.display_name", "named_by", "has_personal_data")
    @api.depends_context("lang")
    def _compute_data_source(self):
        for candidate in self:
            # sudo: the customer may be hidden by now, where the data is from is not
            referrer = candidate.sudo().referrer_id.display_name
            if not candidate.has_personal_data:
                candidate.data_source = False
            elif candidate.named_by == "customer":
                candidate.data_source = self.env._("Named by %(name)s", name=referrer)
            else:
                candidate.data_source = self.env._(
                    "Found by us, known to %(name)s", name=referrer
                )

    @api.depends("referrer_id")
    def _compute_phone_key(self):
        return super()._compute_phone_key()

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
        candidates.filtered(lambda c: c._was_introduced())._sync_news()
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
        if {"email", "phone"} & vals.keys():  # the list has what we hold, no more
            self._leave_blacklists()
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
        if {"contacted_on", "introduced_on", "lead_id", "state"} & fnames:
            self._sync_news()
        if "referrer_told_on" in fnames:
            self._on_told_noted()
        if {"name", "email", "phone", "state"} & fnames:
            self._check_objection()
        if {"lead_id", "state"} & fnames:
            self._check_converted_has_lead()
        if "lead_id" in fnames:
            self._credit_leads()
        if {"email", "phone"} & fnames:
            self._note_known()

    def unlink(self):
        # When the addon goes, everything of ours goes, and the leads stay as they are.
        if self.env.context.get(MODULE_UNINSTALL_FLAG):
            return super().unlink()
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

    @api.model
    def get_import_templates(self):
        """:return: the file that shows how candidates are imported."""
        return [
            {
                "label": self.env._("Import Template for Candidates"),
                "template": "/crm_referral/static/xls/crm_referral_candidate.xlsx",
            }
        ]

    def action_ask_object(self):
        """Say what an objection stops, and offer the rest, before it is noted.

        :return: a window action: the question
        """
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_candidate_object_action"
        )
        action["context"] = {"default_candidate_id": self.id}
        return action

    def action_withdraw_objection(self):
        """Take an objection back that was a mistake; managers only.

        :return: a window action: asks for the address and the reason
        """
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_objection_withdraw_action"
        )
        action["context"] = {"default_candidate_id": self.id}
        return action

    def action_erase(self):
        """Erase who these candidates were, on demand; managers only.

        Who is still under way is given up, and an open lead that was made of the
        candidate is closed.

        :return: True
        :raise AccessError: for who is not a sales manager
        """
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._(
                    "Only a sales manager erases a candidate. Ask yours, and say who "
                    "wants it."
                )
            )
        self.check_access("write")
        candidates = self.filtered(lambda c: not c.erased_on)
        candidates.filtered(lambda c: c.state in GOING_ON_STATES).write(
            {"state": "declined"}
        )
        # sudo: the lead may belong to a colleague; the manager may erase it
        candidates.sudo()._get_own_leads().filtered(
            lambda lead: lead.won_status == "pending"
        ).action_set_lost()
        candidates._erase()
        return True

    def action_ask_erase(self):
        """Say what is erased and what is kept, before it is done.

        :return: a window action: the question
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_candidate_erase_action"
        )
        action["context"] = {"default_candidate_ids": self.ids}
        return action

    # === RIGHTS OF THE PERSON === #

    def _get_responsible_user(self):
        return self.referral_id._get_step_activity_user()

    def _get_phone_country(self):
        # sudo: a country tells nothing, and its owner may be of another company
        self_sudo = self.sudo()
        return (
            super()._get_phone_country()
            or self_sudo.referrer_id.country_id
            or self_sudo.user_id.partner_id.country_id
        )

    def _stop_everything(self):
        """The open lead is closed; whose other leads these are decide themselves."""
        said = super()._stop_everything()
        others = self._find_other_open_leads()
        self._get_meetings().filtered(
            lambda event: event.active and event.start > self.env.cr.now()
        ).action_archive()
        self.lead_id.filtered(
            lambda lead: lead.won_status == "pending"
        )._close_objected()
        self.env["crm.lead"].sudo().union(*others.values())._ask_about_objection()
        for candidate, lines in said.items():
            lines.append(
                self.env._(
                    "Objection: what was planned with this candidate is stopped, and "
                    "the open lead that came from it is closed."
                )
            )
            if others.get(candidate):
                lines.append(
                    self.env._(
                        "%(count)s other open leads of the same person go on, because "
                        "they did not come from this introduction. Their salespersons "
                        "have been asked to look at them.",
                        count=len(others[candidate]),
                    )
                )
        return said

    def _get_told_colleagues(self):
        return super()._get_told_colleagues() | self.lead_id.user_id

    def _before_erasure(self):
        result = super()._before_erasure()
        self.filtered(lambda c: c.state == "objected")._record_objection()
        return result

    def _unlink_traces(self):
        """The lead that was made of the candidate goes as well, unless it is won."""
        self._leave_blacklists()
        self._get_own_leads().filtered(
            lambda lead: lead.won_status != "won"
        )._strip_candidate_data()
        self.referral_id.prepared_ids.filtered(
            lambda prepared: prepared.candidate_id in self
        ).unlink()
        self.write({"source_lead_id": False, "source_partner_id": False})
        return super()._unlink_traces()

    def _get_kept_notes(self):
        return [*super()._get_kept_notes(), *self._get_kept_lead_notes()]

    def _get_meeting_domain(self):
        domain = super()._get_meeting_domain()
        return domain | Domain("referral_candidate_id", "in", self.ids)

    def _get_kept_names(self):
        siblings = self.referral_id.candidate_ids - self
        return [
            *super()._get_kept_names(),
            *siblings.mapped("name"),
            self.referrer_id.display_name,
            self.user_id.name,
        ]

    def _get_surroundings(self, document):
        """The request, its other candidates, and the checklists about all of them."""
        rounds = self.env["crm.assessment.round"].search(
            Domain("candidate_id", "in", self.ids)
            | Domain("referral_id", "=", document.id)
            | Domain("lead_id", "in", self._get_own_leads().ids)
        )
        of_rounds = [("round_id", "in", rounds.ids)]
        actions = self.env["crm.assessment.action"].search(of_rounds)
        return [
            document,
            document.step_log_ids,
            document.candidate_ids - self,
            document.prepared_ids,
            rounds.dispute_ids,
            self.claim_ids,
            self.env["crm.assessment.line"].search(
                [("assessment_id.round_id", "in", rounds.ids)]
            ),
            actions,
            *self._find_written_about(document, rounds, actions),
        ]

    # === CLOSER LOOK === #

    @api.model
    def _get_risk_subjects(self, condition):
        return SQL(
            """SELECT subject.id, subject.referrer_id, subject.name,
                subject.email_normalized AS email, subject.phone_key AS phone,
                lead.partner_id, subject.partner_name AS organization,
                COALESCE(subject.named_on, subject.create_date) AS named_on,
                subject.was_known, subject.company_id
            FROM crm_referral_candidate subject
            LEFT JOIN crm_lead lead ON lead.id = subject.lead_id
            WHERE subject.erased_on IS NULL AND %s""",
            condition,
        )

    # === CHECKLISTS === #

    def _get_interaction_partner(self):
        return self.referral_id.partner_id

    def _prepare_interaction_values(self):
        return {
            **super()._prepare_interaction_values(),
            "referral_id": self.referral_id.id,
        }
