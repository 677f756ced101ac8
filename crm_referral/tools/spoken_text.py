"""Notes that can be said or forwarded as they are."""

import re
from collections.abc import Iterable

# From how many on a note reads like a sentence.
SENTENCE_WORDS = 4
SENTENCE_CHARACTERS = 8
END_MARKS = ".!?。！？…"
CHINESE_END_MARKS = "。！？"


def _is_chinese(text: str) -> bool:
    return bool(re.search(r"[一-鿿]", text))


def end_sentence(text: str) -> str:
    """The text with a full stop, unless it ends with a mark of its own.

    >>> end_sentence("You help")
    'You help.'
    >>> end_sentence("您幫得上忙")
    '您幫得上忙。'
    """
    if text[-1] in END_MARKS:
        return text
    return text + ("。" if _is_chinese(text) else ".")


def join_sentences(texts: Iterable[str | None]) -> str:
    """The texts one after the other, each as a sentence.

    >>> join_sentences(["You help", None, "Good for you!"])
    'You help. Good for you!'
    >>> join_sentences(["您幫得上忙", "大家都好"])
    '您幫得上忙。大家都好。'
    """
    said = ""
    for text in texts:
        if text := (text or "").strip():
            space = said and said[-1] not in CHINESE_END_MARKS
            said += (" " if space else "") + end_sentence(text)
    return said


def add_clause(text: str, clause: str | None) -> str:
    """The text, and what belongs to it: a number behind what it measures.

    >>> add_clause("Closing takes two days", "nine before")
    'Closing takes two days, nine before'
    >>> add_clause("現在結帳只要兩天", "以前九天")
    '現在結帳只要兩天，以前九天'
    >>> add_clause("We close fast", "Nine days before")
    'We close fast. Nine days before'
    """
    text, clause = text.strip(), (clause or "").strip()
    if not clause:
        return text
    if clause[0].isupper():
        text = end_sentence(text)
    if text[-1:] in END_MARKS:
        comma = "" if text[-1:] in CHINESE_END_MARKS else " "
    else:
        comma = "，" if _is_chinese(text) else ", "
    return text + comma + clause


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
    if not text or (
        len(text) < SENTENCE_CHARACTERS
        if _is_chinese(text)
        else len(text.split()) < SENTENCE_WORDS
    ):
        return ""
    return end_sentence(text)
