"""The SQL that makes a worksheet's rows: one ``<row>`` element a record.

What of ECMA-376 (part 1, SpreadsheetML) it stands on:

* 18.3.1.4 ``c`` and 18.3.1.73 ``row``: the reference ``r`` is optional, yet several
  readers lose rows or refuse the file without it. So each row and cell has it, and a
  cell without value needs not be there.
* 18.18.11 ``ST_CellType``: ``inlineStr`` is text, whatever it begins with; only an
  element ``f`` is a formula.
* 22.9.2.19 ``ST_Xstring``: ``_xHHHH_`` stands for a character, so that a text which
  looks like it is written ``_x005F_xHHHH_``. LibreOffice takes less than four digits.
* 18.17.4.1: a date is the number of days since 1899-12-30, without doubt from
  1900-03-01 on: before that, Excel counts a day that never was.

Excel allows 32 767 UTF-16 units in a cell, 255 characters in a text within a formula,
no number from 1E+308 on, and no date after the year 9999.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from xlsxwriter.utility import xl_col_to_name

from .paper import LINE_HEIGHT

MAX_CHARACTERS = 32_767
MAX_FORMULA_TEXT = 255
MAX_HEIGHT = 409  # of a row, in points

Kind = Literal[
    "text",
    "integer",
    "decimal",
    "money",
    "percent",
    "date",
    "datetime",
    "boolean",
    "link",
]


class StreamError(Exception):
    """A sheet that cannot be made as it was asked for."""


@dataclass(frozen=True)
class _KindFacts:
    width: float
    format: Mapping[str, Any] = field(default_factory=dict)
    # The families of PostgreSQL types it takes; none: any type, as text.
    types: frozenset[str] = frozenset()


_NUMBERS = frozenset({"integer", "real"})
_DATES = frozenset({"date", "timestamp", "timestamptz"})
_KINDS: dict[str, _KindFacts] = {
    "text": _KindFacts(24),
    "integer": _KindFacts(10, {"num_format": "#,##0"}, _NUMBERS),
    "decimal": _KindFacts(12, {"num_format": "#,##0.00"}, _NUMBERS),
    "money": _KindFacts(15, {"num_format": "#,##0.00"}, _NUMBERS),
    "percent": _KindFacts(9, {"num_format": "0.0%"}, _NUMBERS),
    "date": _KindFacts(12, {"num_format": "yyyy-mm-dd"}, _DATES),
    "datetime": _KindFacts(17, {"num_format": "yyyy-mm-dd hh:mm"}, _DATES),
    "boolean": _KindFacts(9, {"align": "center"}, frozenset({"boolean"})),
    "link": _KindFacts(
        10,
        {"num_format": "0", "font_color": "#0563C1", "underline": 1},
        frozenset({"integer", "other"}),
    ),
}
_SUMMABLE = ("integer", "decimal", "money")

# Object identifiers of PostgreSQL's own types (pg_type.dat): they never change.
_TYPES = {
    16: "boolean",
    **dict.fromkeys((20, 21, 23), "integer"),
    **dict.fromkeys((700, 701, 1700), "real"),
    1082: "date",
    1114: "timestamp",
    1184: "timestamptz",
}


@dataclass(frozen=True)
class Column:
    """A column: its heading, and how the values of the query become cells.

    :param kind: ``percent`` takes a fraction (0.25 is 25 %), ``datetime`` what is
        stored in UTC, ``link`` the integer that completes the address, or a text that
        ends with it (``crm.lead/7``): only the number is shown
    :param width: in characters; without it, by kind and heading
    :param total: sum this column above its heading
    :param style: properties of an xlsxwriter format that differ from the kind's
    :param link: of a ``link`` column: the address, with ``{}`` for the number
    """

    header: str
    kind: Kind = "text"
    width: float | None = None
    total: bool = False
    style: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise StreamError(f"{self.header}: there is no kind {self.kind!r}")
        if self.total and self.kind not in _SUMMABLE:
            raise StreamError(f"{self.header}: a {self.kind} has no sum")
        if (self.kind == "link") is not (self.link.count("{}") == 1):
            raise StreamError(f"{self.header}: a link needs an address with one {{}}")
        if len(self.link) > MAX_FORMULA_TEXT - 20 or not self.link.isprintable():
            raise StreamError(f"{self.header}: no formula can hold this address")

    @property
    def facts(self) -> _KindFacts:
        return _KINDS[self.kind]

    @property
    def cell_style(self) -> dict[str, Any]:
        """The properties of the format of the cells."""
        return {**self.facts.format, **self.style}

    @property
    def shown_width(self) -> float:
        if self.width is not None:
            return self.width
        wide = sum(unicodedata.east_asian_width(c) in "WF" for c in self.header)
        with_button = len(self.header) + wide + 3
        return min(max(self.facts.width, with_button), 60)


# A row is text: the elements of its cells, one after the other. Most rows hold nothing
# that is not written as it is, and most others nothing that needs more than four
# replacements; of each row one regular expression, seldom a second, finds that out.

# The end of a text that was cut has a tab in its tag, and there is no other tab in the
# rows: so they are counted in the stream. To XML the tag is the same.
CUT_MARK = b"\t"

_NEEDS_ESCAPE = r"'[\u0001-\u001f\ufffe\uffff&<>]|_x|\u007f | \u007f'"
_NEEDS_CARE = (
    r"'[\u0001-\u0009\u000b-\u001f\ufffe\uffff]|_x[0-9A-Fa-f]+_"
    r"|\u007f[ \n]|[ \n]\u007f'"
)
_FORBIDDEN = r"'[\u0001-\u0008\u000b-\u001f\ufffe\uffff]'"
# Stands for the number of the row, until the whole row is there. No text holds it, nor
# may XML.
_ROW_MARK = "\x02"


def check_rows(found: int, expected: int) -> None:
    """:raise StreamError: when other rows came than were counted"""
    if found != expected:
        raise StreamError(
            f"{expected} rows were counted, but {found} came: the transaction must "
            "see one snapshot (REPEATABLE READ)"
        )


def types_of(description: Sequence[Sequence[Any]]) -> list[str]:
    """The family of the type of each value a cursor describes."""
    return [_TYPES.get(each[1], "other") for each in description]


def probe_statement(query: str) -> str:
    """What describes the values of a query, without a row."""
    return f"SELECT * FROM ({query}\n) AS q LIMIT 0"


def slice_of(columns: Sequence[Column], query: str, key: int, last: int | None) -> str:
    """The rows of a query behind a key, downwards; ``LIMIT`` may follow."""
    behind = "" if last is None else f"\nWHERE c{key} < {int(last)}"
    return (
        f"SELECT * FROM ({query}\n) AS q({_names(columns)}){behind}\n"
        f"ORDER BY c{key} DESC"
    )


def count_statement(
    columns: Sequence[Column],
    types: Sequence[str],
    query: str,
    key: int | None = None,
) -> str:
    """What counts the rows of a query, and sums the columns that have a total.

    :param key: the index of a column whose least value is wanted before the sums
    """
    least = [] if key is None else [f"min(c{key})"]
    sums = [
        f"coalesce(sum(c{index}) FILTER (WHERE {_is_number(f'c{index}', kind)}), 0)"
        for index, (column, kind) in enumerate(zip(columns, types, strict=True))
        if column.total
    ]
    return (
        f"SELECT {', '.join(['count(*)', *least, *sums])} FROM ({query}\n) "
        f"AS q({_names(columns)})"
    )


def numbered_rows(
    columns: Sequence[Column],
    types: Sequence[str],
    query: str,
    zone: str,
    numbers: tuple[int, int, int],
) -> str:
    """The rows of a query, each value in the type its kind has, and their numbers.

    :param zone: the time zone, as a literal
    :param numbers: the index of the first row in a worksheet, how many rows one takes,
        and how many the first has already
    """
    first, room, done = numbers
    place = "row_number() OVER () - 1" + (f" + {done}" if done else "")
    values = [f"(({place}) % {room} + {first + 1})::text AS r"]
    for index, (column, kind) in enumerate(zip(columns, types, strict=True)):
        value = f"c{index}"
        if column.kind in ("text", "link"):
            value += "::text"
        elif column.kind in ("date", "datetime"):
            if kind == "timestamp":
                value = f"timezone('UTC', {value})"
            if kind != "date":
                value = f"timezone({zone}, {value})"
            value += "::date" if column.kind == "date" else "::timestamp"
        values.append(f"{value} AS c{index}")
    if texts := [f"c{index}::text" for index in _texts(columns)]:
        values.append(f"{_joined(texts)} AS texts")
    # OFFSET 0 keeps PostgreSQL from computing a value each time it is mentioned.
    return (
        f"(SELECT {', '.join(values)} FROM ({query}\n) AS q({_names(columns)}) "
        "OFFSET 0) AS q"
    )


def copy_statement(
    columns: Sequence[Column],
    types: Sequence[str],
    styles: Sequence[str],
    rows: str,
    literal: Callable[[str], str],
) -> str:
    """The COPY that yields the XML of all rows, one to a line.

    :param styles: for each column the attribute ``s`` of its cells, or nothing
    :param rows: what `numbered_rows` made
    :param literal: quotes a text for SQL
    """
    ways = (_plain_text, _escaped_text, _careful_text)
    rows_of_ways = [[_row_start(columns)] for _way in ways]
    described = zip(columns, types, styles, strict=True)
    for index, (column, kind, style) in enumerate(described):
        value = f"q.c{index}"
        place = f' r="{xl_col_to_name(index)}{_ROW_MARK}"'
        style = place + style
        if column.kind == "text":
            cells = [way(value, style) for way in ways]
        else:
            cells = [_cell(column, kind, value, (place, style), literal)] * len(ways)
        for row, cell in zip(rows_of_ways, cells, strict=True):
            row.append(cell)
    row, escaped, careful = (_concat([*row, "'</row>'"]) for row in rows_of_ways)
    if texts := [f"q.c{index}" for index in _texts(columns)]:
        row = (
            f"CASE WHEN {_needs_escape()} THEN "
            f"CASE WHEN {_needs_care(texts)} THEN {careful} ELSE {escaped} END "
            f"ELSE {row} END"
        )
    # No row holds a line break, \x01 or \x02: CSV with these adds nothing to it.
    return (
        f"COPY (SELECT replace({row}, '{_ROW_MARK}', q.r) FROM {rows}) TO STDOUT WITH "
        "(FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', ENCODING 'UTF8')"
    )


def _row_start(columns: Sequence[Column]) -> str:
    """The SQL of a row's tag, with a height if a text in it may take several lines."""
    start = f'\'<row r="{_ROW_MARK}"'
    # A sign beyond ASCII takes about as much room as its bytes, less one, say.
    lines = [
        f"ceil((char_length({value}) + octet_length({value})) / 2.0 "
        f"/ {column.shown_width:.2f}) "
        f"+ char_length({value}) - char_length(replace({value}, E'\\n', ''))"
        for value, column in (
            (f"q.c{index}", column) for index, column in enumerate(columns)
        )
        if column.kind == "text" and column.style.get("text_wrap")
    ]
    if not lines:
        return f"{start}>'"
    most = ", ".join(["1", *lines])  # trap-ok: SQL
    height = f"least(greatest({most}) * {LINE_HEIGHT} + 2, {MAX_HEIGHT})"
    return f'{start} ht="\' || {height} || \'" customHeight="1">\''


def _names(columns: Sequence[object]) -> str:
    return ", ".join(f"c{index}" for index in range(len(columns)))  # trap-ok: SQL


def _texts(columns: Sequence[Column]) -> list[int]:
    """The indexes of the columns of texts."""
    return [index for index, column in enumerate(columns) if column.kind == "text"]


def _joined(texts: list[str]) -> str:
    """All texts of a row as one, each between two characters that few texts hold."""
    # A text that holds one of them may be looked at for nothing.
    groups = [texts[start : start + 90] for start in range(0, len(texts), 90)]
    return " || ".join(
        f"concat_ws(E'\\x7f', '', {', '.join(group)}, '')" for group in groups
    )


def _concat(values: list[str]) -> str:
    """All values as one text; a function of PostgreSQL takes a hundred arguments."""
    while len(values) > 90:
        values = [
            f"concat({', '.join(values[start : start + 90])})"
            for start in range(0, len(values), 90)
        ]
    return f"concat({', '.join(values)})"


def _is_number(value: str, kind: str) -> str:
    """Whether a number is one for Excel: NaN is above all numbers in PostgreSQL."""
    if kind == "integer":
        return f"{value} IS NOT NULL"
    return f"{value} BETWEEN -9.99999999999999e307 AND 9.99999999999999e307"


def _escaped(value: str, *, tabs: bool = False) -> str:
    """Text as the content of an element, on one line and without tabs."""
    for character, entity in (
        ("'&'", "&amp;"),
        ("'<'", "&lt;"),
        ("'>'", "&gt;"),
        (r"E'\n'", "&#10;"),
        *([(r"E'\t'", "&#9;")] if tabs else []),
    ):
        value = f"replace({value}, {character}, '{entity}')"
    return value


def _text(value: str, style: str) -> str:
    return f"'<c{style} t=\"inlineStr\"><is><t>' || {value} || '</t></is></c>'"


def _cell(
    column: Column,
    kind: str,
    value: str,
    attributes: tuple[str, str],
    literal: Callable[[str], str],
) -> str:
    """The SQL of a cell's XML. What Excel cannot hold as what it is becomes text.

    :param attributes: of a cell without style, and of one with the column's
    """
    place, style = attributes
    match column.kind:
        case "boolean":
            cells = [f"'<c{style} t=\"b\"><v>{bit}</v></c>'" for bit in (1, 0)]
            return (
                f"CASE {value} WHEN true THEN {cells[0]} WHEN false THEN {cells[1]} END"
            )
        case "link":
            return _link(column, kind, value, style, literal)
        case "date":
            condition = f"{value} BETWEEN DATE '1900-03-01' AND DATE '9999-12-31'"
            serial = f"({value} - DATE '1899-12-30')::text"
        case "datetime":
            condition = (
                f"{value} BETWEEN TIMESTAMP '1900-03-01' "
                "AND TIMESTAMP '9999-12-31 23:59:59'"
            )
            # 2 209 161 600 seconds from 1899-12-30 to 1970-01-01.
            serial = f"((date_part('epoch', {value}) + 2209161600) / 86400)::text"
        case _:
            condition, serial = _is_number(value, kind), f"{value}::text"
    return (
        f"CASE WHEN {condition} THEN '<c{style}><v>' || {serial} || '</v></c>' "
        f"WHEN {value} IS NOT NULL THEN {_text(f'{value}::text', place)} END"
    )


def _link(
    column: Column, kind: str, value: str, style: str, literal: Callable[[str], str]
) -> str:
    """The SQL of a cell with a link; what completes no address is no link."""
    before, after = (_xml(part) for part in column.link.split("{}"))
    before = literal(f'<c{style}><f>HYPERLINK("{before}')
    after = literal(f'{after}",')
    number = value
    if kind == "other":
        room = MAX_FORMULA_TEXT - len(column.link)
        number = (
            f"substring({value} FROM '^[A-Za-z0-9._/-]{{0,{room - 9}}}"
            "/([0-9]{1,10})$')"
        )
    return (
        f"{before} || {value} || {after} || {number} || ')</f><v>' "
        f"|| {number} || '</v></c>'"
    )


def _needs_escape() -> str:
    """Whether a row may have a text that is not written as it is."""
    return (
        f'q.texts COLLATE "C" ~ {_NEEDS_ESCAPE} '
        f"OR octet_length(q.texts) > {MAX_CHARACTERS}"
    )


def _needs_care(texts: list[str]) -> str:
    """Whether a row has a text that is not written as it is, but for & < > and \\n."""
    longest = ", ".join(f"octet_length({text})" for text in texts)  # trap-ok: SQL
    return (
        f'q.texts COLLATE "C" ~ {_NEEDS_CARE} OR greatest({longest}) > {MAX_CHARACTERS}'
    )


def _plain_text(value: str, style: str) -> str:
    """The SQL of a text's cell when nothing in it means anything to XML."""
    return f"CASE WHEN {value} <> '' THEN {_text(value, style)} END"


def _escaped_text(value: str, style: str) -> str:
    """The SQL of a text's cell when four replacements do."""
    return f"CASE WHEN {value} <> '' THEN {_text(_escaped(value), style)} END"


def _careful_text(value: str, style: str) -> str:
    """The SQL of a text's cell when anything may be in it.

    Line breaks become line feeds, characters that XML 1.0 forbids go, what is longer
    than Excel allows ends with an ellipsis, spaces at the ends stay, and so does what
    looks like the escape of a character.
    """
    clean = f"replace(replace({value}, E'\\r\\n', E'\\n'), E'\\r', E'\\n')"
    clean = f"regexp_replace({clean}, {_FORBIDDEN}, '', 'g')"
    # A character beyond U+FFFF counts two: it is given a companion, \x01.
    counted = r"regexp_replace(t, '([\U00010000-\U0010ffff])', E'\\1\x01', 'g')"
    limit = MAX_CHARACTERS - 1
    cut = (
        f"replace(left(w, {limit} - (substr(w, {limit + 1}, 1) = E'\\x01')::int), "
        "E'\\x01', '') || E'\\u2026'"
    )
    escaped = _escaped(
        "regexp_replace(t, '_(?=x[0-9A-Fa-f]+_)', '_x005F_', 'g')", tabs=True
    )
    return (
        f'(SELECT \'<c{style} t="inlineStr"><is><t xml:space="preserve">\' '
        f"|| {escaped} || CASE WHEN long THEN E'</t\\t>' ELSE '</t>' END "
        "|| '</is></c>' FROM ("
        f"SELECT CASE WHEN long THEN {cut} ELSE t END AS t, long "
        f"FROM (SELECT t, w, char_length(w) > {MAX_CHARACTERS} AS long "
        f"FROM (SELECT t, CASE WHEN octet_length(t) > {MAX_CHARACTERS} "
        f"THEN {counted} END AS w "
        f"FROM (SELECT {clean} AS t) AS a) AS b) AS c) AS d WHERE t <> '')"
    )


def _xml(address: str) -> str:
    """An address as a part of a text in a formula in an element."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        address = address.replace(character, entity)
    return address.replace('"', '""')
