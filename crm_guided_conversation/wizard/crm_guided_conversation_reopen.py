from odoo import models


class CrmGuidedConversationReopen(models.TransientModel):
    """Asks why a conversation that had ended goes on."""

    _name = "crm.guided.conversation.reopen"
    _description = "Reopen Conversation"
    _inherit = ["crm.guided.conversation.reason.mixin"]

    def action_apply(self):
        """Reopen the conversations.

        :return: action that closes the window
        """
        self._get_conversations().action_reopen(self.reason)
        return {"type": "ir.actions.act_window_close"}
