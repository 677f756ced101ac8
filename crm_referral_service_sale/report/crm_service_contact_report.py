from odoo import fields, models


class CrmServiceContactReport(models.Model):
    _inherit = "crm.service.contact.report"

    _depends = {"crm.service.contact": ["sale_order_id"]}

    sale_order_id = fields.Many2one(
        comodel_name="sale.order",
        string="Order",
        readonly=True,
        groups="sales_team.group_sale_salesman_all_leads",
    )
