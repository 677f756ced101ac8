"""A customer whose answers are bad is called within one working day."""

from datetime import date, datetime

from ..tools.working_day import next_working_day
from .common import AssessmentCase


class TestCall(AssessmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit.write({"call_below": 7, "call_on_worst": True})

    def _answer(self, *options, rating="9", **values):
        """The customer answers; what is asked is good when it is green, red, green."""
        round_ = self._start_round(**values)
        self._sign(round_, "customer", *options, rating=rating)
        return round_

    def _get_call(self, round_):
        return self._get_activities(round_, "call")

    def test_low_recommendation(self):
        round_ = self._answer(self.green, self.red, self.green, rating="6")
        call = self._get_call(round_)
        self.assertEqual(call.user_id, self.agent)
        self.assertEqual(call.date_deadline, date(2026, 3, 3))
        self.assertEqual(round_.state, "open")
        self.assertFalse(
            self._get_call(
                self._answer(
                    self.green,
                    self.red,
                    self.green,
                    rating="7",
                    partner_id=self.other_customer.id,
                )
            )
        )

    def test_worst_answer(self):
        """Red is the worst, and green where agreeing is bad."""
        for options, is_bad in (
            ((self.green, self.red, self.red), True),
            ((self.green, self.green, self.green), True),
            ((self.amber, self.amber, self.amber), False),
            ((self.none, self.none, self.green), False),
        ):
            with self.subTest(options=options):
                round_ = self._answer(*options)
                self.assertEqual(bool(self._get_call(round_)), is_bad)
                round_.action_cancel()

    def test_the_framework_decides(self):
        self.visit.write({"call_below": 0, "call_on_worst": False})
        round_ = self._answer(self.red, self.green, self.red, rating="0")
        self.assertFalse(self._get_call(round_))

    def test_zero_is_an_answer(self):
        self.visit.call_on_worst = False
        round_ = self._answer(self.green, self.red, self.green, rating="0")
        self.assertTrue(self._get_call(round_))

    def test_only_the_customer(self):
        round_ = self._start_round()
        self._sign(round_, "employee", self.red, self.green, self.red)
        self.assertFalse(self._get_call(round_))

    def test_says_nothing_of_the_answers(self):
        round_ = self._answer(self.green, self.red, self.green, rating="3")
        note = self._get_call(round_).note
        self.assertIn("Clinic", note)
        self.assertNotIn("3", note)

    def test_once_for_each_round(self):
        round_ = self._answer(self.red, self.green, self.red, rating="2")
        self._get_call(round_).action_feedback("Called her")
        round_._ask_to_call()
        self.assertFalse(self._get_call(round_))

    def test_a_later_answer_takes_its_place(self):
        """Who has answered anew is not called because of what they said before."""
        first = self._answer(self.red, self.green, self.red, rating="2")
        first._close()
        self.assertTrue(self._get_call(first))
        with self._at("2026-03-20 09:00:00"):
            second = self._answer(self.green, self.red, self.green, rating="9")
            self.assertFalse(self._get_call(first))
            self.assertFalse(self._get_call(second))

    def test_given_up_after_the_answer(self):
        """The customer has said it all the same."""
        round_ = self._answer(self.red, self.green, self.red, rating="2")
        round_.action_cancel()
        self.assertTrue(self._get_call(round_))

    def test_who_has_left(self):
        round_ = self._start_round()
        self.agent.active = False
        self._sign(round_, "customer", self.red, self.green, self.red, rating="2")
        self.assertEqual(self._get_call(round_).user_id, self.leader)

    def test_day_of_the_one_who_calls(self):
        """Friday evening here is Saturday morning in Taipei: Monday for both."""
        self.agent.tz = "Asia/Taipei"
        with self._at("2026-03-05 20:00:00"):  # Thursday; Friday morning in Taipei
            round_ = self._answer(self.red, self.green, self.red, rating="2")
            self.assertEqual(self._get_call(round_).date_deadline, date(2026, 3, 9))

    def test_working_days(self):
        calendar = self.company.resource_calendar_id
        calendar.tz = "UTC"
        calendar.two_weeks_calendar = False
        self.assertEqual(next_working_day(calendar, date(2026, 3, 6)), date(2026, 3, 9))
        self.assertEqual(next_working_day(calendar, date(2026, 3, 7)), date(2026, 3, 9))
        self.assertEqual(
            next_working_day(calendar, date(2026, 3, 9)), date(2026, 3, 10)
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "date_from": datetime(2026, 3, 9, 0, 0),
                "date_to": datetime(2026, 3, 9, 23, 59),
            }
        )
        self.assertEqual(
            next_working_day(calendar, date(2026, 3, 6)), date(2026, 3, 10)
        )

    def test_without_a_calendar(self):
        nothing = self.env["resource.calendar"]
        for day, following in ((6, 9), (7, 9), (8, 9), (9, 10)):
            with self.subTest(day=day):
                self.assertEqual(
                    next_working_day(nothing, date(2026, 3, day)),
                    date(2026, 3, following),
                )
