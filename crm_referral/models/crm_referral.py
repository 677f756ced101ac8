from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

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
        "crm.referral.readiness.source.mixin",
        "crm.referral.asking.mixin",
        "crm.referral.loyalty.mixin",
        "crm.referral.link.mixin",
        "crm.referral.preparation.mixin",
        "crm.referral.proposal.mixin",
        "crm.referral.promise.mixin",
        "crm.referral.talk.track.mixin",
        "crm.guided.conversation",
        "crm.assessment.interaction.mixin",
    ]
    _order = "id desc"
    _rec_name = "partner_id"
    _interaction_field = "referral_id"
    _step_activity_type = "crm_referral.mail_activity_type_step"
    _manager_group = "sales_team.group_sale_manager"
    _completed_outcomes = frozenset({"introduced"})
    _readiness_fields = frozenset(
        {"closed_on", "company_id", "outcome", "promise_deadline", "promise_state"}
    )
    _protected_fields = frozenset(
        {
            "candidate_count",
            "earlier_benefit_ids",
            "introduced_count",
            "lead_count",
            "next_ask_date",
            "quiet_ids",
            "won_count",
            "won_revenue",
        }
    )

    # Who and where
    partner_id = fields.Many2one(
        required=True, help="The customer whom we ask for introductions."
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Customer's Company"
    )
    user_id = fields.Many2one(string="Salesperson")
    team_id = fields.Many2one(string="Sales Team")

    # Where we are
    step_id = fields.Many2one(comodel_name="crm.referral.step")
    step_log_ids = fields.One2many(
        comodel_name="crm.referral.step.log", inverse_name="referral_id"
    )
    outcome = fields.Selection(
        selection_add=OUTCOMES, help="Empty while the request is open."
    )
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
    quiet_ids = fields.One2many(
        comodel_name="crm.referral.quiet",
        inverse_name="referral_id",
        copy=False,
        groups="base.group_system",
        help="The customer was asked before this request was reopened.",
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
    earlier_benefit_ids = fields.Many2many(
        comodel_name="crm.referral.benefit",
        relation="crm_referral_earlier_benefit_rel",
        column1="referral_id",
        column2="benefit_id",
        string="Confirmed Earlier",
        readonly=True,
        copy=False,
        help="The customer agreed to these in an earlier conversation; in this one we "
        "ask again.",
    )
    challenge = fields.Text(
        copy=False, help="The situation the customer was in, and what made it hard."
    )
    improvement = fields.Text(
        string="What Changed",
        copy=False,
        help="What is different today, as a fact without “you”, “they” or “we”: it is "
        "said to the customer, and stands in the e-mail that the customer forwards.",
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
    ends_as_declined = fields.Boolean(
        compute="_compute_ends_as_declined",
        export_string_translation=False,
        help="The next step is the end: the customer agreed to no introduction.",
    )
    meeting_count = fields.Integer(
        compute="_compute_meeting_count",
        help="Calls and meetings in which somebody is introduced.",
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
    # What the figures of a period are found by.
    _create_date_idx = models.Index("(create_date)")
    _closed_on_idx = models.Index("(closed_on) WHERE closed_on IS NOT NULL")
    _promise_idx = models.Index("(promise_deadline) WHERE promise_state = 'open'")
    _next_ask_idx = models.Index(
        "(partner_id, next_ask_date) WHERE outcome IS NOT NULL"
    )

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
        lambda self: [
            "candidate_ids.introduced_on",
            "candidate_ids.credited_lead_ids.won_status",
            *(
                f"candidate_ids.credited_lead_ids.{name}"
                for name in self.env["crm.lead"]._won_revenue_fields
            ),
        ]
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
            referral.won_revenue = sum(leads._get_won_revenue().values())

    @api.depends("step_id", "candidate_ids.state", "candidate_ids.introduced_on")
    def _compute_ends_as_declined(self):
        for referral in self:
            referral.ends_as_declined = (
                referral.step_code == "introduce" and referral._nobody_agreed()
            )

    def _compute_meeting_count(self):
        # sudo: a colleague's meeting counts, too; only how many there are is told
        counts = dict(
            self.env["calendar.event"]
            .sudo()
            ._read_group(
                [("referral_candidate_id.referral_id", "in", self.ids)],
                ["referral_candidate_id"],
                ["__count"],
            )
        )
        candidates = self.with_context(active_test=False).candidate_ids
        by_referral = candidates.grouped("referral_id")
        for referral in self:
            referral.meeting_count = sum(
                counts.get(candidate._origin, 0)
                for candidate in by_referral.get(referral._origin, ())
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("outcome")
    def _check_outcome(self):
        """An outcome must be true, whoever writes it."""
        result = super()._check_outcome()
        for referral in self:
            candidates = referral.candidate_ids
            if referral.outcome == "introduced":
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
        return result

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

    def unlink(self):
        # The database would delete the candidates, but not their messages, activities
        # and attachments, which tell who they were.
        self.check_access("unlink")
        if not self.env.context.get(MODULE_UNINSTALL_FLAG):
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

    def action_finish(self):
        """Leave the last step; ask first whether the customer has heard of it.

        :return: True, or a window action: the question
        """
        self.ensure_one()
        self._check_conversation_open()
        self._check_step_complete(self.step_id)
        if not self.candidate_ids.filtered(lambda c: c._is_referrer_waiting()):
            return self.action_next_step()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_finish_action"
        )
        action["context"] = {"default_referral_id": self.id}
        return action

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
        self._end_conversation(
            "declined", decline_reason_id=reason.id, decline_note=note or False
        )
        if do_not_ask:
            # sudo: a salesperson need not be allowed to change contacts
            self.partner_id.sudo().write({"referral_do_not_ask": True})
        return True

    def action_no_candidate(self):
        """End the request because nobody came to the customer's mind.

        :return: True
        """
        return self._end_conversation("no_candidate")

    def action_cancel(self):
        """End the request from our side.

        :return: True
        """
        return self._end_conversation("cancelled")

    def action_open_decline(self):
        """Ask for the reason why the customer declined.

        :return: a window action
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_decline_action"
        )
        action["context"] = {"default_referral_ids": [Command.set(self.ids)]}
        return action

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

    def action_view_meetings(self):
        """Show the calls and meetings in which somebody is introduced.

        :return: a window action
        """
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "calendar.action_calendar_event"
        )
        action["domain"] = [("referral_candidate_id.referral_id", "in", self.ids)]
        action["context"] = {"search_default_mymeetings": 0}
        return action

    # === GUIDED CONVERSATION === #

    def _get_requirement_dependencies(self):
        """:return: fields that the requirements of the six steps read."""
        return [
            *super()._get_requirement_dependencies(),
            "benefit_ids.confirmed_now",
            "challenge",
            "improvement",
            "motive_ids",
            "candidate_ids.state",
            "candidate_ids.introduced_on",
            "candidate_ids.display_name",
        ]

    def _get_missing_benefits(self):
        if any(self.benefit_ids.mapped("confirmed_now")):
            return []
        return [self.env._("A benefit that the customer has confirmed.")]

    def _get_missing_profile(self):
        missing = []
        if not (self.challenge or "").strip():
            missing.append(self.env._("The challenge the customer was facing."))
        if not (self.improvement or "").strip():
            missing.append(self.env._("What has changed for the customer."))
        return missing

    def _get_missing_value(self):
        if self.motive_ids:
            return []
        return [self.env._("What the customer personally gains: at least one motive.")]

    def _get_missing_suggest(self):
        if self.candidate_ids:
            return self._get_missing_names()
        return [self.env._("At least one candidate: a name, or a job position.")]

    def _get_missing_names(self):
        """:return: what is missing of candidates who are just being typed in."""
        if all(candidate.display_name for candidate in self.candidate_ids):
            return []
        return [self.env._("A name or a job position for every candidate.")]

    def _get_missing_introduce(self):
        missing = self._get_missing_names() + [
            self.env._(
                "The customer's answer about %(candidate)s.",
                candidate=candidate.display_name,
            )
            for candidate in self.candidate_ids
            if candidate.state == "suggested" and candidate.display_name
        ]
        if not missing and not any(
            candidate._was_agreed() for candidate in self.candidate_ids
        ):
            missing.append(
                self.env._(
                    "An introduction the customer agrees to. If there is none, “Next” "
                    "ends the request as declined."
                )
            )
        return missing

    def _get_missing_follow_through(self):
        return self._get_missing_names() + [
            self.env._(
                "An end for %(candidate)s: converted, unfit, declined or objected.",
                candidate=candidate.display_name,
            )
            for candidate in self.candidate_ids
            if candidate._is_promising() and candidate.state != "converted"
        ]

    def _nobody_agreed(self):
        """:return: whether the customer has answered about everybody, with no yes."""
        self.ensure_one()
        return bool(self.candidate_ids) and not any(
            candidate.state == "suggested" or candidate._was_agreed()
            for candidate in self.candidate_ids
        )

    def _ends_at_current_step(self):
        """The request also ends in “introduce” when the customer agreed to nobody."""
        self.ensure_one()
        return super()._ends_at_current_step() or (
            self.step_code == "introduce" and self._nobody_agreed()
        )

    def _finish_conversation(self):
        """End with what is true: introduced, declined, or no candidate."""
        result = super()._finish_conversation()
        introduced = self.filtered(
            lambda r: any(candidate._was_introduced() for candidate in r.candidate_ids)
        )
        declined = (self - introduced).filtered(lambda r: r._nobody_agreed())
        introduced.write({"outcome": "introduced"})
        if declined:
            reason = self.env.ref("crm_referral.decline_reason_no_introduction")
            declined.write({"outcome": "declined", "decline_reason_id": reason.id})
        (self - introduced - declined).write({"outcome": "no_candidate"})
        return result

    def _prepare_reopening(self, reason):
        """:return: values of requests that nobody has declined any more."""
        return {
            **super()._prepare_reopening(reason),
            "decline_reason_id": False,
            "decline_note": False,
        }
