from odoo import models


class CrmReferralStep(models.Model):
    """One of the six steps of a referral request."""

    _name = "crm.referral.step"
    _description = "Referral Step"
    _inherit = ["crm.guided.conversation.step"]
    _conversation_model = "crm.referral"

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "There is already a step with this code."
    )
