from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.contact_keys import email_keys, phone_keys


class CrmReferralKnownPersonMixin(models.AbstractModel):
    """A person whom we may know already: as a contact, or from an open lead.

    The model brings ``referrer_id``, who is somebody else.
    """

    _name = "crm.referral.known.person.mixin"
    _description = "Person Who May Be Known"
    _inherit = ["crm.referral.personal.data.mixin"]
    _protected_fields = frozenset({"was_known"})

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        tracking=True,
        check_company=True,
    )
    source_lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Known from Lead",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        help="The lead from which we know the person, before anybody introduced them.",
    )
    source_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Known Contact",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        help="The contact as which we know the person, before anybody introduced them.",
    )
    was_known = fields.Boolean(
        string="Was Known Before",
        readonly=True,
        copy=False,
        help="The person was among our contacts before they were introduced.",
    )
    known_before = fields.Text(
        compute="_compute_known_before",
        help="Where we know this e-mail address or phone number from.",
    )

    # === COMPUTE METHODS === #

    @api.depends("email", "phone", "lead_id", "source_lead_id", "source_partner_id")
    @api.depends_context("lang", "uid")
    def _compute_known_before(self):
        going_on = self.filtered(lambda c: not c.lead_id)
        partners = going_on._find_known_partners()
        leads = going_on._find_same_person_leads()
        for candidate in self:
            lines = candidate._describe_partners(partners.get(candidate, ()))
            lines += candidate._describe_leads(leads.get(candidate, ()))
            candidate.known_before = "\n".join(lines) or False

    # === KNOWN BEFORE === #

    def _find_same_person(self, model, phone_of, domain=Domain.TRUE):
        """Find records with an address or number of these candidates.

        :param str model: with an e-mail address and a phone number
        :param phone_of: function of a record and a candidate: the spellings of its
            number
        :return: the records of each candidate, in sudo mode
        :rtype: dict
        """
        emails = {c: email_keys(c.email) for c in self}
        phones = {c: phone_keys(c.phone, c._get_phone_country()) for c in self}
        numbers = [keys[0].split(";")[0] for keys in phones.values() if keys]
        # What is no number for Odoo is looked for as it is written; slower, and rare.
        texts = [c.phone for c, keys in phones.items() if keys and keys[0][0] != "+"]
        wanted = {
            "email_normalized": sum(emails.values(), []),
            "phone_sanitized": [number for number in numbers if number[0] == "+"],
            "phone": texts,
        }
        same_person = Domain.OR(
            Domain(fname, "in", values) for fname, values in wanted.items() if values
        )
        if not any(wanted.values()):
            return {}
        # sudo: what is hidden from the user counts, too, and is not shown
        records = self.env[model].sudo().search(same_person & domain)
        found = {}
        for candidate in self:
            company = candidate.company_id
            found[candidate] = records.filtered(
                lambda r, c=candidate, company=company: (
                    (r.company_id == company or not r.company_id)
                    and (
                        r.email_normalized in emails[c]
                        or set(phone_of(r, c)) & set(phones[c])
                    )
                )
            )
        return found

    def _find_known_partners(self):
        """:return: contacts with an address or number of each candidate, in sudo mode.
        :rtype: dict
        """
        found = self._find_same_person(
            "res.partner",
            lambda partner, candidate: phone_keys(
                partner.phone, partner.country_id or candidate._get_phone_country()
            ),
            Domain("partner_share", "=", True),
        )
        # sudo: as above
        for candidate in self.sudo().filtered("source_partner_id"):
            partner = candidate.source_partner_id
            found[candidate] = partner | found.get(candidate, partner.browse())
        return {
            candidate: partners - candidate.sudo().referrer_id
            for candidate, partners in found.items()
        }

    def _find_same_person_leads(self):
        """:return: open leads of each of these persons, in sudo mode.
        :rtype: dict
        """
        found = self._find_same_person(
            "crm.lead",
            lambda lead, candidate: phone_keys(
                lead.phone, lead.country_id or candidate._get_phone_country()
            ),
            Domain("won_status", "=", "pending"),
        )
        # sudo: as above. The lead that the person was taken from comes first.
        for candidate in self.sudo().filtered("source_lead_id"):
            lead = candidate.source_lead_id
            if lead.active and lead.won_status == "pending":
                found[candidate] = lead | found.get(candidate, lead.browse())
        return found

    def _note_known(self):
        """Remember whether the person was known before the introduction."""
        candidates = self.filtered(
            lambda c: (
                not c.lead_id
                and (c.email or c.phone or c.source_partner_id or c.was_known)
            )
        )
        found = candidates._find_known_partners() if candidates else {}
        for known in (True, False):
            # sudo: kept by the system, so that nobody writes something else
            candidates.sudo().filtered(
                lambda c, known=known: (
                    bool(found.get(c)) is known and c.was_known is not known
                )
            ).was_known = known

    def _describe_partners(self, partners_sudo):
        """:return: sentences about these contacts that the user may read.
        :rtype: list[str]
        """
        lines = []
        for partner_sudo in partners_sudo or ():
            customer = partner_sudo._is_customer_already()
            if not partner_sudo.with_env(self.env).has_access("read"):
                line = self.env._("Somebody knows this person already.")
            elif customer:
                line = self.env._(
                    "Already a customer: %(name)s.", name=partner_sudo.display_name
                )
            else:
                line = self.env._(
                    "Already a contact: %(name)s.", name=partner_sudo.display_name
                )
            lines.append(line)
        return list(dict.fromkeys(lines))

    def _describe_leads(self, leads_sudo):
        """:return: sentences about these open leads, without what is hidden.
        :rtype: list[str]
        """
        lines = []
        for lead_sudo in leads_sudo or ():
            salesperson = lead_sudo.user_id.name
            if lead_sudo.with_env(self.env).has_access("read"):
                line = self.env._(
                    "Already an open lead: %(name)s.", name=lead_sudo.display_name
                )
            elif salesperson:
                line = self.env._(
                    "A colleague has an open lead of this person. Talk to "
                    "%(salesperson)s first.",
                    salesperson=salesperson,
                )
            else:
                line = self.env._(
                    "There is an open lead of this person that you cannot open. Ask "
                    "your sales manager first."
                )
            lines.append(line)
        return list(dict.fromkeys(lines))

    def _find_duplicate_leads(self, include_hidden=False):
        """Open leads of the same person.

        :param bool include_hidden: also those of colleagues, which the user cannot open
        :return: crm.lead records, in sudo mode when ``include_hidden``
        """
        self.ensure_one()
        leads_sudo = self._find_same_person_leads().get(self)
        if not leads_sudo:
            # sudo: nothing found, in the mode that was asked for
            return self.env["crm.lead"].sudo(include_hidden)
        if include_hidden:
            return leads_sudo
        return leads_sudo.sudo(False).with_env(self.env)._filtered_access("read")

    def _find_other_open_leads(self):
        """:return: open leads of these persons that did not come of them, in sudo mode.
        :rtype: dict
        """
        return {
            candidate: leads_sudo - candidate.lead_id
            for candidate, leads_sudo in self._find_same_person_leads().items()
        }
