"""Deflate and its checksum, by the fastest library at hand.

``isal`` makes the same format as ``zlib`` in a third of the time; it is used where it
is installed, for the levels that it has.
"""

import zlib
from typing import Any

try:
    from isal import isal_zlib as fast  # border-ok: where it is installed
except ImportError:
    fast = zlib

FAST_LEVELS = (1, 2)
POLYNOMIAL = 0xEDB88320  # of CRC-32, its lowest power first


def crc32(data: bytes, start: int = 0) -> int:
    """The CRC-32 of data, or of what came before and the data."""
    return fast.crc32(data, start)


def deflater(level: int) -> Any:
    """Deflates without a header, as a zip archive has it; see ``zlib.compressobj``.

    :param level: 1 to 9
    """
    library = fast if level in FAST_LEVELS else zlib
    return library.compressobj(level, zlib.DEFLATED, -15)


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
