from odoo import fields, models
from odoo.fields import Domain

from .crm_referral_news import KINDS, WAITING_STATES

INTERVALS = [
    ("half_year", "At most twice a year"),
    ("year", "At most once a year"),
]
INTERVAL_DAYS = {"half_year": 182, "year": 365}
NO_NEWS = {f"referral_no_news_{kind}" for kind, _label in KINDS}


class CrmReferralPreferenceMixin(models.AbstractModel):
    """What a customer wants of us about referrals: how often we may ask."""

    _name = "crm.referral.preference.mixin"
    _description = "Wishes of a Referrer"

    referral_ask_interval = fields.Selection(
        selection=INTERVALS,
        string="How Often to Ask for Referrals",
        tracking=True,
        help="What the customer wishes. Empty: our own quiet period is enough. It "
        "never makes the quiet period shorter, and counts for all contacts of a "
        "company.",
    )

    # Negative, so that nothing has to be written for the many who want to hear.
    referral_no_news_introduced = fields.Boolean(
        string="No Thanks for Introductions", tracking=True
    )
    referral_no_news_contacted = fields.Boolean(
        string="No News of First Contacts", tracking=True
    )
    referral_no_news_outcome = fields.Boolean(
        string="No News of What Came of It", tracking=True
    )

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if "referral_ask_interval" in vals:
            # sudo: whoever notes it, the requests of colleagues keep to it, too
            self.sudo()._renew_next_ask_dates()
        if NO_NEWS & vals.keys():
            # sudo: the same for the candidates of colleagues
            self.sudo()._on_news_wishes_changed()
        return result

    # === BUSINESS METHODS === #

    def _get_referral_interval_days(self):
        """:return: for how many days after a request this customer wants no other
        :rtype: int
        """
        self.ensure_one()
        wishes = (self | self.commercial_partner_id).mapped("referral_ask_interval")
        return max((INTERVAL_DAYS.get(wish, 0) for wish in wishes), default=0)

    def _on_news_wishes_changed(self):
        """What the customer does not want to hear of is not waiting to be told."""
        waiting = self.env["crm.referral.candidate"].search(
            Domain("referrer_id", "child_of", self.ids)
            & Domain("news_ids", "any", Domain("state", "in", WAITING_STATES))
        )
        waiting._sync_news()
        waiting.filtered(lambda c: not c._is_referrer_waiting()).activity_unlink(
            ["crm_referral.mail_activity_type_tell_referrer"]
        )

    def _get_news_wishes(self):
        """:return: of what the customer wants to hear, for their page
        :rtype: list[dict]
        """
        self.ensure_one()
        kind = self.env["crm.referral.news"]._fields["kind"]
        return [
            {"code": code, "name": name, "wanted": not self[f"referral_no_news_{code}"]}
            for code, name in kind._description_selection(self.env)
        ]

    def _set_news_wishes(self, values):
        """Keep of what the customer wants to hear.

        :param dict values: ``news_<kind>`` for each that they want
        :return: whether that is another wish than before
        :rtype: bool
        """
        self.ensure_one()
        vals = {
            f"referral_no_news_{kind}": not values.get(f"news_{kind}")
            for kind, _label in KINDS
        }
        changed = {fname: no for fname, no in vals.items() if self[fname] != no}
        if changed:
            self.write(changed)
        return bool(changed)

    def _renew_next_ask_dates(self):
        """Requests that have ended are quiet for as long as the customer wishes now."""
        ended = (
            self.env["crm.referral"]
            .with_context(active_test=False)
            .search(
                Domain("partner_id", "child_of", self.ids)
                & Domain("outcome", "!=", False)
                & Domain("closed_on", "!=", False)
            )
        )
        for referral in ended:
            referral.next_ask_date = referral._get_next_ask_date(referral.closed_on)

    def _stop_referral_contact(self):
        """This customer wants to hear nothing about referrals any more."""
        self.write({"referral_do_not_ask": True, **dict.fromkeys(NO_NEWS, True)})
