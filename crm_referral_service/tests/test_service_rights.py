from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestServiceRights(ServiceCommon):
    """Agents without any Sales right, managers, salespeople, others."""

    def test_agent_needs_no_sales_right(self):
        self.assertFalse(self.agent.has_group("sales_team.group_sale_salesman"))
        complaint = self._create_complaint()
        complaint.write(self._fill_in(complaint, "follow_through"))
        complaint.action_next_step()
        self.assertEqual(complaint.outcome, "resolved")

    def test_confidential_complaint_of_a_colleague(self):
        complaint = self._create_complaint(is_confidential=True)
        with self.assertRaises(AccessError):
            complaint.with_user(self.colleague).read(["name"])
        self.assertTrue(complaint.with_user(self.manager).read(["name"]))

    def test_complaint_of_a_colleague(self):
        """Read by every agent; worked on by the own team."""
        stranger = self._create_user(
            "stranger", "crm_referral_service.group_service_user"
        )
        complaint = self._create_complaint()
        self.assertTrue(complaint.with_user(stranger).read(["story"]))
        with self.assertRaises(AccessError):
            complaint.with_user(stranger).story = "Mine"
        complaint.with_user(self.colleague).story = "The team's"

    def test_salesperson_reads_no_complaint(self):
        complaint = self._create_complaint()
        with self.assertRaises(AccessError):
            complaint.with_user(self.salesperson).read(["name"])

    def test_agent_sees_no_limits(self):
        with self.assertRaises(AccessError):
            self.env["crm.service.authority"].with_user(self.agent).search([])

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        complaint = self._create_complaint()
        other = self._create_user(
            "elsewhere",
            "crm_referral_service.group_service_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        with self.assertRaises(AccessError):
            complaint.with_user(other).read(["name"])
