from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_foundation.tools.group_together import group_sql, read_together

from ..tools.referral_tree import is_in_loop


class ResPartner(models.Model):
    """A customer whom we ask, who was referred, or who was known before."""

    _name = "res.partner"
    _inherit = [
        "crm.guarded.mixin",
        "crm.referral.preference.mixin",
        "crm.referral.readiness.mixin",
        "crm.referral.tree.mixin",
        "crm.referral.moment.mixin",
        "res.partner",
    ]
    _guarded_pointers = frozenset({"referrer_id"})
    _protected_fields = frozenset({"referral_loyalty_overruled"})

    referrer_id = fields.Many2one(
        comodel_name="res.partner",
        string="Referred By",
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
        help="The customer through whom we came to know this one.",
    )
    referred_ids = fields.One2many(
        comodel_name="res.partner",
        inverse_name="referrer_id",
        string="Referred Customers",
    )
    referral_ids = fields.One2many(
        comodel_name="crm.referral",
        inverse_name="partner_id",
        string="Referral Requests",
        groups="sales_team.group_sale_salesman",
    )
    referral_quiet_ids = fields.One2many(
        comodel_name="crm.referral.quiet",
        inverse_name="partner_id",
        groups="base.group_system",
        help="Quiet periods that have outlived their request.",
    )
    is_referral_customer = fields.Boolean(
        string="Is a Customer",
        compute="_compute_is_referral_customer",
        search="_search_is_referral_customer",
        groups="sales_team.group_sale_salesman",
        help="We have won a deal with them, noted a benefit, asked them before or "
        "heard how loyal they are.",
    )
    referral_count = fields.Integer(
        compute="_compute_referral_figures",
        groups="sales_team.group_sale_salesman",
        help="Referral requests with this customer.",
    )
    referred_count = fields.Integer(
        compute="_compute_referral_figures",
        groups="sales_team.group_sale_salesman",
        help="Customers referred by this one.",
    )
    referral_lead_count = fields.Integer(
        compute="_compute_referral_figures",
        groups="sales_team.group_sale_salesman",
        help="Leads referred by this customer.",
    )
    referral_won_count = fields.Integer(
        compute="_compute_referral_figures",
        groups="sales_team.group_sale_salesman",
        help="Won opportunities referred by this customer.",
    )
    referral_won_revenue = fields.Monetary(
        compute="_compute_referral_figures",
        currency_field="referral_currency_id",
        groups="sales_team.group_sale_salesman",
        help="Expected revenue of the won opportunities referred by this customer.",
    )
    referral_currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_referral_figures",
        groups="sales_team.group_sale_salesman",
    )
    introduced_again_count = fields.Integer(
        compute="_compute_referral_figures",
        groups="sales_team.group_sale_salesman",
        help="Won opportunities referred by this customer, of customers whom we knew "
        "already.",
    )

    # By what acquaintances of a customer are found. Cut off: a long text is no key.
    _acquaintance_city_idx = models.Index(
        "(lower(left(city, 64)), id) WHERE city IS NOT NULL"
    )
    _acquaintance_domain_idx = models.Index(
        "(left(split_part(email_normalized, '@', 2), 100), id) "
        "WHERE email_normalized IS NOT NULL"
    )
    _acquaintance_email_idx = models.Index("USING hash (email_normalized)")
    _acquaintance_industry_idx = models.Index(
        "(industry_id, id) WHERE industry_id IS NOT NULL"
    )
    _acquaintance_industry_city_idx = models.Index(
        "(industry_id, lower(left(city, 64)), id) "
        "WHERE industry_id IS NOT NULL AND city IS NOT NULL"
    )

    # === COMPUTE METHODS === #

    def _compute_is_referral_customer(self):
        customers = self.with_context(active_test=False).search(
            Domain("id", "in", self.ids) & Domain("is_referral_customer", "=", True)
        )
        for partner in self:
            partner.is_referral_customer = partner._origin in customers

    @api.model
    def _search_is_referral_customer(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: a colleague's deal makes a customer, too; only the fact is told
        won = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False)
            ._search([("won_status", "=", "won"), ("partner_id", "!=", False)])
        )
        companies = self._search(
            Domain("id", "in", won.subselect("partner_id")), active_test=False
        ).subselect("commercial_partner_id")
        benefits = self.env["crm.referral.benefit"].sudo()._search([])  # sudo: as above
        asked = self.env["crm.referral"].sudo()._search([])  # sudo: as above
        customer = (
            Domain("commercial_partner_id", "in", companies)
            | Domain("id", "in", benefits.subselect("partner_id"))
            | Domain("id", "in", asked.subselect("partner_id"))
            | Domain("loyalty_stage_id", "!=", False)
        ) & Domain("partner_share", "=", True)
        return customer if True in value else ~customer

    @api.depends("referred_ids")
    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_referral_figures(self):
        """Count all in one query: a contact is opened often."""
        Lead = self.env["crm.lead"].with_context(active_test=False)
        again = Domain("is_introduced_again", "=", True)
        won = Domain("won_status", "=", "won")
        # What is won is what the analysis says, at the exchange rate of that day.
        Report = self.env["crm.referral.report"]
        revenue = ["won_count:sum", "won_revenue:sum"]
        found = read_together(
            self.env,
            {
                name: group_sql(model, fname, self.ids, domain, *aggregates)
                for name, model, fname, domain, *aggregates in (
                    ("asked", self.env["crm.referral"], "partner_id", Domain.TRUE),
                    ("leads", Lead, "referrer_id", Domain.TRUE),
                    ("again", Lead, "referrer_id", again & won),
                    ("won", Report, "partner_id", Domain("kind", "=", "lead"), revenue),
                    ("referred", self.env["res.partner"], "referrer_id", Domain.TRUE),
                )
            },
        )
        currency = self.env.company.currency_id
        for partner in self:
            figures = {
                name: each.get(partner._origin.id, [0, 0.0])
                for name, each in found.items()
            }
            partner.referral_currency_id = currency
            partner.referral_count = figures["asked"][0]
            partner.referral_lead_count = figures["leads"][0]
            partner.introduced_again_count = figures["again"][0]
            partner.referral_won_count, partner.referral_won_revenue = figures["won"]
            partner.referred_count = figures["referred"][0]

    # === CONSTRAINT METHODS === #

    @api.constrains("referrer_id")
    def _check_referrer_id(self):
        referred = self.filtered("referrer_id")
        if is_in_loop(referred.ids, referred._hold_referrers()):
            raise ValidationError(
                self.env._(
                    "Nobody can be referred by themselves, not even through others. "
                    "Choose another referrer."
                )
            )

    # === ACTION METHODS === #

    def action_send_referral_link(self):
        """Write the mail with the link to the page of a customer who was asked.

        :return: a window action: the composer, for the last request with them
        """
        self.ensure_one()
        self.check_access("read")
        referrals = self.env["crm.referral"].search(
            [("partner_id", "=", self.id), ("company_id", "=", self.env.company.id)]
        )
        referral = referrals.filtered(lambda r: not r.outcome) or referrals[:1]
        if not referral:
            raise UserError(
                self.env._(
                    "You have no request with %(customer)s yet. Start one first.",
                    customer=self.display_name,
                )
            )
        return referral.action_send_link()

    def action_view_referrals(self):
        """Show the referral requests with this customer.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        self.env["crm.referral"].check_access("read")
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_referral_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {"default_partner_id": self.id}
        return action

    def action_view_referral_leads(self):
        """Show the leads that this customer referred, lost ones included.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        self.env["crm.lead"].check_access("read")
        self.check_access("read")
        return {
            "name": self.env._("Referred Leads"),
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "view_mode": "list,kanban,form",
            "domain": [["referrer_id", "=", self.id]],
            "context": {"active_test": False, "default_referrer_id": self.id},
        }

    def action_view_referral_tree(self):
        """Show who referred whom around this customer.

        :return: a window action: the hierarchy of referrals
        """
        self.ensure_one()
        self.check_access("read")
        self.env["crm.referral"].check_access("read")
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.res_partner_referral_tree_action"
        )
        # A domain would make the hierarchy show everybody instead of those around.
        action["domain"] = False
        action["context"] = {"hierarchy_res_id": self.id}
        return action

    def action_start_pride_round(self):
        """Prepare a PRIDE round about this customer, or go on with the one there is.

        :return: a window action: the round
        """
        self.ensure_one()
        return self._open_next_round(
            self.env.ref("crm_referral.crm_assessment_framework_pride")
        )

    def action_view_pride_rounds(self):
        """Show the PRIDE rounds of this customer.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        self.env["crm.assessment.round"].check_access("read")
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_assessment_round_pride_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.id),
            ("asks_customer", "=", True),
        ]
        action["context"] = {"default_partner_id": self.id}
        return action

    # === BUSINESS METHODS === #

    def _is_customer_already(self, before=None, without=None):
        """Whether one of these, or their company, has bought. In sudo mode.

        Bridges add their own signs, for example confirmed orders.

        :param datetime before: bought before this moment
        :param without: crm.lead records that do not count
        """
        if not self:
            return False
        domain = Domain("partner_id", "child_of", self.commercial_partner_id.ids)
        domain &= Domain("won_status", "=", "won")
        if before:
            domain &= Domain("date_closed", "<=", before)
        if without:
            domain &= Domain("id", "not in", without.ids)
        return bool(
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search_count(domain, limit=1)
        )

    def _set_referrer(self, referrer):
        """Note who referred these partners, unless it is known or makes no sense.

        :param referrer: the res.partner who referred them
        """
        ancestors = referrer._hold_referrers()
        # sudo: these may be contacts of another company
        for partner in self.sudo():
            if not partner.referrer_id and partner.id not in ancestors:
                partner.referrer_id = referrer.sudo()

    def _hold_referrers(self):
        """Who referred these, and who referred those, whoever may see them.

        What is found is held until the end of the transaction: of two people who at
        once make a loop together, the second one has to look again.

        :return: the id of the referrer by the id of the customer, all the way up
        :rtype: dict
        """
        if not self.ids:
            return {}
        self.flush_model(["referrer_id"])
        rows = self.env.execute_query(
            SQL(
                """WITH RECURSIVE up AS (
                    SELECT id, referrer_id FROM res_partner WHERE id IN %s
                    UNION
                    SELECT p.id, p.referrer_id
                    FROM up JOIN res_partner p ON p.id = up.referrer_id
                )
                SELECT id, referrer_id FROM res_partner
                WHERE id IN (SELECT id FROM up) ORDER BY id FOR SHARE""",
                self._ids,
            )
        )
        return dict(rows)

    # === OBJECTION === #

    def _get_objection_contact(self):
        """See ``crm.referral.objection.mixin``."""
        self.ensure_one()
        company = self.company_id or self.env.company
        country = self.country_id or company.country_id
        return self.email, self.phone, self.name, country, company

    @api.onchange("email", "phone")
    def _onchange_warn_of_objection(self):
        """A contact may be needed for other reasons: warn, and do not refuse."""
        Objection = self.env["crm.referral.objection"]
        if Objection._match(self).get(self) != "person":
            return None
        return {
            "warning": {
                "title": self.env._("This person has objected"),
                "message": self.env._(
                    "This person has asked us not to get in touch about referrals or "
                    "sales. You may keep the contact if you need it for other reasons."
                ),
            }
        }
