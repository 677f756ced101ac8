import zlib
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from isal import isal_zlib

from odoo.tests import BaseCase, tagged

from ..tools import deflate
from .common import property_based


@tagged("post_install", "-at_install")
class TestXlsxDeflate(BaseCase):
    """The same format, whichever library makes it."""

    def test_the_fast_one_is_used_where_it_is_installed(self):
        self.assertIs(deflate.fast, isal_zlib)

    @property_based
    @given(
        st.lists(st.tuples(st.sampled_from([zlib, isal_zlib]), st.binary()), min_size=1)
    )
    def test_pieces_one_behind_the_other(self, pieces):
        """A run that is gone on with elsewhere may have another library."""
        packed, crc, whole = b"", 0, b"".join(data for _library, data in pieces)
        for number, (library, data) in enumerate(pieces, 1):
            with patch.object(deflate, "fast", library):
                one = deflate.deflater(1)
                crc = deflate.crc32(data, crc)
            mode = zlib.Z_FINISH if number == len(pieces) else zlib.Z_FULL_FLUSH
            packed += one.compress(data) + one.flush(mode)
        self.assertEqual(zlib.decompress(packed, -15), whole)
        self.assertEqual(crc, zlib.crc32(whole))

    @property_based
    @given(st.binary(max_size=300), st.binary(max_size=300))
    def test_crc_of_both(self, one, other):
        crcs = zlib.crc32(one), zlib.crc32(other)
        self.assertEqual(
            deflate.crc_of_both(*crcs, len(other)), zlib.crc32(one + other)
        )
