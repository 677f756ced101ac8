from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import hmac

WINDOW = timedelta(minutes=10)


class CrmPersonalLinkVisit(models.TransientModel):
    """A request to a public page, kept for a short while to limit how many there are.

    Rows in the database count for all workers alike. They are only added, never
    changed, so that visits at the same time do not wait for each other.
    """

    _name = "crm.personal.link.visit"
    _description = "Visit by Personal Link"

    # Whose visit it is, hashed: addresses and tokens are not kept.
    visitor = fields.Char(required=True, readonly=True)

    _visitor_idx = models.Index("(visitor, create_date)")

    @api.model
    def _admit(self, scope, visitor, limit):
        """Count a visit, unless there were too many of late.

        It is counted for good, also when the request fails later on.

        :param str scope: what is counted
        :param str visitor: whose visits are counted
        :param int limit: how many are let in within ten minutes
        :return: whether the visitor is let in
        :rtype: bool
        """
        # sudo: visitors have no user
        digest = hmac(self.sudo().env, f"crm_assessment.{scope}", visitor)
        with self.env.registry.cursor() as cr:
            # sudo: neither has the other transaction
            Visit = self.with_env(api.Environment(cr, SUPERUSER_ID, {}))
            since = fields.Datetime.to_string(cr.now() - WINDOW)
            visits = Visit.search_count(
                [("visitor", "=", digest), ("create_date", ">", since)], limit=limit
            )
            if visits >= limit:
                return False
            Visit.create({"visitor": digest})
        return True
