from odoo import models
from odoo.fields import Domain

from ..crm_referral_sheet_rows import Source


class CrmReferralSheetCandidates(models.AbstractModel):
    """A row per candidate who was named in the period."""

    _name = "crm.referral.sheet.candidates"
    _inherit = "crm.referral.sheet.rows"
    _description = "Sheet of a Referral Workbook"

    _rows_model = "crm.referral.candidate"

    def _get_title(self):
        return self.env._("Candidates")

    def _get_explanation(self):
        [figure] = self._figures._get("candidates")
        return figure.help

    def _get_query(self, options):
        domain = self._scope._get_domain(options, self._rows_model)
        if options["selection"] is None:
            domain &= Domain("referral_active", "=", True)
        return self.env[self._rows_model]._search(domain)

    def _get_sources(self):
        channel = self.env._("Introduction Channel")
        labels = self.env[self._rows_model]._get_risk_labels_sql
        return [
            Source("id", self.env._("Record")),
            Source("name", self.env._("Person")),
            Source("function", self.env._("Job Position"), width=22),
            Source("partner_name", self.env._("Organization"), width=24),
            Source("referrer_id", self.env._("Referrer"), width=32),
            *self._get_owner_sources(),
            Source("create_date", self.env._("Named On")),
            Source("named_by", self.env._("Named By"), width=14),
            Source("state", self.env._("State"), width=14),
            Source("introduction_channel", channel, width=18),
            Source("introduced_on", self.env._("Introduced On")),
            Source("contacted_on", self.env._("Contacted On")),
            Source("lead_id", self.env._("Lead"), width=32),
            Source("lead_won_status", self.env._("Lead Status"), width=14),
            Source("referrer_told_on", self.env._("Referrer Told On")),
            Source("informed_on", self.env._("Person Told On")),
            Source(
                "referral_risk",
                self.env._("Please Check"),
                width=32,
                expression=labels,
                kind="text",
            ),
            Source("closing_note", self.env._("Why It Ended"), width=40),
        ]
