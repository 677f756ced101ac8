from . import (
    base_partner_merge,
    crm_assessment_dispute,
    crm_assessment_send,
    crm_personal_link_visit,
    crm_referral_candidate_convert,
    crm_referral_decline,
    crm_referral_finish,
    crm_referral_override,
    crm_referral_skip,
)
