from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from .crm_assessment_item import KINDS

RATINGS = [(str(number), str(number)) for number in range(11)]
CAUSES = [("agent", "Agent"), ("organization", "Organization")]
# A tag is put on and taken off; what the tag itself says is configuration.
TAG_COMMANDS = (Command.LINK, Command.UNLINK, Command.CLEAR, Command.SET)
CONTROLS = [("ours", "In our control"), ("outside", "Outside our control")]


class CrmAssessmentLine(models.Model):
    """An answer."""

    _name = "crm.assessment.line"
    _description = "Assessment Answer"
    _inherit = ["crm.guarded.mixin"]
    _order = "assessment_id, sequence, id"

    assessment_id = fields.Many2one(
        comodel_name="crm.assessment", required=True, index=True, ondelete="cascade"
    )
    item_id = fields.Many2one(
        comodel_name="crm.assessment.item",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    section_id = fields.Many2one(
        comodel_name="crm.assessment.section",
        string="Area",
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    section_ids = fields.Many2many(
        comodel_name="crm.assessment.section",
        relation="crm_assessment_line_section_rel",
        column1="line_id",
        column2="section_id",
        string="Also Belongs To",
        domain="[('framework_id', '=', framework_id), ('id', '!=', section_id)]",
        help="Other areas for which this answer is evidence. It counts in the score "
        "of its own area only.",
    )
    framework_id = fields.Many2one(related="assessment_id.framework_id")
    scale_id = fields.Many2one(related="framework_id.scale_id")
    state = fields.Selection(related="assessment_id.state")
    viewpoint = fields.Selection(related="assessment_id.viewpoint")
    kind = fields.Selection(selection=KINDS, readonly=True)
    sequence = fields.Integer(readonly=True, aggregator=None)
    name = fields.Char(
        string="Wording",
        compute="_compute_form_texts",
        help="The wording as it was when the assessment was made.",
    )
    hint = fields.Char(compute="_compute_form_texts")
    asks_control = fields.Boolean(compute="_compute_form_texts")
    is_reversed = fields.Boolean(
        string="Reversed",
        compute="_compute_form_texts",
        help="Agreeing is bad here: the answer is reversed in the score.",
    )
    option_id = fields.Many2one(
        comodel_name="crm.assessment.option",
        string="Answer",
        domain="[('scale_id', '=', scale_id)]",
        index="btree_not_null",
        ondelete="restrict",
    )
    rating = fields.Selection(selection=RATINGS, string="Answer 0 to 10")
    note = fields.Text()
    control = fields.Selection(
        selection=CONTROLS,
        string="Ours or Not",
        help="Whether the matter is in our control.",
    )
    cause = fields.Selection(
        selection=CAUSES, help="Who or what stood in the way of a better answer."
    )
    cause_section_id = fields.Many2one(
        comodel_name="crm.assessment.section",
        string="Area of the Cause",
        index="btree_not_null",
        ondelete="restrict",
        help="Where in the organization the cause lies.",
    )
    partner_id = fields.Many2one(related="assessment_id.partner_id")
    team_id = fields.Many2one(
        related="assessment_id.team_id",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    user_id = fields.Many2one(related="assessment_id.user_id")
    done_on = fields.Datetime(related="assessment_id.done_on")
    answer = fields.Char(
        string="Answer in Words",
        compute="_compute_answer",
        help="The answer as it was worded when the assessment was made.",
    )

    _cause_section = models.Constraint(
        "CHECK (cause_section_id IS NULL OR cause = 'organization')",
        "Only a cause in the organization has an area.",
    )
    _organization_idx = models.Index(
        "(cause_section_id, assessment_id) WHERE cause = 'organization'"
    )
    _item_uniq = models.Constraint(
        "UNIQUE (assessment_id, item_id)", "This item is in the assessment already."
    )

    # === COMPUTE METHODS === #

    @api.depends("item_id", "assessment_id.form_id")
    @api.depends_context("lang")
    def _compute_form_texts(self):
        entries = {
            form: form._get_entries("items") for form in self.assessment_id.form_id
        }
        for line in self:
            entry = entries.get(line.assessment_id.form_id, {}).get(line.item_id.id, {})
            line.name = entry.get("name")
            line.hint = entry.get("hint")
            line.asks_control = entry.get("asks_control")
            line.is_reversed = entry.get("is_reversed")

    @api.depends("option_id", "rating", "assessment_id.form_id")
    @api.depends_context("lang")
    def _compute_answer(self):
        entries = {
            form: form._get_entries("options") for form in self.assessment_id.form_id
        }
        for line in self:
            option = entries.get(line.assessment_id.form_id, {}).get(line.option_id.id)
            line.answer = option["name"] if option else line.rating

    @api.depends("item_id", "assessment_id.form_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.name

    # === CONSTRAINT METHODS === #

    @api.constrains("option_id", "rating", "item_id", "assessment_id")
    def _check_answer(self):
        """An answer fits its item, and is one of those the form offers."""
        options = {
            form: form._get_option_values().keys()
            for form in self.assessment_id.form_id
        }
        items = {
            form: {item["id"]: item["kind"] for item in form.content["items"]}
            for form in self.assessment_id.form_id
        }
        for line in self:
            form = line.assessment_id.form_id
            kind = items[form].get(line.item_id.id)
            if not kind:
                raise ValidationError(
                    self.env._(
                        "“%(item)s” is not part of this assessment.",
                        item=line.item_id.name,
                    )
                )
            if (line.option_id and kind != "scale") or (
                line.rating and kind != "rating"
            ):
                raise ValidationError(
                    self.env._(
                        "“%(item)s” is answered in another way.", item=line.item_id.name
                    )
                )
            if line.option_id and line.option_id.id not in options[form]:
                raise ValidationError(
                    self.env._(
                        "“%(option)s” is not an answer to “%(item)s”. Choose one of "
                        "the answers that are offered.",
                        option=line.option_id.name,
                        item=line.item_id.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        assessments = self.env["crm.assessment"].browse(
            {vals["assessment_id"] for vals in vals_list if vals.get("assessment_id")}
        )
        assessments._check_open()
        entries = {
            form.id: {
                item["id"]: (sequence, item)
                for sequence, item in enumerate(form.content["items"])
            }
            for form in assessments.form_id
        }
        complete_vals_list = []
        for vals in vals_list:
            assessment = assessments.browse(vals.get("assessment_id"))
            sequence, item = entries.get(assessment.form_id.id, {}).get(
                vals.get("item_id"), (0, {})
            )
            complete_vals_list.append(
                {
                    **vals,
                    "sequence": sequence,
                    "kind": item.get("kind"),
                    "section_id": item.get("section_id"),
                }
            )
        return super().create(complete_vals_list)

    def write(self, vals):
        if vals.keys() == {"section_ids"} and all(
            command[0] in TAG_COMMANDS for command in vals["section_ids"]
        ):
            # A tag is how we read the answer, not the answer: readers may tag.
            self.check_access("read")
            self._check_pointers(vals)
            # sudo: the check above is the right that counts for a tag
            return super(CrmAssessmentLine, self.sudo()).write(vals)
        self.assessment_id._check_open()
        if vals.get("cause", "organization") != "organization":
            vals = {**vals, "cause_section_id": False}
        vals = {
            fname: value
            for fname, value in vals.items()
            if fname
            not in ("item_id", "section_id", "kind", "sequence", "assessment_id")
        }
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.assessment_id._check_open()

    # === EVIDENCE === #

    def _get_evidence_text(self):
        """:return: what this says as evidence: the item, as it was worded"""
        self.ensure_one()
        return self.name

    def _get_evidence_action(self):
        """:return: a window action that shows where it was said"""
        self.ensure_one()
        return self.assessment_id._get_records_action()
