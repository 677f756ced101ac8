from . import crm_service_denominator
