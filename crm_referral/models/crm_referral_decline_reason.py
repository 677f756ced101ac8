from odoo import api, fields, models


class CrmReferralDeclineReason(models.Model):
    """Why a customer did not want to refer anybody."""

    _name = "crm.referral.decline.reason"
    _description = "Referral Decline Reason"
    _inherit = ["crm.kept.record.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, aggregator=None)
    needs_note = fields.Boolean(
        help="The reason says nothing by itself: ask for a few words."
    )
    active = fields.Boolean(default=True)

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            "crm_referral.decline_reason_no_introduction",
        )
