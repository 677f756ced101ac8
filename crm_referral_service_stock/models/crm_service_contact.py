from odoo import api, fields, models


class CrmServiceContact(models.Model):
    _inherit = "crm.service.contact"

    picking_id = fields.Many2one(
        comodel_name="stock.picking",
        string="Delivery",
        compute="_compute_picking_id",
        store=True,
        readonly=False,
        domain="[('partner_id.commercial_partner_id', '=', commercial_partner_id), "
        "('picking_type_code', '=', 'outgoing')]",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        # Who may read all of them, so that nobody else learns a name.
        groups="stock.group_stock_user",
        help="The delivery to the customer that it is about.",
    )

    @api.depends("partner_id")
    def _compute_picking_id(self):
        self._keep_of_customer("picking_id")

    @api.model
    def _get_chain_fields(self):
        return [*super()._get_chain_fields(), "picking_id"]
