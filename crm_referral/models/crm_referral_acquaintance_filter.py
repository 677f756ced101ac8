from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.acquaintances import text_key
from ..tools.contact_keys import email_keys, name_key
from .crm_referral_acquaintance_pool import NAME_LENGTH, among, same_text


class CrmReferralAcquaintanceFilter(models.AbstractModel):
    """Who is not suggested to a customer, although much speaks for it.

    What speaks against somebody is looked up with sudo, in the company of the request,
    and only the person is left out: nothing of it is told.
    """

    _name = "crm.referral.acquaintance.filter"
    _description = "Who Is Not Suggested"

    @api.model
    def _leave_out(self, referral, people):
        """:param list people: of Person
        :return: those who may be suggested, and the open leads of colleagues because of
            which others may not, in sudo mode
        :rtype: tuple
        """
        self._note_companies(people)
        for is_unwanted in (
            self._get_dismissed(referral),
            self._get_named(referral),
            self._get_customers(referral, people),
            self._get_objected(referral, people),
        ):
            people = [person for person in people if not is_unwanted(person)]
        return self._leave_out_busy(referral, people)

    @api.model
    def _note_companies(self, people):
        """Note whose contacts these people are, also where a lead does not say it."""
        emails = {key for person in people for key in email_keys(person.email)}
        # sudo: whoever is known under an address, whether the user sees them or not
        Partner = self.env["res.partner"].sudo()
        twins_sudo = Partner.browse({p.partner_id for p in people if p.partner_id})
        twins_sudo |= Partner.search_fetch(
            among("email_normalized", list(emails)),
            ["email_normalized", "commercial_partner_id"],
        )
        for person in people:
            keys = set(email_keys(person.email))
            person.companies = {
                twin.commercial_partner_id.id
                for twin in twins_sudo
                if twin.id == person.partner_id or twin.email_normalized in keys
            }

    @api.model
    def _get_dismissals(self, referral):
        """:return: what was dismissed for the customer, in sudo mode."""
        # sudo: nobody needs rights on them; the request is checked
        return (
            self.env["crm.referral.acquaintance.dismissal"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", referral.partner_id.id),
                    ("company_id", "=", referral.company_id.id),
                ]
            )
        )

    @api.model
    def _get_dismissed(self, referral):
        """:return: a function of a person: whether they were dismissed."""
        dismissals = self._get_dismissals(referral)
        leads = set(dismissals.lead_id.ids)
        partners = set(dismissals.acquaintance_id.ids)
        return lambda person: person.lead_id in leads or person.partner_id in partners

    @api.model
    def _get_named(self, referral):
        """:return: a function of a person: whether they were named to this customer."""
        # sudo: a colleague may have asked the same customer about them
        named_sudo = (
            self.env["crm.referral.candidate"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("referrer_id", "=", referral.partner_id.id),
                    ("company_id", "=", referral.company_id.id),
                ]
            )
        )
        leads = set((named_sudo.lead_id | named_sudo.source_lead_id).ids)
        partners = set(named_sudo.source_partner_id.ids)
        emails = set(named_sudo.mapped("email_normalized")) - {False}
        names = {
            (name_key(each.name), name_key(each.partner_name))
            for each in named_sudo
            if each.name
        }
        return lambda person: (
            person.lead_id in leads
            or person.partner_id in partners
            or not emails.isdisjoint(email_keys(person.email))
            or (name_key(person.name), name_key(person.organization)) in names
        )

    @api.model
    def _get_customers(self, referral, people):
        """:return: a function of a person: whether they are a customer already, or were
        asked like one.
        """
        companies = set().union(*(person.companies for person in people))
        emails = {key for person in people for key in email_keys(person.email)}
        of_companies = Domain(
            "partner_id", "any!", [("commercial_partner_id", "in", list(companies))]
        )
        # sudo: a colleague's customer is a customer
        Lead = self.env["crm.lead"].sudo().with_context(active_test=False)
        won = Domain("won_status", "=", "won")
        partners = Lead._read_group(won & of_companies, ["partner_id"])
        with_email = Lead._read_group(
            won & among("email_normalized", list(emails)), ["email_normalized"]
        )
        customers = {partner.commercial_partner_id.id for (partner,) in partners}
        for model in ("crm.referral", "crm.referral.benefit"):
            # sudo: a customer of a colleague is a customer; only who is left out shows
            found = self.env[model].sudo()._read_group(of_companies, ["partner_id"])
            customers.update(partner.commercial_partner_id.id for (partner,) in found)
        known = self.env["res.partner"].sudo().browse(companies)
        customers.update(
            known.with_company(referral.company_id).filtered("loyalty_stage_id").ids
        )
        bought = {email for (email,) in with_email}
        return lambda person: (
            not customers.isdisjoint(person.companies)
            or not bought.isdisjoint(email_keys(person.email))
        )

    @api.model
    def _get_objected(self, referral, people):
        """:return: a function of a person: whether they, or somebody with their number,
        have objected to being contacted.
        """
        Objection = self.env["crm.referral.objection"].with_company(referral.company_id)
        hashes = {
            id(person): Objection._hash_contacts([person.email], [person.phone])
            for person in people
        }
        found = Objection._search_hashes(
            set().union(*hashes.values()), referral.company_id
        )
        objected = set(found.mapped("contact_hash"))
        # sudo: what a colleague has heard counts as well
        candidates_sudo = (
            self.env["crm.referral.candidate"]
            .sudo()
            .with_context(active_test=False)
            .search(
                Domain("state", "=", "objected")
                & (
                    Domain("lead_id", "in", [p.lead_id for p in people if p.lead_id])
                    | Domain(
                        "source_partner_id",
                        "in",
                        [p.partner_id for p in people if p.partner_id],
                    )
                )
            )
        )
        leads = set(candidates_sudo.lead_id.ids)
        partners = set(candidates_sudo.source_partner_id.ids)
        return lambda person: (
            not objected.isdisjoint(hashes[id(person)])
            or person.lead_id in leads
            or person.partner_id in partners
        )

    # === WORKED ON BY A COLLEAGUE === #

    @api.model
    def _get_busy_domain(self, referral):
        """:return: domain of open leads of colleagues in the request's company."""
        return (
            Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
            & Domain("user_id", "not in", [self._get_rep(referral).id, False])
            & self._get_companies(referral)
        )

    @api.model
    def _leave_out_busy(self, referral, people):
        """:return: as :meth:`_leave_out`"""
        companies = set().union(*(person.companies for person in people))
        emails = {key for person in people for key in email_keys(person.email)}
        names = {text_key(p.organization) for p in people if p.organization}
        domain = self._get_busy_domain(referral)
        of_companies = Domain(
            "partner_id", "any!", [("commercial_partner_id", "in", list(companies))]
        )
        with_email = among("email_normalized", list(emails))
        # One is enough for a name, and many leads may have it; of the others, all.
        branches = [
            ("crm.lead", "partner", domain & of_companies, None),
            ("crm.lead", "email", domain & with_email, None),
        ]
        branches += [
            ("crm.lead", "name", domain & same_text("partner_name", NAME_LENGTH, name))
            for name in names
        ]
        # sudo: that a colleague works on somebody is said, but not who it is
        leads_sudo = self.sudo()._search_branches(branches)
        busy_companies = set(leads_sudo.partner_id.commercial_partner_id.ids)
        busy_emails = set(leads_sudo.mapped("email_normalized"))
        busy_names = {text_key(lead.partner_name) for lead in leads_sudo} - {""}
        free = [
            person
            for person in people
            if busy_companies.isdisjoint(person.companies)
            and busy_emails.isdisjoint(email_keys(person.email))
            and text_key(person.organization) not in busy_names
        ]
        return free, leads_sudo

    @api.model
    def _find_busy_around(self, referral, surroundings):
        """Open leads of colleagues close to the customer: of the group, of a former
        company, or with the same mail domain.

        :return: crm.lead records, in sudo mode
        """
        # sudo: only their number is told
        self_sudo = self.sudo()
        domain = self._get_busy_domain(referral) & Domain(
            "partner_id",
            "not any!",
            [
                (
                    "commercial_partner_id",
                    "=",
                    referral.partner_id.commercial_partner_id.id,
                )
            ],
        )
        return self_sudo._search_branches(
            branch
            for branch in self_sudo._get_lead_branches(surroundings, domain)
            if branch[1] in ("group", "former", "domain")
        )

    @api.model
    def _search_branches(self, branches):
        """:return: the leads of all these branches of a query, each once."""
        selects = [self._get_branch(*branch) for branch in branches]
        if not selects:
            return self.env["crm.lead"]
        rows = self.env.execute_query(SQL(" UNION ALL ").join(selects))
        return self.env["crm.lead"].browse({row[2] for row in rows})
