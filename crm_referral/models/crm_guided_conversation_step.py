import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache


class CrmGuidedConversationStep(models.AbstractModel):
    """One step of a guided conversation.

    A concrete model names its conversation in ``_conversation_model``. The words of a
    step belong to the manager; its ``code`` and its place in the order belong to the
    code, because the requirements hang on them.
    """

    _name = "crm.guided.conversation.step"
    _description = "Guided Conversation Step"
    _inherit = ["mail.render.mixin"]
    _order = "sequence, id"

    # The model whose records walk through these steps.
    _conversation_model = None

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        readonly=True,
        help="Technical name that the requirements of the step hang on.",
    )
    sequence = fields.Integer(required=True, readonly=True, aggregator=None)
    purpose = fields.Text(
        translate=True, help="What this step is for, in one or two sentences."
    )
    talk_track = fields.Text(
        translate=True,
        help="What to say. Placeholders such as {{ object.partner_id.name }} are "
        "filled in for the record at hand, in the customer's language.",
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
        string="Days to Rot",
        default=14,
        aggregator=None,
        help="A record that stays longer than this in the step is shown as stale. "
        "Zero switches it off.",
    )
    fold = fields.Boolean(string="Folded in Kanban")

    # === COMPUTE METHODS === #

    def _compute_render_model(self):
        """The talk-track is rendered for records of the conversation model."""
        self.render_model = self._conversation_model

    # === CONSTRAINT METHODS === #

    @api.constrains("talk_track")
    def _check_talk_track(self):
        """Only the listed placeholders: they need no code to be evaluated."""
        for step in self:
            try:
                unsafe = step._has_unsafe_expression_template_inline_template(
                    step.talk_track, self._conversation_model
                )
            except SyntaxError:
                unsafe = True
            if unsafe:
                allowed = self.env[
                    self._conversation_model
                ].mail_allowed_qweb_expressions()
                raise ValidationError(
                    self.env._(
                        "The talk-track of “%(step)s” uses a placeholder that is not "
                        "available. Use one of: %(placeholders)s",
                        step=step.name,
                        placeholders=", ".join(f"{{{{ {name} }}}}" for name in allowed),
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
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
        return super().write(vals)

    def _update_field_translations(
        self, field_name, translations, digest=None, source_lang=""
    ):
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        if field_name == "talk_track":
            for lang in translations:
                self.with_context(lang=lang)._check_talk_track()
        return result

    # === BUSINESS METHODS === #

    @api.model
    @ormcache()
    def _get_step_ids(self):
        """:return: ids of all steps in their order, which nobody can change."""
        # sudo: the same for everybody, so that it can be kept
        return tuple(self.sudo().search(Domain.TRUE)._ids)

    @api.model
    def _render_template_inline_template(self, template_txt, *args, **kwargs):
        """Let ``{{ name ||| you }}`` end without the space that makes it legible."""
        template_txt = re.sub(r"(\|\|\|.*?)\s+\}\}", r"\1}}", str(template_txt or ""))
        return super()._render_template_inline_template(template_txt, *args, **kwargs)

    def _render_talk_track(self, records):
        """Render what to say for the given records.

        :param records: records of ``_conversation_model``, all in this step
        :return: talk-track by record id, each in the language of its customer
        :rtype: dict
        """
        self.ensure_one()
        return self._render_field(
            "talk_track",
            records.ids,
            res_ids_lang={
                record.id: record._get_conversation_lang() for record in records
            },
        )
