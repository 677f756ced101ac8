import json
from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import ReferralCase, ReferralCommon


@tagged("post_install", "-at_install")
class TestStepGate(ReferralCommon):
    """Nobody jumps over an unfinished step, whatever the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def test_starts_in_the_first_step(self):
        self.assertEqual(
            self.steps.mapped("code"),
            ["benefits", "profile", "value", "suggest", "introduce", "follow_through"],
        )
        self.assertEqual(self.referral.step_code, "benefits")
        self.assertEqual(self.referral.step_number, 1)
        self.assertEqual(self.referral.step_count, 6)

    def test_action_refuses_and_says_what_is_missing(self):
        with self.assertRaisesRegex(
            UserError, "A benefit that the customer has confirmed"
        ):
            self.referral.action_next_step()
        self.assertEqual(self.referral.step_code, "benefits")

    def test_action_moves_on_when_complete(self):
        self._complete_step(self.referral)
        self.assertTrue(self.referral.action_next_step())
        self.assertEqual(self.referral.step_code, "profile")

    def test_write_refuses_next_step(self):
        with self.assertRaisesRegex(UserError, "not finished yet"):
            self.referral.write({"step_id": self.step["profile"].id})

    def test_write_moves_on_when_complete(self):
        self._complete_step(self.referral)
        self.referral.write({"step_id": self.step["profile"].id})
        self.assertEqual(self.referral.step_code, "profile")

    def test_write_may_complete_and_move_at_once(self):
        benefit = self._create_benefit(confirmed=True)
        self.referral.write(
            {
                "benefit_ids": [Command.link(benefit.id)],
                "step_id": self.step["profile"].id,
            }
        )
        self.assertEqual(self.referral.step_code, "profile")

    def test_drag_over_several_steps_checks_each(self):
        self._complete_step(self.referral)
        with self.assertRaisesRegex(UserError, "Step “Profile”"):
            self.referral.write({"step_id": self.step["suggest"].id})
        self.referral.write({"challenge": "Slow", "improvement": "Fast"})
        with self.assertRaisesRegex(UserError, "Step “Personal Value”"):
            self.referral.write({"step_id": self.step["suggest"].id})
        self.referral.motive_ids = self.motive
        self.referral.write({"step_id": self.step["suggest"].id})
        self.assertEqual(self.referral.step_code, "suggest")

    def test_drag_over_several_steps_is_logged_step_by_step(self):
        self._complete_step(self.referral)
        self.referral.write(
            {
                "challenge": "Slow",
                "improvement": "Fast",
                "step_id": self.step["value"].id,
            }
        )
        self.assertEqual(
            [(log.step_id.code, log.outcome) for log in self.referral.step_log_ids],
            [("benefits", "done"), ("profile", "done"), ("value", False)],
        )

    def test_create_in_a_later_step_is_refused(self):
        with self.assertRaisesRegex(UserError, "Step “Benefits”"):
            self._create_referral(
                partner_id=self.other_customer.id, step_id=self.step["suggest"].id
            )

    def test_create_in_a_later_step_when_complete(self):
        benefit = self._create_benefit(self.other_customer, confirmed=True)
        referral = self._create_referral(
            partner_id=self.other_customer.id,
            step_id=self.step["value"].id,
            benefit_ids=[Command.link(benefit.id)],
            challenge="Slow",
            improvement="Fast",
        )
        self.assertEqual(referral.step_code, "value")

    def test_blank_text_is_not_complete(self):
        self._walk_to(self.referral, "profile")
        self.referral.write({"challenge": "  \n ", "improvement": "Fast"})
        with self.assertRaisesRegex(UserError, "The challenge the customer was facing"):
            self.referral.action_next_step()

    def test_import_cannot_jump(self):
        Referral = self.env["crm.referral"].with_user(self.rep)
        result = Referral.load(
            ["partner_id/.id", "step_id"],
            [[str(self.other_customer.id), self.step["suggest"].name]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("Step “Benefits”", result["messages"][0]["message"])
        self.assertFalse(
            Referral.search([("partner_id", "=", self.other_customer.id)]),
        )

    def test_import_update_cannot_jump(self):
        result = self.referral.load(
            [".id", "step_id"], [[str(self.referral.id), self.step["value"].name]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("not finished yet", result["messages"][0]["message"])
        self.referral.invalidate_recordset()
        self.assertEqual(self.referral.step_code, "benefits")

    def test_manager_and_administrator_are_no_exception(self):
        for user in (self.manager, self.env.ref("base.user_admin")):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self.referral.with_user(user).write({"step_id": self.step["value"].id})

    def test_sudo_is_no_exception(self):
        with self.assertRaises(UserError):
            self.referral.sudo().write({"step_id": self.step["value"].id})

    def test_step_log_in_create_values_does_not_help(self):
        """The step log decides what was skipped; nobody may bring their own."""
        with self.assertRaises(UserError):
            self._create_referral(
                partner_id=self.other_customer.id,
                step_id=self.step["profile"].id,
                step_log_ids=[
                    Command.create(
                        {
                            "step_id": self.step["benefits"].id,
                            "entered_on": "2026-03-02 08:00:00",
                            "outcome": "skipped",
                        }
                    )
                ],
            )

    def test_duplicating_starts_afresh(self):
        self._walk_to(self.referral, "value")
        self.referral.action_cancel()
        copy = self.referral.copy({"partner_id": self.other_customer.id})
        self.assertEqual(copy.step_code, "benefits")
        self.assertFalse(copy.outcome)
        self.assertFalse(copy.challenge)
        self.assertFalse(copy.candidate_ids)
        self.assertEqual(copy.step_log_ids.mapped("step_id.code"), ["benefits"])


@tagged("post_install", "-at_install")
class TestStepGateRpc(HttpCase, ReferralCase):
    """The gate also holds for calls through the web client and the JSON-2 API."""

    def _call(self, method, args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/crm.referral/{method}",
            {
                "model": "crm.referral",
                "method": method,
                "args": args,
                "kwargs": kwargs,
            },
        )

    @mute_logger("odoo.http")
    def test_web_client_cannot_jump(self):
        referral = self._create_referral()
        self.authenticate(self.rep.login, self.rep.login)
        with self.assertRaisesRegex(JsonRpcException, "UserError"):
            self._call(
                "web_save",
                [referral.ids, {"step_id": self.step["value"].id}],
                specification={},
            )
        with self.assertRaisesRegex(JsonRpcException, "UserError"):
            self._call("action_next_step", [referral.ids])
        referral.invalidate_recordset()
        self.assertEqual(referral.step_code, "benefits")

    def test_web_client_moves_on_when_complete(self):
        referral = self._create_referral()
        self._complete_step(referral)
        self.authenticate(self.rep.login, self.rep.login)
        self.assertTrue(self._call("action_next_step", [referral.ids]))
        referral.invalidate_recordset()
        self.assertEqual(referral.step_code, "profile")

    @mute_logger("odoo.http")
    def test_json2_api_cannot_jump(self):
        referral = self._create_referral()
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.rep)
            .sudo()
            ._generate("rpc", "test", None)
        )
        response = self.url_open(
            "/json/2/crm.referral/write",
            data=json.dumps(
                {"ids": referral.ids, "vals": {"step_id": self.step["value"].id}}
            ),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
            },
        )
        self.assertEqual(response.status_code, 422, response.text)
        self.assertIn("not finished yet", response.json()["message"])
        referral.invalidate_recordset()
        self.assertEqual(referral.step_code, "benefits")

    @mute_logger("odoo.http")
    def test_private_methods_cannot_be_called(self):
        """The shortcuts inside the gate are no back doors."""
        referral = self._create_referral()
        self.authenticate(self.rep.login, self.rep.login)
        for method, args in (
            ("_move_steps", [referral.ids, 1]),
            ("_close_step_log", [referral.ids, "skipped", "because"]),
            ("_finish_conversation", [referral.ids]),
            ("_override_blockers", [referral.ids, []]),
        ):
            with (
                self.subTest(method=method),
                self.assertRaisesRegex(JsonRpcException, "AccessError"),
            ):
                self._call(method, args)


@tagged("post_install", "-at_install")
class TestSkipAndBack(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def test_skip_needs_a_reason(self):
        for reason in ("", "   ", False, None):
            with self.subTest(reason=reason), self.assertRaisesRegex(UserError, "why"):
                self.referral.action_skip_step(reason)
        self.assertEqual(self.referral.step_code, "benefits")
        self.assertFalse(self.referral.step_log_ids.outcome)

    def test_skip_is_logged(self):
        self.referral.action_skip_step(" She told me last week ")
        self.assertEqual(self.referral.step_code, "profile")
        log = self.referral.step_log_ids[0]
        self.assertEqual(log.outcome, "skipped")
        self.assertEqual(log.reason, "She told me last week")
        self.assertEqual(log.left_by_id, self.rep)
        self.assertIn("She told me last week", self._get_chatter(self.referral))

    def test_skip_wizard(self):
        action = self.referral.with_user(self.rep).action_open_skip_step()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.rep)
            .with_context(**action["context"])
            .create({"reason": "No time"})
        )
        self.assertEqual(wizard.action_apply()["type"], "ir.actions.act_window_close")
        self.assertEqual(self.referral.step_code, "profile")

    def test_wizards_are_for_conversations_only(self):
        """Nobody calls a method of another model through them."""
        for wizard, model, ids in (
            ("skip", "res.partner", self.referral.partner_id.ids),
            ("skip", "crm.guided.conversation", [1]),
            ("skip", "no.such.model", [1]),
            ("skip", "crm.referral", "1"),
            ("skip", "crm.referral", [[1]]),
            ("reopen", "crm.lead", [1]),
        ):
            with (
                self.subTest(wizard=wizard, model=model, ids=ids),
                self.assertRaisesRegex(UserError, "Choose the conversations"),
            ):
                self.env[f"crm.guided.conversation.{wizard}"].with_user(
                    self.rep
                ).create(
                    {"res_model": model, "res_ids": ids, "reason": "x"}
                ).action_apply()

    def test_reopen_wizard(self):
        self.env.cr.flush()  # the creation is told by now
        self.referral.action_cancel()
        self.env["crm.guided.conversation.reopen"].with_user(self.rep).create(
            {
                "res_model": "crm.referral",
                "res_ids": self.referral.ids,
                "reason": "She called again",
            }
        ).action_apply()
        self.assertFalse(self.referral.outcome)
        self.assertEqual(self.referral.reopen_reason, "She called again")
        self.env.flush_all()
        self.env.cr.flush()
        tracked = self.referral.message_ids.sudo().tracking_value_ids
        self.assertIn("She called again", tracked.mapped("new_value_char"))

    def test_reopening_may_need_a_reason(self):
        self.referral.action_cancel()
        self.patch(type(self.env["crm.referral"]), "_reopen_needs_reason", True)
        action = self.referral.action_open_reopen()
        self.assertEqual(action["res_model"], "crm.guided.conversation.reopen")
        for reopen in (
            self.referral.action_reopen,
            lambda: self.referral.write({"outcome": False}),
        ):
            with self.assertRaisesRegex(UserError, "why it goes on"):
                reopen()
        self.assertEqual(self.referral.outcome, "cancelled")
        self.referral.action_reopen("She called again")
        self.assertFalse(self.referral.outcome)

    def test_reason_is_text_in_the_chatter(self):
        self.referral.action_skip_step("<b>bold</b> & co")
        self.assertIn(
            "&lt;b&gt;bold&lt;/b&gt; &amp; co", self._get_chatter(self.referral)
        )

    def test_skipped_step_does_not_block_later_steps(self):
        self.referral.action_skip_step("No time")
        self._complete_step(self.referral)
        self.referral.action_next_step()
        self.assertEqual(self.referral.step_code, "value")

    def test_skipped_step_can_be_passed_in_a_jump(self):
        self.referral.action_skip_step("No time")
        self.referral.action_previous_step()
        self.referral.action_skip_step("Still no time")
        self.referral.write(
            {
                "challenge": "Slow",
                "improvement": "Fast",
                "step_id": self.step["value"].id,
            }
        )
        self.assertEqual(self.referral.step_code, "value")

    def test_skip_is_over_when_the_step_is_entered_again(self):
        self.referral.action_skip_step("No time")
        self.referral.action_previous_step()
        with self.assertRaisesRegex(UserError, "not finished yet"):
            self.referral.action_next_step()
        with self.assertRaisesRegex(UserError, "not finished yet"):
            self.referral.write({"step_id": self.step["profile"].id})

    def test_refused_to_whom_the_request_is_hidden(self):
        """Nor do the messages tell whose request it is, or that it has ended."""
        self.referral.action_cancel()
        with self.assertRaises(AccessError):
            self.referral.with_user(self.colleague).write(
                {"step_id": self.step["profile"].id}
            )

    def test_back_is_free_and_loses_nothing(self):
        self._walk_to(self.referral, "suggest")
        self.referral.action_previous_step()
        self.assertEqual(self.referral.step_code, "value")
        self.referral.write({"step_id": self.step["benefits"].id})
        self.assertEqual(self.referral.step_code, "benefits")
        self.assertEqual(self.referral.challenge, "Slow closing")
        self.assertEqual(self.referral.motive_ids, self.motive)

    def test_back_does_not_leave_the_first_step(self):
        self.referral.action_previous_step()
        self.assertEqual(self.referral.step_code, "benefits")
        self.assertEqual(len(self.referral.step_log_ids), 1)

    def test_back_does_not_open_a_way_forward(self):
        """Whoever goes back and removes what was noted must note it again."""
        self._walk_to(self.referral, "suggest")
        self.referral.write({"step_id": self.step["benefits"].id})
        self.referral.challenge = False
        with self.assertRaisesRegex(UserError, "Step “Profile”"):
            self.referral.write({"step_id": self.step["suggest"].id})

    def test_closed_requests_do_not_move(self):
        self._complete_step(self.referral)
        self.referral.action_cancel()
        for name, call in (
            ("next", self.referral.action_next_step),
            ("back", self.referral.action_previous_step),
            ("skip", lambda: self.referral.action_skip_step("Because")),
            (
                "write",
                lambda: self.referral.write({"step_id": self.step["profile"].id}),
            ),
            (
                "write and reopen",
                lambda: self.referral.write(
                    {"step_id": self.step["profile"].id, "outcome": False}
                ),
            ),
        ):
            with self.subTest(name), self.assertRaisesRegex(UserError, "has ended"):
                call()
        self.assertEqual(self.referral.step_code, "benefits")

    def test_writing_the_same_step_is_no_move(self):
        self.referral.action_cancel()
        self.referral.write({"step_id": self.step["benefits"].id, "priority": "1"})
        self.assertEqual(self.referral.priority, "1")
        self.assertEqual(len(self.referral.step_log_ids), 1)

    def test_progress(self):
        self.referral.action_skip_step("No time")
        self._complete_step(self.referral)
        self.referral.action_next_step()
        self.assertEqual(
            [step["state"] for step in self.referral.step_progress],
            ["skipped", "done", "current", "todo", "todo", "todo"],
        )
        self.assertEqual(self.referral.step_number, 3)
        self.referral.action_cancel()
        self.assertEqual(
            [step["state"] for step in self.referral.step_progress],
            ["skipped", "done", "ended", "todo", "todo", "todo"],
        )

    def test_kanban_shows_all_steps(self):
        result = (
            self.env["crm.referral"]
            .with_context(read_group_expand=True)
            .web_read_group([("id", "=", self.referral.id)], ["step_id"], ["__count"])
        )
        self.assertEqual(
            [(group["step_id"][0], group["__count"]) for group in result["groups"]],
            [(step.id, int(step.code == "benefits")) for step in self.steps],
        )

    def test_batch_in_different_steps(self):
        first = self.referral
        second = self._walk_to(
            self._create_referral(partner_id=self.other_customer.id), "value"
        )
        self._complete_step(first)
        self._complete_step(second)
        (first | second).action_next_step()
        self.assertEqual(first.step_code, "profile")
        self.assertEqual(second.step_code, "suggest")
        (first | second).action_previous_step()
        self.assertEqual(first.step_code, "benefits")
        self.assertEqual(second.step_code, "value")

    def test_batch_is_all_or_nothing(self):
        second = self._create_referral(partner_id=self.other_customer.id)
        self._complete_step(self.referral)
        with self.assertRaisesRegex(UserError, "Carl Carter"):
            (self.referral | second).action_next_step()
        self.assertEqual(self.referral.step_code, "benefits")


@tagged("post_install", "-at_install")
class TestStepLog(ReferralCommon):
    def test_time_in_each_step(self):
        referral = self._create_referral()
        self._complete_step(referral)
        with self._at("2026-03-03 10:30:00"):
            referral.action_next_step()
            self._complete_step(referral)
        with self._at("2026-03-05 10:30:00"):
            referral.action_next_step()
        with self._at("2026-03-05 12:00:00"):
            referral.with_user(self.manager).action_previous_step()
        self.assertRecordValues(
            referral.step_log_ids,
            [
                {
                    "step_id": self.step["benefits"].id,
                    "entered_on": datetime(2026, 3, 2, 9),
                    "left_on": datetime(2026, 3, 3, 10, 30),
                    "left_by_id": self.rep.id,
                    "outcome": "done",
                    "duration_hours": 25.5,
                },
                {
                    "step_id": self.step["profile"].id,
                    "entered_on": datetime(2026, 3, 3, 10, 30),
                    "left_on": datetime(2026, 3, 5, 10, 30),
                    "left_by_id": self.rep.id,
                    "outcome": "done",
                    "duration_hours": 48.0,
                },
                {
                    "step_id": self.step["value"].id,
                    "entered_on": datetime(2026, 3, 5, 10, 30),
                    "left_on": datetime(2026, 3, 5, 12),
                    "left_by_id": self.manager.id,
                    "outcome": "back",
                    "duration_hours": 1.5,
                },
                {
                    "step_id": self.step["profile"].id,
                    "entered_on": datetime(2026, 3, 5, 12),
                    "left_on": False,
                    "left_by_id": False,
                    "outcome": False,
                    "duration_hours": 0.0,
                },
            ],
        )
        self.assertEqual(referral.date_last_stage_update, datetime(2026, 3, 5, 12))

    def test_end_closes_the_log(self):
        referral = self._create_referral()
        with self._at("2026-03-03 09:00:00"):
            referral.action_cancel()
        self.assertRecordValues(
            referral.step_log_ids,
            [
                {
                    "outcome": "ended",
                    "left_on": datetime(2026, 3, 3, 9),
                    "duration_hours": 24.0,
                }
            ],
        )

    def test_odoo_knows_the_time_in_each_step_too(self):
        """The status bar shows durations from Odoo's own tracking."""
        referral = self._create_referral()
        self._complete_step(referral)
        self.env.flush_all()
        self.env.cr.flush()
        with self._at("2026-03-03 09:00:00"):
            referral.action_next_step()
        with self._at("2026-03-03 11:00:00"):
            durations = referral.duration_tracking
        self.assertEqual(durations[str(self.step["benefits"].id)], 24 * 3600)
        self.assertEqual(durations[str(self.step["profile"].id)], 2 * 3600)

    def test_stale_requests(self):
        referral = self._create_referral()
        self.step["benefits"].rotting_threshold_days = 14
        with self._at("2026-03-15 09:00:00"):
            self.assertFalse(referral.is_rotting)
        with self._at("2026-03-17 09:00:00"):
            self.assertTrue(referral.is_rotting)
            self.assertEqual(referral.rotting_days, 15)
            self.assertEqual(
                self.env["crm.referral"].search(
                    [("is_rotting", "=", True), ("id", "=", referral.id)]
                ),
                referral,
            )

    def test_closed_requests_are_not_stale(self):
        referral = self._create_referral()
        self.step["benefits"].rotting_threshold_days = 14
        referral.action_cancel()
        with self._at("2026-04-17 09:00:00"):
            self.assertFalse(referral.is_rotting)
            self.assertFalse(
                self.env["crm.referral"].search(
                    [("is_rotting", "=", True), ("id", "=", referral.id)]
                )
            )
