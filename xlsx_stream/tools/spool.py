"""Rows of big sheets that are made slice by slice, by several runs if need be.

A job that may be stopped at any moment keeps what it has: for each worksheet a file of
deflated rows, and a state that says how much of each file counts. What a stopped run
wrote beyond that is written over by the next::

    spool = Spool(folder, state, save)
    with StreamWorkbook(cr, path, spool=spool) as book:
        book.add_sheet(SheetSpec("Leads", columns, query, key=0))

``save(spool)`` is called after each slice; it keeps ``spool.state``, which is plain
data for JSON, and what it raises ends the run. A later one goes on behind that slice.

RFC 1951: what is deflated and flushed with ``Z_FULL_FLUSH`` ends with a byte and refers
to nothing before, so that such pieces may stand one behind the other.
"""

import io
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .rows import CUT_MARK, check_rows

POLYNOMIAL = 0xEDB88320  # of CRC-32, its lowest power first


class Spool:
    """The slices of a workbook's big sheets.

    ``state`` has one dict a sheet: ``shape`` of its rows, ``last`` key, ``truncated``
    texts, ``totals``, whether it is ``whole``, and its ``parts``, one a worksheet: how
    many ``rows``, their ``size`` and ``crc``, and how many bytes they are ``packed``.

    :param folder: is made when it is needed
    :param state: what an earlier run has saved, if any
    :param save: is called with the spool after each slice
    :param slice_rows: how many rows are read at a time
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        state: list[dict[str, Any]] | None,
        save: Callable[["Spool"], object],
        *,
        slice_rows: int = 50_000,
    ) -> None:
        self.folder = Path(folder)
        self._save = save
        self.slice_rows = slice_rows
        self.state = state or []
        if not all(map(self._is_there, range(len(self.state)))):
            self.state = []
        #: whether an earlier run has read some of the rows
        self.resumed = bool(self.state)

    @property
    def rows(self) -> int:
        """How many rows are there."""
        return sum(part["rows"] for sheet in self.state for part in sheet["parts"])

    def sheet(self, index: int, shape: str) -> dict[str, Any]:
        """The state of a sheet; it begins afresh if its rows looked otherwise."""
        if len(self.state) > index and self.state[index]["shape"] != shape:
            del self.state[index:]
        if len(self.state) == index:
            self.state.append(
                {
                    "shape": shape,
                    "last": None,
                    "truncated": 0,
                    "totals": [],
                    "whole": False,
                    "parts": [],
                }
            )
        return self.state[index]

    def part(self, index: int, room: int) -> dict[str, int]:
        """The worksheet that takes the next rows of a sheet.

        :param room: how many rows one worksheet has
        """
        parts = self.state[index]["parts"]
        if not parts or parts[-1]["rows"] == room:
            parts.append({"rows": 0, "size": 0, "packed": 0, "crc": 0})
        return parts[-1]

    @contextmanager
    def slice(self, index: int, level: int, rows: int) -> Iterator["SliceSink"]:
        """Takes the next rows of a sheet, into its last part.

        :param rows: how many must come
        """
        sheet = self.state[index]
        part = sheet["parts"][-1]
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(index, len(sheet["parts"]) - 1)
        with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "wb") as file:
            file.truncate(part["packed"])
            file.seek(part["packed"])
            sink = SliceSink(file, level, part["crc"])
            yield sink
            check_rows(sink.rows, rows)
            # What the state says must be there, even after a power cut.
            os.fsync(file.fileno())
            part |= {
                "rows": part["rows"] + sink.rows,
                "size": part["size"] + sink.size,
                "packed": file.tell(),
                "crc": sink.crc,
            }
            sheet["truncated"] += sink.truncated

    def save(self) -> None:
        self._save(self)

    def path(self, index: int, part: int) -> Path:
        """The file of a worksheet's deflated rows."""
        return self.folder / f"{index}-{part}.rows"

    def _is_there(self, index: int) -> bool:
        for number, part in enumerate(self.state[index]["parts"]):
            with suppress(FileNotFoundError):
                size = self.path(index, number).stat().st_size if part["rows"] else 0
                if size >= part["packed"]:
                    continue
            return False
        return True


class SliceSink(io.RawIOBase):
    """Deflates rows in chunks, and counts them."""

    def __init__(self, file: Any, level: int, crc: int) -> None:
        self._file = file
        self._deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
        self.crc = crc
        self.rows = self.size = self.truncated = 0
        #: take no more
        self.deaf = False

    def writable(self) -> bool:
        return True

    def take(self, chunk: Any) -> int:
        if not self.deaf:
            data = bytes(chunk)
            self.rows += data.count(b"\n")
            self.size += len(data)
            self.truncated += data.count(CUT_MARK)
            self.crc = zlib.crc32(data, self.crc)
            self._file.write(self._deflate.compress(data))
        return len(chunk)

    write = take  # what COPY calls

    def finish(self) -> None:
        self._file.write(self._deflate.flush(zlib.Z_FULL_FLUSH))


def crc_of_both(first: int, second: int, size: int) -> int:
    """The CRC-32 of two pieces, one behind the other.

    To append a byte is to multiply by x⁸, modulo the polynomial.

    :param size: of the second piece
    """
    factor, power = 1 << 31, 1 << 23  # 1 and x⁸
    while size:
        if size & 1:
            factor = _product(factor, power)
        power = _product(power, power)
        size >>= 1
    return _product(factor, first) ^ second


def _product(one: int, other: int) -> int:
    """The product of two polynomials over GF(2), modulo that of CRC-32."""
    product = 0
    for bit in range(31, -1, -1):
        if one >> bit & 1:
            product ^= other
        other = other >> 1 ^ (POLYNOMIAL if other & 1 else 0)
    return product
