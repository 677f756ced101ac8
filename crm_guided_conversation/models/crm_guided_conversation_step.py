from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list, ormcache

from ..tools.placeholders import find_faults


class CrmGuidedConversationStep(models.AbstractModel):
    """One step of a guided conversation.

    A concrete model names its conversation in ``_conversation_model``. The words of a
    step belong to the manager; its ``code`` and its place in the order belong to the
    code, because the requirements hang on them.
    """

    _name = "crm.guided.conversation.step"
    _description = "Guided Conversation Step"
    _order = "sequence, id"

    # The model whose records walk through these steps.
    _conversation_model = None

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        readonly=True,
        help="Technical name that the requirements of the step depend on.",
    )
    sequence = fields.Integer(required=True, readonly=True, aggregator=None)
    purpose = fields.Text(
        translate=True, help="What this step is for, in one or two sentences."
    )
    talk_track = fields.Text(
        translate=True,
        help="What to say to the customer, in their language and person, with what is "
        "noted about them filled in. Every word of it is said aloud.",
    )
    placeholders = fields.Text(
        compute="_compute_placeholders",
        help="What a talk-track may say of a customer, one placeholder a line.",
    )
    hint = fields.Text(
        string="Hints",
        translate=True,
        help="What helps in this step, for our eyes only.",
    )
    deadline_days = fields.Integer(
        string="Days to Act",
        default=3,
        aggregator=None,
        help="The activity of this step is due this many days after the step begins.",
    )
    rotting_threshold_days = fields.Integer(
        string="Days until Stale",
        default=14,
        aggregator=None,
        help="A record that stays longer than this in the step is shown as stale. "
        "Zero switches it off.",
    )
    fold = fields.Boolean(string="Folded in Kanban")

    # === COMPUTE METHODS === #

    @api.depends_context("lang")
    def _compute_placeholders(self):
        self.placeholders = self._list_placeholders()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_talk_track_text(
                vals.get("talk_track") or self.env.context.get("default_talk_track")
            )
        steps = super().create(vals_list)
        self.env.registry.clear_cache()
        return steps

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def write(self, vals):
        for fname in ("code", "sequence"):
            if fname in vals and any(step[fname] != vals[fname] for step in self):
                raise UserError(
                    self.env._(
                        "The order and the codes of the steps are fixed. You can "
                        "change their names, texts and deadlines."
                    )
                )
        self._check_talk_track_text(vals.get("talk_track"))
        return super().write(vals)

    def _update_field_translations(
        self, field_name, translations, digest=None, source_lang=""
    ):
        if field_name == "talk_track":
            for text in translations.values():
                self._check_talk_track_text(text)
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    # === BUSINESS METHODS === #

    def _check_talk_track_text(self, text):
        """Only the listed placeholders; the database has the last word.

        :raise ValidationError: names what is wrong, and what may be used instead
        """
        placeholders = self.env[self._conversation_model]._get_talk_track_placeholders()
        faults = find_faults(text, placeholders)
        if faults:
            name = format_list(self.env, filter(None, self.mapped("name")))
            raise ValidationError(
                self.env._(
                    "The words of “%(step)s” cannot be filled in here:\n%(faults)s\n"
                    "Write a placeholder as it stands in this list, with two braces on "
                    "each side:\n%(placeholders)s",
                    step=name or self.env._("the new step"),
                    faults="\n".join(f"- {fault}" for fault in faults),
                    placeholders=self._list_placeholders(),
                )
            )

    @api.model
    def _list_placeholders(self):
        """:return: what a talk-track may say, one placeholder a line."""
        placeholders = self.env[self._conversation_model]._get_talk_track_placeholders()
        return "\n".join(
            f"- {{{{ {name} }}}}: {label}" for name, label in placeholders.items()
        )

    @api.model
    @ormcache()
    def _get_step_ids(self):
        """:return: ids of all steps in their order, which nobody can change."""
        # sudo: the same for everybody, so that it can be kept
        return tuple(self.sudo().search(Domain.TRUE)._ids)
