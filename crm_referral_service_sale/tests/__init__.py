from . import test_contact_order, test_orders, test_revenue
