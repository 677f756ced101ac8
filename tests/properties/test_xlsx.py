"""Whatever is in the database comes back from the workbook."""

import zlib
from datetime import UTC, date, datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from isal import isal_zlib

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.xlsx_stream.tests.common import XlsxCase, expected_text
from odoo.addons.xlsx_stream.tools import deflate, workbook
from odoo.addons.xlsx_stream.tools.workbook import Column

# derandomize: the same examples in every run, so that a red test is red for everybody.
property_based = settings(
    max_examples=60, deadline=None, database=None, derandomize=True
)


@tagged("post_install", "-at_install")
class TestAnyText(XlsxCase):
    @property_based
    @given(
        st.lists(
            st.none()
            | st.text(
                st.characters(exclude_categories=["Cs"], exclude_characters="\0")
                | st.sampled_from("\x01\t\n\r _xX0Ff&<>\"'=\x7f\uffff😀")
            )
            | st.lists(st.sampled_from(["_x", "0041", "_", " ", "😀"])).map("".join),
            min_size=1,
        )
    )
    def test_any_text(self, values):
        self.assertEqual(self.texts(values), [*map(expected_text, values)])


@tagged("post_install", "-at_install")
class TestAnyNumber(XlsxCase):
    @property_based
    @given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=1))
    def test_any_integer(self, values):
        self.assertEqual(self.column(Column("n", "integer"), values, "int8"), values)

    @property_based
    @given(
        st.lists(
            st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=7),
            min_size=1,
        )
    )
    def test_any_decimal(self, values):
        found = self.column(Column("n", "decimal"), values, "numeric")
        expected = [value if value is None else float(value) for value in values]
        self.assertEqual([v if v is None else float(v) for v in found], expected)

    @property_based
    @given(
        st.lists(
            st.none() | st.floats(-9e307, 9e307, allow_subnormal=False), min_size=1
        )
    )
    def test_any_float(self, values):
        found = self.column(Column("n", "decimal"), values, "float8")
        self.assertEqual(found, values)


@tagged("post_install", "-at_install")
class TestAnyDate(XlsxCase):
    @property_based
    @given(
        st.lists(st.none() | st.dates(date(1900, 3, 1), date(9999, 12, 31)), min_size=1)
    )
    def test_any_date(self, values):
        found = self.column(Column("d", "date"), values, "date")
        self.assertEqual([value and value.date() for value in found], values)

    @property_based
    @given(
        st.lists(
            st.none() | st.datetimes(datetime(1901, 1, 1), datetime(9998, 12, 31)),
            min_size=1,
        ),
        st.sampled_from(
            ["UTC", "Asia/Taipei", "America/New_York", "Asia/Kathmandu", "Europe/Paris"]
        ),
    )
    def test_any_datetime(self, values, zone):
        # openpyxl reads milliseconds.
        values = [value and value.replace(microsecond=0) for value in values]
        found = self.column(Column("d", "datetime"), values, "timestamp", timezone=zone)
        expected = [
            value
            and value.replace(tzinfo=UTC)
            .astimezone(ZoneInfo(zone))
            .replace(tzinfo=None)
            for value in values
        ]
        self.assertEqual(found, expected)


@tagged("post_install", "-at_install")
class TestAnySize(XlsxCase):
    @property_based
    @given(st.integers(0, 40), st.integers(3, 20), st.integers(1, 90))
    def test_any_number_of_rows(self, count, most, chunk):
        with patch.object(workbook, "CHUNK", chunk):
            content, report, _sheet = self.make(
                [Column("n", "integer")],
                SQL("SELECT generate_series(1, %s)", count),
                book={"max_rows": most},
            )
        book = self.load(content)
        values = [row[0] for ws in book for row in ws.iter_rows(2, values_only=True)]
        expected = [*range(1, count + 1)] or ["There is nothing to show."]
        self.assertEqual(values, expected)
        self.assertEqual(report.rows, count)
        self.assertLessEqual(max(ws.max_row for ws in book), most)


@tagged("post_install", "-at_install")
class TestAnySlice(XlsxCase):
    @property_based
    @given(st.binary(max_size=300), st.binary(max_size=300))
    def test_crc_of_both(self, one, other):
        crcs = zlib.crc32(one), zlib.crc32(other)
        self.assertEqual(
            deflate.crc_of_both(*crcs, len(other)), zlib.crc32(one + other)
        )

    @property_based
    @given(
        st.lists(st.tuples(st.sampled_from([zlib, isal_zlib]), st.binary()), min_size=1)
    )
    def test_pieces_of_any_library(self, pieces):
        """A job that goes on elsewhere may find another library there."""
        packed, crc, whole = b"", 0, b"".join(data for _library, data in pieces)
        for number, (library, data) in enumerate(pieces, 1):
            with patch.object(deflate, "fast", library):
                one = deflate.deflater(1)
                crc = deflate.crc32(data, crc)
            mode = zlib.Z_FINISH if number == len(pieces) else zlib.Z_FULL_FLUSH
            packed += one.compress(data) + one.flush(mode)
        self.assertEqual(zlib.decompress(packed, -15), whole)
        self.assertEqual(crc, zlib.crc32(whole))

    def test_the_fast_library_is_used_where_it_is_installed(self):
        self.assertIs(deflate.fast, isal_zlib)
