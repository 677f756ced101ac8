from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.translate import LazyTranslate

from odoo.addons.crm_guided_conversation.tools.placeholders import get_list_separator

from ..tools.candidate_states import ENDED_WITHOUT_LEAD_STATES
from ..tools.spoken_text import add_clause, join_sentences

_lt = LazyTranslate(__name__)

# What the words of a step may say of a request, by the name a manager writes.
PLACEHOLDERS = {
    "object.partner_id.name": _lt("the customer"),
    "object.commercial_partner_id.name": _lt("the customer's company"),
    "object.user_id.name": _lt("the salesperson"),
    "object.company_id.name": _lt("our company"),
    "object.benefit_summary": _lt("the benefit you say first"),
    "object.challenge": _lt("what was hard before"),
    "object.improvement": _lt("what has changed"),
    "object.missed_by_others": _lt("what others miss"),
    "object.motive_summary": _lt("what the customer gains"),
    "object.promise": _lt("our promise"),
    "object.candidate_summary": _lt("the people named so far"),
}


def _rank_benefit(benefit):
    """:return: how well a conversation begins with this benefit, to be compared"""
    return (
        not benefit.needs_wording,
        benefit.confirmed,
        benefit.origin == "customer",
        benefit.confirmed_on or date.min,
        benefit._origin.id or 0,
    )


class CrmReferralTalkTrackMixin(models.AbstractModel):
    """What to say in each step of a request."""

    _name = "crm.referral.talk.track.mixin"
    _description = "What to Say in a Referral Request"
    _inherit = ["crm.guided.conversation"]

    spoken_benefit_id = fields.Many2one(
        comodel_name="crm.referral.benefit",
        string="What You Say First",
        compute="_compute_spoken_benefit_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        domain="[('id', 'in', benefit_ids)]",
        help="The one benefit that the conversation begins with. Proposed is what the "
        "customer confirmed last, in their own words if possible.",
    )
    benefit_summary = fields.Char(
        compute="_compute_summaries",
        help="The one benefit that is said, with its number.",
    )
    motive_summary = fields.Char(
        compute="_compute_summaries",
        help="The motives as sentences to the customer.",
    )
    candidate_summary = fields.Char(
        compute="_compute_summaries", help="The candidates, for what to say."
    )

    @api.depends("benefit_ids", "benefit_ids.needs_wording")
    def _compute_spoken_benefit_id(self):
        for referral in self:
            benefits = referral.benefit_ids
            picked = referral._get_spoken_benefit()
            if not picked or picked.needs_wording:
                picked = benefits.sorted(_rank_benefit, reverse=True)[:1]
            referral.spoken_benefit_id = picked._origin

    @api.depends(
        "spoken_lang",
        "partner_id.lang",
        "spoken_benefit_id",
        "benefit_ids.name",
        "benefit_ids.measure",
        "benefit_ids.needs_wording",
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
            benefit = spoken._get_spoken_benefit()
            is_sayable = benefit.name and not benefit.needs_wording
            referral.benefit_summary = is_sayable and add_clause(
                benefit.name, benefit.measure
            )
            referral.motive_summary = join_sentences(spoken.motive_ids.mapped("spoken"))
            referral.candidate_summary = comma.join(
                candidate.name or candidate.function
                for candidate in spoken.candidate_ids
                if candidate.state not in ENDED_WITHOUT_LEAD_STATES
                and (candidate.name or candidate.function)
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("spoken_benefit_id")
    def _check_spoken_benefit(self):
        for referral in self:
            if referral.spoken_benefit_id - referral.benefit_ids:
                raise ValidationError(
                    self.env._(
                        "What you say first must be one of the benefits of this "
                        "request. Add it to them first."
                    )
                )

    # === BUSINESS METHODS === #

    def _get_spoken_benefit(self):
        """:return: the benefit that was picked, if the request still has it"""
        self.ensure_one()
        picked = self.spoken_benefit_id._origin
        return self.benefit_ids.filtered(lambda benefit: benefit._origin == picked)

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
