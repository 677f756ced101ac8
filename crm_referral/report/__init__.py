from . import (
    crm_referral_dashboard,
    crm_referral_figures,
    crm_referral_loyalty,
    crm_referral_report,
    crm_referral_scope,
    crm_referral_sheet,
    crm_referral_sheet_rows,
    crm_referral_sheet_assessment,
    crm_referral_summary,
    crm_referral_summary_pdf,
    crm_referral_workbook,
    sheets,
)
