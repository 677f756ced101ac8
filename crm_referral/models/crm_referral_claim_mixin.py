from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.crm_foundation.tools.local_time import local_date

from ..tools.contact_keys import email_keys
from ..tools.identity import Identity

# What tells who somebody is.
IDENTITY = ("name", "email", "phone")


class CrmReferralClaimMixin(models.AbstractModel):
    """Somebody who was named, perhaps by several: who was first is dated, and a manager
    decides whose introduction counts when two claim it.
    """

    _name = "crm.referral.claim.mixin"
    _description = "Person Whom Several May Have Named"
    _inherit = ["crm.referral.conversion.mixin"]
    _protected_fields = frozenset({"claim_winner_id"})

    named_on = fields.Datetime(
        compute="_compute_named_on",
        store=True,
        copy=False,
        index="btree_not_null",
        help="When this person was named first. Nobody edits it; it begins anew when "
        "somebody else is noted here.",
    )
    claim_ids = fields.One2many(
        comodel_name="crm.referral.claim",
        inverse_name="candidate_id",
        string="Claims",
        readonly=True,
        copy=False,
    )
    claim_winner_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_system",
        help="Whose introduction counts, as a manager has decided.",
    )
    claim_note = fields.Text(
        string="Named by Others",
        compute="_compute_claim_note",
        help="Who else named this person, and who was first.",
    )
    is_claimed = fields.Boolean(
        compute="_compute_is_claimed", export_string_translation=False
    )

    # === COMPUTE METHODS === #

    @api.depends(lambda self: (*IDENTITY, "erased_on"))
    def _compute_named_on(self):
        for person in self:
            if any(person[fname] for fname in IDENTITY):
                person.named_on = person.named_on or self.env.cr.now()
            elif not person.erased_on:
                person.named_on = False

    @api.depends(lambda self: IDENTITY)
    @api.depends_context("lang", "uid")
    def _compute_claim_note(self):
        namings = self._find_namings()
        for person in self:
            others = namings.get(person._origin, self.browse()) - person._origin
            lines = [person._describe_naming(each) for each in others]
            person.claim_note = "\n".join(lines) or False

    @api.depends("claim_ids.state")
    def _compute_is_claimed(self):
        # sudo: that a manager has still to decide is no secret
        for person in self.sudo():
            person.is_claimed = "open" in person.claim_ids.mapped("state")

    def _describe_naming(self, other_sudo):
        """:return: a sentence on who else named this person, and when, without what is
            hidden.
        :rtype: str
        """
        values = {
            "day": format_date(
                self.env, local_date(other_sudo.named_on, self.env.user)
            ),
            # sudo: whom to talk to is no secret
            "salesperson": other_sudo.user_id.name or self.env._("unassigned"),
        }
        first = min(self._origin | other_sudo, key=lambda p: (p.named_on, p.id))
        if first == self._origin:
            return self.env._(
                "Named again on %(day)s, in a request of %(salesperson)s.", **values
            )
        return self.env._(
            "Named before, on %(day)s, in a request of %(salesperson)s.", **values
        )

    # === CRUD METHODS === #

    def write(self, vals):
        if not vals.keys() & set(IDENTITY):
            return super().write(vals)
        before = {person.id: person._get_identity() for person in self}
        result = super().write(vals)
        # sudo: kept by the system; who is somebody else now was not named before
        self.sudo().filtered(
            lambda p: before[p.id].is_somebody_else(p._get_identity())
        ).named_on = self.env.cr.now()
        return result

    def _get_identity(self):
        """:return: what tells who the person is.
        :rtype: Identity
        """
        return Identity.of(self.name, self.email, self.phone_key)

    # === ACTION METHODS === #

    def action_claim(self):
        """Claim the introduction of a person whom somebody else has named, too.

        :return: a window action: asks why
        """
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_claim_action_new"
        )
        action["context"] = {"default_candidate_id": self.id}
        return action

    # === WHO NAMED THEM === #

    def _find_namings(self):
        """Find everybody in the company who is the same person.

        :return: for each person all namings, the first one first; in sudo mode
        :rtype: dict
        """
        people = self._origin.filtered(lambda p: p.named_on and (p.email or p.phone))
        if not people:
            return {}
        emails = [email for p in people for email in email_keys(p.email)]
        same_person = Domain("email_normalized", "in", emails) | Domain(
            "phone_key", "in", [p.phone_key for p in people if p.phone_key]
        )
        # sudo: the person may have been named to a colleague, too
        found_sudo = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                same_person
                & Domain("company_id", "in", people.company_id.ids)
                & Domain("named_on", "!=", False),
                order="named_on, id",
            )
        )
        identities = {each.id: each._get_identity() for each in found_sudo}
        return {
            person: found_sudo.filtered(
                lambda other, person=person: (
                    other.company_id == person.company_id
                    and identities[other.id].is_same(person._get_identity())
                )
            )
            for person in people
        }

    # === WHOSE INTRODUCTION COUNTS === #

    def _get_credited(self):
        # sudo: a manager has decided; it is not told whose the other one is
        return self.sudo().claim_winner_id or super()._get_credited()

    def _note_claimed(self, reason):
        """Say in the chatter that the introduction is claimed, and ask the team's
        leader to have it decided.
        """
        self.ensure_one()
        self.message_post(
            body=self.env._(
                "%(user)s claims this introduction. Reason: %(reason)s",
                user=self.env.user.name,
                reason=reason,
            ),
            subtype_xmlid="mail.mt_note",
        )
        leader = self.sudo().team_id.user_id  # sudo: whom to ask is no secret
        if leader:
            self.with_context(lang=leader.lang or self.env.lang)._plan_decision(leader)

    def _plan_decision(self, leader):
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Whose introduction counts?"),
            note=self.env._(
                "Several have named this person. A sales manager decides whose "
                "introduction counts, under Requests, Claims."
            ),
            user_id=leader.id,
        )

    def _credit_winner(self, winner, reason):
        """All leads of this person came of one introduction. In sudo mode.

        :param winner: the introduction that counts, one of these
        :param str reason: why a manager has decided so
        """
        winner_sudo = winner.sudo()  # sudo: as all of this
        (self - winner_sudo).claim_winner_id = winner_sudo
        winner_sudo.claim_winner_id = False
        leads_sudo = self.lead_id | self.credited_lead_ids
        changed_sudo = leads_sudo.filtered(
            lambda lead: lead.referral_candidate_id != winner_sudo
        )
        changed_sudo._credit_introduction(winner_sudo)
        for person in self:
            counts = (
                person.env._("this introduction counts")
                if person == winner_sudo
                else person.env._("another introduction counts")
            )
            person.message_post(
                body=person.env._(
                    "%(manager)s decided: %(decision)s. Reason: %(reason)s",
                    manager=self.env.user.name,
                    decision=counts,
                    reason=reason,
                ),
                author_id=self.env.user.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )
