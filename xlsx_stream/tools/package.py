"""The package of a workbook: a zip archive whose big entries are deflated already.

ECMA-376, part 1, 18.3.1.99 ``worksheet``: ``dimension`` precedes the rows, the filter
and what names tables follow them; both have ranges, so the rows are counted before.
Part 2 (Open Packaging Conventions), annex B: deflate, and zip64 where it is needed.
"""

import contextlib
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from xlsxwriter.utility import xl_range

from .deflate import crc32, crc_of_both, deflater
from .rows import StreamError


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


SPLICED = 1 << 18  # bytes that are copied at a time
_DAY = 1 << 5 | 1  # 1 January 1980: the same rows make the same package


class ZipWriter:
    """Writes a zip archive whose entries are known before they are written.

    The standard library's cannot take what is deflated already, and goes over to zip64
    at 2 GiB: Excel refuses a zip64 header that needs not be there, and repairs a file
    that lacks one it needs.
    """

    LIMIT = 0xFFFFFFFF

    def __init__(self, file: BinaryIO, level: int) -> None:
        self._file = file
        self._level = level
        self._start = file.tell()
        self._directory: list[bytes] = []

    def _tell(self) -> int:
        return self._file.tell() - self._start

    def _deflated(self, data: bytes, mode: int = zlib.Z_FINISH) -> bytes:
        deflate = deflater(self._level)
        return deflate.compress(data) + deflate.flush(mode)

    def add(self, name: str, content: bytes) -> None:
        """Add an entry."""
        packed = self._deflated(content)
        self._begin(name, crc32(content), len(content), len(packed))
        self._file.write(packed)

    def splice(
        self,
        name: str,
        ends: tuple[bytes, bytes],
        rows: BinaryIO,
        part: Mapping[str, int],
    ) -> None:
        """Add an entry whose middle is deflated already.

        :param ends: what comes before and behind
        :param rows: the middle, as a spool has it
        :param part: what the spool knows of it
        """
        head, tail = ends
        before = self._deflated(head, zlib.Z_FULL_FLUSH)
        behind = self._deflated(tail)
        crc = crc_of_both(crc32(head), part["crc"], part["size"])
        self._begin(
            name,
            crc32(tail, crc),
            len(head) + part["size"] + len(tail),
            len(before) + part["packed"] + len(behind),
        )
        self._file.write(before)
        left = part["packed"]
        while left:
            data = rows.read(min(left, SPLICED))
            if not data:
                raise StreamError("the spool holds less than it should")
            self._file.write(data)
            left -= len(data)
        self._file.write(behind)

    def _begin(self, name: str, crc: int, size: int, packed: int) -> None:
        """Write the header of an entry, and note it for the directory."""
        encoded, offset = name.encode(), self._tell()
        version, (size_, packed_), extra = self._zip64(size, packed)
        self._file.write(
            struct.pack(
                "<4s5H3I2H",
                *(b"PK\x03\x04", version, 0, zlib.DEFLATED, 0, _DAY),
                *(crc, packed_, size_, len(encoded), len(extra)),
            )
            + encoded
            + extra
        )
        version, (size_, packed_, offset_), extra = self._zip64(size, packed, offset)
        self._directory.append(
            struct.pack(
                "<4s6H3I5H2I",
                *(b"PK\x01\x02", version, version, 0, zlib.DEFLATED, 0, _DAY),
                *(crc, packed_, size_, len(encoded), len(extra)),
                *(0, 0, 0, 0, offset_),
            )
            + encoded
            + extra
        )

    def _zip64(self, *numbers: int) -> tuple[int, tuple[int, ...], bytes]:
        """:return: the version that a reader needs, the numbers as a header takes them,
        and the extra field that has them if they are too large
        """
        if max(numbers) < self.LIMIT:
            return 20, numbers, b""
        extra = struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers)
        return 45, (0xFFFFFFFF,) * len(numbers), extra

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
