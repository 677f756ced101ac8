from odoo import api, fields, models

ALIAS = "crm_referral_service.mail_alias_complaint"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_legal_days = fields.Integer(
        related="company_id.complaint_legal_days", readonly=False
    )
    callback_max_tries = fields.Integer(
        related="company_id.callback_max_tries", readonly=False
    )
    unknown_caller_months = fields.Integer(
        related="company_id.unknown_caller_months", readonly=False
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    service_contact_cost = fields.Monetary(
        related="company_id.service_contact_cost",
        currency_field="company_currency_id",
        readonly=False,
    )
    complaint_alias_name = fields.Char(
        string="Address for Complaints",
        help="What comes in under this name becomes a complaint.",
    )
    complaint_alias_domain = fields.Char(
        compute="_compute_complaint_alias_domain", export_string_translation=False
    )

    def _compute_complaint_alias_domain(self):
        alias = self.env.ref(ALIAS)
        for settings in self:
            settings.complaint_alias_domain = alias.alias_domain

    @api.model
    def get_values(self):
        """Read the name of the alias, too."""
        alias = self.env.ref(ALIAS)
        return {
            **super().get_values(),
            "complaint_alias_name": alias.alias_name,
        }

    def set_values(self):
        """Keep the name of the alias, too. Without a name no mail arrives."""
        result = super().set_values()
        alias = self.env.ref(ALIAS)
        if alias.alias_name != self.complaint_alias_name:
            alias.alias_name = self.complaint_alias_name
        return result
