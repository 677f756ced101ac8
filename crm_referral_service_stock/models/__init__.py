from . import crm_service_denominator, stock_picking
