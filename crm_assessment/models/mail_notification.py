from odoo import models

from ..tools.personal_link import redact_links


class MailNotification(models.Model):
    _inherit = "mail.notification"

    def write(self, vals):
        # A mail that comes back quotes what was in it.
        if vals.get("failure_reason"):
            vals = {**vals, "failure_reason": redact_links(vals["failure_reason"])}
        return super().write(vals)
