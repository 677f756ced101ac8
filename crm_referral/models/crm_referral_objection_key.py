import secrets

from odoo import api, fields, models
from odoo.tools import SQL, ormcache


class CrmReferralObjectionKey(models.Model):
    """The key of the objections: one random secret, kept with the data.

    A copied or restored database remembers who objected, because the key goes along.
    Nobody reads it: not even an administrator has access to this model.
    """

    _name = "crm.referral.objection.key"
    _description = "Key of the Objections"
    _log_access = False

    secret = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)

    _single = models.UniqueIndex("((TRUE))", "There is one key for all objections.")

    def init(self):
        result = super().init()
        self._get_secret()
        return result

    @api.model
    @ormcache()
    def _get_secret(self):
        """:return: the key; made at random when there is none yet."""
        select = SQL("SELECT secret FROM crm_referral_objection_key")
        found = self.env.execute_query(select)
        if not found:
            self.env.execute_query(
                SQL(
                    "INSERT INTO crm_referral_objection_key (secret) VALUES (%s) "
                    "ON CONFLICT DO NOTHING RETURNING id",
                    secrets.token_hex(32),
                )
            )
            found = self.env.execute_query(select)
        return found[0][0]
