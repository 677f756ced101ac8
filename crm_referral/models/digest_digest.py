from odoo import fields, models
from odoo.exceptions import AccessError

from ..figures import full_name


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_crm_referral_asks = fields.Boolean(string=full_name("asks"))
    kpi_crm_referral_asks_value = fields.Integer(
        compute="_compute_kpi_crm_referral_asks_value"
    )
    kpi_crm_referral_introductions = fields.Boolean(string=full_name("introductions"))
    kpi_crm_referral_introductions_value = fields.Integer(
        compute="_compute_kpi_crm_referral_introductions_value"
    )
    kpi_crm_referral_wins = fields.Boolean(string=full_name("won"))
    kpi_crm_referral_wins_value = fields.Integer(
        compute="_compute_kpi_crm_referral_wins_value"
    )

    # === COMPUTE METHODS === #

    def _compute_kpi_crm_referral_asks_value(self):
        self._compute_referral_kpi("asks", "kpi_crm_referral_asks_value")

    def _compute_kpi_crm_referral_introductions_value(self):
        self._compute_referral_kpi(
            "introductions", "kpi_crm_referral_introductions_value"
        )

    def _compute_kpi_crm_referral_wins_value(self):
        self._compute_referral_kpi("won", "kpi_crm_referral_wins_value")

    def _compute_referral_kpi(self, code, fname):
        """Count the records of a figure (see ``crm_referral.figures``)."""
        self._check_referral_kpi_access()
        [figure] = self.env["crm.referral.figures"]._get(code)
        records = figure.records
        self._calculate_company_based_kpi(
            records.model,
            fname,
            date_field=records.date,
            additional_domain=list(records.domain),
        )

    # === BUSINESS METHODS === #

    def _check_referral_kpi_access(self):
        """:raise AccessError: the digest leaves the figure out for this recipient."""
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(
                self.env._("Only salespeople see the figures of referrals.")
            )

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu_id = self.env.ref("crm.crm_menu_root").id
        actions["kpi_crm_referral_asks"] = (
            f"crm_referral.crm_referral_report_action?menu_id={menu_id}"
        )
        actions["kpi_crm_referral_introductions"] = (
            f"crm_referral.crm_referral_report_action_candidate?menu_id={menu_id}"
        )
        actions["kpi_crm_referral_wins"] = (
            f"crm_referral.crm_referral_report_action_revenue?menu_id={menu_id}"
        )
        return actions
