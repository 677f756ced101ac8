from contextlib import closing
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ReferralCommon


class ReadinessCommon(ReferralCommon):
    """Customers with points. Today is 2 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage = {
            code: cls.env.ref(f"crm_referral.crm_assessment_stage_{code}")
            for code in ("lost", "at_risk", "satisfied", "loyal", "fan")
        }
        cls.pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")

    @classmethod
    def _close_round(cls, partner, code, closed_on="2026-03-02", **vals):
        """A round that ended so, without the answers it was made of."""
        round_ = (
            cls.env["crm.assessment.round"]
            .sudo()
            .create(
                {
                    "framework_id": cls.pride.id,
                    "partner_id": partner.id,
                    "user_id": cls.rep.id,
                    "manager_id": cls.manager.id,
                    **vals,
                }
            )
        )
        round_.write(
            {
                "state": "done",
                "stage_id": cls.stage[code].id,
                "closed_on": closed_on,
                "score": vals.get("score", 80),
                "recommendation": vals.get("recommendation", 8),
            }
        )
        round_._on_closed()
        cls._end_transaction()
        return round_

    @classmethod
    def _end_transaction(cls):
        """What is done before a commit is done now."""
        cls.env.flush_all()
        cls.env.cr.flush()
        cls.env.invalidate_all()

    def _get_score(self, partner=None, user=None):
        self._end_transaction()
        partner = (partner or self.customer).with_user(user or self.rep)
        return partner.referral_readiness_score

    def _get_note(self, partner=None):
        self._end_transaction()
        return (partner or self.customer).with_user(self.rep).referral_readiness_note


@tagged("post_install", "-at_install")
class TestReadinessScore(ReadinessCommon):
    """Each reason has its points, and is told with them."""

    def test_nothing_known(self):
        self.assertEqual(self._get_score(), 0)
        self.assertFalse(self._get_note())

    def test_fan(self):
        """25 for the best stage, 9 for a score of 90, 15 for ten of ten."""
        self._close_round(self.customer, "fan", score=90, recommendation=10)
        self.assertEqual(self._get_score(), 49)
        self.assertEqual(
            self._get_note(),
            "Fan in the last round (+25) · score 90 of 100 (+9) · would recommend us: "
            "10 of 10 (+15)",
        )

    def test_satisfied(self):
        """Half of 25 for the third of five, 6 for 60, nothing for six of ten."""
        self._close_round(self.customer, "satisfied", score=60, recommendation=6)
        self.assertEqual(self._get_score(), 13 + 6)

    def test_the_last_round_counts_and_fades(self):
        self._close_round(
            self.customer, "fan", "2024-03-02", score=90, recommendation=10
        )
        # Two years are two half-lives: a quarter is left.
        self.assertEqual(self._get_score(), 6 + 2 + 4)
        self._close_round(self.customer, "satisfied", "2025-03-02", score=60)
        self.assertEqual(self._get_score(), 6 + 3 + 4)

    def test_who_answered_for_the_company(self):
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        ann, bob = self.env["res.partner"].create(
            [
                {"name": "Ann", "parent_id": company.id, "email": "a@acme.example"},
                {"name": "Bob", "parent_id": company.id},
            ]
        )
        self._close_round(company, "fan", contact_id=ann.id)
        self.assertEqual(self._get_score(company), 25 + 8 + 8)
        self.assertEqual(self._get_score(ann), 25 + 8 + 8)
        self.assertEqual(self._get_score(bob), 0)

    def test_benefits(self):
        first = self._create_benefit(confirmed=True)
        self.assertEqual(self._get_score(), 5)
        for _number in range(3):
            self._create_benefit(confirmed=True, name="Another")
        self._create_benefit(name="Not confirmed")
        self.assertEqual(self._get_score(), 15)
        self.assertEqual(self._get_note(), "Confirmed benefits: 4 (+15)")
        first.confirmed = False
        self.assertEqual(self._get_note(), "Confirmed benefits: 3 (+15)")
        first.unlink()
        self.env["crm.referral.benefit"].search(
            [("partner_id", "=", self.customer.id)]
        ).unlink()
        self.assertEqual(self._get_score(), 0)
        self.assertFalse(self._get_note())

    def test_wins(self):
        lead = self._create_won_lead()
        self.assertEqual(self._get_note(), "Won opportunities: 1 (+5)")
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        self.assertEqual(self._get_score(), 0)

    def test_referred(self):
        self._create_won_lead(self.other_customer, referrer_id=self.customer.id)
        self.assertEqual(self._get_note(), "Referred leads won: 1 (+10)")

    def test_refused(self):
        """A year later half of 15 and a sixteenth of 20 speak against asking."""
        with self._at("2025-03-02 09:00:00"):
            self._create_referral().action_decline(self.decline_reason.id)
        self._create_won_lead()
        for _number in range(2):
            self._create_benefit(confirmed=True)
        self.assertEqual(self._get_score(), 5 + 10 - 8 - 1)
        self.assertEqual(
            self._get_note(),
            "Confirmed benefits: 2 (+10) · Won opportunities: 1 (+5) · Refusals: 1 (-8)"
            " · asked 365 days ago (-1)",
        )

    def test_promises(self):
        kept, broken = (
            self._create_referral(partner_id=partner.id, promise="To report back")
            for partner in (self.customer, self.other_customer)
        )
        kept.action_promise_kept()
        broken.action_promise_not_kept()
        (kept | broken).action_cancel()
        self.assertEqual(self._get_note(self.customer), "Promises kept: 1 (+5)")
        self.assertEqual(
            self._get_note(self.other_customer), "Promises not kept: 1 (-15)"
        )
        self.assertEqual(self._get_score(self.other_customer), 0)

    def test_all_together(self):
        self._close_round(self.customer, "fan", score=100, recommendation=10)
        for _number in range(3):
            self._create_benefit(confirmed=True)
            self._create_won_lead()
            self._create_won_lead(self.other_customer, referrer_id=self.customer.id)
        self.assertEqual(self._get_score(), 25 + 10 + 15 + 15 + 15 + 20)

    def test_of_one_company(self):
        self._create_benefit(confirmed=True)
        self._create_benefit(
            confirmed=True, company_id=self.other_company.id, name="Abroad"
        )
        self._create_benefit(
            confirmed=True, company_id=self.other_company.id, name="Abroad, too"
        )
        self.assertEqual(self._get_score(), 5)
        self.assertEqual(self._get_score(user=self.foreign_rep), 10)

    def test_lead_of_no_company_counts_for_all(self):
        self._create_won_lead(company_id=False, user_id=False, team_id=False)
        self.assertEqual(self._get_score(), 5)
        self.assertEqual(self._get_score(user=self.foreign_rep), 5)

    def test_what_was_noted_is_rolled_back(self):
        """A row of an import fails, and who imported it is gone with it: the others
        are weighed all the same."""
        self._create_benefit(confirmed=True)
        self._end_transaction()
        self.env.cr.execute("UPDATE crm_referral_readiness SET score = 1")
        Readiness = self.env["crm.referral.readiness"]
        with closing(self.env.cr.savepoint(flush=False)) as row:
            partner = self.env["res.partner"].create({"name": "Gone"})
            user = new_test_user(self.env, "gone")
            company = self.env["res.company"].create({"name": "Gone"})
            gone = Readiness.with_user(user).with_company(company)
            gone._note_change(partner | self.customer)
            self.env.flush_all()
            row.rollback()
        self.env.invalidate_all(flush=False)
        self.assertFalse(partner.exists() or user.exists())
        self.assertEqual(self._get_score(), 5)


@tagged("post_install", "-at_install")
class TestStopped(ReadinessCommon):
    """Who may not be asked has no points, and the note says why and until when."""

    def test_asked_40_days_ago(self):
        self._create_benefit(confirmed=True)
        with self._at("2026-01-21 09:00:00"):
            self._create_referral().action_decline(self.decline_reason.id)
        customer = self.customer.with_user(self.rep)
        self.env["crm.referral.readiness"]._weigh(self.customer.ids)
        self.assertEqual(self._get_score(), 0)
        self.assertEqual(customer.referral_readiness, "quiet")
        self.assertEqual(customer.referral_readiness_until, date(2026, 4, 21))
        self.assertEqual(
            self._get_note(),
            "Confirmed benefits: 1 (+5) · Refusals: 1 (-14) · asked 40 days ago (-15)"
            " · Ann Archer was asked not long ago; the quiet period ends on "
            "04/21/2026.",
        )
        self.assertNotIn("benefits", customer.referral_stop_note)

    def test_at_once(self):
        """Nothing has to be weighed for that."""
        self._create_benefit(confirmed=True)
        self.assertEqual(self._get_score(), 5)
        self.customer.referral_do_not_ask = True
        self.assertEqual(self.customer.with_user(self.rep).referral_readiness_score, 0)

    def test_endangered(self):
        for code in ("lost", "at_risk"):
            self._close_round(self.customer, code, score=30, recommendation=2)
            customer = self.customer.with_user(self.rep)
            self.assertEqual(customer.referral_readiness, "endangered")
            self.assertEqual(customer.referral_readiness_score, 0)
            self.assertIn(
                f"Ann Archer: the last round of 03/02/2026 says "
                f"“{self.stage[code].name}”.",
                customer.referral_readiness_note,
            )
            with self.assertRaisesRegex(UserError, "Win them back first"):
                self._create_referral()
        self._close_round(self.customer, "satisfied")
        self.assertEqual(customer.referral_readiness, "ready")

    def test_which_stage_stops_is_a_setting(self):
        self._close_round(self.customer, "at_risk")
        self.stage["at_risk"].stops_referrals = False
        self.stage["satisfied"].stops_referrals = True
        self._end_transaction()
        customer = self.customer.with_user(self.rep)
        self.assertEqual(customer.referral_readiness, "ready")
        self._close_round(self.customer, "satisfied")
        self.assertEqual(customer.referral_readiness, "endangered")

    def test_contacts_of_an_endangered_company(self):
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        ann, bob = self.env["res.partner"].create(
            [{"name": name, "parent_id": company.id} for name in ("Ann", "Bob")]
        )
        self._close_round(company, "at_risk", contact_id=company.id)
        self._close_round(bob, "fan", contact_id=bob.id)
        states = (company | ann | bob).with_user(self.rep).mapped("referral_readiness")
        self.assertEqual(states, ["endangered", "endangered", "ready"])
        self.assertEqual(ann.with_user(self.foreign_rep).referral_readiness, "ready")

    def test_a_manager_lets_us_ask(self):
        self._close_round(self.customer, "at_risk")
        customer = self.customer.with_user(self.rep)
        with self.assertRaises(AccessError):
            customer.action_may_ask_again("I like her")
        with self.assertRaises(UserError):
            self.customer.with_user(self.manager).action_may_ask_again(" ")
        self.customer.with_user(self.manager).action_may_ask_again("We made up for it")
        self.assertEqual(customer.referral_readiness, "ready")
        self.assertIn("We made up for it", self._get_chatter(self.customer))
        self.assertTrue(self._create_referral())

    def test_it_ends_with_the_next_round(self):
        self._close_round(self.customer, "at_risk")
        self.customer.with_user(self.manager).action_may_ask_again("We made up for it")
        self._close_round(self.customer, "at_risk")
        customer = self.customer.with_user(self.rep)
        self.assertEqual(customer.referral_readiness, "endangered")

    def test_nobody_allows_it_by_hand(self):
        self._close_round(self.customer, "at_risk")
        for user in (self.rep, self.manager):
            with self.assertRaises(AccessError):
                self.customer.with_user(user).referral_loyalty_overruled = True
