from odoo import models

from ..tools.personal_link import redact_links


class MailNotification(models.Model):
    _inherit = "mail.notification"

    def write(self, vals):
        # A mail that comes back quotes what was in it.
        if vals.get("failure_reason"):
            paths = self.env["crm.personal.link.mixin"]._get_link_paths()
            reason = redact_links(vals["failure_reason"], paths)
            vals = {**vals, "failure_reason": reason}
        result = super().write(vals)
        if vals.get("notification_status") == "bounce":
            for message, bounced in self.grouped("mail_message_id").items():
                problem = self.env._("The mail came back.")
                emails = bounced.filtered("mail_email_address").mapped(
                    "mail_email_address"
                )
                message._tell_failed(bounced.res_partner_id, problem, emails)
        return result
