from odoo import fields, models

from odoo.addons.xlsx_stream.models.xlsx_export_mixin import DIRECT_ROWS, KEEP_DAYS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    referral_quiet_days = fields.Integer(
        related="company_id.referral_quiet_days", readonly=False
    )
    referral_retention_days = fields.Integer(
        related="company_id.referral_retention_days", readonly=False
    )
    referral_ask_limit = fields.Integer(
        related="company_id.referral_ask_limit", readonly=False
    )
    referral_ask_weekly = fields.Boolean(
        related="company_id.referral_ask_weekly", readonly=False
    )
    referral_many_names = fields.Integer(
        related="company_id.referral_many_names", readonly=False
    )
    referral_news_introduced = fields.Boolean(
        related="company_id.referral_news_introduced", readonly=False
    )
    referral_news_contacted = fields.Boolean(
        related="company_id.referral_news_contacted", readonly=False
    )
    referral_news_outcome = fields.Boolean(
        related="company_id.referral_news_outcome", readonly=False
    )
    referral_news_auto = fields.Boolean(
        related="company_id.referral_news_auto", readonly=False
    )
    referral_objection_group_wide = fields.Boolean(
        string="Objections Count in All Companies",
        config_parameter="crm_referral.objection_group_wide",
    )
    referral_export_direct_rows = fields.Integer(
        string="Rows to Export at Once",
        default=DIRECT_ROWS,
        config_parameter="crm_referral.export_direct_rows",
    )
    referral_export_keep_days = fields.Integer(
        string="Days to Keep Exported Files",
        default=KEEP_DAYS,
        config_parameter="crm_referral.export_keep_days",
    )

    def set_values(self):
        """Store zeros, too, which Odoo takes for the default: 0 days keep a file."""
        result = super().set_values()
        for fname in ("referral_export_direct_rows", "referral_export_keep_days"):
            self.env["ir.config_parameter"].set_param(
                self._fields[fname].config_parameter, str(self[fname])
            )
        return result
