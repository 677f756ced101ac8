from odoo import fields, models


class TestConversationStepLog(models.Model):
    _name = "test.conversation.step.log"
    _description = "Test Conversation Step Log"
    _inherit = ["crm.guided.conversation.step.log"]

    step_id = fields.Many2one(comodel_name="test.conversation.step")
    conversation_id = fields.Many2one(
        comodel_name="test.conversation",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
