from odoo import api, fields, models


class CrmReferralQuiet(models.Model):
    """A customer is left in peace until a day, whatever becomes of the request.

    The request keeps the end of its quiet period itself. What is here outlives it: the
    request was reopened, archived or deleted after the customer had been asked.
    """

    _name = "crm.referral.quiet"
    _description = "Quiet Period"
    _order = "id desc"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    next_ask_date = fields.Date(required=True, readonly=True)
    referral_id = fields.Many2one(
        comodel_name="crm.referral",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The request it comes from. Empty: it was deleted.",
    )

    _next_ask_idx = models.Index("(company_id, next_ask_date)")

    @api.model
    def _keep(self, referrals):
        """Keep that the customers of these requests were asked.

        :param referrals: requests that are about to be taken up again or to vanish
        """
        # sudo: nobody makes or shortens a quiet period by hand
        self.sudo().create(
            [
                {
                    "partner_id": referral.partner_id.id,
                    "company_id": referral.company_id.id,
                    "next_ask_date": referral.next_ask_date
                    or referral._get_next_ask_date(self.env.cr.now()),
                    "referral_id": referral.id,
                }
                for referral in referrals.sudo().filtered(lambda r: r._was_asked())
            ]
        )
