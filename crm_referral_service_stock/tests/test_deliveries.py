from odoo.tests import TransactionCase, tagged

from odoo.addons.crm_referral_service.tests.denominator_case import DenominatorCase


@tagged("post_install", "-at_install")
class TestDeliveries(DenominatorCase, TransactionCase):
    """Contacts per 100 deliveries."""

    code = "deliveries"
    index = "stock_picking_service_done_idx"
    left_out = (
        *({"state": state} for state in ("draft", "confirmed", "assigned", "cancel")),
        *({"kind": kind} for kind in ("in_type_id", "int_type_id")),
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other Company"})

    def _make(self, company, moment, kind="out_type_id", state="done"):
        warehouses = self.env["stock.warehouse"]
        warehouse = warehouses.search([("company_id", "=", company.id)], limit=1)
        picking = self.env["stock.picking"].create(
            {"picking_type_id": warehouse[kind].id}
        )
        picking.write({"state": state, "date_done": moment})
        return picking
