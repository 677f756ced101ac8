import logging

from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext
from odoo.tools.misc import clean_context

from odoo.addons.crm_foundation.tools.languages import first_installed
from odoo.addons.crm_referral_service.models.crm_service_contact_mail_mixin import (
    MAX_NOTE,
)
from odoo.addons.crm_referral_service.models.crm_service_post_page_mixin import MAX_LINE

_logger = logging.getLogger(__name__)

SERVICE_USER = "crm_referral_service.group_service_user"
# Of conversations that nobody answered, within ten minutes, at one listening post.
UNANSWERED_PER_POST = 100
# What a chatbot asks, and where the answer belongs.
WAYS_BACK = {"question_email": "email", "question_phone": "phone"}


class DiscussChannel(models.Model):
    """A conversation in the live chat that has ended is a service contact.

    Of a live chat that has a listening post; the others are left alone. Visitors end
    conversations, and so do jobs and people without any right in the service: all of
    it runs in sudo mode, takes nothing from them but which one ended, and tells them
    nothing.
    """

    _inherit = "discuss.channel"

    service_contact_id = fields.Many2one(
        comodel_name="crm.service.contact",
        compute="_compute_service_contact_id",
        groups=SERVICE_USER,
        help="What the log of the service has of this conversation.",
    )

    # === COMPUTE METHODS === #

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_service_contact_id(self):
        # sudo: which contact it is; whether the user may read it is asked below
        contacts = self.sudo()._find_service_contacts().sudo(False)
        readable = contacts._filtered_access("read")
        # sudo: of which conversation; the field is not for everybody
        by_chat = {each.discuss_channel_id: each for each in readable.sudo()}
        for channel in self:
            contact = by_chat.get(channel._origin)
            channel.service_contact_id = contact and contact.sudo(False)

    # === CRUD METHODS === #

    def write(self, vals):
        """Log what has ended; hand on what is noted afterwards."""
        if not vals.keys() & {
            "livechat_end_dt",
            "livechat_note",
            "livechat_conversation_tag_ids",
        }:
            return super().write(vals)
        chats = self._in_service_mode()
        ended = chats.filtered(
            lambda chat: vals.get("livechat_end_dt") and not chat.livechat_end_dt
        )
        notes = {
            chat: chat._get_service_note() for chat in chats if "livechat_note" in vals
        }
        result = super().write(vals)
        if ended:
            # First of all: of two who end it at once, the other one has to wait.
            ended.flush_recordset(["livechat_end_dt"])
            ended._log_ended()
        if "livechat_end_dt" not in vals:
            chats._find_service_contacts()._take_over_from_chat(notes)
        return result

    # === ACTION METHODS === #

    def action_log_service_contact(self):
        """Log the conversations, also before they end, and show the contacts.

        :return: a window action: the contact, or the contacts
        :raise UserError: when one of them is no conversation with a visitor
        """
        self.check_access("read")
        self.env["crm.service.contact"].check_access("create")
        if self.filtered(lambda channel: channel.channel_type != "livechat"):
            raise UserError(
                self.env._("Only conversations with visitors can be logged.")
            )
        chats = self._in_service_mode()
        logged = chats._find_service_contacts()
        new = (chats - logged.discuss_channel_id)._create_service_contacts()
        new.filtered(lambda contact: not contact.user_id).user_id = self.env.user
        contacts = (logged | new).sudo(False)
        contacts.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Service Contacts"),
            "res_model": "crm.service.contact",
            "domain": [("id", "in", contacts.ids)],
            "views": [(False, "list"), (False, "form")],
            **(
                {"res_id": contacts.id, "views": [(False, "form")]}
                if len(contacts) == 1
                else {}
            ),
        }

    # === BUSINESS METHODS === #

    def _in_service_mode(self):
        """:return: these in sudo mode, without any default of a window or of a call"""
        # sudo: see the class; who logs it by hand may be of another team, too
        return self.with_env(self.env(su=True, context=clean_context(self.env.context)))

    # === IN SUDO MODE === #

    def _find_service_contacts(self):
        """:return: the contacts of these conversations, archived ones too"""
        Contact = self.env["crm.service.contact"].with_context(active_test=False)
        return Contact.search(Domain("discuss_channel_id", "in", self.ids))

    def _log_ended(self):
        """Log those of these conversations that belong into the log, once."""
        posted = self.filtered("livechat_channel_id.service_post_id.active")
        new = posted - posted._find_service_contacts().discuss_channel_id
        new.filtered(lambda chat: chat._belongs_into_log())._log_or_leave()

    def _log_or_leave(self):
        """Log them; one that cannot be logged never keeps a visitor from leaving."""
        try:
            with self.env.cr.savepoint():
                self._create_service_contacts()
        except (UserError, IntegrityError):
            if len(self) > 1:
                for chat in self:
                    chat._log_or_leave()
            else:
                _logger.warning("%s was not logged", self, exc_info=True)

    def _belongs_into_log(self):
        """Whether the customer said something, and waits for a person or had one.

        What a chatbot did alone is nobody's work, unless the visitor left a way back.

        :rtype: bool
        """
        self.ensure_one()
        visitors = self._get_histories("visitor")
        if not any(visitors.mapped("message_count")):
            return False
        if self._get_answering_agents():
            return True
        is_waiting = self.livechat_failure in ("no_answer", "no_agent")
        if not is_waiting and not any(self._get_way_back().values()):
            return False
        post = self.livechat_channel_id.service_post_id
        is_admitted = self.env["crm.personal.link.visit"]._admit(
            "live_chat", str(post.id), UNANSWERED_PER_POST
        )
        if not is_admitted:
            _logger.warning("%s was not logged: too many unanswered at once", self)
        return is_admitted

    def _create_service_contacts(self):
        """:return: the contacts made of these conversations"""
        contacts = self.env["crm.service.contact"]
        reasons = self._propose_service_reasons()
        for company, chats in self.grouped(
            lambda chat: (
                chat.livechat_channel_id.service_post_id.company_id or chat.env.company
            )
        ).items():
            contacts |= contacts.with_company(company).create(
                [
                    chat._prepare_service_contact(company, reasons.get(chat))
                    for chat in chats
                ]
            )
        return contacts

    def _prepare_service_contact(self, company, reason):
        """:return: values of the contact made of this conversation"""
        self.ensure_one()
        post = self.livechat_channel_id.service_post_id
        values = {
            "discuss_channel_id": self.id,
            "contacted_on": self.create_date,
            "channel": "chat",
            "direction": "out" if self._is_begun_by_us() else "in",
            "company_id": company.id,
            "post_id": post.id,
            "user_id": self._find_first_taker(company).id,
            "reason_id": reason and reason.id,
            "note": self._get_service_note(),
            **self._get_visitor(company),
        }
        if post:
            values["team_id"] = post.team_id.id
        return values

    def _get_visitor(self, company):
        """:return: who it was: the customer if we know them, and what they said"""
        visitors = self._get_histories("visitor")
        guest = visitors.guest_id[:1]
        partner = visitors.partner_id.filtered(
            lambda each: each.active and each.company_id.id in (False, company.id)
        )[:1]
        told = self._get_way_back()
        number = told.get("phone")
        if number:
            number = company._phone_format(number=number, country=self.country_id) or (
                number
            )
        values = {
            "partner_id": partner.id,
            "caller_name": not partner and (guest.name or "")[:MAX_LINE],
            "email": told.get("email") or guest.email,
            "phone": number,
            "lang": not partner
            and first_installed(self.env, self.livechat_lang_id.code, guest.lang),
        }
        # What nobody said is looked up at the customer.
        return {fname: value for fname, value in values.items() if value}

    def _get_way_back(self):
        """:return: the mail address and the number that were left with the chatbot"""
        told = self._chatbot_find_customer_values_in_messages(WAYS_BACK)
        return {fname: text.strip()[:MAX_LINE] for fname, text in told.items()}

    def _get_histories(self, member_type):
        """:return: who took part as this, in the order in which they came"""
        return self.livechat_channel_member_history_ids.filtered(
            lambda each: each.livechat_member_type == member_type
        ).sorted(lambda each: (each.create_date, each.id))

    def _get_answering_agents(self):
        """:return: the people of ours who said something, or spoke with the visitor"""
        return self._get_histories("agent").filtered(
            lambda each: each.message_count or each.has_call
        )

    def _find_first_taker(self, company):
        """:return: who answered first, of those who can keep it in this company"""
        return self._get_answering_agents().partner_id.user_ids.filtered(
            lambda user: (
                user.active
                and not user.share
                and company in user.company_ids
                and user.has_group(SERVICE_USER)
            )
        )[:1]

    def _is_begun_by_us(self):
        agents = self._get_histories("agent").partner_id
        return self.create_uid.partner_id in agents

    def _get_service_note(self):
        """:return: what a person has noted about the conversation"""
        return html2plaintext(self.livechat_note or "").strip()[:MAX_NOTE]

    def _propose_service_reasons(self):
        """:return: the reason that the tags agree on, by conversation"""
        tags = self.livechat_conversation_tag_ids
        Reason = self.env["crm.service.reason"]
        leaves = tags.service_reason_id and Reason.search(
            Domain("id", "in", tags.service_reason_id.ids) & Reason._get_leaf_domain()
        )
        proposed = {
            chat: chat.livechat_conversation_tag_ids.service_reason_id & leaves
            for chat in self
        }
        return {chat: reason for chat, reason in proposed.items() if len(reason) == 1}
