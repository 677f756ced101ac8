from odoo import fields, models


class CrmReferralPreparationMixin(models.AbstractModel):
    """What a rep prepares before the talk, and takes along to it."""

    _name = "crm.referral.preparation.mixin"
    _description = "Preparation of a Referral Request"
    _inherit = ["crm.guided.conversation"]

    prepared_ids = fields.One2many(
        comodel_name="crm.referral.prepared",
        inverse_name="referral_id",
        string="Prepared Names",
        copy=False,
        help="Whom you want to bring up. For our eyes only: nothing of it is said by "
        "itself, copied or sent.",
    )

    # === LIFE CYCLE === #

    def _on_closed(self):
        """Nobody keeps names of third persons that were never brought up."""
        result = super()._on_closed()
        # sudo: also what was prepared before the request changed hands
        self.sudo().prepared_ids.unlink()
        return result
