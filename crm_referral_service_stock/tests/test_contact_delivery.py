from odoo.tests import tagged

from odoo.addons.crm_referral_service.tests.document_case import DocumentCase
from odoo.addons.crm_referral_service.tests.test_contact import ContactCommon


@tagged("post_install", "-at_install")
class TestContactDelivery(DocumentCase, ContactCommon):
    """Which delivery a contact is about."""

    field = "picking_id"
    groups = ("stock.group_stock_user",)

    @classmethod
    def _make_document(cls, partner, company=None):
        company = company or cls.env.company
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        return cls.env["stock.picking"].create(
            {"partner_id": partner.id, "picking_type_id": warehouse.out_type_id.id}
        )
