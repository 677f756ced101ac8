from odoo import fields, models


class CrmServiceContactReport(models.Model):
    _inherit = "crm.service.contact.report"

    _depends = {"crm.service.contact": ["picking_id"]}

    picking_id = fields.Many2one(
        comodel_name="stock.picking",
        string="Delivery",
        readonly=True,
        groups="stock.group_stock_user",
    )
