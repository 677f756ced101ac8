from . import (
    crm_assessment_report,
    crm_referral_dashboard,
    crm_referral_report,
    crm_referral_workbook,
    crm_referral_workbook_assessment,
    crm_referral_workbook_funnel,
    crm_referral_workbook_pdf,
    crm_referral_workbook_rows,
    crm_referral_workbook_summary,
)
