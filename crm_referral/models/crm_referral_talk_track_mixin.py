from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from odoo.addons.crm_guided_conversation.tools.placeholders import get_list_separator

from ..tools.candidate_states import ENDED_WITHOUT_LEAD_STATES

_lt = LazyTranslate(__name__)

# What the words of a step may say of a request, by the name a manager writes.
PLACEHOLDERS = {
    "object.partner_id.name": _lt("the customer"),
    "object.commercial_partner_id.name": _lt("the customer's company"),
    "object.user_id.name": _lt("the salesperson"),
    "object.company_id.name": _lt("our company"),
    "object.benefit_summary": _lt("the benefits"),
    "object.challenge": _lt("what was hard before"),
    "object.improvement": _lt("what has changed"),
    "object.missed_by_others": _lt("what others miss"),
    "object.motive_summary": _lt("what the customer gains"),
    "object.promise": _lt("our promise"),
    "object.candidate_summary": _lt("the people named so far"),
}
# Nobody listens to more benefits than these.
SPOKEN_BENEFITS = 3


class CrmReferralTalkTrackMixin(models.AbstractModel):
    """What to say in each step of a request."""

    _name = "crm.referral.talk.track.mixin"
    _description = "What to Say in a Referral Request"
    _inherit = ["crm.guided.conversation"]

    benefit_summary = fields.Char(
        compute="_compute_summaries",
        help="The benefits in the customer's words, for what to say.",
    )
    motive_summary = fields.Char(
        compute="_compute_summaries", help="The motives, for what to say."
    )
    candidate_summary = fields.Char(
        compute="_compute_summaries", help="The candidates, for what to say."
    )

    @api.depends(
        "spoken_lang",
        "partner_id.lang",
        "benefit_ids.name",
        "benefit_ids.needs_wording",
        "motive_ids.name",
        "motive_ids.spoken",
        "candidate_ids.name",
        "candidate_ids.function",
        "candidate_ids.state",
    )
    @api.depends_context("lang")
    def _compute_summaries(self):
        for referral in self:
            lang = referral._get_conversation_lang()
            comma = get_list_separator(lang)
            spoken = referral.with_context(lang=lang)
            benefits = spoken.benefit_ids.filtered(
                lambda benefit: benefit.name and not benefit.needs_wording
            )
            referral.benefit_summary = comma.join(
                benefits.sorted("confirmed", reverse=True)[:SPOKEN_BENEFITS].mapped(
                    "name"
                )
            )
            referral.motive_summary = comma.join(
                motive.spoken or motive.name for motive in spoken.motive_ids
            )
            referral.candidate_summary = comma.join(
                candidate.name or candidate.function
                for candidate in spoken.candidate_ids
                if candidate.state not in ENDED_WITHOUT_LEAD_STATES
                and (candidate.name or candidate.function)
            )

    # === GUIDED CONVERSATION === #

    @api.model
    def _get_talk_track_placeholders(self):
        """:return: what the words of a step may say of a request."""
        lang = self.env.lang or "en_US"
        return {
            **super()._get_talk_track_placeholders(),
            **{name: label._translate(lang) for name, label in PLACEHOLDERS.items()},
        }

    def _get_talk_track_values(self):
        """:return: what each placeholder says of this request."""
        customer = self.partner_id._origin._filtered_access("read")
        # sudo: who may read the contact may know whose contact it is
        company = customer.sudo().commercial_partner_id
        return {
            **super()._get_talk_track_values(),
            "object.partner_id.name": customer.name,
            "object.commercial_partner_id.name": company.name,
            "object.user_id.name": self.user_id.name,
            "object.company_id.name": self.company_id.name,
            "object.benefit_summary": self.benefit_summary,
            "object.challenge": self.challenge,
            "object.improvement": self.improvement,
            "object.missed_by_others": self.missed_by_others,
            "object.motive_summary": self.motive_summary,
            "object.promise": self.promise,
            "object.candidate_summary": self.candidate_summary,
        }

    def _get_talk_track_dependencies(self):
        """:return: fields that the placeholders of the talk-tracks read."""
        return [
            *super()._get_talk_track_dependencies(),
            "partner_id.name",
            "user_id.name",
            "benefit_summary",
            "challenge",
            "improvement",
            "missed_by_others",
            "motive_summary",
            "candidate_summary",
            "promise",
        ]
