from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class CrmReferralObjectionWithdraw(models.TransientModel):
    """A sales manager takes back an objection that was noted by mistake."""

    _name = "crm.referral.objection.withdraw"
    _inherit = ["crm.guarded.mixin"]
    _description = "Take Back an Objection"

    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate", readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self._default_company_id(),
    )
    email = fields.Char(help="The address with which the objection was noted.")
    phone = fields.Char(help="The number with which the objection was noted.")
    reason = fields.Char(
        required=True, help="Why the objection was a mistake. It is kept."
    )

    def _default_company_id(self):
        candidate = self.env["crm.referral.candidate"].browse(
            self.env.context.get("default_candidate_id")
        )
        return (candidate.company_id or self.env.company).id

    def action_withdraw(self):
        """Take the objection back, and the candidates with this address up again.

        :return: an action that closes the window
        :raise AccessError: for who is not a sales manager
        :raise UserError: when no objection is noted for this address
        """
        self.ensure_one()
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._("Only a sales manager takes an objection back. Ask yours.")
            )
        if not (self.reason or "").strip():
            raise UserError(self.env._("Write down why the objection was a mistake."))
        objections_sudo = self._find_objections()
        if not objections_sudo and not self._is_of_candidate_without_contact():
            raise UserError(
                self.env._(
                    "No objection is noted for this address or number. Enter it as it "
                    "was noted."
                )
            )
        objections_sudo.write(
            {
                "active": False,
                "withdrawn_on": fields.Date.context_today(self),
                "withdrawn_by_id": self.env.uid,
                "withdrawal_reason": self.reason,
            }
        )
        self._find_candidates()._reinstate(self.reason)
        return {"type": "ir.actions.act_window_close"}

    def _find_objections(self):
        """:return: the objections of this address and number, in sudo mode."""
        Objection = self.env["crm.referral.objection"]
        candidate = self.candidate_id
        country = (
            candidate._get_phone_country() if candidate else self.company_id.country_id
        )
        numbers = Objection._hash_phone(self.phone, country)
        hashes = Objection._hash_email(self.email) | set(numbers)
        own_numbers = Objection._hash_phone(candidate.phone, country)
        own = Objection._hash_email(candidate.email) | set(own_numbers)
        names = {Objection._hash_name(candidate.name, value) for value in own_numbers}
        if hashes & own:  # it is this candidate: all that is remembered of them
            hashes |= own
        # sudo: nobody reads the hashes; who comes here knows the address
        found_sudo = Objection.sudo().search(
            Domain("contact_hash", "in", list(hashes))
            & Domain("company_id", "=", self.company_id.id)
        )
        # Somebody else with the same number keeps their own objection.
        return found_sudo.filtered(
            lambda o: (
                not (
                    o.contact_hash in own_numbers
                    and o.name_hash
                    and o.name_hash not in names
                )
            )
        )

    def _is_of_candidate_without_contact(self):
        """Nothing was remembered of who had no address: the candidate is enough."""
        return bool(self.candidate_id) and not self.candidate_id.is_objection_kept

    def _find_candidates(self):
        """:return: who is taken up again, in sudo mode: nobody who still objects."""
        # sudo: the objection has stopped colleagues' candidates, too
        Candidate = self.env["crm.referral.candidate"].sudo()
        possible = Candidate.new(
            {
                "email": self.email,
                "phone": self.phone,
                "company_id": self.company_id.id,
                "referral_id": self.candidate_id.referral_id.id,
            }
        )._find_possible_twins("=")
        candidates = (possible | self.candidate_id.sudo()).filtered(
            lambda c: (
                c.state == "objected"
                and not c.erased_on
                and c.company_id == self.company_id
            )
        )
        still = self.env["crm.referral.objection"]._match(candidates)
        return candidates - candidates.browse(
            c.id for c, match in still.items() if match == "person"
        )
