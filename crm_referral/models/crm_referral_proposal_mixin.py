from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from odoo.addons.crm_foundation.tools.local_time import local_date


class CrmReferralProposalMixin(models.AbstractModel):
    """The benefits that a request is about: chosen, or proposed from what we know."""

    _name = "crm.referral.proposal.mixin"
    _description = "Benefits That a Request Proposes"
    _inherit = ["crm.guided.conversation"]

    @api.constrains("benefit_ids", "partner_id")
    def _check_benefit_partner(self):
        for referral in self:
            if referral.benefit_ids.partner_id - referral.partner_id:
                raise ValidationError(
                    self.env._(
                        "The benefits of a request must be benefits of its customer, "
                        "%(customer)s.",
                        customer=referral.display_name,
                    )
                )

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Offer the new customer's benefits; never keep another customer's."""
        self.benefit_ids = [
            Command.set(self._find_benefits(self.partner_id, self.company_id).ids)
        ]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        vals_list, earlier = self._propose_benefits(vals_list)
        referrals = super().create(vals_list)
        for referral, benefits in zip(referrals, earlier, strict=True):
            if benefits:
                # sudo: kept by us, nobody writes it by hand
                referral.sudo().earlier_benefit_ids = benefits
        return referrals

    def write(self, vals):
        if "benefit_ids" not in vals:
            return super().write(vals)
        before = {referral: referral.benefit_ids for referral in self}
        result = super().write(vals)
        for referral in self:
            referral._ask_again(referral.benefit_ids - before[referral])
        return result

    # === BUSINESS METHODS === #

    def _ask_again(self, benefits):
        """What the customer agreed to before this conversation is asked again.

        :param benefits: benefits that were taken from the library just now
        """
        self.ensure_one()
        began_on = local_date(self.create_date, self.user_id, self.company_id)
        earlier = benefits.filtered(
            lambda benefit: (
                benefit.confirmed
                and benefit.confirmed_on
                and benefit.confirmed_on < began_on
            )
        )
        if earlier:
            # sudo: kept by us, nobody writes it by hand
            self.sudo().earlier_benefit_ids |= earlier

    @api.model
    def _find_benefits(self, partners, companies):
        """:return: the benefit library of these customers."""
        return self.env["crm.referral.benefit"].search(
            [("partner_id", "in", partners.ids), ("company_id", "in", companies.ids)]
        )

    @api.model
    def _propose_benefits(self, vals_list):
        """Put what we know about the customer in front of the rep.

        The library, unless benefits were chosen from it, and in any case what Odoo
        knows and the library does not have yet.

        :param list vals_list: values of requests to create
        :return: the same with the benefits of the customers, and for each request the
            benefits that were confirmed in an earlier conversation
        :rtype: tuple[list[dict], list]
        """
        asked = {
            index: self._get_customer(vals)
            for index, vals in enumerate(vals_list)
            if not vals.get("outcome")
        }
        customers = [
            (self.env["res.partner"].browse(partner_id), company)
            for partner_id, company_id in dict.fromkeys(asked.values())
            if partner_id and (company := self.env["res.company"].browse(company_id))
        ]
        Benefit = self.env["crm.referral.benefit"]
        nothing = Benefit.browse()
        if not customers:
            return vals_list, [nothing] * len(vals_list)
        found = Benefit._propose(customers)
        library = self._find_benefits(
            self.env["res.partner"].union(*(partner for partner, _c in customers)),
            self.env["res.company"].union(*(company for _p, company in customers)),
        ).grouped(lambda benefit: (benefit.partner_id.id, benefit.company_id.id))
        first_step = self._get_steps()[:1]
        proposed_vals_list = []
        earlier = []
        for index, vals in enumerate(vals_list):
            benefits = library.get(asked.get(index), nothing)
            chosen = vals.get("benefit_ids") or []
            proposed = benefits & found if chosen else benefits
            if proposed:
                commands = [Command.link(benefit.id) for benefit in proposed]
                vals = {**vals, "benefit_ids": [*chosen, *commands]}
            proposed_vals_list.append(vals)
            # A conversation that begins asks anew.
            begins = vals.get("step_id", first_step.id) == first_step.id
            linked = proposed | Benefit.browse(self._get_pointed_ids(chosen))
            earlier.append(
                (benefits & linked).filtered("confirmed") if begins else nothing
            )
        return proposed_vals_list, earlier
