from odoo import models


class MailBlacklist(models.Model):
    _name = "mail.blacklist"
    _inherit = ["mail.blacklist", "crm.referral.blacklist.mixin"]
    _contact_field = "email"
