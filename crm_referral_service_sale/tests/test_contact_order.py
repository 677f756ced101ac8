from odoo.tests import tagged

from odoo.addons.crm_referral_service.tests.document_case import DocumentCase
from odoo.addons.crm_referral_service.tests.test_contact import ContactCommon


@tagged("post_install", "-at_install")
class TestContactOrder(DocumentCase, ContactCommon):
    """Which order a contact is about."""

    field = "sale_order_id"
    groups = ("sales_team.group_sale_salesman_all_leads",)

    @classmethod
    def _make_document(cls, partner, company=None):
        company = company or cls.env.company
        return cls.env["sale.order"].create(
            {"partner_id": partner.id, "company_id": company.id}
        )
