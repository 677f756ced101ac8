"""How loyal the customer is, beside the conversation and on the dashboard."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .assessment_common import AssessmentCase


class LoyaltyCase(AssessmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.assessment_rest_days = 0
        cls.framework = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.today = fields.Date.context_today(cls.env.user)

    @classmethod
    def _hear(cls, partner, values, rating, words=False, user=None):
        """A round that the customer has answered: values by the code of the area."""
        round_ = cls._start_round(
            partner,
            delivery="hand",
            framework_id=cls.framework.id,
            user_id=(user or cls.rep).id,
        )
        form = round_._search_assessments().filtered(
            lambda a: a.viewpoint == "customer"
        )
        options = {
            option.value: option
            for option in cls.framework.scale_id.option_ids
            if not option.is_not_applicable
        }
        for line in form.line_ids:
            if line.kind == "scale":
                value = values.get(line.section_id.code, 0.75)
                line.option_id = options[
                    1 - value if line.item_id.is_reversed else value
                ]
            elif line.kind == "rating":
                line.rating = rating
            else:
                line.note = words
        form.action_done()
        round_._close()
        cls.env.invalidate_all()
        return round_


@tagged("post_install", "-at_install")
class TestLoyaltyOfTheCustomer(LoyaltyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.round = cls._hear(
            cls.customer,
            {"process": 1.0, "roles": 1.0, "external": 0.0},
            "9",
            "Please keep Anna.",
        )

    def test_what_the_rep_sees(self):
        referral = self._create_referral()
        self.assertEqual(referral.loyalty_round_id, self.round)
        self.assertIn(self.round.stage_id.name, referral.loyalty_summary)
        self.assertIn("9 of 10", referral.loyalty_summary)
        self.assertIn(str(self.round.closed_on.year), referral.loyalty_summary)
        self.assertIn("Process", referral.loyalty_praise)
        self.assertIn("Roles", referral.loyalty_praise)
        self.assertNotIn("External", referral.loyalty_praise)
        self.assertEqual(referral.loyalty_missed, "External Pressures")
        self.assertEqual(referral.loyalty_words, "Please keep Anna.")
        action = referral.action_open_loyalty_round()
        self.assertEqual(action["res_id"], self.round.id)

    def test_who_may_not_read_the_round_sees_nothing(self):
        referral = self._create_referral(self.colleague)
        self.assertFalse(self.round.with_user(self.colleague).has_access("read"))
        for name in ("round_id", "summary", "praise", "missed", "words"):
            with self.subTest(name):
                self.assertFalse(referral[f"loyalty_{name}"])

    def test_the_last_round_counts(self):
        later = self._hear(self.customer, {"process": 0.0}, "3", "x" * 300)
        referral = self._create_referral(self.manager, override_reason="She offered it")
        self.assertEqual(referral.loyalty_round_id, later)
        self.assertIn("3 of 10", referral.loyalty_summary)
        self.assertEqual(len(referral.loyalty_words), 201)

    def test_round_of_the_company(self):
        self.customer.parent_id = self.customer_company
        person = self.env["res.partner"].create(
            {"name": "New", "parent_id": self.customer_company.id}
        )
        heard = self._hear(self.customer_company, {}, "8")
        referral = self._create_referral(partner_id=person.id)
        self.assertEqual(referral.loyalty_round_id, heard)

    def test_nobody_has_said_anything(self):
        referral = self._create_referral(partner_id=self.other_customer.id)
        self.assertFalse(referral.loyalty_round_id)
        self.assertFalse(referral.loyalty_summary)
        new = self.env["crm.referral"].with_user(self.rep).new({})
        self.assertFalse(new.loyalty_summary)


@tagged("post_install", "-at_install")
class TestNeedsAHand(LoyaltyCase):
    """Every count is that of the records it opens, with the rights of who looks."""

    def _get_todo(self, user):
        data = self.env["crm.referral.dashboard"].with_user(user).get_dashboard()
        [section] = [each for each in data["sections"] if each["code"] == "todo"]
        rows = {row["code"]: row for row in section["rows"]}
        for row in rows.values():
            action = row["action"]
            Model = self.env[action["res_model"]].with_user(user)
            self.assertEqual(row["value"], Model.search_count(action["domain"]))
        return rows

    def _get_found(self, user, code):
        action = self._get_todo(user)[code]["action"]
        return (
            self.env[action["res_model"]].with_user(user).search(action["domain"])
        ).with_env(self.env)

    def _decide(self, round_, kind, days):
        """An action on the first weak area, with a day from today on."""
        action = self.env["crm.assessment.action"].create(
            {
                "name": kind,
                "kind": kind,
                "round_id": round_.id,
                "section_id": round_.weak_section_ids[0].id,
                "user_id": self.rep.id,
                "deadline": self.today + timedelta(days=1),
            }
        )
        self.env.flush_all()
        # SQL: a deadline passes by itself, it is not written so
        self.env.cr.execute(
            "UPDATE crm_assessment_action SET deadline = %s WHERE id = %s",
            [self.today + timedelta(days=days), action.id],
        )
        self.env.invalidate_all()
        return action

    def test_weak_areas(self):
        round_ = self._hear(self.customer, {"process": 0.0}, "8")
        self.assertIn(round_, self._get_found(self.rep, "undecided"))
        self.assertNotIn(round_, self._get_found(self.colleague, "undecided"))
        self._decide(round_, "improvement", 5)
        self.assertNotIn(round_, self._get_found(self.rep, "undecided"))

    def test_acceptance_that_has_run_out(self):
        round_ = self._hear(self.customer, {"process": 0.0}, "8")
        action = self._decide(round_, "acceptance", 3)
        self.assertNotIn(action, self._get_found(self.rep, "run_out"))
        late = self._decide(round_, "acceptance", -1)
        action.state = "cancelled"
        self.env.invalidate_all()
        self.assertIn(late, self._get_found(self.rep, "run_out"))
        self.assertNotIn(late, self._get_found(self.rep, "improve"))
        self.assertNotIn(late, self._get_found(self.colleague, "run_out"))
        self._decide(round_, "improvement", 5)
        self.assertNotIn(late, self._get_found(self.rep, "run_out"))

    def test_improvement_past_its_day(self):
        round_ = self._hear(self.customer, {"process": 0.0}, "8")
        action = self._decide(round_, "improvement", 0)
        self.assertNotIn(action, self._get_found(self.rep, "improve"))
        late = self._decide(round_, "improvement", -1)
        self.assertIn(late, self._get_found(self.rep, "improve"))
        late.state = "done"
        self.env.invalidate_all()
        self.assertNotIn(late, self._get_found(self.rep, "improve"))

    def test_dispute(self):
        be_sure = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        round_ = self.env["crm.assessment.round"].create(
            {
                "framework_id": be_sure.id,
                "partner_id": self.customer.id,
                "user_id": self.rep.id,
                "manager_id": self.manager.id,
            }
        )
        self.assertNotIn(round_, self._get_found(self.manager, "disputes"))
        dispute = self.env["crm.assessment.dispute"].create(
            {"round_id": round_.id, "reason": "Not so"}
        )
        self.assertIn(round_, self._get_found(self.manager, "disputes"))
        self.assertNotIn(round_, self._get_found(self.colleague, "disputes"))
        dispute.with_user(self.manager).sudo()._settle("reviewer", "It is so")
        self.assertNotIn(round_, self._get_found(self.manager, "disputes"))

    def test_good_moments(self):
        lead = self._create_won_lead(user_id=self.rep.id)
        self.customer._note_good_moment("won", lead)
        ask = self.env["crm.referral.ask"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertIn(ask, self._get_found(self.rep, "moments"))
        self.assertNotIn(ask, self._get_found(self.colleague, "moments"))
        ask.with_user(self.rep).action_dismiss("No")
        self.assertNotIn(ask, self._get_found(self.rep, "moments"))
