from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestQuietPeriodStays(ReferralCommon):
    """Who was asked is left in peace, whatever becomes of the request."""

    def _assert_quiet(self, day="05/31/2026"):
        with self.assertRaisesRegex(UserError, f"quiet period ends on {day}"):
            self._create_referral()
        self.assertEqual(self.customer.with_user(self.rep).referral_readiness, "quiet")
        Partner = self.env["res.partner"].with_user(self.rep)
        found = Partner.search([("referral_readiness", "=", "quiet")])
        self.assertIn(self.customer, found)

    def test_archived_in_the_middle(self):
        referral = self._walk_to(self._create_referral(), "introduce")
        referral.action_archive()
        self._assert_quiet()
        referral.action_unarchive()
        self.assertFalse(referral.outcome)

    def test_archived_before_anything_was_asked(self):
        self._create_referral().action_archive()
        self.assertTrue(self._create_referral())

    def test_deleted(self):
        referral = self._create_referral()
        referral.action_decline(self.decline_reason.id)
        referral.with_user(self.manager).unlink()
        self._assert_quiet()

    def test_deleted_in_the_middle(self):
        referral = self._walk_to(self._create_referral(), "introduce")
        referral.with_user(self.manager).unlink()
        self._assert_quiet()

    def test_customer_and_company_stay(self):
        asked = self._walk_to(self._create_referral(), "profile")
        for user in (self.rep, self.manager):
            for vals in (
                {"partner_id": self.other_customer.id},
                {"company_id": self.other_company.id},
            ):
                with self.subTest(user=user.login, vals=vals):
                    with self.assertRaises(UserError):
                        asked.with_user(user).write(vals)
        self.manager.company_ids += self.other_company
        asked.action_decline(self.decline_reason.id)
        for vals in (
            {"partner_id": self.other_customer.id},
            {"company_id": self.other_company.id},
        ):
            with self.assertRaisesRegex(UserError, "has been asked"):
                asked.with_user(self.manager).write(vals)
        asked.write({"partner_id": self.customer.id})  # the same is no change
        self._assert_quiet()

    def test_declined_then_reopened_then_cancelled(self):
        referral = self._create_referral()
        referral.action_decline(self.decline_reason.id)
        referral.action_reopen()
        referral.action_cancel()
        self.assertEqual(referral.next_ask_date, date(2026, 5, 31))
        self._assert_quiet()

    def test_declined_then_reopened_then_archived(self):
        referral = self._create_referral()
        referral.action_decline(self.decline_reason.id)
        referral.action_reopen()
        referral.action_archive()
        self._assert_quiet()

    def test_skipping_is_not_asking(self):
        referral = self._create_referral()
        referral.action_skip_step("No time")
        self.assertEqual(referral.step_code, "profile")
        referral.action_cancel()
        self.assertEqual(referral.next_ask_date, date(2026, 3, 2))
        self.assertTrue(self._create_referral())

    def test_skipping_up_to_the_question_is_asking(self):
        referral = self._create_referral()
        for _step in range(3):
            referral.action_skip_step("No time")
        self.assertEqual(referral.step_code, "suggest")
        referral.action_cancel()
        self._assert_quiet()

    def test_nobody_writes_it_by_hand(self):
        referral = self._create_referral()
        referral.action_decline(self.decline_reason.id)
        for user in (self.rep, self.manager):
            for fname in ("closed_on", "next_ask_date"):
                with self.subTest(user=user.login, field=fname):
                    with self.assertRaises(AccessError):
                        referral.with_user(user).write({fname: "2001-01-01"})
        self.assertEqual(referral.next_ask_date, date(2026, 5, 31))

    def test_history_does_not_end_in_the_future(self):
        with self.assertRaisesRegex(UserError, "future"):
            self._create_referral(outcome="cancelled", closed_on="2030-01-01 10:00:00")

    def test_defaults_of_the_context_do_not_count(self):
        referral = (
            self.env["crm.referral"]
            .with_user(self.rep)
            .with_context(
                default_closed_on="2001-01-01 00:00:00",
                default_next_ask_date="2001-01-01",
            )
            .create(
                {
                    "partner_id": self.customer.id,
                    "outcome": "declined",
                    "decline_reason_id": self.decline_reason.id,
                }
            )
        )
        self.assertEqual(referral.next_ask_date, date(2026, 5, 31))

    def test_day_of_the_customer(self):
        self.customer.tz = "Asia/Taipei"
        referral = self._create_referral()
        with self._at("2026-03-02 23:00:00"):  # the 3rd in Taipei
            referral.action_decline(self.decline_reason.id)
        self.assertEqual(referral.next_ask_date, date(2026, 6, 1))

    def test_merged_customers_stay_quiet(self):
        referral = self._create_referral(partner_id=self.other_customer.id)
        referral.action_decline(self.decline_reason.id)
        referral.with_user(self.manager).unlink()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.customer | self.other_customer).ids, self.customer
        )
        self._assert_quiet()


@tagged("post_install", "-at_install")
class TestDoNotAsk(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.referral_do_not_ask = True
        contacts = cls.env.ref("base.group_partner_manager")
        for user in (cls.rep, cls.manager):
            user.group_ids += contacts

    def test_nobody_just_unticks_it(self):
        for user in (self.rep, self.manager):
            for value in (False, None, 0):
                with self.subTest(user=user.login, value=value):
                    with self.assertRaisesRegex(UserError, "May Be Asked Again"):
                        self.customer.with_user(user).write(
                            {"referral_do_not_ask": value}
                        )

    def test_a_manager_takes_it_back_with_a_reason(self):
        customer = self.customer.with_user(self.manager)
        for reason in (None, "", "  "):
            with self.assertRaisesRegex(UserError, "Write in a few words"):
                customer.action_may_ask_again(reason)
        self.env["crm.referral.ask.again"].with_user(self.manager).create(
            {"partner_id": customer.id, "reason": "She called us"}
        ).action_apply()
        self.assertFalse(customer.referral_do_not_ask)
        self.assertIn("She called us", self._get_chatter(customer))
        self.assertTrue(self._create_referral())

    def test_a_rep_does_not(self):
        with self.assertRaises(AccessError):
            self.customer.with_user(self.rep).action_may_ask_again("Let me")

    def test_everybody_notes_it(self):
        self.other_customer.with_user(self.rep).referral_do_not_ask = True
        self.assertTrue(self.other_customer.referral_do_not_ask)


@tagged("post_install", "-at_install")
class TestDeclineDialog(ReferralCommon):
    def _decline(self, referral, **vals):
        wizard = self.env["crm.referral.decline"].with_user(self.rep)
        return wizard.create(
            {"referral_ids": [Command.set(referral.ids)], **vals}
        ).action_apply()

    def test_another_reason_needs_words(self):
        referral = self._create_referral()
        other = self.env.ref("crm_referral.decline_reason_other")
        with self.assertRaisesRegex(UserError, "Write in a few words"):
            self._decline(referral, reason_id=other.id, note=" ")
        self._decline(referral, reason_id=other.id, note="Moving house")
        self.assertEqual(referral.outcome, "declined")
        self.assertEqual(referral.decline_note, "Moving house")

    def test_do_not_ask_again(self):
        self.rep.group_ids -= self.env.ref("base.group_partner_manager")
        referral = self._create_referral()
        self._decline(referral, reason_id=self.decline_reason.id, do_not_ask=True)
        self.assertTrue(self.customer.referral_do_not_ask)


@tagged("post_install", "-at_install")
class TestColleaguesRequest(ReferralCommon):
    """A request that somebody else has open."""

    def test_a_rep_is_told_who(self):
        self._create_referral(self.colleague)
        customer = self.customer.with_user(self.rep)
        self.assertFalse(customer.open_referral_id)
        action = customer.action_ask_referral()
        self.assertEqual(action["res_model"], "crm.referral.override")
        wizard = (
            self.env["crm.referral.override"]
            .with_user(self.rep)
            .create({"partner_id": customer.id})
        )
        self.assertIn("(Colleague)", wizard.blockers)
        self.assertTrue(wizard.is_open)
        self.assertFalse(wizard.can_override)
        self.assertFalse(wizard.existing_referral_id)

    def test_who_may_see_it_goes_on_in_it(self):
        referral = self._create_referral(self.colleague)
        for user in (self.manager, self.all_documents):
            customer = self.customer.with_user(user)
            self.assertEqual(customer.open_referral_id, referral)
            self.assertEqual(customer.action_ask_referral()["res_id"], referral.id)
            form = Form(self.env["crm.referral"].with_user(user))
            form.partner_id = self.customer
            self.assertTrue(form.is_being_asked)
            self.assertFalse(form.can_override)
            self.assertEqual(form.existing_referral_id, referral)
            form.partner_id = self.other_customer
            self.assertFalse(form.is_being_asked)
            self.assertFalse(form.existing_referral_id)

    def test_a_manager_overrides_what_can_be_overridden(self):
        self.customer.referral_do_not_ask = True
        with Form(self.env["crm.referral"].with_user(self.manager)) as form:
            form.partner_id = self.customer
            self.assertTrue(form.can_override)
            form.override_reason = "She called us"
        self.assertTrue(form.record)


@tagged("post_install", "-at_install")
class TestArchivedRequest(ReferralCommon):
    """An archived request is out of the way: it does not move, and is nobody's work."""

    def test_nothing_moves(self):
        referral = self._create_referral()
        self._complete_step(referral)
        referral.action_archive()
        for action in (
            referral.action_next_step,
            referral.action_previous_step,
            referral.action_no_candidate,
            referral.action_cancel,
            referral.action_reopen,
            lambda: referral.action_skip_step("Reason"),
            lambda: referral.action_decline(self.decline_reason.id),
            lambda: referral.write({"step_id": self.step["profile"].id}),
        ):
            with self.assertRaisesRegex(UserError, "archived"):
                action()
        self.assertEqual(referral.step_code, "benefits")
        self.assertFalse(self._get_activities(referral, "mail_activity_type_step"))
        self.assertFalse(referral.missing_requirements)
        referral.action_unarchive()
        referral.action_next_step()
        self.assertEqual(referral.step_code, "profile")
