from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_referral.tests.concurrency import ConcurrencyCase


@tagged("post_install", "-at_install")
class TestServiceConcurrency(ConcurrencyCase):
    """Two people at the same complaint, or the customer and an agent."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            partner = env["res.partner"].create({"name": "Busy Customer"})
            complaint = env["crm.complaint"].create(
                {
                    "partner_id": partner.id,
                    "no_answer_wanted": True,
                    "story": "Three times late",
                    "basic_facts": "Delivery of Monday",
                    "details": "Nobody called",
                    "severity": "2",
                    "wanted_remedy": "A call before",
                    "common_ground": "One should be told",
                    "our_part": "We call the day before",
                    "nothing_material_wanted": True,
                    "feeling_ids": env["crm.complaint.feeling"].search([], limit=1).ids,
                    "reason_id": env.ref("crm_referral_service.reason_late").id,
                    "user_id": env.ref("base.user_admin").id,
                }
            )
            self.partner_id, self.complaint_id = partner.id, complaint.id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._transaction() as env:
            self._get(env).unlink()
            asks = env["crm.referral.ask"].search(
                [("partner_id", "=", self.partner_id)]
            )
            asks.unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _get(self, env):
        return env["crm.complaint"].browse(self.complaint_id)

    def _go_to(self, code):
        with self._transaction() as env:
            complaint = self._get(env)
            complaint.action_acknowledge()
            while complaint.step_code != code:
                complaint.action_next_step()

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_tell_the_customer_that_we_take_care(self):
        result = self._race(lambda env: self._get(env).action_acknowledge())
        self.assertIs(result, True)
        with self._transaction() as env:
            complaint = self._get(env)
            self.assertEqual(complaint.acknowledged_on, complaint.write_date)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_approve_the_same_gesture(self):
        with self._transaction() as env:
            gesture = env["crm.complaint.gesture"].create(
                {
                    "complaint_id": self.complaint_id,
                    "type_id": env.ref("crm_referral_service.gesture_type_refund").id,
                    "amount": 900,
                }
            )
            gesture.action_agree()
            self.assertEqual(gesture.state, "to_approve")

        def approve(env):
            admin = env.ref("base.user_admin")
            return gesture.with_env(env).with_user(admin).action_approve()

        result = self._race(approve)
        self.assertIsInstance(result, UserError)
        self.assertIn("not possible any more", str(result))
        with self._transaction() as env:
            approved = gesture.with_env(env)
            self.assertEqual(approved.state, "agreed")
            self.assertFalse(approved.activity_ids)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_customer_answers_while_an_agent_writes(self):
        self._go_to("test")

        def write(env):
            self._get(env).our_part = "We call two days before"

        def answer(env):
            return self._get(env)._act_on_page(
                "answer", {"solved": "yes", "felt_heard": "partly"}
            )

        self.assertEqual(self._race(answer, write), "answered")
        with self._transaction() as env:
            complaint = self._get(env)
            self.assertEqual(complaint.our_part, "We call two days before")
            self.assertEqual(
                (complaint.solved, complaint.felt_heard, complaint.tested_via),
                ("yes", "partly", "page"),
            )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_customer_reopens_twice(self):
        with self._transaction() as env:
            complaint = self._get(env)
            complaint.team_id = complaint.team_id or env["crm.team"].search([], limit=1)
            complaint.team_id.reopen_days = 30
            complaint.action_withdraw("Has given up")

        def reopen(env):
            return self._get(env)._act_on_page("reopen", {"words": "Not so"})

        result = self._race(reopen)
        self.assertIsInstance(result, UserError)
        self.assertIn("has changed in the meantime", str(result))
        with self._transaction() as env:
            complaint = self._get(env)
            self.assertEqual(complaint.reopen_count, 1)
            self.assertEqual(
                complaint.step_log_ids.filtered(lambda log: not log.outcome).step_id,
                complaint.step_id,
            )

    def _ask(self, env):
        return env["crm.service.handover"].create(
            {
                "complaint_id": self.complaint_id,
                "to_user_id": env.ref("base.user_admin").id,
                "question": "Why does it gurgle?",
            }
        )

    def _withdraw(self, env):
        return self._get(env).action_withdraw("Has given up")

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_question_goes_out_while_it_ends(self):
        result = self._race(self._withdraw, self._ask)
        self.assertIsInstance(result, UserError)
        self.assertIn("cannot end yet", str(result))
        with self._transaction() as env:
            self.assertFalse(self._get(env).outcome)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_it_ends_while_a_question_goes_out(self):
        result = self._race(self._ask, self._withdraw)
        self.assertIsInstance(result, UserError)
        self.assertIn("has ended", str(result))
        with self._transaction() as env:
            self.assertFalse(self._get(env).handover_ids)
