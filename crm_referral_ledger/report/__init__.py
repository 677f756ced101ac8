from . import crm_referral_report
