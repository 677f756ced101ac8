from odoo import models
from odoo.fields import Domain

from ..crm_referral_sheet_rows import Source


class CrmReferralSheetLeads(models.AbstractModel):
    """A row per lead from referral that was made or closed in the period."""

    _name = "crm.referral.sheet.leads"
    _inherit = "crm.referral.sheet.rows"
    _description = "Sheet of a Referral Workbook"

    _rows_model = "crm.lead"

    def _get_title(self):
        return self.env._("Leads and Revenue")

    def _get_explanation(self):
        return self.env._(
            "Leads with a referrer that were made or closed in the period; the totals "
            "follow the filter that you set in the sheet."
        )

    def _get_query(self, options):
        Lead = self.env["crm.lead"].with_context(active_test=False)
        domain = Domain("referrer_id", "!=", False) & (
            Domain("active", "=", True) | Domain("won_status", "in", ["won", "lost"])
        )
        created = self._scope._get_domain(options, "crm.lead")
        closed = self._scope._get_domain(options, "crm.lead", "date_closed")
        return Lead._search(domain & (created | closed))

    def _get_sources(self):
        industry = self.env._("Customer's Industry")
        probability = self.env._("Probability (%)")
        return [
            Source("id", self.env._("Record")),
            Source("name", self.env._("Lead"), width=40),
            Source("referrer_id", self.env._("Referrer"), width=32),
            Source("partner_id", self.env._("Customer"), width=32),
            Source("partner_id.industry_id", industry, width=18),
            *self._get_owner_sources(),
            Source("create_date", self.env._("Created On")),
            Source("stage_id", self.env._("Stage"), width=16),
            Source("won_status", self.env._("Status"), width=12),
            Source("date_closed", self.env._("Closed On")),
            Source("lost_reason_id", self.env._("Lost Reason"), width=18),
            Source("probability", probability, style={"num_format": "0.0"}),
            Source("expected_revenue", self.env._("Expected Revenue"), total=True),
            Source(
                "won_revenue",
                self.env._("Won Revenue"),
                total=True,
                expression=self.env["crm.lead"]._get_won_revenue_sql,
                kind="money",
            ),
            Source("company_id.currency_id", self.env._("Currency"), width=10),
        ]
