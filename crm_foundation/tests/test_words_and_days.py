import doctest
import unittest
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import BaseCase, TransactionCase, tagged

from ..tools import local_time, look_back
from ..tools.look_back import months_before
from ..tools.sentences import join_sentences


@tagged("post_install", "-at_install")
class TestLookBack(BaseCase):
    def test_examples(self):
        for module, examples in ((look_back, 3), (local_time, 4)):
            result = unittest.TestResult()
            doctest.DocTestSuite(module).run(result)
            self.assertGreaterEqual(result.testsRun, 1)
            self.assertFalse(result.failures + result.errors)
            found = doctest.DocTestFinder().find(module)
            self.assertEqual(sum(len(each.examples) for each in found), examples)

    def test_months_before(self):
        day = date(2024, 3, 31)
        for months, expected in (
            (1, date(2024, 2, 29)),
            (13, date(2023, 2, 28)),
            (12, date(2023, 3, 31)),
            (1200, date(1924, 3, 31)),
            (1201, None),
            (0, None),
            (-1, None),
            (True, None),
            (1.0, None),
            ("1", None),
            (None, None),
            ([1], None),
        ):
            with self.subTest(months=months):
                self.assertEqual(months_before(day, months), expected)
        self.assertEqual(months_before(date(2024, 2, 29), 12), date(2023, 2, 28))


@tagged("post_install", "-at_install")
class TestSentences(TransactionCase):
    def test_as_the_language_has_it(self):
        for lang, sentences, expected in (
            ("en_US", ["One.", "Two."], "One. Two."),
            ("zh_TW", ["一。", "二。"], "一。二。"),
            ("ja_JP", ["一。", "二。"], "一。二。"),
            ("th_TH", ["a", "b"], "ab"),
            ("de_DE", ["Eins.", "Zwei."], "Eins. Zwei."),
            ("en_US", [False, "One.", "", None, "Two."], "One. Two."),
            ("zh_TW", ["一。", False], "一。"),
            ("en_US", [False, None], ""),
            ("en_US", [], ""),
        ):
            with self.subTest(lang=lang, sentences=sentences):
                self.env["res.lang"]._activate_lang(lang)
                env = self.env(context={"lang": lang})
                self.assertEqual(join_sentences(env, sentences), expected)
                self.assertEqual(join_sentences(env, iter(sentences)), expected)


@tagged("post_install", "-at_install")
class TestDays(TransactionCase):
    """From one end of the world to the other, on days of 23 to 25 hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.somebody = cls.env["res.partner"].create({"name": "Somebody"})

    def test_three_days_at_once(self):
        """When it is noon of the 2nd in London, two ends of the world differ by two."""
        for moment, days in (
            (datetime(2026, 3, 2, 10, 30), (2, 2, 3)),
            (datetime(2026, 3, 2, 9, 59), (1, 2, 2)),
            (datetime(2026, 3, 2, 16, 0), (2, 3, 3)),
            (datetime(2026, 3, 2, 15, 59, 59), (2, 2, 3)),
        ):
            env = SimpleNamespace(cr=SimpleNamespace(now=lambda now=moment: now))
            zones = ("Pacific/Honolulu", "Asia/Taipei", "Pacific/Kiritimati")
            for zone, day in zip(zones, days, strict=True):
                with self.subTest(moment=moment, zone=zone):
                    self.somebody.tz = zone
                    found = local_time.today(env, self.somebody)
                    self.assertEqual(found, date(2026, 3, day))

    def test_beginning_of_a_day(self):
        for zone, day, start in (
            ("Pacific/Kiritimati", date(2026, 3, 2), datetime(2026, 3, 1, 10)),
            ("Asia/Kathmandu", date(2026, 3, 2), datetime(2026, 3, 1, 18, 15)),
            ("UTC", date(2026, 3, 2), datetime(2026, 3, 2)),
            # Beirut puts the clock forward at midnight, Havana back to it.
            ("Asia/Beirut", date(2025, 3, 30), datetime(2025, 3, 29, 22)),
            ("America/Havana", date(2024, 11, 3), datetime(2024, 11, 3, 4)),
        ):
            with self.subTest(zone=zone):
                self.assertEqual(local_time.day_start_in(day, zone), start)

    def test_length_of_a_day(self):
        for zone, day, hours in (
            ("America/New_York", date(2026, 3, 8), 23),
            ("America/New_York", date(2026, 11, 1), 25),
            ("America/Havana", date(2024, 11, 3), 25),
            ("Asia/Beirut", date(2025, 3, 30), 23),
            ("Australia/Lord_Howe", date(2025, 4, 6), 24.5),
            ("Pacific/Honolulu", date(2026, 3, 8), 24),
            ("Asia/Taipei", date(2026, 3, 8), 24),
        ):
            with self.subTest(zone=zone, day=day):
                start = local_time.day_start_in(day, zone)
                end = local_time.day_start_in(day + timedelta(days=1), zone)
                self.assertEqual((end - start).total_seconds() / 3600, hours)

    def test_every_day_of_a_year_begins_when_the_last_one_ends(self):
        second = timedelta(seconds=1)
        for zone in (
            *("Pacific/Honolulu", "Asia/Taipei", "Pacific/Kiritimati", "Europe/Kyiv"),
            *("America/New_York", "America/Havana", "Africa/Cairo", "Asia/Beirut"),
        ):
            self.somebody.tz = zone
            for number in range(366):
                day = date(2024, 1, 1) + timedelta(days=number)
                start = local_time.day_start(day, self.somebody)
                self.assertEqual(
                    (
                        local_time.local_date(start - second, self.somebody),
                        local_time.local_date(start, self.somebody),
                    ),
                    (day - timedelta(days=1), day),
                    zone,
                )

    def test_time_zone_for_postgresql(self):
        for name, expected in (
            ("Asia/Taipei", "Asia/Taipei"),
            ("Asia/Calcutta", "Asia/Kolkata"),
            ("Mars/Phobos", "UTC"),
            (None, "UTC"),
        ):
            with self.subTest(name=name):
                self.assertEqual(local_time.sql_timezone(self.env.cr, name), expected)

    def test_time_zone_that_postgresql_does_not_know(self):
        """The offset of now, which it reads as we mean it."""
        for name, expected, hour in (
            ("Asia/Taipei", "<+0800>-08:00", 20),
            ("Pacific/Honolulu", "<-1000>+10:00", 2),
            ("Asia/Kathmandu", "<+0545>-05:45", 17),
        ):
            with self.subTest(name=name), patch.dict(local_time._known, {name: False}):
                found = local_time.sql_timezone(self.env.cr, name)
                self.assertEqual(found, expected)
                self.env.cr.execute(
                    "SELECT timezone(%s, timestamptz '2026-03-02 12:00:00+00')",
                    [found],
                )
                self.assertEqual(self.env.cr.fetchone()[0].hour, hour)
