from psycopg2.errors import ForeignKeyViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError

from ..models.crm_referral_ask_list_mixin import WAITING
from ..tools.referral_tree import leads_to


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Merge once more when somebody has noted something of them meanwhile.

        What others have committed since the merge began is not seen, so it still
        points to the customers that go, and the database does not let them.
        """
        try:
            return super()._merge(partner_ids, dst_partner, extra_checks)
        except ForeignKeyViolation as error:
            raise ConcurrencyError(
                self.env._(
                    "Somebody is working with one of these customers right now. Try "
                    "again in a moment."
                )
            ) from error

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Make way for the merge, which works in SQL and knows nothing of our rules."""
        partners = src_partners | dst_partner
        self._end_double_referral_requests(partners)
        self._cancel_double_rounds(partners)
        self._drop_double_benefits(partners)
        self._drop_double_dismissals(partners)
        self._drop_double_asks(partners)
        self._drop_double_pages(partners)
        self._cut_referrer_loops(partners, dst_partner)
        self._drop_readiness(partners)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["crm.referral.readiness"]._note_change(dst_partner)
        return result

    @api.model
    def _drop_readiness(self, partners):
        """It is made anew of what all of them bring along."""
        # sudo: nobody reads or writes it by themselves
        self.env["crm.referral.readiness"].sudo().search(
            [("partner_id", "in", partners.ids)]
        ).unlink()

    @api.model
    def _end_double_referral_requests(self, partners):
        """One customer has one open request: the furthest goes on."""
        # sudo: the merge concerns all companies and salespersons
        open_referrals = (
            self.env["crm.referral"]
            .sudo()
            .search([("partner_id", "in", partners.ids), ("outcome", "=", False)])
        )
        for referrals in open_referrals.grouped("company_id").values():
            furthest = max(referrals, key=lambda r: (r.step_id.sequence, r.id))
            for referral in referrals - furthest:
                referral.message_post(
                    body=self.env._(
                        "Ended because the customer was merged with one who has an "
                        "open request: %(request)s",
                        request=furthest._get_html_link(),
                    ),
                    subtype_xmlid="mail.mt_note",
                )
                referral.write({"outcome": "cancelled"})
        self.env.flush_all()

    @api.model
    def _cancel_double_rounds(self, partners):
        """One person has one open round of each framework: the first goes on."""
        for fname in ("partner_id", "contact_id"):
            self._cancel_rounds_but_first(fname, partners)
        self.env.flush_all()

    @api.model
    def _cancel_rounds_but_first(self, fname, partners):
        # sudo: the merge concerns all companies and salespersons
        open_rounds = (
            self.env["crm.assessment.round"]
            .sudo()
            .search(
                [
                    (fname, "in", partners.ids),
                    ("asks_customer", "=", True),
                    ("state", "=", "open"),
                ],
                order="id",
            )
        )
        for rounds in open_rounds.grouped(
            lambda r: (r.framework_id, r.company_id)
        ).values():
            for round_ in rounds[1:]:
                round_.message_post(
                    body=self.env._(
                        "Ended because the customer was merged with one who is being "
                        "asked: %(round)s",
                        round=rounds[0]._get_html_link(),
                    ),
                    subtype_xmlid="mail.mt_note",
                )
                round_.action_cancel()

    @api.model
    def _drop_double_benefits(self, partners):
        """One opportunity is one benefit of one customer, for each company.

        So is any other document that a benefit was proposed from.
        """
        # sudo: the merge concerns all companies
        Benefit = self.env["crm.referral.benefit"].sudo()
        for fname in Benefit._get_source_fields():
            benefits = Benefit.with_context(active_test=False).search(
                [("partner_id", "in", partners.ids), (fname, "!=", False)]
            )
            for doubles in benefits.grouped(
                lambda b, fname=fname: (b[fname], b.company_id)
            ).values():
                kept = doubles.sorted(lambda b: (b.confirmed, b.id), reverse=True)[0]
                (doubles - kept)[fname] = False
        self.env.flush_all()

    @api.model
    def _drop_double_asks(self, partners):
        """One customer is on one list: the entry with a good moment, if any, stays."""
        # sudo: the merge concerns all companies and salespersons
        waiting = (
            self.env["crm.referral.ask"]
            .sudo()
            .search([("partner_id", "in", partners.ids), ("state", "in", WAITING)])
        )
        for asks in waiting.grouped("company_id").values():
            asks.sorted()[1:].unlink()
        self.env.flush_all()

    @api.model
    def _drop_double_pages(self, partners):
        """One customer has one page for each company: the one that was used last."""
        # sudo: the merge concerns all companies
        pages = (
            self.env["crm.referral.referrer"]
            .sudo()
            .search([("partner_id", "in", partners.ids)])
        )
        for doubles in pages.grouped("company_id").values():
            kept = max(doubles, key=lambda p: (str(p.used_on or ""), -p.id))
            (doubles - kept).unlink()
        self.env.flush_all()

    @api.model
    def _drop_double_dismissals(self, partners):
        """One suggestion is dismissed once for one customer, in each company."""
        # sudo: the merge concerns all companies
        Dismissal = self.env["crm.referral.acquaintance.dismissal"].sudo()
        dismissals = Dismissal.search(
            [
                "|",
                ("partner_id", "in", partners.ids),
                ("acquaintance_id", "in", partners.ids),
            ]
        )

        def merged(partner):
            return partners if partner in partners else partner

        for doubles in dismissals.grouped(
            lambda d: (
                merged(d.partner_id),
                d.company_id,
                d.lead_id,
                merged(d.acquaintance_id),
            )
        ).values():
            doubles[1:].unlink()
        self.env.flush_all()

    @api.model
    def _cut_referrer_loops(self, partners, dst_partner):
        """Nobody is referred by themselves, also after the merge."""
        # sudo: the merge concerns all companies
        partners = partners.sudo()
        referrers = partners._hold_referrers()
        for partner in partners:
            if leads_to(partner.id, set(partners.ids), referrers):
                partner.referrer_id = False
        self.env.flush_all()
