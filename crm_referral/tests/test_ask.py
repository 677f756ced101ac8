"""Whom to ask: who is on whose list, and what takes a customer off it."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ReferralCommon


class AskCommon(ReferralCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.referral_ask_limit = 5
        cls.Ask = cls.env["crm.referral.ask"]

    @classmethod
    def _create_known_customers(cls, *names, user=None):
        """Customers of the rep for whom something has got better."""
        partners = cls.env["res.partner"].create(
            [{"name": name, "user_id": (user or cls.rep).id} for name in names]
        )
        for partner in partners:
            cls._create_benefit(partner)
        return partners

    def _open_list(self, user=None):
        """:return: who is on the list that the user sees, in order"""
        user = user or self.rep
        Ask = self.Ask.with_user(user)
        action = Ask.action_open_list()
        domain = [("is_listed", "=", True)]
        if action["context"].get("search_default_my"):
            domain += ["|", ("user_id", "=", user.id), ("user_id", "=", False)]
        return Ask.search(domain)


@tagged("post_install", "-at_install")
class TestList(AskCommon):
    def test_customers_of_the_rep(self):
        mine = self._create_known_customers("Dora", "Emil")
        self._create_known_customers("Theirs", user=self.colleague)
        self.env["res.partner"].create({"name": "Not Known", "user_id": self.rep.id})
        asks = self._open_list()
        self.assertEqual(asks.partner_id, mine)
        self.assertEqual(asks.user_id, self.rep)
        self.assertEqual(set(asks.mapped("state")), {"open"})

    def test_nobodys_customer_with_a_deal_of_the_rep(self):
        won = self._create_won_lead(self.other_customer, user_id=self.rep.id)
        self.assertFalse(won.partner_id.user_id)
        self.assertIn(self.other_customer, self._open_list().partner_id)
        self.assertNotIn(
            self.other_customer, self._open_list(self.colleague).partner_id
        )

    def test_as_many_as_the_company_has_set(self):
        self._create_known_customers(*"ABCDEFG")
        self.assertEqual(len(self._open_list()), 5)
        self.company.referral_ask_limit = 3
        self.assertEqual(len(self._open_list()), 3)

    def test_the_readiest_first(self):
        """The more they have confirmed, the readier they are."""
        first, second, third = self._create_known_customers("A", "B", "C")
        for partner, number in ((third, 3), (first, 1)):
            for _benefit in range(number):
                benefit = self._create_benefit(partner)
                # SQL: a benefit that is confirmed is a good moment
                self.env.flush_all()
                self.env.cr.execute(
                    "UPDATE crm_referral_benefit SET confirmed = TRUE WHERE id = %s",
                    [benefit.id],
                )
        self.env["crm.referral.readiness"].sudo()._note_change(first | second | third)
        self.env.cr.flush()
        self.env.invalidate_all()
        self.company.referral_ask_limit = 2
        asks = self._open_list()
        self.assertEqual(asks.mapped("partner_id"), third | first)
        self.assertEqual([ask.partner_id for ask in asks], [third, first])
        self.assertGreater(asks[0].score, asks[1].score)
        self.assertTrue(asks[0].readiness_note)

    def test_opening_twice_changes_nothing(self):
        self._create_known_customers(*"ABC")
        self.assertEqual(self._open_list(), self._open_list())
        self.assertEqual(len(self._open_list()), 3)

    def test_one_person_of_a_company(self):
        company = self.env["res.partner"].create(
            {"name": "Clinic", "is_company": True, "user_id": self.rep.id}
        )
        people = self._create_known_customers("A", "B")
        people.parent_id = company
        self.assertEqual(len(self._open_list()), 1)
        self.assertEqual(len(self._open_list()), 1)

    def test_who_may_not_be_asked(self):
        first, second, third = self._create_known_customers("A", "B", "C")
        first.referral_do_not_ask = True
        self._create_referral(partner_id=second.id)
        self.assertEqual(self._open_list().partner_id, third)
        third.referral_do_not_ask = True
        self.assertFalse(self._open_list())

    def test_who_goes_to_a_colleague(self):
        customer = self._create_known_customers("A")
        ask = self._open_list()
        customer.user_id = self.colleague
        self.assertEqual(self._open_list(self.colleague), ask)
        self.assertFalse(self._open_list())

    def test_reminders_go_along(self):
        customer = self._create_known_customers("A")
        ask = self._open_list()
        ask.sudo()._remind()
        customer.user_id = self.colleague
        self._open_list(self.colleague)
        reminder = self._get_activities(ask, "mail_activity_type_ask")
        self.assertEqual(reminder.user_id, self.colleague)

    def test_whose_salesperson_has_left(self):
        """Anybody may ask those who were theirs."""
        self._create_won_lead(self.customer, user_id=self.colleague.id)
        ask = self._open_list(self.colleague)
        self.assertEqual(ask.partner_id, self.customer)
        self.colleague.active = False
        self.assertEqual(self._open_list(), ask.with_user(self.rep))
        self.assertFalse(ask.sudo().user_id)
        self.assertFalse(self._get_activities(ask, "mail_activity_type_ask"))

    def test_manager_sees_the_team_by_person(self):
        self._create_known_customers("A")
        theirs = self._create_known_customers("B", user=self.colleague)
        self.env["crm.team"].create(
            {
                "name": "Led",
                "user_id": self.manager.id,
                "member_ids": (self.rep | self.colleague).ids,
            }
        )
        action = self.Ask.with_user(self.manager).action_open_list()
        self.assertEqual(action["context"], {"search_default_group_by_user": 1})
        asks = self.Ask.with_user(self.manager).search([("is_listed", "=", True)])
        self.assertEqual(
            asks.filtered(lambda a: a.user_id == self.colleague).partner_id, theirs
        )
        self.assertEqual(asks.user_id, self.rep | self.colleague)

    def test_other_company(self):
        customer = self._create_known_customers("A", user=self.foreign_rep)
        self.assertFalse(self._open_list())
        asks = self._open_list(self.foreign_rep)
        self.assertEqual(
            (asks.partner_id, asks.company_id), (customer, self.other_company)
        )
        self.assertFalse(self.Ask.with_user(self.rep).search([]))

    def test_what_was_confirmed_last(self):
        customer = self._create_known_customers("A")
        self._create_benefit(customer, name="Old", confirmed=True)
        with self._at("2026-03-03 09:00:00"):
            self._create_benefit(
                customer, name="New", measure="two days", confirmed=True
            )
        self._create_benefit(customer, name="Only noted")
        self.assertEqual(self._open_list().confirmed_benefit, "New · two days")


@tagged("post_install", "-at_install")
class TestAnswers(AskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls._create_known_customers("Dora")

    def setUp(self):
        super().setUp()
        self.ask = self._open_list()
        self.assertEqual(self.ask.partner_id, self.partner)

    def test_begin(self):
        action = self.ask.action_begin()
        referral = self.env["crm.referral"].browse(action["res_id"])
        self.assertEqual(referral.partner_id, self.partner)
        self.assertEqual((self.ask.state, self.ask.referral_id), ("begun", referral))
        self.assertFalse(self._open_list())

    def test_begun_elsewhere(self):
        referral = self._create_referral(self.colleague, partner_id=self.partner.id)
        self.ask.invalidate_recordset()
        self.assertEqual(self.ask.sudo().referral_id, referral)
        self.assertEqual(self.ask.state, "begun")

    def test_put_off(self):
        self.ask.action_put_off("2026-03-05")
        self.assertFalse(self._open_list())
        with self._at("2026-03-04 23:00:00"):
            self.assertFalse(self._open_list())
        with self._at("2026-03-05 00:30:00"):
            self.assertEqual(self._open_list(), self.ask)
            self.assertFalse(self.ask.put_off_until)

    def test_put_off_until_a_day_of_the_rep(self):
        self.rep.tz = "Asia/Taipei"
        self.ask.action_put_off("2026-03-05")
        with self._at("2026-03-04 17:00:00"):  # one in the night of the 5th in Taipei
            self.assertEqual(self._open_list(), self.ask)

    def test_put_off_needs_a_day_to_come(self):
        for day in (None, "2026-03-02", "2026-02-01"):
            with self.subTest(day=day), self.assertRaises(UserError):
                self.ask.action_put_off(day)
        self.ask.put_off_until = "2026-03-09"
        self.ask.action_put_off()
        self.assertEqual(self.ask.state, "put_off")

    def test_a_day_that_was_taken_away(self):
        """The list opens, whatever was written on an entry."""
        self.ask.action_put_off("2026-03-05")
        self.ask.put_off_until = False
        self.assertEqual(self._open_list(), self.ask)

    def test_dismiss(self):
        for reason in (None, " "):
            with self.subTest(reason=reason), self.assertRaises(UserError):
                self.ask.action_dismiss(reason)
        self.ask.action_dismiss("Moving house")
        self.assertEqual(self.ask.dismiss_reason, "Moving house")
        with self._at("2026-12-01 09:00:00"):
            self.assertFalse(self._open_list())

    def test_take_back(self):
        self.ask.action_dismiss("Moving house")
        self.ask.action_take_back()
        self.assertEqual(self._open_list(), self.ask)
        self.assertFalse(self.ask.dismiss_reason)

    def test_answered_already(self):
        self.ask.action_begin()
        for answer in (
            lambda: self.ask.action_put_off("2026-03-09"),
            lambda: self.ask.action_dismiss("No"),
        ):
            with self.assertRaises(UserError):
                answer()

    def test_nobody_answers_for_another_or_writes_the_list(self):
        theirs = self.ask.with_user(self.colleague)
        for answer in (
            theirs.action_begin,
            theirs.action_take_back,
            theirs.action_open_put_off,
            lambda: theirs.action_put_off("2026-03-09"),
            lambda: theirs.action_dismiss("No"),
        ):
            with self.assertRaises(AccessError):
                answer()
        for user in (self.rep, self.manager):
            for vals in (
                {"state": "dismissed"},
                {"user_id": self.colleague.id},
                {"partner_id": self.customer.id},
                {"moment": "won"},
            ):
                with self.subTest(user=user.login, vals=vals):
                    with self.assertRaises(AccessError):
                        self.ask.with_user(user).write(vals)
        for user in (self.employee, self.portal, self.public):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.Ask.with_user(user).action_open_list()

    def test_customers_are_merged(self):
        other = self._create_known_customers("Dora D.")
        self._open_list()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner | other).ids, self.partner
        )
        asks = self.Ask.search([("partner_id", "=", self.partner.id)])
        self.assertEqual(len(asks), 1)

    def test_customer_is_deleted(self):
        self._create_known_customers("Dora D.")
        self.ask.sudo()._remind()
        self.env["crm.referral.benefit"].search([]).unlink()
        self.partner.unlink()
        self.assertFalse(self.ask.exists())
        self.assertFalse(
            self.env["mail.activity"].search([("res_model", "=", "crm.referral.ask")])
        )
