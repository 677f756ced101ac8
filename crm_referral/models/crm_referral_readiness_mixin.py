from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

SCORE = "referral_readiness_score"
STATE = "referral_readiness"


class CrmReferralReadinessMixin(models.AbstractModel):
    """A customer who may be asked for a referral today, or may not, and why.

    What stops us decides first, and at once: such a customer has no points. How much
    speaks for asking the others is kept in ``crm.referral.readiness``.

    The model has ``referral_ids`` and ``referral_quiet_ids``.
    """

    _name = "crm.referral.readiness.mixin"
    _description = "Customer Who May Be Asked"
    _inherit = ["crm.referral.stop.mixin", "crm.referral.signal.mixin"]

    referral_readiness = fields.Selection(
        selection="_selection_referral_readiness",
        compute="_compute_referral_readiness",
        search="_search_referral_readiness",
        groups="sales_team.group_sale_salesman",
        help="Whether this customer may be asked for a referral today.",
    )
    referral_readiness_score = fields.Integer(
        string="Readiness",
        compute="_compute_referral_readiness",
        search="_search_referral_readiness_score",
        aggregator=None,
        groups="sales_team.group_sale_salesman",
        help="How much speaks for asking this customer, from 0 to 100. Who may not be "
        "asked today has 0.",
    )
    referral_readiness_parts = fields.Json(
        compute="_compute_referral_readiness",
        groups="sales_team.group_sale_salesman",
        help="What the points are made of.",
    )
    referral_readiness_note = fields.Char(
        string="Why",
        compute="_compute_referral_readiness_note",
        groups="sales_team.group_sale_salesman",
        help="What speaks for asking this customer or against it, with its points, and "
        "what stops us.",
    )
    referral_stop_note = fields.Char(
        compute="_compute_referral_readiness_note",
        groups="sales_team.group_sale_salesman",
        help="Why the customer may not be asked today.",
    )
    referral_readiness_until = fields.Date(
        string="May Be Asked From",
        compute="_compute_referral_readiness_note",
        groups="sales_team.group_sale_salesman",
        help="The day from which the customer may be asked, where it is known.",
    )
    open_referral_id = fields.Many2one(
        comodel_name="crm.referral",
        string="Open Referral Request",
        compute="_compute_referral_readiness_note",
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
    @api.depends_context("company")
    def _compute_referral_readiness(self):
        """In one query: lists of contacts show it."""
        known = self._origin._read_readiness()
        for partner in self:
            code, score, parts = known.get(partner._origin.id, ("ready", 0, None))
            partner.referral_readiness = code
            partner.referral_readiness_score = score if code == "ready" else 0
            partner.referral_readiness_parts = parts or {}

    @api.depends("referral_readiness", "referral_readiness_parts")
    @api.depends_context("company", "lang", "tz", "uid")
    def _compute_referral_readiness_note(self):
        stopped = self.filtered(lambda p: p.referral_readiness != "ready")
        stops = stopped._get_referral_stops()
        asked = self.browse(
            partner.id for partner in stops if "open_request" in stops[partner]
        )
        open_referrals = asked._get_visible_requests()
        signals = self._get_readiness_signals()
        for partner in self:
            stop, day = next(
                iter(stops.get(partner._origin, {}).values()), (False, False)
            )
            parts = partner.referral_readiness_parts or {}
            told = [
                signal.tell(*parts[name])
                for name, signal in signals.items()
                if name in parts
            ]
            partner.referral_stop_note = stop
            partner.referral_readiness_until = day
            partner.referral_readiness_note = (
                " · ".join([*told, *([stop] if stop else [])]) or False
            )
            partner.open_referral_id = open_referrals.get(partner._origin)

    def _read_readiness(self):
        """:return: by id of the customer the state, the points, and their parts"""
        if not self:
            return {}
        # sudo: what speaks for asking or against it does not depend on who looks
        Everybody = self.sudo().with_context(active_test=False)
        query = Everybody._search(Domain("id", "in", self.ids))
        points = self.env["crm.referral.readiness"]._join_points(
            query, self._table, "LEFT JOIN"
        )
        columns = (
            SQL.identifier(self._table, "id"),
            Everybody._get_state_sql(self._table, query),
            SQL("COALESCE(%s, 0)", SQL.identifier(points, "score")),
            SQL.identifier(points, "parts"),
        )
        return {
            partner_id: known
            for partner_id, *known in self.env.execute_query(query.select(*columns))
        }

    @api.model
    def _get_state_sql(self, alias, query):
        """:return: the state of customers, as a value in a query. In sudo mode."""
        cases = SQL(" ").join(
            SQL("WHEN %s THEN %s", self._get_condition(domain, alias, query), code)
            for code, domain in self._get_readiness_domains().items()
        )
        return SQL("CASE %s ELSE 'ready' END", cases) if cases else SQL("'ready'")

    def _get_visible_requests(self):
        """:return: the open request of each customer, if the user may see it."""
        if not self:
            return {}
        open_referrals = self._get_open_referrals()
        visible = (
            self.env["crm.referral"]
            .union(*open_referrals.values())
            .with_env(self.env)
            ._filtered_access("read")
        )
        return {
            partner: referral.with_env(self.env) & visible
            for partner, referral in open_referrals.items()
        }

    # === SEARCH, ORDER AND GROUP === #

    @api.model
    def _search_referral_readiness(self, operator, value):
        if operator != "in":
            return NotImplemented
        self._check_field_access(self._fields[STATE], "read")
        domains = self._get_exclusive_domains()
        return Domain.OR(domains[code] for code in value if code in domains)

    @api.model
    def _search_referral_readiness_score(self, operator, value):
        """Who has points is found by them, who has none is what is left."""
        weighed = self.env["crm.referral.readiness"]._get_points_domain(operator, value)
        if weighed is NotImplemented:
            return NotImplemented
        self._check_field_access(self._fields[SCORE], "read")
        domain, is_true_for_zero = weighed
        found = self._get_exclusive_domains()["ready"] & domain
        return ~found if is_true_for_zero else found

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """The first ones in the order of readiness are found by an index.

        Those with points come first, so nobody else is looked at while there are enough
        of them.
        """
        first, _comma, rest = (order or "").partition(",")
        if limit and first.split() == [SCORE, "desc"]:
            self._check_field_access(self._fields[SCORE], "read")
            query = super()._search(
                Domain(domain) & Domain(STATE, "in", ["ready"]),
                offset,
                limit,
                rest.strip() or None,
                **kwargs,
            )
            if query.is_empty():
                return query
            points = SQL.identifier(
                self.env["crm.referral.readiness"]._join_points(
                    query, self._table, "JOIN"
                ),
                "score",
            )
            query.add_where(SQL("%s > 0", points))
            query.order = SQL(", ").join(
                [SQL("%s DESC", points), *([query.order] if query.order else [])]
            )
            if len(query) == limit:
                return query
        return super()._search(domain, offset, limit, order, **kwargs)

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name != SCORE:
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        self._check_field_access(self._fields[SCORE], "read")
        points = self.env["crm.referral.readiness"]._join_points(
            query, alias, "LEFT JOIN"
        )
        score = SQL(
            "CASE WHEN %s = 'ready' THEN COALESCE(%s, 0) ELSE 0 END",
            # sudo: what stops us stops us whoever looks
            self.sudo()._get_state_sql(alias, query),
            SQL.identifier(points, "score"),
        )
        query._order_groupby.append(score)
        return SQL("%s %s %s", score, direction, nulls)

    @api.model
    def _read_group_groupby(self, alias, groupby_spec, query):
        if groupby_spec != STATE:
            return super()._read_group_groupby(alias, groupby_spec, query)
        self._check_field_access(self._fields[STATE], "read")
        # sudo: what stops us stops us whoever looks
        return self.sudo()._get_state_sql(alias, query)

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
        if "tz" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    # === ACTION METHODS === #

    def action_may_ask_again(self, reason):
        """Take back that this customer does not want to be asked, or let them be asked
        although their loyalty is endangered, until the next round.

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
        stops = self._get_referral_stops()
        for partner in self:
            # sudo: a sales manager need not be allowed to change contacts
            partner_sudo = partner.sudo()
            values = {}
            if partner_sudo.referral_do_not_ask:
                values["referral_do_not_ask"] = False
            if "endangered" in stops[partner]:
                values["referral_loyalty_overruled"] = True
            if not values:
                continue
            partner_sudo.write(values)
            partner_sudo.message_post(
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
