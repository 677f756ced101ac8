from . import crm_referral_sheet_conversations
