from odoo import models


class PhoneBlacklist(models.Model):
    _name = "phone.blacklist"
    _inherit = ["phone.blacklist", "crm.referral.blacklist.mixin"]
    _contact_field = "number"
