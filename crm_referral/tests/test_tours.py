from odoo.tests import HttpCase, tagged

from .common import ReferralCase


class ShortWay:
    """What the server knows after the shortest way through a request."""

    def _put_on_the_list(self):
        """The first customer is one of the rep's, and nobody has asked them yet."""
        self.customer.user_id = self.rep
        pride = self.env.ref("crm_referral.crm_assessment_framework_pride")
        self.customer.loyalty_stage_id = pride.stage_ids.filtered(
            lambda stage: stage.code == "loyal"
        )

    def _check_short_way(self):
        referral = self.customer.referral_ids
        self.assertEqual(referral.outcome, "introduced")
        self.assertEqual(set(referral.step_log_ids.mapped("outcome")), {"done"})
        self.assertTrue(referral.benefit_ids.confirmed)
        candidate = referral.candidate_ids
        self.assertEqual(candidate.state, "converted")
        self.assertEqual(candidate.lead_id.referrer_id, self.customer)
        self.assertTrue(candidate.introduced_on)
        self.assertTrue(candidate.referrer_told_on)
        self.assertIn("Month-end", candidate.referral_id.benefit_ids.name)


@tagged("post_install", "-at_install")
class TestTours(ShortWay, ReferralCase, HttpCase):
    """The browser as the users see it; each tour ends with what the server knows."""

    def test_rep(self):
        """A rep walks through all steps with a customer they typed in themselves."""
        self.start_tour("/odoo", "crm_referral_rep", login=self.rep.login)
        referral = self.env["crm.referral"].search([("user_id", "=", self.rep.id)])
        referrer = referral.partner_id
        self.assertEqual(referrer.name, "Lin Mei-Hua")
        self.assertEqual(referral.outcome, "introduced")
        self.assertEqual(referral.user_id, self.rep)
        self.assertEqual(referral.promise_state, "open")
        self.assertEqual(
            referral.step_log_ids.sorted("id").mapped("step_id.code"),
            self.steps.mapped("code"),
        )
        self.assertEqual(set(referral.step_log_ids.mapped("outcome")), {"done"})
        self.assertEqual(referral.step_log_ids.left_by_id, self.rep)

        introduced, declined = referral.candidate_ids
        self.assertEqual(introduced.name, "Wu Chih-Ming")
        self.assertEqual(introduced.state, "converted")
        self.assertTrue(introduced.referrer_told_on)
        self.assertEqual(declined.function, "Head of a school")
        self.assertEqual(declined.state, "declined")

        lead = introduced.lead_id
        self.assertEqual(lead.won_status, "won")
        self.assertEqual(lead.referrer_id, referrer)
        self.assertEqual(lead.source_id, self.env.ref("utm.utm_source_referral"))
        self.assertEqual(lead.partner_id.name, "Wu Chih-Ming")
        self.assertEqual(lead.partner_id.referrer_id, referrer)
        self.assertEqual(referral.won_count, 1)

    def test_shortest_way(self):
        """From the app's icon to a lead and thanks; the tour counts its clicks."""
        self._put_on_the_list()
        self.start_tour("/odoo", "crm_referral_short", login=self.rep.login)
        self._check_short_way()

    def test_gate(self):
        """Nobody jumps over an unfinished step; a skip needs a reason."""
        referral = self._create_referral()
        self.start_tour("/odoo", "crm_referral_gate", login=self.rep.login)
        log = referral.step_log_ids.sorted("id")
        self.assertEqual(
            [(line.step_id.code, line.outcome) for line in log],
            [("benefits", "skipped"), ("profile", "back"), ("benefits", False)],
        )
        self.assertEqual(log[0].reason, "We talked about it last week")
        self.assertIn("We talked about it last week", self._get_chatter(referral))

    def test_manager(self):
        """A manager edits the words, allows an exception and reads the figures."""
        quiet = self._walk_to(self._create_referral(), "profile")
        quiet.action_cancel()
        self.start_tour("/odoo", "crm_referral_manager", login=self.manager.login)
        referral = self.customer.referral_ids - quiet
        self.assertEqual(referral.user_id, self.manager)
        self.assertEqual(referral.override_reason, "She offered it herself")
        self.assertIn("She offered it herself", self._get_chatter(referral))

    def test_report(self):
        """A manager reads the dashboard, opens a figure, and downloads a workbook."""
        self._create_referral()
        self.start_tour("/odoo", "crm_referral_report", login=self.manager.login)
        export = self.env["crm.referral.export"].search(
            [("user_id", "=", self.manager.id)]
        )
        self.assertEqual((export.state, export.period), ("done", "all"))
        self.assertTrue(export.attachment_id)

    def test_keyboard(self):
        """The rep's main path without a mouse."""
        referral = self._create_referral()
        referral.benefit_ids = self._create_benefit(confirmed=True)
        self.start_tour("/odoo", "crm_referral_keyboard", login=self.rep.login)
        self.assertEqual(referral.step_code, "introduce")
        self.assertEqual(referral.candidate_ids.mapped("state"), ["agreed"])

    def test_onboarding(self):
        """A new rep is led through the first step."""
        self.start_tour("/odoo", "crm_referral_tour", login=self.rep.login)
        referral = self.env["crm.referral"].search([("user_id", "=", self.rep.id)])
        self.assertEqual(referral.partner_id.name, "Lin Mei-Hua")
        self.assertEqual(referral.step_code, "profile")
        self.assertTrue(referral.benefit_ids.confirmed)

    def test_onboarding_of_an_administrator(self):
        """Odoo shows tours to administrators, who land on the figures."""
        self.start_tour("/odoo", "crm_referral_tour", login="admin")
        referral = self.env["crm.referral"].search(
            [("partner_id.name", "=", "Lin Mei-Hua")]
        )
        self.assertEqual(referral.step_code, "profile")


@tagged("post_install", "-at_install")
class TestToursPhone(ShortWay, ReferralCase, HttpCase):
    """The rep's main path on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_rep_on_the_phone(self):
        """Up to the introduction, with one thumb."""
        referral = self._create_referral()
        self.start_tour("/odoo", "crm_referral_phone", login=self.rep.login)
        self.assertEqual(referral.step_code, "follow_through")
        self.assertEqual(
            referral.candidate_ids.mapped("state"), ["introduced", "declined"]
        )

    def test_list_on_the_phone(self):
        """Whom to ask: put one off, say why not another, go to one's requests."""
        customers = self.customer | self.other_customer
        customers.user_id = self.rep
        for customer in customers:
            self._create_benefit(customer, confirmed=True, measure="seven days saved")
        self.start_tour("/odoo", "crm_referral_list_phone", login=self.rep.login)
        asks = self.env["crm.referral.ask"].search(
            [("partner_id", "in", customers.ids)]
        )
        states = {ask.partner_id: ask.state for ask in asks}
        self.assertEqual(
            states, {self.customer: "put_off", self.other_customer: "dismissed"}
        )
        self.assertTrue(asks.filtered("put_off_until"))
        self.assertIn("Moving house", asks.mapped("dismiss_reason"))

    def test_shortest_way_on_the_phone(self):
        """The same, in taps."""
        self._put_on_the_list()
        self.start_tour("/odoo", "crm_referral_short_phone", login=self.rep.login)
        self._check_short_way()
