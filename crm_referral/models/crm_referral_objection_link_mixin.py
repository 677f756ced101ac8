from markupsafe import Markup

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.mail import append_content_to_html


class CrmReferralObjectionLinkMixin(models.AbstractModel):
    """A person who objects by a link, which every mail to them brings along.

    The link is put into a mail while it is handed over to the mail server: the mail
    that is kept does not have it, so nobody here objects in the person's name.
    """

    _name = "crm.referral.objection.link.mixin"
    _description = "Person Who May Object by a Link"
    _inherit = ["crm.referral.objection.mixin", "crm.personal.link.mixin"]
    _link_path = "/referral/objection"
    _protected_fields = frozenset({"access_token", "is_link_revoked"})

    # === ACTION METHODS === #

    def action_revoke_link(self):
        """Nobody takes the right to object away.

        :raise UserError: always
        """
        self.check_access("write")
        raise UserError(
            self.env._("The link by which a person objects is not taken away.")
        )

    def action_renew_link(self):
        """Nobody takes the right to object away.

        :raise UserError: always
        """
        return self.action_revoke_link()

    # === PAGE === #

    def _get_page_status(self):
        self.ensure_one()
        if self.state == "objected":
            return "answered"
        return "expired" if self.erased_on else "open"

    def _object_by_link(self):
        """The person objects: the system notes it, in the language of who is told."""
        self.ensure_one()
        # sudo: the person has no user; the link was the permission
        person_sudo = self.with_user(SUPERUSER_ID).sudo()
        person_sudo = person_sudo.with_company(person_sudo.company_id).with_context(
            lang=person_sudo._get_responsible_user().lang
        )
        if person_sudo.state == "objected":  # clicked twice
            return
        person_sudo.message_post(
            body=person_sudo.env._("The person objected by the link in our message."),
            subtype_xmlid="mail.mt_note",
        )
        person_sudo.action_object()

    def _note_opened_by(self, user):
        # sudo: who looks at the page may have no rights to the person
        self.sudo()._message_log(
            body=self.env._(
                "%(user)s opened the page on which the person may object.",
                user=user.name,
            )
        )

    # === MAILS === #

    @api.model
    def _add_objection_links(self, mail, emails):
        """Put the link of each person into their copy of a mail.

        :param mail: the mail.mail that is handed over
        :param list[dict] emails: what Odoo hands over: an e-mail for each recipient
        :return: the e-mails, without those to who has objected
        :rtype: list[dict]
        :raise UserError: when nobody is left to whom it may go
        """
        people = self._find_recipients(mail, emails)
        if not people:
            return emails
        result = []
        for email in emails:
            for part, address in self._split_recipients(email, people):
                person = people.get(address)
                if not person:
                    result.append(part)
                elif person.state != "objected":
                    result.append(person._with_objection_link(part))
        if not result:
            raise UserError(
                self.env._(
                    "%(candidate)s has asked us not to get in touch. Leave this "
                    "person out.",
                    candidate=next(iter(people.values())).display_name,
                )
            )
        return result

    @api.model
    def _find_recipients(self, mail, emails):
        """:return: the person behind each address, in sudo mode.
        :rtype: dict
        """
        addresses = {
            address for email in emails for address in email["email_to_normalized"]
        }
        if not addresses:
            return {}
        # sudo: whoever writes, and whatever they may see
        people_sudo = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                Domain("erased_on", "=", False)
                & (
                    Domain("email_normalized", "in", list(addresses))
                    | self._get_mail_document_domain(mail)
                )
            )
        )
        found = {}
        for person in people_sudo.filtered(lambda p: p._is_linked_in(mail)):
            for address in person._get_addresses(mail) & addresses:
                # Where an address is of several, the mail tells whose it is.
                if address not in found or person._is_mail_about(mail):
                    found[address] = person
        return found

    @api.model
    def _get_mail_document_domain(self, mail):
        """:return: domain of the persons whom a mail is about, whatever address."""
        return Domain.FALSE

    def _is_mail_about(self, mail):
        """:return: whether the mail belongs to this person's own documents."""
        self.ensure_one()
        return mail.model == self._name and mail.res_id == self.id

    def _is_linked_in(self, mail):
        """:return: whether this person may object to the mail, or has: what is about
        something else, as an invoice, is not ours to hold up.
        """
        self.ensure_one()
        return self._is_mail_about(mail)

    def _get_addresses(self, mail):
        """:return: where this person reads the mail.
        :rtype: set[str]
        """
        self.ensure_one()
        return {self.email_normalized} - {False}

    @api.model
    def _split_recipients(self, email, people):
        """Give each of these people an e-mail of their own: a link is nobody else's.

        :return: pairs of an e-mail and the address of the person, if it is one
        :rtype: list[tuple]
        """
        others = {"email_to": [], "email_cc": []}
        own = {}
        for fname, kept in others.items():
            for entry in email[fname]:
                address = email_normalize(entry, strict=False)
                if address in people:
                    own[address] = entry
                else:
                    kept.append(entry)
        if not own:
            return [(email, None)]
        parts = [
            (
                {
                    **email,
                    "email_to": [entry],
                    "email_cc": [],
                    "email_to_normalized": [address],
                },
                address,
            )
            for address, entry in own.items()
        ]
        if any(others.values()):
            normalized = [
                address
                for address in email["email_to_normalized"]
                if address not in own
            ]
            parts.append(({**email, **others, "email_to_normalized": normalized}, None))
        return parts

    def _with_objection_link(self, email):
        """:return: the e-mail with a last line and headers by which the person objects
        :rtype: dict
        """
        self.ensure_one()
        langs = self._get_page_langs() or [self.env.lang]
        person = self.with_context(lang=langs[0])
        link = self._get_link()
        line = Markup(
            '<p style="color:#555;font-size:13px">%s<br/><a href="%s">%s</a></p>'
        )
        text = person.env._(
            "%(company)s wrote to you because somebody named you to us.",
            company=self.company_id.name,
        )
        wish = person.env._("I do not want to be contacted any more")
        headers = {
            "List-Unsubscribe": f"<{link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        return {
            **email,
            "body": append_content_to_html(
                email["body"], line % (text, link, wish), plaintext=False
            ),
            "body_alternative": f"{email['body_alternative'] or ''}\n\n--\n{text}\n"
            f"{wish}: {link}",
            "headers": {**headers, **email["headers"]},
        }
