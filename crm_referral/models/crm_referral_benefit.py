from odoo import api, fields, models

from odoo.addons.crm_foundation.tools.local_time import local_date, today

# Won opportunities that a new request proposes as benefits, at most.
PROPOSED_BENEFITS = 3


class CrmReferralBenefit(models.Model):
    """A benefit we have delivered to a customer; reused from request to request."""

    _name = "crm.referral.benefit"
    _description = "Delivered Benefit"
    _inherit = ["crm.guarded.mixin", "crm.referral.readiness.source.mixin"]
    _readiness_fields = frozenset({"active", "company_id", "confirmed", "confirmed_on"})
    _protected_fields = frozenset({"earlier_referral_ids", "proposed_name"})
    _order = "confirmed desc, delivered_on desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Benefit",
        required=True,
        help="What got better for the customer, in words they would use themselves.",
    )
    proposed_name = fields.Char(
        readonly=True,
        copy=False,
        help="The title of the opportunity this was proposed from. It was written for "
        "us and is not said to a customer.",
    )
    needs_wording = fields.Boolean(
        compute="_compute_needs_wording",
        help="Still the title of an opportunity: put it in the customer's words.",
    )
    measure = fields.Char(
        help="By how much, since when: a number or a fact, if there is one."
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    origin = fields.Selection(
        selection=[
            ("customer", "Customer's own words"),
            ("opportunity", "Won opportunity"),
            ("order", "Order"),
            ("complaint", "Solved complaint"),
        ],
        required=True,
        default="customer",
        help="Where we know it from.",
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Won Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    delivered_on = fields.Date()
    confirmed = fields.Boolean(
        help="The customer agreed, in conversation, that it is so."
    )
    confirmed_on = fields.Date(
        compute="_compute_confirmed_on", store=True, readonly=False
    )
    earlier_referral_ids = fields.Many2many(
        comodel_name="crm.referral",
        relation="crm_referral_earlier_benefit_rel",
        column1="benefit_id",
        column2="referral_id",
        string="To Be Confirmed Again In",
        readonly=True,
        copy=False,
    )
    confirmed_now = fields.Boolean(
        string="Confirmed in This Conversation",
        compute="_compute_confirmed_now",
        inverse="_inverse_confirmed_now",
        compute_sudo=True,
        help="The customer agreed in the conversation that is going on. What they "
        "agreed to in an earlier one is asked again.",
    )
    active = fields.Boolean(default=True)

    _lead_partner_uniq = models.UniqueIndex(
        "(lead_id, partner_id, company_id) WHERE lead_id IS NOT NULL",
        "This opportunity is already among the customer's benefits.",
    )

    # === DEFAULT METHODS === #

    def _default_company_id(self):
        return self.env.company

    # === COMPUTE METHODS === #

    @api.depends("confirmed")
    def _compute_confirmed_on(self):
        for benefit in self:
            if not benefit.confirmed:
                benefit.confirmed_on = False
            elif not benefit.confirmed_on:
                benefit.confirmed_on = today(
                    self.env, self.env.user, benefit.company_id
                )

    @api.depends("name", "proposed_name")
    def _compute_needs_wording(self):
        for benefit in self:
            name = (benefit.name or "").strip()
            benefit.needs_wording = bool(name) and name == benefit.proposed_name

    @api.depends("confirmed", "earlier_referral_ids.outcome")
    def _compute_confirmed_now(self):
        for benefit in self:
            benefit.confirmed_now = benefit.confirmed and all(
                benefit.earlier_referral_ids.mapped("outcome")
            )

    def _inverse_confirmed_now(self):
        for confirmed, benefits in self.grouped("confirmed_now").items():
            benefits.write({"confirmed": confirmed})

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        benefits = super().create(vals_list)
        benefits.filtered("confirmed")._note_confirmed_moments()
        return benefits

    def write(self, vals):
        news = self.browse()
        if vals.get("confirmed"):
            news = self.filtered(lambda benefit: not benefit.confirmed)
        result = super().write(vals)
        if vals.get("confirmed"):
            # sudo: kept by us, also where a colleague talks to the customer
            self.sudo().earlier_referral_ids = False
        news._note_confirmed_moments()
        return result

    # === ACTION METHODS === #

    def action_toggle_confirmed(self):
        """Note that the customer agreed, or take it back.

        :return: True
        """
        for benefit in self:
            benefit.confirmed_now = not benefit.confirmed_now
        return True

    def _note_confirmed_moments(self):
        """Who sees what we have done for them may be asked."""
        self.env["crm.referral.ask"]._note_moments(
            "benefit", [(benefit.partner_id, benefit) for benefit in self]
        )

    # === WHERE WE KNOW IT FROM === #

    @api.model
    def _get_source_fields(self):
        """What a benefit may have been proposed from: one document, once a customer.

        Another addon adds its field here, with a unique index like that of ``lead_id``,
        and what it knows in :meth:`_collect_known`.

        :return: names of many2one fields
        :rtype: list[str]
        """
        return ["lead_id"]

    @api.model
    def _propose(self, customers):
        """Put what Odoo knows of these customers, and we do not yet, into the library.

        :param list customers: pairs of a res.partner and the res.company that asks
        :return: the new benefits
        """
        found = self._collect_known(customers)
        known = self._find_known_sources(found)
        # sudo: the title that was proposed is kept by us
        benefits = self.sudo().create(
            [vals for vals in found if self._get_source(vals) not in known]
        )
        return benefits.sudo(self.env.su)

    @api.model
    def _collect_known(self, customers):
        """What Odoo knows of these customers: here their won opportunities.

        Another addon adds what it knows, each with the field of its source.

        :param list customers: pairs of a res.partner and the res.company that asks
        :return: values of benefits, also of those that the library has already
        :rtype: list[dict]
        """
        partners = self.env["res.partner"].union(
            *(partner for partner, _company in customers)
        )
        leads = self.env["crm.lead"].search(
            [
                (
                    "partner_id.commercial_partner_id",
                    "in",
                    partners.commercial_partner_id.ids,
                ),
                ("won_status", "=", "won"),
            ],
            order="date_closed desc, id desc",
        )
        by_customer = leads.grouped(lambda lead: lead.partner_id.commercial_partner_id)
        return [
            self._prepare_from_lead(lead, partner, company)
            for partner, company in customers
            for lead in by_customer.get(
                partner.commercial_partner_id, leads.browse()
            ).filtered(
                lambda lead, company=company: (
                    lead.company_id in (company, company.browse())
                )
            )[:PROPOSED_BENEFITS]
        ]

    @api.model
    def _prepare_from_lead(self, lead, partner, company):
        return {
            "partner_id": partner.id,
            "company_id": company.id,
            "name": lead.name,
            "proposed_name": lead.name.strip(),
            "origin": "opportunity",
            "lead_id": lead.id,
            "delivered_on": lead.date_closed
            and local_date(lead.date_closed, self.env.user, company),
        }

    @api.model
    def _find_known_sources(self, vals_list):
        """:return: which of these sources the library has, archived benefits included.
        :rtype: set[tuple]
        """
        known = set()
        for fname in self._get_source_fields():
            ids = {vals[fname] for vals in vals_list if vals.get(fname)}
            benefits = self.with_context(active_test=False).search(
                [(fname, "in", list(ids))]
            )
            known |= {
                (fname, benefit[fname].id, benefit.partner_id.id, benefit.company_id.id)
                for benefit in benefits
            }
        return known

    @api.model
    def _get_source(self, vals):
        """:return: from what these values are, and for whom, to be compared."""
        fname = next(
            (fname for fname in self._get_source_fields() if vals.get(fname)), None
        )
        return fname, vals.get(fname), vals["partner_id"], vals["company_id"]
