from odoo import fields, models


class CrmComplaintStepLog(models.Model):
    """A stay of a complaint in one of its steps; who sees the one, sees the other."""

    _name = "crm.complaint.step.log"
    _description = "Complaint Step Log"
    _inherit = ["crm.guided.conversation.step.log"]

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    step_id = fields.Many2one(comodel_name="crm.complaint.step")
    company_id = fields.Many2one(
        related="complaint_id.company_id", store=True, precompute=True
    )
