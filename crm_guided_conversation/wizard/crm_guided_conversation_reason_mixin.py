from odoo import fields, models
from odoo.exceptions import UserError


class CrmGuidedConversationReasonMixin(models.AbstractModel):
    """Asks for a reason before something is done to conversations of any kind."""

    _name = "crm.guided.conversation.reason.mixin"
    _description = "Reason for a Change of a Conversation"

    res_model = fields.Char(required=True, export_string_translation=False)
    res_ids = fields.Json(required=True, export_string_translation=False)
    reason = fields.Char(required=True)

    def _get_conversations(self):
        """:return: the conversations, whose own rights decide what the user may do
        :raise UserError: when these are no conversations at all
        """
        self.ensure_one()
        models = self.env["crm.guided.conversation"]._get_conversation_models()
        ids = self.res_ids
        if (
            self.res_model not in models
            or not isinstance(ids, list)
            or not all(type(each) is int for each in ids)
        ):
            raise UserError(self.env._("Choose the conversations first."))
        return self.env[self.res_model].browse(ids)
