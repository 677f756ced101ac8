from odoo import api, fields, models

from ..models.crm_assessment_dispute import SETTLEMENTS


class CrmAssessmentDisputeReason(models.TransientModel):
    """The agent says why they disagree, or a third person how it is settled."""

    _name = "crm.assessment.dispute.reason"
    _description = "Dispute or Settle a Review"
    _inherit = ["crm.guarded.mixin"]

    round_id = fields.Many2one(
        comodel_name="crm.assessment.round", required=True, ondelete="cascade"
    )
    dispute_state = fields.Selection(related="round_id.dispute_state")
    dispute_reason = fields.Text(
        related="round_id.dispute_reason", string="Dispute Reason"
    )
    settlement = fields.Selection(selection=SETTLEMENTS)
    reason = fields.Text(required=True)

    # === COMPUTE METHODS === #

    @api.depends("round_id")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = dispute.round_id.display_name

    # === ACTION METHODS === #

    def action_apply(self):
        """Dispute, or settle.

        :return: an action that closes the window
        """
        self.ensure_one()
        self.check_access("read")
        if self.dispute_state == "open":
            self.round_id.action_settle(self.settlement, self.reason)
        else:
            self.round_id.action_dispute(self.reason)
        return {"type": "ir.actions.act_window_close"}
