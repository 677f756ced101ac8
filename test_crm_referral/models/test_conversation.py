from datetime import timedelta

from odoo import fields, models

from odoo.addons.crm_foundation.tools.local_time import today


class TestConversation(models.Model):
    """A second guided conversation, with three steps of its own."""

    _name = "test.conversation"
    _description = "Test Conversation"
    _inherit = [
        "crm.referral.readiness.source.mixin",
        "crm.guided.conversation",
        "crm.assessment.interaction.mixin",
    ]
    _readiness_fields = frozenset({"closed_on", "company_id", "outcome"})
    _rec_name = "partner_id"
    _step_activity_type = "test_crm_referral.mail_activity_type_step"
    _interaction_field = "test_conversation_id"
    _completed_outcomes = frozenset({"done"})
    _reopen_needs_reason = True

    step_id = fields.Many2one(comodel_name="test.conversation.step")
    step_log_ids = fields.One2many(
        comodel_name="test.conversation.step.log", inverse_name="conversation_id"
    )
    outcome = fields.Selection(selection=[("done", "Done"), ("given_up", "Given up")])
    greeting = fields.Char()
    question = fields.Char()

    def _get_requirement_dependencies(self):
        return [*super()._get_requirement_dependencies(), "greeting", "question"]

    def _get_missing_greet(self):
        return [] if self.greeting else ["Greet them."]

    def _get_missing_ask(self):
        return [] if self.question else ["Ask them."]

    def _get_missing_thank(self):
        return []

    def _get_step_deadline(self, user):
        """Thanks are said tomorrow, whatever the step says."""
        if self.step_code == "thank":
            return today(self.env, user, self.env.company) + timedelta(days=1)
        return super()._get_step_deadline(user)

    def _finish_conversation(self):
        self._end_conversation("done")
        return super()._finish_conversation()

    def _get_evidence_text(self):
        self.ensure_one()
        return self.display_name

    def _get_evidence_action(self):
        self.ensure_one()
        return self._get_records_action()
