from . import (
    base_partner_merge,
    crm_assessment_dispute_reason,
    crm_assessment_opt_in,
    crm_assessment_preview,
    crm_assessment_send,
    crm_assessment_start,
    crm_personal_link_visit,
)
