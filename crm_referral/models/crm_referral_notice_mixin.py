from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.mail import email_normalize_all

from odoo.addons.crm_foundation.tools.local_time import today

NOTICE_SUBTYPE = "crm_referral.mt_notice"


class CrmReferralNoticeMixin(models.AbstractModel):
    """A candidate is told that we have their data, from whom, and how to object.

    Until then they get what a person writes to them, and no mail that goes to many.
    """

    _name = "crm.referral.notice.mixin"
    _description = "Person Who Is Told Where We Got Their Data"
    _inherit = ["crm.referral.objection.link.mixin", "crm.referral.known.person.mixin"]

    # === ACTION METHODS === #

    def action_send_notice(self):
        """Tell these persons by e-mail that we have their data, and from whom.

        They count as told when the mail server has taken the mail.

        :return: a notification
        :raise UserError: when one of them cannot be told by e-mail
        """
        self.check_access("write")
        template = self.env.ref("crm_referral.mail_template_notice")
        for person in self:
            person._check_notice()
        fnames = ("body_html", "email_from", "subject")
        # sudo: the template reads what every person may know of themselves
        texts = template.sudo()._generate_template(self.ids, fnames)
        for person in self:
            values = texts[person.id]
            person.message_post(
                body=values["body_html"],
                subject=values["subject"],
                email_from=values["email_from"],
                message_type="comment",
                subtype_xmlid=NOTICE_SUBTYPE,
                outgoing_email_to=person.email_normalized,
                email_layout_xmlid="mail.mail_notification_light",
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The notice is on its way."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check_notice(self):
        """:raise UserError: when this person cannot be told by e-mail."""
        self.ensure_one()
        if self.state == "objected" or self.erased_on:
            raise UserError(
                self.env._(
                    "%(candidate)s has asked us not to get in touch. Leave this person "
                    "out.",
                    candidate=self.display_name,
                )
            )
        if not self.email_normalized:
            raise UserError(
                self.env._(
                    "%(candidate)s has no e-mail address. Tell them another way, then "
                    "choose “Person Was Told”.",
                    candidate=self.display_name,
                )
            )

    # === WHAT WE HOLD === #

    def _check_may_hand_over(self):
        """:raise AccessError: for who neither manages nor looks after these persons"""
        if self.env.user.has_group("sales_team.group_sale_manager"):
            return
        for person in self:
            if self.env.user != person._get_responsible_user():
                raise AccessError(
                    self.env._(
                        "Only the salesperson of %(candidate)s or a sales manager "
                        "hands over what we hold.",
                        candidate=person.display_name,
                    )
                )

    # === NOTICE === #

    def _note_notice_sent(self):
        """The mail server has taken the notice to these persons. In sudo mode."""
        for person in self.filtered(lambda p: not p.informed_on):
            person.informed_on = today(self.env, person.company_id)
        self.activity_unlink(["crm_referral.mail_activity_type_inform"])

    def _get_notice_sentence(self):
        """:return: where we have the data from, said to the person: the customer is
        named only if they allow it.
        """
        self.ensure_one()
        # sudo: the customer may be hidden by now, what the person is told is not
        self_sudo = self.sudo()
        values = {
            "company": self_sudo.company_id.name,
            "date": format_date(self.env, self.data_obtained_on, date_format="long"),
        }
        if self.named_by != "customer":
            return self.env._(
                "%(company)s noted your name on %(date)s, as somebody whom we may be "
                "able to help.",
                **values,
            )
        if self.may_name_referrer:
            return self.env._(
                "%(referrer)s gave your name to %(company)s on %(date)s.",
                referrer=self_sudo.referrer_id.display_name,
                **values,
            )
        return self.env._(
            "A customer of %(company)s gave us your name on %(date)s.", **values
        )

    # === LINK BY WHICH THE PERSON OBJECTS === #

    def _get_page_langs(self):
        # sudo: the language, whoever may see the lead and the request
        self_sudo = self.sudo()
        langs = [self_sudo.lead_id.lang_id.code]
        for referral in self_sudo.referral_id:  # a wrong link has none
            langs.append(referral._get_conversation_lang())
        return [*filter(None, langs)]

    @api.model
    def _get_mail_document_domain(self, mail):
        domain = super()._get_mail_document_domain(mail)
        if mail.model == "crm.lead" and mail.res_id:
            domain |= Domain("lead_id", "=", mail.res_id)
        return domain

    def _is_mail_about(self, mail):
        return super()._is_mail_about(mail) or bool(
            mail.model == "crm.lead" and mail.res_id and mail.res_id == self.lead_id.id
        )

    def _is_linked_in(self, mail):
        """Who was known before, or has become a customer, gets other mails as well."""
        return super()._is_linked_in(mail) or not (
            self.state == "objected" or self.was_known or self.lead_won_status == "won"
        )

    def _get_addresses(self, mail):
        addresses = super()._get_addresses(mail)
        if mail.model == "crm.lead" and mail.res_id == self.lead_id.id:
            lead = self.lead_id
            addresses |= {lead.email_normalized, lead.partner_id.email_normalized}
        return addresses - {False}

    # === MAILS TO MANY === #

    @api.model
    def _find_not_for_bulk(self, addresses, company):
        """Find who gets no mail that goes to many: who objected, or was not told yet.

        :param addresses: normalized e-mail addresses
        :return: why, in a sentence, by address
        :rtype: dict
        """
        addresses = {*filter(None, addresses)}
        if not addresses:
            return {}
        # sudo: who sends may not see colleagues' candidates; nobody is shown here
        people_sudo = self.sudo().with_context(active_test=False)
        not_told = people_sudo.search_fetch(
            self._get_not_told_domain()
            & Domain("email_normalized", "in", list(addresses))
            & Domain("company_id", "=", company.id),
            ["email_normalized"],
        )
        told_first = self.env._(
            "This person does not know yet that we have their data. Tell them first: "
            "“Send Notice” on the candidate."
        )
        refused = dict.fromkeys(not_told.mapped("email_normalized"), told_first)
        objected = self.env._("This person has asked us not to get in touch.")
        Objection = self.env["crm.referral.objection"]
        found = Objection._find(addresses, company=company)
        for address in addresses if found else ():
            if Objection._hash_email(address) & found:
                refused[address] = objected
        return refused

    @api.model
    def _get_not_told_domain(self):
        """:return: domain of who has never heard from us or bought from us"""
        return (
            Domain("informed_on", "=", False)
            & Domain("erased_on", "=", False)
            & Domain("was_known", "=", False)
            & (
                Domain("lead_id", "=", False)
                | Domain("lead_id.is_made_of_candidate", "=", True)
                & Domain("lead_id.won_status", "!=", "won")
            )
        )

    @api.model
    def _cancel_bulk_mails(self, mails):
        """Stop mails that go to many, for who gets none. In sudo mode.

        :param mails: the mail.mail records that were made
        """
        addresses = {
            mail: {
                *email_normalize_all(mail.email_to or ""),
                *filter(None, mail.recipient_ids.mapped("email_normalized")),
            }
            for mail in mails
        }
        companies = mails.grouped(lambda m: m.record_company_id or self.env.company)
        for company, of_company in companies.items():
            refused = self._find_not_for_bulk(
                set().union(*(addresses[mail] for mail in of_company)), company
            )
            for mail in of_company if refused else ():
                found = addresses[mail] & refused.keys()
                if found:
                    mail._leave_out(found, refused[min(found)])
