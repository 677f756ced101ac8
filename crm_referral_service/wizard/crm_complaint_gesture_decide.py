from odoo import fields, models
from odoo.exceptions import UserError


class CrmComplaintGestureDecide(models.TransientModel):
    """Asks for a yes or a no to what somebody else proposed, with a word about it."""

    _name = "crm.complaint.gesture.decide"
    _description = "Decide on a Gesture"
    _inherit = ["crm.guarded.mixin"]

    gesture_id = fields.Many2one(
        comodel_name="crm.complaint.gesture", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="gesture_id.currency_id", related_sudo=False)
    amount = fields.Monetary(related="gesture_id.amount", related_sudo=False)
    has_amount = fields.Boolean(related="gesture_id.has_amount", related_sudo=False)
    limit_amount = fields.Monetary(
        related="gesture_id.limit_amount", related_sudo=False
    )
    proposed_by_id = fields.Many2one(
        related="gesture_id.proposed_by_id", related_sudo=False
    )
    note = fields.Char(
        string="A Word to Them", help="What the person who proposed it reads."
    )

    def action_approve(self):
        """Approve it.

        :return: action that closes the window
        """
        self.gesture_id.action_approve(self.note)
        return {"type": "ir.actions.act_window_close"}

    def action_refuse(self):
        """Refuse it, and say why.

        :return: action that closes the window
        :raise UserError: without a word
        """
        if not (self.note or "").strip():
            raise UserError(
                self.env._(
                    "Say in a few words why not: they have to tell the customer."
                )
            )
        self.gesture_id.action_refuse(self.note)
        return {"type": "ir.actions.act_window_close"}
