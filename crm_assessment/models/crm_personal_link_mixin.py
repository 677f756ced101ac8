import hashlib
import re
import secrets

from odoo import api, fields, models
from odoo.tools import SQL, consteq

# From 128 bits on, as `secrets.token_urlsafe` writes them.
TOKEN = re.compile(r"[A-Za-z0-9_-]{22,86}")


class CrmPersonalLinkMixin(models.AbstractModel):
    """A record that one person outside opens by a link, without logging in.

    The link carries a random token and nothing else: no number that could be counted
    up, and nothing to tell one who guesses from one who mistypes.
    """

    _name = "crm.personal.link.mixin"
    _description = "Personal Link"

    # What the address of the page begins with; the token follows.
    _link_path = None

    access_token = fields.Char(
        groups="base.group_system",
        readonly=True,
        copy=False,
        default=lambda self: self._default_access_token(),
    )
    is_link_revoked = fields.Boolean(
        string="Link Revoked",
        readonly=True,
        copy=False,
        help="The personal link does not open any more.",
    )

    # Tokens are found by their digest. A guess cannot steer its digest, so the time
    # that the look-up takes says nothing about how near the guess came to a token.
    _access_token_digest_idx = models.UniqueIndex(
        "(sha256(access_token::bytea))",
        "This link leads somewhere else already. Please try again.",
    )

    # === DEFAULT METHODS === #

    def _default_access_token(self):
        return secrets.token_urlsafe(32)

    # === ACTION METHODS === #

    def action_revoke_link(self):
        """Close the personal links; what was answered stays.

        :return: True
        """
        self.check_access("write")
        # sudo: whether the link opens is not written by hand
        self.sudo().write({"is_link_revoked": True})
        return True

    def action_renew_link(self):
        """Replace the personal links: the old ones are as if they had never been.

        :return: True
        """
        self.check_access("write")
        for record in self:
            # sudo: nobody sees or writes the token itself
            record.sudo().write(
                {
                    "access_token": record._default_access_token(),
                    "is_link_revoked": False,
                }
            )
        return True

    # === BUSINESS METHODS === #

    @api.model
    def _find_by_token(self, token):
        """Find the record that a link opens, in constant time.

        :param str token: what the link carries, as it came from outside
        :return: the record in sudo mode, or an empty recordset
        """
        # sudo: the token is the permission; who holds it needs no user
        nobody = self.sudo().browse()
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            return nobody
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %(table)s WHERE sha256(%(token)s::bytea) = %(digest)s",
                table=SQL.identifier(self._table),
                token=SQL.identifier(
                    "access_token", to_flush=self._fields["access_token"]
                ),
                digest=hashlib.sha256(token.encode()).digest(),
            )
        )
        record = nobody.browse([row[0] for row in rows])
        return record if record and consteq(record.access_token, token) else nobody

    @api.model
    def _get_link_paths(self):
        """:return: what the addresses of all personal links begin with.
        :rtype: list[str]
        """
        names = self.pool.descendants(["crm.personal.link.mixin"], "_inherit")
        paths = {self.pool[name]._link_path for name in names}
        return sorted(path for path in paths if path)

    def _get_link(self):
        """:return: the address of the page. Who calls this keeps who gets it.
        :rtype: str
        """
        self.ensure_one()
        # sudo: nobody reads the token itself
        return f"{self.get_base_url()}{self._link_path}/{self.sudo().access_token}"

    # === BUSINESS METHODS - TO OVERRIDE === #

    def _get_page_status(self):
        """:return: what the link opens: ``open``, or why it does not: ``answered``,
            ``expired``, ``revoked`` or ``unknown``
        :rtype: str
        """
        self.ensure_one()
        return "revoked" if self.is_link_revoked else "open"

    def _get_page_langs(self):
        """:return: codes of the languages in which the page speaks, the best first; it
            speaks that of the browser when there is none
        :rtype: list[str]
        """
        return []

    def _note_opened_by(self, user):
        """A colleague has the page open, and could act in the other person's name.

        :param user: the res.users
        """
