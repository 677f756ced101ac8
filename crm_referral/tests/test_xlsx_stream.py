import io
import json
import math
import re
import tempfile
import tracemalloc
import warnings
import zipfile
import zlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import openpyxl
import psycopg2
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.crm_referral.tools import xlsx_package, xlsx_stream
from odoo.addons.crm_referral.tools.xlsx_spool import crc_of_both
from odoo.addons.crm_referral.tools.xlsx_stream import (
    Column,
    SheetSpec,
    Spool,
    StreamError,
    StreamWorkbook,
)

LIMIT = 32_767
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
property_based = settings(
    max_examples=60, deadline=None, database=None, derandomize=True
)

HOSTILE = [
    *("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "'=1", "\t=1"),
    *(
        "&",
        "<",
        ">",
        "&amp;",
        "&#10;",
        "<c/>",
        "</t></is></c></row>",
        "]]>",
        "<![CDATA[",
    ),
    *('"', "'", "''", "\\", "\\n", "\\.", "\\\\", "%s", "%%", "%(a)s", "{}", "$1"),
    *(
        "a\nb",
        "a\r\nb",
        "a\rb",
        "\n",
        " ",
        "  x  ",
        "\tx\t",
        "x\n",
        "\nx",
        "a  b",
        "\xa0",
    ),
    *("_x0041_", "_x005F_", "_x005F_x0041_", "_x0041_x0042_", "_X0041_", "_x00_", "_x"),
    *(
        "_x1_",
        "_x00_",
        "_x00001_",
        "__x000a__",
        "_xabcd_",
        "_xABCD_",
        "_xghij_",
        "a_x0020_",
    ),
    *("\x01", "a\x01b", "\x02", "\x0b\x0c", "\x1f", "\x7f", "\x7f ", " \x7f", "\x85"),
    *("\ufffe", "\uffff", "a\uffffb", "\ufeffbom", "\ufffd", "\u2028", "\u200b"),
    *("😀", "👩‍👩‍👧", "\U0010ffff", "\U0001f1f9\U0001f1fc", "e\u0301", "é"),
    *("محمد علي", "שלום", "\u202eevil\u202c", "林美玲", "日本語", "Zoë"),
    *("TRUE", "1e5", "007", "+886 2 1234", "2024-01-01", "NaN", "#REF!", "NULL", ""),
]


def expected_text(value):
    """What a cell holds of a text, told in another way than the SQL's."""
    if value is None:
        return None
    value = FORBIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(value.encode("utf-16-le")) > 2 * LIMIT:
        head = value.encode("utf-16-le")[: 2 * (LIMIT - 1)]
        value = head.decode("utf-16-le", "ignore") + "…"
    return value or None


class FullDisk(io.BytesIO):
    def write(self, data):
        if self.tell() > 5000:
            raise OSError(28, "No space left on device")
        return super().write(data)


class XlsxCase(TransactionCase):
    def make(self, columns, query, *, book=None, **spec):
        """The bytes of a workbook with one big sheet, and what is known of it."""
        target = io.BytesIO()
        with StreamWorkbook(self.env.cr, target, **(book or {})) as workbook:
            sheet = workbook.add_sheet(SheetSpec("Rows", columns, query, **spec))
        return target.getvalue(), workbook.report, sheet

    def load(self, content, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return openpyxl.load_workbook(io.BytesIO(content), **options)

    def column(self, column, values, sql_type, **book):
        """The cells that come of values of a type of PostgreSQL, in their order."""
        query = SQL(
            "SELECT v FROM unnest(%s::text[]) WITH ORDINALITY AS t(u, n), "
            "LATERAL (SELECT u::%s AS v) AS typed",
            [None if value is None else str(value) for value in values],
            SQL(sql_type),
        )
        content, report, _sheet = self.make([column], query, order_by="n", book=book)
        self.report = report
        cells = [row[0] for row in self.load(content)["Rows"].iter_rows()][1:]
        self.assertLessEqual(len(cells), len(values))
        values = [cell.value for cell in cells] + [None] * (len(values) - len(cells))
        self.cells = cells
        return values

    def texts(self, values, **book):
        found = self.column(Column("Text"), values, "text", **book)
        self.assertLessEqual({cell.data_type for cell in self.cells}, {"s", "n"})
        return [unescape(value) if value is not None else None for value in found]


@tagged("post_install", "-at_install")
class TestXlsxText(XlsxCase):
    """A text comes back as it was, and is never a formula."""

    def test_hostile_texts(self):
        self.assertEqual(self.texts(HOSTILE), [*map(expected_text, HOSTILE)])
        self.assertEqual(self.report.rows, len(HOSTILE))
        self.assertEqual(self.report.truncated, 0)

    def test_hostile_texts_beside_each_other(self):
        """What one text of a row needs must not change its neighbours."""
        rows = [HOSTILE[start : start + 3] for start in range(0, len(HOSTILE) - 2, 3)]
        query = SQL(
            "SELECT * FROM (VALUES %s) AS v(a, b, c)",
            SQL(", ").join(SQL("(%s, %s, %s)", *row) for row in rows),
        )
        content, _report, _sheet = self.make([Column(h) for h in "abc"], query)
        found = list(self.load(content)["Rows"].iter_rows(min_row=2, values_only=True))
        self.assertEqual(
            [[value and unescape(value) for value in row] for row in found],
            [[*map(expected_text, row)] for row in rows],
        )

    def test_every_character_of_unicode(self):
        codes = [*range(1, 0xD800), *range(0xE000, 0x110000)]
        values = [
            "a" + "".join(map(chr, codes[start : start + 900])) + "z"
            for start in range(0, len(codes), 900)
        ]
        self.assertEqual(self.texts(values), [*map(expected_text, values)])

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

    def test_the_xml_says_text(self):
        content, _report, _sheet = self.make([Column("a")], "SELECT '=1&1'")
        xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
        self.assertIn(
            b'<row r="2"><c r="A2" t="inlineStr"><is><t>=1&amp;1</t></is></c></row>\n',
            xml,
        )
        self.assertNotIn(b"<f>", xml)

    def test_spaces_are_to_be_kept(self):
        """openpyxl keeps them anyway; Excel does if it is told to."""
        content, _report, _sheet = self.make([Column("a")], "SELECT ' x'")
        xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
        self.assertIn(b'<t xml:space="preserve"> x</t>', xml)

    def test_longest_text(self):
        whole = [
            "a" * LIMIT,
            "林" * LIMIT,
            "😀" * (LIMIT // 2),
            "a" + "😀" * (LIMIT // 2),
            "&" * LIMIT,
            "\x01" * 50_000 + "a" * LIMIT,
            "_x0041_" * (LIMIT // 7),
        ]
        cut = [
            "a" * (LIMIT + 1),
            "林" * (LIMIT + 1),
            "😀" * (LIMIT // 2 + 1),
            "a" * (LIMIT - 1) + "😀",
            "a" * (LIMIT - 2) + "😀b",
            "a" * (LIMIT - 2) + "😀😀",
            "a" * (LIMIT - 3) + "😀bc",
            "b" + "😀" * (LIMIT // 2 + 5),
            "<" * 100_000,
        ]
        found = self.texts(whole + cut)
        self.assertEqual(found, [*map(expected_text, whole + cut)])
        self.assertEqual(self.report.truncated, len(cut))
        for value in found:
            self.assertLessEqual(len(value.encode("utf-16-le")), 2 * LIMIT)
        self.assertTrue(all(value.endswith("…") for value in found[len(whole) :]))

    def test_cuts_are_counted_across_chunks(self):
        with patch.object(xlsx_stream, "CHUNK", 3):
            self.texts(["x", "a" * 40_000, "</t >", "b" * 40_000])
        self.assertEqual(self.report.truncated, 2)

    def test_other_types_as_text(self):
        query = (
            "SELECT '{\"a\": \"<b>\"}'::jsonb, 12.50, true, DATE '2024-02-29', "
            "'x'::char(3), ARRAY['a', 'b,c'], 'one'::varchar, '\\x00ff'::bytea"
        )
        content, _report, _sheet = self.make([Column(str(i)) for i in range(8)], query)
        row = list(self.load(content)["Rows"].iter_rows(values_only=True))[1]
        expected = ['{"a": "<b>"}', "12.50", "true", "2024-02-29", "x", '{a,"b,c"}']
        self.assertEqual([*row], [*expected, "one", "\\x00ff"])


@tagged("post_install", "-at_install")
class TestXlsxNumbers(XlsxCase):
    def test_integers(self):
        values = [0, -1, 1, 32_767, 2**31 - 1, -(2**31), 2**53, 2**63 - 1, None, 7]
        found = self.column(Column("n", "integer"), values, "bigint")
        self.assertEqual(found, values)
        self.assertEqual(self.cells[0].number_format, "#,##0")

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

    def test_digits_are_exact(self):
        """The digits stand in the file; only who reads them makes a double of them."""
        content, _report, _sheet = self.make(
            [Column("n", "money")], "SELECT 12345678901234567890.123456789::numeric"
        )
        xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
        self.assertIn(b"<v>12345678901234567890.123456789</v>", xml)

    @property_based
    @given(
        st.lists(
            st.none() | st.floats(-9e307, 9e307, allow_subnormal=False), min_size=1
        )
    )
    def test_any_float(self, values):
        found = self.column(Column("n", "decimal"), values, "float8")
        self.assertEqual(found, values)

    def test_floats_of_four_bytes(self):
        found = self.column(Column("n", "decimal"), [0.1, 1 / 3], "float4")
        self.assertEqual(found, [0.1, 0.33333334])

    def test_what_is_no_number_for_excel_is_text(self):
        values = ["NaN", "Infinity", "-Infinity", 1.5, None]
        for sql_type in ("float8", "numeric", "float4"):
            found = self.column(Column("n", "decimal"), values, sql_type)
            self.assertEqual(found, values)
        huge = "9" * 309
        self.assertEqual(self.column(Column("n", "money"), [huge], "numeric"), [huge])
        found = self.column(Column("n", "money"), ["1e308"], "float8")
        self.assertEqual(found, ["1e+308"])

    def test_formats(self):
        columns = [
            Column("i", "integer"),
            Column("d", "decimal"),
            Column("m", "money", style={"num_format": '#,##0.00 "NT$"'}),
            Column("p", "percent"),
        ]
        content, _report, _sheet = self.make(columns, "SELECT 1, 1.5, 2.5, 0.25")
        cells = list(self.load(content)["Rows"].iter_rows())[1]
        self.assertEqual(
            [(cell.value, cell.number_format) for cell in cells],
            [
                (1, "#,##0"),
                (1.5, "#,##0.00"),
                (2.5, '#,##0.00 "NT$"'),
                (0.25, "0.0%"),
            ],
        )

    def test_booleans(self):
        found = self.column(Column("b", "boolean"), [True, None, False], "bool")
        self.assertEqual(found, [True, None, False])
        self.assertIs(found[0], True)


@tagged("post_install", "-at_install")
class TestXlsxDates(XlsxCase):
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

    def test_every_second_of_a_day(self):
        query = (
            "SELECT TIMESTAMP '2024-02-29' + s * interval '1 second' "
            "FROM generate_series(0, 86399) s"
        )
        content, _report, _sheet = self.make([Column("d", "datetime")], query)
        rows = self.load(content, read_only=True)["Rows"].iter_rows(values_only=True)
        start = datetime(2024, 2, 29)
        next(rows)
        for second, (value,) in enumerate(rows):
            self.assertEqual(value, start + timedelta(seconds=second))

    def test_summer_time(self):
        values = ["2024-03-10 06:59:59", "2024-03-10 07:00:00", "2024-11-03 06:30:00"]
        found = self.column(
            Column("d", "datetime"), values, "timestamp", timezone="America/New_York"
        )
        self.assertEqual(
            [str(value) for value in found],
            ["2024-03-10 01:59:59", "2024-03-10 03:00:00", "2024-11-03 01:30:00"],
        )

    def test_the_date_of_a_moment_is_the_local_one(self):
        for sql_type in ("timestamp", "timestamptz"):
            value = "2024-01-01 20:00:00" + ("+00" if sql_type == "timestamptz" else "")
            for zone, day in (("Asia/Taipei", 2), ("America/New_York", 1)):
                found = self.column(
                    Column("d", "date"), [value], sql_type, timezone=zone
                )
                self.assertEqual(found, [datetime(2024, 1, day)])

    def test_moments_with_time_zone_and_days(self):
        self.assertEqual(
            self.column(
                Column("d", "datetime"),
                ["2024-01-01 20:00:00+08"],
                "timestamptz",
                timezone="Asia/Tokyo",
            ),
            [datetime(2024, 1, 1, 21)],
        )
        # A day is a day in every time zone.
        self.assertEqual(
            self.column(
                Column("d", "datetime"), ["2024-01-01"], "date", timezone="Asia/Tokyo"
            ),
            [datetime(2024, 1, 1)],
        )

    def test_what_excel_has_no_date_for_is_text(self):
        values = ["1900-02-28", "1752-09-14", "infinity", "-infinity", "0044-03-15 BC"]
        self.assertEqual(self.column(Column("d", "date"), values, "date"), values)
        values = [
            "1900-02-28 12:00:00",
            "infinity",
            "-infinity",
            "12024-01-01 00:00:00",
        ]
        found = self.column(Column("d", "datetime"), values, "timestamp")
        self.assertEqual(found, values)

    def test_first_and_last_moment(self):
        values = [datetime(1900, 3, 1), datetime(9999, 12, 31, 23, 59, 59)]
        found = self.column(Column("d", "datetime"), values, "timestamp")
        self.assertEqual(found, values)

    def test_unknown_time_zone(self):
        with (
            self.assertRaises(psycopg2.Error),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(flush=False),
        ):
            self.column(
                Column("d", "datetime"), ["2024-01-01"], "timestamp", timezone="Mars"
            )


@tagged("post_install", "-at_install")
class TestXlsxLinks(XlsxCase):
    def test_link(self):
        column = Column("Open", "link", link='https://x.example/odoo/{}?a=1&b="<é>"')
        content, _report, _sheet = self.make(
            [column, Column("n", "integer")],
            "SELECT v, 1 FROM (VALUES (7), (NULL), (-2147483648)) AS t(v)",
        )
        cells = [row[0] for row in self.load(content)["Rows"].iter_rows()][1:]
        formula = '=HYPERLINK("https://x.example/odoo/{0}?a=1&b=""<é>""",{0})'
        self.assertEqual(
            [cell.value for cell in cells],
            [formula.format(7), None, formula.format(-2147483648)],
        )
        self.assertTrue(cells[0].font.underline)
        values = self.load(content, data_only=True)["Rows"]
        self.assertEqual(values["A2"].value, 7)

    def test_link_to_several_models(self):
        """A text completes the address; what is no path to a number is no link."""
        column = Column("Open", "link", link="https://x.example/odoo/{}")
        content, _report, _sheet = self.make(
            [column, Column("n", "integer")],
            """SELECT v, 1 FROM (VALUES ('crm.lead/7'), ('a/b-c/10'), (NULL), ('7'),
                ('x"/7'), ('crm.lead/'), ('crm.lead/7)'), ('javascript:x/7'),
                (repeat('x', 240) || '/7')
            ) AS t(v)""",
        )
        cells = [row[0] for row in self.load(content)["Rows"].iter_rows()][1:]
        self.assertEqual(
            [cell.value for cell in cells],
            [
                '=HYPERLINK("https://x.example/odoo/crm.lead/7",7)',
                '=HYPERLINK("https://x.example/odoo/a/b-c/10",10)',
                *[None] * 7,
            ],
        )
        self.assertEqual(self.load(content, data_only=True)["Rows"]["A3"].value, 10)

    def test_bad_columns(self):
        for wrong in (
            {"kind": "link"},
            {"kind": "link", "link": "https://x.example/"},
            {"kind": "link", "link": "https://x.example/{}/{}"},
            {"kind": "link", "link": "https://x.example/{}/" + "x" * 240},
            {"kind": "link", "link": "https://x.example/{}\n"},
            {"kind": "text", "link": "https://x.example/{}"},
            {"kind": "percent", "total": True},
            {"kind": "text", "total": True},
            {"kind": "sparkline"},
        ):
            with self.subTest(**wrong), self.assertRaises(StreamError):
                Column("x", **wrong)

    def test_query_and_columns_must_agree(self):
        link = Column("x", "link", link="https://x.example/{}")
        for columns, query in (
            ([Column("x")], "SELECT 1, 2"),
            ([Column("x"), Column("y")], "SELECT 1"),
            ([Column("x", "integer")], "SELECT '1'::text"),
            ([Column("x", "date")], "SELECT 1"),
            ([Column("x", "boolean")], "SELECT 1"),
            ([Column("x", "money")], "SELECT now()"),
            ([link], "SELECT now()"),
            ([], "SELECT"),
        ):
            with self.subTest(query=query), self.assertRaises(StreamError):
                self.make(columns, query)


@tagged("post_install", "-at_install")
class TestXlsxSheet(XlsxCase):
    """Headings, totals, filter, several worksheets: all know the rows."""

    COLUMNS = [Column("Name"), Column("Amount", "money", total=True)]

    def rows(self, count):
        return SQL("SELECT 'n' || g, g / 4.0 FROM generate_series(1, %s) AS g", count)

    def test_lay_out(self):
        content, _report, sheet = self.make(
            self.COLUMNS, self.rows(10), freeze_columns=1, order_by="g"
        )
        worksheet = self.load(content)["Rows"]
        self.assertEqual(worksheet.dimensions, "A1:B12")
        self.assertEqual(worksheet.freeze_panes, "B3")
        self.assertEqual(worksheet.auto_filter.ref, "A2:B12")
        self.assertEqual(worksheet.print_title_rows, "$2:$2")
        self.assertEqual(worksheet.page_setup.orientation, "landscape")
        self.assertEqual(worksheet.page_setup.fitToHeight, 0)
        self.assertAlmostEqual(worksheet.column_dimensions["A"].width, 24, delta=1)
        self.assertEqual([c.value for c in worksheet[2]], ["Name", "Amount"])
        self.assertTrue(worksheet["A2"].font.bold)
        self.assertEqual(worksheet["A1"].value, "Total")
        self.assertEqual(worksheet["B1"].value, "=SUBTOTAL(109,Rows!$B$3:$B$12)")
        self.assertEqual(worksheet["B3"].value, 0.25)
        self.assertEqual(sheet.reference(1), "Rows!$B$3:$B$12")
        self.assertEqual(sheet.rows, 10)
        self.assertEqual(sheet.totals, {1: Decimal("13.75")})
        values = self.load(content, data_only=True)["Rows"]
        self.assertEqual(values["B1"].value, 13.75)

    def test_without_totals_the_headings_are_on_top(self):
        content, _report, _sheet = self.make([Column("a")], "SELECT 'x'", filter=False)
        worksheet = self.load(content)["Rows"]
        self.assertEqual([row[0].value for row in worksheet.iter_rows()], ["a", "x"])
        self.assertEqual(worksheet.freeze_panes, "A2")
        self.assertIsNone(worksheet.auto_filter.ref)

    def test_totals_leave_out_what_is_text(self):
        columns = [Column("n", "decimal", total=True)]
        query = "SELECT unnest(ARRAY[1.5, 'NaN', 2, NULL, 'Infinity']::float8[])"
        _content, _report, sheet = self.make(columns, query)
        self.assertEqual(sheet.totals, {0: 3.5})

    def test_table(self):
        columns = [Column("Name"), Column(" name\n"), Column("Amount", "money")]
        query = "SELECT 'a', 'b', g FROM generate_series(1, 500) AS g"
        content, _report, _sheet = self.make(
            columns, query, table="Table Style Light 9"
        )
        worksheet = self.load(content)["Rows"]
        (table,) = worksheet.tables.values()
        self.assertEqual((table.ref, table.autoFilter.ref), ("A1:C501",) * 2)
        self.assertEqual(table.column_names, [cell.value for cell in worksheet[1]])
        self.assertEqual(table.column_names, ["Name", "name (2)", "Amount"])
        self.assertEqual(worksheet["C501"].value, 500)

    def test_continues_on_further_sheets(self):
        for chunk in (3, 64, 1 << 18):
            with patch.object(xlsx_stream, "CHUNK", chunk):
                content, report, sheet = self.make(
                    self.COLUMNS, self.rows(26), order_by="g", book={"max_rows": 10}
                )
            book = self.load(content)
            names = ["Rows", "Rows (2)", "Rows (3)", "Rows (4)"]
            self.assertEqual(book.sheetnames, names)
            self.assertEqual(sheet.names, names)
            self.assertEqual(report.rows, 26)
            self.assertEqual([ws.max_row for ws in book], [10, 10, 10, 4])
            self.assertEqual(
                [ws.auto_filter.ref for ws in book],
                ["A2:B10", "A2:B10", "A2:B10", "A2:B4"],
            )
            found = []
            for worksheet in book:
                self.assertEqual([c.value for c in worksheet[2]], ["Name", "Amount"])
                found += [row[0] for row in worksheet.iter_rows(3, values_only=True)]
                self.assertEqual(
                    worksheet["B1"].value,
                    "=SUBTOTAL(109,Rows!$B$3:$B$10)+SUBTOTAL(109,'Rows (2)'!$B$3:$B$10)"
                    "+SUBTOTAL(109,'Rows (3)'!$B$3:$B$10)"
                    "+SUBTOTAL(109,'Rows (4)'!$B$3:$B$4)",
                )
            self.assertEqual(found, [f"n{number}" for number in range(1, 27)])

    @property_based
    @given(st.integers(0, 40), st.integers(3, 20), st.integers(1, 90))
    def test_any_number_of_rows(self, count, most, chunk):
        with patch.object(xlsx_stream, "CHUNK", chunk):
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

    def test_one_more_row_than_a_sheet_has(self):
        content, _report, _sheet = self.make(
            [Column("n", "integer")], "SELECT generate_series(1, 1048576)"
        )
        book = self.load(content, read_only=True)
        self.assertEqual(book.sheetnames, ["Rows", "Rows (2)"])
        self.assertEqual(book["Rows"].calculate_dimension(), "A1:A1048576")
        second = [row[0] for row in book["Rows (2)"].iter_rows(values_only=True)]
        self.assertEqual(second, ["n", 1048576])

    def test_nothing(self):
        for table in (None, "Table Style Light 9"):
            content, report, sheet = self.make(
                self.COLUMNS, self.rows(0), table=table, empty_text="Nobody was asked."
            )
            worksheet = self.load(content, data_only=True)["Rows"]
            self.assertEqual(
                list(worksheet.iter_rows(values_only=True)),
                [("Total", 0), ("Name", "Amount"), ("Nobody was asked.", None)],
            )
            self.assertEqual((report.rows, sheet.rows), (0, 0))

    def test_names_of_sheets(self):
        book = StreamWorkbook(self.env.cr, io.BytesIO())
        taken = set()
        for name, expected in (
            ("Leads", "Leads"),
            ("leads", "leads (2)"),
            ("a[b]:*?/\\c", "a-b------c"),
            ("'quoted'", "quoted"),
            ("", "Sheet"),
            ("\x00\x1f", "Sheet (2)"),
            ("History", "History-"),
            ("x" * 40, "x" * 31),
            ("x" * 40, "x" * 27 + " (2)"),
            ("😀" * 20, "😀" * 15),
            ("推薦\u3000商機", "推薦\u3000商機"),
        ):
            sheet = book.add_sheet(SheetSpec(name, [Column("a")], "SELECT 'x'"))
            self.assertEqual(sheet.names, [expected])
            taken.add(expected)
        book.close()
        content = book._target.getvalue()
        self.assertEqual(set(self.load(content).sheetnames), taken)

    def test_many_columns(self):
        """More than a function of PostgreSQL has arguments."""
        for kind, value in (("text", "'_x0041_ & ' || {}"), ("integer", "{}")):
            columns = [Column(f"c{i}", kind) for i in range(300)]
            query = "SELECT " + ", ".join(  # trap-ok: SQL
                value.format(i) for i in range(300)
            )
            content, _report, _sheet = self.make(columns, query)
            row = list(self.load(content)["Rows"].iter_rows(values_only=True))[1]
            expected = [
                i if kind == "integer" else f"_x0041_ & {i}" for i in range(300)
            ]
            self.assertEqual(
                [unescape(v) if kind == "text" else v for v in row], expected
            )

    def test_all_kinds_empty(self):
        columns = [
            Column("t"),
            Column("i", "integer"),
            Column("d", "decimal"),
            Column("m", "money"),
            Column("p", "percent"),
            Column("a", "date"),
            Column("b", "datetime"),
            Column("c", "boolean"),
            Column("l", "link", link="https://x.example/{}"),
            Column("z"),
        ]
        query = (
            "SELECT NULL::text, NULL::int, NULL::float8, NULL::numeric, NULL::numeric, "
            "NULL::date, NULL::timestamp, NULL::bool, NULL::int, 'end'"
        )
        content, _report, _sheet = self.make(columns, query)
        row = list(self.load(content)["Rows"].iter_rows(values_only=True))[1]
        self.assertEqual(row, (None,) * 9 + ("end",))

    def test_right_to_left(self):
        content, _report, _sheet = self.make(
            [Column("اسم")], "SELECT 'محمد'", right_to_left=True
        )
        self.assertTrue(self.load(content)["Rows"].sheet_view.rightToLeft)

    def test_forms_of_a_query(self):
        for query in (
            "SELECT '100 %%' AS x",
            ("SELECT %s AS x", ["100 %"]),
            SQL("SELECT %s AS x", "100 %"),
            "SELECT '100 %%' AS x -- and a comment",
            "WITH a AS (SELECT '100 %%' AS x) SELECT x FROM a LIMIT 5 OFFSET 0",
        ):
            content, _report, _sheet = self.make([Column("x")], query)
            self.assertEqual(self.load(content)["Rows"]["A2"].value, "100 %")

    def test_order(self):
        query = "SELECT g FROM generate_series(1, 3) AS g"
        for order in ("g DESC", SQL("g * %s", -1), ("g * %s", [-1])):
            content, _report, _sheet = self.make(
                [Column("g", "integer")], query, order_by=order
            )
            rows = list(self.load(content)["Rows"].iter_rows(2, values_only=True))
            self.assertEqual(rows, [(3,), (2,), (1,)])


@tagged("post_install", "-at_install")
class TestXlsxWorkbook(XlsxCase):
    """Around the big sheets."""

    def test_beside_what_xlsxwriter_makes(self):
        target = io.BytesIO()
        with StreamWorkbook(self.env.cr, target) as book:
            summary = book.workbook.add_worksheet("Summary")
            chartsheet = book.workbook.add_chartsheet("Chart")
            amounts = book.add_sheet(
                SheetSpec(
                    "Amounts",
                    [Column("n", "integer", total=True)],
                    "SELECT generate_series(1, 9)",
                )
            )
            texts = book.add_sheet(SheetSpec("Texts", [Column("t")], "SELECT '=x'"))
            summary.write("A1", "=1+1")
            summary.write("A2", "http://x.example")
            summary.write("A3", "12")
            summary.write_formula("A4", f"=SUM({amounts.reference(0)})", None, 45)
            for place in (
                chartsheet.set_chart,
                lambda c: summary.insert_chart("C1", c),
            ):
                chart = book.workbook.add_chart({"type": "column"})
                chart.add_series({"values": f"={amounts.reference(0)}"})
                place(chart)
        self.assertEqual(texts.names, ["Texts"])
        workbook = self.load(target.getvalue())
        self.assertEqual(workbook.sheetnames, ["Summary", "Chart", "Amounts", "Texts"])
        cells = [cell.value for (cell,) in workbook["Summary"]["A1:A4"]]
        self.assertEqual(
            cells, ["=1+1", "http://x.example", "12", "=SUM(Amounts!$A$3:$A$11)"]
        )
        types = [cell.data_type for (cell,) in workbook["Summary"]["A1:A3"]]
        # openpyxl takes a shared string with "=" for a formula; the file says text.
        self.assertEqual(types[1:], ["s", "s"])
        package = zipfile.ZipFile(target)
        self.assertNotIn(b"<f>1+1</f>", package.read("xl/worksheets/sheet1.xml"))
        self.assertEqual(workbook["Amounts"]["A11"].value, 9)
        self.assertEqual(workbook["Texts"]["A2"].value, "=x")
        self.assertEqual(workbook["Texts"]["A2"].data_type, "s")
        self.assertEqual(len(workbook["Summary"]._charts), 1)
        self.assertEqual(book.report.rows, 10)
        self.assertEqual(book.report.size, len(target.getvalue()))

    def test_package(self):
        content, _report, _sheet = self.make([Column("t")], "SELECT 'x'")
        package = zipfile.ZipFile(io.BytesIO(content))
        self.assertIsNone(package.testzip())
        self.assertEqual(package.namelist()[0], "[Content_Types].xml")
        self.assertEqual(len(set(package.namelist())), len(package.namelist()))
        for info in package.infolist():
            self.assertEqual((info.create_version, info.extract_version), (20, 20))
            self.assertEqual(info.extra, b"")
            ElementTree.fromstring(package.read(info))

    def test_zip64_where_it_is_needed(self):
        query = "SELECT repeat('x', 20) || g FROM generate_series(1, 3000) AS g"
        for limit in (150_000, 60_000, 3_000, 200):
            with patch.object(xlsx_package.ZipWriter, "LIMIT", limit):
                content, _report, _sheet = self.make([Column("t")], query)
            package = zipfile.ZipFile(io.BytesIO(content))
            self.assertIsNone(package.testzip())
            for info in package.infolist():
                largest = max(info.file_size, info.compress_size, info.header_offset)
                self.assertEqual(info.extract_version, 45 if largest >= limit else 20)
            rows = list(self.load(content)["Rows"].iter_rows(2, values_only=True))
            self.assertEqual(rows[-1], ("x" * 20 + "3000",))

    def test_levels(self):
        sizes = []
        for level in (1, 6, 9):
            content, _report, _sheet = self.make(
                [Column("t")],
                "SELECT md5(g::text) FROM generate_series(1, 500) AS g",
                book={"level": level},
            )
            self.assertEqual(self.load(content)["Rows"].max_row, 501)
            sizes.append(len(content))
        self.assertGreaterEqual(sizes[0], sizes[2])

    def test_a_file_may_have_begun(self):
        target = io.BytesIO(b"before")
        target.seek(6)
        with StreamWorkbook(self.env.cr, target) as book:
            book.add_sheet(SheetSpec("Rows", [Column("t")], "SELECT 'x'"))
        self.assertEqual(target.getvalue()[:6], b"before")
        self.assertEqual(book.report.size, len(target.getvalue()) - 6)
        self.assertEqual(self.load(target.getvalue()[6:])["Rows"]["A2"].value, "x")

    def test_path(self):
        with tempfile.TemporaryDirectory() as folder:
            for path in (Path(folder, "a.xlsx"), f"{folder}/b.xlsx"):
                with StreamWorkbook(self.env.cr, path) as book:
                    book.add_sheet(SheetSpec("Rows", [Column("t")], "SELECT 'x'"))
                    self.assertFalse(Path(path).exists())
                self.assertEqual(book.report.size, Path(path).stat().st_size)
                self.assertEqual(openpyxl.load_workbook(path)["Rows"]["A2"].value, "x")
            names = {path.name for path in Path(folder).iterdir()}
            self.assertEqual(names, {"a.xlsx", "b.xlsx"})

    def test_progress(self):
        calls = []
        _content, _report, _sheet = self.make(
            [Column("n", "integer")],
            "SELECT generate_series(1, 25000)",
            book={
                "progress": lambda done, total: calls.append((done, total)),
                "progress_every": 1000,
            },
        )
        self.assertEqual({total for _done, total in calls}, {25_000})
        done = [done for done, _total in calls]
        self.assertEqual(done, sorted(set(done)))
        self.assertEqual(done[-1], 25_000)
        self.assertGreater(len(done), 2)

    def check_leaves_nothing(self, error, action):
        """Run an action with each kind of target; it must leave nothing behind."""
        cr = self.env.cr
        cr.execute("SET LOCAL jit TO on")  # whatever the server's own setting is
        cr.execute("CREATE TEMP TABLE IF NOT EXISTS x_mark (n int)")
        cr.execute(
            "INSERT INTO x_mark VALUES (1) RETURNING (SELECT count(*) FROM x_mark)"
        )
        before = cr.fetchone()[0] + 1
        begun = io.BytesIO(b"before")
        with tempfile.TemporaryDirectory() as folder:
            existing = Path(folder, "old.xlsx")
            existing.write_bytes(b"old")
            for target in (begun, Path(folder, "new.xlsx"), existing):
                begun.seek(6)
                with self.assertRaises(error), mute_logger("odoo.sql_db"):
                    action(target)
                names = [path.name for path in Path(folder).iterdir()]
                self.assertEqual(names, ["old.xlsx"])
                self.assertEqual(existing.read_bytes(), b"old")
                self.assertEqual(begun.getvalue(), b"before")
                # The transaction goes on, with all it had done.
                cr.execute("SELECT count(*), current_setting('jit') FROM x_mark")
                self.assertEqual(cr.fetchone(), (before, "on"))

    def test_cancelled(self):
        class Cancelled(BaseException):
            pass

        def progress(done, total):
            self.assertLess(done, total)
            raise Cancelled

        def action(target):
            with StreamWorkbook(
                self.env.cr, target, progress=progress, progress_every=100
            ) as book:
                query = "SELECT repeat('x', 300) FROM generate_series(1, 200000)"
                book.add_sheet(SheetSpec("Rows", [Column("t")], query))

        self.check_leaves_nothing(Cancelled, action)

    def test_error_of_postgresql_in_the_middle(self):
        def action(target):
            with StreamWorkbook(self.env.cr, target) as book:
                query = "SELECT 1 / (20000 - g) FROM generate_series(1, 50000) AS g"
                book.add_sheet(SheetSpec("Rows", [Column("n", "integer")], query))

        self.check_leaves_nothing(psycopg2.errors.DivisionByZero, action)

    def test_error_before_the_rows(self):
        def action(target):
            with StreamWorkbook(self.env.cr, target) as book:
                book.add_sheet(SheetSpec("Rows", [Column("t")], "SELECT 'x'"))
                raise KeyError

        self.check_leaves_nothing(KeyError, action)

    def test_error_of_the_disk(self):
        target = FullDisk()
        with self.assertRaises(OSError), StreamWorkbook(self.env.cr, target) as book:
            query = "SELECT md5(g::text) FROM generate_series(1, 50000) AS g"
            book.add_sheet(SheetSpec("Rows", [Column("t")], query))
        self.assertEqual(target.getvalue(), b"")
        self.env.cr.execute("SELECT 1")

    def test_rows_that_change_are_noticed(self):
        self.env.cr.execute("CREATE TEMP SEQUENCE x_rows")

        def action(target):
            with StreamWorkbook(self.env.cr, target) as book:
                query = "SELECT generate_series(1, nextval('x_rows'))"
                book.add_sheet(SheetSpec("Rows", [Column("n", "integer")], query))

        self.check_leaves_nothing(StreamError, action)

    def test_memory(self):
        """Ten times the rows take no more memory."""
        peaks = []
        for count in (10_000, 100_000):
            with tempfile.TemporaryFile() as target:
                tracemalloc.start()
                with StreamWorkbook(self.env.cr, target) as book:
                    query = SQL(
                        "SELECT repeat('x', 200), g FROM generate_series(1, %s) AS g",
                        count,
                    )
                    columns = [Column("t"), Column("n", "integer", total=True)]
                    book.add_sheet(SheetSpec("Rows", columns, query, table="Light 1"))
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
        self.assertLess(peaks[1], 4 << 20)
        self.assertTrue(math.isclose(*peaks, rel_tol=0.2), peaks)


class Stopped(Exception):
    """A run of a job that ends after a slice."""


@tagged("post_install", "-at_install")
class TestXlsxSpool(XlsxCase):
    COLUMNS = (
        Column("n", "link", link="https://x.example/{}"),
        Column("Text"),
        Column("Amount", "decimal", total=True),
        Column("Count", "integer", total=True),
    )
    QUERY = """SELECT g, CASE WHEN g %% 7 = 0 THEN repeat('x', 40000)
        ELSE 'n & ' || g END, g / 4.0, g FROM generate_series(1, {}) AS g"""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()), "spool")
        self.saved = []

    def spooled(self, state, *, slices=1000, slice_rows=4, count=26, max_rows=10):
        """One run of a job: the workbook, or nothing if it ended before.

        :param slices: after how many it is stopped
        """

        def save(spool):
            self.saved.append(json.dumps(spool.state))
            if len(self.saved) == enough:
                raise Stopped

        enough = len(self.saved) + slices
        spool = Spool(self.folder, state, save, slice_rows=slice_rows)
        target = io.BytesIO()
        options = {"max_rows": max_rows, "spool": spool}
        try:
            with StreamWorkbook(self.env.cr, target, **options) as book:
                self.add_sheets(book, count)
        except Stopped:
            self.assertEqual(target.getvalue(), b"")
            return None
        return target.getvalue(), book.report

    def add_sheets(self, book, count):
        small = book.workbook.add_worksheet("Small")
        small.write(0, 0, 1, book.workbook.add_format({"italic": True}))
        query = self.QUERY.format(count)
        book.add_sheet(SheetSpec("Rows", self.COLUMNS, query, key=0))
        book.add_sheet(SheetSpec("None", self.COLUMNS, self.QUERY.format(0), key=0))
        other = "SELECT g, 'x' FROM generate_series(1, 8) AS g"
        columns = (Column("n", "integer"), Column("t", style={"bold": True}))
        book.add_sheet(SheetSpec("Other", columns, other, key=0, table="Light 1"))
        book.add_sheet(SheetSpec("Whole", columns, other, order_by="g"))

    def cells(self, content):
        """All that is in a workbook, with its formats."""
        book = self.load(content)
        return {
            sheet.title: [
                [(cell.value, cell.number_format, cell.font.b) for cell in row]
                for row in sheet.iter_rows()
            ]
            + [sheet.auto_filter.ref, sheet.dimensions]
            for sheet in book
        }

    def in_one_go(self, count=26, max_rows=10):
        target = io.BytesIO()
        with StreamWorkbook(self.env.cr, target, max_rows=max_rows) as book:
            self.add_sheets(book, count)
        return target.getvalue(), book.report

    def assertSame(self, made, expected):  # noqa: N802
        self.assertEqual(self.cells(made[0]), self.cells(expected[0]))
        self.assertEqual(made[1].rows, expected[1].rows)
        self.assertEqual(made[1].truncated, expected[1].truncated)
        with zipfile.ZipFile(io.BytesIO(made[0])) as package:
            self.assertIsNone(package.testzip())

    def test_slices_make_the_same_workbook(self):
        for count, max_rows, slice_rows in (
            *((26, 10, 4), (26, 10, 100), (26, 50, 5), (25, 50, 5)),
            *((16, 10, 8), (0, 10, 4), (1, 10, 1)),
        ):
            with self.subTest(count=count, max_rows=max_rows, slice_rows=slice_rows):
                sizes = {"count": count, "max_rows": max_rows}
                made = self.spooled(None, slice_rows=slice_rows, **sizes)
                self.assertSame(made, self.in_one_go(**sizes))

    def test_stopped_after_each_slice(self):
        """A run a slice: each goes on where the one before it stopped."""
        runs, state = 0, None
        while not (made := self.spooled(state, slices=1)):
            state = json.loads(self.saved[-1])
            runs += 1
        self.assertGreater(runs, 8)
        self.assertSame(made, self.in_one_go())

    def test_what_a_killed_run_wrote_does_not_count(self):
        self.spooled(None, slices=3)
        for path in self.folder.iterdir():
            with path.open("ab") as file:
                file.write(b"half a slice")
        made = self.spooled(json.loads(self.saved[-1]))
        self.assertSame(made, self.in_one_go())

    def test_error_in_the_middle_of_a_slice(self):
        self.spooled(None, slices=2)
        state = self.saved[-1]
        with (
            patch.object(xlsx_stream, "copy_statement", lambda *_: "COPY nonsense"),
            self.assertRaises(psycopg2.Error),
            mute_logger("odoo.sql_db"),
        ):
            self.spooled(json.loads(state))
        self.assertEqual(self.saved[-1], state)
        made = self.spooled(json.loads(state))
        self.assertSame(made, self.in_one_go())

    def test_lost_files_are_made_again(self):
        """Another machine, or a cleaned disk: it begins afresh."""
        self.spooled(None, slices=4)
        state = json.loads(self.saved[-1])
        for path in list(self.folder.iterdir())[:1]:
            path.unlink()
        made = self.spooled(state)
        self.assertSame(made, self.in_one_go())

    def test_other_columns_begin_afresh(self):
        self.spooled(None, slices=4)
        state = json.loads(self.saved[-1])
        state[0]["shape"] = "of an older version"
        self.assertSame(self.spooled(state), self.in_one_go())

    def test_each_row_once_though_rows_come_and_go(self):
        """Between two runs; downwards by the key, so new rows are not met."""
        cr = self.env.cr
        cr.execute("CREATE TEMP TABLE x_row AS SELECT generate_series(1, 20) AS n")
        columns = [Column("n", "integer", total=True)]

        def run(state, slices):
            def save(spool):
                self.saved.append(json.dumps(spool.state))
                if len(self.saved) == slices:
                    raise Stopped

            spool = Spool(self.folder, state, save, slice_rows=5)
            target = io.BytesIO()
            with StreamWorkbook(cr, target, spool=spool) as book:
                spec = SheetSpec("Rows", columns, "SELECT n FROM x_row", key=0)
                book.add_sheet(spec)
            return target.getvalue()

        with self.assertRaises(Stopped):
            run(None, 2)
        cr.execute(
            "INSERT INTO x_row VALUES (21); DELETE FROM x_row WHERE n IN (3, 18)"
        )
        content = run(json.loads(self.saved[-1]), 99)
        sheet = self.load(content, data_only=True)["Rows"]
        rows = [row[0] for row in sheet.iter_rows(3, values_only=True)]
        self.assertEqual(rows, [n for n in range(20, 0, -1) if n != 3])
        self.assertEqual(sheet["A1"].value, sum(rows))

    @property_based
    @given(st.binary(max_size=300), st.binary(max_size=300))
    def test_crc_of_both(self, one, other):
        crcs = zlib.crc32(one), zlib.crc32(other)
        self.assertEqual(crc_of_both(*crcs, len(other)), zlib.crc32(one + other))
