from datetime import date

from psycopg2 import IntegrityError
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestWhoMayBeAsked(ReferralCommon):
    def test_quiet_period(self):
        referral = self._walk_to(self._create_referral(), "profile")
        referral.action_cancel()
        self.assertEqual(referral.next_ask_date, date(2026, 5, 31))
        with (
            self._at("2026-05-30 09:00:00"),
            self.assertRaisesRegex(UserError, "quiet period ends on 05/31/2026"),
        ):
            self._create_referral()
        with self._at("2026-05-31 09:00:00"):
            self.assertTrue(self._create_referral())

    def test_quiet_period_switched_off(self):
        self.company.referral_quiet_days = 0
        self._walk_to(self._create_referral(), "profile").action_cancel()
        self.assertTrue(self._create_referral())

    @mute_logger("odoo.sql_db")
    def test_quiet_period_is_not_negative(self):
        with self.assertRaisesRegex(IntegrityError, "quiet_days_positive"):
            self.company.referral_quiet_days = -1
            self.env.flush_all()

    def test_quiet_period_is_per_company(self):
        self._walk_to(self._create_referral(), "profile").action_cancel()
        referral = self._create_referral(
            self.foreign_rep, company_id=self.other_company.id
        )
        self.assertEqual(referral.company_id, self.other_company)

    def test_cancelled_before_it_began(self):
        referral = self._create_referral()
        referral.action_cancel()
        self.assertEqual(referral.next_ask_date, date(2026, 3, 2))
        self.assertTrue(self._create_referral())

    def test_going_back_to_the_beginning_does_not_undo_the_asking(self):
        referral = self._walk_to(self._create_referral(), "value")
        referral.write({"step_id": self.step["benefits"].id})
        referral.action_cancel()
        self.assertEqual(referral.next_ask_date, date(2026, 5, 31))

    def test_declined_in_the_first_step_counts(self):
        referral = self._create_referral()
        referral.action_decline(self.decline_reason.id)
        self.assertEqual(referral.next_ask_date, date(2026, 5, 31))

    def test_archiving_does_not_end_the_quiet_period(self):
        referral = self._create_referral()
        referral.action_decline(self.decline_reason.id)
        referral.action_archive()
        with self.assertRaisesRegex(UserError, "quiet period"):
            self._create_referral()

    def test_imported_history_counts_from_its_own_end(self):
        referral = self._create_referral(
            outcome="cancelled", closed_on="2025-12-15 10:00:00"
        )
        self.assertEqual(referral.next_ask_date, date(2025, 12, 15))
        declined = self._create_referral(
            outcome="declined",
            decline_reason_id=self.decline_reason.id,
            closed_on="2025-12-15 10:00:00",
        )
        self.assertEqual(declined.next_ask_date, date(2026, 3, 15))

    def test_do_not_ask(self):
        self.customer.referral_do_not_ask = True
        with self.assertRaisesRegex(
            UserError, "Ann Archer does not want to be asked"
        ) as catcher:
            self._create_referral()
        self.assertIn("A sales manager may allow it", str(catcher.exception))

    def test_do_not_ask_counts_for_the_contacts_of_a_company(self):
        company = self.env["res.partner"].create(
            {"name": "Archers Ltd", "is_company": True, "referral_do_not_ask": True}
        )
        self.customer.parent_id = company
        with self.assertRaisesRegex(UserError, "does not want to be asked"):
            self._create_referral()

    def test_do_not_ask_of_a_contact_does_not_count_for_the_company(self):
        company = self.env["res.partner"].create(
            {"name": "Archers Ltd", "is_company": True}
        )
        self.customer.write({"parent_id": company.id, "referral_do_not_ask": True})
        self.assertTrue(self._create_referral(partner_id=company.id))

    def test_other_customer_is_checked_too(self):
        referral = self._create_referral()
        self.other_customer.referral_do_not_ask = True
        with self.assertRaisesRegex(UserError, "Carl Carter does not want"):
            referral.partner_id = self.other_customer

    def test_reopening_is_asking_again(self):
        referral = self._create_referral()
        referral.action_cancel()
        self.customer.referral_do_not_ask = True
        with self.assertRaisesRegex(UserError, "does not want to be asked"):
            referral.action_reopen()

    def test_reopening_respects_the_quiet_period_of_other_requests(self):
        referral = self._create_referral()
        referral.action_cancel()
        self._create_referral().action_decline(self.decline_reason.id)
        with self.assertRaisesRegex(UserError, "quiet period"):
            referral.action_reopen()

    def test_unarchiving_is_asking_again(self):
        referral = self._create_referral()
        referral.action_archive()
        self.customer.referral_do_not_ask = True
        with self.assertRaisesRegex(UserError, "does not want to be asked"):
            referral.action_unarchive()

    def test_ended_requests_may_be_recorded_of_anybody(self):
        self.customer.referral_do_not_ask = True
        self.assertTrue(self._create_referral(outcome="cancelled"))

    # === ONE OPEN REQUEST === #

    def test_one_open_request(self):
        self._create_referral()
        with self.assertRaisesRegex(
            UserError, r"Ann Archer already has an open referral request \(Rep\)"
        ):
            self._create_referral()

    def test_one_open_request_also_of_a_colleague(self):
        self._create_referral(self.colleague)
        with self.assertRaisesRegex(UserError, r"\(Colleague\)"):
            self._create_referral()

    def test_one_open_request_per_company(self):
        self._create_referral()
        self.assertTrue(
            self._create_referral(self.foreign_rep, company_id=self.other_company.id)
        )

    def test_one_open_request_when_the_customer_changes(self):
        self._create_referral()
        other = self._create_referral(partner_id=self.other_customer.id)
        with self.assertRaisesRegex(UserError, "already has an open"):
            other.partner_id = self.customer

    def test_one_open_request_when_reopening(self):
        first = self._create_referral()
        first.action_cancel()
        self._create_referral()
        with self.assertRaisesRegex(UserError, "already has an open"):
            first.action_reopen()

    def test_one_open_request_when_unarchiving(self):
        first = self._create_referral()
        first.action_archive()
        self._create_referral()
        with self.assertRaisesRegex(UserError, "already has an open"):
            first.action_unarchive()

    @mute_logger("odoo.sql_db")
    def test_database_has_the_last_word(self):
        """Two in one batch get past the check, not past the index."""
        with self.assertRaisesRegex(UniqueViolation, "open_request_uniq"):
            self.env["crm.referral"].create([{"partner_id": self.customer.id}] * 2)

    @mute_logger("odoo.sql_db")
    def test_import_of_doubles_tells_the_sentence_of_the_index(self):
        result = (
            self.env["crm.referral"]
            .with_user(self.rep)
            .load(["partner_id/.id"], [[str(self.customer.id)]] * 2)
        )
        self.assertFalse(result["ids"])
        self.assertIn("already has an open referral request", str(result["messages"]))

    # === OVERRIDE === #

    def test_manager_overrides_with_a_reason(self):
        self.customer.referral_do_not_ask = True
        referral = self._create_referral(self.manager, override_reason="She called us")
        chatter = self._get_chatter(referral)
        self.assertIn("Manager allowed this request", chatter)
        self.assertIn("does not want to be asked", chatter)
        self.assertIn("She called us", chatter)

    def test_manager_needs_a_reason(self):
        self.customer.referral_do_not_ask = True
        for reason in (False, "", "  "):
            with (
                self.subTest(reason=reason),
                self.assertRaisesRegex(UserError, "Write down why you ask"),
            ):
                self._create_referral(self.manager, override_reason=reason)

    def test_reason_does_not_help_a_rep(self):
        self.customer.referral_do_not_ask = True
        for user in (self.rep, self.all_documents):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(UserError, "A sales manager may allow it"),
            ):
                self._create_referral(user, override_reason="I am the boss")

    def test_nobody_overrides_an_open_request(self):
        self._create_referral()
        with self.assertRaisesRegex(UserError, "already has an open"):
            self._create_referral(self.manager, override_reason="Twice is better")

    def test_override_wizard(self):
        self.customer.referral_do_not_ask = True
        action = self.customer.with_user(self.manager).action_ask_referral()
        self.assertEqual(action["res_model"], "crm.referral.override")
        Wizard = self.env["crm.referral.override"].with_context(**action["context"])
        wizard = Wizard.with_user(self.manager).create({"reason": "She called us"})
        self.assertTrue(wizard.can_override)
        self.assertIn("does not want", wizard.blockers)
        referral = self.env["crm.referral"].browse(wizard.action_apply()["res_id"])
        self.assertEqual(referral.override_reason, "She called us")
        self.assertEqual(referral.user_id, self.manager)

    def test_override_wizard_refuses_a_rep(self):
        self.customer.referral_do_not_ask = True
        action = self.customer.with_user(self.rep).action_ask_referral()
        Wizard = self.env["crm.referral.override"].with_context(**action["context"])
        wizard = Wizard.with_user(self.rep).create({"reason": "Let me"})
        self.assertFalse(wizard.can_override)
        with self.assertRaisesRegex(UserError, "A sales manager may allow it"):
            wizard.action_apply()

    def test_override_wizard_of_a_colleagues_request(self):
        self._create_referral(self.colleague)
        action = self.customer.with_user(self.rep).action_ask_referral()
        self.assertEqual(action["res_model"], "crm.referral.override")
        wizard = (
            self.env["crm.referral.override"]
            .with_user(self.manager)
            .create({"partner_id": self.customer.id})
        )
        self.assertFalse(wizard.can_override)
        self.assertIn("is being asked already", wizard.blockers)

    def test_ask_button(self):
        action = self.customer.with_user(self.rep).action_ask_referral()
        referral = self.env["crm.referral"].browse(action["res_id"])
        self.assertEqual(action["res_model"], "crm.referral")
        self.assertEqual(referral.partner_id, self.customer)
        self.assertEqual(referral.user_id, self.rep)
        again = self.customer.with_user(self.rep).action_ask_referral()
        self.assertEqual(again["res_id"], referral.id)
