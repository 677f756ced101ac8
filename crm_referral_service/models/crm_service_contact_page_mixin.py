from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.crm_assessment.tools.personal_link import LINK_MARKER
from odoo.addons.crm_foundation.tools.composer import compose

from ..tools.plain_words import read_words

ASK_SOLVED = "crm_referral_service.mail_template_ask_solved"
# For so long the link in the mail opens.
ANSWER_DAYS = 30
MAX_WORDS = 2_000


class CrmServiceContactPageMixin(models.AbstractModel):
    """One question after a contact: is it solved? Asked once, by mail.

    The agent's word says something else: most agents believe that it is.
    """

    _name = "crm.service.contact.page.mixin"
    _description = "Asks the Customer Whether It Is Solved"
    _inherit = [
        "crm.mail.outcome.mixin",
        "crm.personal.link.mixin",
        "crm.personal.link.mail.mixin",
    ]
    _link_path = "/service/contact"
    _protected_fields = frozenset({"customer_asked_on", "customer_answered_on"})

    customer_asked_on = fields.Datetime(readonly=True, copy=False)
    customer_answered_on = fields.Datetime(
        readonly=True,
        copy=False,
        help="On their own page. Empty: what the customer says was told to an agent.",
    )

    # === DEFAULT METHODS === #

    def _default_access_token(self):
        """Only who is asked gets a link: the log stays small."""
        return super()._default_access_token() if self else False

    # === CRUD METHODS === #

    def write(self, vals):
        """Whoever turns out not to be the customer keeps no link."""
        # sudo: nobody reads the token itself
        asked = self.sudo().filtered("access_token") if "partner_id" in vals else ()
        before = {contact: contact.partner_id for contact in asked}
        result = super().write(vals)
        for contact, partner in before.items():
            if contact.partner_id != partner:
                contact.write({"access_token": False, "customer_asked_on": False})
        return result

    # === ACTION METHODS === #

    def action_ask_solved(self):
        """Show the mail that asks the customer whether it is solved.

        :return: a window action: the composer
        :raise UserError: when it cannot be asked, or was asked before
        """
        self.ensure_one()
        self.check_access("write")
        if self.customer_asked_on:
            raise UserError(
                self.env._(
                    "The customer was asked on %(day)s, and is asked once.",
                    day=format_date(self.env, self.customer_asked_on),
                )
            )
        if not self.partner_id.email:
            raise UserError(
                self.env._(
                    "There is no customer with an e-mail address. Choose one, or ask "
                    "them when you speak with them."
                )
            )
        # sudo: whether somebody wants no mails is no secret
        blacklist = self.env["mail.blacklist"].sudo()
        if blacklist.search_count([("email", "=", self.partner_id.email_normalized)]):
            raise UserError(self.env._("This customer wants no such mails from us."))
        return compose(self, self.env._("Ask Whether It Is Solved"), ASK_SOLVED)

    # === MAIL === #

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        if message.message_type != "email" and LINK_MARKER in (message.body or ""):
            # sudo: when it was asked is not written by hand
            self.sudo().filtered(lambda c: not c.customer_asked_on).write(
                {"customer_asked_on": self.env.cr.now()}
            )
        return result

    def _on_message_failed(self, message, partners, problem, emails=()):
        """Whoever did not get the question was not asked."""
        result = super()._on_message_failed(message, partners, problem, emails)
        if self.partner_id in partners and LINK_MARKER in (message.body or ""):
            self.customer_asked_on = False
        return result

    def _get_link(self):
        self.ensure_one()
        contact = self.sudo()  # sudo: nobody reads the token itself
        if not contact.access_token:
            contact.access_token = contact._default_access_token()
        return super()._get_link()

    def _get_link_for(self, partner):
        """:return: the link, for the customer and for nobody else"""
        self.ensure_one()
        # sudo: the link is for the customer's eyes only, whoever runs the queue
        contact = self.sudo()
        if contact.is_link_revoked or partner != contact.partner_id:
            return ""
        return contact._get_link()

    def _is_link_needed(self, message, partner):
        return partner == self.sudo().partner_id  # sudo: who it is for

    # === THE PAGE, IN SUDO MODE === #

    def _get_page_status(self):
        since = self.customer_asked_on or self.create_date
        if since + timedelta(days=ANSWER_DAYS) < self.env.cr.now():
            return "expired"
        return super()._get_page_status() if self.active else "revoked"

    def _get_page_langs(self):
        if not self:
            return []
        return list(filter(None, [self.partner_id.lang, *self._get_caller_langs()]))

    def _get_page_values(self):
        """:return: what the template of the page needs
        :rtype: dict
        """
        self.ensure_one()
        return {
            "moment": format_date(self.env, self.contacted_on),
            "contact_name": self.user_id.name or self.company_id.name,
            "answers": self._fields["customer_solved"]._description_selection(self.env),
            "solved": self.customer_solved if self.customer_answered_on else "",
            "max_words": MAX_WORDS,
            "told": self.env["crm.service.news"]._get_told(self),
        }

    def _answer_on_page(self, solved, words):
        """Note what the customer says; who took the contact hears of a no.

        :param str solved: as posted
        :param str words: as posted
        :raise UserError: says what to correct
        """
        self.ensure_one()
        labels = dict(self._fields["customer_solved"]._description_selection(self.env))
        if solved not in labels:
            raise UserError(self.env._("Please press one of the buttons."))
        words = read_words(words)
        if len(words) > MAX_WORDS:
            raise UserError(
                self.env._("This is too long. Please make it shorter than it is.")
            )
        self.write(
            {"customer_solved": solved, "customer_answered_on": self.env.cr.now()}
        )
        text = self.env._("Solved, says the customer: %s", labels[solved])
        self.message_post(
            body=f"{text} “{words}”" if words else text,
            author_id=self.partner_id.id or None,
            subtype_xmlid="mail.mt_note",
        )
        if solved != "yes" or words:
            self._ask_to_read()
