from odoo import api, fields, models

from ..tools.funnel_date import funnel_date


class CrmReferralStepLog(models.Model):
    """A stay of a referral request in one of its steps.

    Whose request it is, is kept with the stay: a funnel of all stays, and the rules of
    who sees them, must not look up every request.
    """

    _name = "crm.referral.step.log"
    _description = "Referral Step Log"
    _inherit = ["crm.guided.conversation.step.log"]

    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    step_id = fields.Many2one(comodel_name="crm.referral.step")
    user_id = fields.Many2one(
        related="referral_id.user_id", store=True, precompute=True
    )
    team_id = fields.Many2one(
        related="referral_id.team_id", store=True, precompute=True
    )
    company_id = fields.Many2one(
        related="referral_id.company_id", store=True, precompute=True
    )
    referral_active = fields.Boolean(
        related="referral_id.active", store=True, precompute=True
    )
    funnel_date = fields.Datetime(
        compute="_compute_funnel_date",
        store=True,
        precompute=True,
        required=True,
        export_string_translation=False,
    )

    _user_date_idx = models.Index("(user_id, funnel_date)")

    @api.depends("entered_on")
    def _compute_funnel_date(self):
        for log in self:
            log.funnel_date = funnel_date(log.entered_on)
