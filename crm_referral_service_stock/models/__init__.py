from . import crm_service_contact, crm_service_denominator, stock_picking
