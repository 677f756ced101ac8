import io
import zipfile
from datetime import datetime, timedelta
from unittest.mock import patch

import psycopg2
from openpyxl.utils.escape import unescape

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..tools import workbook
from ..tools.workbook import Column, StreamError
from .common import HOSTILE, LIMIT, XlsxCase, expected_text


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
        query = r"SELECT unnest(ARRAY[' x', 'x ', E'\nx', E'x\n'])"
        content, _report, _sheet = self.make([Column("a")], query)
        xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
        for text in (b" x", b"x ", b"&#10;x", b"x&#10;"):
            self.assertIn(b'<t xml:space="preserve">%s</t>' % text, xml)

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
        with patch.object(workbook, "CHUNK", 3):
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
        found = self.column(Column("n", "integer"), values, "int8")
        self.assertEqual(found, values)
        self.assertEqual(self.cells[0].number_format, "#,##0")

    def test_digits_are_exact(self):
        """The digits stand in the file; only who reads them makes a double of them."""
        content, _report, _sheet = self.make(
            [Column("n", "money")], "SELECT 12345678901234567890.123456789::numeric"
        )
        xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
        self.assertIn(b"<v>12345678901234567890.123456789</v>", xml)

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
