from datetime import date, datetime

from odoo.tests import TransactionCase, tagged

from ..tools import local_time


@tagged("post_install", "-at_install")
class TestLocalTime(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.honolulu, cls.taipei, cls.nowhere = cls.env["res.partner"].create(
            [
                {"name": "Honolulu", "tz": "Pacific/Honolulu"},
                {"name": "Taipei", "tz": "Asia/Taipei"},
                {"name": "Nowhere", "tz": False},
            ]
        )

    def test_canonical_timezone(self):
        for name, expected in (
            ("US/Eastern", "America/New_York"),
            ("Asia/Calcutta", "Asia/Kolkata"),
            ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
            ("Asia/Taipei", "Asia/Taipei"),
            ("Zulu", "UTC"),
            ("Mars/Phobos", "UTC"),
            ("", "UTC"),
            (None, "UTC"),
            (False, "UTC"),
        ):
            with self.subTest(name):
                self.assertEqual(local_time.canonical_timezone(name), expected)

    def test_day_of_a_moment(self):
        moment = datetime(2026, 3, 3, 0, 30)
        self.assertEqual(local_time.local_date(moment, self.honolulu), date(2026, 3, 2))
        self.assertEqual(local_time.local_date(moment, self.taipei), date(2026, 3, 3))
        late = datetime(2026, 3, 2, 16, 0)
        self.assertEqual(local_time.local_date(late, self.taipei), date(2026, 3, 3))
        self.assertEqual(local_time.local_date(late, self.nowhere), date(2026, 3, 2))

    def test_first_owner_who_has_a_timezone(self):
        user = self.env["res.users"].browse()
        company = self.env["res.company"].create({"name": "Kyiv office"})
        company.partner_id.tz = "Europe/Kyiv"
        for owners, expected in (
            ((self.nowhere, self.taipei, self.honolulu), "Asia/Taipei"),
            ((user, company), "Europe/Kyiv"),
            ((user,), "UTC"),
            ((), "UTC"),
        ):
            self.assertEqual(local_time.timezone_of(*owners), expected)

    def test_day_start(self):
        for zone, day, expected in (
            ("Asia/Taipei", date(2026, 3, 2), datetime(2026, 3, 1, 16)),
            ("Pacific/Honolulu", date(2026, 3, 2), datetime(2026, 3, 2, 10)),
            # The days on which New York puts the clock forward, and back.
            ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 8, 5)),
            ("America/New_York", date(2026, 3, 9), datetime(2026, 3, 9, 4)),
            ("America/New_York", date(2026, 11, 2), datetime(2026, 11, 2, 5)),
            # Cairo puts the clock forward at midnight: there is no 00:00.
            ("Africa/Cairo", date(2026, 4, 24), datetime(2026, 4, 23, 22)),
        ):
            with self.subTest(zone=zone, day=day):
                self.nowhere.tz = zone
                start = local_time.day_start(day, self.nowhere)
                self.assertEqual(start, expected)
                self.assertEqual(local_time.local_date(start, self.nowhere), day)
