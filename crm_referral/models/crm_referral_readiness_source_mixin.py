from odoo import api, models


class CrmReferralReadinessSourceMixin(models.AbstractModel):
    """Records that signals read: when one changes, its customer is weighed anew.

    It costs no query before the end of the transaction.
    """

    _name = "crm.referral.readiness.source.mixin"
    _description = "Speaks for Asking a Customer"

    # The fields that signals read; that of the customer is always one.
    _readiness_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._note_readiness()
        return records

    def write(self, vals):
        if not (self._readiness_fields | {"partner_id"}) & vals.keys():
            return super().write(vals)
        self._note_readiness()
        result = super().write(vals)
        if "partner_id" in vals:
            self._note_readiness()
        return result

    def unlink(self):
        self._note_readiness()
        return super().unlink()

    def _note_readiness(self):
        # sudo: whoever changes it need not see the customer
        self.env["crm.referral.readiness"]._note_change(self.sudo().partner_id)
