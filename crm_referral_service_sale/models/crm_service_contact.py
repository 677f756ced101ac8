from odoo import api, fields, models


class CrmServiceContact(models.Model):
    _inherit = "crm.service.contact"

    sale_order_id = fields.Many2one(
        comodel_name="sale.order",
        string="Order",
        compute="_compute_sale_order_id",
        store=True,
        readonly=False,
        domain="[('partner_id.commercial_partner_id', '=', commercial_partner_id)]",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        # Who may read all of them, so that nobody else learns a name.
        groups="sales_team.group_sale_salesman_all_leads",
        help="The order of the customer that it is about.",
    )

    @api.depends("partner_id")
    def _compute_sale_order_id(self):
        self._keep_of_customer("sale_order_id")

    @api.model
    def _get_chain_fields(self):
        return [*super()._get_chain_fields(), "sale_order_id"]
