from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ReferralCommon

BOB = "bob@builders.example"


class ClaimCommon(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._create_candidate(cls._create_referral(), email=BOB)
        cls.env.flush_all()

    def _name_again(self, user=None, **vals):
        """Carl names Bob to a colleague, two days later."""
        with self._at("2026-03-04 09:00:00"):
            referral = self._create_referral(
                user or self.colleague, partner_id=self.other_customer.id
            )
            return self._create_candidate(referral, **{"email": BOB, **vals})

    def _claim(self, candidate, reason="Carl introduced us"):
        return candidate.env["crm.referral.claim"].create(
            {"candidate_id": candidate.id, "reason": reason}
        )

    def _decide(self, claim, winner, reason="It was Carl", user=None):
        wizard = (
            self.env["crm.referral.claim.decide"]
            .with_user(user or self.manager)
            .create({"claim_id": claim.id, "winner_id": winner.id, "reason": reason})
        )
        return wizard.action_apply()


@tagged("post_install", "-at_install")
class TestNamedOn(ClaimCommon):
    """Who named somebody first is dated, and nobody edits it."""

    def test_when_the_person_is_named(self):
        self.assertEqual(str(self.first.named_on), "2026-03-02 09:00:00")
        position = self._create_candidate(
            self.first.referral_id, name=False, function="Head of finance"
        )
        self.assertFalse(position.named_on)
        with self._at("2026-03-05 09:00:00"):
            position.name = "Cleo"
        self.assertEqual(str(position.named_on), "2026-03-05 09:00:00")

    def test_it_stays_when_more_is_known(self):
        with self._at("2026-03-05 09:00:00"):
            self.first.write({"name": "Robert Builder", "phone": "+886223456789"})
            self.first.write({"email": "robert@builders.example", "name": "Bob"})
        self.assertEqual(str(self.first.named_on), "2026-03-02 09:00:00")

    def test_somebody_else_was_not_named_before(self):
        with self._at("2026-03-05 09:00:00"):
            self.first.write({"name": "Wendy", "email": "wendy@builders.example"})
        self.assertEqual(str(self.first.named_on), "2026-03-05 09:00:00")

    def test_nobody_edits_it(self):
        for user in (self.rep, self.manager):
            candidate = self.first.with_user(user)
            with self.assertRaises(AccessError):
                candidate.named_on = "2020-01-01 09:00:00"
            with self.assertRaises(AccessError):
                self._create_candidate(
                    candidate.referral_id, named_on="2020-01-01 09:00:00"
                )
            with self.assertRaises(AccessError):
                candidate.claim_winner_id = candidate
        candidate = self._create_candidate(
            self.first.referral_id.with_context(default_named_on="2020-01-01 09:00:00"),
            name="Cleo",
        )
        self.assertEqual(str(candidate.named_on), "2026-03-02 09:00:00")

    def test_erasure_keeps_the_day(self):
        self.first.action_decline()
        self.first.with_user(self.manager).action_erase()
        self.assertFalse(self.first.email)
        self.assertEqual(str(self.first.named_on), "2026-03-02 09:00:00")


@tagged("post_install", "-at_install")
class TestClaim(ClaimCommon):
    def test_both_are_told(self):
        second = self._name_again()
        self.assertEqual(
            second.claim_note, "Named before, on 03/02/2026, in a request of Rep."
        )
        self.assertEqual(
            self.first.claim_note,
            "Named again on 03/04/2026, in a request of Colleague.",
        )

    def test_somebody_else(self):
        other = self._name_again(name="Wendy", email="wendy@builders.example")
        same_office = self._create_candidate(
            self.first.referral_id, name="Cleo", phone="+886223456789"
        )
        other.phone = "+886223456789"
        for candidate in (self.first, other, same_office):
            self.assertFalse(candidate.claim_note)

    def test_same_number_and_name(self):
        self.first.write({"email": False, "phone": "(02) 2345-6789"})
        second = self._name_again(name="bob", email=False, phone="+886 2 2345 6789")
        self.assertTrue(second.claim_note)

    def test_another_company(self):
        referral = self._create_referral(
            self.foreign_rep,
            partner_id=self.other_customer.id,
            company_id=self.other_company.id,
        )
        foreign = self._create_candidate(referral, email=BOB)
        self.assertFalse(foreign.claim_note)
        self.assertFalse(self.first.claim_note)

    def test_only_what_is_mine_and_disputed(self):
        with self.assertRaisesRegex(UserError, "Nobody else has named"):
            self._claim(self.first)
        second = self._name_again()
        with self.assertRaises(AccessError):
            self._claim(self.first.with_user(self.colleague))
        claim = self._claim(second)
        self.assertEqual(claim.state, "open")
        self.assertIn("Carl introduced us", self._get_chatter(second))
        for vals in (
            {"state": "decided"},
            {"winner_id": second.id},
            {"decision": "own"},
            {"reason": "x"},
        ):
            for user in (self.colleague, self.manager):
                with self.assertRaises(AccessError):
                    claim.with_user(user).write(vals)
        with self.assertRaises(AccessError):
            claim.with_user(self.manager).unlink()
        with self.assertRaises(AccessError):
            second.env["crm.referral.claim"].create(
                {"candidate_id": second.id, "reason": "x", "decision": "own"}
            )
        self.assertFalse(
            self.env["crm.referral.claim"]
            .with_user(self.rep)
            .search([("id", "=", claim.id)])
        )

    def test_the_leader_is_asked(self):
        second = self._name_again()
        second.referral_id.team_id.sudo().user_id = self.manager
        self._claim(second)
        activity = second.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual(activity.summary, "Whose introduction counts?")

    def test_it_is_claimed_once(self):
        again = self._name_again()
        self.assertEqual((self.first | again).mapped("is_claimed"), [False, False])
        claim = self._claim(again)
        self.assertEqual((self.first | again).mapped("is_claimed"), [False, True])
        self._decide(claim, again)
        self.assertFalse(again.is_claimed)

    def test_only_managers_decide_with_a_reason(self):
        second = self._name_again()
        claim = self._claim(second)
        with self.assertRaises(AccessError):
            self._decide(claim, second, user=self.all_documents)
        for user in (self.colleague, self.all_documents):
            with self.assertRaisesRegex(AccessError, "Only a sales manager"):
                claim.with_user(user)._decide(second.with_user(user), "Mine")
        with self.assertRaisesRegex(UserError, "Write in a few words"):
            self._decide(claim, second, reason="  ")
        stranger = self._create_candidate(self.first.referral_id, name="Cleo")
        with self.assertRaisesRegex(UserError, "Choose one of those"):
            self._decide(claim, stranger)
        with self.assertRaises(AccessError):
            self._decide(claim, second, user=self.foreign_manager)
        self.assertEqual(claim.state, "open")

    def test_first_is_proposed(self):
        claim = self._claim(self._name_again())
        wizard = (
            self.env["crm.referral.claim.decide"]
            .with_user(self.manager)
            .new({"claim_id": claim.id})
        )
        self.assertEqual(wizard.winner_id._origin, self.first)
        name = wizard.winner_id._origin.with_context(show_referrer=True).display_name
        self.assertEqual(name, "Bob Builder, through Ann Archer")

    def test_lead_follows_the_decision(self):
        second = self._name_again()
        self._walk_to(self.first.referral_id, "follow_through")
        self.first.action_introduce()
        lead = self.first._convert().sudo()
        lead.action_set_won()
        buyer = lead.partner_id
        self.assertEqual(buyer.referrer_id, self.customer)
        claim = self._claim(second)
        self._decide(claim, second)
        self.assertEqual(lead.referral_candidate_id, second)
        self.assertEqual(lead.referrer_id, self.other_customer)
        self.assertEqual(lead.referred, "Carl Carter")
        self.assertEqual(buyer.referrer_id, self.other_customer)
        self.assertEqual(claim.decision, "own")
        self.assertEqual(claim.decided_by_id, self.manager)
        for candidate in (self.first, second):
            self.assertIn("It was Carl", self._get_chatter(candidate))
        self.assertFalse(lead.is_introduced_again)

    def test_lead_that_comes_later_follows_as_well(self):
        second = self._name_again()
        claim = self._claim(self.first)
        self._decide(claim, second)
        self.assertEqual(claim.decision, "other")
        self._walk_to(self.first.referral_id, "follow_through")
        self.first.action_introduce()
        lead = self.first._convert().sudo()
        self.assertEqual(lead.referral_candidate_id, second)
        self.assertEqual(lead.referrer_id, self.other_customer)

    def test_decided_anew(self):
        second = self._name_again()
        self._decide(self._claim(self.first), second)
        self._walk_to(self.first.referral_id, "follow_through")
        self.first.action_introduce()
        lead = self.first._convert().sudo()
        self._decide(
            self._claim(self.first, "Look again"), self.first, "Ann, after all"
        )
        self.assertEqual(lead.referral_candidate_id, self.first)
        self.assertEqual(lead.referrer_id, self.customer)

    def test_claims_of_all_are_decided_at_once(self):
        second = self._name_again()
        claims = self._claim(self.first).sudo() | self._claim(second).sudo()
        self._decide(claims[1], self.first)
        self.assertEqual(claims.mapped("decision"), ["own", "other"])

    def test_nobody_is_credited_with_themselves(self):
        """The winner may be deleted, and the lead stays."""
        second = self._name_again()
        self._decide(self._claim(second), second)
        second.sudo().unlink()
        self.assertFalse(self.first.sudo().claim_winner_id)
        self.assertFalse(self.env["crm.referral.claim"].search([]))

    def test_erasure_takes_the_name_out_of_claims(self):
        second = self._name_again()
        claim = self._claim(second, "Bob Builder told me")
        self._decide(claim, second, "Bob Builder says so")
        second.action_decline()
        second.with_user(self.manager).action_erase()
        self.assertNotIn("Bob", claim.reason + claim.decision_reason)
