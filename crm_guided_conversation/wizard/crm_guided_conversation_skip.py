from odoo import models


class CrmGuidedConversationSkip(models.TransientModel):
    """Asks why a step is skipped."""

    _name = "crm.guided.conversation.skip"
    _description = "Skip Step"
    _inherit = ["crm.guided.conversation.reason.mixin"]

    def action_apply(self):
        """Skip the current step of the conversations.

        :return: action that closes the window
        """
        self._get_conversations().action_skip_step(self.reason)
        return {"type": "ir.actions.act_window_close"}
