from odoo import api, models
from odoo.tools.mail import email_normalize_all

from .crm_referral_notice_mixin import NOTICE_SUBTYPE

CANDIDATE = "crm.referral.candidate"
# What no person writes to one other person.
BULK_TYPES = ("auto_comment", "email_outgoing")


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        """A mail that goes to many does not go to who must be told first."""
        mails = super().create(vals_list)
        is_bulk = self.env.context.get("referral_mail_to_many")
        # sudo: whoever makes the mails; it is only stopped
        bulk_sudo = mails.sudo().filtered(
            lambda mail: (
                mail.state == "outgoing"
                and (is_bulk or mail.message_type in BULK_TYPES)
            )
        )
        if bulk_sudo:
            self.env[CANDIDATE]._cancel_bulk_mails(bulk_sudo)
        return mails

    def _leave_out(self, addresses, reason):
        """Nothing goes to these addresses; who else gets the mail still does.

        :param set addresses: normalized e-mail addresses
        :param str reason: why, in a sentence
        """
        self.ensure_one()
        partners = self.recipient_ids.filtered(
            lambda partner: partner.email_normalized in addresses
        )
        others = self.recipient_ids - partners
        if others and not set(email_normalize_all(self.email_to or "")) & addresses:
            self.recipient_ids = others
            return
        self.write(
            {
                "state": "cancel",
                "failure_type": "mail_optout",
                "failure_reason": reason,
            }
        )

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Every mail to a candidate brings the link by which they object."""
        emails = super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )
        return self.env[CANDIDATE]._add_objection_links(self, emails)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Who got the notice has been told."""
        told = [
            mail.res_id
            for mail in self
            if mail.model == CANDIDATE and mail.state == "sent" and mail._is_notice()
        ]
        result = super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
        if told and not failure_type:
            # sudo: the queue of mails is the system's
            self.env[CANDIDATE].sudo().browse(told).exists()._note_notice_sent()
        return result

    def _is_notice(self):
        self.ensure_one()
        subtype = self.env.ref(NOTICE_SUBTYPE, raise_if_not_found=False)
        return bool(subtype) and self.subtype_id == subtype
