from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_list

from ..tools.plain_words import read_words

OUTCOMES = [
    ("resolved", "Solved and felt heard"),
    ("calmed", "Felt heard, not solved"),
    ("fixed", "Solved, not felt heard"),
    ("unresolved", "Neither"),
    ("withdrawn", "Withdrawn"),
    ("passed_on", "Passed on"),
]
SEVERITIES = [
    ("1", "A nuisance"),
    ("2", "It costs me time"),
    ("3", "It does me harm"),
    ("4", "I cannot go on like this"),
]


class CrmComplaint(models.Model):
    """A complaint: seven steps with one customer, until it is solved and felt heard."""

    _name = "crm.complaint"
    _description = "Complaint"
    _inherit = [
        "crm.complaint.acting.mixin",
        "crm.complaint.caller.mixin",
        "crm.complaint.cause.mixin",
        "crm.complaint.deadline.mixin",
        "crm.complaint.ending.mixin",
        "crm.complaint.page.mixin",
        "crm.complaint.secret.mixin",
        "crm.complaint.mail.mixin",
        "crm.complaint.second.contact.mixin",
        "crm.personal.link.mixin",
        "crm.personal.link.mail.mixin",
        "crm.guided.conversation",
        "mail.thread.phone",
        "crm.assessment.interaction.mixin",
    ]
    _order = "id desc"
    _interaction_field = "complaint_id"
    _step_activity_type = "crm_referral_service.mail_activity_type_step"
    _manager_group = "crm_referral_service.group_service_manager"
    # What the two answers say at the end of the seven steps.
    _completed_outcomes = frozenset({"resolved", "calmed", "fixed", "unresolved"})
    _reopen_needs_reason = True
    _protected_fields = frozenset({"name"})
    _primary_email = "email"
    _link_path = "/service/complaint"

    name = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        default="",
    )
    phone_sanitized = fields.Char(index="btree_not_null")
    contact_ids = fields.One2many(
        comodel_name="crm.service.contact",
        inverse_name="complaint_id",
        string="Service Contacts",
        copy=False,
    )
    user_id = fields.Many2one(
        string="Owner",
        help="Who took it first keeps it, whoever else has something to do for it.",
    )
    team_id = fields.Many2one(
        string="Service Team", domain="[('is_service', '=', True)]"
    )
    step_id = fields.Many2one(comodel_name="crm.complaint.step")
    step_log_ids = fields.One2many(
        comodel_name="crm.complaint.step.log", inverse_name="complaint_id"
    )
    outcome = fields.Selection(
        selection_add=OUTCOMES, help="Empty while the complaint is open."
    )

    # 2 listen
    story = fields.Text(
        string="In the Customer's Words",
        copy=False,
        help="What happened, as the customer tells it.",
    )
    feeling_ids = fields.Many2many(
        comodel_name="crm.complaint.feeling",
        relation="crm_complaint_feeling_rel",
        column1="complaint_id",
        column2="feeling_id",
        string="Feelings",
        copy=False,
        help="What you hear behind the words.",
    )
    feelings = fields.Char(string="Feelings in Words", compute="_compute_spoken")

    # 3 question
    basic_facts = fields.Text(
        copy=False, help="What it is about: what, when, where, since when."
    )
    details = fields.Text(
        copy=False, help="What makes this case different from others."
    )
    severity = fields.Selection(
        selection=SEVERITIES,
        copy=False,
        tracking=True,
        help="How bad it is, in the customer's own judgement.",
    )
    wanted_remedy = fields.Text(
        copy=False, help="What would put it right, in the customer's eyes."
    )
    reason_id = fields.Many2one(
        comodel_name="crm.service.reason",
        domain=lambda self: self.env["crm.service.reason"]._get_leaf_domain(),
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        tracking=True,
    )

    # 4 empathise, 5 address
    common_ground = fields.Text(
        copy=False,
        help="What both sides agree on. To agree on a point is not to agree with the "
        "complaint.",
    )
    our_part = fields.Text(
        string="What We Do", copy=False, help="What we do about it, and until when."
    )
    gesture_ids = fields.One2many(
        comodel_name="crm.complaint.gesture",
        inverse_name="complaint_id",
        string="Gestures",
        copy=False,
    )
    nothing_material_wanted = fields.Boolean(
        copy=False, help="The customer wants it put right, and nothing on top."
    )
    gestures = fields.Char(string="Gestures in Words", compute="_compute_spoken")
    handover_ids = fields.One2many(
        comodel_name="crm.service.handover",
        inverse_name="complaint_id",
        string="Questions to Colleagues",
        copy=False,
    )

    # 7 follow through
    scope = fields.Selection(
        selection=[("one_off", "This once"), ("systemic", "It will happen again")],
        copy=False,
        tracking=True,
        help="Whether the cause is still there.",
    )
    section_ids = fields.Many2many(
        comodel_name="crm.assessment.section",
        relation="crm_complaint_section_rel",
        column1="complaint_id",
        column2="section_id",
        string="Areas of the Cause",
        copy=False,
        help="Where the cause lies; one cause may lie in several areas.",
    )
    action_id = fields.Many2one(
        comodel_name="crm.assessment.action",
        string="Improvement Action",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
    )
    passed_on_to = fields.Char(copy=False, tracking=True)

    _name_company_uniq = models.UniqueIndex(
        "(name, company_id)", "There is already a complaint with this number."
    )
    _resolved_both = models.Constraint(
        "CHECK (outcome IS DISTINCT FROM 'resolved' "
        "OR (COALESCE(solved, '') = 'yes' AND COALESCE(felt_heard, '') = 'yes'))",
        "A complaint only ends as “Solved and felt heard” when the customer says both.",
    )
    _outcome_is_true = models.Constraint(
        "CHECK (CASE outcome "
        "WHEN 'calmed' THEN COALESCE(felt_heard, '') = 'yes' "
        "WHEN 'fixed' THEN COALESCE(solved, '') = 'yes' "
        "WHEN 'unresolved' THEN COALESCE(unresolved_reason, '') <> '' "
        "WHEN 'withdrawn' THEN COALESCE(unresolved_reason, '') <> '' "
        "WHEN 'passed_on' THEN COALESCE(unresolved_reason, '') <> '' "
        "ELSE TRUE END)",
        "The outcome has to be what the customer says; without a solution it needs a "
        "reason.",
    )
    _user_step_idx = models.Index("(user_id, step_id)")
    _open_partner_idx = models.Index(
        "(commercial_partner_id) WHERE outcome IS NULL AND active IS TRUE"
    )

    # === COMPUTE METHODS === #

    @api.depends("name", "customer_name", "is_confidential")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        hidden = self._origin._get_hidden()
        for complaint in self:
            if complaint._origin & hidden:
                complaint.display_name = self.env._("Confidential")
                continue
            # A name is also told where the complaint is not: in mails and activities.
            who = not complaint.is_confidential and complaint.customer_name
            parts = [complaint.name, who]
            complaint.display_name = " · ".join(filter(None, parts)) or self.env._(
                "New"
            )

    @api.depends("feeling_ids.name", "gesture_ids.state", "gesture_ids.type_id.name")
    @api.depends_context("lang")
    def _compute_spoken(self):
        for complaint in self:
            spoken = complaint.with_context(lang=complaint._get_conversation_lang())
            given = spoken.gesture_ids.filtered(lambda gesture: gesture._is_promised())
            complaint.feelings = format_list(
                spoken.env, spoken.feeling_ids.mapped("name")
            )
            complaint.gestures = format_list(spoken.env, given.mapped("display_name"))

    # === CONSTRAINT METHODS === #

    @api.constrains("outcome", "handover_ids", "gesture_ids")
    def _check_nothing_is_out(self):
        """Nobody closes while a question or an approval is out."""
        for complaint in self.filtered("outcome"):
            waiting = complaint._get_missing_answers()
            if waiting:
                raise ValidationError(
                    self.env._(
                        "%(complaint)s cannot end yet:\n%(waiting)s",
                        complaint=complaint.display_name,
                        waiting="\n".join(f"- {sentence}" for sentence in waiting),
                    )
                )

    @api.constrains("reason_id")
    def _check_reason_id(self):
        self.reason_id._check_can_be_chosen()

    # === CRUD METHODS === #

    @api.model
    def _prepare_create_values(self, vals_list):
        """Number what is kept; what is given up again takes no number."""
        # sudo: who takes complaints need not read sequences
        sequence = self.env["ir.sequence"].sudo()
        return super()._prepare_create_values(
            [
                {**vals, "name": vals.get("name") or sequence.next_by_code(self._name)}
                for vals in vals_list
            ]
        )

    def write(self, vals):
        if vals.get("outcome") and not self.env.su:
            # What became of it is history; only reopening takes it up again.
            self.filtered("outcome")._check_goes_on()
        return super().write(vals)

    # === ACTION METHODS === #

    def action_acknowledge(self):
        """Note that the customer knows now that we take care of it.

        :return: True
        """
        self._check_conversation_open()
        waiting = self.filtered(lambda complaint: not complaint.acknowledged_on)
        waiting.write({"acknowledged_on": self.env.cr.now()})
        return True

    def action_open_end(self):
        """Ask why it ends before the last step.

        :return: a window action
        """
        return self._open_conversation_wizard(
            "crm_referral_service.crm_complaint_end_action"
        )

    def action_withdraw(self, reason):
        """The customer takes the complaint back.

        :param str reason: what the customer said
        :return: True
        """
        return self._end_with_reason("withdrawn", reason)

    def action_pass_on(self, reason, passed_on_to):
        """Somebody outside takes it on: a manufacturer, an insurer, a court.

        :param str reason: why it is not ours to solve
        :param str passed_on_to: who takes it on
        :return: True
        :raise UserError: when nobody is named
        """
        if not (passed_on_to := read_words(passed_on_to)):
            raise UserError(self.env._("Write who takes the complaint on."))
        return self._end_with_reason("passed_on", reason, passed_on_to=passed_on_to)

    def _end_with_reason(self, outcome, reason, **values):
        reason = read_words(reason)
        if not reason:
            raise UserError(self.env._("Write in a few words why it ends like this."))
        return self._end_conversation(outcome, unresolved_reason=reason, **values)

    def _hold_open(self):
        """Nobody ends these while something goes out for them at the same moment.

        :raise UserError: when one of them has ended, or is archived
        """
        self.sudo()._check_goes_on()  # sudo: who goes on with it need not see it
        if ids := tuple(self.ids):
            # An update, not a lock: whoever ends it meanwhile has to look again.
            self.env.execute_query(
                SQL(
                    "UPDATE crm_complaint SET name = name WHERE id IN %s RETURNING id",
                    ids,
                )
            )

    def _check_goes_on(self):
        """:raise UserError: when one of them has ended, or is archived"""
        self._check_not_archived()
        for complaint in self.filtered("outcome"):
            raise UserError(
                self.env._(
                    "“%(complaint)s” has ended. Reopen it first, then go on.",
                    complaint=complaint.display_name,
                )
            )

    # === GUIDED CONVERSATION === #

    def _get_requirement_dependencies(self):
        """:return: fields that the requirements of the seven steps read."""
        return [
            *super()._get_requirement_dependencies(),
            *("acknowledged_on", "email", "phone", "no_answer_wanted"),
            *("story", "feeling_ids"),
            *("basic_facts", "details", "severity", "wanted_remedy", "reason_id"),
            *("common_ground", "our_part", "nothing_material_wanted"),
            *("gesture_ids.state", "handover_ids.state"),
            *("solved", "felt_heard", "unresolved_reason"),
            *("second_contact_done_on", "second_contact_reason"),
            *("scope", "section_ids", "action_id"),
        ]

    def _list_missing(self, sentences):
        """:param dict sentences: what is missing, by the field that would say it
        :return: those of the fields that are empty
        """
        return [
            sentence
            for fname, sentence in sentences.items()
            if not (
                self[fname].strip() if isinstance(self[fname], str) else self[fname]
            )
        ]

    def _get_missing_greet(self):
        missing = self._list_missing(
            {
                "acknowledged_on": self.env._(
                    "Tell the customer that you take care of it."
                )
            }
        )
        if not self._has_way_back():
            missing.append(
                self.env._(
                    "A phone number or an e-mail address to answer to, or that no "
                    "answer is wanted."
                )
            )
        return missing

    def _get_missing_listen(self):
        return self._list_missing(
            {
                "story": self.env._("What happened, in the customer's own words."),
                "feeling_ids": self.env._("What the customer feels: at least one."),
            }
        )

    def _get_missing_question(self):
        return self._list_missing(
            {
                "basic_facts": self.env._("The basic facts: what, when, where."),
                "details": self.env._("The details that make this case different."),
                "severity": self.env._("How bad it is, in the customer's judgement."),
                "wanted_remedy": self.env._("What would put it right."),
                "reason_id": self.env._("The reason for the complaint."),
            }
        )

    def _get_missing_empathise(self):
        return self._list_missing(
            {
                "common_ground": self.env._(
                    "A point on which you and the customer agree."
                )
            }
        )

    def _get_missing_address(self):
        missing = self._list_missing({"our_part": self.env._("What we do about it.")})
        if not self.nothing_material_wanted and not any(
            gesture._is_promised() for gesture in self.gesture_ids
        ):
            missing.append(
                self.env._(
                    "A gesture that is agreed, or that the customer wants nothing on "
                    "top."
                )
            )
        return missing + self._get_missing_answers()

    def _get_missing_answers(self):
        """:return: sentences: which questions and approvals are still out."""
        self.ensure_one()
        return [
            self.env._("An approval for “%(gesture)s”.", gesture=gesture.display_name)
            for gesture in self.gesture_ids
            if gesture.state == "to_approve"
        ] + [
            self.env._(
                "The answer of %(colleague)s, told to the customer.",
                colleague=handover.to_user_id.name,
            )
            for handover in self.handover_ids
            if handover.state in ("asked", "answered")
        ]

    def _get_missing_test(self):
        missing = self._list_missing(
            {
                "solved": self.env._("Ask the customer: is it solved?"),
                "felt_heard": self.env._("Ask the customer: did you feel heard?"),
            }
        )
        if not missing and self._get_true_outcome() != "resolved":
            missing += self._list_missing(
                {
                    "unresolved_reason": self.env._(
                        "Go back and make it good, or write why it ends like this."
                    )
                }
            )
        return missing

    def _get_missing_follow_through(self):
        missing = self._list_missing(
            {
                "second_contact_done_on": self.env._(
                    "A second contact, some days later."
                ),
                "second_contact_reason": self.env._(
                    "What the customer had of the second contact."
                ),
                "scope": self.env._("Whether the cause is still there."),
            }
        )
        if self.scope == "systemic":
            missing += self._list_missing(
                {
                    "section_ids": self.env._("The areas in which the cause lies."),
                    "action_id": self.env._(
                        "What is done about the cause: an action, or until when it is "
                        "accepted."
                    ),
                }
            )
        return missing

    def _finish_conversation(self):
        """End with what the customer says: solved, felt heard, both or neither."""
        result = super()._finish_conversation()
        for outcome, complaints in self.grouped(
            lambda complaint: complaint._get_true_outcome()
        ).items():
            complaints.write({"outcome": outcome})
        return result

    def _prepare_reopening(self, reason):
        """:return: values of complaints that the customer has to answer about anew."""
        return {
            **super()._prepare_reopening(reason),
            "solved": False,
            "felt_heard": False,
            "unresolved_reason": False,
            "passed_on_to": False,
            "second_contact_done_on": False,
        }

    def _on_closed(self):
        """Solved and felt heard is a good moment; what is confidential is not told."""
        result = super()._on_closed()
        resolved = self.filtered(
            lambda complaint: (
                complaint.outcome == "resolved"
                and complaint.partner_id
                and not complaint.is_confidential
            )
        )
        self.env["crm.referral.ask"]._note_moments(
            "complaint", [(complaint.partner_id, complaint) for complaint in resolved]
        )
        return result

    def _on_reopened(self):
        """Go back to what we do about it; twice is a case for who leads the team."""
        result = super()._on_reopened()
        steps = self._get_steps()
        address = steps.filtered(lambda step: step.code == "address")
        later = steps[list(steps).index(address) + 1 :]
        self.filtered(lambda c: c.step_id in later).write({"step_id": address.id})
        for complaint in self:
            complaint.reopen_count += 1
        self._remind_leader(
            {
                complaint: lambda r: r.env._("Taken up again more than once")
                for complaint in self
                if complaint.reopen_count > 1
            }
        )
        return result

    def _get_talk_track_values(self):
        """:return: what each placeholder says of this complaint."""
        return {
            **super()._get_talk_track_values(),
            "object.customer_name": self.caller_name or self.customer_name,
            "object.user_id.name": self.user_id.name,
            "object.company_id.name": self.company_id.name,
            "object.name": self.name,
            "object.story": self.story,
            "object.feelings": self.feelings,
            "object.wanted_remedy": self.wanted_remedy,
            "object.common_ground": self.common_ground,
            "object.our_part": self.our_part,
            "object.gestures": self.gestures,
        }

    def _get_left_out_placeholders(self):
        """:return: what is given on top, when the customer wants nothing on top"""
        left_out = super()._get_left_out_placeholders()
        if self.nothing_material_wanted:
            return left_out | {"object.gestures"}
        return left_out

    def _get_talk_track_dependencies(self):
        """:return: fields that the placeholders of the talk-tracks read."""
        return [
            *super()._get_talk_track_dependencies(),
            "contact_ids.lang",
            "nothing_material_wanted",
            *(
                "customer_name",
                "caller_name",
                "user_id.name",
                "name",
                "story",
                "feelings",
            ),
            *("wanted_remedy", "common_ground", "our_part", "gestures"),
        ]
