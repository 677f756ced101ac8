from odoo import models


class ResUsers(models.Model):
    """Who leaves hands their conversations on at once."""

    _inherit = "res.users"

    def write(self, vals):
        is_leaving = "active" in vals and not vals["active"]
        leaving = self.filtered("active") if is_leaving else self.browse()
        result = super().write(vals)
        if leaving:
            for model in self.env["crm.guided.conversation"]._get_conversation_models():
                # sudo: who archives a user need not see the work of that user
                self.env[model].sudo()._hand_on_work(leaving)
        return result
