from odoo import api, fields, models

from odoo.addons.crm_foundation.tools.local_time import local_date


class CrmReferralBenefit(models.Model):
    """A complaint that was solved and felt heard is a benefit to remind of."""

    _inherit = "crm.referral.benefit"

    complaint_id = fields.Many2one(
        comodel_name="crm.complaint",
        string="Solved Complaint",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    _complaint_partner_uniq = models.UniqueIndex(
        "(complaint_id, partner_id, company_id) WHERE complaint_id IS NOT NULL",
        "This complaint is already among the customer's benefits.",
    )

    @api.model
    def _get_source_fields(self):
        return [*super()._get_source_fields(), "complaint_id"]

    @api.model
    def _collect_known(self, customers):
        """Resolved complaints; confidential ones are not retold."""
        found = super()._collect_known(customers)
        partners = self.env["res.partner"].union(*(each for each, _ in customers))
        # sudo: salespeople do not read complaints; what was solved is the customer's
        complaints = (
            self.env["crm.complaint"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", partners.ids),
                    ("outcome", "=", "resolved"),
                    ("is_confidential", "=", False),
                ],
                order="closed_on desc, id desc",
            )
            .grouped(lambda complaint: (complaint.partner_id, complaint.company_id))
        )
        return found + [
            self._prepare_from_complaint(complaint)
            for partner, company in customers
            for complaint in complaints.get((partner, company), ())
        ]

    @api.model
    def _withdraw_complaints(self, complaints):
        """They have become confidential: what was only proposed goes. In sudo mode.

        What a customer has confirmed, in whichever conversation, is theirs to tell.
        """
        proposed = self.with_context(active_test=False).search(
            [
                ("complaint_id", "in", complaints.ids),
                ("confirmed", "=", False),
                ("earlier_referral_ids", "=", False),
            ]
        )
        proposed.unlink()

    @api.model
    def _prepare_from_complaint(self, complaint):
        name = complaint.our_part or complaint.wanted_remedy or complaint.name
        return {
            "partner_id": complaint.partner_id.id,
            "company_id": complaint.company_id.id,
            "name": name,
            "proposed_name": name.strip(),
            "origin": "complaint",
            "complaint_id": complaint.id,
            "delivered_on": local_date(
                complaint.closed_on, self.env.user, complaint.company_id
            ),
        }
