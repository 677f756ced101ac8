from odoo import models


class CrmPersonalLinkMailMixin(models.AbstractModel):
    """A document whose mails bring one person their personal link.

    The mail that is kept has a marker. The link takes its place while the mail is
    handed over to the mail server, for the person whom it is for and for nobody else.
    """

    _name = "crm.personal.link.mail.mixin"
    _description = "Mails a Personal Link"

    # === BUSINESS METHODS - TO OVERRIDE === #

    def _get_link_for(self, partner):
        """:param partner: the res.partner who gets the mail
        :return: their personal link; empty for everybody whom it is not for
        :rtype: str
        """
        self.ensure_one()
        return ""

    def _is_link_needed(self, message, partner):
        """:param message: the mail.message with the marker
        :param partner: the res.partner who gets it
        :return: whether the mail had better fail than arrive without the link
        :rtype: bool
        """
        self.ensure_one()
        return False
