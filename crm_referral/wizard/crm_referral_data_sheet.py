from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.contact_keys import email_keys, phone_keys

REPORT = "crm_referral.report_data_sheet_address"


class CrmReferralDataSheet(models.TransientModel):
    """A sales manager looks up all that we hold about an address or a number."""

    _name = "crm.referral.data.sheet"
    _inherit = ["crm.guarded.mixin"]
    _description = "Look Up What We Hold"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    email = fields.Char()
    phone = fields.Char()
    name = fields.Char(
        string="Person", help="Only needed when several people share the number."
    )

    # === ACTION METHODS === #

    def action_open_page(self):
        """Open the page, which prints well from the browser.

        :return: a window action: the address of the page
        """
        self.ensure_one()
        self.check_access("read")
        self._check_filled()
        return {
            "type": "ir.actions.act_url",
            "url": f"/report/html/{REPORT}/{self.id}",
            "target": "new",
        }

    def action_print(self):
        """Get the page as PDF, or as a page where this server makes no PDF files.

        :return: a report action, or the address of the page
        """
        page = self.action_open_page()
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() != "ok":
            return page
        report = self.env.ref("crm_referral.crm_referral_data_sheet_address_report")
        return report.report_action(self, config=False)

    def _check_filled(self):
        """:raise UserError: without an address or a number to look for"""
        self.ensure_one()
        country = self.company_id.country_id
        if not email_keys(self.email) and not phone_keys(self.phone, country):
            raise UserError(
                self.env._("Enter an e-mail address or a phone number to look for.")
            )
