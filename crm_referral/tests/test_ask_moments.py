"""Good moments put a customer on the list of whom to ask, once, and never by mail."""

from odoo.tests import tagged

from .test_ask import AskCommon


class MomentCommon(AskCommon):
    def _get_asks(self, partner=None):
        return self.Ask.search([("partner_id", "=", (partner or self.customer).id)])

    @classmethod
    def _create_won_lead(cls, partner=None, **vals):
        """A deal of yesterday that is won now, and the job that looks at it."""
        lead = cls.env["crm.lead"].create(
            {
                "name": "Won deal",
                "type": "opportunity",
                "partner_id": (partner or cls.customer).id,
                **vals,
            }
        )
        cls._win(lead)
        return lead

    @classmethod
    def _win(cls, leads):
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE crm_lead SET create_date = create_date - interval '1 day'"
            " WHERE id = ANY(%s)",
            [leads.ids],
        )
        leads.invalidate_recordset(["create_date"])
        leads.action_set_won()
        cls.Ask._cron_note_won_moments()

    def _get_reminders(self, asks):
        return self._get_activities(asks, "mail_activity_type_ask")


@tagged("post_install", "-at_install")
class TestMoments(MomentCommon):
    def test_won(self):
        self._create_won_lead(user_id=self.rep.id)
        ask = self._get_asks()
        self.assertEqual(
            (ask.user_id, ask.moment, ask.state), (self.rep, "won", "open")
        )
        self.assertEqual(str(ask.moment_on), "2026-03-02")
        reminder = self._get_reminders(ask)
        self.assertEqual(reminder.user_id, self.rep)
        self.assertEqual(str(reminder.date_deadline), "2026-03-05")
        self.assertEqual(self._open_list(), ask)
        self.assertFalse(
            self.env["mail.mail"].search([("recipient_ids", "in", self.customer.ids)])
        )

    def test_who_serves_the_customer(self):
        self.customer.user_id = self.colleague
        self._create_won_lead(user_id=self.rep.id)
        self.assertEqual(self._get_asks().user_id, self.colleague)

    def test_who_has_no_list(self):
        """An employee without Sales rights, and nobody, ask nobody: anybody may."""
        for user in (self.employee, self.env["res.users"]):
            with self.subTest(user=user.login):
                partner = self.env["res.partner"].create(
                    {"name": "Dora", "user_id": user.id}
                )
                self._create_won_lead(partner, user_id=False)
                ask = self._get_asks(partner)
                self.assertFalse(ask.user_id)
                self.assertFalse(self._get_reminders(ask))
                self.assertIn(ask, self._open_list())

    def test_once_for_each_source(self):
        lead = self._create_won_lead(user_id=self.rep.id)
        self._get_asks().action_dismiss("Moving house")
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        self._win(lead)
        self.assertEqual(self._get_asks().state, "dismissed")

    def test_another_moment_brings_back_who_was_dismissed(self):
        self._create_won_lead(user_id=self.rep.id)
        self._get_asks().action_dismiss("Moving house")
        self._create_won_lead(user_id=self.rep.id)
        self.assertEqual(
            sorted(self._get_asks().mapped("state")), ["dismissed", "open"]
        )

    def test_two_moments_are_one_entry(self):
        self._create_won_lead(user_id=self.rep.id)
        self._create_benefit(confirmed=True)
        ask = self._get_asks()
        self.assertEqual(ask.moment, "benefit")
        self.assertEqual(len(self._get_reminders(ask)), 1)

    def test_put_off_stays_put_off(self):
        self._create_won_lead(user_id=self.rep.id)
        ask = self._get_asks()
        ask.action_put_off("2026-04-01")
        self.assertFalse(self._get_reminders(ask))
        self._create_won_lead(user_id=self.rep.id)
        self.assertEqual(self._get_asks(), ask)
        self.assertEqual(ask.state, "put_off")
        self.assertFalse(self._get_reminders(ask))

    def test_benefit_that_is_confirmed(self):
        self.customer.user_id = self.rep
        benefit = self._create_benefit()
        self.assertFalse(self._get_asks())
        benefit.confirmed = True
        self.assertEqual(self._get_asks().moment, "benefit")

    def test_while_being_asked(self):
        referral = self._create_referral()
        self._walk_to(referral, "value")
        self.assertFalse(self._get_asks())

    def test_a_customer_whom_the_winner_does_not_see(self):
        """Nothing stops who wins."""
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "partner_id": self.customer.id, "user_id": self.rep.id}
        )
        self.customer.company_id = self.other_company
        self.env.invalidate_all()
        lead.with_user(self.rep).action_set_won()
        self.assertEqual(lead.won_status, "won")
        self.assertFalse(self._open_list())

    def test_a_moment_fades(self):
        """After a month a customer is as good as others, and not told of again."""
        self.customer.user_id = self.rep
        lead = self._create_won_lead()
        with self._at("2026-04-01 09:00:00"):
            self.assertEqual(self._open_list().moment, "won")
        with self._at("2026-04-02 09:00:00"):
            ask = self._open_list()
            self.assertEqual(ask.partner_id, self.customer)
            self.assertFalse(ask.moment)
            self.Ask._note_moments("won", [(self.customer, lead)])
            self.assertFalse(ask.moment)

    def test_a_moment_that_is_not_told_any_more(self):
        self.customer.user_id = self.rep
        lead = self._create_won_lead()
        other = self._create_won_lead(partner_id=self.other_customer.id)
        ask = self.Ask.search([("moment_res_id", "=", lead.id)])
        self.assertEqual(self._get_reminders(ask).summary, "Opportunity won")
        self.Ask._forget_moments(lead)
        self.assertTrue(ask.exists(), "Who is on the list stays there.")
        self.assertEqual(
            (ask.state, ask.moment, ask.moment_on, ask.moment_res_id),
            ("open", False, False, 0),
        )
        [reminder] = self._get_reminders(ask)
        self.assertNotEqual(reminder.summary, "Opportunity won")
        kept = self.Ask.search([("moment_res_id", "=", other.id)])
        self.assertEqual(kept.moment, "won")

    def test_who_does_not_want_to_be_asked(self):
        self.customer.referral_do_not_ask = True
        self._create_won_lead(user_id=self.rep.id)
        self.assertFalse(self._get_asks())

    def test_in_the_quiet_period(self):
        """They come to the list when it is over."""
        referral = self._walk_to(self._create_referral(), "profile")
        referral.action_cancel()
        self._create_won_lead(user_id=self.rep.id)
        ask = self._get_asks()
        self.assertEqual(ask.state, "put_off")
        self.assertEqual(ask.put_off_until, referral.next_ask_date)
        self.assertFalse(self._get_reminders(ask))

    def test_history_is_no_news(self):
        """What is imported as won was won before."""
        won = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        self.env["crm.lead"].create(
            {"name": "Old", "partner_id": self.customer.id, "stage_id": won.id}
        )
        self.Ask._cron_note_won_moments()
        self.assertFalse(self._get_asks())

    def test_each_deal_is_looked_at_once(self):
        lead = self._create_won_lead(user_id=self.rep.id)
        other = self._create_won_lead(user_id=self.rep.id)
        self.assertEqual(self._get_asks().moment_res_id, other.id)
        self._get_asks().action_dismiss("Moving house")
        lead.name = "Written again"
        self.Ask._cron_note_won_moments()
        self.assertEqual(self._get_asks().state, "dismissed")

    def test_begun_ends_the_reminder(self):
        self._create_won_lead(user_id=self.rep.id)
        ask = self._get_asks()
        ask.with_user(self.rep).action_begin()
        self.assertEqual(ask.state, "begun")
        self.assertFalse(self._get_reminders(ask))

    def test_many_at_once(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(12)]
        )
        leads = self.env["crm.lead"].create(
            [
                {"name": "Lead", "partner_id": partner.id, "user_id": self.rep.id}
                for partner in partners
            ]
        )
        self._win(leads)
        asks = self.Ask.search([("partner_id", "in", partners.ids)])
        self.assertEqual(len(asks), 12)
        self.assertEqual(len(self._get_reminders(asks)), 12)

    def test_moments_come_first_and_proposals_make_room(self):
        self.company.referral_ask_limit = 2
        known = self._create_known_customers("A", "B", "C")
        self.assertEqual(len(self._open_list()), 2)
        self._create_won_lead(self.other_customer, user_id=self.rep.id)
        asks = self._open_list()
        self.assertEqual(asks.partner_id[0], self.other_customer)
        self.assertEqual(len(asks), 2)
        self.assertEqual(len(asks.partner_id & known), 1)


@tagged("post_install", "-at_install")
class TestFan(MomentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pride = cls.env.ref("crm_referral.crm_assessment_framework_pride")
        cls.stages = {stage.code: stage for stage in cls.pride.stage_ids}

    def _close_round(self, code):
        """A round that ended with the customer in a stage."""
        round_ = self.env["crm.assessment.round"].create(
            {
                "framework_id": self.pride.id,
                "partner_id": self.customer.id,
                "user_id": self.rep.id,
            }
        )
        round_.sudo().write(
            {
                "state": "done",
                "closed_on": "2026-03-02",
                "stage_id": self.stages[code].id,
            }
        )
        round_.sudo()._on_closed()
        return round_

    def test_turned_fan(self):
        self._close_round("loyal")
        self.assertFalse(self._get_asks())
        self._close_round("fan")
        ask = self._get_asks()
        self.assertEqual((ask.moment, ask.user_id), ("fan", self.rep))

    def test_stays_a_fan(self):
        self._close_round("fan")
        self._get_asks().action_dismiss("Moving house")
        self._close_round("fan")
        self.assertEqual(self._get_asks().mapped("state"), ["dismissed"])


@tagged("post_install", "-at_install")
class TestWeek(MomentCommon):
    def setUp(self):
        super().setUp()
        self._create_known_customers("A", "B")
        self._create_known_customers("C", user=self.foreign_rep)

    def _plan(self):
        self.env.flush_all()
        self._run_cron("crm_referral.ir_cron_plan_asks")
        self.env.invalidate_all()
        return self.env["mail.activity"].search(
            [("res_model", "=", "crm.referral.ask")]
        )

    def test_off_by_default(self):
        self.assertFalse(self.company.referral_ask_weekly)
        self.assertFalse(self._plan())

    def test_each_week_once(self):
        self.company.referral_ask_weekly = True
        activities = self._plan()
        self.assertEqual(len(activities), 2)
        self.assertEqual(activities.user_id, self.rep)
        self.assertEqual(self._plan(), activities)
