from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_referral_service.tests.denominator_case import DenominatorCase


@tagged("post_install", "-at_install")
class TestOrders(DenominatorCase, TransactionCase):
    """Contacts per 100 confirmed orders."""

    code = "orders"
    index = "sale_order_date_order_id_idx"
    left_out = ({"state": "draft"}, {"state": "sent"}, {"state": "cancel"})

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other Company"})
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})

    def _make(self, company, moment, **vals):
        confirmed = {"state": "sale", "date_order": moment, "company_id": company.id}
        return self.env["sale.order"].create(
            {"partner_id": self.customer.id, **confirmed, **vals}
        )
