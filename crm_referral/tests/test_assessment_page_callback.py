from datetime import date, datetime
from unittest.mock import patch

from lxml import html

from odoo.tests import freeze_time

from .feedback_common import FeedbackCase

NOW = "2026-03-02 09:00:00"  # a Monday
NUMBER = "+886 2 2345 6789 #12"


class TestCallback(FeedbackCase):
    """“Please call me back”, with a number and a good time, on the customer's clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer_company.tz = "Asia/Taipei"  # UTC+8
        cls.rep.tz = "Europe/Berlin"  # UTC+1 in March

    def _post(self, values=None, **callback):
        values = {
            "csrf_token": self._get_csrf(),
            self._name("scale"): self.yes.id,
            **(values or {"send": "1", "confirmed": "1"}),
            **{
                name if name == "callback" else f"callback_{name}": value
                for name, value in callback.items()
            },
        }
        return self.url_open(self._path(), data=values)

    def _get_activity(self):
        self.env.invalidate_all()
        return self.env["mail.activity"].search(
            [
                ("res_model", "in", ("crm.assessment", "crm.assessment.round")),
                (
                    "activity_type_id",
                    "=",
                    self.env.ref("crm_assessment.mail_activity_type_call_back").id,
                ),
            ]
        )

    def _read_page(self):
        page = html.fromstring(self.url_open(self._path()).text)
        return {
            "wanted": bool(page.xpath("//input[@name='callback']/@checked")),
            "phone": page.xpath("//input[@name='callback_phone']/@value")[0],
            **{
                name: next(
                    iter(
                        page.xpath(
                            f"//select[@name='callback_{name}']"
                            "/option[@selected]/@value"
                        )
                    ),
                    "",
                )
                for name in ("day", "from", "to")
            },
        }

    def _choose_day(self):
        """:return: a day that the page offers, not today"""
        page = html.fromstring(self.url_open(self._path()).text)
        return page.xpath("//select[@name='callback_day']/option/@value")[3]

    def test_who_does_not_ask_is_not_called(self):
        self.assertIn("Thank you!", self._post(phone=NUMBER).text)
        self.assertFalse(self._get_activity())

    def test_a_call_with_a_window(self):
        day = self._choose_day()
        response = self._post(
            callback="1", phone=NUMBER, day=day, **{"from": "9", "to": "11"}
        )
        self.assertIn("Thank you!", response.text)
        activity = self._get_activity()
        self.assertEqual(activity.user_id, self.rep)
        self.assertIn(NUMBER, activity.summary)
        # From nine to eleven in Taipei: that night in Berlin, the same day.
        self.assertEqual(str(activity.date_deadline), day)
        for text in ("9:00", "11:00", "Asia/Taipei", "On your clock", "2:00", "4:00"):
            self.assertIn(text, activity.note.replace("\u202f", " "))

    def test_what_is_wrong_is_said_and_nothing_is_lost(self):
        day = self._choose_day()
        for number in ("", "call me", "12345", "+1", "123-abc-4567", "+" * 20):
            with self.subTest(number):
                response = self._post(
                    callback="1", phone=number, day=day, **{"from": "9", "to": "11"}
                )
                self.assertEqual(response.status_code, 422)
                self.assertIn("At which number may we call you?", response.text)
        response = self._post(
            callback="1", phone=NUMBER, day=day, **{"from": "11", "to": "9"}
        )
        self.assertIn("begins before it ends", response.text)
        self.assertEqual(
            self._read_page(),
            {"wanted": True, "phone": NUMBER, "day": day, "from": "11", "to": "9"},
        )
        self.assertEqual(self._answered(self._line("scale")), self.yes)
        self.assertEqual(self.assessment.state, "sent")
        self.assertFalse(self._get_activity())

    def test_made_up_values_are_dropped(self):
        for day in ("2026-13-45", "1900-01-01", "x" * 5000, "today"):
            with self.subTest(day):
                self.assessment._save_callback(
                    {"callback": "1", "callback_day": day, "callback_from": "99"}
                )
                self.assertTrue(self.assessment.callback_wanted)
                self.assertFalse(self.assessment.callback_day)
                self.assertFalse(self.assessment.callback_from)
        self._post(callback="1", phone="0912 345 678", day="2026-13-45")
        self.assertIn("any day", self._get_activity().note)

    def test_saved_to_go_on_later(self):
        self._post({"save": "1"}, callback="1", phone=NUMBER)
        self.assertEqual(self._read_page()["phone"], NUMBER)
        self._post({"save": "1"}, phone=NUMBER)
        self.assertFalse(self._read_page()["wanted"])

    def test_opening_the_page_saves_nothing(self):
        self.url_open(self._path(suffix=f"?callback=1&callback_phone={NUMBER}"))
        self.assertFalse(self.assessment.callback_wanted)


class TestCallbackWindow(FeedbackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.startClassPatcher(
            patch("odoo.sql_db.BaseCursor.now", lambda cursor: datetime.utcnow())
        )
        cls.customer_company.tz = "Asia/Taipei"

    def _save(self, **values):
        self.assessment._save_callback(
            {
                "callback": "1",
                "callback_phone": "(02) 2345-6789 ext. 12",
                **{f"callback_{name}": value for name, value in values.items()},
            }
        )
        return self.assessment._get_callback_problem()

    def test_the_days_of_the_customer_without_weekends(self):
        days = [day for day, _label in self.assessment._get_callback_days()]
        self.assertEqual(days[0], "2026-03-02")
        self.assertNotIn("2026-03-07", days)
        self.assertIn("2026-03-09", days)
        with freeze_time("2026-03-02 16:30:00"):  # Tuesday in Taipei
            days = self.assessment._get_callback_days()
            self.assertEqual(days[0][0], "2026-03-03")

    def test_a_time_that_has_passed(self):
        # It is five in the afternoon in Taipei.
        values = {"day": "2026-03-02", "from": "15", "to": "17"}
        self.assertIn("has passed", self._save(**values))
        values["to"] = "18"
        self.assertFalse(self._save(**values))
        self.assertIn("has passed", self._save(day="2026-02-27"))

    def test_the_clock_of_the_company_where_the_customer_has_none(self):
        self.customer_company.tz = False
        self.assessment.company_id.partner_id.tz = "America/New_York"
        self._save(day="2026-03-03", **{"from": "9", "to": "10"})
        self.assertEqual(
            self.assessment._get_callback_window(),
            (datetime(2026, 3, 3, 14), datetime(2026, 3, 3, 15)),
        )

    def test_the_day_of_who_calls(self):
        self.rep.tz = "America/Los_Angeles"  # UTC-8: still the day before
        self._save(day="2026-03-04", **{"from": "9", "to": "10"})
        self.assessment._plan_callback()
        activity = self.assessment.activity_ids
        self.assertEqual(activity.date_deadline, date(2026, 3, 3))
        self.assertEqual(activity.user_id, self.rep)
