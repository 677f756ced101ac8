from odoo.tests import tagged

from odoo.addons.crm_referral_service.tests.document_case import DocumentCase
from odoo.addons.crm_referral_service.tests.test_contact import ContactCommon


@tagged("post_install", "-at_install")
class TestContactInvoice(DocumentCase, ContactCommon):
    """Which invoice a contact is about."""

    field = "move_id"
    groups = ("account.group_account_invoice",)

    @classmethod
    def _make_document(cls, partner, company=None):
        company = company or cls.env.company
        journal = cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", company.id)], limit=1
        ) or cls.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "SVC",
                "type": "sale",
                "company_id": company.id,
            }
        )
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "journal_id": journal.id,
                "company_id": company.id,
            }
        )
        # Posted, as what a customer has heard of, without a chart of accounts.
        move.flush_recordset()
        cls.env.cr.execute(
            "UPDATE account_move SET state = 'posted' WHERE id = %s", [move.id]
        )
        move.invalidate_recordset()
        return move
