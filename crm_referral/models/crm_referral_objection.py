from odoo import api, fields, models
from odoo.tools import email_normalize
from odoo.tools.misc import hmac


class CrmReferralObjection(models.Model):
    """A person's objection to being contacted, without the person.

    Only a keyed hash of the normalised e-mail address or phone number is kept, so the
    objection survives the erasure of everything else, and cannot be read back.
    """

    _name = "crm.referral.objection"
    _description = "Referral Objection"
    _rec_name = "create_date"
    _order = "id desc"

    contact_hash = fields.Char(required=True, readonly=True)

    _contact_hash_uniq = models.Constraint(
        "UNIQUE (contact_hash)", "This objection is already recorded."
    )

    @api.model
    def _hash_contacts(self, emails=(), phones=()):
        """Hash addresses and numbers with the secret of this database.

        :param emails: e-mail addresses, normalised or not; empty ones are left out
        :param phones: phone numbers in international format; empty ones are left out
        :return: hexadecimal SHA-256 HMACs
        :rtype: set[str]
        """
        env = self.sudo().env  # sudo: the secret of the database is the key
        contacts = {email_normalize(email) or "" for email in emails if email}
        contacts |= {phone for phone in phones if phone}
        contacts.discard("")
        return {hmac(env, "crm_referral.objection", contact) for contact in contacts}

    @api.model
    def _record(self, emails=(), phones=()):
        """Record the objection of the person behind these addresses and numbers."""
        missing = self._hash_contacts(emails, phones) - self._find(emails, phones)
        # sudo: nobody writes objections by hand, and none can be withdrawn for others
        return self.sudo().create([{"contact_hash": value} for value in missing])

    @api.model
    def _find(self, emails=(), phones=()):
        """:return: hashes among these addresses and numbers that have objected.
        :rtype: set[str]
        """
        hashes = self._hash_contacts(emails, phones)
        if not hashes:
            return set()
        # sudo: everybody who enters a candidate must be stopped, nobody may browse
        found = self.sudo().search_fetch(
            [("contact_hash", "in", list(hashes))], ["contact_hash"]
        )
        return set(found.mapped("contact_hash"))
