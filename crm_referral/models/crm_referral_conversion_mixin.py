from markupsafe import Markup

from odoo import fields, models


class CrmReferralConversionMixin(models.AbstractModel):
    """A person who becomes a lead, and what comes of the lead."""

    _name = "crm.referral.conversion.mixin"
    _description = "Person Who Becomes a Lead"
    _inherit = ["crm.referral.known.person.mixin"]

    lead_won_status = fields.Selection(
        related="lead_id.won_status", string="Lead Status", store=True
    )

    # === ACTION METHODS === #

    def action_convert(self):
        """Make a lead of this candidate, or link one that is already there.

        Possible duplicates are shown first; without any the lead is made at once.

        :return: a window action: the lead, or the choice among duplicates
        """
        self.ensure_one()
        self._check_next_state("converted")
        if self._find_duplicate_leads(include_hidden=True):
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_referral_candidate_convert_action"
            )
            action["context"] = {"default_candidate_id": self.id}
            return action
        return self._convert().redirect_lead_opportunity_view()

    def action_convert_here(self):
        """Make a lead of this candidate and stay where the rep is.

        :return: True, or a window action: the choice among possible duplicates
        """
        self.ensure_one()
        action = self.action_convert()
        return True if self.lead_id else action

    def action_open_lead(self):
        """Show the lead of this candidate.

        :return: a window action
        """
        self.ensure_one()
        return self.lead_id.redirect_lead_opportunity_view()

    # === CONVERSION === #

    def _prepare_lead_values(self):
        """:return: values of the lead that this candidate becomes.
        :rtype: dict
        """
        self.ensure_one()
        research = [
            (self.env._("The person"), self.research_person),
            (self.env._("The organization"), self.research_organization),
            (self.env._("The industry"), self.research_industry),
            (self.env._("The value we can bring"), self.value_proposition),
        ]
        return {
            "name": self.env._(
                "%(candidate)s, introduced by %(referrer)s",
                candidate=self.display_name,
                referrer=self.referrer_id.display_name,
            ),
            "contact_name": self.name,
            "partner_name": self.partner_name,
            "function": self.function,
            "partner_id": self.source_partner_id._filtered_access("read").id,
            "email_from": self.email,
            "phone": self.phone,
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "description": Markup().join(
                Markup("<p><b>%s</b><br/>%s</p>") % (label, note)
                for label, note in research
                if note
            ),
            # Else it is credited once it is linked, whoever may see the other one.
            **(self._prepare_referral_values() if self._get_credited() == self else {}),
        }

    def _prepare_referral_values(self):
        """:return: values that tell a lead who referred it.
        :rtype: dict
        """
        self.ensure_one()
        source = self.env.ref("utm.utm_source_referral", raise_if_not_found=False)
        return {
            "referrer_id": self.referrer_id.id,
            "referral_candidate_id": self.id,
            "referred": self.referrer_id.display_name,
            "source_id": source.id if source else False,
        }

    def _convert(self, lead=None):
        """Turn the candidate into a new lead, or into one that is already there.

        What a linked lead says already is kept: the first introduction wins.

        :param lead: a crm.lead to link instead of making one
        :return: the lead
        """
        self.ensure_one()
        self._check_next_state("converted")
        if lead:
            lead.check_access("write")
        else:
            lead = self.env["crm.lead"].create(self._prepare_lead_values())
            lead.sudo().is_made_of_candidate = True  # sudo: kept by the system
        self.write({"lead_id": lead.id, "state": "converted"})
        return lead

    def _credit_leads(self):
        """The lead came of this introduction, unless somebody was there before."""
        self.lead_id._note_pointed_at()
        for candidate in self.filtered("lead_id"):
            # sudo: the pointer is checked; the lead may belong to a colleague by now
            lead_sudo = candidate.lead_id.sudo()
            credited = candidate._get_credited()
            if lead_sudo.referral_candidate_id or (
                lead_sudo.referrer_id and lead_sudo.referrer_id != credited.referrer_id
            ):
                continue
            lead_sudo.write(
                {
                    fname: value
                    for fname, value in credited._prepare_referral_values().items()
                    if not lead_sudo[fname]
                }
            )

    def _get_credited(self):
        """:return: whose introduction counts for the lead of this person: their own,
        unless it was decided otherwise.
        """
        self.ensure_one()
        return self

    # === WHAT COMES OF THE LEAD === #

    def _get_own_leads(self):
        """:return: the leads that were made of these candidates, not only linked."""
        return self.lead_id.filtered("is_made_of_candidate")

    def _get_kept_lead_notes(self):
        """:return: sentences that say what an erasure keeps of the lead, and why.
        :rtype: list[str]
        """
        self.ensure_one()
        notes = []
        lead = self.lead_id
        if lead and lead.won_status == "won":
            notes.append(
                self.env._(
                    "The lead is won: the person is a customer, and the lead is kept "
                    "as it is."
                )
            )
        elif lead and not lead.is_made_of_candidate:
            notes.append(
                self.env._(
                    "The lead was there before the introduction, so it is kept as it "
                    "is."
                )
            )
        if lead.partner_id and lead.partner_id != self.referrer_id:
            notes.append(
                self.env._(
                    "The contact of the lead is kept, because other documents may need "
                    "it. Delete it under Contacts if nothing else needs it."
                )
            )
        return notes

    def _on_lead_deleted(self):
        """Without its lead the candidate is where they were before."""
        for candidate in self.filtered(
            lambda c: c.state == "converted" and not c.lead_id
        ):
            dated = candidate.introduced_on and candidate.contacted_on
            candidate.state = "contacted" if dated else "introduced"

    def _note_merged_elsewhere(self):
        """The lead went into one of another company: say so. In sudo mode."""
        for candidate in self:
            candidate.message_post(
                body=self.env._(
                    "The lead was merged into a lead of another company, so it no "
                    "longer counts for this introduction."
                ),
                subtype_xmlid="mail.mt_note",
            )

    def _on_lead_closed(self):
        """Tell the rep of the request how the lead ended, and whom to thank."""
        won = self.filtered(lambda c: c.lead_won_status == "won")
        for referral, candidates in self.grouped("referral_id").items():
            for candidate in candidates:
                lead = candidate.lead_id._get_html_link()
                referral.message_post(
                    body=self.env._("A lead from this request was won: %s", lead)
                    if candidate in won
                    else self.env._("A lead from this request was lost: %s", lead),
                    subtype_xmlid="mail.mt_note",
                )
        # An objection stops everything; the referrer hears of it from the person.
        self = self.filtered(lambda c: c.state != "objected")
        (self & won)._remind_to_tell_referrer("won")
        (self - won)._remind_to_tell_referrer("lost")
