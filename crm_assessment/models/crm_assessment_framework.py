import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import assessment_scoring as scoring
from ..tools.respondents import RESPONDENTS as RESPONDENTS_BY_CODE

VIEWPOINTS = [
    ("customer", "Customer"),
    ("employee", "Person who serves"),
    ("manager", "Manager"),
    ("self", "Self"),
    ("reviewer", "Reviewer"),
]
RESPONDENTS = [
    ("single", "One person"),
    ("viewpoints", "Customer, person who serves, and manager"),
    ("review", "Agent, and a reviewer"),
]
# How the rounds open that ask the customer, and those that look back.
ROUND_FORM = "crm_assessment.crm_assessment_round_view_form"
ROUND_ACTION = "crm_assessment.crm_assessment_round_viewpoints_action"
CHECKLIST_FORM = "crm_assessment.crm_assessment_round_view_form_review"
CHECKLIST_ACTION = "crm_assessment.crm_assessment_round_review_action"

# What a form remembers of its framework, to be scored in the same way for good.
SCORING_FIELDS = (
    "asks_cause",
    "minimum_answers",
    "minimum_sections",
    "fair_from",
    "strong_from",
    "pass_from",
)


class CrmAssessmentFramework(models.Model):
    """A way to look at something: sections, items, a scale, and the rules of scoring.

    Each is a record: another one needs no code.
    """

    _name = "crm.assessment.framework"
    _description = "Assessment Framework"
    _inherit = ["crm.assessment.text.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10, aggregator=None)
    description = fields.Text(translate=True)
    scale_id = fields.Many2one(
        comodel_name="crm.assessment.scale",
        required=True,
        index=True,
        ondelete="restrict",
        help="How the items are answered.",
    )
    section_ids = fields.One2many(
        comodel_name="crm.assessment.section",
        inverse_name="framework_id",
        string="Areas",
        copy=True,
    )
    item_ids = fields.One2many(
        comodel_name="crm.assessment.item",
        inverse_name="framework_id",
        string="All Items",
        readonly=True,
    )
    all_item_ids = fields.One2many(
        comodel_name="crm.assessment.item",
        inverse_name="framework_id",
        string="Items",
        context={"active_test": False},
        help="With those that are archived and not asked any more.",
    )
    all_section_ids = fields.One2many(
        comodel_name="crm.assessment.section",
        inverse_name="framework_id",
        string="All Areas",
        context={"active_test": False},
        help="With those that are archived.",
    )
    stage_ids = fields.One2many(
        comodel_name="crm.assessment.stage",
        inverse_name="framework_id",
        string="Loyalty Stages",
        copy=True,
    )
    respondents = fields.Selection(
        selection=RESPONDENTS,
        default="single",
        required=True,
        help="Who is asked in a round.",
    )
    asks_customer = fields.Boolean(
        compute="_compute_respondents",
        store=True,
        help="The customer answers on a page behind a personal link.",
    )
    is_checklist = fields.Boolean(
        compute="_compute_respondents",
        store=True,
        help="An agent looks back at a conversation, then a reviewer does.",
    )
    has_rounds = fields.Boolean(
        compute="_compute_respondents",
        store=True,
        help="More than one person is asked at the same time.",
    )
    action_id = fields.Many2one(
        comodel_name="ir.actions.act_window",
        string="Opens With",
        index="btree_not_null",
        ondelete="set null",
        help="The window in which the rounds are shown.",
    )
    answer_days = fields.Integer(
        string="Days to Answer", default=14, required=True, aggregator=None
    )
    remind_days = fields.Integer(
        string="Reminder, Days before",
        default=4,
        required=True,
        aggregator=None,
        help="Who has not answered is reminded once, this many days before the "
        "deadline.",
    )
    gap_from = fields.Integer(
        string="Gap from",
        default=20,
        required=True,
        aggregator=None,
        help="A difference of this many points or more between viewpoints is put into "
        "words.",
    )
    asks_cause = fields.Boolean(
        string="Ask for the Cause",
        help="The worst answer asks whether the agent or the organization is the "
        "cause.",
    )
    cause_framework_id = fields.Many2one(
        comodel_name="crm.assessment.framework",
        string="Areas of the Cause",
        index="btree_not_null",
        ondelete="restrict",
        help="The framework in whose areas the cause lies when it is the organization.",
    )
    call_below = fields.Integer(
        string="Call if Recommended below",
        aggregator=None,
        help="A customer who would recommend us with less is to be called within one "
        "working day. Zero: nobody is.",
    )
    call_on_worst = fields.Boolean(
        string="Call on the Worst Answer",
        help="A customer who gives the worst answer to something is to be called "
        "within one working day.",
    )
    minimum_reviewed = fields.Integer(
        string="Checklists for a Comparison",
        default=5,
        required=True,
        aggregator=None,
        help="Agents with fewer reviewed checklists are not compared with others.",
    )
    minimum_answers = fields.Integer(
        string="Answers per Area",
        default=1,
        required=True,
        help="An area with fewer answers gets no score. “Not applicable” is no "
        "answer. An area that asks fewer items needs all of them.",
    )
    minimum_sections = fields.Integer(
        string="Areas for a Total",
        default=1,
        required=True,
        help="With fewer scored areas there is no overall score.",
    )
    fair_from = fields.Float(
        default=50.0, required=True, help="A score below this one is weak."
    )
    strong_from = fields.Float(
        default=75.0, required=True, help="A score of this or more is strong."
    )
    pass_from = fields.Float(
        string="Must-Pass Value",
        default=0.5,
        required=True,
        help="An item that must pass fails below this value, and makes its area "
        "weak. Answers go from 0 to 1.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE (code)", "Another framework has this code.")
    _minimum_positive = models.Constraint(
        "CHECK (minimum_answers >= 1 AND minimum_sections >= 1)",
        "A score needs at least one answer and one area.",
    )
    _threshold_order = models.Constraint(
        "CHECK (fair_from > 0 AND fair_from <= strong_from AND strong_from <= 100)",
        "“Fair” begins above 0 and not later than “strong”, which begins at 100 at the "
        "latest.",
    )
    _pass_range = models.Constraint(
        "CHECK (pass_from >= 0 AND pass_from <= 1)",
        "The must-pass value lies between 0 and 1.",
    )

    _days_positive = models.Constraint(
        "CHECK (answer_days >= 1 AND remind_days >= 0 AND gap_from >= 1"
        " AND minimum_reviewed >= 1)",
        "Numbers of days and points are above zero.",
    )

    # === COMPUTE METHODS === #

    @api.depends("respondents")
    def _compute_respondents(self):
        for framework in self:
            asked = RESPONDENTS_BY_CODE[framework.respondents or "single"]
            framework.asks_customer = asked.asks_customer
            framework.is_checklist = asked.is_checklist
            framework.has_rounds = asked.has_rounds

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for framework, vals in zip(self, vals_list, strict=True):
            if "code" not in (default or {}):
                vals["code"] = f"{framework.code}_copy"
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=framework.name)
        return vals_list

    def copy(self, default=None):
        """Copy the items that belong to no section too; those of sections follow."""
        copies = super().copy(default)
        for framework, copied in zip(self, copies, strict=True):
            for item in framework.item_ids.filtered(lambda item: not item.section_id):
                item.copy({"framework_id": copied.id})
        return copies

    # === ACTION METHODS === #

    def action_start(self):
        """Prepare what this framework asks; nothing is asked before it is sent.

        :return: a window action: an empty form
        """
        self.ensure_one()
        view = self.has_rounds and self._get_rounds_form()
        return {
            "name": self.name,
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.round" if view else "crm.assessment",
            "view_mode": "form",
            "views": [(view and view.id, "form")],
            "context": {"default_framework_id": self.id},
        }

    def action_preview(self):
        """Show what is asked, as those who are asked see it.

        :return: a window action
        """
        self.ensure_one()
        return {
            "name": self.env._("Preview"),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.preview",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_framework_id": self.id,
                "default_viewpoint": self._get_round_viewpoints()[0],
            },
        }

    # === BUSINESS METHODS === #

    def _get_round_viewpoints(self):
        """:return: the viewpoints that a round asks.
        :rtype: tuple[str]
        """
        self.ensure_one()
        return RESPONDENTS_BY_CODE[self.respondents].viewpoints

    def _get_leading_viewpoint(self):
        """:return: the viewpoint whose word counts when they differ.
        :rtype: str
        """
        self.ensure_one()
        return RESPONDENTS_BY_CODE[self.respondents].leading

    def _get_rounds_form(self):
        """:return: the form on which a round begins"""
        self.ensure_one()
        return self.env.ref(CHECKLIST_FORM if self.is_checklist else ROUND_FORM)

    def _get_rounds_action(self):
        """:return: the window action that shows the rounds
        :rtype: dict
        """
        self.ensure_one()
        xml_id = CHECKLIST_ACTION if self.is_checklist else ROUND_ACTION
        # sudo: what a window is like is no secret, as in `_for_xml_id`
        return (self.sudo().action_id or self.env.ref(xml_id).sudo())._get_action_dict()

    def _get_level(self, score):
        """:return: weak, fair or strong, by today's thresholds.
        :rtype: str
        """
        self.ensure_one()
        return scoring.Form(
            (), (), fair_from=self.fair_from, strong_from=self.strong_from
        ).level(score)

    def _get_form(self, viewpoint):
        """The frozen form as the framework is today, made if it is not there yet.

        :param str viewpoint: who will answer it
        :return: a crm.assessment.form
        """
        self.ensure_one()
        content = self._prepare_form_content(viewpoint)
        digest = hashlib.sha256(
            json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
        ).hexdigest()
        # sudo: everybody who may make an assessment gets its form
        Form = self.env["crm.assessment.form"].sudo()
        form = Form.search([("digest", "=", digest)], limit=1) or Form.create(
            {
                "framework_id": self.id,
                "viewpoint": viewpoint,
                "digest": digest,
                "content": content,
            }
        )
        return form.sudo(self.env.su)

    def _prepare_form_content(self, viewpoint):
        """:return: all that an assessment of this viewpoint must remember.
        :rtype: dict
        """
        self.ensure_one()
        items = self._get_asked_items(viewpoint)
        names = {
            records._name: records._get_all_translations("name")
            for records in (self, self.section_ids, items, self.scale_id.option_ids)
        }
        hints = items._get_all_translations("hint")
        return {
            "framework": {
                "id": self.id,
                "name": names[self._name].get(self.id),
                **{fname: self[fname] for fname in SCORING_FIELDS},
            },
            "options": [
                {
                    "id": option.id,
                    "name": names[option._name].get(option.id),
                    "value": None if option.is_not_applicable else option.value,
                }
                for option in self.scale_id.option_ids
            ],
            "sections": [
                {
                    "id": section.id,
                    "code": section.code,
                    "letter": section.letter,
                    "name": names[section._name].get(section.id),
                    "weight": section.weight,
                }
                for section in self.section_ids
            ],
            "items": [
                {
                    "id": item.id,
                    "section_id": item.section_id.id,
                    "kind": item.kind,
                    "name": names[item._name].get(item.id),
                    "hint": hints.get(item.id),
                    "weight": item.weight,
                    "is_reversed": item.is_reversed,
                    "must_pass": item.is_must_pass,
                    "asks_control": item.asks_control,
                }
                for item in items
            ],
        }

    def _get_asked_items(self, viewpoint):
        """:return: the items that a viewpoint is asked, in the order of their areas"""
        items = self.env["crm.assessment.item"].search(
            [
                ("framework_id", "=", self.id),
                ("viewpoint", "in", (viewpoint, False)),
                "|",
                ("section_id", "=", False),
                ("section_id.active", "=", True),
            ]
        )
        return items.sorted(
            lambda item: (
                item.section_id.sequence if item.section_id else 10**6,
                item.section_id.id,
                item.sequence,
                item.id,
            )
        )

    @api.model
    def _get_by_code(self, code, kind):
        """:param code: of a framework; without it, the first of its kind is meant
        :param str kind: ``asks_customer`` or ``is_checklist``
        :return: the framework
        :raise UserError: when there is none
        """
        domain = [("code", "=", code)] if code else [(kind, "=", True)]
        framework = self.search(domain, limit=1)
        if not framework:
            raise UserError(
                self.env._("There is no such framework. Make one first: Configuration.")
            )
        return framework

    def _get_letters(self):
        """:return: the areas for the screen: ``id``, ``letter`` and ``name``
        :rtype: list[dict]
        """
        self.ensure_one()
        return [
            {"id": section.id, "letter": section.letter, "name": section.name}
            for section in self.section_ids
        ]

    def _get_plain_stages(self):
        """:return: the stages, for calculations without a database
        :rtype: list[scoring.Stage]
        """
        self.ensure_one()
        return [
            scoring.Stage(stage.id, stage.minimum_score, stage.minimum_recommendation)
            for stage in self.stage_ids
        ]
