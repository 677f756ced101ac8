from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.maybe_float import MaybeFloat

READINESS = [
    ("ready", "May be asked"),
    ("open_request", "Being asked"),
    ("quiet", "Quiet period"),
    ("do_not_ask", "Do not ask"),
]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "crm.guarded.mixin",
        "res.partner",
        "crm.assessment.interaction.mixin",
    ]
    _protected_fields = frozenset({"loyalty_date", "loyalty_score", "loyalty_stage_id"})
    _guarded_pointers = frozenset()

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

    assessment_round_ids = fields.One2many(
        comodel_name="crm.assessment.round",
        inverse_name="partner_id",
        string="Assessment Rounds",
        groups="sales_team.group_sale_salesman",
    )
    assessment_round_count = fields.Integer(
        compute="_compute_assessment_round_count",
        groups="sales_team.group_sale_salesman",
        help="PRIDE rounds of this customer that the user may see.",
    )
    undecided_letter_count = fields.Integer(
        string="Weak Areas without Decision",
        compute="_compute_undecided_letter_count",
        groups="sales_team.group_sale_salesman",
    )
    loyalty_stage_id = fields.Many2one(
        comodel_name="crm.assessment.stage",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
        help="Where the customer stood in the last PRIDE round.",
    )
    loyalty_score = MaybeFloat(
        company_dependent=True,
        readonly=True,
        copy=False,
        aggregator="avg",
        groups="sales_team.group_sale_salesman",
        help="Overall score of the last PRIDE round. Empty: never measured.",
    )
    loyalty_date = fields.Date(
        string="Loyalty Measured On",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "referral_do_not_ask",
        "commercial_partner_id.referral_do_not_ask",
        "referral_ids.outcome",
        "referral_ids.active",
        "referral_ids.next_ask_date",
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

    @api.model
    def _search_referral_readiness(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        company = Domain("company_id", "=", self.env.company.id)
        # sudo: whether a customer is being asked does not depend on who looks
        Referral = self.env["crm.referral"].sudo().with_context(active_test=False)
        do_not_ask = Domain("referral_do_not_ask", "=", True) | Domain(
            "commercial_partner_id.referral_do_not_ask", "=", True
        )
        open_request = Domain(
            "id",
            "in",
            Referral._search(
                company & Domain("outcome", "=", False) & Domain("active", "=", True)
            ).subselect("partner_id"),
        )
        quiet = Domain(
            "id",
            "in",
            Referral._search(
                company
                & Domain("outcome", "!=", False)
                & Domain("next_ask_date", ">", today)
            ).subselect("partner_id"),
        )
        domains = {
            "do_not_ask": do_not_ask,
            "open_request": open_request & ~do_not_ask,
            "quiet": quiet & ~open_request & ~do_not_ask,
            "ready": ~quiet & ~open_request & ~do_not_ask,
        }
        return Domain.OR(domains[code] for code in value if code in domains)

    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_referral_figures(self):
        referrals = dict(
            self.env["crm.referral"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        leads = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group(
                [("referrer_id", "in", self.ids)],
                ["referrer_id", "won_status", "company_id"],
                ["__count", "expected_revenue:sum"],
            )
        )
        today = fields.Date.context_today(self)
        currency = self.env.company.currency_id
        for partner in self:
            partner.referral_currency_id = currency
            partner.referral_count = referrals.get(partner._origin, 0)
            partner.referral_lead_count = 0
            partner.referral_won_count = 0
            partner.referral_won_revenue = 0.0
        by_id = {partner._origin.id: partner for partner in self}
        for referrer, won_status, company, count, revenue in leads:
            partner = by_id[referrer.id]
            partner.referral_lead_count += count
            if won_status == "won":
                company = company or self.env.company
                partner.referral_won_count += count
                partner.referral_won_revenue += company.currency_id._convert(
                    revenue, currency, company, today
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

    def _compute_assessment_round_count(self):
        counts = dict(
            self.env["crm.assessment.round"]._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("framework_id.respondents", "=", "viewpoints"),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.assessment_round_count = counts.get(partner._origin, 0)

    @api.depends("assessment_round_ids.undecided_count")
    def _compute_undecided_letter_count(self):
        rounds = (
            self.env["crm.assessment.round"]
            .search([("partner_id", "in", self.ids), ("undecided_count", ">", 0)])
            .grouped("partner_id")
        )
        for partner in self:
            partner.undecided_letter_count = sum(
                round_.undecided_count for round_ in rounds.get(partner._origin, ())
            )

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

    # === ACTION METHODS === #

    def action_ask_referral(self):
        """Ask this customer for a referral, or go on with the request that is open.

        :return: a window action: the request, or why the customer may not be asked now
        """
        self.ensure_one()
        Referral = self.env["crm.referral"]
        referral = Referral.search(
            [
                ("partner_id", "=", self.id),
                ("company_id", "=", self.env.company.id),
                ("outcome", "=", False),
            ],
            limit=1,
        )
        if not referral and self._get_referral_blockers()[self]:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_referral_override_action"
            )
            action["context"] = {"default_partner_id": self.id}
            return action
        if not referral:
            referral = Referral.create({"partner_id": self.id})
        return referral._get_records_action(name=self.env._("Referral Request"))

    def action_view_referrals(self):
        """Show the referral requests with this customer.

        :return: a window action
        """
        self.ensure_one()
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
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.res_partner_referral_tree_action"
        )
        # A domain would make the hierarchy show everybody instead of those around.
        action["domain"] = False
        action["context"] = {"hierarchy_res_id": self.id}
        return action

    def action_start_pride_round(self):
        """Prepare a round about this customer, or go on with the one that is there.

        Nobody is asked, and nothing is kept, before the round is saved and sent.

        :return: a window action: the round
        """
        self.ensure_one()
        Round = self.env["crm.assessment.round"]
        framework = self.env.ref("crm_referral.crm_assessment_framework_pride")
        rounds = Round.search(
            [
                ("partner_id", "=", self.id),
                ("framework_id", "=", framework.id),
                ("company_id", "=", self.env.company.id),
                ("state", "in", ("draft", "open")),
            ]
        )
        round_ = rounds.filtered(lambda r: r.state == "open") or rounds
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "crm_referral.crm_assessment_round_pride_action"
            ),
            "res_id": round_[:1].id,
            "views": [
                (self.env.ref("crm_referral.crm_assessment_round_view_form").id, "form")
            ],
            "context": {
                "default_partner_id": self.id,
                "default_framework_id": framework.id,
            },
        }

    def action_view_pride_rounds(self):
        """Show the PRIDE rounds of this customer.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_referral.crm_assessment_round_pride_action"
        )
        action["domain"] = [
            ("partner_id", "=", self.id),
            ("framework_id.respondents", "=", "viewpoints"),
        ]
        action["context"] = {"default_partner_id": self.id}
        return action

    # === BUSINESS METHODS === #

    def _get_referral_blockers(self, exclude_referrals=None):
        """Why these customers may not be asked for a referral today.

        Bridges add theirs, for example an open complaint.

        :param exclude_referrals: requests that do not count, such as the one at hand
        :return: for every partner a dict from code to sentence; empty if nothing speaks
            against asking. The weightiest reason comes first.
        :rtype: dict
        """
        # sudo: a colleague's request counts too; only the fact and the date are told
        referrals = (
            self.env["crm.referral"]
            .sudo()
            .with_context(active_test=False)  # archiving does not end a quiet period
            .search_fetch(
                [
                    ("partner_id", "in", self.ids),
                    ("company_id", "=", self.env.company.id),
                    (
                        "id",
                        "not in",
                        exclude_referrals.ids if exclude_referrals else [],
                    ),
                    "|",
                    "&",
                    ("outcome", "=", False),
                    ("active", "=", True),
                    ("next_ask_date", ">", fields.Date.context_today(self)),
                ],
                ["partner_id", "outcome", "next_ask_date"],
            )
            .grouped("partner_id")
        )
        blockers = {}
        for partner in self._origin:
            blockers[partner] = {}
            if (
                partner.referral_do_not_ask
                or partner.commercial_partner_id.referral_do_not_ask
            ):
                blockers[partner]["do_not_ask"] = self.env._(
                    "%(customer)s does not want to be asked for referrals.",
                    customer=partner.display_name,
                )
            for referral in referrals.get(partner, ()):
                if not referral.outcome:
                    blockers[partner]["open_request"] = self.env._(
                        "%(customer)s is being asked already; the request is open.",
                        customer=partner.display_name,
                    )
            quiet_until = max(
                (r.next_ask_date for r in referrals.get(partner, ()) if r.outcome),
                default=None,
            )
            if quiet_until:
                blockers[partner]["quiet"] = self.env._(
                    "%(customer)s was asked not long ago; the quiet period ends on "
                    "%(date)s.",
                    customer=partner.display_name,
                    date=format_date(self.env, quiet_until),
                )
        return blockers

    def _set_loyalty(self, assessment_round):
        """Keep where the customer stands. Called in sudo mode, in the round's company.

        :param assessment_round: the crm.assessment.round that has been answered
        """
        self.write(
            {
                "loyalty_stage_id": assessment_round.stage_id.id,
                "loyalty_score": assessment_round.score,
                "loyalty_date": assessment_round.closed_on,
            }
        )
