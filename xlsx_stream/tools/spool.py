"""Rows of big sheets, deflated: for each worksheet a file, and how much of it counts.

A job that may be stopped at any moment keeps what it has. It reads the rows slice by
slice; what a stopped run wrote beyond the last one is written over by the next::

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
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from .deflate import crc32, deflater
from .rows import CUT_MARK, check_rows


class Spool:
    """The rows of a workbook's big sheets.

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
        state: list[dict[str, Any]] | None = None,
        save: Callable[["Spool"], object] | None = None,
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

    def save(self) -> None:
        if self._save:
            self._save(self)

    def open(self, index: int) -> BinaryIO:
        """The file of a sheet's last part, behind what counts of it."""
        parts = self.state[index]["parts"]
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(index, len(parts) - 1)
        file = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "wb")
        file.truncate(parts[-1]["packed"])
        file.seek(parts[-1]["packed"])
        return file

    def close(self, file: BinaryIO) -> None:
        file.flush()
        if self._save:
            # What the state says must be there, even after a power cut.
            os.fsync(file.fileno())
        file.close()

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


class RowSink(io.RawIOBase):
    """Takes the next rows of a sheet in chunks, deflates them into its parts.

    :param index: of the sheet in the spool
    :param room: how many rows one worksheet has
    :param expected: how many rows must come
    :param advance: is told how many have come
    """

    def __init__(
        self,
        spool: Spool,
        index: int,
        room: int,
        level: int,
        expected: int,
        advance: Callable[[int], object],
    ) -> None:
        self._spool = spool
        self._index = index
        self._room = room
        self._level = level
        self._expected = expected
        self._advance = advance
        self._rows = 0
        self._stopped = False
        self._begin()

    def _begin(self) -> None:
        self._part = self._spool.part(self._index, self._room)
        self._new = dict(self._part)
        self._truncated = 0
        self._file = self._spool.open(self._index)
        self._deflate = deflater(self._level)

    def writable(self) -> bool:
        return True

    def take(self, chunk: Any) -> int:
        if self._stopped:
            return len(chunk)
        data = bytes(chunk)
        rows = came = data.count(b"\n")
        while rows > (left := self._room - self._new["rows"]):
            # COPY ends each row, and nothing else, with a line break.
            end = 0
            for _row in range(left):
                end = data.index(b"\n", end) + 1
            self._put(data[:end], left)
            self._end()
            self._begin()
            data, rows = data[end:], rows - left
        self._put(data, rows)
        self._rows += came
        self._advance(came)
        return len(chunk)

    write = take  # what COPY calls

    def _put(self, data: bytes, rows: int) -> None:
        new = self._new
        new["rows"] += rows
        new["size"] += len(data)
        new["crc"] = crc32(data, new["crc"])
        self._file.write(self._deflate.compress(data))
        self._truncated += data.count(CUT_MARK)

    def _end(self) -> None:
        self._file.write(self._deflate.flush(zlib.Z_FULL_FLUSH))
        self._new["packed"] = self._file.tell()
        self._spool.close(self._file)
        self._part |= self._new
        self._spool.state[self._index]["truncated"] += self._truncated

    def stop(self) -> None:
        """Take no more; what came does not count."""
        self._stopped = True
        self._file.close()

    def finish(self) -> None:
        """All rows are there: from now on they count."""
        check_rows(self._rows, self._expected)
        self._end()
