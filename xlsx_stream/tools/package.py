"""The package of a workbook: a zip archive whose big entries come in chunks.

ECMA-376, part 1, 18.3.1.99 ``worksheet``: ``dimension`` precedes the rows, the filter
and what names tables follow them; both have ranges, so the rows are counted before.
Part 2 (Open Packaging Conventions), annex B: deflate, and zip64 where it is needed.
"""

import contextlib
import io
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from xlsxwriter.utility import xl_range

from .rows import CUT_MARK, StreamError, check_rows
from .spool import crc_of_both


class Frame:
    """What surrounds the rows in a worksheet's XML, taken from the placeholder.

    :param first: the index of the first row to replace
    :param rows: how many will stand there
    """

    def __init__(self, xml: bytes, first: int, rows: int, columns: int) -> None:
        start = xml.index(b'<row r="%d"' % (first + 1))
        end = xml.index(b"</sheetData>")
        area = xl_range(0, 0, first + rows - 1, columns - 1).encode()
        self.rows = rows
        self.head = re.sub(
            rb'<dimension ref="[^"]*"/>', b'<dimension ref="%s"/>' % area, xml[:start]
        )
        self.tail = xml[end:]
        cells = re.findall(rb'<c r="[A-Z]+\d+"( s="\d+")?>', xml[start:end])
        #: the attribute ``s`` of each column's cells, or nothing
        self.styles = [cell.decode() for cell in cells]


class RowSink(io.RawIOBase):
    """Takes the rows' XML in chunks: counts them, puts them into their worksheets."""

    def __init__(
        self,
        frames: dict[str, Frame],
        package: "ZipWriter",
        advance: Callable[[int], None],
    ) -> None:
        self._frames = iter(frames.items())
        self._later = len(frames)
        self._package = package
        self._advance = advance
        self._expected = sum(frame.rows for frame in frames.values())
        self._rows = 0
        self._begin()
        #: cells that hold only a part of their text
        self.truncated = 0
        #: take no more
        self.deaf = False

    def _begin(self) -> None:
        name, self._frame = next(self._frames)
        self._later -= 1
        self._room = self._frame.rows
        self._package.begin(name)
        self._package.feed(self._frame.head)

    def _end(self) -> None:
        self._package.feed(self._frame.tail)
        self._package.end()

    def writable(self) -> bool:
        return True

    def take(self, chunk: Any) -> int:
        if self.deaf:
            return len(chunk)
        data = bytes(chunk)
        size = len(data)
        self.truncated += data.count(CUT_MARK)
        rows = data.count(b"\n")
        self._rows += rows
        advanced = rows
        while self._later and rows >= self._room:
            # COPY ends each row, and nothing else, with a line break.
            end = 0
            for _row in range(self._room):
                end = data.index(b"\n", end) + 1
            self._package.feed(data[:end])
            data, rows = data[end:], rows - self._room
            self._end()
            self._begin()
        self._package.feed(data)
        self._room -= rows
        self._advance(advanced)
        return size

    write = take  # what COPY calls

    def finish(self) -> None:
        check_rows(self._rows, self._expected)
        self._end()


# Where a size that may need zip64 is kept free, Office's own growth hint stands.
_ROOM = struct.pack("<4H12x", 0xA220, 16, 0xA028, 0)
SPLICED = 1 << 20  # bytes that are copied at a time
_DAY = 1 << 5 | 1  # 1 January 1980: the same rows make the same package


class ZipWriter:
    """Writes a zip archive entry by entry, deflated, into a file that can seek.

    Unlike the standard library's it decides on zip64 when the size of an entry is
    known: Excel refuses a zip64 header that needs not be there, and repairs a file that
    lacks one it needs.
    """

    LIMIT = 0xFFFFFFFF

    def __init__(self, file: BinaryIO, level: int) -> None:
        self._file = file
        self._level = level
        self._start = file.tell()
        self._directory: list[bytes] = []

    def _tell(self) -> int:
        return self._file.tell() - self._start

    def add(self, name: str, content: bytes) -> None:
        self.begin(name)
        self.feed(content)
        self.end()

    def begin(self, name: str) -> None:
        self._name = name.encode()
        self._offset = self._tell()
        self._size = self._packed = self._crc = 0
        self._deflate = zlib.compressobj(self._level, zlib.DEFLATED, -15)
        self._file.write(self._local_header())

    def feed(self, data: bytes) -> None:
        self._size += len(data)
        self._crc = zlib.crc32(data, self._crc)
        self._put(self._deflate.compress(data))

    def _put(self, data: bytes) -> None:
        self._packed += len(data)
        self._file.write(data)

    def splice(self, source: BinaryIO, part: Mapping[str, int]) -> None:
        """Put in what a spool has deflated.

        :param part: what the spool knows of it
        """
        self._put(self._deflate.flush(zlib.Z_FULL_FLUSH))
        left = part["packed"]
        while left:
            data = source.read(min(left, SPLICED))
            if not data:
                raise StreamError("the spool holds less than it should")
            self._put(data)
            left -= len(data)
        self._size += part["size"]
        self._crc = crc_of_both(self._crc, part["crc"], part["size"])

    def end(self) -> None:
        self._put(self._deflate.flush())
        end = self._file.tell()
        self._file.seek(self._start + self._offset)
        self._file.write(self._local_header())
        self._file.seek(end)
        sizes, extra = (self._packed, self._size, self._offset), b""
        if max(sizes) >= self.LIMIT:
            extra = struct.pack("<2H3Q", 1, 24, self._size, self._packed, self._offset)
            sizes = (0xFFFFFFFF,) * 3
        version = 45 if extra else 20
        self._directory.append(
            struct.pack(
                "<4s6H3I5H2I",
                *(b"PK\x01\x02", version, version, 0, zlib.DEFLATED, 0, _DAY),
                *(self._crc, sizes[0], sizes[1], len(self._name), len(extra)),
                *(0, 0, 0, 0, sizes[2]),
            )
            + self._name
            + extra
        )

    def _local_header(self) -> bytes:
        sizes, extra, version = (self._packed, self._size), _ROOM, 20
        if max(sizes) >= self.LIMIT:
            extra = struct.pack("<2H2Q", 1, 16, self._size, self._packed)
            sizes, version = (0xFFFFFFFF,) * 2, 45
        return (
            struct.pack(
                "<4s5H3I2H",
                *(b"PK\x03\x04", version, 0, zlib.DEFLATED, 0, _DAY),
                *(self._crc, *sizes, len(self._name), len(extra)),
            )
            + self._name
            + extra
        )

    def close(self) -> None:
        offset = self._tell()
        self._file.writelines(self._directory)
        size, count = self._tell() - offset, len(self._directory)
        if offset + size >= self.LIMIT:
            end = self._tell()
            self._file.write(
                struct.pack(
                    "<4sQ2H2I4Q",
                    *(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset),
                )
                + struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
            )
            size = offset = 0xFFFFFFFF
        self._file.write(
            struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, size, offset, 0)
        )


@contextlib.contextmanager
def written(target: str | os.PathLike[str] | BinaryIO) -> Iterator[BinaryIO]:
    """A file to write; it is there wholly or, if the block raises, not at all."""
    if not isinstance(target, str | os.PathLike):
        start = target.tell()
        try:
            yield target
        except BaseException:
            target.seek(start)
            target.truncate()
            raise
        return
    path = Path(target)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as file:
            yield file
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def with_range(content: bytes, ranges: dict[str, tuple[str, str]]) -> bytes:
    """A table's XML with the range that its rows will have."""
    name = re.search(rb' name="([^"]*)"', content)
    if name and name[1].decode() in ranges:
        old, new = ranges[name[1].decode()]
        content = content.replace(
            b'ref="%s"' % old.encode(), b'ref="%s"' % new.encode()
        )
    return content
