import io
import re
import warnings

import openpyxl
from openpyxl.utils.escape import unescape

from odoo.tests import TransactionCase
from odoo.tools import SQL

from ..tools.workbook import Column, SheetSpec, StreamWorkbook

LIMIT = 32_767
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")

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
            SQL.identifier(sql_type),
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
