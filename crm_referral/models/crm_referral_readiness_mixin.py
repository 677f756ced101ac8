from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.crm_foundation.tools.local_time import today

from ..tools.readiness import ReadinessRule


class CrmReferralReadinessMixin(models.AbstractModel):
    """A customer who may be asked for a referral today, or may not, and why.

    Another addon adds a reason in one place, :meth:`_get_readiness_rules`. The model
    has ``referral_ids`` and ``referral_quiet_ids``.
    """

    _name = "crm.referral.readiness.mixin"
    _description = "Customer Who May Be Asked"

    referral_do_not_ask = fields.Boolean(
        string="Do Not Ask for Referrals",
        tracking=True,
        help="This customer does not want to be asked. Counts for all contacts of a "
        "company.",
    )
    referral_readiness = fields.Selection(
        selection="_selection_referral_readiness",
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

    # === COMPUTE METHODS === #

    @api.model
    def _selection_referral_readiness(self):
        rules = self._get_readiness_rules()
        return [
            ("ready", self.env._("May be asked")),
            *((code, rule.label) for code, rule in rules.items()),
        ]

    @api.depends(lambda self: self._get_readiness_dependencies())
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

    # === RULES === #

    @api.model
    def _get_readiness_dependencies(self):
        """:return: fields that the rules read; they go with the rules."""
        return [
            "referral_do_not_ask",
            "commercial_partner_id.referral_do_not_ask",
            "referral_ids.outcome",
            "referral_ids.active",
            "referral_ids.next_ask_date",
            "referral_quiet_ids.next_ask_date",
        ]

    @api.model
    def _get_readiness_rules(self, exclude_referrals=None):
        """Who may not be asked in the current company, and why.

        Another addon adds its reason here, before or after those of others, and knows
        its customers whoever looks.

        :param exclude_referrals: requests that do not count, such as the one at hand
        :return: :class:`ReadinessRule` by code, the weightiest reason first
        :rtype: dict
        """
        excluded = exclude_referrals.ids if exclude_referrals else []
        return {
            "do_not_ask": ReadinessRule(
                self.env._("Do not ask"),
                self._get_do_not_ask_domain(),
                self._explain_do_not_ask,
            ),
            "open_request": ReadinessRule(
                self.env._("Being asked"),
                self._get_open_request_domain(excluded),
                partial(self._explain_open_request, exclude_referrals),
            ),
            "quiet": ReadinessRule(
                self.env._("Quiet period"),
                self._get_quiet_domain(excluded),
                partial(self._explain_quiet, exclude_referrals),
            ),
        }

    @api.model
    def _get_readiness_domains(self):
        """:return: domains of the customers who may not be asked, by code, the
            weightiest reason first
        :rtype: dict
        """
        rules = self._get_readiness_rules()
        return {code: rule.domain for code, rule in rules.items()}

    def _get_referral_blockers(self, exclude_referrals=None):
        """Why these customers may not be asked for a referral today.

        :param exclude_referrals: requests that do not count, such as the one at hand
        :return: for every partner a dict from code to sentence; empty if nothing speaks
            against asking. The weightiest reason comes first.
        :rtype: dict
        """
        partners = self._origin
        rules = self._get_readiness_rules(exclude_referrals)
        # sudo: what speaks against asking does not depend on who looks
        Everybody = self.sudo().with_context(active_test=False)
        concerned = {
            code: partners
            & Everybody.search(Domain("id", "in", partners.ids) & rule.domain)
            for code, rule in rules.items()
        }
        names = self.browse().union(*concerned.values())._get_names_to_tell()
        blockers = {partner: {} for partner in partners}
        for code, rule in rules.items():
            if concerned[code]:
                sentences = rule.explain(
                    {each: names[each] for each in concerned[code]}
                )
                for partner in concerned[code]:
                    blockers[partner][code] = sentences.get(partner, rule.label)
        return blockers

    def _get_names_to_tell(self):
        """:return: how these customers are called to the user, by customer.
        :rtype: dict
        """
        visible = self._filtered_access("read")
        hidden = self.env._("a contact of another company")
        return {
            partner: partner.display_name if partner in visible else hidden
            for partner in self
        }

    # === DO NOT ASK === #

    @api.model
    def _get_do_not_ask_domain(self):
        # sudo: also if the user does not see the company of the contact
        asked_not_to = self.sudo()._search(
            Domain("referral_do_not_ask", "=", True), active_test=False
        )
        return Domain("referral_do_not_ask", "=", True) | Domain(
            "commercial_partner_id", "in", asked_not_to
        )

    @api.model
    def _explain_do_not_ask(self, names):
        return {
            partner: self.env._(
                "%(customer)s does not want to be asked for referrals.", customer=name
            )
            for partner, name in names.items()
        }

    # === BEING ASKED === #

    @api.model
    def _get_open_request_domain(self, excluded):
        # sudo: whether a customer is being asked does not depend on who looks
        open_referrals = (
            self.env["crm.referral"]
            .sudo()
            ._search(
                Domain("company_id", "=", self.env.company.id)
                & Domain("outcome", "=", False)
                & Domain("active", "=", True)
                & Domain("id", "not in", excluded)
            )
        )
        return Domain("id", "in", open_referrals.subselect("partner_id"))

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

    @api.model
    def _explain_open_request(self, exclude_referrals, names):
        partners = self.union(*names)
        open_referrals = partners._get_open_referrals(exclude_referrals)
        return {
            partner: self.env._(
                "%(customer)s is being asked already (%(salesperson)s); the request is "
                "open.",
                customer=names[partner],
                salesperson=referral.user_id.name or self.env._("unassigned"),
            )
            for partner, referral in open_referrals.items()
        }

    # === QUIET PERIOD === #

    @api.model
    def _get_quiet_domain(self, excluded):
        still_quiet = Domain("company_id", "=", self.env.company.id) & Domain(
            "next_ask_date", ">", self._get_asking_day()
        )
        # sudo: a colleague's request counts too; archiving does not end the period
        ended = (
            self.env["crm.referral"]
            .sudo()
            ._search(
                still_quiet
                & Domain("outcome", "!=", False)
                & Domain("id", "not in", excluded),
                active_test=False,
            )
        )
        # sudo: as above
        kept = (
            self.env["crm.referral.quiet"]
            .sudo()
            ._search(still_quiet & Domain("referral_id", "not in", excluded))
        )
        return Domain("id", "in", ended.subselect("partner_id")) | Domain(
            "id", "in", kept.subselect("partner_id")
        )

    @api.model
    def _get_asking_day(self):
        """:return: today, for the company that asks."""
        return today(self.env, self.env.company, self.env.user)

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

    @api.model
    def _explain_quiet(self, exclude_referrals, names):
        partners = self.union(*names)
        return {
            partner: self.env._(
                "%(customer)s was asked not long ago; the quiet period ends on "
                "%(date)s.",
                customer=names[partner],
                date=format_date(self.env, day),
            )
            for partner, day in partners._get_quiet_until(exclude_referrals).items()
        }
