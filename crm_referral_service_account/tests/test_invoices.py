from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.crm_foundation.tools.local_time import local_date
from odoo.addons.crm_referral_service.tests.denominator_case import DenominatorCase


@tagged("post_install", "-at_install")
class TestInvoices(DenominatorCase, AccountTestInvoicingCommon):
    """Contacts per 100 customer invoices."""

    code = "invoices"
    index = "account_move__invoice_date_index"
    left_out = (
        {"state": "draft"},
        {"state": "cancel"},
        *({"kind": kind} for kind in ("out_refund", "in_invoice", "in_refund")),
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]

    def _make(self, company, moment, kind="out_invoice", state="posted"):
        move = self.init_invoice(
            kind,
            invoice_date=local_date(moment, company),
            amounts=[100],
            company=company,
            post=state == "posted",
        )
        if state == "cancel":
            move.button_cancel()
        return move
