from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, email_normalize_all

from ..tools.personal_link import LINK_MARKER

ROUND = "crm.assessment.round"


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _personalize_outgoing_body(self, body, partner=False, doc_to_followers=None):
        """Put the personal link in place of its marker, for the person asked."""
        body = super()._personalize_outgoing_body(
            body, partner=partner, doc_to_followers=doc_to_followers
        )
        document = partner and LINK_MARKER in body and self._get_link_document()
        if not document:
            return body
        link = document._get_link_for(partner)
        if not link and document._is_link_needed(self.mail_message_id, partner):
            raise UserError(
                self.env._("The link is closed, or not meant for this address.")
            )
        return body.replace(LINK_MARKER, link) if link else body

    def _get_link_document(self):
        """:return: the record that knows whose link belongs into this mail, if any"""
        self.ensure_one()
        document = self.env.get(self.model)
        if isinstance(document, self.pool["crm.personal.link.mail.mixin"]):
            return document.browse(self.res_id)
        return None

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Tell documents what became of their mails."""
        failed = self._get_failed_messages(
            failure_type, failure_reason, success_pids, success_emails
        )
        outcomes = {
            mail.mail_message_id.id: mail._get_link_problem(
                failure_type, failure_reason
            )
            for mail in self
            if mail.model == ROUND and LINK_MARKER in (mail.body_html or "")
        }
        result = super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
        if outcomes:
            self.env[ROUND]._on_mails_processed(outcomes)
        for message, *failure in failed:
            message._tell_failed(*failure)
        return result

    def _get_failed_messages(
        self, failure_type, failure_reason, success_pids, success_emails
    ):
        """:return: the messages of documents that want to hear of it, whom they did not
            reach, why, and which addresses of people who are no contacts
        :rtype: list[tuple]
        """
        if not failure_type:
            return []
        return [
            (
                mail.mail_message_id,
                mail.recipient_ids.filtered(lambda p: p not in (success_pids or ())),
                mail._describe_failure(failure_type, failure_reason),
                mail._get_failed_emails(success_emails),
            )
            for mail in self
            if mail.mail_message_id._get_hearing_document()
        ]

    def _get_failed_emails(self, success_emails):
        reached = {email_normalize(email) for email in success_emails or ()}
        emails = email_normalize_all(self.email_to or "")
        return [email for email in emails if email not in reached]

    def _get_link_problem(self, failure_type, failure_reason):
        """:return: a sentence that says why this was not sent, or an empty string.
        :rtype: str
        """
        self.ensure_one()
        if self.state == "sent" and not failure_type:
            return ""
        # sudo: the language of who hears of it
        lang = self.env[ROUND].sudo().browse(self.res_id)._get_job_responsible().lang
        return self.with_context(lang=lang)._describe_failure(
            failure_type, failure_reason
        )

    def _describe_failure(self, failure_type, failure_reason):
        """:return: a sentence that says why this was not sent
        :rtype: str
        """
        sentences = {
            "mail_smtp": self.env._("The mail server could not be reached."),
            "mail_email_invalid": self.env._(
                "The mail server does not accept the address %(email)s.",
                email=self.recipient_ids[:1].email or self.email_to,
            ),
            "mail_email_missing": self.env._("There is no e-mail address."),
            "mail_from_invalid": self.env._("The address of the sender is not valid."),
            "mail_from_missing": self.env._("The sender has no e-mail address."),
            "mail_spam": self.env._("The mail server took it for spam."),
        }
        reason = failure_reason or self.failure_reason
        return sentences.get(failure_type) or self.env._(
            "The mail server refused it: %(reason)s", reason=reason or failure_type
        )
