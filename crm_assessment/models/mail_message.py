from odoo import api, models
from odoo.tools import email_normalize

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

    def _get_hearing_document(self):
        """:return: the record of this message, if it wants to hear of failures; in sudo
        mode
        """
        document = self.env.get(self.model)
        if self.res_id and isinstance(document, self.pool["crm.mail.outcome.mixin"]):
            # sudo: the queue, or the mail gateway
            return document.sudo().browse(self.res_id).exists()
        return None

    def _tell_failed(self, partners, problem, emails=()):
        """Tell the document that this did not arrive.

        :param partners: the res.partner records whom it did not reach
        :param str problem: a sentence that says why
        :param emails: addresses of people who are no contacts, whom it did not reach
        """
        document = self._get_hearing_document()
        emails = [*filter(None, map(email_normalize, emails))]
        if document and (partners or emails):
            document._on_message_failed(
                self,
                partners,
                redact_links(
                    problem, self.env["crm.personal.link.mixin"]._get_link_paths()
                ),
                emails,
            )
