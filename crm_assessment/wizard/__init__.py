from . import (
    crm_assessment_dispute_reason,
    crm_assessment_preview,
    crm_assessment_send,
    crm_personal_link_visit,
)
