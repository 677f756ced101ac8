from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

from ..const import OPEN_STATES
from .crm_assessment_framework import VIEWPOINTS

STATES = [
    ("draft", "Draft"),
    ("sent", "Asked"),
    ("done", "Done"),
    ("expired", "Expired"),
    ("cancelled", "Cancelled"),
]
# Written by the scoring and by what happens to the link, never by hand.
RESULT_FIELDS = frozenset(
    {
        "done_on",
        "form_id",
        "is_revealed",
        "link_copied_by_ids",
        "opened_by_ids",
        "recommendation",
        "score",
        "score_ids",
        "access_token",
        "answered_until",
        "is_link_revoked",
        "level",
    }
)
# What a finished assessment is about and says.
FROZEN_FIELDS = frozenset(
    {
        "company_id",
        "framework_id",
        "line_ids",
        "partner_id",
        "respondent_id",
        "round_id",
        "state",
        "team_id",
        "user_id",
        "viewpoint",
    }
)
# What a round has settled for its forms; the answers come later.
ROUND_FIELDS = (FROZEN_FIELDS - {"line_ids"}) | {"active", "deadline"}


class CrmAssessment(models.Model):
    """A filled-in form about a customer or an agent, by one respondent."""

    _name = "crm.assessment"
    _description = "Assessment"
    _inherit = [
        "crm.guarded.mixin",
        "crm.assessment.call.mixin",
        "crm.assessment.completeness.mixin",
        "crm.assessment.page.mixin",
        "crm.assessment.callback.mixin",
        "crm.assessment.scoring.mixin",
        "crm.assessment.subject.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True
    # The form is refused by `create` itself, which chooses it.
    _protected_fields = RESULT_FIELDS - {"form_id"}

    round_id = fields.Many2one(
        comodel_name="crm.assessment.round",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
        check_company=True,
        copy=False,
    )
    manager_id = fields.Many2one(
        related="round_id.manager_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Who answers for the organization in this round.",
    )
    form_id = fields.Many2one(
        comodel_name="crm.assessment.form",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        copy=False,
        help="The framework as it was when this assessment was made.",
    )
    viewpoint = fields.Selection(
        selection=VIEWPOINTS, required=True, default="employee"
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Agent",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The person who serves the customer, and whom this is about.",
    )
    respondent_id = fields.Many2one(
        comodel_name="res.users",
        string="Answered By",
        compute="_compute_respondent_id",
        store=True,
        precompute=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The colleague who fills this in. Empty when the customer does.",
    )
    state = fields.Selection(
        selection=STATES, default="draft", required=True, copy=False, index=True
    )
    deadline = fields.Date()
    done_on = fields.Datetime(string="Answered On", readonly=True, copy=False)
    line_ids = fields.One2many(
        comodel_name="crm.assessment.line",
        inverse_name="assessment_id",
        string="Answers",
        copy=False,
    )
    score_ids = fields.One2many(
        comodel_name="crm.assessment.score",
        inverse_name="assessment_id",
        string="Scores",
        readonly=True,
        copy=False,
    )
    checklist = fields.Json(
        compute="_compute_checklist", help="What can be answered, for the screen."
    )
    is_respondent = fields.Boolean(compute="_compute_is_respondent")
    is_revealed = fields.Boolean(
        readonly=True,
        copy=False,
        help="People other than the one who answered may see the answers.",
    )

    opened_by_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_assessment_opened_by_rel",
        string="Page Opened By",
        readonly=True,
        copy=False,
        help="Colleagues who had the customer's page open, to hand it over. Did the "
        "customer answer alone?",
    )
    link_copied_by_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_assessment_link_copied_by_rel",
        readonly=True,
        copy=False,
        help="Colleagues who copied the customer's link, to pass it on.",
    )

    _done_on_set = models.Constraint(
        "CHECK (state <> 'done' OR done_on IS NOT NULL)",
        "A finished assessment has a date.",
    )
    _open_deadline_idx = models.Index("(deadline) WHERE state IN ('draft', 'sent')")

    # === COMPUTE METHODS === #

    @api.depends("framework_id.name", "partner_id.name", "user_id.name", "viewpoint")
    @api.depends_context("lang")
    def _compute_display_name(self):
        viewpoints = dict(self._fields["viewpoint"]._description_selection(self.env))
        for assessment in self:
            subject = assessment.partner_id.name or assessment.user_id.name
            assessment.display_name = " · ".join(
                part
                for part in (
                    assessment.framework_id.name,
                    subject,
                    viewpoints.get(assessment.viewpoint),
                )
                if part
            )

    @api.depends("viewpoint", "user_id")
    def _compute_respondent_id(self):
        for assessment in self:
            if assessment.viewpoint == "customer":
                assessment.respondent_id = False
            elif assessment.viewpoint in ("self", "employee") and assessment.user_id:
                assessment.respondent_id = assessment.user_id
            elif not assessment.respondent_id:
                assessment.respondent_id = self.env.user

    @api.depends("form_id")
    @api.depends_context("lang")
    def _compute_checklist(self):
        for assessment in self:
            causes = assessment.framework_id.cause_framework_id.section_ids
            letters = [{"id": area.id, "name": area.display_name} for area in causes]
            form = assessment.form_id
            assessment.checklist = form and {
                "options": [
                    {"id": key, "name": option["name"], "value": option["value"]}
                    for key, option in form._get_entries("options").items()
                ],
                "asks_cause": form.content["framework"].get("asks_cause", False),
                "letters": letters,
            }

    @api.depends("respondent_id", "state", "round_id")
    @api.depends_context("uid")
    def _compute_is_respondent(self):
        for assessment in self:
            assessment.is_respondent = assessment.state in OPEN_STATES and (
                assessment.respondent_id == self.env.user
                or (not assessment.respondent_id and not assessment.round_id)
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("partner_id", "user_id")
    def _check_subject(self):
        for assessment in self:
            if not assessment.partner_id and not assessment.user_id:
                raise ValidationError(
                    self.env._("Say whom this is about: a customer, an agent, or both.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_pointers(*vals_list)
        self._check_form_untouched(*vals_list)
        if any(vals.get("state", "draft") not in OPEN_STATES for vals in vals_list):
            raise UserError(
                self.env._("An assessment begins open, and ends when it is signed.")
            )
        if any(vals.get("round_id") for vals in vals_list):
            self._check_round_decides()
        forms = {}
        defaults = self.default_get(["framework_id", "viewpoint"])
        complete_vals_list = []
        lines = []
        for vals in vals_list:
            vals = {**defaults, **vals}
            if vals.get("viewpoint") == "customer":
                self._check_customer_speaks()
            key = (vals.get("framework_id"), vals.get("viewpoint"))
            if key not in forms and key[0]:
                framework = self.env["crm.assessment.framework"].browse(key[0])
                forms[key] = framework._get_form(key[1])
            lines.append(vals.pop("line_ids", None) or [])
            complete_vals_list.append({**vals, "form_id": key[0] and forms[key].id})
        Assessment = self._without_defaults({"form_id", "round_id", "state"})
        assessments = super(CrmAssessment, Assessment).create(complete_vals_list)
        assessments._create_lines(lines)
        return assessments

    def write(self, vals):
        self._check_form_untouched(vals)
        if vals.get("state") == "done":
            raise UserError(self.env._("Sign the assessment to finish it."))
        if FROZEN_FIELDS & vals.keys():
            self._check_not_done()
        if vals.get("round_id") or (ROUND_FIELDS & vals.keys() and self.round_id):
            self._check_round_decides()
        if "framework_id" in vals or "viewpoint" in vals:
            changed = self.filtered(
                lambda assessment: (
                    assessment.framework_id.id
                    != vals.get("framework_id", assessment.framework_id.id)
                    or assessment.viewpoint
                    != vals.get("viewpoint", assessment.viewpoint)
                )
            )
            if changed:
                raise UserError(
                    self.env._(
                        "The framework and the viewpoint of an assessment stay as they "
                        "are. Make a new assessment instead."
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._check_not_done()

    # === ACTION METHODS === #

    def action_done(self):
        """Sign: score the answers, store the scores and freeze the assessment.

        Works on any number of assessments with the same number of queries.

        :return: True
        """
        self.check_access("write")
        self._check_open()
        self._check_respondent()
        self._check_complete()
        results = self._compute_results()
        revealed = self._get_revealed_when_done()
        self._store_results(results, revealed)
        self._on_done()
        return True

    def action_cancel(self):
        """Give up an assessment that is not finished.

        :return: True
        """
        self._check_not_done()
        self.write({"state": "cancelled"})
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _check_form_untouched(self, *vals_list):
        """:raise AccessError: when somebody brings a frozen form along"""
        if not self.env.su and any("form_id" in vals for vals in vals_list):
            raise AccessError(
                self.env._(
                    "The system makes the form of an assessment. "
                    "It cannot be written by hand."
                )
            )

    @api.model
    def _check_customer_speaks(self):
        """:raise UserError: when somebody answers in the customer's name"""
        if not self.env.su:
            raise UserError(
                self.env._(
                    "What a customer says comes through their personal link. Start a "
                    "round, or answer from your own viewpoint."
                )
            )

    def _check_not_done(self):
        """:raise UserError: when one of the assessments is signed"""
        for assessment in self:
            if assessment.state == "done":
                raise UserError(
                    self.env._(
                        "“%(assessment)s” is signed and stays as it is.",
                        assessment=assessment.display_name,
                    )
                )

    def _check_open(self):
        """:raise UserError: when one of the assessments takes no more answers"""
        self._check_not_done()
        for assessment in self:
            if assessment.state not in OPEN_STATES:
                raise UserError(
                    self.env._(
                        "“%(assessment)s” is closed and takes no more answers.",
                        assessment=assessment.display_name,
                    )
                )

    def _check_round_decides(self):
        """:raise UserError: when somebody changes what only a round settles"""
        if not self.env.su:
            raise UserError(
                self.env._(
                    "Whom a round asks, and about whom, cannot be changed. Cancel it "
                    "and start another one."
                )
            )

    def _check_respondent(self):
        """:raise UserError: when somebody signs what a round asks of others"""
        if self.env.su:
            return
        for assessment in self:
            if assessment.round_id and not assessment.is_respondent:
                raise UserError(
                    self.env._("Nothing in this round waits for your answers.")
                )
            if assessment.viewpoint == "customer":
                self._check_customer_speaks()

    def _check_complete(self):
        """Refuse to sign what lacks something.

        :raise UserError: when something is missing
        """
        self._check_nothing_empty()
        for form, assessments in self.grouped("form_id").items():
            failed = form._get_failed_answers()
            if not failed:
                continue
            without_cause = self.env["crm.assessment.line"].search(
                [
                    ("assessment_id", "in", assessments.ids),
                    ("item_id", "in", [item_id for item_id, _option in failed]),
                    ("option_id", "in", [option_id for _item, option_id in failed]),
                    ("cause", "!=", "agent"),
                    ("cause_section_id", "=", False),
                ]
            )
            for line in without_cause:
                if (line.item_id.id, line.option_id.id) in failed:
                    raise UserError(
                        self.env._(
                            "“%(item)s”: say whether the agent or the organization is "
                            "the cause, and for the organization the area.",
                            item=line.name,
                        )
                    )
        reviewed = self.filtered(lambda a: a.viewpoint == "reviewer").round_id
        if reviewed._search_assessments().filtered(
            lambda a: a.viewpoint == "self" and a.state in OPEN_STATES
        ):
            raise UserError(
                self.env._("The agent answers first, then the reviewer signs.")
            )

    def _create_lines(self, commands_list):
        """Make a line for every item of the form, with the answers that are given.

        :param list commands_list: for each assessment the commands for ``line_ids``
        """
        items_by_form = {
            form: [item["id"] for item in form.content["items"]]
            for form in self.form_id
        }
        vals_list = []
        is_answered = any(commands_list)
        for assessment, commands in zip(self, commands_list, strict=True):
            given = {
                command[2]["item_id"]: command[2]
                for command in commands
                if command[0] == fields.Command.CREATE and command[2].get("item_id")
            }
            for item_id in [
                *items_by_form[assessment.form_id],
                *(given.keys() - set(items_by_form[assessment.form_id])),
            ]:
                vals_list.append(
                    {
                        **given.get(item_id, {}),
                        "assessment_id": assessment.id,
                        "item_id": item_id,
                    }
                )
        # sudo: an empty form may be made for somebody else to fill in
        Line = self.env["crm.assessment.line"].sudo(self.env.su or not is_answered)
        Line.create(vals_list)

    def _get_revealed_when_done(self):
        """:return: the assessments of which others may see the answers at once."""
        return self.filtered(lambda assessment: not assessment.round_id)

    def _on_done(self):
        """What follows when assessments are finished. Extended where more follows."""
        # Who answers signs, and the form says who and when; any other name is news.
        by_others = self.filtered(lambda a: a.respondent_id != self.env.user)
        by_others._message_log_batch(
            bodies=dict.fromkeys(
                by_others.ids, self.env._("The assessment was signed.")
            )
        )
        in_rounds = self.filtered("round_id")
        by_customers = in_rounds.filtered(lambda a: a.viewpoint == "customer")
        if by_customers:
            by_customers._on_customer_answered()
        if in_rounds:
            # sudo: the activity may be of the colleague who started the round
            in_rounds.sudo().activity_feedback(
                ["crm_assessment.mail_activity_type_answer"]
            )
            in_rounds.round_id._on_answered()

    def _get_answer_title(self):
        """:return: what the colleague is asked to do, for their list of activities.
        :rtype: str
        """
        self.ensure_one()
        return self.env._(
            "Your answers about %(subject)s",
            subject=self.partner_id.name or self.user_id.name,
        )

    def _remind_respondent(self):
        """Tell the colleague, once for all, which of their answers are missing."""
        first = self.sorted("deadline")[:1]
        first.message_notify(
            partner_ids=first.respondent_id.partner_id.ids,
            subject=self.env._("Your answers are still missing"),
            body=Markup("<ul>%s</ul>")
            % Markup().join(
                Markup("<li>%s</li>")
                % self.env._(
                    "%(assessment)s, until %(date)s",
                    assessment=assessment._get_html_link(),
                    date=format_date(self.env, assessment.deadline),
                )
                for assessment in self.sorted("deadline")
            ),
        )

    def _reveal(self):
        """Let others see the answers too: all have answered, or the time is over."""
        # sudo: the results are frozen for everybody
        assessments_sudo = self.sudo()
        assessments_sudo.write({"is_revealed": True})
        assessments_sudo.score_ids.write({"is_revealed": True})
