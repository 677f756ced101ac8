from . import (
    crm_assessment_report,
    crm_referral_dashboard,
    crm_referral_report,
    crm_referral_workbook,
)
