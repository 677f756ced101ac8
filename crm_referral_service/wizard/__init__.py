from . import (
    base_partner_merge,
    crm_complaint_end,
    crm_complaint_gesture_decide,
    crm_service_known,
    crm_service_reason_merge,
)
