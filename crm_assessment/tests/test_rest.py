from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .common import AssessmentCase


class TestRest(AssessmentCase):
    """A customer is left in peace between two rounds, and for good if they say so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.assessment_rest_days = 90
        cls.company.partner_id.tz = "UTC"
        cls.person.tz = "UTC"

    def _blockers(self, round_):
        return " ".join(round_._get_send_blockers()[round_])

    # === REST === #

    def test_the_rest_counts_from_the_day_they_were_asked(self):
        self._close_round()  # asked on 2 March
        with self._at("2026-05-30 12:00:00"):
            early = self._create_round()
            self.assertIn("asked on 03/02/2026", self._blockers(early))
            self.assertIn("until 05/31/2026", self._blockers(early))
            with self.assertRaisesRegex(UserError, "left in peace"):
                early._start()
            self.assertEqual(early.state, "draft")
        with self._at("2026-05-31 00:30:00"):
            self.assertFalse(self._blockers(early))
            early._start()
            self.assertEqual(early.state, "open")

    def test_a_day_ends_where_the_customer_is(self):
        self._close_round()
        self.person.tz = "Asia/Taipei"
        with self._at("2026-05-30 15:59:00"):  # 23:59 on the 30th in Taipei
            early = self._create_round()
            self.assertIn("left in peace", self._blockers(early))
        with self._at("2026-05-30 16:01:00"):
            self.assertFalse(self._blockers(early))

    def test_no_rest_and_other_customers_and_companies(self):
        self._close_round()
        self.assertFalse(
            self._blockers(self._create_round(partner_id=self.other_customer.id))
        )
        self.company.assessment_rest_days = 0
        again = self._create_round()
        self.assertFalse(self._blockers(again))
        self.company.assessment_rest_days = 1
        self.assertIn("left in peace", self._blockers(again))

    def test_who_is_being_asked_hears_one_reason(self):
        self._start_round()
        again = self._create_round()
        [sentence] = again._get_send_blockers()[again]
        self.assertIn("being asked already", sentence)

    def test_a_round_that_was_given_up_counts_when_its_mail_has_left(self):
        first = self._start_round()
        first.with_user(self.leader).action_cancel()
        again = self._create_round()
        self.assertFalse(self._blockers(again))
        first.sudo().mail_state = "sent"
        self.assertIn("left in peace", self._blockers(again))
        first.sudo().active = False
        self.assertIn("left in peace", self._blockers(again))

    def test_the_draft_tells_before_it_is_sent(self):
        self._close_round()
        again = self._create_round()
        self.assertIn("until 05/31/2026", again.peace_note)
        action = self.customer.with_user(self.agent)._open_next_round(self.visit)
        self.assertEqual(action["res_id"], again.id)

    def test_a_manager_makes_an_exception_with_a_reason(self):
        self._close_round()
        again = self._create_round()
        Send = self.env["crm.assessment.send"]
        send = Send.with_user(self.agent).create({"round_id": again.id})
        self.assertFalse(send.blockers)
        self.assertFalse(send.may_override_rest)
        self.assertIn("left in peace", send.rest_note)
        with self.assertRaisesRegex(UserError, "left in peace"):
            send.action_send()
        send.rest_reason = "They moved house"
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            send.action_send()
        with self.assertRaises(AccessError):
            again.rest_reason = "Smuggled in"
        send = Send.with_user(self.manager).create({"round_id": again.id})
        self.assertTrue(send.may_override_rest)
        with self.assertRaisesRegex(UserError, "left in peace"):
            send.action_send()
        send.rest_reason = "They moved house"
        send.action_send()
        self.assertEqual(again.state, "open")
        self.assertEqual(again.rest_reason, "They moved house")
        self.assertIn("They moved house", "".join(again.message_ids.mapped("body")))

    # === NOT ANY MORE === #

    def test_who_does_not_want_to_is_not_asked(self):
        self.person.with_user(self.agent).action_assessment_opt_out()
        self.assertTrue(self.person.assessment_opt_out)
        draft = self._create_round(self.manager)
        self.assertIn("Anita Oliver does not want", self._blockers(draft))
        for delivery in ("mail", "hand"):
            with self.assertRaisesRegex(UserError, "does not want"):
                draft._start(delivery, "Because I am the manager")

    def test_a_company_speaks_for_its_people_and_an_address_for_its_owners(self):
        twin = self.env["res.partner"].create(
            {"name": "A. Oliver", "email": "ANITA@customer.example.com"}
        )
        self.customer.with_user(self.agent).action_assessment_opt_out()
        self.assertEqual((self.person | twin)._filter_opted_out(), self.person)
        self.customer.with_user(self.manager).action_assessment_opt_in("By phone")
        self.person.with_user(self.agent).action_assessment_opt_out()
        self.assertEqual(
            (
                self.person | twin | self.customer | self.other_person
            )._filter_opted_out(),
            self.person | twin,
        )
        twin.with_user(self.manager).action_assessment_opt_in("By phone")
        self.assertFalse((self.person | twin)._filter_opted_out())

    def test_only_a_manager_takes_it_back_and_says_why(self):
        person = self.person.with_user(self.agent)
        person.action_assessment_opt_out()
        with self.assertRaises(AccessError):
            person.write({"assessment_opt_out": False})
        with self.assertRaisesRegex(AccessError, "Only a manager"):
            person.action_assessment_opt_in("I would like to")
        person = self.person.with_user(self.manager)
        self.assertEqual(
            person.action_assessment_opt_in()["res_model"], "crm.assessment.opt.in"
        )
        for reason in ("", "  ", 1, ["x"]):
            with self.assertRaisesRegex(UserError, "Say why"):
                person.action_assessment_opt_in(reason)
        self.env["crm.assessment.opt.in"].with_user(self.manager).create(
            {"partner_id": person.id, "reason": "Called us herself"}
        ).action_apply()
        self.assertFalse(self.person.assessment_opt_out)
        self.assertIn(
            "Called us herself", "".join(self.person.message_ids.mapped("body"))
        )

    def test_a_no_survives_a_merge(self):
        twin = self.env["res.partner"].create(
            {"name": "A. Oliver", "email": self.person.email}
        )
        twin.with_user(self.agent).action_assessment_opt_out()
        self.person.loyalty_score = 50
        self.manager.group_ids += self.env.ref("base.group_partner_manager")
        Merge = self.env["base.partner.merge.automatic.wizard"]
        Merge.with_user(self.manager)._merge(
            (self.person | twin).ids, self.person.with_user(self.manager)
        )
        self.assertFalse(twin.exists())
        self.assertTrue(self.person.assessment_opt_out)
        self.assertEqual(self.person.loyalty_score, 50)
        with self.assertRaises(AccessError):
            self.person.with_user(self.manager).with_context(guard_lifted=True).write(
                {"assessment_opt_out": False}
            )

    def test_others_have_no_say(self):
        for user in (self.employee, self.portal, self.public):
            for method in ("action_assessment_opt_out", "action_assessment_opt_in"):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(self.person.with_user(user), method)()
        self.assertFalse(self.person.assessment_opt_out)

    def test_a_running_round_writes_to_them_no_more(self):
        round_ = self._start_round()
        mail = round_.link_message_id.mail_ids
        self.person.with_user(self.agent).action_assessment_opt_out()
        self.assertEqual(mail.state, "cancel")
        self.assertEqual(self._get_form(round_, "customer")._get_page_status(), "open")
        with self.assertRaisesRegex(UserError, "does not want to get these mails"):
            round_.with_user(self.agent).action_resend_link()
        told = self.env["mail.message"].search(
            [
                ("model", "=", round_._name),
                ("res_id", "=", round_.id),
                ("subject", "like", "does not want to be asked"),
            ]
        )
        self.assertEqual(told.partner_ids, self.agent.partner_id)
        mails = self.env["mail.mail"].search_count(
            [("recipient_ids", "in", self.person.ids)]
        )
        with self._at(round_.deadline - timedelta(days=1)):
            self._run_cron("remind")
        self.assertTrue(round_.reminded_on)
        self.assertEqual(
            mails,
            self.env["mail.mail"].search_count(
                [("recipient_ids", "in", self.person.ids)]
            ),
        )
        self.assertFalse(self._get_activities(round_, "mail_failed"))

    # === MANY AT ONCE === #

    def _start_many(self, partners, user=None):
        wizard = (
            self.env["crm.assessment.start"]
            .with_user(user or self.manager)
            .create({"partner_ids": partners.ids, "framework_id": self.visit.id})
        )
        wizard.action_start()
        return wizard

    def test_many_at_once_and_who_is_left_out(self):
        silent = self.env["res.partner"].create({"name": "No Mail", "is_company": True})
        self.other_person.with_user(self.agent).action_assessment_opt_out()
        willing = self.env["res.partner"].create(
            {"name": "Willing", "email": "willing@customer.example.com"}
        )
        self._close_round()
        partners = self.customer | self.other_customer | silent | willing
        wizard = self._start_many(partners)
        self.assertEqual(wizard.asked_count, 1)
        rounds = self.env["crm.assessment.round"].search([("state", "!=", "done")])
        self.assertEqual(rounds.partner_id, willing)
        self.assertEqual(rounds.state, "open")
        self.assertIn(
            "<b>Clinic</b>: Clinic, Anita Oliver was asked on", wizard.skipped
        )
        self.assertIn(
            "<b>Bakery</b>: Bakery, Bert Oliver does not want", wizard.skipped
        )
        self.assertIn("<b>No Mail</b>: No Mail has no e-mail address", wizard.skipped)
        with self.assertRaisesRegex(UserError, "sent already"):
            wizard.action_start()

    def test_the_same_person_twice_is_asked_once(self):
        wizard = self._start_many(self.customer | self.person)
        self.assertEqual(wizard.asked_count, 1)
        self.assertIn("chosen twice", wizard.skipped)

    def test_who_may_not_start_rounds_cannot_start_many(self):
        for user in (self.employee, self.portal, self.public):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._start_many(self.customer, user)
        with self.assertRaises(AccessError):
            self.env["crm.assessment.start"].with_user(self.manager).create(
                {"partner_ids": self.customer.ids, "is_done": True}
            )

    def test_a_hundred_cost_little_more_than_ten(self):
        def count(number):
            partners = self.env["res.partner"].create(
                [
                    {"name": f"C{number}-{i}", "email": f"c{number}-{i}@example.com"}
                    for i in range(number)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            wizard = self._start_many(partners)
            self.env.flush_all()
            self.assertEqual(wizard.asked_count, number)
            return self.cr.sql_log_count - before

        count(1)
        ten, hundred = count(10), count(100)
        # Chatter and activities of Odoo take some for each record.
        self.assertLess(hundred, 3 * ten)
        self.assertEqual(
            self.env["crm.assessment.round"].search_count(
                [("deadline", "=", fields.Date.today() + timedelta(days=14))]
            ),
            111,
        )
