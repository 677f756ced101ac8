"""Words that come from outside, as a field can hold them."""

from odoo.addons.crm_foundation.tools.unprintable import UNPRINTABLE


def read_words(value) -> str:
    """Take what somebody has sent for words; what is none says nothing.

    >>> read_words("  Two\\nlines\\x00 ")
    'Two\\nlines'
    >>> read_words(None), read_words(7), read_words(["a"])
    ('', '', '')
    """
    return UNPRINTABLE.sub("", value).strip() if isinstance(value, str) else ""


def shorten(value, length) -> str:
    """Take the beginning of some words, in one line; what is cut off says so.

    Words of no spaces, too: of Chinese, nothing would be left of whole words.

    >>> shorten("Where is\\nthe parcel?", 40), shorten("Where is the parcel?", 10)
    ('Where is the parcel?', 'Where is…')
    >>> shorten("水流不出來", 4), shorten(False, 4)
    ('水流不…', '')
    """
    line = " ".join(value.split()) if value else ""
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
