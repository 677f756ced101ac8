"""A big sheet: what is asked for, and all of its worksheets but the rows.

Excel allows 1 048 576 rows in a sheet and 31 characters in its name. A placeholder, one
row of styles, stands where the rows will be.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from xlsxwriter.utility import quote_sheetname, xl_range, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from .paper import A4, LINE_HEIGHT, Paper, count_lines, set_up_page
from .rows import MAX_FORMULA_TEXT, Column

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_NAME = 31


class Composed(Protocol):
    """What ``odoo.tools.SQL`` looks like."""

    code: str
    params: Sequence[Any]


Query = str | tuple[str, Sequence[Any]] | Composed


@dataclass(frozen=True)
class SheetSpec:
    """A big sheet.

    :param name: is shortened, cleaned and made unique as Excel wants it
    :param query: ``SELECT`` with one value for each column, without order
    :param order_by: what follows ``ORDER BY``; apart from the query, for the rows are
        counted and summed without it
    :param key: the index of a column of unique whole numbers, by which the rows come,
        downwards: a spool can take them slice by slice. In place of ``order_by``
    :param freeze_columns: how many columns stay when one scrolls to the right
    :param table: the name of a style ("Table Style Light 9"): an Excel table in place
        of a plain filter
    :param total_label: what stands before the totals, if any column has one
    :param empty_text: the sentence in place of rows
    :param footer: the printed footer, in Excel's code
    """

    name: str
    columns: Sequence[Column]
    query: Query
    order_by: Query | None = None
    key: int | None = None
    freeze_columns: int = 0
    filter: bool = True
    table: str | None = None
    total_label: str = "Total"
    empty_text: str = "There is nothing to show."
    header_style: Mapping[str, Any] = field(
        default_factory=lambda: {
            "bold": True,
            "bg_color": "#E9ECEF",
            "bottom": 1,
            "text_wrap": True,
            "valign": "top",
        }
    )
    landscape: bool = True
    paper: Paper = A4
    footer: str = "&L&A&R&P / &N"
    right_to_left: bool = False


@dataclass(eq=False)
class Part:
    """One worksheet of a big sheet.

    :param first: the index of the first row with data
    """

    worksheet: Worksheet
    first: int
    rows: int
    table: str = ""

    @property
    def heading(self) -> int:
        return self.first - 1

    @property
    def last(self) -> int:
        return self.first + max(self.rows, 1) - 1

    def reference(self, column: int) -> str:
        cells = xl_range_abs(self.first, column, self.last, column)
        return f"{quote_sheetname(self.worksheet.get_name())}!{cells}"


class StreamSheet:
    """A big sheet whose rows are counted.

    :param number: the how many-th of the workbook it is, from 1 on
    """

    def __init__(
        self,
        spec: SheetSpec,
        number: int,
        rows: int,
        totals: dict[int, Decimal | float | int],
        parts: list[Part],
    ) -> None:
        self.spec = spec
        #: how many rows the query has
        self.rows = rows
        #: the sum of each column that has one, by its index
        self.totals = totals
        self.parts = parts
        self._number = number

    @property
    def worksheets(self) -> list[Worksheet]:
        """The worksheets of xlsxwriter: several if one has not rows enough."""
        return [part.worksheet for part in self.parts]

    @property
    def names(self) -> list[str]:
        return [part.worksheet.get_name() for part in self.parts]

    def reference(self, column: int, part: int = 0) -> str:
        """The cells of a column, like ``'Leads'!$C$2:$C$100``: for formulas, charts."""
        return self.parts[part].reference(column)

    def ranges(self, part: Part) -> tuple[str, str]:
        """The range of a worksheet's table, as it is laid out and as it will be."""
        last = len(self.spec.columns) - 1
        return (
            xl_range(part.heading, 0, part.first, last),
            xl_range(part.heading, 0, part.last, last),
        )

    def lay_out(self, get_format: Callable[[Mapping[str, Any]], Any]) -> None:
        """Write all of the worksheets but the rows.

        :param get_format: gives the format of xlsxwriter with some properties
        """
        headers = distinct_headers(self.spec.columns)
        for part in self.parts:
            self._write_headings(part, headers, get_format)
            self._write_totals(part, get_format)
            self._write_placeholder(part, headers, get_format)
            self._set_up(part)

    def _write_headings(
        self,
        part: Part,
        headers: list[str],
        get_format: Callable[[Mapping[str, Any]], Any],
    ) -> None:
        spec, worksheet = self.spec, part.worksheet
        # Only Excel makes a row higher by itself.
        lines = max(
            count_lines(text, column.shown_width)
            for column, text in zip(spec.columns, headers, strict=True)
        )
        worksheet.set_row(part.heading, lines * LINE_HEIGHT + 2)
        style = get_format(spec.header_style)
        for index, (column, text) in enumerate(zip(spec.columns, headers, strict=True)):
            worksheet.set_column(index, index, column.shown_width)
            worksheet.write_string(part.heading, index, text, style)

    def _write_totals(
        self, part: Part, get_format: Callable[[Mapping[str, Any]], Any]
    ) -> None:
        spec, worksheet = self.spec, part.worksheet
        for index, total in self.totals.items():
            areas = [f"SUBTOTAL(109,{each.reference(index)})" for each in self.parts]
            style = {**spec.columns[index].cell_style, "bold": True}
            worksheet.write_formula(
                *(0, index, "=" + "+".join(areas)), get_format(style), total
            )
        if self.totals and not spec.columns[0].total:
            worksheet.write_string(0, 0, spec.total_label, get_format({"bold": True}))

    def _write_placeholder(
        self,
        part: Part,
        headers: list[str],
        get_format: Callable[[Mapping[str, Any]], Any],
    ) -> None:
        """One row of styles, which stands for the rows, and what goes around them."""
        spec, worksheet = self.spec, part.worksheet
        last = len(spec.columns) - 1
        if not self.rows:
            italic = get_format({"italic": True})
            worksheet.write_string(part.first, 0, spec.empty_text, italic)
            return
        for index, column in enumerate(spec.columns):
            style = get_format(column.cell_style)
            worksheet.write_number(part.first, index, 0, style)
        if spec.table:
            part.table = f"Data{self._number}_{self.parts.index(part) + 1}"
            # xlsxwriter notes every cell of a table: the real range comes later.
            worksheet.add_table(
                *(part.heading, 0, part.first, last),
                {
                    "name": part.table,
                    "style": spec.table,
                    "autofilter": spec.filter,
                    "columns": [{"header": text} for text in headers],
                },
            )
        elif spec.filter:
            worksheet.autofilter(part.heading, 0, part.last, last)

    def _set_up(self, part: Part) -> None:
        """Say how a worksheet is looked at, on the screen and on paper."""
        spec, worksheet = self.spec, part.worksheet
        last = len(spec.columns) - 1
        worksheet.freeze_panes(part.first, spec.freeze_columns)
        worksheet.repeat_rows(part.heading)
        worksheet.ignore_errors(
            {"number_stored_as_text": xl_range(part.first, 0, part.last, last)}
        )
        if spec.right_to_left:
            worksheet.right_to_left()
        set_up_page(
            worksheet,
            spec.paper,
            landscape=spec.landscape,
            widths=[column.shown_width for column in spec.columns],
            repeated=spec.freeze_columns,
            footer=spec.footer,
        )


def free_name(name: str, names: Collection[str]) -> str:
    """The name as Excel takes it: no []:*?/\\, 31 characters, not yet taken."""
    visible = [c for c in name if unicodedata.category(c)[0] != "C"]
    name = "".join("-" if c in "[]:*?/\\" else c for c in visible)
    name = name.strip(" '") or "Sheet"
    if name.lower() == "history":  # Excel keeps it for itself
        name += "-"
    taken = {each.lower() for each in names}
    number, suffix = 1, ""
    while True:
        free = _cut(name, MAX_NAME - len(suffix)).rstrip("' ") + suffix
        if free.lower() not in taken:
            return free
        number += 1
        suffix = f" ({number})"


def _units(text: str) -> int:
    """How long Excel finds a text: it counts UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, limit: int) -> str:
    while _units(text) > limit:
        text = text[:-1]
    return text


def distinct_headers(columns: Sequence[Column]) -> list[str]:
    """The headings on one line, each only once: a table demands it."""
    texts: list[str] = []
    taken: set[str] = set()
    for column in columns:
        text = _cut(" ".join(column.header.split()) or "-", MAX_FORMULA_TEXT - 6)
        free, number = text, 1
        while free.lower() in taken:
            number += 1
            free = f"{text} ({number})"
        taken.add(free.lower())
        texts.append(free)
    return texts
