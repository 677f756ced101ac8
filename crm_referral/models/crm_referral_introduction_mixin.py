from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.crm_foundation.tools.composer import compose

from ..tools.spoken_text import full_sentence

# What became of the e-mail that the customer forwards, by Odoo's notification status.
MAIL_STATES = {
    "ready": "waiting",
    "process": "waiting",
    "pending": "waiting",
    "sent": "sent",
    "bounce": "failed",
    "exception": "failed",
    "canceled": "failed",
}


class CrmReferralIntroductionMixin(models.AbstractModel):
    """How the customer introduces us: by e-mail, or in a call or meeting."""

    _name = "crm.referral.introduction.mixin"
    _description = "Introduction by a Customer"

    # Introduction
    introduction_channel = fields.Selection(
        selection=[
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("in_person", "In person"),
            ("conference_call", "Conference call"),
        ],
        default="email",
        help="How the customer introduces us.",
    )
    introduction_planned_on = fields.Datetime(copy=False)
    introduced_on = fields.Date(copy=False, tracking=True)
    may_name_referrer = fields.Boolean(
        string="We May Say Who Sent Us",
        copy=False,
        tracking=True,
        help="The customer allows us to tell the candidate who gave us the name. "
        "Otherwise our first message says “a customer of ours”.",
    )
    agreed_to_be_known = fields.Boolean(
        string="May Be Named to the Customer",
        copy=False,
        tracking=True,
        help="The candidate agrees that the customer who introduced them sees their "
        "name on their page. Until then it shows initials.",
    )
    introduction_mail_state = fields.Selection(
        selection=[
            ("waiting", "On its way"),
            ("sent", "Sent"),
            ("failed", "Not delivered"),
        ],
        string="E-mail to Forward",
        compute="_compute_introduction_mail",
        help="What became of the last e-mail to the customer about this candidate.",
    )
    introduction_mail_date = fields.Datetime(
        string="E-mailed On", compute="_compute_introduction_mail"
    )

    # === COMPUTE METHODS === #

    def _compute_introduction_mail(self):
        # sudo: the notifications belong to the customer and to whoever wrote; only the
        # date and the state are told
        notifications = (
            self.env["mail.notification"]
            .sudo()
            .search_fetch(
                [
                    ("notification_type", "=", "email"),
                    ("mail_message_id.model", "=", self._name),
                    ("mail_message_id.res_id", "in", self.ids),
                    ("res_partner_id", "in", self.referrer_id.ids),
                ],
                ["mail_message_id", "res_partner_id", "notification_status"],
                order="id",
            )
        )
        last = {
            (
                notification.mail_message_id.res_id,
                notification.res_partner_id.id,
            ): notification
            for notification in notifications
        }
        for candidate in self:
            key = (candidate._origin.id, candidate.referrer_id.id)
            notification = last.get(key)
            status = notification and notification.notification_status
            candidate.introduction_mail_state = MAIL_STATES.get(status, False)
            candidate.introduction_mail_date = (
                notification.mail_message_id.date if notification else False
            )

    # === ACTION METHODS === #

    def action_agree_and_send(self):
        """The customer agrees, and gets the e-mail to forward while still listening.

        :return: a window action: the composer with the introduction template
        """
        self.ensure_one()
        action = self.action_send_introduction()
        self.action_agree()
        return action

    def action_send_introduction(self):
        """Write the e-mail that the customer can forward in their own words.

        :return: a window action: the composer with the introduction template
        """
        self.ensure_one()
        if not self.referrer_id.email:
            raise UserError(
                self.env._(
                    "%(customer)s has no e-mail address. Add it to the contact, or "
                    "choose another way to introduce.",
                    customer=self.referrer_id.display_name,
                )
            )
        return compose(
            self,
            self.env._("E-mail to Forward"),
            "crm_referral.mail_template_introduction",
        )

    def action_schedule_introduction(self):
        """Plan the call or meeting in which the customer introduces us.

        :return: a window action: the calendar
        """
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "calendar.action_calendar_event"
        )
        partners = self.referrer_id | (self.user_id or self.env.user).partner_id
        action["context"] = {
            "default_referral_candidate_id": self.id,
            "default_res_model": self._name,
            "default_res_id": self.id,
            "default_name": self.env._(
                "Introduction: %(candidate)s by %(referrer)s",
                candidate=self.display_name,
                referrer=self.referrer_id.display_name,
            ),
            "default_partner_ids": [Command.set(partners.ids)],
            "initial_date": self.introduction_planned_on or self.env.cr.now(),
        }
        return action

    # === E-MAIL TO FORWARD === #

    def _get_customer_person(self):
        """Whom the e-mail greets, and who signs the draft.

        A company is nobody to greet: its contact with the same e-mail address is, or
        the only one it has.

        :return: the name of a person; empty when there is none
        """
        self.ensure_one()
        referrer = self.referrer_id
        if not referrer.is_company:
            return referrer.name or ""
        people = referrer.child_ids.filtered(
            lambda p: p.type == "contact" and not p.is_company and p.name
        )
        same_address = people.filtered(
            lambda p: (
                p.email_normalized and p.email_normalized == referrer.email_normalized
            )
        )
        people = same_address or people
        return people.name if len(people) == 1 else ""

    def _get_spoken_improvement(self):
        """:return: what has changed for the customer, if it is noted in a sentence."""
        self.ensure_one()
        return full_sentence(self.referral_id.improvement)
