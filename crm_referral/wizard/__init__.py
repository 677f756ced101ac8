from . import (
    base_partner_merge,
    crm_referral_ask_again,
    crm_referral_candidate_convert,
    crm_referral_candidate_erase,
    crm_referral_candidate_object,
    crm_referral_claim_decide,
    crm_referral_data_sheet,
    crm_referral_decline,
    crm_referral_finish,
    crm_referral_objection_withdraw,
    crm_referral_override,
    mail_compose_message,
)
