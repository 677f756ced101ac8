"""Workbooks of a million rows at constant memory.

xlsxwriter makes the workbook: styles, charts, tables, small sheets, and for every big
data sheet a placeholder with headings, widths, frozen panes, filter, totals and print
set-up. PostgreSQL makes the rows of the big sheets: ``COPY (SELECT …) TO STDOUT``
yields one ``<row>`` element a record, and Python only deflates them into files, which
come into the package in the place of the placeholder's rows::

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

What of ECMA-376 it stands on is told in ``rows`` and ``package``.
"""

import contextlib
import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

import psycopg2
import xlsxwriter
from xlsxwriter.chartsheet import Chartsheet

from .package import Frame, ZipWriter, with_range, written
from .rows import (
    Column,
    StreamError,
    copy_statement,
    count_statement,
    numbered_rows,
    probe_statement,
    slice_of,
    types_of,
)
from .sheet import (
    MAX_COLUMNS,
    MAX_ROWS,
    Part,
    Query,
    SheetSpec,
    StreamSheet,
    free_name,
)
from .spool import RowSink, Spool

__all__ = [
    "Column",
    "Report",
    "SheetSpec",
    "Spool",
    "StreamError",
    "StreamSheet",
    "StreamWorkbook",
]

# About half the time of level 6 for a quarter more bytes: see benchmarks/README.md.
LEVEL = 1
CHUNK = 1 << 18

Progress = Callable[[int, int], object]


@dataclass
class Report:
    """What became of a workbook.

    ``truncated`` counts the cells whose text was cut to Excel's 32 767 characters.
    """

    rows: int = 0
    truncated: int = 0
    size: int = 0


@dataclass
class _Source:
    """Where the rows of a sheet come from, and where they are kept.

    :param query: its rows, without order
    :param types: the families of the types of its values
    :param styles: for each column the attribute ``s`` of its cells
    :param first: the index of the first row with data in a worksheet
    :param room: how many rows one worksheet has
    :param state: what the spool knows of the sheet
    """

    spec: SheetSpec
    query: str
    types: list[str]
    styles: list[str]
    first: int
    room: int
    spool: Spool
    index: int
    state: dict[str, Any]


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
    :param progress: is called with the rows read and the rows that are known of; what
        it raises cancels. The cursor is busy then: it cannot be used
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
        # What no run will go on with.
        self._folder = tempfile.TemporaryDirectory()
        self._own_spool = Spool(self._folder.name)
        self._sheets: list[tuple[StreamSheet, _Source]] = []
        self._expected = 0
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
        self._folder.cleanup()

    # Big sheets

    def add_sheet(self, spec: SheetSpec) -> StreamSheet:
        """Read the rows of a query, and give them worksheets.

        With a spool those are not read again that an earlier run has read.
        """
        if not 0 < len(spec.columns) <= MAX_COLUMNS:
            raise StreamError(f"{spec.name}: a sheet has 1 to {MAX_COLUMNS} columns")
        source = self._prepare(spec)
        if source.spool is self._spool:
            self._read_in_slices(source)
        else:
            self._read_at_once(source)
        rows = sum(part["rows"] for part in source.state["parts"])
        self.report.truncated += source.state["truncated"]
        totals = map(Decimal, source.state["totals"])
        parts = [
            Part(
                self.workbook.add_worksheet(self.free_name(spec.name)),
                source.first,
                min(source.room, rows - start),
            )
            for start in range(0, max(rows, 1), source.room)
        ]
        sheet = StreamSheet(
            *(spec, len(self._sheets) + 1, rows),
            dict(zip(_summed(spec), totals, strict=True)),
            parts,
        )
        sheet.lay_out(self.format)
        self._sheets.append((sheet, source))
        return sheet

    def free_name(self, name: str) -> str:
        """The name of a worksheet as Excel takes it, and not yet taken."""
        taken = [each.get_name() for each in self.workbook.worksheets()]
        return free_name(name, taken)

    def format(self, properties: Mapping[str, Any]) -> Any:
        """An xlsxwriter format, made once; no properties, no format."""
        if not properties:
            return None
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(dict(properties))
        return self._formats[key]

    # What PostgreSQL is asked

    def _prepare(self, spec: SheetSpec) -> _Source:
        """Look at the query of a sheet, and what is there of its rows."""
        query = self._sql(spec.query)
        types = self._types(spec, query)
        first = 2 if _summed(spec) else 1
        room = self._max_rows - first
        # What xlsxwriter itself does when it writes a cell. Each run adds the same
        # sheets in the same order, so that the numbers stay; `_write` makes sure.
        formats = [self.format(column.cell_style) for column in spec.columns]
        styles = [f' s="{each._get_xf_index()}"' if each else "" for each in formats]
        spool = self._spool if self._spool and spec.key is not None else self._own_spool
        index = sum(1 for _sheet, source in self._sheets if source.spool is spool)
        shape = repr((spec.name, room, self._timezone, types, styles, spec.columns))
        state = spool.sheet(index, hashlib.sha256(shape.encode()).hexdigest())
        return _Source(*(spec, query, types, styles, first, room, spool, index, state))

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

    def _read_at_once(self, source: _Source) -> None:
        """Read the rows of a sheet, in their order."""
        spec, query = source.spec, source.query
        self._cursor.execute(count_statement(spec.columns, source.types, query))
        rows, *totals = self._cursor.fetchone()
        source.state["totals"] = [str(total) for total in totals]
        self._expected += rows
        if spec.key is not None:
            query = slice_of(spec.columns, query, spec.key, None)
        elif spec.order_by:
            query += f"\nORDER BY {self._sql(spec.order_by)}"
        if rows:
            self._copy(source, query, rows, self._advance)

    def _read_in_slices(self, source: _Source) -> None:
        """Read those rows of a sheet that no earlier run has read."""
        spec, spool, state = source.spec, source.spool, source.state
        while not state["whole"]:
            part = spool.part(source.index, source.room)
            limit = min(spool.slice_rows, source.room - part["rows"])
            query = slice_of(spec.columns, source.query, spec.key, state["last"])
            query += f"\nLIMIT {limit}"
            self._cursor.execute(
                count_statement(spec.columns, source.types, query, spec.key)
            )
            rows, last, *sums = self._cursor.fetchone()
            before = state["totals"] or ["0"] * len(sums)
            if rows:
                self._copy(source, query, rows)
                state["last"] = last
            state["totals"] = [
                str(Decimal(one) + Decimal(str(other)))
                for one, other in zip(before, sums, strict=True)
            ]
            state["whole"] = rows < limit
            spool.save()
        rows = sum(part["rows"] for part in state["parts"])
        self._expected += rows
        self.report.rows += rows

    def _copy(
        self,
        source: _Source,
        query: str,
        rows: int,
        advance: Callable[[int], object] = lambda _rows: None,
    ) -> None:
        """Let PostgreSQL write rows into the spool; the transaction stays as it was.

        :param rows: how many there are
        :param advance: is told how many have come
        """
        spec, spool = source.spec, source.spool
        done = spool.part(source.index, source.room)["rows"]
        zone = self._literal(self._timezone)
        numbered = numbered_rows(
            *(spec.columns, source.types, query, zone),
            (source.first, source.room, done),
        )
        copy = copy_statement(
            spec.columns, source.types, source.styles, numbered, self._literal
        )
        sink = RowSink(spool, source.index, source.room, self._level, rows, advance)
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
            sink.stop()  # the buffer is flushed once more when it is collected
            with contextlib.suppress(psycopg2.Error):  # a lost connection
                # Else PostgreSQL would still compute and send the rest.
                self._cursor.connection.cancel()
                self._cursor.execute("ROLLBACK TO SAVEPOINT xlsx_stream")
            raise
        # The rows were only read: this undoes the setting.
        self._cursor.execute("ROLLBACK TO SAVEPOINT xlsx_stream")
        self._cursor.execute("RELEASE SAVEPOINT xlsx_stream")

    def _literal(self, text: str) -> str:
        return self._sql(("%s", [text]))

    def _advance(self, rows: int) -> None:
        before = self.report.rows // self._progress_every
        self.report.rows += rows
        total = self._expected
        if self._progress and (
            self.report.rows // self._progress_every > before
            or (rows and self.report.rows == total)
        ):
            self._progress(self.report.rows, total)

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
            self.discard()
        return self.report

    def _write(self, package: ZipWriter) -> None:
        worksheets = [
            each
            for each in self.workbook.worksheets()
            if not isinstance(each, Chartsheet)
        ]
        paths = {
            worksheet: f"xl/worksheets/sheet{number}.xml"
            for number, worksheet in enumerate(worksheets, 1)
        }
        streamed = {
            paths[part.worksheet]: (sheet, part, source)
            for sheet, source in self._sheets
            for part in sheet.parts
            if sheet.rows
        }
        tables = {
            part.table: sheet.ranges(part)
            for sheet, _source in self._sheets
            for part in sheet.parts
        }
        with zipfile.ZipFile(self._draft) as draft:
            # The content types come first: some programs know a workbook by that.
            names = sorted(draft.namelist(), key=lambda n: n != "[Content_Types].xml")
            for name in names:
                content = draft.read(name)
                if name in streamed:
                    self._splice(package, name, content, *streamed[name])
                elif name.startswith("xl/tables/"):
                    package.add(name, with_range(content, tables))
                else:
                    package.add(name, content)
        package.close()

    def _splice(
        self,
        package: ZipWriter,
        name: str,
        xml: bytes,
        sheet: StreamSheet,
        part: Part,
        source: _Source,
    ) -> None:
        """Put the rows of a worksheet into the place of the placeholder's."""
        frame = Frame(xml, part.first, part.rows, len(sheet.spec.columns))
        if frame.styles != source.styles:
            raise StreamError(f"{sheet.spec.name}: its styles have changed")
        number = sheet.parts.index(part)
        with source.spool.path(source.index, number).open("rb") as rows:
            package.splice(
                *(name, (frame.head, frame.tail), rows),
                source.state["parts"][number],
            )


def _summed(spec: SheetSpec) -> list[int]:
    """The indexes of the columns that have a total."""
    return [index for index, column in enumerate(spec.columns) if column.total]
