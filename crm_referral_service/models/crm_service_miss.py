from odoo import api, fields, models


class CrmServiceMiss(models.Model):
    """Why something was not solved the first time; half of it is nobody's mistake."""

    _name = "crm.service.miss"
    _description = "Why It Was Not Solved the First Time"
    _inherit = ["crm.kept.record.mixin"]
    _order = "sequence, id"

    name = fields.Char(string="Why Not the First Time", required=True, translate=True)
    code = fields.Char(required=True, help="By which reports and other addons know it.")
    sequence = fields.Integer(default=10, aggregator=None)
    needs_handover = fields.Boolean(
        string="Somebody Was Asked",
        help="It is only said where a question to a colleague was written down.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code)", "There is already a reason with this code. Choose another code."
    )

    @api.model
    def _get_kept_xml_ids(self):
        return (
            *super()._get_kept_xml_ids(),
            *(
                f"crm_referral_service.miss_{code}"
                for code in (
                    *("not_known", "not_allowed", "waiting", "promise_missed"),
                    *("not_understood", "next_not_foreseen", "same_again"),
                )
            ),
        )
