from functools import partial

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date, ormcache

from odoo.addons.crm_foundation.tools.local_time import timezone_of

from ..tools.readiness import ReadinessRule, exists


class CrmReferralStopMixin(models.AbstractModel):
    """What stops us from asking a customer, and until when.

    Another addon adds a reason in one place, :meth:`_get_readiness_rules`.
    """

    _name = "crm.referral.stop.mixin"
    _description = "Why a Customer May Not Be Asked"

    referral_do_not_ask = fields.Boolean(
        string="Do Not Ask for Referrals",
        tracking=True,
        help="This customer does not want to be asked. Counts for all contacts of a "
        "company.",
    )
    referral_loyalty_overruled = fields.Boolean(
        string="May Be Asked in Spite of Loyalty",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
        help="A sales manager lets us ask although loyalty is endangered. It ends with "
        "the next round.",
    )

    _do_not_ask_idx = models.Index("(id) WHERE referral_do_not_ask IS TRUE")

    # === RULES === #

    @api.model
    def _get_readiness_dependencies(self):
        """:return: fields that the rules read; they go with the rules."""
        return [
            "referral_do_not_ask",
            "commercial_partner_id.referral_do_not_ask",
            "loyalty_stage_id",
            "commercial_partner_id.loyalty_stage_id",
            "referral_loyalty_overruled",
            "commercial_partner_id.referral_loyalty_overruled",
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
            "endangered": ReadinessRule(
                self.env._("Loyalty endangered"),
                self._get_endangered_domain(),
                self._explain_endangered,
            ),
            "quiet": ReadinessRule(
                self.env._("Quiet period"),
                self._get_quiet_domain(excluded),
                self._explain_quiet,
                until=lambda partners: partners._get_quiet_until(exclude_referrals),
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

    @api.model
    def _get_exclusive_domains(self):
        """:return: domains of all states, also of those who may be asked: each
            customer is in one of them
        :rtype: dict
        """
        rest = Domain.TRUE
        domains = {}
        for code, domain in self._get_readiness_domains().items():
            domains[code] = domain & rest
            rest &= ~domain
        return {**domains, "ready": rest}

    def _get_referral_stops(self, exclude_referrals=None):
        """Why these customers may not be asked for a referral today, and until when.

        :param exclude_referrals: requests that do not count, such as the one at hand
        :return: for every partner a dict from code to a sentence and a day, or False if
            nobody knows; empty if nothing speaks against asking. The weightiest reason
            comes first.
        :rtype: dict
        """
        partners = self._origin
        rules = self._get_readiness_rules(exclude_referrals)
        concerned = partners._find_concerned(rules)
        names = self.browse().union(*concerned.values())._get_names_to_tell()
        stops = {partner: {} for partner in partners}
        for code, rule in rules.items():
            if concerned[code]:
                told = rule.tell({each: names[each] for each in concerned[code]})
                for partner, stop in told.items():
                    stops[partner][code] = stop
        return stops

    def _get_referral_blockers(self, exclude_referrals=None):
        """As :meth:`_get_referral_stops`, the sentences alone.

        :rtype: dict
        """
        stops = self._get_referral_stops(exclude_referrals)
        return {
            partner: {code: sentence for code, (sentence, _day) in by_code.items()}
            for partner, by_code in stops.items()
        }

    def _find_concerned(self, rules):
        """:return: whom each rule concerns, found in one query
        :rtype: dict
        """
        if not self:
            return dict.fromkeys(rules, self)
        # sudo: what speaks against asking does not depend on who looks
        Everybody = self.sudo().with_context(active_test=False)
        query = Everybody._search(Domain("id", "in", self.ids))
        rows = self.env.execute_query(
            query.select(
                SQL.identifier(self._table, "id"),
                *(
                    Everybody._get_condition(rule.domain, self._table, query)
                    for rule in rules.values()
                ),
            )
        )
        return {
            code: self.browse(row[0] for row in rows if row[number])
            for number, code in enumerate(rules, start=1)
        }

    @api.model
    def _get_condition(self, domain, alias, query):
        """:return: whether the domain is true, as a condition in a query"""
        return domain.optimize_full(self)._to_sql(self, alias, query)

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
        # SQL: also if the user does not see the company of the contact
        self.flush_model(["commercial_partner_id", "referral_do_not_ask"])
        return Domain("referral_do_not_ask", "=", True) | exists(
            lambda _model, alias, _query: SQL(
                """(SELECT FROM res_partner company
                WHERE company.id = %s AND company.referral_do_not_ask IS TRUE)""",
                SQL.identifier(alias, "commercial_partner_id"),
            )
        )

    @api.model
    def _explain_do_not_ask(self, names):
        return {
            partner: self.env._(
                "%(customer)s does not want to be asked for referrals.", customer=name
            )
            for partner, name in names.items()
        }

    # === LOYALTY === #

    @api.model
    def _get_endangered_domain(self):
        """Those who are about to leave, and the contacts of companies that are.

        A contact with a result of their own is not judged by that of the company.
        """
        self.env["crm.assessment.stage"].flush_model(["stops_referrals"])
        self.flush_model(
            ["commercial_partner_id", "loyalty_stage_id", "referral_loyalty_overruled"]
        )
        company = str(self.env.company.id)
        # SQL: Odoo's way to the value of a company could not use our index
        return exists(
            lambda _model, alias, _query: SQL(
                """(SELECT FROM res_partner measured
                WHERE measured.id = CASE
                      WHEN (%(own)s ->> %(company)s)::int4 IS NOT NULL THEN %(id)s
                      ELSE COALESCE(%(commercial)s, %(id)s)
                      END
                  AND measured.loyalty_stage_id IS NOT NULL
                  AND (measured.loyalty_stage_id ->> %(company)s)::int4 IN (
                      SELECT id FROM crm_assessment_stage WHERE stops_referrals)
                  AND (measured.referral_loyalty_overruled ->> %(company)s)::boolean
                      IS NOT TRUE)""",
                own=SQL.identifier(alias, "loyalty_stage_id"),
                commercial=SQL.identifier(alias, "commercial_partner_id"),
                id=SQL.identifier(alias, "id"),
                company=company,
            )
        )

    @api.model
    def _explain_endangered(self, names):
        sentences = {}
        for partner, name in names.items():
            # sudo: the stage of the company, also for who does not see it
            partner_sudo = partner.sudo()
            measured_sudo = (
                partner_sudo
                if partner_sudo.loyalty_stage_id
                else partner_sudo.commercial_partner_id
            )
            sentences[partner] = self.env._(
                "%(customer)s: the last round of %(date)s says “%(stage)s”. Win them "
                "back first; ask after the next round.",
                customer=name,
                date=format_date(self.env, measured_sudo.loyalty_date),
                stage=measured_sudo.loyalty_stage_id.name,
            )
        return sentences

    def _set_loyalty(self, assessment_round):
        """What a manager allowed was about the round before."""
        result = super()._set_loyalty(assessment_round)
        self.filtered("referral_loyalty_overruled").referral_loyalty_overruled = False
        return result

    # === BEING ASKED === #

    @api.model
    def _get_open_request_domain(self, excluded):
        return self._get_domain_of(
            "crm.referral",
            Domain("company_id", "=", self.env.company.id)
            & Domain("outcome", "=", False)
            & Domain("active", "=", True)
            & Domain("id", "not in", excluded),
        )

    @api.model
    def _get_domain_of(self, model_name, domain):
        """:return: the domain of the customers with such records, also archived ones"""
        # sudo: whether a customer is being asked does not depend on who looks
        Model = self.env[model_name].sudo()

        def rows(_model, alias, _query):
            query = Model._search(domain, active_test=False)
            customer = Model._field_to_sql(Model._table, "partner_id", query)
            query.add_where(SQL("%s = %s", customer, SQL.identifier(alias, "id")))
            return query.subselect(SQL("1"))

        return exists(rows)

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
        return self._get_domain_of(
            "crm.referral",
            still_quiet
            & Domain("outcome", "!=", False)
            & Domain("id", "not in", excluded),
        ) | self._get_domain_of(
            "crm.referral.quiet",
            still_quiet & Domain("referral_id", "not in", excluded),
        )

    @api.model
    def _get_asking_day(self):
        """:return: today, for the company that asks."""
        zone = self._get_asking_timezone(self.env.company.id, self.env.uid)
        now = self.env.cr.now().replace(tzinfo=pytz.utc)
        return now.astimezone(pytz.timezone(zone)).date()

    @api.model
    @ormcache("company_id", "user_id")
    def _get_asking_timezone(self, company_id, user_id):
        """Lists of contacts ask for it: :meth:`write` forgets it."""
        return timezone_of(
            self.env["res.company"].browse(company_id),
            self.env["res.users"].browse(user_id),
        )

    def _get_quiet_until(self, exclude_referrals=None):
        """:return: for each partner in a quiet period the day on which it ends."""
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
    def _explain_quiet(self, names, days):
        return {
            partner: self.env._(
                "%(customer)s was asked not long ago; the quiet period ends on "
                "%(date)s.",
                customer=names[partner],
                date=format_date(self.env, day),
            )
            for partner, day in days.items()
        }
