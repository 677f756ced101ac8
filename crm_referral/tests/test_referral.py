from datetime import date, datetime

from psycopg2 import IntegrityError
from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestRequirements(ReferralCommon):
    """What each of the six steps requires."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def _get_missing(self):
        return (self.referral.missing_requirements or "").split("\n")

    def test_benefits_need_one_confirmed(self):
        self.assertEqual(
            self._get_missing(), ["A benefit that the customer has confirmed."]
        )
        benefits = self._create_benefit() | self._create_benefit(name="Fewer calls")
        self.referral.benefit_ids = benefits
        self.assertTrue(self.referral.missing_requirements)
        benefits[0].action_toggle_confirmed()
        self.assertFalse(self.referral.missing_requirements)
        self.assertEqual(benefits[0].confirmed_on, date(2026, 3, 2))
        benefits[0].action_toggle_confirmed()
        self.assertTrue(self.referral.missing_requirements)
        self.assertFalse(benefits[0].confirmed_on)

    def test_profile_needs_challenge_and_improvement(self):
        self._walk_to(self.referral, "profile")
        self.assertEqual(
            self._get_missing(),
            [
                "The challenge the customer was facing.",
                "What has changed for the customer.",
            ],
        )
        self.referral.challenge = "Slow"
        self.assertEqual(self._get_missing(), ["What has changed for the customer."])
        self.referral.improvement = "Fast"
        self.assertFalse(self.referral.missing_requirements)

    def test_value_needs_a_motive(self):
        self._walk_to(self.referral, "value")
        self.referral.motive_note = "She likes to help"
        self.assertIn("at least one motive", self.referral.missing_requirements)
        self.referral.motive_ids = self.motive
        self.assertFalse(self.referral.missing_requirements)

    def test_suggest_needs_a_candidate(self):
        self._walk_to(self.referral, "suggest")
        self.assertIn("At least one candidate", self.referral.missing_requirements)
        candidate = self._create_candidate(self.referral)
        self.assertFalse(self.referral.missing_requirements)
        candidate.unlink()
        self.assertIn("At least one candidate", self.referral.missing_requirements)

    def test_introduce_needs_every_answer_and_one_yes(self):
        self._create_candidate(self.referral)
        self._create_candidate(self.referral, name="Cleo", partner_name="Clinic")
        first, second = self.referral.candidate_ids
        self._walk_to(self.referral, "introduce")
        self.assertEqual(
            self._get_missing(),
            [
                "The customer's answer about Bob Builder.",
                "The customer's answer about Cleo (Clinic).",
            ],
        )
        first.action_agree()
        self.assertEqual(
            self._get_missing(), ["The customer's answer about Cleo (Clinic)."]
        )
        second.action_decline()
        self.assertFalse(self.referral.missing_requirements)
        first.action_decline()
        self.assertIn("“Next” ends the request", self.referral.missing_requirements)

    def test_follow_through_needs_an_end_for_everybody(self):
        candidate = self._create_introduced_candidate(referral=self.referral)
        other = self._create_candidate(self.referral, function="Finance head")
        other.action_agree()
        self.assertEqual(len(self._get_missing()), 2)
        candidate._convert()
        self.assertEqual(
            self._get_missing(),
            [
                f"An end for {other.display_name}: converted, unfit, declined or "
                "objected."
            ],
        )
        with self.assertRaisesRegex(UserError, "An end for"):
            self.referral.action_next_step()
        other.action_unfit()
        self.assertFalse(self.referral.missing_requirements)

    def test_nothing_is_missing_after_the_end(self):
        self.referral.action_cancel()
        self.assertFalse(self.referral.missing_requirements)


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


@tagged("post_install", "-at_install")
class TestReadiness(ReferralCommon):
    """What is shown for a customer and what a search finds are the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env["res.partner"]
        names = ("ready", "open", "quiet", "over", "no", "no_open", "no_quiet")
        cls.partners = Partner.create([{"name": name} for name in names])
        cls.by_name = {partner.name: partner for partner in cls.partners}
        parent = Partner.create({"name": "Parent", "referral_do_not_ask": True})
        child = Partner.create({"name": "child", "parent_id": parent.id})
        archived = Partner.create(
            [{"name": "archived open"}, {"name": "archived quiet"}]
        )
        cls.partners |= parent | child | archived

        def ask(partner, **vals):
            return cls._create_referral(partner_id=partner.id, **vals)

        declined = {
            "outcome": "declined",
            "decline_reason_id": cls.decline_reason.id,
        }
        ask(cls.by_name["open"])
        ask(cls.by_name["quiet"], **declined)
        ask(cls.by_name["quiet"], outcome="cancelled")
        ask(cls.by_name["over"], closed_on="2025-06-01 00:00:00", **declined)
        ask(cls.by_name["no_open"])
        ask(cls.by_name["no_quiet"], **declined)
        ask(archived[0]).action_archive()
        ask(archived[1], **declined).action_archive()
        for name in ("no", "no_open", "no_quiet"):
            cls.by_name[name].referral_do_not_ask = True
        cls.expected = {
            "ready": "ready",
            "open": "open_request",
            "quiet": "quiet",
            "over": "ready",
            "no": "do_not_ask",
            "no_open": "do_not_ask",
            "no_quiet": "do_not_ask",
            "Parent": "do_not_ask",
            "child": "do_not_ask",
            "archived open": "ready",
            "archived quiet": "quiet",
        }

    def test_compute(self):
        for partner in self.partners.with_user(self.rep):
            with self.subTest(partner=partner.name):
                self.assertEqual(
                    partner.referral_readiness, self.expected[partner.name]
                )
                self.assertEqual(
                    bool(partner.referral_readiness_note),
                    self.expected[partner.name] != "ready",
                )

    def test_search_agrees(self):
        codes = ("ready", "open_request", "quiet", "do_not_ask")
        searches = [(op, code) for code in codes for op in ("=", "!=")]
        searches += [
            ("in", ["ready", "quiet"]),
            ("not in", ["ready", "quiet"]),
            ("in", list(codes)),
            ("not in", list(codes)),
            ("=", False),
            ("!=", False),
        ]
        Partner = self.env["res.partner"].with_user(self.rep)
        for active_test in (True, False):
            for operator, value in searches:
                with self.subTest(operator=operator, value=value, active=active_test):
                    values = value if isinstance(value, list) else [value]
                    found = Partner.with_context(active_test=active_test).search(
                        [
                            ("id", "in", self.partners.ids),
                            ("referral_readiness", operator, value),
                        ]
                    )
                    self.assertEqual(
                        set(found.mapped("name")),
                        {
                            name
                            for name, code in self.expected.items()
                            if (code in values) == (operator in ("=", "in"))
                        },
                    )

    def test_depends_on_the_company(self):
        partner = self.by_name["quiet"].with_user(self.foreign_rep)
        self.assertEqual(partner.referral_readiness, "ready")
        found = partner.search(
            [("id", "=", partner.id), ("referral_readiness", "=", "ready")]
        )
        self.assertEqual(found, partner)

    def test_changes_with_the_request(self):
        partner = self.by_name["ready"].with_user(self.rep)
        self.assertEqual(partner.referral_readiness, "ready")
        referral = self._create_referral(partner_id=partner.id)
        self.assertEqual(partner.referral_readiness, "open_request")
        referral.action_decline(self.decline_reason.id)
        self.assertEqual(partner.referral_readiness, "quiet")
        partner.referral_do_not_ask = True
        self.assertEqual(partner.referral_readiness, "do_not_ask")

    def test_contact_that_is_not_saved_yet(self):
        partner = self.env["res.partner"].with_user(self.rep).new({"name": "New"})
        self.assertEqual(partner.referral_readiness, "ready")
        self.assertEqual(partner.referral_count, 0)


@tagged("post_install", "-at_install")
class TestBenefits(ReferralCommon):
    def test_won_opportunities_are_proposed(self):
        lead = self._create_won_lead(name="Fast closing")
        referral = self._create_referral(self.manager)
        self.assertRecordValues(
            referral.benefit_ids,
            [
                {
                    "name": "Fast closing",
                    "origin": "opportunity",
                    "lead_id": lead.id,
                    "delivered_on": date(2026, 3, 2),
                    "confirmed": False,
                    "partner_id": self.customer.id,
                }
            ],
        )

    def test_only_won_ones_of_this_customer(self):
        self._create_won_lead(self.other_customer)
        self.env["crm.lead"].create(
            {"name": "Open", "type": "opportunity", "partner_id": self.customer.id}
        )
        lost = self.env["crm.lead"].create(
            {"name": "Lost", "type": "opportunity", "partner_id": self.customer.id}
        )
        lost.action_set_lost()
        self.assertFalse(self._create_referral(self.manager).benefit_ids)

    def test_of_the_whole_customer(self):
        company = self.env["res.partner"].create(
            {"name": "Archers Ltd", "is_company": True}
        )
        self.customer.parent_id = company
        self._create_won_lead(company, name="Won by the company")
        referral = self._create_referral(self.manager)
        self.assertEqual(referral.benefit_ids.name, "Won by the company")

    def test_not_of_another_company(self):
        self._create_won_lead(
            name="Elsewhere",
            company_id=self.other_company.id,
            user_id=False,
            team_id=False,
        )
        self._create_won_lead(
            name="Shared", company_id=False, user_id=False, team_id=False
        )
        self.manager.company_ids += self.other_company
        referral = self._create_referral(self.manager)
        self.assertEqual(referral.benefit_ids.mapped("name"), ["Shared"])

    def test_shared_opportunity_serves_each_company(self):
        """Nobody stumbles over a benefit of a company that they do not see."""
        self._create_won_lead(
            name="Shared", company_id=False, user_id=False, team_id=False
        )
        self._create_referral(self.manager)
        referral = self._create_referral(
            self.foreign_manager, company_id=self.other_company.id
        )
        self.assertEqual(referral.benefit_ids.name, "Shared")
        self.assertEqual(referral.benefit_ids.company_id, self.other_company)

    def test_no_doubles_on_the_second_request(self):
        self._create_won_lead(name="Fast closing")
        first = self._create_referral(self.manager)
        first.benefit_ids.confirmed = True
        first.action_cancel()
        second = self._create_referral(self.manager)
        self.assertEqual(second.benefit_ids, first.benefit_ids)
        self.assertEqual(len(second.benefit_ids), 1)
        self.assertTrue(second.benefit_ids.confirmed)

    def test_no_double_of_an_archived_one(self):
        self._create_won_lead(name="Not worth a word")
        first = self._create_referral(self.manager)
        first.benefit_ids.action_archive()
        first.action_cancel()
        self.assertFalse(self._create_referral(self.manager).benefit_ids)

    def test_two_ended_requests_of_one_customer_in_one_import(self):
        self._create_won_lead(name="Fast closing")
        vals = {"partner_id": self.customer.id, "outcome": "cancelled"}
        referrals = self.env["crm.referral"].create([vals, vals])
        self.assertFalse(referrals.benefit_ids)

    def test_customer_from_the_context(self):
        self._create_won_lead(name="Fast closing")
        Referral = self.env["crm.referral"].with_context(
            default_partner_id=self.customer.id
        )
        self.assertEqual(Referral.create({}).benefit_ids.name, "Fast closing")
        with self.assertRaisesRegex(UserError, "already has an open"):
            Referral.create({})

    def test_library_comes_first(self):
        own_words = self._create_benefit(confirmed=True)
        self._create_won_lead(name="Fast closing")
        referral = self._create_referral(self.manager)
        self.assertEqual(len(referral.benefit_ids), 2)
        self.assertEqual(referral.benefit_ids[0], own_words)

    def test_not_too_many(self):
        self.env["crm.lead"].create(
            [
                {
                    "name": f"Deal {number}",
                    "type": "opportunity",
                    "partner_id": self.customer.id,
                }
                for number in range(12)
            ]
        ).action_set_won()
        self.assertEqual(len(self._create_referral(self.manager).benefit_ids), 3)

    def test_chosen_benefits_are_kept(self):
        chosen = self._create_benefit()
        self._create_benefit(name="Another")
        referral = self._create_referral(benefit_ids=[Command.link(chosen.id)])
        self.assertEqual(referral.benefit_ids, chosen)

    def test_benefit_of_another_customer_is_refused(self):
        foreign = self._create_benefit(self.other_customer)
        referral = self._create_referral()
        with self.assertRaisesRegex(
            ValidationError, "must be benefits of its customer"
        ):
            referral.benefit_ids = foreign
        with self.assertRaisesRegex(
            ValidationError, "must be benefits of its customer"
        ):
            self._create_referral(
                partner_id=self.employee.partner_id.id,
                benefit_ids=[Command.link(foreign.id)],
            )

    def test_customer_cannot_change_under_the_benefits(self):
        referral = self._create_referral(
            benefit_ids=[Command.link(self._create_benefit().id)]
        )
        with self.assertRaisesRegex(
            ValidationError, "must be benefits of its customer"
        ):
            referral.partner_id = self.other_customer

    @mute_logger("odoo.sql_db")
    def test_one_benefit_per_opportunity(self):
        lead = self._create_won_lead()
        self._create_benefit(lead_id=lead.id)
        with self.assertRaises(UniqueViolation):
            self._create_benefit(lead_id=lead.id)

    def test_deleted_opportunity_leaves_the_benefit(self):
        lead = self._create_won_lead()
        benefit = self._create_benefit(lead_id=lead.id)
        lead.unlink()
        self.assertTrue(benefit.exists())
        self.assertFalse(benefit.lead_id)


@tagged("post_install", "-at_install")
class TestPromise(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referral = cls._create_referral()

    def _get_promise_activity(self):
        return self._get_activities(self.referral, "mail_activity_type_promise")

    def test_promise_is_an_activity(self):
        self.referral.write({"promise": "Call back", "promise_deadline": "2026-03-20"})
        self.assertEqual(self.referral.promise_state, "open")
        self.assertRecordValues(
            self._get_promise_activity(),
            [
                {
                    "summary": "Call back",
                    "date_deadline": date(2026, 3, 20),
                    "user_id": self.rep.id,
                }
            ],
        )

    def test_promise_at_creation(self):
        referral = self._create_referral(
            partner_id=self.other_customer.id, promise="Call back"
        )
        self.assertEqual(
            self._get_activities(referral, "mail_activity_type_promise").date_deadline,
            date(2026, 3, 16),
        )

    def test_changed_promise_replaces_the_activity(self):
        self.referral.promise = "Call back"
        self.referral.promise_deadline = "2026-04-01"
        self.assertEqual(len(self._get_promise_activity()), 1)
        self.assertEqual(self._get_promise_activity().date_deadline, date(2026, 4, 1))
        self.referral.promise = False
        self.assertFalse(self._get_promise_activity())
        self.assertFalse(self.referral.promise_state)

    def test_kept(self):
        self.referral.promise = "Call back"
        self.referral.action_promise_kept()
        self.assertEqual(self.referral.promise_state, "kept")
        self.assertFalse(self._get_promise_activity())

    def test_not_kept(self):
        self.referral.promise = "Call back"
        self.referral.action_promise_not_kept()
        self.assertEqual(self.referral.promise_state, "not_kept")
        self.assertFalse(self._get_promise_activity())

    def test_open_again(self):
        self.referral.promise = "Call back"
        self.referral.action_promise_kept()
        self.referral.promise_state = "open"
        self.assertEqual(len(self._get_promise_activity()), 1)

    def test_nothing_promised(self):
        with self.assertRaisesRegex(UserError, "No promise"):
            self.referral.action_promise_kept()

    def test_done_activity_is_a_kept_promise(self):
        self.referral.promise = "Call back"
        self._get_promise_activity().with_user(self.rep).action_feedback()
        self.assertEqual(self.referral.promise_state, "kept")

    def test_done_by_a_colleague_who_does_not_see_the_request(self):
        self.referral.promise = "Call back"
        activity = self._get_promise_activity()
        activity.user_id = self.colleague
        activity.with_user(self.colleague).action_feedback()
        self.assertEqual(self.referral.promise_state, "kept")

    def test_promise_outlives_the_request(self):
        self.referral.promise = "Call back"
        self.referral.action_cancel()
        self.assertEqual(len(self._get_promise_activity()), 1)

    def test_handed_over_with_the_request(self):
        self.referral.promise = "Call back"
        self.referral.user_id = self.colleague
        self.assertEqual(self._get_promise_activity().user_id, self.colleague)


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
