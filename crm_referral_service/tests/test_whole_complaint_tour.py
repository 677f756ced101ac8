from odoo.tests import HttpCase, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestWholeComplaint(ServiceCommon, HttpCase):
    """From a call of somebody unknown to the first line of a referral request.

    Each part is done by the person who does it, on the phone.
    """

    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = cls.agent | cls.technician | cls.manager | cls.salesperson
        people.odoobot_state = "disabled"  # its chat covers a small screen
        cls.env["crm.service.authority"].create(
            {
                "type_id": cls.env.ref("crm_referral_service.gesture_type_goodwill").id,
                "user_id": cls.agent.id,
                "max_amount": 200,
            }
        )

    def test_from_a_call_to_a_referral_request(self):
        self._agent_takes_the_call()
        self._technician_answers()
        self._manager_approves()
        self._agent_tells_the_customer()
        self._customer_has_the_last_word()
        self._agent_gets_in_touch_once_more()
        self._salesperson_asks()

    # The parts of the story, in their order.

    def _agent_takes_the_call(self):
        """An unknown caller, five steps, a question and a gesture above the limit."""
        self.start_tour("/odoo", "crm_service_loop_call", login=self.agent.login)
        self.complaint = self.env["crm.complaint"].search(
            [("caller_name", "=", "A. Lin")]
        )
        self.assertEqual(self.complaint.step_code, "address")
        self.assertEqual(self.complaint.user_id, self.agent)
        self.assertEqual(self.complaint.partner_id.email, "lin@clinic.example")
        self.assertEqual(self.complaint.severity, "2")
        self.assertEqual(self.complaint.gesture_ids.state, "to_approve")
        self.assertEqual(self.complaint.gesture_ids.limit_amount, 200)
        # Who is not heard yet is not asked for anything.
        partner = self.complaint.partner_id.with_user(self.salesperson)
        self.assertEqual(partner.referral_readiness, "open_complaint")

    def _technician_answers(self):
        self.start_tour("/odoo", "crm_service_loop_answer", login=self.technician.login)
        handover = self.complaint.handover_ids
        self.assertEqual(handover.state, "answered")
        self.assertEqual(self.complaint.user_id, self.agent)

    def _manager_approves(self):
        self.start_tour("/odoo", "crm_service_loop_approve", login=self.manager.login)
        gesture = self.complaint.gesture_ids
        self.assertEqual(gesture.state, "agreed")
        self.assertEqual(gesture.approved_by_id, self.manager)

    def _agent_tells_the_customer(self):
        self.start_tour("/odoo", "crm_service_loop_tell", login=self.agent.login)
        self.assertEqual(self.complaint.step_code, "test")
        self.assertEqual(self.complaint.handover_ids.state, "told")
        # The link is for the customer only.
        token = self.complaint.sudo().access_token
        self.assertNotIn(token, "".join(self.complaint.message_ids.mapped("body")))

    def _customer_has_the_last_word(self):
        """Without a login, behind the link in the mail."""
        path = f"/service/complaint/{self.complaint.sudo().access_token}"
        self.start_tour(path, "crm_service_loop_customer", login=None)
        self.env.invalidate_all()
        self.assertEqual(self.complaint.solved, "yes")
        self.assertEqual(self.complaint.felt_heard, "yes")
        self.assertEqual(self.complaint.tested_via, "page")
        self.assertFalse(self.complaint.outcome)

    def _agent_gets_in_touch_once_more(self):
        # Whose customer it is, is decided in Sales.
        self.complaint.partner_id.user_id = self.salesperson
        self.start_tour("/odoo", "crm_service_loop_follow", login=self.agent.login)
        self.assertEqual(self.complaint.outcome, "resolved")
        log = self.complaint.step_log_ids.sorted("id")
        self.assertEqual(log.mapped("outcome"), ["done"] * 7)

    def _salesperson_asks(self):
        """Who sells does not read complaints, and begins with what was put right."""
        self.start_tour("/odoo", "crm_service_loop_ask", login=self.salesperson.login)
        benefit = self.complaint.partner_id.referral_ids.benefit_ids
        self.assertEqual(benefit.complaint_id, self.complaint)
        self.assertEqual(benefit.origin, "complaint")
        self.assertFalse(
            self.env["crm.complaint"].with_user(self.salesperson).has_access("read")
        )
