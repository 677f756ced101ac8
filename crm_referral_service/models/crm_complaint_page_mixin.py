from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

from odoo.addons.crm_foundation.tools.local_time import timezone_of, today

from ..tools.plain_words import read_words
from .crm_complaint_deadline_mixin import ANSWERED_STEPS
from .crm_complaint_ending_mixin import ANSWERS

PAGE = "crm_referral_service.mail_activity_type_page"
MAX_TEXT = 5_000


class CrmComplaintPageMixin(models.AbstractModel):
    """The page on which a customer sees how far we are, and has the last word.

    Everything here is called in sudo mode, by who holds the link or has logged in as
    the customer. What we note for ourselves is not shown.
    """

    _name = "crm.complaint.page.mixin"
    _description = "Page of a Customer Who Complains"
    _inherit = ["crm.guided.conversation"]

    # === CRUD METHODS === #

    def write(self, vals):
        """Whoever turns out not to be the customer keeps no link."""
        before = {
            record: record.partner_id
            # sudo: also of a customer whom the user does not see
            for record in (self.sudo() if "partner_id" in vals else ())
        }
        result = super().write(vals)
        for record, partner in before.items():
            if partner and record.partner_id != partner:
                record.access_token = record._default_access_token()
        return result

    # === WHAT THE PAGE SHOWS === #

    def _get_page_values(self):
        """:return: what the templates of the page need
        :rtype: dict
        """
        self.ensure_one()
        status, next_step = self._get_page_status_texts()
        return {
            "complaint": self,
            "number": self.name,
            "received": format_date(self.env, self.received_on),
            "status": status,
            "next_step": next_step,
            "contact": self.user_id.name or self.company_id.name,
            "company": self.company_id.name,
            "answers": [
                (code, dict(self._get_answer_labels())[code]) for code, _ in ANSWERS
            ],
            "solved": self.solved or "",
            "felt_heard": self.felt_heard or "",
            "can_answer": self._can_answer_on_page(),
            "can_reopen": self._can_reopen_on_page(),
            "can_hear": self._can_hear(),
            "told": self.env["crm.service.news"]._get_told(self)
            if self._can_hear()
            else [],
            "max_text": MAX_TEXT,
        }

    def _get_answer_labels(self):
        return self._fields["solved"]._description_selection(self.env)

    def _get_page_status_texts(self):
        """:return: where we are, and what comes next until when
        :rtype: tuple[str, str]
        """
        if self.outcome:
            return (
                self.env._("We have ended it on our side."),
                self.env._("If it comes back, tell us here.")
                if self._can_reopen_on_page()
                else "",
            )
        if self.step_code in ANSWERED_STEPS:
            return (
                self.env._("We have told you what we do about it."),
                self.env._("Please tell us whether it is good now."),
            )
        if self.acknowledged_on:
            status = self.env._("We have read it, and work on it.")
        else:
            status = self.env._("We have received it.")
        return status, self._get_deadline_text()

    def _get_deadline_text(self):
        """:return: until when the customer hears from us, in their own time
        :rtype: str
        """
        self.ensure_one()
        if not self.answer_by:
            return self.env._("You hear from us as soon as we know more.")
        zone = timezone_of(self.partner_id, self.company_id)
        moment = format_datetime(self.env, self.answer_by, tz=zone, dt_format="short")
        if self.answer_by < self.env.cr.now():
            return self.env._(
                "You should have heard from us by %(moment)s. We are sorry that it "
                "takes longer.",
                moment=moment,
            )
        return self.env._("You hear from us by %(moment)s.", moment=moment)

    def _can_answer_on_page(self):
        """:return: whether the customer has heard our answer, and it is still theirs"""
        self.ensure_one()
        return not self.outcome and self.active and self.step_code in ANSWERED_STEPS

    def _can_hear(self):
        """:return: whether the customer can be told by mail what we have done"""
        self.ensure_one()
        email = self.partner_id.email_normalized or self.email_normalized
        return bool(email) and not self.is_confidential

    def _can_reopen_on_page(self):
        """:return: whether it ended not longer ago than the team stands by it"""
        self.ensure_one()
        if not self.outcome or not self.active:
            return False
        days = timedelta(days=self.team_id.reopen_days or 0)
        return self.closed_on + days >= self.env.cr.now()

    # === WHAT THE CUSTOMER DOES === #

    def _act_on_page(self, action, values):
        """Do what the customer wants.

        :param str action: ``answer`` or ``reopen``
        :param dict values: what was posted
        :return: code of what was done, see :meth:`_get_page_message`
        :raise UserError: says what to do instead
        """
        self.ensure_one()
        if action == "answer":
            return self._page_answer(values)
        if action == "reopen":
            return self._page_reopen(values)
        raise UserError(self.env._("Please press one of the buttons."))

    def _page_answer(self, values):
        if not self._can_answer_on_page():
            raise UserError(self._get_page_message("changed"))
        words = self._get_posted_text(values, "words")
        self._answer_endings(values.get("solved"), values.get("felt_heard"))
        if self._can_hear():
            self.wants_news = bool(values.get("news"))
        self._tell_owner(
            lambda r: r.env._("The customer answered on their page"), words
        )
        return "answered"

    def _page_reopen(self, values):
        if not self._can_reopen_on_page():
            raise UserError(self._get_page_message("changed"))
        words = self._get_posted_text(values, "words")
        if not words:
            raise UserError(self.env._("Please write what is not solved."))
        self.action_reopen(words)
        self._tell_owner(
            lambda r: r.env._("The customer says that it is not solved after all"),
            words,
        )
        return "reopened"

    def _get_posted_text(self, values, key):
        """:return: what somebody wrote, without what no text field can hold"""
        text = read_words(values.get(key))
        if len(text) > MAX_TEXT:
            raise UserError(
                self.env._("This is too long. Please make it shorter than it is.")
            )
        return text

    def _tell_owner(self, summary, words):
        """In the chatter, and as an activity, in the language of who acts now.

        :param summary: function of a complaint: the sentence, in its language
        :param str words: what the customer wrote
        """
        reader = self.with_context(lang=self.acting_user_id.lang)
        said = summary(reader)
        if words:
            said = reader.env._("%(said)s: “%(words)s”", said=said, words=words)
        self.message_post(
            body=said,
            author_id=self.partner_id.id or None,
            subtype_xmlid="mail.mt_note",
        )
        self._remind_actor(summary)

    def _remind_actor(self, summary):
        """An activity for whoever does the next step, today.

        :param summary: function of a complaint: the sentence, in its language
        """
        values = {}
        for complaint in self:
            user = complaint.acting_user_id
            values[complaint] = {
                "user_id": user.id,
                "date_deadline": today(self.env, user, complaint.company_id),
                "summary": summary,
            }
        self.activity_unlink([PAGE])
        self.env["mail.activity"]._schedule_batch(PAGE, values)

    # === PERSONAL LINK === #

    def _get_page_langs(self):
        return [self._get_conversation_lang()] if self else []

    def _get_link_for(self, partner):
        """:return: the link, for the person who complains and for nobody else"""
        self.ensure_one()
        # sudo: the link is for the customer's eyes only, whoever runs the queue
        complaint = self.sudo()
        if complaint.is_link_revoked or partner != complaint.partner_id:
            return ""
        return complaint._get_link()

    def _is_link_needed(self, message, partner):
        return partner == self.sudo().partner_id  # sudo: who it is for

    # === TEXTS === #

    @api.model
    def _get_page_message(self, code):
        """:return: what the page says after something was done, or was not
        :rtype: str
        """
        return {
            "answered": self.env._("Thank you for being frank with us."),
            "reopened": self.env._("We take it up again. You hear from us."),
            "busy": self.env._(
                "There were too many visits at once. Please wait a few minutes and "
                "try again; what was saved is still there."
            ),
            "changed": self.env._(
                "This has changed in the meantime. Please look at it again."
            ),
        }.get(code, "")
