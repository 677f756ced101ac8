from odoo import models
from odoo.tools import SQL


class CrmReferralReport(models.Model):
    _inherit = "crm.referral.report"

    def _get_funnel_source(self):
        """The ledger, instead of all stays."""
        return SQL.identifier("crm_referral_funnel")
