from odoo import models


class TestConversationStep(models.Model):
    _name = "test.conversation.step"
    _description = "Test Conversation Step"
    _inherit = ["crm.guided.conversation.step"]
    _conversation_model = "test.conversation"
