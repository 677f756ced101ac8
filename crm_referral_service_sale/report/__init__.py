from . import crm_service_contact_report, crm_service_fair_card
