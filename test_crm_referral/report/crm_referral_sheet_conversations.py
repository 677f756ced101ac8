from odoo import api, models


class CrmReferralSheetConversations(models.AbstractModel):
    """A sheet of another addon: this file, and a record."""

    _name = "crm.referral.sheet.test_conversations"
    _description = "Sheet of Test Conversations"
    _inherit = "crm.referral.sheet"

    @api.model
    def _get_title(self):
        return "Conversations"

    @api.model
    def _add(self, job):
        talks = self.env["test.conversation"].search([("active", "=", True)])
        names = talks.mapped("display_name")
        page = job.add_page(self._get_title())
        page.sheet.write_column(0, 0, ["Customer", *names])
