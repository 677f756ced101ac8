from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .assessment_common import AssessmentCase


@tagged("post_install", "-at_install")
class TestAssessmentSteering(AssessmentCase):
    """Whom a round is about does not steer it, and nobody speaks for the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.customer_company.user_id = cls.rep
        cls.round = cls._start_pride()
        cls.forms = {a.viewpoint: a for a in cls.round._search_assessments()}

    @classmethod
    def _start_pride(cls, user=None):
        return cls._start_round(cls.customer_company, user or cls.rep)

    def _answer_as_customer(self, goodness=0):
        """The customer answers on their page: the worst, unless told otherwise."""
        form = self.forms["customer"].sudo()
        options = self.pride.scale_id.option_ids.sorted("value")
        for line in form.line_ids.filtered(lambda line: line.kind == "scale"):
            line.option_id = options[goodness]
        form.action_done()

    def _close(self):
        self._answer_as_customer()
        self.round.sudo().action_close()
        self.assertEqual(self.round.state, "done")

    def _create_action(self, user, **vals):
        return (
            self.env["crm.assessment.action"]
            .with_user(user)
            .create(
                {
                    "name": "Answer within a day",
                    "round_id": self.round.id,
                    "section_id": self.pride.section_ids[0].id,
                    "deadline": "2099-01-01",
                    **vals,
                }
            )
        )

    # === WHOM IT IS ABOUT === #

    def test_customer_form_belongs_to_the_round(self):
        self.assertEqual(self.round.user_id, self.rep)
        form = self.forms["customer"].with_user(self.rep)
        for vals in (
            {"deadline": "2020-01-01"},
            {"team_id": False},
            {"active": False},
            {"respondent_id": self.rep.id},
        ):
            with self.subTest(vals), self.assertRaises(UserError):
                form.write(vals)
        for vals in ({"asks_customer": False}, {"team_id": False}):
            with self.subTest(vals), self.assertRaises(UserError):
                self.round.with_user(self.rep).write(vals)

    def test_after_the_first_answer_it_takes_the_manager(self):
        self._answer_as_customer()
        as_agent = self.round.with_user(self.rep)
        for steer in (
            as_agent.action_close,
            as_agent.action_cancel,
            lambda: as_agent.write({"active": False}),
            lambda: as_agent.write({"deadline": "2020-01-01"}),
        ):
            with self.assertRaisesRegex(UserError, "only the manager"):
                steer()
        self.assertEqual(self.round.state, "open")
        self.round.with_user(self.leader).action_close()
        self.assertEqual(self.round.state, "done")
        with self.assertRaisesRegex(UserError, "only the manager"):
            as_agent.action_archive()
        self.round.with_user(self.leader).action_archive()
        self.assertFalse(self.round.active)

    def test_a_manager_who_is_assessed_does_not_steer_either(self):
        self.customer_company.user_id = self.manager
        self.round.sudo().action_cancel()
        self.round = self._start_pride(self.manager)
        self.forms = {a.viewpoint: a for a in self.round._search_assessments()}
        self.assertEqual(self.round.user_id, self.manager)
        self._answer_as_customer()
        with self.assertRaisesRegex(UserError, "only the manager"):
            self.round.with_user(self.manager).action_close()

    def test_the_customers_word_is_not_cut_short(self):
        """Neither by the link nor by the last day; more time may be given."""
        as_agent = self.round.with_user(self.rep)
        earlier = fields.Date.subtract(self.round.deadline, days=1)
        with self.assertRaisesRegex(UserError, "is about you"):
            as_agent.action_revoke_link()
        for deadline in (earlier, False):
            with self.assertRaises(UserError):
                as_agent.deadline = deadline
        as_agent.deadline = fields.Date.add(self.round.deadline, days=7)
        self.round.with_user(self.leader).action_revoke_link()
        with self.assertRaisesRegex(UserError, "is about you"):
            as_agent.action_renew_link()
        with self.assertRaises(UserError):
            as_agent.action_open_link()
        form = self.forms["customer"].with_user(self.rep)
        for method in (form.action_revoke_link, form.action_renew_link):
            with self.assertRaisesRegex(UserError, "Whom a round asks"):
                method()
        self.round.with_user(self.leader).action_renew_link()

    def test_before_the_first_answer_a_mistake_can_be_undone(self):
        self.round.with_user(self.rep).action_cancel()
        self.assertEqual(self.round.state, "cancelled")

    def test_accepting_takes_the_manager(self):
        self._close()
        with self.assertRaisesRegex(UserError, "Only the manager"):
            self._create_action(self.rep, kind="acceptance")
        improvement = self._create_action(self.rep)
        with self.assertRaisesRegex(UserError, "Only the manager"):
            improvement.kind = "acceptance"
        self.assertTrue(self._create_action(self.leader, kind="acceptance"))

    # === THE CUSTOMER'S WORD === #

    def test_nobody_answers_in_the_customers_name(self):
        for user in (self.rep, self.leader, self.manager):
            Assessment = self.env["crm.assessment"].with_user(user)
            values = {"framework_id": self.pride.id, "user_id": user.id}
            values["partner_id"] = self.customer_company.id
            with self.assertRaises(UserError):
                Assessment.create({**values, "viewpoint": "customer"})
            with self.assertRaises(UserError):
                Assessment.with_context(default_viewpoint="customer").create(values)
            with self.assertRaises(UserError):
                self.forms["customer"].with_user(user).action_done()

    def test_figures_are_not_written_by_hand(self):
        self._close()
        action = self._create_action(self.manager)
        partner = self.customer_company
        stage = self.env["crm.assessment.stage"].search([], limit=1)
        for record, vals in (
            (partner, {"loyalty_score": 100}),
            (partner, {"loyalty_stage_id": stage.id}),
            (partner, {"loyalty_date": "2026-01-01"}),
            (action, {"score_before": 100}),
            (action, {"score_after": 100}),
            (self.round, {"score": 100}),
            (self.round, {"stage_id": stage.id}),
            (self.forms["customer"], {"score": 100}),
            (self.forms["customer"], {"opened_by_ids": False}),
            (self.forms["customer"], {"is_revealed": False}),
        ):
            for user in (self.rep, self.manager):
                with self.subTest(vals), self.assertRaises(AccessError):
                    record.with_user(user).write(vals)
                with self.subTest(vals), self.assertRaises(AccessError):
                    record.browse().with_user(user).create(vals)

    def test_defaults_of_figures_are_dropped(self):
        customer = (
            self.env["res.partner"]
            .with_user(self.manager)
            .with_context(default_loyalty_score=100, default_loyalty_date="2026-01-01")
            .create({"name": "Nobody asked"})
        )
        self.assertIs(customer.loyalty_score, False)
        self.assertFalse(customer.loyalty_date)

    # === WHAT IS NOT REVEALED === #

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_no_action_on_a_round_without_result(self):
        self._answer_as_customer()
        for user in (self.rep, self.leader, self.manager):
            with self.assertRaisesRegex(UserError, "no result yet"):
                self._create_action(user)
            with self.assertRaises(UserError):
                self._create_action(
                    user, round_id=False, assessment_id=self.forms["customer"].id
                )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_no_action_on_a_hidden_round(self):
        self._close()
        for attempt in (
            lambda: self._create_action(self.colleague, kind="acceptance"),
            lambda: self._create_action(
                self.colleague, round_id=False, assessment_id=self.forms["manager"].id
            ),
            lambda: (
                self.env["crm.assessment.action"]
                .with_user(self.colleague)
                .with_context(default_round_id=self.round.id)
                .create(
                    {
                        "name": "x",
                        "section_id": self.pride.section_ids[0].id,
                        "deadline": "2099-01-01",
                    }
                )
            ),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertFalse(self.round.action_ids)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_an_action_is_not_moved_to_another_result(self):
        self._close()
        action = self._create_action(self.rep)
        for vals in (
            {"section_id": self.pride.section_ids[1].id},
            {"agent_id": self.colleague.id},
            {"partner_id": self.customer.id},
            {"round_id": False},
        ):
            with self.subTest(vals), self.assertRaises(UserError):
                action.write(vals)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_related_fields_tell_nothing_of_a_hidden_round(self):
        """Neither when a window is opened, nor when it is saved."""
        self.env["crm.assessment.dispute"].create(
            {"round_id": self.round.id, "reason": "A secret"}
        )
        Dispute = self.env["crm.assessment.dispute.reason"].with_user(self.colleague)
        spec = {"round_id": {}, "dispute_reason": {}, "dispute_state": {}}
        for attempt in (
            lambda: Dispute.onchange({"round_id": self.round.id}, ["round_id"], spec),
            lambda: Dispute.with_context(default_round_id=self.round.id).onchange(
                {}, [], spec
            ),
            lambda: Dispute.create({"round_id": self.round.id, "reason": "x"}),
            lambda: Dispute.with_context(default_round_id=self.round.id).create(
                {"reason": "x"}
            ),
        ):
            with self.assertRaises(AccessError):
                attempt()
        with self.assertRaises(AccessError):
            self.round.with_user(self.colleague).action_decide()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_round_is_not_tied_to_what_is_hidden(self):
        referral = self._create_referral(self.colleague)
        candidate = self._create_candidate(referral)
        Round = self.env["crm.assessment.round"].with_user(self.rep)
        be_sure = self.env.ref("crm_referral.crm_assessment_framework_be_sure")
        for fname, record in (("candidate_id", candidate), ("referral_id", referral)):
            values = {"framework_id": be_sure.id, "user_id": self.rep.id}
            with self.subTest(fname):
                with self.assertRaises(AccessError):
                    Round.create({**values, fname: record.id})
                with self.assertRaises(AccessError):
                    Round.with_context(**{f"default_{fname}": record.id}).create(values)
                with self.assertRaises(AccessError):
                    Round.onchange({**values, fname: record.id}, [fname], {})

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_answers_are_not_tagged_with_what_is_hidden(self):
        """Commands of x2many fields are pointers, too."""
        line = self.forms["employee"].with_user(self.rep).line_ids[:1]
        hidden = self.env["crm.assessment.section"].create(
            {"framework_id": self.framework.id, "code": "x", "letter": "X", "name": "X"}
        )
        rule = self.env["ir.rule"].create(
            {
                "name": "one section is hidden",
                "model_id": self.env["ir.model"]._get_id("crm.assessment.section"),
                "domain_force": f"[('id', '!=', {hidden.id})]",
            }
        )
        self.assertTrue(rule.active)
        with self.assertRaises(AccessError):
            line.write({"cause_section_id": hidden.id})
        with self.assertRaises(AccessError):
            line.write({"section_ids": [Command.link(hidden.id)]})
