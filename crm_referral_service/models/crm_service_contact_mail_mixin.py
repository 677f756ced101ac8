from odoo import api, models
from odoo.tools import html2plaintext, parse_contact_from_email

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.present import first_present

REPLY = "crm_referral_service.mail_activity_type_reply"
# The mail itself is in the chatter: the note is what agents read in lists.
MAX_NOTE = 2_000


class CrmServiceContactMailMixin(models.AbstractModel):
    """A mail to a listening post is a contact; an answer to it is somebody's work."""

    _name = "crm.service.contact.mail.mixin"
    _description = "Contacts by Mail"
    _inherit = ["crm.mail.outcome.mixin"]

    # === MAIL GATEWAY === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Log the mail: who has written, what about, and at which post."""
        custom_values = dict(custom_values or {})
        # sudo: the gateway, whoever runs it
        post = self.env["crm.service.post"].sudo().browse(custom_values.get("post_id"))
        post = post.exists()
        company = post.company_id or self.env.company
        name, _address = parse_contact_from_email(msg_dict.get("email_from") or "")
        values = {
            "post_id": post.id,
            "team_id": post.team_id.id,
            "company_id": company.id,
            "channel": "mail",
            "direction": "in",
            "user_id": False,
            "caller_name": name or False,
            "partner_id": self._get_mail_customer(msg_dict, company).id,
            "note": self._get_mail_note(msg_dict),
            **custom_values,
        }
        return super().message_new(msg_dict, custom_values=values)

    def message_update(self, msg_dict, update_vals=None):
        """The customer has written again: whoever took the contact hears of it."""
        result = super().message_update(msg_dict, update_vals=update_vals)
        if not self.env.context.get("is_automatic_mail"):
            self._ask_to_read()
        return result

    def _on_message_failed(self, message, partners, problem, emails=()):
        """A mail that did not reach who turned to us is somebody's work."""
        result = super()._on_message_failed(message, partners, problem, emails)
        if self._is_among(partners, emails):
            self._ask_to_read(
                summary=lambda r: r.env._(
                    "The mail did not reach the customer: call them"
                ),
                note=problem,
            )
        return result

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        """As Odoo's, by the field that has an index."""
        return [("email_normalized", "=", email_from_normalized)]

    # === BUSINESS METHODS === #

    @api.model
    def _get_mail_customer(self, msg_dict, company):
        """:return: the res.partner who has written, if the company may know them"""
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or ())
        return author.filtered(lambda p: not p.company_id or p.company_id == company)

    @api.model
    def _get_mail_note(self, msg_dict):
        subject = (msg_dict.get("subject") or "").strip()
        text = html2plaintext(msg_dict.get("body") or "").strip()
        return "\n".join(filter(None, (subject, text)))[:MAX_NOTE]

    def _ask_to_read(self, **values_of_all):
        """Plan one activity for each, of who took it or else of who leads the team."""
        values = {}
        for contact in self:
            user = contact._get_reader()
            if user:
                values[contact] = {
                    "user_id": user.id,
                    "date_deadline": today(self.env, user, contact.company_id),
                    **values_of_all,
                }
        self.activity_unlink([REPLY])
        self.env["mail.activity"]._schedule_batch(REPLY, values)

    def _get_reader(self):
        """:return: the res.users who reads what the customer has written"""
        self.ensure_one()
        users = self.user_id | self.team_id.user_id | self.post_id.owner_id
        return first_present(users, self.company_id)
