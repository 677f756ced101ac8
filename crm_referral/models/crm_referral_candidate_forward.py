import re

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

# From how many on a note of what has changed reads like a sentence.
SENTENCE_WORDS = 4
SENTENCE_CHARACTERS = 8


class CrmReferralCandidate(models.Model):
    """How the customer introduces us: by e-mail, or in a call or meeting."""

    _name = "crm.referral.candidate"
    _inherit = "crm.referral.candidate"

    # === ACTION METHODS === #

    @api.model
    def get_import_templates(self):
        """:return: the file that shows how candidates are imported."""
        return [
            {
                "label": self.env._("Import Template for Candidates"),
                "template": "/crm_referral/static/xls/crm_referral_candidate.xlsx",
            }
        ]

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
        template = self.env.ref("crm_referral.mail_template_introduction")
        return {
            "name": self.env._("E-mail to Forward"),
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": template.id,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
            },
        }

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
        """What has changed for the customer, if it is noted in a sentence.

        A keyword helps the rep, but nobody forwards it in their own name.

        :return: the sentence, with a full stop; empty for less than one
        """
        self.ensure_one()
        text = " ".join((self.referral_id.improvement or "").split())
        is_chinese = bool(re.search(r"[一-鿿]", text))
        if not text or (
            len(text) < SENTENCE_CHARACTERS
            if is_chinese
            else len(text.split()) < SENTENCE_WORDS
        ):
            return ""
        if text[-1] in ".!?。！？…":
            return text
        return text + ("。" if is_chinese else ".")
