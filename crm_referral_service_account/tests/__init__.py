from . import test_contact_invoice, test_invoices
