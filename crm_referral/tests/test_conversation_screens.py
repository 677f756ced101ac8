from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common import ReferralCommon


@tagged("post_install", "-at_install")
class TestConversationScreens(ReferralCommon):
    """What the screens of a request say and do, asked from the server."""

    def test_unnamed_candidate_is_missing_in_words(self):
        """A row that is just being typed in never makes a step complete."""
        for code in ("suggest", "introduce", "follow_through"):
            with self.subTest(code=code):
                partner = self.env["res.partner"].create({"name": f"Of {code}"})
                referral = self._create_referral(partner_id=partner.id)
                self._walk_to(referral, code)
                referral.candidate_ids.filtered(
                    lambda c: c.state == "suggested"
                ).action_decline()
                nobody = self.env["crm.referral.candidate"].new({})
                typed = referral.new(origin=referral)
                typed.candidate_ids += nobody
                self.assertIn(
                    "A name or a job position for every candidate.",
                    typed.missing_requirements,
                )
                self.assertNotIn("False", typed.missing_requirements)

    def test_candidate_of_any_step_through_the_form(self):
        """A name or a position typed below the cards makes a candidate."""
        for code in ("suggest", "introduce", "follow_through"):
            with self.subTest(code=code):
                partner = self.env["res.partner"].create({"name": f"Of {code}"})
                referral = self._create_referral(partner_id=partner.id)
                self._walk_to(referral, code)
                referral.candidate_ids = [Command.create({"name": "Dora Dean"})]
                self.assertIn("Dora Dean", referral.candidate_ids.mapped("name"))

    def test_take_away_a_candidate_whose_name_is_in_the_promise(self):
        """The promise is written anew, and with it its activity."""
        referral = self._create_referral(promise="I call after the first meeting")
        self._walk_to(referral, "introduce")
        named = self._create_candidate(referral, name="Lin the First")
        referral.write({"candidate_ids": [Command.delete(named.id)]})
        self.assertFalse(named.exists())

    def test_next_says_when_it_is_the_end(self):
        referral = self._walk_to(self._create_referral(), "introduce")
        self.assertFalse(referral.ends_as_declined)
        referral.candidate_ids.action_decline()
        self.assertTrue(referral.ends_as_declined)
        referral.action_next_step()
        self.assertEqual(referral.outcome, "declined")

    def test_contact_data_can_be_added_where_it_is_missed(self):
        partner = self.env["res.partner"].create({"name": "Without Address"})
        referral = self._create_referral(partner_id=partner.id)
        with Form(referral) as form:
            form.partner_email = "found@customer.example.com"
        self.assertEqual(partner.email, "found@customer.example.com")

    def test_typed_is_not_saved(self):
        """What is only typed is complete, but nobody is told that it is kept."""
        referral = self._walk_to(self._create_referral(), "profile")
        self.assertFalse(referral.is_step_unsaved)
        with Form(referral) as form:
            form.challenge = "Everything was typed in three times"
            form.improvement = "Once is enough"
            form.missed_by_others = "They still do it"
            self.assertFalse(form.missing_requirements)
            self.assertTrue(form.is_step_unsaved)
        self.assertFalse(referral.missing_requirements)
        self.assertFalse(referral.is_step_unsaved)

    def test_convert_and_stay(self):
        candidate = self._create_introduced_candidate()
        self.assertIs(candidate.action_convert_here(), True)
        self.assertEqual(candidate.state, "converted")
        self.assertTrue(candidate.lead_id)

    def test_convert_here_asks_about_a_duplicate(self):
        candidate = self._create_introduced_candidate(email="bob@example.com")
        self.env["crm.lead"].create({"name": "Bob", "email_from": "bob@example.com"})
        action = candidate.action_convert_here()
        self.assertEqual(action["res_model"], "crm.referral.candidate.convert")
        self.assertEqual(candidate.state, "introduced")

    def test_agree_and_send(self):
        referral = self._walk_to(self._create_referral(), "introduce")
        action = referral.candidate_ids.action_agree_and_send()
        self.assertEqual(action["res_model"], "mail.compose.message")
        self.assertEqual(referral.candidate_ids.state, "agreed")

    def test_agree_and_send_needs_an_address(self):
        referral = self._walk_to(self._create_referral(), "introduce")
        self.customer.email = False
        with self.assertRaises(UserError):
            referral.candidate_ids.action_agree_and_send()
        self.assertEqual(referral.candidate_ids.state, "suggested")

    # === E-MAIL === #

    def _send_introduction(self, candidate):
        action = candidate.action_send_introduction()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.rep)
            .with_context(**action["context"])
            .create({})
        )
        composer._action_send_mail()
        return self.env["mail.notification"].search(
            [
                ("mail_message_id.res_id", "=", candidate.id),
                ("mail_message_id.model", "=", candidate._name),
                ("res_partner_id", "=", self.customer.id),
            ]
        )

    def test_card_tells_what_became_of_the_email(self):
        referral = self._walk_to(self._create_referral(), "introduce")
        candidate = referral.candidate_ids
        candidate.action_agree()
        self.assertFalse(candidate.introduction_mail_state)
        notification = self._send_introduction(candidate)
        self.assertEqual(len(notification), 1)
        for status, state in (
            ("ready", "waiting"),
            ("sent", "sent"),
            ("exception", "failed"),
            ("bounce", "failed"),
        ):
            with self.subTest(status=status):
                notification.notification_status = status
                candidate.invalidate_recordset()
                self.assertEqual(candidate.introduction_mail_state, state)
                self.assertTrue(candidate.introduction_mail_date)

    # === FINISH === #

    def test_finish_asks_whether_the_customer_has_heard(self):
        candidate = self._create_introduced_candidate()
        referral = candidate.referral_id
        with self.assertRaisesRegex(UserError, "not finished"):
            referral.action_finish()
        candidate.action_convert_here()
        action = referral.action_finish()
        self.assertEqual(action["res_model"], "crm.referral.finish")
        self.assertFalse(referral.outcome)
        wizard = (
            self.env["crm.referral.finish"]
            .with_user(self.rep)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.candidate_ids, candidate)
        wizard.action_told()
        self.assertEqual(referral.outcome, "introduced")
        self.assertTrue(candidate.referrer_told_on)

    def test_finish_and_tell_later(self):
        candidate = self._create_introduced_candidate()
        referral = candidate.referral_id
        candidate.action_contact()
        candidate.action_convert_here()
        wizard = (
            self.env["crm.referral.finish"]
            .with_user(self.rep)
            .create({"referral_id": referral.id})
        )
        wizard.action_later()
        self.assertEqual(referral.outcome, "introduced")
        self.assertFalse(candidate.referrer_told_on)
        self.assertTrue(
            self._get_activities(candidate, "mail_activity_type_tell_referrer")
        )

    def test_one_reminder_for_one_call(self):
        """Who finishes with news of several people is reminded of one call."""
        referral = self._create_referral()
        first = self._create_candidate(referral)
        second = self._create_candidate(referral, name="Dora Dean")
        self._walk_to(referral, "follow_through")
        for candidate in first + second:
            candidate.action_introduce()
            candidate.action_contact()
            candidate.action_convert_here()
        wizard = (
            self.env["crm.referral.finish"]
            .with_user(self.rep)
            .create({"referral_id": referral.id})
        )
        wizard.action_later()
        reminder = self._get_activities(
            first + second, "mail_activity_type_tell_referrer"
        )
        self.assertEqual(len(reminder), 1)
        for name in ("Bob Builder", "Dora Dean", "Ann Archer"):
            self.assertIn(name, reminder.summary)
        reminder.with_user(self.rep).action_done()
        self.assertTrue(first.referrer_told_on)
        self.assertTrue(second.referrer_told_on)

    def test_finish_asks_nothing_when_there_is_no_news(self):
        candidate = self._create_introduced_candidate()
        candidate.action_convert_here()
        candidate.action_referrer_told()
        self.assertIs(candidate.referral_id.action_finish(), True)
        self.assertEqual(candidate.referral_id.outcome, "introduced")

    def test_finish_of_a_colleague(self):
        """The question tells nothing of a request that the user may not see."""
        theirs = self._create_referral(self.colleague)
        with self.assertRaises(AccessError):
            self.env["crm.referral.finish"].with_user(self.rep).create(
                {"referral_id": theirs.id}
            )

    # === LISTS AND SEARCHES === #

    def test_meetings_of_a_request(self):
        referral = self._walk_to(self._create_referral(), "introduce")
        self.assertEqual(referral.meeting_count, 0)
        meeting = self.env["calendar.event"].create(
            {
                "name": "Call together",
                "start": "2026-03-03 10:00:00",
                "stop": "2026-03-03 11:00:00",
                "referral_candidate_id": referral.candidate_ids.id,
            }
        )
        referral.invalidate_recordset()
        self.assertEqual(referral.meeting_count, 1)
        action = referral.action_view_meetings()
        self.assertEqual(self.env["calendar.event"].search(action["domain"]), meeting)

    def test_assign_to_me(self):
        referral = self._create_referral(self.colleague)
        referral.with_user(self.manager).action_assign_to_me()
        self.assertEqual(referral.sudo().user_id, self.manager)
        referral.sudo().action_cancel()
        with self.assertRaisesRegex(UserError, "Ann Archer"):
            referral.with_user(self.manager).action_assign_to_me()

    def test_whom_to_ask_are_customers(self):
        """Neither colleagues nor our own company nor strangers."""
        won = self.env["res.partner"].create({"name": "Won Before"})
        self._create_won_lead(won, user_id=self.colleague.id)
        arch = etree.fromstring(
            self.env["res.partner"]
            .with_user(self.rep)
            .get_view(self.env.ref("base.view_res_partner_filter").id, "search")["arch"]
        )
        [node] = arch.xpath("//filter[@name='referral_ready']")
        domain = safe_eval(node.get("domain"))
        found = self.env["res.partner"].with_user(self.rep).search(domain)
        self.assertIn(won, found)
        self.assertNotIn(self.customer, found)  # nothing is known of her yet
        self.assertNotIn(self.rep.partner_id, found)
        self.assertNotIn(self.company.partner_id, found)
        self.assertTrue(won.is_referral_customer)
        self.assertFalse(self.customer.is_referral_customer)

    def test_referred_customers_shows_those_around(self):
        action = self.customer.action_view_referral_tree()
        self.assertFalse(action["domain"])
        self.assertEqual(action["context"]["hierarchy_res_id"], self.customer.id)
