from . import crm_referral_funnel
