"""Workbooks of a million rows at constant memory.

xlsxwriter makes the workbook: styles, charts, tables, small sheets, and for every big
data sheet a placeholder with headings, widths, frozen panes, filter, totals and print
set-up. PostgreSQL makes the rows of the big sheets: ``COPY (SELECT …) TO STDOUT``
yields one ``<row>`` element a record, and Python only deflates them into the package,
in the place of the placeholder's rows::

    columns = [
        Column("Open", "link", link="https://example.com/odoo/crm/{}"),
        Column("Name"),
        Column("Revenue", "money", total=True),
        Column("Created", "datetime"),
    ]
    query = SQL("SELECT id, id, name, revenue, create_date FROM crm_lead")
    with StreamWorkbook(cr, path, timezone="Asia/Taipei") as book:
        summary = book.workbook.add_worksheet("Summary")
        leads = book.add_sheet(SheetSpec("Leads", columns, query, order_by="id"))
        summary.write_number("B1", leads.totals[2])
    book.report.rows, book.report.truncated

The module knows nothing of Odoo: a cursor is any cursor of psycopg2 (or Odoo's) inside
a transaction, a query is a string, a pair ``(code, params)`` or anything that has these
two attributes, like ``odoo.tools.SQL``. As there, a literal ``%`` is written ``%%``.

What of ECMA-376 it stands on is told in ``rows`` and ``package``. Excel
allows 1 048 576 rows in a sheet and 31 characters in its name.
"""

import contextlib
import hashlib
import io
import os
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO, Protocol

import psycopg2
import xlsxwriter
from xlsxwriter.chartsheet import Chartsheet
from xlsxwriter.utility import quote_sheetname, xl_range, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from .package import Frame, RowSink, ZipWriter, with_range, written
from .paper import A4, LINE_HEIGHT, Paper, count_lines, set_up_page
from .rows import (
    MAX_FORMULA_TEXT,
    Column,
    StreamError,
    copy_statement,
    count_statement,
    probe_statement,
    slice_of,
    source,
    types_of,
)
from .spool import SliceSink, Spool

__all__ = [
    "Column",
    "Report",
    "SheetSpec",
    "Spool",
    "StreamError",
    "StreamSheet",
    "StreamWorkbook",
]

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_NAME = 31

# About half the time of level 6 for a quarter more bytes: see benchmarks/README.md.
LEVEL = 1
CHUNK = 1 << 18


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


@dataclass
class Report:
    """What became of a workbook.

    ``truncated`` counts the cells whose text was cut to Excel's 32 767 characters.
    """

    rows: int = 0
    truncated: int = 0
    size: int = 0


Progress = Callable[[int, int], object]


class StreamSheet:
    """A big sheet in the making: what is known once its rows are counted."""

    def __init__(
        self,
        spec: SheetSpec,
        rows: int,
        totals: dict[int, Decimal | float | int],
        parts: list["_Part"],
        types: list[str],
        source: str,
        spooled: Mapping[str, Any] | None = None,
    ) -> None:
        self.spec = spec
        #: how many rows the query has
        self.rows = rows
        #: the sum of each column that has one, by its index
        self.totals = totals
        self._parts = parts
        self._types = types
        self._source = source
        self._spooled = spooled

    @property
    def worksheets(self) -> list[Worksheet]:
        """The worksheets of xlsxwriter: several if one has not rows enough."""
        return [part.worksheet for part in self._parts]

    @property
    def names(self) -> list[str]:
        return [part.worksheet.get_name() for part in self._parts]

    def reference(self, column: int, part: int = 0) -> str:
        """The cells of a column, like ``'Leads'!$C$2:$C$100``: for formulas, charts."""
        return self._parts[part].reference(column)


@dataclass(eq=False)
class _Part:
    """One worksheet of a big sheet.

    :param first: the index of the first row with data
    """

    worksheet: Worksheet
    first: int
    rows: int
    table: str = ""

    @property
    def last(self) -> int:
        return self.first + max(self.rows, 1) - 1

    def reference(self, column: int) -> str:
        cells = xl_range_abs(self.first, column, self.last, column)
        return f"{quote_sheetname(self.worksheet.get_name())}!{cells}"


class StreamWorkbook:
    """A workbook of small sheets, charts and big sheets, written at constant memory.

    To be used in a ``with`` block, which writes the package at its end; what raises
    in it, or in `progress`, leaves nothing behind: no file, the file object as it was,
    the transaction as it was.

    :param cr: cursor in a transaction that sees one snapshot (REPEATABLE READ, which is
        Odoo's level); whoever has pending changes flushes them first
    :param target: a path, which appears when all is well, or a binary file that can
        seek
    :param timezone: the name, for PostgreSQL, of the time zone of datetimes
    :param level: of deflate, 1 to 9
    :param progress: is called with the rows written and the rows there are; what it
        raises cancels. The cursor is busy then: it cannot be used
    :param progress_every: rows between two calls
    :param max_rows: rows of one sheet, headings included
    :param spool: takes the rows of sheets with a `key`, as they are added
    :param options: further options of ``xlsxwriter.Workbook``
    """

    def __init__(
        self,
        cr: Any,
        target: str | os.PathLike[str] | BinaryIO,
        *,
        timezone: str = "UTC",
        level: int = LEVEL,
        progress: Progress | None = None,
        progress_every: int = 10_000,
        max_rows: int = MAX_ROWS,
        spool: Spool | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._cursor = cr
        self._target = target
        self._timezone = timezone
        self._level = level
        self._progress = progress
        self._progress_every = progress_every
        self._max_rows = min(max_rows, MAX_ROWS)
        self._spool = spool
        self._sheets: list[StreamSheet] = []
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._draft = tempfile.TemporaryFile()
        #: xlsxwriter's workbook, for all that is not a big sheet
        self.workbook = xlsxwriter.Workbook(
            self._draft,
            {
                **(options or {}),
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        #: what came of it, once it is closed
        self.report = Report()

    def __enter__(self) -> "StreamWorkbook":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_details: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def discard(self) -> None:
        """Make no workbook; what is in a spool stays."""
        self._draft.close()

    # Big sheets

    def add_sheet(self, spec: SheetSpec) -> StreamSheet:
        """Count the rows of a query and give it worksheets, which `close` will fill.

        With a spool the rows are read now, as far as no earlier run has read them.
        """
        if not 0 < len(spec.columns) <= MAX_COLUMNS:
            raise StreamError(f"{spec.name}: a sheet has 1 to {MAX_COLUMNS} columns")
        query = self._sql(spec.query)
        types = self._types(spec, query)
        first = 2 if any(column.total for column in spec.columns) else 1
        room = self._max_rows - first
        spooled = None
        if self._spool and spec.key is not None:
            spooled = self._fill(self._spool, spec, types, query, room)
            rows = sum(part["rows"] for part in spooled["parts"])
            totals = self._by_column(spec, map(Decimal, spooled["totals"]))
            self.report.rows += rows
        else:
            rows, totals = self._count(spec, types, query)
        if spec.key is not None:
            query = slice_of(spec.columns, query, spec.key, None)
        elif spec.order_by:
            query += f"\nORDER BY {self._sql(spec.order_by)}"
        parts = [
            _Part(
                self.workbook.add_worksheet(self.free_name(spec.name)),
                first,
                min(room, rows - start),
            )
            for start in range(0, max(rows, 1), room)
        ]
        ordered = self._source(spec, types, query, (first, room, 0))
        sheet = StreamSheet(spec, rows, totals, parts, types, ordered, spooled)
        for part in parts:
            self._lay_out(sheet, part)
        self._sheets.append(sheet)
        return sheet

    def _lay_out(self, sheet: StreamSheet, part: _Part) -> None:
        """Write all of a worksheet but its rows, which one row of styles stands for."""
        spec, worksheet = sheet.spec, part.worksheet
        last = len(spec.columns) - 1
        heading = part.first - 1
        style = self.format(spec.header_style)
        headers = _distinct(spec.columns)
        # Only Excel makes a row higher by itself.
        lines = max(
            count_lines(text, column.shown_width)
            for column, text in zip(spec.columns, headers, strict=True)
        )
        worksheet.set_row(heading, lines * LINE_HEIGHT + 2)
        for index, (column, text) in enumerate(zip(spec.columns, headers, strict=True)):
            worksheet.set_column(index, index, column.shown_width)
            worksheet.write_string(heading, index, text, style)
            cell = _cell_format(column)
            if sheet.rows:
                worksheet.write_number(part.first, index, 0, self.format(cell))
            if column.total:
                areas = [f"SUBTOTAL(109,{p.reference(index)})" for p in sheet._parts]
                worksheet.write_formula(
                    *(0, index, "=" + "+".join(areas)),
                    self.format({**cell, "bold": True}),
                    sheet.totals[index],
                )
        if sheet.totals and not spec.columns[0].total:
            worksheet.write_string(0, 0, spec.total_label, self.format({"bold": True}))
        if not sheet.rows:
            italic = self.format({"italic": True})
            worksheet.write_string(part.first, 0, spec.empty_text, italic)
        elif spec.table:
            part.table = f"Data{len(self._sheets) + 1}_{sheet._parts.index(part) + 1}"
            # xlsxwriter notes every cell of a table: the real range comes later.
            worksheet.add_table(
                *(heading, 0, part.first, last),
                {
                    "name": part.table,
                    "style": spec.table,
                    "autofilter": spec.filter,
                    "columns": [{"header": text} for text in headers],
                },
            )
        elif spec.filter:
            worksheet.autofilter(heading, 0, part.last, last)
        worksheet.freeze_panes(part.first, spec.freeze_columns)
        worksheet.repeat_rows(heading)
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

    def format(self, properties: Mapping[str, Any]) -> Any:
        """An xlsxwriter format, made once; no properties, no format."""
        if not properties:
            return None
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(dict(properties))
        return self._formats[key]

    def free_name(self, name: str) -> str:
        """The name as Excel takes it: no []:*?/\\, 31 characters, not yet taken."""
        visible = [c for c in name if unicodedata.category(c)[0] != "C"]
        name = "".join("-" if c in "[]:*?/\\" else c for c in visible)
        name = name.strip(" '") or "Sheet"
        if name.lower() == "history":  # Excel keeps it for itself
            name += "-"
        taken = {each.get_name().lower() for each in self.workbook.worksheets()}
        number, suffix = 1, ""
        while True:
            free = _cut(name, MAX_NAME - len(suffix)).rstrip("' ") + suffix
            if free.lower() not in taken:
                return free
            number += 1
            suffix = f" ({number})"

    # What PostgreSQL is asked

    def _sql(self, query: Query) -> str:
        """The text of a query, its parameters in their place."""
        if isinstance(query, str):
            code, params = query, ()
        elif isinstance(query, tuple):
            code, params = query
        else:
            code, params = query.code, query.params
        return self._cursor.mogrify(code, tuple(params)).decode()

    def _types(self, spec: SheetSpec, query: str) -> list[str]:
        """Check that a query gives what the columns take."""
        self._cursor.execute(probe_statement(query))
        types = types_of(self._cursor.description)
        if len(types) != len(spec.columns):
            raise StreamError(
                f"{spec.name}: {len(spec.columns)} columns, but the query has "
                f"{len(types)}"
            )
        for column, kind in zip(spec.columns, types, strict=True):
            if column.facts.types and kind not in column.facts.types:
                raise StreamError(
                    f"{spec.name}, {column.header}: a {column.kind} cannot be made of "
                    "what the query has there"
                )
        return types

    def _count(
        self, spec: SheetSpec, types: list[str], query: str
    ) -> tuple[int, dict[int, Any]]:
        """The number of rows, and the totals by column."""
        self._cursor.execute(count_statement(spec.columns, types, query))
        rows, *totals = self._cursor.fetchone()
        return rows, self._by_column(spec, totals)

    def _by_column(self, spec: SheetSpec, totals: Iterable[Any]) -> dict[int, Any]:
        """The totals, each by the index of its column."""
        summed = [index for index, column in enumerate(spec.columns) if column.total]
        return dict(zip(summed, totals, strict=True))

    def _source(
        self, spec: SheetSpec, types: list[str], query: str, numbers: tuple[int, ...]
    ) -> str:
        """The rows of a query in their order; see `source`."""
        zone = self._literal(self._timezone)
        return source(spec.columns, types, query, zone, numbers)

    def _literal(self, text: str) -> str:
        return self._sql(("%s", [text]))

    # The spool

    def _fill(
        self, spool: Spool, spec: SheetSpec, types: list[str], query: str, room: int
    ) -> dict[str, Any]:
        """Read the rows of a sheet into the spool, slice by slice.

        :param room: how many rows one worksheet has
        :return: what the spool knows of the sheet
        """
        # What xlsxwriter itself does when it writes a cell. Each run adds the same
        # sheets in the same order, so that the numbers stay; `_write` makes sure.
        formats = [self.format(_cell_format(column)) for column in spec.columns]
        styles = [f' s="{each._get_xf_index()}"' if each else "" for each in formats]
        index = sum(1 for sheet in self._sheets if sheet._spooled)
        shape = repr((spec.name, room, self._timezone, types, styles, spec.columns))
        sheet = spool.sheet(index, hashlib.sha256(shape.encode()).hexdigest())
        sheet["styles"] = styles
        while not sheet["whole"]:
            part = spool.part(index, room)
            limit = min(spool.slice_rows, room - part["rows"])
            rows = slice_of(spec.columns, query, spec.key, sheet["last"])
            rows += f"\nLIMIT {limit}"
            self._cursor.execute(count_statement(spec.columns, types, rows, spec.key))
            count, last, *sums = self._cursor.fetchone()
            before = sheet["totals"] or ["0"] * len(sums)
            if count:
                numbers = (self._max_rows - room, room, part["rows"])
                rows = self._source(spec, types, rows, numbers)
                with spool.slice(index, self._level, count) as sink:
                    self._copy(spec, types, styles, rows, sink)
                sheet["last"] = last
            sheet["totals"] = [
                str(Decimal(one) + Decimal(str(other)))
                for one, other in zip(before, sums, strict=True)
            ]
            sheet["whole"] = count < limit
            spool.save()
        return sheet

    # The package

    def close(self) -> Report:
        """Write the package: the placeholders' rows give way to those of PostgreSQL."""
        try:
            self.workbook.close()
            with written(self._target) as file:
                start = file.tell()
                self._write(ZipWriter(file, self._level))
                self.report.size = file.tell() - start
        finally:
            self._draft.close()
        return self.report

    def _write(self, package: ZipWriter) -> None:
        worksheets = [
            each
            for each in self.workbook.worksheets()
            if not isinstance(each, Chartsheet)
        ]
        paths = {
            part: f"xl/worksheets/sheet{worksheets.index(part.worksheet) + 1}.xml"
            for sheet in self._sheets
            for part in sheet._parts
        }
        tables = {
            part.table: (
                xl_range(part.first - 1, 0, part.first, len(sheet.spec.columns) - 1),
                xl_range(part.first - 1, 0, part.last, len(sheet.spec.columns) - 1),
            )
            for sheet in self._sheets
            for part in sheet._parts
        }
        filled = [sheet for sheet in self._sheets if sheet.rows]
        streamed = {paths[part] for sheet in filled for part in sheet._parts}
        with zipfile.ZipFile(self._draft) as draft:
            # The content types come first: some programs know a workbook by that.
            names = sorted(draft.namelist(), key=lambda n: n != "[Content_Types].xml")
            for name in names:
                if name not in streamed:
                    content = draft.read(name)
                    if name.startswith("xl/tables/"):
                        content = with_range(content, tables)
                    package.add(name, content)
            for sheet in filled:
                frames = {
                    paths[part]: Frame(
                        draft.read(paths[part]),
                        part.first,
                        part.rows,
                        len(sheet.spec.columns),
                    )
                    for part in sheet._parts
                }
                if sheet._spooled:
                    self._splice(sheet, frames, package)
                else:
                    self._stream(sheet, frames, package)
        package.close()

    def _splice(
        self, sheet: StreamSheet, frames: dict[str, Frame], package: ZipWriter
    ) -> None:
        """Put the rows of a sheet that the spool holds into the package."""
        index = [each for each in self._sheets if each._spooled].index(sheet)
        parts = sheet._spooled["parts"]
        for number, (name, frame) in enumerate(frames.items()):
            if frame.styles != sheet._spooled["styles"]:
                raise StreamError(f"{sheet.spec.name}: its styles have changed")
            package.begin(name)
            package.feed(frame.head)
            with self._spool.path(index, number).open("rb") as rows:
                package.splice(rows, parts[number])
            package.feed(frame.tail)
            package.end()
        self.report.truncated += sheet._spooled["truncated"]

    def _stream(
        self,
        sheet: StreamSheet,
        frames: dict[str, Frame],
        package: ZipWriter,
    ) -> None:
        """Let PostgreSQL write the rows of a sheet into the package."""
        styles = next(iter(frames.values())).styles
        sink = RowSink(frames, package, self._advance)
        self._copy(sheet.spec, sheet._types, styles, sheet._source, sink)
        self.report.truncated += sink.truncated

    def _copy(
        self,
        spec: SheetSpec,
        types: list[str],
        styles: list[str],
        rows: str,
        sink: RowSink | SliceSink,
    ) -> None:
        """Let PostgreSQL write rows; the transaction stays as it was."""
        copy = copy_statement(spec.columns, types, styles, rows, self._literal)
        self._cursor.execute("SAVEPOINT xlsx_stream")
        try:
            # Compiling an expression of this size takes seconds, and gains nothing.
            self._cursor.execute("SET LOCAL jit = off")
            # One call of Python a chunk, none a row: BufferedWriter is C.
            buffer = io.BufferedWriter(sink, CHUNK)
            self._cursor.copy_expert(copy, buffer)
            buffer.flush()
            sink.finish()
        except BaseException:
            sink.deaf = True  # the buffer is flushed once more when it is collected
            with contextlib.suppress(psycopg2.Error):  # a lost connection
                # Else PostgreSQL would still compute and send the rest.
                self._cursor.connection.cancel()
                self._cursor.execute("ROLLBACK TO SAVEPOINT xlsx_stream")
            raise
        # The rows were only read: this undoes the setting.
        self._cursor.execute("ROLLBACK TO SAVEPOINT xlsx_stream")
        self._cursor.execute("RELEASE SAVEPOINT xlsx_stream")

    def _advance(self, rows: int) -> None:
        before = self.report.rows // self._progress_every
        self.report.rows += rows
        total = sum(sheet.rows for sheet in self._sheets)
        if self._progress and (
            self.report.rows // self._progress_every > before
            or (rows and self.report.rows == total)
        ):
            self._progress(self.report.rows, total)


def _cell_format(column: Column) -> dict[str, Any]:
    """The properties of the format of a column's cells."""
    return {**column.facts.format, **column.style}


def _units(text: str) -> int:
    """How long Excel finds a text: it counts UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, limit: int) -> str:
    while _units(text) > limit:
        text = text[:-1]
    return text


def _distinct(columns: Sequence[Column]) -> list[str]:
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
