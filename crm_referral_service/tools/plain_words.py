"""Words that come from outside, as a field can hold them."""

import re

UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def read_words(value) -> str:
    """Take what somebody has sent for words; what is none says nothing.

    >>> read_words("  Two\\nlines\\x00 ")
    'Two\\nlines'
    >>> read_words(None), read_words(7), read_words(["a"])
    ('', '', '')
    """
    return UNPRINTABLE.sub("", value).strip() if isinstance(value, str) else ""
