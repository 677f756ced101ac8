from odoo import api, fields, models


class CrmServiceContact(models.Model):
    _inherit = "crm.service.contact"

    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        compute="_compute_move_id",
        store=True,
        readonly=False,
        domain="[('partner_id.commercial_partner_id', '=', commercial_partner_id), "
        "('state', '=', 'posted'), ('move_type', 'in', ('out_invoice', 'out_refund'))]",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        # Who may read all of them, so that nobody else learns a name.
        groups="account.group_account_readonly,account.group_account_invoice",
        help="The invoice of the customer that it is about.",
    )

    @api.depends("partner_id")
    def _compute_move_id(self):
        self._keep_of_customer("move_id")

    @api.model
    def _get_chain_fields(self):
        return [*super()._get_chain_fields(), "move_id"]
