from odoo import api, fields, models

from ..const import STEP_OUTCOMES


class CrmGuidedConversationStepLog(models.AbstractModel):
    """A stay of one record in one step: when, how long, and how it was left.

    A concrete model names its own steps as ``comodel_name`` of ``step_id``, and adds
    the many2one to the conversation.
    """

    _name = "crm.guided.conversation.step.log"
    _description = "Guided Conversation Step Log"
    _order = "id"

    step_id = fields.Many2one(
        comodel_name="crm.guided.conversation.step",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    entered_on = fields.Datetime(required=True, readonly=True)
    left_on = fields.Datetime(readonly=True)
    left_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, ondelete="set null"
    )
    outcome = fields.Selection(
        selection=STEP_OUTCOMES, readonly=True, help="Empty while the step goes on."
    )
    reason = fields.Char(readonly=True, help="Why the step was skipped.")
    duration_hours = fields.Float(
        string="Time in Step (hours)",
        compute="_compute_duration_hours",
        store=True,
        aggregator="avg",
        help="Hours from entering to leaving; empty while the step goes on.",
    )

    @api.depends("entered_on", "left_on")
    def _compute_duration_hours(self):
        for log in self:
            stay = log.left_on - log.entered_on if log.left_on else None
            log.duration_hours = stay.total_seconds() / 3600 if stay else 0.0
