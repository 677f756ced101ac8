from odoo import api, models


class ReportCrmReferralDataSheetAddress(models.AbstractModel):
    """All that we hold about who has an address or a number, as a manager typed it."""

    _name = "report.crm_referral.report_data_sheet_address"
    _inherit = ["report.crm_referral.report_data_sheet"]
    _description = "What We Hold about an Address"

    @api.model
    def _get_documents(self, docids):
        wizards = self.env["crm.referral.data.sheet"].browse(docids)
        wizards.check_access("read")
        for wizard in wizards:
            wizard._check_filled()
        return wizards

    @api.model
    def _get_person(self, doc):
        # sudo: nobody is made; it only holds what was typed
        return (
            self.env["crm.referral.candidate"]
            .sudo()
            .new(
                {
                    "company_id": doc.company_id.id,
                    "email": doc.email,
                    "name": doc.name,
                    "phone": doc.phone,
                }
            )
        )
