import hashlib
import hmac
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache, str2bool

from ..tools.contact_keys import email_keys, name_key, phone_keys


class CrmReferralObjection(models.Model):
    """A person's objection to being contacted, without the person.

    Only keyed hashes of the e-mail address and the phone number are kept, so the
    objection survives the erasure of everything else, and cannot be read back. An
    objection counts in its company, or in all of them if the settings say so.
    """

    _name = "crm.referral.objection"
    _inherit = ["crm.guarded.mixin"]
    _description = "Referral Objection"
    _rec_name = "create_date"
    _order = "id desc"
    _protected_fields = frozenset(
        {
            "active",
            "company_id",
            "contact_hash",
            "kind",
            "name_hash",
            "withdrawal_reason",
            "withdrawn_by_id",
            "withdrawn_on",
        }
    )

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        selection=[("email", "E-mail address"), ("phone", "Phone number")],
        string="Remembered By",
        required=True,
        readonly=True,
        help="What recognises the person. The address or number itself is not kept.",
    )
    contact_hash = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    # Several persons may share a number: it speaks only together with the name.
    name_hash = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    active = fields.Boolean(default=True, readonly=True)
    withdrawn_on = fields.Date(string="Taken Back On", readonly=True)
    withdrawn_by_id = fields.Many2one(
        comodel_name="res.users", string="Taken Back By", readonly=True
    )
    withdrawal_reason = fields.Char(string="Why It Was Taken Back", readonly=True)

    _contact_hash_uniq = models.UniqueIndex(
        "(company_id, contact_hash, COALESCE(name_hash, '')) WHERE active",
        "This objection is already recorded.",
    )

    # === HASHES === #

    @api.model
    def _hash(self, text):
        # sudo: the key is for the system alone
        secret = self.env["crm.referral.objection.key"].sudo()._get_secret()
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    @api.model
    def _hash_email(self, email):
        """:return: hashes of the addresses in a text.
        :rtype: set[str]
        """
        return {self._hash(f"email:{key}") for key in email_keys(email)}

    @api.model
    def _hash_phone(self, phone, country=None):
        """:return: hashes of the spellings of a number, the best one first.
        :rtype: list[str]
        """
        return [self._hash(f"phone:{key}") for key in phone_keys(phone, country)]

    @api.model
    def _hash_name(self, name, phone_hash):
        """:return: a hash of the name that says something with this number only."""
        key = name_key(name)
        return self._hash(f"name:{phone_hash}:{key}") if key else False

    @api.model
    def _hash_contacts(self, emails=(), phones=()):
        """:return: hashes of all these addresses and numbers.
        :rtype: set[str]
        """
        country = self.env.company.country_id
        hashes = set().union(*(self._hash_email(email) for email in emails))
        return hashes.union(*(self._hash_phone(phone, country) for phone in phones))

    # === REMEMBERING === #

    @api.model
    def _record(self, emails=(), phones=(), name=None, company=None):
        """Record the objection of one person with these addresses and numbers.

        :param company: the res.company that heard it
        :return: what is recorded now and was not before
        """
        company = company or self.env.company
        wanted = self._prepare_hashes(emails, phones, name, company.country_id)
        return self._record_hashes({(company.id, *hashes) for hashes in wanted})

    @api.model
    def _record_candidates(self, candidates):
        """Record the objections of these candidates, each in its company."""
        self._record_hashes(
            {
                (candidate.company_id.id, *hashes)
                for candidate in candidates
                for hashes in self._prepare_hashes(
                    [candidate.email],
                    [candidate.phone],
                    candidate.name,
                    candidate._get_phone_country(),
                )
            }
        )

    @api.model
    def _prepare_hashes(self, emails, phones, name, country):
        """:return: the kind, the hash and the hash of the name of what is remembered.
        :rtype: set[tuple]
        """
        wanted = {
            ("email", value, False)
            for email in emails
            for value in self._hash_email(email)
        }
        for phone in phones:
            for value in self._hash_phone(phone, country)[:1]:
                wanted.add(("phone", value, self._hash_name(name, value)))
        return wanted

    @api.model
    def _record_hashes(self, wanted):
        """:param set wanted: company id, kind, hash, and hash of the name
        :return: what is recorded now and was not before
        """
        # sudo: nobody writes objections by hand
        Objection = self.sudo()
        known = {
            (o.company_id.id, o.kind, o.contact_hash, o.name_hash or False)
            for o in Objection.search(
                [
                    ("active", "=", True),
                    ("contact_hash", "in", list({each[2] for each in wanted})),
                ]
            )
        }
        fnames = ("company_id", "kind", "contact_hash", "name_hash")
        if wanted - known and not self._exist():
            self.env.registry.clear_cache()
        return Objection.create(
            [
                dict(zip(fnames, each, strict=True))
                for each in sorted(wanted - known, key=str)
            ]
        )

    @api.model
    def _is_group_wide(self):
        """:return: whether an objection counts in all companies."""
        # sudo: the setting counts for everybody
        value = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("crm_referral.objection_group_wide")
        )
        return str2bool(value, False)

    @api.model
    def _search_hashes(self, hashes, companies):
        """:return: the objections with one of these hashes, in sudo mode."""
        # What was taken back does not count, also where archived records are looked at.
        domain = Domain("contact_hash", "in", list(hashes)) & Domain(
            "active", "=", True
        )
        if not self._is_group_wide():
            domain &= Domain("company_id", "in", companies.ids)
        # sudo: who enters a candidate must be stopped, but may not browse
        return self.sudo().search_fetch(
            domain, ["company_id", "contact_hash", "name_hash"]
        )

    @api.model
    def _find(self, emails=(), phones=(), company=None):
        """:return: hashes among these addresses and numbers that have objected.
        :rtype: set[str]
        """
        company = company or self.env.company
        if not self._exist():
            return set()
        hashes = self.with_company(company)._hash_contacts(emails, phones)
        if not hashes:
            return set()
        return set(self._search_hashes(hashes, company).mapped("contact_hash"))

    @api.model
    @ormcache()
    def _exist(self):
        """:return: whether anybody has ever objected: most need not be asked for."""
        # sudo: whether the table is empty tells nothing
        return bool(self.sudo().with_context(active_test=False).search_count([], 1))

    @api.model
    def _match(self, people):
        """Tell who of these people has objected.

        :param people: records with ``_get_objection_contact``
        :return: ``person`` for who has objected; ``number`` for who only shares a phone
            number with such a person. Who is not in it has not objected.
        :rtype: dict
        """
        contacts = {}
        hashes = set()
        for person in people if self._exist() else ():
            email, phone, name, country, company = person._get_objection_contact()
            emails = self._hash_email(email)
            numbers = self._hash_phone(phone, country)
            contacts[person] = (emails, numbers, name, company)
            hashes |= {*emails, *numbers}
        if not hashes:
            return {}
        group_wide = self._is_group_wide()
        companies = self.env["res.company"].union(*(c[3] for c in contacts.values()))
        found = defaultdict(set)
        for objection in self._search_hashes(hashes, companies):
            company = False if group_wide else objection.company_id
            found[company, objection.contact_hash].add(objection.name_hash or False)
        matches = {}
        for person, (emails, numbers, name, company) in contacts.items():
            company = False if group_wide else company
            shared = [value for value in numbers if (company, value) in found]
            if any((company, value) in found for value in emails) or any(
                self._hash_name(name, value) in found[company, value]
                for value in shared
                if name_key(name)
            ):
                matches[person] = "person"
            elif shared:
                matches[person] = "number"
        return matches
