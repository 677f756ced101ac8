"""Notes that can be said or forwarded as they are."""

import re

# From how many on a note reads like a sentence.
SENTENCE_WORDS = 4
SENTENCE_CHARACTERS = 8


def full_sentence(note: str | None) -> str:
    """The note as a sentence with a full stop; empty if it is less than one.

    A keyword helps the salesperson, but nobody forwards it in their own name.

    >>> full_sentence("closing takes  two days")
    'closing takes two days.'
    >>> full_sentence("fast closing")
    ''
    >>> full_sentence("現在結帳只要兩天時間")
    '現在結帳只要兩天時間。'
    """
    text = " ".join((note or "").split())
    is_chinese = bool(re.search(r"[一-鿿]", text))
    if not text or (
        len(text) < SENTENCE_CHARACTERS
        if is_chinese
        else len(text.split()) < SENTENCE_WORDS
    ):
        return ""
    if text[-1] in ".!?。！？…":
        return text
    return text + ("。" if is_chinese else ".")
