import io
import itertools
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools.deflate import crc32, crc_of_both, deflater
from ..tools.package import Frame, ZipWriter, with_range, written
from ..tools.rows import StreamError


def pieces_of(data, size, level=1):
    """Deflated pieces of data, as a spool has them, and what it knows of them."""
    packed, crc = b"", 0
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        deflate = deflater(level)
        packed += deflate.compress(piece) + deflate.flush(zlib.Z_FULL_FLUSH)
        crc = crc32(piece, crc)
    return packed, {"crc": crc, "size": len(data), "packed": len(packed)}


@tagged("post_install", "-at_install")
class TestPackage(BaseCase):
    """A zip archive, written by us and read by the standard library."""

    DATA = b"".join(b"<row>%d</row>\n" % number for number in range(4000))

    def test_checksum_of_two_pieces(self):
        for first, second in itertools.product(
            (b"", b"\0", b"a", b"abc" * 1000, self.DATA), repeat=2
        ):
            with self.subTest(first=first[:9], second=second[:9]):
                self.assertEqual(
                    crc_of_both(zlib.crc32(first), zlib.crc32(second), len(second)),
                    zlib.crc32(first + second),
                )

    def test_checksum_of_many_pieces(self):
        crc = 0
        for start in range(0, len(self.DATA), 777):
            piece = self.DATA[start : start + 777]
            crc = crc_of_both(crc, zlib.crc32(piece), len(piece))
        self.assertEqual(crc, zlib.crc32(self.DATA))
        self.assertEqual(crc32(self.DATA[5:], crc32(self.DATA[:5])), crc)

    def test_entries(self):
        """In the order in which they came, each with its checksum and its size."""
        for level, size in itertools.product((1, 2, 6, 9), (100, 9999, 10**6)):
            with self.subTest(level=level, size=size):
                self.check_entries(level, size)

    def check_entries(self, level, size):
        """:param size: of the pieces that are deflated by themselves"""
        packed, part = pieces_of(self.DATA, size, level)
        target = io.BytesIO()
        package = ZipWriter(target, level)
        package.add("[Content_Types].xml", b"<Types/>")
        package.splice(
            "xl/sheet1.xml", (b"<head>", b"</tail>"), io.BytesIO(packed), part
        )
        package.add("空.xml", b"")
        package.splice("xl/sheet2.xml", (b"", b""), io.BytesIO(packed), part)
        package.close()
        expected = {
            "[Content_Types].xml": b"<Types/>",
            "xl/sheet1.xml": b"<head>" + self.DATA + b"</tail>",
            "空.xml": b"",
            "xl/sheet2.xml": self.DATA,
        }
        with zipfile.ZipFile(target) as found:
            self.assertIsNone(found.testzip())
            names = [info.orig_filename for info in found.infolist()]
            self.assertEqual(len(names), 4)
            self.assertEqual(names[::3], ["[Content_Types].xml", "xl/sheet2.xml"])
            for info, content in zip(found.infolist(), expected.values(), strict=True):
                self.assertEqual(found.read(info), content)
                self.assertEqual(info.CRC, zlib.crc32(content))
                self.assertEqual(info.file_size, len(content))
                self.assertEqual(info.date_time, (1980, 1, 1, 0, 0, 0))

    def test_the_same_twice(self):
        def make():
            target = io.BytesIO()
            package = ZipWriter(target, 1)
            package.add("a.xml", self.DATA)
            package.close()
            return target.getvalue()

        self.assertEqual(make(), make())

    def test_headers_say_the_same_as_the_directory(self):
        """Excel reads both, and repairs a file in which they differ."""
        packed, part = pieces_of(self.DATA, 5000)
        for limit in (0xFFFFFFFF, 2000):
            target = io.BytesIO(b"begun")
            target.seek(5)
            with patch.object(ZipWriter, "LIMIT", limit):
                package = ZipWriter(target, 1)
                package.add("a.xml", b"<a/>")
                package.splice("b.xml", (b"<b>", b"</b>"), io.BytesIO(packed), part)
                package.close()
            content = target.getvalue()[5:]
            with zipfile.ZipFile(io.BytesIO(content)) as found:
                for info in found.infolist():
                    header = content[info.header_offset :][:30]
                    _sign, version, *_rest, crc, small, large, name, extra = (
                        struct.unpack("<4s5H3I2H", header)
                    )
                    if version == 45:
                        start = info.header_offset + 30 + name
                        kind, _size, large, small = struct.unpack(
                            "<2H2Q", content[start : start + extra]
                        )
                        self.assertEqual(kind, 1)
                    self.assertEqual(
                        (crc, small, large),
                        (info.CRC, info.compress_size, info.file_size),
                    )
                    self.assertEqual(version == 45, info.file_size >= limit)

    def test_a_spool_that_holds_too_little(self):
        packed, part = pieces_of(self.DATA, 5000)
        for rows in (packed[:-1], b""):
            with self.assertRaises(StreamError):
                ZipWriter(io.BytesIO(), 1).splice(
                    "a.xml", (b"", b""), io.BytesIO(rows), part
                )

    def test_no_more_than_what_counts(self):
        """What a stopped run wrote behind it is not taken along."""
        packed, part = pieces_of(self.DATA, 5000)
        target = io.BytesIO()
        package = ZipWriter(target, 1)
        package.splice("a.xml", (b"", b""), io.BytesIO(packed + b"half"), part)
        package.close()
        with zipfile.ZipFile(target) as found:
            self.assertEqual(found.read("a.xml"), self.DATA)

    def test_a_file_is_there_wholly_or_not_at_all(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a.xlsx")
            for content in (b"first", b"second"):
                with written(path) as file:
                    file.write(content)
                    self.assertNotEqual(path.exists() and path.read_bytes(), content)
                self.assertEqual(path.read_bytes(), content)
            for error in (KeyError, KeyboardInterrupt):
                with self.assertRaises(error), written(path) as file:
                    file.write(b"third")
                    raise error
                self.assertEqual(path.read_bytes(), b"second")
            self.assertEqual([each.name for each in Path(folder).iterdir()], ["a.xlsx"])
        begun = io.BytesIO(b"begun")
        begun.seek(5)
        with self.assertRaises(KeyError), written(begun) as file:
            file.write(b"more")
            raise KeyError
        self.assertEqual(begun.getvalue(), b"begun")

    def test_frame_of_the_rows(self):
        xml = (
            b'<worksheet><dimension ref="A1:C2"/><sheetData>'
            b'<row r="1"><c r="A1" s="1"><v>0</v></c></row><row r="2">'
            b'<c r="A2" s="4"><v>0</v></c><c r="B2"><v>0</v></c>'
            b'<c r="C2" s="11"><v>0</v></c></row>'
            b'</sheetData><autoFilter ref="A1:C9"/></worksheet>'
        )
        frame = Frame(xml, 1, 500, 3)
        self.assertEqual(
            frame.head,
            b'<worksheet><dimension ref="A1:C501"/><sheetData>'
            b'<row r="1"><c r="A1" s="1"><v>0</v></c></row>',
        )
        self.assertEqual(
            frame.tail, b'</sheetData><autoFilter ref="A1:C9"/></worksheet>'
        )
        self.assertEqual((frame.rows, frame.styles), (500, [' s="4"', "", ' s="11"']))

    def test_range_of_a_table(self):
        xml = b'<table name="T1" ref="A1:B2"><autoFilter ref="A1:B2"/></table>'
        self.assertEqual(
            with_range(xml, {"T1": ("A1:B2", "A1:B99")}),
            b'<table name="T1" ref="A1:B99"><autoFilter ref="A1:B99"/></table>',
        )
        self.assertEqual(with_range(xml, {"T2": ("A1:B2", "A1:B99")}), xml)
        self.assertEqual(with_range(b"<other/>", {"T1": ("a", "b")}), b"<other/>")
