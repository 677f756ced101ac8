from odoo import fields, models


class CrmServiceContactReport(models.Model):
    _inherit = "crm.service.contact.report"

    _depends = {"crm.service.contact": ["move_id"]}

    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
