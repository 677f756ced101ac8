from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.crm_foundation.tools.local_time import today

READINESS = [
    ("ready", "May be asked"),
    ("open_request", "Being asked"),
    ("quiet", "Quiet period"),
    ("do_not_ask", "Do not ask"),
]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["crm.guarded.mixin", "res.partner"]
    _guarded_pointers = frozenset({"referrer_id"})

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
    referral_do_not_ask = fields.Boolean(
        string="Do Not Ask for Referrals",
        tracking=True,
        help="This customer does not want to be asked. Counts for all contacts of a "
        "company.",
    )
    referral_readiness = fields.Selection(
        selection=READINESS,
        compute="_compute_referral_readiness",
        search="_search_referral_readiness",
        groups="sales_team.group_sale_salesman",
        help="Whether this customer may be asked for a referral today.",
    )
    referral_readiness_note = fields.Char(
        compute="_compute_referral_readiness",
        groups="sales_team.group_sale_salesman",
        help="Why the customer may not be asked today.",
    )
    open_referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Open Referral Request",
        compute="_compute_open_referral_id",
        groups="sales_team.group_sale_salesman",
        help="The request in which this customer is being asked, if you may see it.",
    )
    referral_count = fields.Integer(
        compute="_compute_referral_figures",
        groups="sales_team.group_sale_salesman",
        help="Referral requests with this customer.",
    )
    referred_count = fields.Integer(
        compute="_compute_referred_count", help="Customers referred by this one."
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

    # === COMPUTE METHODS === #

    @api.depends(
        "referral_do_not_ask",
        "commercial_partner_id.referral_do_not_ask",
        "referral_ids.outcome",
        "referral_ids.active",
        "referral_ids.next_ask_date",
        "referral_quiet_ids.next_ask_date",
    )
    @api.depends_context("company", "lang")
    def _compute_referral_readiness(self):
        blockers = self._get_referral_blockers()
        for partner in self:
            code, note = next(
                iter(blockers.get(partner._origin, {}).items()), ("ready", False)
            )
            partner.referral_readiness = code
            partner.referral_readiness_note = note

    @api.depends("referral_ids.outcome", "referral_ids.active")
    @api.depends_context("uid", "company")
    def _compute_open_referral_id(self):
        open_referrals = self._get_open_referrals()
        referrals = self.env["crm.referral"].union(*open_referrals.values())
        visible = referrals.with_env(self.env)._filtered_access("read")
        for partner in self:
            referral = open_referrals.get(partner._origin)
            partner.open_referral_id = referral and visible & referral

    @api.model
    def _search_referral_readiness(self, operator, value):
        if operator != "in":
            return NotImplemented
        rest = Domain.TRUE
        domains = {}
        for code, domain in self._get_readiness_domains().items():
            domains[code] = domain & rest
            rest &= ~domain
        domains["ready"] = rest
        return Domain.OR(domains[code] for code in value if code in domains)

    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_referral_figures(self):
        referrals = dict(
            self.env["crm.referral"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        leads = dict(
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group(
                [("referrer_id", "in", self.ids)],
                ["referrer_id"],
                ["__count"],
            )
        )
        # What is won is what the analysis says, at the exchange rate of that day.
        wins = {
            partner: figures
            for partner, *figures in self.env["crm.referral.report"]._read_group(
                [("kind", "=", "lead"), ("partner_id", "in", self.ids)],
                ["partner_id"],
                ["won_count:sum", "won_revenue:sum"],
            )
        }
        currency = self.env.company.currency_id
        for partner in self:
            partner.referral_currency_id = currency
            partner.referral_count = referrals.get(partner._origin, 0)
            partner.referral_lead_count = leads.get(partner._origin, 0)
            partner.referral_won_count, partner.referral_won_revenue = wins.get(
                partner._origin, (0, 0.0)
            )

    @api.depends("referred_ids")
    def _compute_referred_count(self):
        counts = dict(
            self._read_group(
                [("referrer_id", "in", self.ids)], ["referrer_id"], ["__count"]
            )
        )
        for partner in self:
            partner.referred_count = counts.get(partner._origin, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("referrer_id")
    def _check_referrer_id(self):
        if self._has_cycle("referrer_id"):
            raise ValidationError(
                self.env._(
                    "Nobody can be referred by themselves, not even through others. "
                    "Choose another referrer."
                )
            )

    # === CRUD METHODS === #

    def write(self, vals):
        if not vals.get("referral_do_not_ask", True) and not self.env.su:
            # sudo: what was noted counts, also where the user does not see it
            asked_not_to = self.sudo().filtered("referral_do_not_ask")
            if asked_not_to:
                raise UserError(
                    self.env._(
                        "%(customer)s does not want to be asked for referrals. Only a "
                        "sales manager takes that back, with a reason: “May Be Asked "
                        "Again”.",
                        customer=asked_not_to[0].display_name,
                    )
                )
        return super().write(vals)

    # === ACTION METHODS === #

    def action_may_ask_again(self, reason):
        """Take back that this customer does not want to be asked.

        :param str reason: why; kept in the chatter
        :return: True
        :raise UserError: when the user is no sales manager, or gives no reason
        """
        reason = (reason or "").strip()
        self.check_access("read")
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._("Only a sales manager may allow that a customer is asked.")
            )
        if not reason:
            raise UserError(
                self.env._("Write in a few words why this customer may be asked again.")
            )
        for partner in self.filtered("referral_do_not_ask"):
            # sudo: a sales manager need not be allowed to change contacts
            partner.sudo().referral_do_not_ask = False
            partner.sudo().message_post(
                body=self.env._(
                    "%(manager)s: this customer may be asked for referrals again. "
                    "Reason: %(reason)s",
                    manager=self.env.user.name,
                    reason=reason,
                ),
                subtype_xmlid="mail.mt_note",
            )
        return True

    def action_ask_referral(self):
        """Ask this customer for a referral, or go on with the request that is open.

        :return: a window action: the request, or why the customer may not be asked now
        """
        self.ensure_one()
        referral = self.open_referral_id
        if not referral and self._get_referral_blockers()[self]:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_referral_override_action"
            )
            action["context"] = {"default_partner_id": self.id}
            return action
        if not referral:
            referral = self.env["crm.referral"].create({"partner_id": self.id})
        return referral._get_records_action(name=self.env._("Referral Request"))

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

    # === BUSINESS METHODS === #

    @api.model
    def _get_readiness_domains(self):
        """Who may not be asked in the current company, and why.

        Bridges add theirs here and the sentence in :meth:`_get_referral_blockers`.

        :return: domains of partners by code, the weightiest reason first
        :rtype: dict
        """
        company = Domain("company_id", "=", self.env.company.id)
        later = Domain("next_ask_date", ">", self._get_asking_day())
        # sudo: whether a customer is being asked does not depend on who looks
        Referral = self.env["crm.referral"].sudo().with_context(active_test=False)
        open_referrals = company & Domain("outcome", "=", False)
        open_referrals &= Domain("active", "=", True)
        ended = company & Domain("outcome", "!=", False) & later
        # sudo: as above
        kept = self.env["crm.referral.quiet"].sudo()._search(company & later)
        return {
            "do_not_ask": Domain("referral_do_not_ask", "=", True)
            | Domain("commercial_partner_id.referral_do_not_ask", "=", True),
            "open_request": Domain(
                "id", "in", Referral._search(open_referrals).subselect("partner_id")
            ),
            "quiet": Domain("id", "in", Referral._search(ended).subselect("partner_id"))
            | Domain("id", "in", kept.subselect("partner_id")),
        }

    @api.model
    def _get_asking_day(self):
        """:return: today, for the company that asks."""
        return today(self.env, self.env.company, self.env.user)

    def _get_open_referrals(self, exclude_referrals=None):
        """:return: for each partner the request in which they are being asked, in sudo
        mode; no entry where there is none
        """
        excluded = exclude_referrals.ids if exclude_referrals else []
        # sudo: a colleague's request counts too
        referrals = (
            self.env["crm.referral"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id", "in", self._origin.ids),
                    ("company_id", "=", self.env.company.id),
                    ("outcome", "=", False),
                    ("id", "not in", excluded),
                ],
                ["partner_id", "user_id"],
            )
        )
        return {referral.partner_id: referral for referral in referrals}

    def _get_quiet_until(self, exclude_referrals=None):
        """:return: for each partner in a quiet period its last day but one."""
        excluded = exclude_referrals.ids if exclude_referrals else []
        quiet_until = {}
        for model, conditions in (
            ("crm.referral", [("outcome", "!=", False), ("id", "not in", excluded)]),
            ("crm.referral.quiet", [("referral_id", "not in", excluded)]),
        ):
            # sudo: a colleague's request counts too; archiving does not end the period
            groups = (
                self.env[model]
                .sudo()
                .with_context(active_test=False)
                ._read_group(
                    [
                        ("partner_id", "in", self._origin.ids),
                        ("company_id", "=", self.env.company.id),
                        ("next_ask_date", ">", self._get_asking_day()),
                        *conditions,
                    ],
                    ["partner_id"],
                    ["next_ask_date:max"],
                )
            )
            for partner, day in groups:
                quiet_until[partner] = max(day, quiet_until.get(partner, day))
        return quiet_until

    def _get_referral_blockers(self, exclude_referrals=None):
        """Why these customers may not be asked for a referral today.

        Bridges add theirs, for example an open complaint.

        :param exclude_referrals: requests that do not count, such as the one at hand
        :return: for every partner a dict from code to sentence; empty if nothing speaks
            against asking. The weightiest reason comes first.
        :rtype: dict
        """
        open_referrals = self._get_open_referrals(exclude_referrals)
        quiet_until = self._get_quiet_until(exclude_referrals)
        visible = self._origin._filtered_access("read")
        hidden = self.env._("a contact of another company")
        blockers = {}
        for partner in self._origin:
            blockers[partner] = {}
            name = partner.display_name if partner in visible else hidden
            # sudo: also if the user does not see the company of the contact
            company_sudo = partner.sudo().commercial_partner_id
            if (partner.sudo() | company_sudo).filtered("referral_do_not_ask"):
                blockers[partner]["do_not_ask"] = self.env._(
                    "%(customer)s does not want to be asked for referrals.",
                    customer=name,
                )
            if referral := open_referrals.get(partner):
                blockers[partner]["open_request"] = self.env._(
                    "%(customer)s is being asked already (%(salesperson)s); the "
                    "request is open.",
                    customer=name,
                    salesperson=referral.user_id.name or self.env._("unassigned"),
                )
            if day := quiet_until.get(partner):
                blockers[partner]["quiet"] = self.env._(
                    "%(customer)s was asked not long ago; the quiet period ends on "
                    "%(date)s.",
                    customer=name,
                    date=format_date(self.env, day),
                )
        return blockers
