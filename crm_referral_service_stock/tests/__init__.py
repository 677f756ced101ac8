from . import test_contact_delivery, test_deliveries
