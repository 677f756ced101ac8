from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestOutcome(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def test_introduced_after_six_steps(self):
        self._walk_to(self.referral, "follow_through")
        self._complete_step(self.referral)
        with self._at("2026-03-10 09:00:00"):
            self.referral.action_next_step()
        self.assertRecordValues(
            self.referral,
            [
                {
                    "outcome": "introduced",
                    "closed_on": datetime(2026, 3, 10, 9),
                    "next_ask_date": date(2026, 6, 8),
                    "introduced_count": 1,
                    "lead_count": 1,
                }
            ],
        )
        self.assertEqual(self.referral.step_log_ids.mapped("outcome"), ["done"] * 6)

    def test_introduced_although_it_came_to_nothing(self):
        """The customer did what we asked; what we made of it is another matter."""
        candidate = self._create_introduced_candidate(referral=self.referral)
        candidate.action_unfit()
        self.referral.action_next_step()
        self.assertEqual(self.referral.outcome, "introduced")

    def test_nobody_agreed_ends_as_declined(self):
        self._walk_to(self.referral, "suggest")
        self._create_candidate(self.referral)
        self._create_candidate(self.referral, name="Cleo")
        self.referral.action_next_step()
        self.referral.candidate_ids.action_decline()
        self.referral.action_next_step()
        self.assertEqual(self.referral.outcome, "declined")
        self.assertEqual(
            self.referral.decline_reason_id,
            self.env.ref("crm_referral.decline_reason_no_introduction"),
        )
        self.assertEqual(self.referral.step_code, "introduce")

    def test_agreed_but_not_introduced_and_then_withdrawn(self):
        self._walk_to(self.referral, "follow_through")
        self.referral.candidate_ids.action_decline()
        self.referral.action_next_step()
        self.assertEqual(self.referral.outcome, "declined")

    def test_undone_introduction_does_not_count(self):
        """Whoever presses “Introduced” by mistake and goes back has no introduction."""
        candidate = self._create_introduced_candidate(referral=self.referral)
        self.assertEqual(self.referral.introduced_count, 1)
        candidate.action_agree()
        self.assertFalse(candidate.introduced_on)
        self.assertEqual(self.referral.introduced_count, 0)
        candidate.action_decline()
        self.referral.action_next_step()
        self.assertEqual(self.referral.outcome, "declined")

    def test_declined_needs_a_reason(self):
        for reason in (False, 0, 10**9):
            with (
                self.subTest(reason=reason),
                self.assertRaisesRegex(UserError, "reason"),
            ):
                self.referral.action_decline(reason)
        self.referral.action_decline(self.decline_reason.id)
        self.assertEqual(self.referral.outcome, "declined")
        self.assertEqual(self.referral.decline_reason_id, self.decline_reason)
        self.assertEqual(self.referral.step_log_ids.outcome, "ended")

    def test_decline_wizard(self):
        action = self.referral.action_open_decline()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.rep)
            .with_context(**action["context"])
            .create({"reason_id": self.decline_reason.id})
        )
        wizard.action_apply()
        self.assertEqual(self.referral.outcome, "declined")

    def test_no_candidate(self):
        self._walk_to(self.referral, "suggest")
        self.referral.action_no_candidate()
        self.assertEqual(self.referral.outcome, "no_candidate")
        self.assertEqual(self.referral.next_ask_date, date(2026, 5, 31))

    def test_cancelled_keeps_what_was_noted(self):
        self._walk_to(self.referral, "introduce")
        self.referral.action_cancel()
        self.assertEqual(self.referral.outcome, "cancelled")
        self.assertTrue(self.referral.candidate_ids)

    def test_ended_requests_do_not_end_again(self):
        self.referral.action_cancel()
        for name, call in (
            ("decline", lambda: self.referral.action_decline(self.decline_reason.id)),
            ("no candidate", self.referral.action_no_candidate),
            ("cancel", self.referral.action_cancel),
        ):
            with self.subTest(name), self.assertRaisesRegex(UserError, "has ended"):
                call()

    def test_writing_introduced_must_be_true(self):
        with self.assertRaisesRegex(UserError, "Step “Benefits”"):
            self.referral.write({"outcome": "introduced"})
        for _step in self.steps[:-1]:
            self.referral.action_skip_step("Test")
        with self.assertRaisesRegex(ValidationError, "Nobody was introduced"):
            self.referral.write({"outcome": "introduced"})

    def test_creating_introduced_must_be_true(self):
        with self.assertRaisesRegex(UserError, "Step “Benefits”"):
            self._create_referral(
                partner_id=self.other_customer.id, outcome="introduced"
            )

    def test_writing_no_candidate_must_be_true(self):
        self._walk_to(self.referral, "follow_through")
        with self.assertRaisesRegex(ValidationError, "agreed to an introduction"):
            self.referral.write({"outcome": "no_candidate"})
        with self.assertRaisesRegex(ValidationError, "agreed to an introduction"):
            self.referral.action_no_candidate()

    @mute_logger("odoo.sql_db")
    def test_writing_declined_needs_a_reason(self):
        with self.assertRaisesRegex(IntegrityError, "declined_reason"):
            self.referral.write({"outcome": "declined"})
            self.env.flush_all()

    def test_skipping_the_last_step_ends_the_request(self):
        candidate = self._create_introduced_candidate(referral=self.referral)
        self.assertEqual(candidate.state, "introduced")
        self.referral.action_skip_step("Somebody else follows up")
        self.assertEqual(self.referral.outcome, "introduced")
        self.assertEqual(self.referral.step_log_ids[-1].outcome, "skipped")

    def test_skipping_the_last_step_does_not_lose_a_yes(self):
        self._walk_to(self.referral, "follow_through")
        with self.assertRaisesRegex(ValidationError, "agreed to an introduction"):
            self.referral.action_skip_step("No time")

    def test_skipping_everything_ends_without_candidate(self):
        for _step in self.steps:
            self.referral.action_skip_step("Test")
        self.assertEqual(self.referral.outcome, "no_candidate")
        self.assertEqual(self.referral.step_log_ids.mapped("outcome"), ["skipped"] * 6)

    def test_reopen(self):
        self._walk_to(self.referral, "value")
        self.referral.action_decline(self.decline_reason.id)
        with self._at("2026-03-04 09:00:00"):
            self.referral.action_reopen()
        self.assertRecordValues(
            self.referral,
            [
                {
                    "outcome": False,
                    "decline_reason_id": False,
                    "closed_on": False,
                    "next_ask_date": False,
                }
            ],
        )
        self.assertEqual(self.referral.step_code, "value")
        self.assertRecordValues(
            self.referral.step_log_ids[-1],
            [
                {
                    "step_id": self.step["value"].id,
                    "entered_on": datetime(2026, 3, 4, 9),
                    "outcome": False,
                }
            ],
        )

    def test_reopen_leaves_open_requests_alone(self):
        self.referral.action_reopen()
        self.assertEqual(len(self.referral.step_log_ids), 1)

    def test_default_decline_reason_stays(self):
        reason = self.env.ref("crm_referral.decline_reason_no_introduction")
        with self.assertRaisesRegex(UserError, "rename or archive"):
            reason.with_user(self.manager).unlink()
        reason.with_user(self.manager).active = False
        self._walk_to(self.referral, "introduce")
        self.referral.candidate_ids.action_decline()
        self.referral.action_next_step()
        self.assertEqual(self.referral.decline_reason_id, reason)


@tagged("post_install", "-at_install")
class TestArchiveAndDelete(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def test_archived_requests_are_nobodys_work(self):
        self.referral.promise = "Call back"
        self.assertEqual(len(self.referral.activity_ids), 2)
        self.referral.action_archive()
        self.assertFalse(self.referral.activity_ids)
        self._run_cron("crm_guided_conversation.ir_cron_ensure_step_activity")
        self.assertFalse(self.referral.activity_ids)
        self.referral.action_unarchive()
        self.assertEqual(
            set(self.referral.activity_ids.mapped("summary")), {"Benefits", "Call back"}
        )

    def test_archived_open_request_makes_way(self):
        self.referral.action_archive()
        self.assertTrue(self._create_referral())

    def test_delete_takes_the_candidates_along_wholly(self):
        """What the database cascades leaves messages with names behind."""
        candidate = self._create_candidate(self.referral, email="bob@example.com")
        archived = self._create_candidate(self.referral, name="Cleo", active=False)
        for record in candidate | archived:
            record.message_post(body="Talked to them")
            record.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.rep.id
            )
        ids = (candidate | archived).ids
        self.referral.with_user(self.manager).unlink()
        for model, fname in (
            ("mail.message", "model"),
            ("mail.activity", "res_model"),
            ("mail.followers", "res_model"),
        ):
            with self.subTest(model):
                self.assertFalse(
                    self.env[model]
                    .with_context(active_test=False)
                    .search([(fname, "=", candidate._name), ("res_id", "in", ids)])
                )

    def test_delete_takes_log_along_but_no_benefits(self):
        benefit = self._create_benefit()
        self.referral.benefit_ids = benefit
        logs = self.referral.step_log_ids.sudo()
        self.referral.with_user(self.manager).unlink()
        self.assertFalse(logs.exists())
        self.assertTrue(benefit.exists())

    def test_requests_with_leads_stay(self):
        candidate = self._create_introduced_candidate(referral=self.referral)
        candidate._convert()
        for archived in (False, True):
            candidate.active = not archived
            with (
                self.subTest(archived=archived),
                self.assertRaisesRegex(UserError, "Leads came from the request"),
            ):
                self.referral.with_user(self.manager).unlink()

    def test_when_the_addon_goes_the_leads_stay_as_they_are(self):
        candidate = self._create_introduced_candidate(
            referral=self.referral, email="bob@example.com"
        )
        lead = candidate._convert().sudo()
        going = {MODULE_UNINSTALL_FLAG: True}
        self.referral.sudo().with_context(**going).unlink()
        self.assertFalse(candidate.exists())
        self.assertEqual(lead.email_from, "bob@example.com")
        self.assertTrue(lead.with_context(**going).unlink())

    def test_a_lead_goes_first_when_the_addon_goes(self):
        candidate = self._create_introduced_candidate(referral=self.referral)
        lead = candidate._convert().sudo()
        going = {MODULE_UNINSTALL_FLAG: True}
        lead.with_context(**going).unlink()
        self.env.flush_all()
        self.assertFalse(candidate.lead_won_status)
        self.assertEqual(candidate.state, "introduced")
        candidate.sudo().with_context(**going).unlink()
        self.assertFalse(candidate.exists())

    def test_customers_with_requests_stay(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.customer.unlink()
        self.customer.action_archive()
        self.assertEqual(self.referral.partner_id, self.customer)
        self.assertEqual(self.referral.display_name, "Ann Archer")

    def test_used_reasons_and_steps_stay(self):
        self.referral.action_decline(self.decline_reason.id)
        for record in (self.decline_reason, self.step["benefits"]):
            with (
                self.subTest(record),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
            ):
                record.unlink()
