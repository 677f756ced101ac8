from datetime import timedelta

from odoo.tests import tagged

from .common import SERVICE_USER
from .test_contact import ContactCommon


@tagged("post_install", "-at_install")
class TestContactChain(ContactCommon):
    """Who comes back about the same makes a chain; nothing is merged."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.repeat_days = 7
        cls.other_reason = cls.env.ref("crm_referral_service.reason_damaged")
        cls.miss = cls.env.ref("crm_referral_service.miss_not_understood")

    @classmethod
    def _log_about(cls, days_ago, reason=None, **values):
        return cls._log(
            days_ago=days_ago,
            partner_id=cls.customer.id,
            reason_id=(reason or cls.reason).id,
            **values,
        )

    def test_proposed_for_the_same_reason_within_the_days(self):
        first = self._log_about(7)
        for values, proposed in (
            ({}, first),
            ({"reason": self.other_reason}, first.browse()),
            ({"partner_id": self.env.company.partner_id.id}, first.browse()),
            ({"is_new_matter": True}, first.browse()),
        ):
            with self.subTest(values=values):
                values = {"partner_id": self.customer.id, **values}
                reason = values.pop("reason", self.reason)
                contact = self._log(reason_id=reason.id, **values)
                self.assertEqual(contact.proposed_previous_id, proposed)
                contact.with_user(self.manager).active = False

    def test_nothing_is_proposed_after_the_days(self):
        self._log(
            partner_id=self.customer.id,
            reason_id=self.reason.id,
            contacted_on=self.env.cr.now() - timedelta(days=7, seconds=1),
        )
        self.assertFalse(self._log_about(0).proposed_previous_id)

    def test_the_newest_is_proposed_across_channels(self):
        self._log_about(3)
        newest = self._log_about(1, channel="mail")
        self.assertEqual(self._log_about(0).proposed_previous_id, newest)

    def test_proposed_by_number_and_mail(self):
        first = self._log(days_ago=1, phone="+32 2 290 34 91", reason_id=self.reason.id)
        again = self._log(
            phone="+3222903491", email="new@b.example", reason_id=self.reason.id
        )
        self.assertEqual(again.proposed_previous_id, first)

    def test_nobody_is_nobody_else(self):
        """Two callers of whom we know nothing have nothing in common."""
        self._log(days_ago=1, reason_id=self.reason.id)
        self.assertFalse(self._log(reason_id=self.reason.id).proposed_previous_id)

    def test_one_chain_in_the_order_of_time(self):
        first = self._log_about(3)
        second = self._log_about(2, previous_id=first.id)
        # Two agents answer at the same moment, and both see the first one only.
        third = self._log_about(1, previous_id=first.id)
        fourth = self._log_about(0, previous_id=second.id)
        self.assertEqual((second | third | fourth).first_id, first)
        self.assertEqual(
            [contact.previous_id for contact in (first, second, third, fourth)],
            [first.browse(), first, second, third],
        )
        self.assertEqual(first.chained_ids, fourth | third | second)

    def test_what_hangs_on_it_comes_along(self):
        first, second = self._log_about(3), self._log_about(2)
        third = self._log_about(1, previous_id=second.id)
        self.assertEqual(second.first_time, "no")
        second.previous_id = first
        self.assertEqual((second | third).first_id, first)
        self.assertEqual(third.previous_id, second)
        self.assertFalse(second.first_time)
        self.assertEqual(first.first_time, "no")

    def test_something_else_after_all(self):
        first = self._log_about(1)
        second = self._log_about(0, previous_id=first.id)
        self.assertEqual(first.first_time, "no")
        second.previous_id = False
        self.assertFalse(second.is_repeat)
        self.assertEqual(first.first_time, "pending")
        self.assertEqual(second.first_time, "pending")

    def test_before_is_before(self):
        second = self._log_about(1)
        other = self.env["res.company"].create({"name": "Other"})
        elsewhere = self.env["crm.service.contact"].create(
            {"company_id": other.id, "team_id": False, "user_id": False}
        )
        elsewhere.contacted_on = second.contacted_on - timedelta(days=1)
        for previous in (self._log_about(0), second, elsewhere):
            with self.subTest(previous), self._refused("before this|same company"):
                second.sudo().previous_id = previous

    def test_we_called_is_no_repeat(self):
        first = self._log_about(1)
        call = self._log_about(0, direction="out", previous_id=first.id)
        self.assertFalse(call.is_repeat)
        self.assertEqual(call.previous_id, first)
        self.assertEqual(first.first_time, "pending")
        call.action_done()

    def test_repeat_says_why(self):
        first = self._log_about(1)
        again = self._log_about(0, previous_id=first.id)
        with self._refused("not solved the first time"):
            again.action_done()
        again.miss_id = self.env.ref("crm_referral_service.miss_waiting")
        with self._refused("colleague for whom we waited"):
            again.action_done()
        self.env["crm.service.handover"].with_user(self.agent).create(
            {
                "contact_id": first.id,
                "to_user_id": self.technician.id,
                "question": "Why does it gurgle?",
            }
        )
        again.action_done()

    def test_silence_is_solved_the_first_time(self):
        """After the days of the team, when it is done and nobody came back."""
        kept = {
            "solved": self._log_about(8, state="done"),
            "not_done": self._log_about(8),
            "young": self._log_about(6, state="done"),
            "outbound": self._log_about(8, direction="out", state="done"),
        }
        kept["came_back"] = self._log_about(20, state="done")
        self._log_about(
            15, previous_id=kept["came_back"].id, miss_id=self.miss.id, state="done"
        )
        unknown = self._log(days_ago=8, reason_id=self.reason.id, state="done")
        for _run in range(2):
            self._run_cron("close_windows")
            self.assertEqual(
                {name: contact.first_time for name, contact in kept.items()},
                {
                    "solved": "yes",
                    "not_done": "pending",
                    "young": "pending",
                    "outbound": False,
                    "came_back": "no",
                },
            )
            self.assertFalse(unknown.first_time)
        late = self._log_about(0, previous_id=kept["solved"].id)
        self.assertEqual(kept["solved"].first_time, "no")
        self.assertTrue(late.is_repeat)

    def test_days_are_those_of_the_team(self):
        self.team.repeat_days = 2
        contact = self._log_about(3, state="done")
        self._run_cron("close_windows")
        self.assertEqual(contact.first_time, "yes")

    def test_chains_that_crossed_are_joined(self):
        """Somebody chained to a root in the moment in which it became a repeat."""
        first, second, third = (self._log_about(days) for days in (3, 2, 1))
        second.previous_id = first
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_service_contact SET first_id = %s, first_time = NULL "
            "WHERE id = %s",
            [second.id, third.id],
        )
        self.env.invalidate_all()
        self._run_cron("close_windows")
        self.assertEqual(third.first_id, first)

    def test_merged_customers_are_recognised_by_one_key(self):
        double = self.env["res.partner"].create({"name": "Clinic again"})
        nurse = self.env["res.partner"].create(
            {"name": "Nurse", "parent_id": double.id}
        )
        first = self._log_about(3)
        second = self._log_about(2, previous_id=first.id)
        theirs = self._log(days_ago=1, partner_id=double.id, reason_id=self.reason.id)
        nurses = self._log(days_ago=1, partner_id=nurse.id)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.customer.id, double.id], self.customer
        )
        self.env.invalidate_all()
        contacts = first | second | theirs | nurses
        self.assertEqual(set(contacts.mapped("customer_key")), {f"p{self.customer.id}"})
        self.assertEqual(contacts.commercial_partner_id, self.customer)
        self.assertEqual(second.first_id, first)
        self.assertEqual(self._log_about(0).proposed_previous_id, theirs)

    def test_confidential_contacts_are_not_proposed(self):
        first = self._log_about(1)
        first.sudo().complaint_id = self._create_complaint(is_confidential=True)
        stranger = self._create_user("stranger", SERVICE_USER)
        again = self._log_about(0).with_user(stranger)
        self.assertFalse(again.proposed_previous_id)

    def test_cost(self):
        """One contact: fifteen queries, chained or not; a batch: far fewer."""
        values = {"partner_id": self.customer.id, "reason_id": self.reason.id}
        Contact = self.env["crm.service.contact"].with_user(self.agent)
        Contact.create(values).proposed_previous_id  # noqa: B018
        first = Contact.create(values)
        again = {**values, "previous_id": first.id}
        for vals, count, budget in (
            (values, 1, 15),
            (again, 1, 15),
            (again, 1_000, 200),
        ):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(budget=budget), self.assertQueryCount(budget):
                Contact.create([vals] * count)
                self.env.flush_all()

    def test_look_up_is_answered_by_an_index(self):
        query = self.env["crm.service.contact"]._search(
            [("customer_key", "in", ["p1"]), ("contacted_on", ">=", "2026-01-01")],
            order="contacted_on desc, id desc",
        )
        index = "crm_service_contact_customer_idx"
        plan = self._explain_with(index, query.select())
        self.assertIn(index, plan)
        self.assertRegex(plan, r"Index Cond: .*customer_key.*contacted_on")

    def test_first_page_is_not_sorted(self):
        Contact = self.env["crm.service.contact"]
        query = Contact._search([], limit=80, order=Contact._order)
        index = "crm_service_contact_order_idx"
        plan = self._explain_with(index, query.select())
        self.assertIn(index, plan)
        self.assertNotIn("Sort", plan)
