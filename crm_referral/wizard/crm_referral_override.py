from odoo import api, fields, models


class CrmReferralOverride(models.TransientModel):
    """Says why a customer may not be asked now; lets a manager ask all the same."""

    _name = "crm.referral.override"
    _description = "Override Ask Rules"
    _inherit = ["crm.guarded.mixin"]

    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", required=True, ondelete="cascade"
    )
    blockers = fields.Text(compute="_compute_blockers")
    can_override = fields.Boolean(compute="_compute_blockers")
    is_open = fields.Boolean(compute="_compute_blockers")
    existing_referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Open Request",
        compute="_compute_blockers",
        help="The request in which this customer is being asked, if you may see it.",
    )
    reason = fields.Char(string="Reason to Ask All the Same")

    @api.depends("partner_id")
    def _compute_blockers(self):
        is_manager = self.env.user.has_group("sales_team.group_sale_manager")
        for wizard in self:
            blockers = wizard.partner_id._get_referral_blockers().get(
                wizard.partner_id._origin, {}
            )
            wizard.blockers = "\n".join(blockers.values())
            wizard.is_open = "open_request" in blockers
            wizard.can_override = is_manager and bool(blockers) and not wizard.is_open
            # sudo: which request it is; it is shown only if the user may see it
            existing = wizard.partner_id._get_open_referrals().get(
                wizard.partner_id._origin
            )
            wizard.existing_referral_id = existing and existing.with_env(
                self.env
            )._filtered_access("read")

    def action_open(self):
        """Show the request in which the customer is being asked.

        :return: a window action
        """
        self.ensure_one()
        return self.existing_referral_id._get_records_action(
            name=self.env._("Referral Request")
        )

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
