from . import (
    crm_complaint_report,
    crm_complaint_gesture_report,
    crm_service_contact_report,
    crm_service_handover_report,
    crm_service_learning,
    crm_service_figures,
    crm_service_dashboard,
    crm_service_fair_card,
    sheets,
)
