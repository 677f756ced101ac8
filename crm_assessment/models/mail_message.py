from odoo import api, models

from ..tools.personal_link import redact_links


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # A customer's reply quotes our mail, and colleagues read the reply.
            if vals.get("message_type") == "email" and vals.get("body"):
                paths = self.env["crm.personal.link.mixin"]._get_link_paths()
                vals["body"] = redact_links(vals["body"], paths)
        return super().create(vals_list)
