from odoo import fields, models


class CrmAssessmentOptIn(models.TransientModel):
    """A manager says why a customer who did not want to be asked may be asked again."""

    _name = "crm.assessment.opt.in"
    _description = "Ask a Customer Again"
    _inherit = ["crm.guarded.mixin"]

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
    )
    reason = fields.Text(required=True)

    # === ACTION METHODS === #

    def action_apply(self):
        """Let the customer be asked again.

        :return: an action that closes the window
        """
        self.ensure_one()
        self.check_access("read")
        self.partner_id.action_assessment_opt_in(self.reason)
        return {"type": "ir.actions.act_window_close"}
