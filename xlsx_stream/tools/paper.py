"""How a worksheet comes out of a printer: paper, margins, and how many pages wide.

A sheet of many columns on one page would be too small to read. It gets as many pages
beside each other as it needs; the frozen columns and the heading are on each of them.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

# Below this share of its size, text of 10 points is hard to read.
LEAST_SCALE = 0.75
PIXELS_PER_INCH = 96
MARGIN = 0.5  # inches, at the sides
MARGIN_ENDS = 0.7  # and above and below, with room for the footer

LINE_HEIGHT = 13.5  # of a line of text in a row, in points


class Paper(NamedTuple):
    """A size of paper as Excel numbers it, in inches."""

    code: int
    width: float
    height: float


A4 = Paper(9, 8.27, 11.69)
LETTER = Paper(1, 8.5, 11)


def to_pixels(width: float) -> int:
    """The width of a column on the screen, from that in characters."""
    return int(width * 7 + 5)


def count_lines(text: str, width: float) -> int:
    """How many lines a text takes in a cell of some characters' width.

    >>> count_lines("Won from Somebody", 14), count_lines("贏得的潛在商機數", 14)
    (2, 2)
    """
    lines, used = 1, 0.0
    for word in text.split(" "):
        wide = sum(unicodedata.east_asian_width(c) in "WF" for c in word)
        length = len(word) + wide
        if used and used + 1 + length > width:
            lines, used = lines + 1, length
        else:
            used += length + bool(used)
        # A word that is longer than the cell is broken; Chinese has no spaces.
        more = int(used // width) if used > width else 0
        lines, used = lines + more, used - more * width
    return lines


def pages_wide(widths: Sequence[float], repeated: int, room: float) -> int:
    """How many pages beside each other show columns at a readable size.

    :param widths: of the columns, in characters
    :param repeated: how many of the first stand on each page
    :param room: of a page, in pixels

    >>> pages_wide([10, 20, 30], 1, 1000)
    1
    >>> pages_wide([10] * 40, 1, 1000)
    3
    >>> pages_wide([10] * 40, 39, 1000)
    1
    """
    room /= LEAST_SCALE
    fixed = sum(map(to_pixels, widths[:repeated]))
    if fixed > room / 2:
        return 1
    pages, used = 1, fixed
    for width in map(to_pixels, widths[repeated:]):
        if used > fixed and used + width > room:
            pages, used = pages + 1, fixed
        used += width
    return pages


def set_up_page(
    worksheet: Any,
    paper: Paper = A4,
    *,
    landscape: bool = True,
    widths: Sequence[float] = (),
    repeated: int = 0,
    footer: str = "",
) -> None:
    """Prepare a worksheet of xlsxwriter for the printer.

    :param widths: of the columns, in characters; without them one page is wide enough
    :param repeated: how many of the first columns stand on each page
    """
    width = paper.height if landscape else paper.width
    if landscape:
        worksheet.set_landscape()
    worksheet.set_paper(paper.code)
    worksheet.set_margins(MARGIN, MARGIN, MARGIN_ENDS, MARGIN_ENDS)
    pages = pages_wide(widths, repeated, (width - 2 * MARGIN) * PIXELS_PER_INCH)
    worksheet.fit_to_pages(pages, 0)
    if pages > 1:
        if repeated:
            worksheet.repeat_columns(0, repeated - 1)
        worksheet.print_across()
    worksheet.set_footer(footer)
