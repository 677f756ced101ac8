from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..tools.sentences import join_sentences


class CrmReferral(models.Model):
    """Who may be asked, and how a manager allows what a rule speaks against."""

    _inherit = "crm.referral"

    @api.model
    def _check_no_open_request(self, customers, exclude_referrals=None):
        """Say it kindly before the unique index does, which settles a race.

        :param set customers: pairs of partner id and company id
        :param exclude_referrals: requests that do not count, such as those at hand
        :raise UserError: when a customer has an open request in that company
        """
        # sudo: a colleague's request counts too; only the name of the customer is told
        open_referrals = self.sudo().search_fetch(
            [
                (
                    "partner_id",
                    "in",
                    [partner_id for partner_id, _company in customers],
                ),
                ("outcome", "=", False),
                ("id", "not in", exclude_referrals.ids if exclude_referrals else []),
            ],
            ["partner_id", "company_id", "user_id"],
        )
        for referral in open_referrals:
            if (referral.partner_id.id, referral.company_id.id) in customers:
                raise UserError(
                    self.env._(
                        "%(customer)s already has an open referral request "
                        "(%(salesperson)s). Go on with that one.",
                        customer=referral.partner_id.display_name,
                        salesperson=referral.user_id.name or self.env._("unassigned"),
                    )
                )

    @api.model
    def _get_customer(self, vals):
        """:return: ids of the partner and the company in values of a request."""
        defaults = self.env.context
        return (
            vals.get("partner_id") or defaults.get("default_partner_id"),
            vals.get("company_id")
            or defaults.get("default_company_id")
            or self.env.company.id,
        )

    def _check_quiet_period_writable(self, vals):
        """:raise AccessError: when a rep moves the end of a quiet period by hand."""
        if (
            {"closed_on", "next_ask_date"} & vals.keys()
            and not self.env.su
            and not self.env.user.has_group("sales_team.group_sale_manager")
        ):
            raise AccessError(
                self.env._(
                    "Only a sales manager may change when a customer can be asked "
                    "again."
                )
            )

    def _get_asked_customer(self):
        """:return: who is being asked, and for which company; None if nobody is."""
        self.ensure_one()
        if self.outcome or not self.active:
            return None
        return self.partner_id, self.company_id

    def _check_ask_allowed(self):
        """Check that the customer of every open request may be asked.

        :raise UserError: says why not, and what would help; a manager may override with
            a reason, which is logged
        """
        for company, referrals in (
            self.filtered(lambda r: not r.outcome).grouped("company_id").items()
        ):
            blockers = referrals.partner_id.with_company(
                company
            )._get_referral_blockers(exclude_referrals=referrals)
            for referral in referrals:
                reasons = blockers[referral.partner_id]
                if reasons:
                    referral._override_blockers(list(reasons.values()))

    def _override_blockers(self, reasons):
        """Ask in spite of the given reasons: a manager only, in writing."""
        self.ensure_one()
        if self.can_override and (self.override_reason or "").strip():
            self.message_post(
                body=self.env._(
                    "%(manager)s allowed this request in spite of: %(blockers)s "
                    "Reason: %(reason)s",
                    manager=self.env.user.name,
                    blockers=join_sentences(self.env, reasons),
                    reason=self.override_reason,
                ),
                subtype_xmlid="mail.mt_note",
            )
            return
        way_out = (
            self.env._("Write down why you ask all the same, as the override reason.")
            if self.can_override
            else self.env._("A sales manager may allow it with a written reason.")
        )
        raise UserError("\n".join([*reasons, way_out]))
