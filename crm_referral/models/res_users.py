from odoo import models


class ResUsers(models.Model):
    """Who leaves hands their referral work on at once."""

    _inherit = "res.users"

    def write(self, vals):
        is_leaving = "active" in vals and not vals["active"]
        leaving = self.filtered("active") if is_leaving else self.browse()
        result = super().write(vals)
        if leaving:
            # sudo: who archives a user need not see the requests of that user
            self.env["crm.referral"].sudo()._hand_on_work(leaving)
        return result
