from . import crm_service_contact_report
