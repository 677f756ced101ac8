from odoo import api, fields, models


class CrmReferralOverride(models.TransientModel):
    """Says why a customer may not be asked now; lets a manager ask all the same."""

    _name = "crm.referral.override"
    _description = "Override Ask Rules"

    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", required=True, ondelete="cascade"
    )
    blockers = fields.Text(compute="_compute_blockers")
    can_override = fields.Boolean(compute="_compute_blockers")
    reason = fields.Char(string="Reason to Ask All the Same")

    @api.depends("partner_id")
    def _compute_blockers(self):
        is_manager = self.env.user.has_group("sales_team.group_sale_manager")
        for wizard in self:
            blockers = wizard.partner_id._get_referral_blockers().get(
                wizard.partner_id._origin, {}
            )
            wizard.blockers = "\n".join(blockers.values())
            wizard.can_override = is_manager and "open_request" not in blockers

    def action_apply(self):
        """Start the request with the written reason.

        :return: a window action: the request
        :raise UserError: when the user is no manager or gives no reason
        """
        self.ensure_one()
        referral = self.env["crm.referral"].create(
            {"partner_id": self.partner_id.id, "override_reason": self.reason}
        )
        return referral._get_records_action(name=self.env._("Referral Request"))
