from . import crm_service_reason_merge
