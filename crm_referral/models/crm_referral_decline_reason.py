from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmReferralDeclineReason(models.Model):
    """Why a customer did not want to refer anybody."""

    _name = "crm.referral.decline.reason"
    _description = "Referral Decline Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    active = fields.Boolean(default=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_no_introduction(self):
        """“Next” ends a request with this reason when the customer agreed to nobody."""
        if self.env.ref("crm_referral.decline_reason_no_introduction") in self:
            raise UserError(
                self.env._(
                    "The addon needs this reason. You can rename or archive it instead."
                )
            )
