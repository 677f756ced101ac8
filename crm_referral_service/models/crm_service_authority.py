from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..tools.authority import find_limit, is_too_low


@dataclass(frozen=True, eq=False)
class Proposal:
    """A limit to raise, or to make where there is none.

    :param authority: the crm.service.authority; empty where there is none
    :param gesture_type: the crm.service.gesture.type
    :param decided: of how many approvals this is known
    :param unchanged: how many of them were approved as they had been asked for
    :param amount: the limit that would have allowed most of these
    """

    authority: models.Model
    gesture_type: models.Model
    company: models.Model
    decided: int
    unchanged: int
    amount: float

    def get_name(self, env) -> str:
        """:return: the limit, or that there is none, in the reader's language"""
        return self.authority.display_name or env._(
            "%(gesture)s: there is no limit", gesture=self.gesture_type.display_name
        )


class CrmServiceAuthority(models.Model):
    """What somebody may give a customer without asking.

    The most specific limit counts: that of the person, then of the team, then of a
    group. Without any, a gesture that costs money is approved by somebody else.
    """

    _name = "crm.service.authority"
    _description = "Authority to Give"
    _inherit = ["crm.guarded.mixin"]
    _order = "type_id, user_id, team_id, group_id, id"
    _check_company_auto = True

    type_id = fields.Many2one(
        comodel_name="crm.service.gesture.type",
        string="Gesture",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("has_amount", "=", True)],
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Person",
        index="btree_not_null",
        ondelete="cascade",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        index="btree_not_null",
        ondelete="cascade",
    )
    group_id = fields.Many2one(
        comodel_name="res.groups",
        index="btree_not_null",
        ondelete="cascade",
    )
    max_amount = fields.Monetary(
        string="Up To",
        required=True,
        help="For one gesture, in the company's currency.",
    )
    max_per_customer_year = fields.Monetary(
        string="A Customer and Year",
        help="For all gestures to one customer in twelve months. Zero: no limit.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self._default_company_id(),
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    in_words = fields.Char(compute="_compute_in_words")

    _one_holder = models.Constraint(
        "CHECK (num_nonnulls(user_id, team_id, group_id) = 1)",
        "A limit is for a person, for a team or for a group: choose one of them.",
    )
    _positive = models.Constraint(
        "CHECK (max_amount >= 0 AND COALESCE(max_per_customer_year, 0) >= 0)",
        "A limit is zero or more.",
    )
    _holder_uniq = models.UniqueIndex(
        "(type_id, company_id, COALESCE(user_id, 0), COALESCE(team_id, 0), "
        "COALESCE(group_id, 0))",
        "There is already a limit for this gesture here. Change that one.",
    )

    # === DEFAULT METHODS === #

    def _default_company_id(self):
        return self.env.company

    # === COMPUTE METHODS === #

    @api.depends(
        "type_id.name", "user_id.name", "team_id.name", "group_id.name", "max_amount"
    )
    @api.depends_context("lang")
    def _compute_display_name(self):
        for limit in self:
            holder = limit.user_id or limit.team_id or limit.group_id
            names = filter(None, (limit.type_id.name, holder.display_name))
            amount = limit.currency_id.format(limit.max_amount)
            limit.display_name = f"{' · '.join(names)}: {amount}"

    @api.depends(
        *("type_id.name", "user_id.name", "team_id.name", "group_id.full_name"),
        *("max_amount", "max_per_customer_year", "currency_id"),
    )
    @api.depends_context("lang")
    def _compute_in_words(self):
        for limit in self:
            holder = limit.user_id or limit.team_id or limit.group_id
            values = {
                "who": holder.display_name,
                "gesture": limit.type_id.name,
                "amount": limit.currency_id.format(limit.max_amount),
                "yearly": limit.currency_id.format(limit.max_per_customer_year),
            }
            if not holder or not limit.type_id:
                limit.in_words = False
            elif limit.max_per_customer_year:
                limit.in_words = self.env._(
                    "%(who)s: “%(gesture)s” up to %(amount)s at once, and %(yearly)s a "
                    "customer and year",
                    **values,
                )
            else:
                limit.in_words = self.env._(
                    "%(who)s: “%(gesture)s” up to %(amount)s at once", **values
                )

    # === BUSINESS METHODS === #

    @api.model
    def _get_proposals(self):
        """Limits above which others only say yes: the rule is the problem then.

        Of the last twelve months, and of what was asked under the limit as it is now.

        :rtype: list[Proposal]
        """
        Report = self.env["crm.complaint.gesture.report"]
        domain = [
            ("date", ">=", self.env.cr.now() - relativedelta(years=1)),
            ("decided_count", "=", 1),
            ("is_current_limit", "=", True),
        ]
        groupby = ["authority_id", "type_id", "company_id"]
        amounts = {
            (limit, kind, company): found
            for limit, kind, company, found in Report._read_group(
                [*domain, ("unchanged_count", "=", 1)],
                groupby,
                ["agreed_amount:array_agg"],
            )
        }
        return [
            Proposal(*key, decided, unchanged, find_limit(amounts[tuple(key)]))
            for *key, decided, unchanged in Report._read_group(
                domain, groupby, ["decided_count:sum", "unchanged_count:sum"]
            )
            if is_too_low(decided, unchanged)
        ]

    @api.model
    def _find_limit(self, user, gesture_type, team, company):
        """The limit that counts for a person.

        :param user: the res.users who gives
        :param gesture_type: the crm.service.gesture.type
        :param team: the crm.team of the complaint
        :param company: the res.company
        :return: the record in sudo mode, or an empty recordset: nothing is allowed
        """
        # sudo: an agent need not read what colleagues may give
        limits = self.sudo().search(
            [("type_id", "=", gesture_type.id), ("company_id", "=", company.id)]
        )
        # sudo: who is on which team is not a secret
        members = team.sudo().member_ids | team.sudo().user_id
        for holders in (
            lambda limit: limit.user_id == user,
            # Nobody borrows the limit of a team by giving it the complaint.
            lambda limit: limit.team_id and limit.team_id == team and user in members,
            lambda limit: limit.group_id in user.all_group_ids,
        ):
            found = limits.filtered(holders)
            if found:
                return found.sorted("max_amount", reverse=True)[:1]
        return limits.browse()
