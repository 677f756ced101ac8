from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_contact import ContactCommon

# What somebody may send who does not use our screen.
JUNK = (
    *(None, True, -1, 0, 2**31, 2**63, 1.5, float("nan"), 999_999_999),
    *("", "\x00", "x" * 100_000, "١٢٣", "=1+1", "'; --", "\ud800"),
    *("0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T10:00", "2026-11-30"),
    *([], [1], {}, {"id": 1}, [[]], "2026-11-30T10:00:00+08:00"),
)
ARGUMENTS = (
    *("partner_id", "words", "channel", "reason_id", "note", "miss_id", "solved"),
    *("previous_id", "is_new_matter", "callback_wanted", "callback_phone"),
    *("callback_from", "callback_to", "state", "company_id", "no_field"),
)


@tagged("post_install", "-at_install")
class TestQuickContactHarm(ContactCommon):
    """Whatever is sent is either logged or refused in words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.tz = "Asia/Taipei"
        cls.Contact = cls.env["crm.service.contact"].with_user(cls.agent)

    def _try(self, method, *args):
        """Call it as RPC does, and show what comes of it in each time zone."""
        try:
            with self.env.cr.savepoint():
                result = getattr(self.Contact, method)(*args)
                self.env.flush_all()
                if method == "log_contact":
                    contact = self.Contact.browse(result["id"]).with_context(
                        tz="Pacific/Kiritimati"
                    )
                    contact.read()
        except (UserError, IntegrityError) as error:
            # The server tells the words of the database's own checks, too.
            self.assertTrue(str(error))

    @mute_logger("odoo.sql_db")
    def test_each_argument(self):
        for argument in ARGUMENTS:
            for junk in JUNK:
                with self.subTest(argument=argument, junk=str(junk)[:20]):
                    values = {
                        "partner_id": self.customer.id,
                        "callback_wanted": True,
                        "reason_id": self.reason.id,
                    }
                    self._try("log_contact", {**values, argument: junk})
        for junk in JUNK:
            with self.subTest(junk=str(junk)[:20]):
                self._try("log_contact", junk)
                self._try("find_callers", junk)
                self._try("get_caller", junk)
                self._try("get_caller", False, junk)
                self._try("get_caller", self.customer.id, "", junk)

    def test_said_in_words(self):
        call = {"partner_id": self.customer.id, "callback_wanted": True}
        for values, words in (
            ([], "Write who it is"),
            ({"reason_id": 2**31}, "not there any more"),
            ({"reason_id": 999_999_999}, "exist"),
            ({"partner_id": 999_999_999}, "exist"),
            ({"reason_id": "1"}, "not there any more"),
            ({"channel": "smoke"}, "how the customer turned to us"),
            ({"note": "x" * 10_001}, "too long"),
            ({"words": "x" * 251}, "too long"),
            ({**call, "callback_from": "9999-99"}, "day and time of the call"),
            ({**call, "callback_from": "0001-01-01T00:00"}, "day and time"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(UserError, words):
                self.Contact.log_contact(values)

    @mute_logger("odoo.sql_db")
    def test_no_list_is_broken_by_an_odd_moment(self):
        contact = self._log(partner_id=self.customer.id, callback_wanted=True)
        for fname in ("contacted_on", "callback_from", "callback_to"):
            for year in (1, 1969, 2200, 9999):
                with (
                    self.subTest(fname=fname, year=year),
                    self.assertRaises(IntegrityError),
                    self.env.cr.savepoint(),
                ):
                    contact[fname] = datetime(year, 6, 1)
                    self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_the_ends_of_the_calendar_are_told_in_words(self):
        for moment in ("0001-01-01 00:00:00", "9999-12-31 23:59:59"):
            with (
                self.subTest(moment=moment),
                self.assertRaisesRegex(IntegrityError, "within_our_times"),
                self.env.cr.savepoint(),
            ):
                self._log(contacted_on=moment)

    def test_an_address_that_is_none(self):
        contact = self._log(email="x" * 10_000 + "@clinic.example")
        self.assertFalse(contact.customer_key)

    def test_no_address_is_nothing(self):
        """And not an empty word, which would fill the index."""
        contact = self._log(phone="+32 2 290 34 90")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT email_normalized IS NULL FROM crm_service_contact WHERE id = %s",
            [contact.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [(True,)])
