from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.acquaintances import WEIGHTS, Surroundings, text_key
from ..tools.free_mail import mail_domain

# Newest records that each reason brings in, and best ones that are looked at closely.
PER_REASON = 40
LOOKED_AT = 60
# Records of the customer that are read: what they have in common is in the newest.
NEWEST = 50
# How much of a text the indexes compare: any length fits into a column of Odoo.
CITY_LENGTH = 64
NAME_LENGTH = 100


def same_text(fname, length, key):
    """A domain as the indexes on texts compare: in one spelling, cut off.

    For a single text: PostgreSQL has no statistics of what these indexes compare, and
    would rather read a table than look up many of them.
    """

    def to_sql(model, alias, query):
        column = model._field_to_sql(alias, fname, query)
        return SQL("lower(left(%s, %s)) = %s", column, length, key[:length])

    return Domain.custom(to_sql=to_sql)


def among(fname, values):
    """:return: a domain for one of these values, also for none at all."""
    return Domain(fname, "in", values) if values else Domain.FALSE


def by_id_and_name(companies, names=()):
    """:return: what companies are recognised by, and what is said of them.
    :rtype: dict
    """
    known = {each.id: each.name for each in companies}
    for name in [*companies.mapped("name"), *names]:
        if text_key(name):
            known.setdefault(text_key(name), name)
    return known


def split_keys(known):
    """:return: the ids and the names among what companies are recognised by."""
    names = [key for key in known if isinstance(key, str)]
    return [key for key in known if isinstance(key, int)], names


def same_mail_domain(name):
    """:return: a domain for contacts with an address at this mail domain."""

    def to_sql(model, alias, query):
        return SQL(
            "left(split_part(%s, '@', 2), %s) = %s",
            model._field_to_sql(alias, "email_normalized", query),
            NAME_LENGTH,
            name[:NAME_LENGTH],
        )

    return Domain.custom(to_sql=to_sql)


class CrmReferralAcquaintancePool(models.AbstractModel):
    """Where acquaintances of a customer are looked for, in a single query.

    Each reason is a branch of the query that an index answers, newest records first.
    The record rules of the user are in each branch.
    """

    _name = "crm.referral.acquaintance.pool"
    _description = "Where Acquaintances Are Looked For"

    # === WHAT WE KNOW OF THE CUSTOMER === #

    @api.model
    def _get_surroundings(self, referral):
        """What the user may see of the customer that others may have in common.

        :return: the Surroundings
        """
        partner = referral.partner_id._filtered_access("read")
        company = partner.commercial_partner_id._filtered_access("read")
        known = partner | company
        surroundings = Surroundings()
        if not known:
            return surroundings
        surroundings.group = self._get_group(company)
        surroundings.domain = {
            name: f"@{name}" for name in map(mail_domain, known.mapped("email")) if name
        }
        surroundings.industry = {each.id: each.name for each in known.industry_id}
        surroundings.city = {
            text_key(city): city for city in known.mapped("city") if text_key(city)
        }
        surroundings.tags = {("contact", tag.id): tag.name for tag in known.category_id}
        leads = self._get_leads_of_customer(partner, company)
        surroundings.tags.update((("lead", t.id), t.name) for t in leads.tag_ids)
        surroundings.former = self._get_former(partner, company, leads)
        return surroundings

    @api.model
    def _get_group(self, company):
        """:return: the companies above, below and beside this one."""
        if not company.is_company:
            return {}
        parent = company.parent_id
        related = Domain("parent_id", "=", company.id)
        if parent:
            related |= Domain("parent_id", "=", parent.id) | Domain(
                "id", "=", parent.id
            )
        companies = self.env["res.partner"].search_fetch(
            related & Domain("is_company", "=", True) & Domain("id", "!=", company.id),
            ["name"],
            order="id",
            limit=NEWEST,
        )
        return by_id_and_name(companies)

    @api.model
    def _get_leads_of_customer(self, partner, company):
        """:return: the newest leads of the customer, also lost and won ones."""
        commercial = company or partner
        return (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search_fetch(
                Domain(
                    "partner_id", "any", [("commercial_partner_id", "=", commercial.id)]
                ),
                ["partner_id", "partner_name", "tag_ids"],
                order="id desc",
                limit=NEWEST,
            )
        )

    @api.model
    def _get_former(self, partner, company, leads):
        """:return: where the customer was before: as contact, and in old leads."""
        if not partner or partner.is_company:
            return {}
        field = self.env["ir.model.fields"]._get("res.partner", "parent_id")
        # sudo: only the companies that the user may read are told
        changes = (
            self.env["mail.tracking.value"]
            .sudo()
            .search_fetch(
                Domain("field_id", "=", field.id)
                & Domain("old_value_integer", "!=", 0)
                & Domain("mail_message_id.model", "=", "res.partner")
                & Domain("mail_message_id.res_id", "=", partner.id),
                ["old_value_integer"],
                limit=NEWEST,
            )
        )
        before = self.env["res.partner"].browse(changes.mapped("old_value_integer"))
        before = before.exists()._filtered_access("read").commercial_partner_id
        before = (before - company - partner)._filtered_access("read")
        now = {text_key(partner.commercial_company_name), text_key(company.name)}
        names = [lead.partner_name for lead in leads if lead.partner_id == partner]
        return by_id_and_name(before, [n for n in names if text_key(n) not in now])

    # === SEARCH === #

    @api.model
    def _collect(self, referral, surroundings):
        """Find leads and contacts that have something in common with the customer.

        :return: the crm.lead and the res.partner records that are worth a closer look
        """
        branches = [
            *self._get_lead_branches(surroundings, self._get_lead_domain(referral)),
            *self._get_partner_branches(
                surroundings, self._get_partner_domain(referral)
            ),
        ]
        selects = [self._get_branch(*branch) for branch in branches]
        if not selects:
            return self.env["crm.lead"], self.env["res.partner"]
        weights = {}
        for model, code, record_id in self.env.execute_query(
            SQL(" UNION ALL ").join(selects)
        ):
            weights.setdefault((model, record_id), {})[code] = WEIGHTS[code]
        best = sorted(
            weights, key=lambda key: (-sum(weights[key].values()), key[0], -key[1])
        )[:LOOKED_AT]
        return tuple(
            self.env[model].browse(each[1] for each in best if each[0] == model)
            for model in ("crm.lead", "res.partner")
        )

    @api.model
    def _get_branch(self, model, code, domain, limit=PER_REASON):
        """:return: the part of the query that finds records for one reason.
        :rtype: SQL
        """
        query = self.env[model]._search(
            domain, order=limit and "id desc", limit=limit, active_test=False
        )
        return SQL(
            "(%s)",
            query.select(
                SQL("%s", model), SQL("%s", code), SQL.identifier(query.table, "id")
            ),
        )

    @api.model
    def _get_lead_branches(self, surroundings, domain):
        """:return: model, reason and domain of each branch."""
        for code in ("group", "former"):
            ids, names = split_keys(getattr(surroundings, code))
            if ids:
                of_company = [("commercial_partner_id", "in", ids)]
                yield "crm.lead", code, domain & Domain("partner_id", "any", of_company)
            for name in names:
                condition = same_text("partner_name", NAME_LENGTH, name)
                yield "crm.lead", code, domain & condition
        if surroundings.domain:
            criteria = [f"@{name}" for name in surroundings.domain]
            yield (
                "crm.lead",
                "domain",
                domain & Domain("email_domain_criterion", "in", criteria),
            )
        if tags := [key[1] for key in surroundings.tags if key[0] == "lead"]:
            yield "crm.lead", "tags", domain & Domain("tag_ids", "in", tags)
        for city in surroundings.city:
            yield "crm.lead", "city", domain & same_text("city", CITY_LENGTH, city)

    @api.model
    def _get_partner_branches(self, surroundings, domain):
        """:return: model, reason and domain of each branch."""
        industry = among("industry_id", list(surroundings.industry))
        tags = [key[1] for key in surroundings.tags if key[0] == "contact"]
        group, former = (
            among("commercial_partner_id", split_keys(known)[0])
            for known in (surroundings.group, surroundings.former)
        )
        branches = [
            ("group", group),
            ("former", former),
            ("industry", industry),
            ("tags", among("category_id", tags)),
            *(("domain", same_mail_domain(name)) for name in surroundings.domain),
        ]
        for city in surroundings.city:
            same_city = same_text("city", CITY_LENGTH, city)
            # They need not be among the newest of the industry, or of the city.
            branches += [("city", same_city), ("industry", industry & same_city)]
        for code, condition in branches:
            if not condition.is_false():
                yield "res.partner", code, domain & condition

    @api.model
    def _get_rep(self, referral):
        """:return: the res.users who has the conversation."""
        return referral.user_id or self.env.user

    @api.model
    def _get_companies(self, referral):
        """:return: whose leads and contacts may be named in this request."""
        return Domain("company_id", "in", [referral.company_id.id, False])

    @api.model
    def _get_lead_domain(self, referral):
        """:return: domain of open leads of the rep or of nobody, and of lost ones."""
        customer = referral.partner_id.commercial_partner_id
        mine = Domain("active", "=", True) & Domain("won_status", "=", "pending")
        mine &= Domain("user_id", "in", [self._get_rep(referral).id, False])
        return (
            (mine | Domain("won_status", "=", "lost"))
            # Named in another conversation, for that conversation.
            & Domain("is_made_of_candidate", "=", False)
            & Domain(
                "partner_id", "not any!", [("commercial_partner_id", "=", customer.id)]
            )
            & self._get_companies(referral)
        )

    @api.model
    def _get_partner_domain(self, referral):
        """:return: domain of contacts outside of the customer's company and of ours."""
        customer = referral.partner_id.commercial_partner_id
        # sudo: which contacts are our own companies is no secret
        ours = self.env["res.company"].sudo().search([("id", "!=", False)]).partner_id
        return (
            Domain("active", "=", True)
            & Domain("partner_share", "=", True)
            & Domain("type", "=", "contact")
            & Domain("name", "!=", False)
            & Domain("commercial_partner_id", "not in", (customer | ours).ids)
            & self._get_companies(referral)
        )
