from odoo import fields, models


class CrmComplaintEnd(models.TransientModel):
    """Asks why a complaint ends before the last step."""

    _name = "crm.complaint.end"
    _description = "End a Complaint Otherwise"
    _inherit = ["crm.guided.conversation.reason.mixin"]

    outcome = fields.Selection(
        selection=[
            ("withdrawn", "The customer takes it back"),
            ("passed_on", "Somebody outside takes it on"),
        ],
        string="How Does It End?",
        required=True,
        default="withdrawn",
    )
    passed_on_to = fields.Char(string="Who Takes It On?")

    def action_apply(self):
        """End the complaint.

        :return: action that closes the window
        """
        complaints = self._get_conversations()
        if self.outcome == "passed_on":
            complaints.action_pass_on(self.reason, self.passed_on_to)
        else:
            complaints.action_withdraw(self.reason)
        return {"type": "ir.actions.act_window_close"}
