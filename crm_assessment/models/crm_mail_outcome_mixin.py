from odoo import models


class CrmMailOutcomeMixin(models.AbstractModel):
    """A document that hears when one of its messages did not arrive."""

    _name = "crm.mail.outcome.mixin"
    _description = "Hears What Became of Its Mails"

    # === BUSINESS METHODS - TO OVERRIDE === #

    def _on_message_failed(self, message, partners, problem, emails=()):
        """A mail was refused, or came back. In sudo mode.

        :param message: the mail.message of this document
        :param partners: the res.partner records whom it did not reach
        :param str problem: a sentence that says why, in the language of the context
        :param emails: normalized addresses that it did not reach, of people who are no
            contacts
        """
        self.ensure_one()
