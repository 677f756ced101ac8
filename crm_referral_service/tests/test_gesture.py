from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SERVICE_USER, ServiceCommon


@tagged("post_install", "-at_install")
class TestGesture(ServiceCommon):
    """Who may give what; and four eyes above it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._create_complaint()

    def _propose(self, amount=0.0, gesture_type=None, complaint=None):
        return (
            self.env["crm.complaint.gesture"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": (complaint or self.complaint).id,
                    "type_id": (gesture_type or self.refund).id,
                    "amount": amount,
                }
            )
        )

    def _allow(self, max_amount, **holder):
        return self.env["crm.service.authority"].create(
            {"type_id": self.refund.id, "max_amount": max_amount, **holder}
        )

    def test_what_costs_nothing_is_free(self):
        gesture = self._propose(gesture_type=self.apology)
        gesture.action_agree()
        self.assertEqual(gesture.state, "agreed")

    def test_without_a_limit_nothing_is_allowed(self):
        gesture = self._propose(1.0)
        gesture.action_agree()
        self.assertEqual(gesture.state, "to_approve")
        activity = gesture.sudo().activity_ids
        self.assertEqual(activity.user_id, self.manager)

    def test_missing_amount_is_asked_for(self):
        self._allow(100, user_id=self.agent.id)
        with self.assertRaises(UserError):
            self._propose().action_agree()

    def test_most_specific_limit_counts(self):
        self._allow(1000, group_id=self.env.ref(SERVICE_USER).id)
        self._allow(500, team_id=self.team.id)
        self._allow(200, user_id=self.agent.id)
        for amount, state in ((200, "agreed"), (201, "to_approve")):
            gesture = self._propose(amount)
            gesture.action_agree()
            self.assertEqual(gesture.state, state, amount)
            self.assertEqual(gesture.limit_amount, 200)

    def test_limit_a_customer_and_year(self):
        self._allow(200, user_id=self.agent.id, max_per_customer_year=300)
        states = []
        for _number in range(2):
            gesture = self._propose(200, complaint=self._create_complaint())
            gesture.action_agree()
            states.append(gesture.state)
        self.assertEqual(states, ["agreed", "to_approve"])

    def test_four_eyes(self):
        gesture = self._propose(300)
        gesture.action_agree()
        with self.assertRaises(AccessError):
            gesture.action_approve()
        with self.assertRaises(AccessError):
            gesture.with_user(self.colleague).action_approve()
        self._allow(300, user_id=self.colleague.id)
        gesture.with_user(self.colleague).action_approve()
        self.assertEqual(gesture.state, "agreed")
        self.assertEqual(gesture.approved_by_id, self.colleague)
        self.assertFalse(gesture.sudo().activity_ids)

    def test_manager_refuses(self):
        gesture = self._propose(300)
        gesture.action_agree()
        gesture.with_user(self.manager).action_refuse()
        self.assertEqual(gesture.state, "refused")

    def test_state_is_not_written_by_hand(self):
        gesture = self._propose(300)
        for values in (
            {"state": "agreed"},
            {"approved_by_id": self.manager.id},
            {"proposed_by_id": self.manager.id},
        ):
            with self.assertRaises(UserError):
                gesture.write(values)
        with self.assertRaises(UserError):
            self.env["crm.complaint.gesture"].with_user(self.agent).create(
                {
                    "complaint_id": self.complaint.id,
                    "type_id": self.refund.id,
                    "amount": 900,
                    "state": "agreed",
                }
            )

    def test_amount_is_fixed_once_decided(self):
        self._allow(200, user_id=self.agent.id)
        gesture = self._propose(100)
        gesture.action_agree()
        with self.assertRaises(UserError):
            gesture.amount = 9000

    def test_what_the_figures_need_is_kept(self):
        limit = self._allow(200, user_id=self.agent.id)
        within, above = self._propose(200), self._propose(300)
        (within | above).action_agree()
        above.with_user(self.manager).action_approve()
        limit.max_amount = 1000
        kept = (within | above).sudo()
        self.assertEqual(kept.mapped("is_within_limit"), [True, False])
        self.assertEqual(kept.mapped("agreed_amount"), [200, 300])
        self.assertEqual(kept.authority_id, limit)
        self.assertEqual(kept.mapped("agreed_on"), [self.env.cr.now()] * 2)
        with self.assertRaises(UserError):
            above.write({"is_within_limit": True})
        with self.assertRaises(AccessError):
            above.read(["authority_id"])
