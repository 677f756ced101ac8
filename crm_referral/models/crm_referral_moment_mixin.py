from odoo import api, models


class CrmReferralMomentMixin(models.AbstractModel):
    """A customer with good moments, in which to ask them for an introduction.

    Another addon adds its kind in one place, :meth:`_get_good_moments`, and says when
    the moment has come with :meth:`_note_good_moment`.
    """

    _name = "crm.referral.moment.mixin"
    _description = "Customer with Good Moments"

    # Whose customers somebody asks.
    _salesperson_idx = models.Index("(user_id) WHERE user_id IS NOT NULL")

    def unlink(self):
        """Who is deleted is on no list: the database would leave the activities."""
        # sudo: also the list of a colleague
        asks = (
            self.env["crm.referral.ask"].sudo().search([("partner_id", "in", self.ids)])
        )
        asks.unlink()
        return super().unlink()

    @api.model
    def _get_good_moments(self):
        """The kinds of moments that are good for asking.

        :return: what has happened, in a few words, by code
        :rtype: dict[str, str]
        """
        return {
            "won": self.env._("Opportunity won"),
            "fan": self.env._("Became a fan"),
            "benefit": self.env._("Benefit confirmed"),
        }

    def _note_good_moment(self, kind, source):
        """Put this customer on the list of whom to ask, because of what has happened.

        Who serves the customer gets an activity, once for each source; the customer
        hears nothing. Nothing happens when the customer may not be asked. Many at once
        go through :meth:`crm.referral.ask._note_moments`.

        :param str kind: one of :meth:`_get_good_moments`
        :param source: the record in which it happened; its ``company_id`` asks, its
            ``user_id`` has the customer when nobody else does
        """
        self.ensure_one()
        self.env["crm.referral.ask"]._note_moments(kind, [(self, source)])

    @api.model
    def _get_asking_order(self):
        """:return: the order in which customers are proposed, the readiest first."""
        return "referral_readiness_score desc, id"
