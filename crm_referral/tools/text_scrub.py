"""Take the names of a person out of texts that stay."""

import re
from collections.abc import Iterable

from markupsafe import escape

# Shorter ones would hit half of all words.
SHORTEST_TERM = 2
CASELESS_FROM = 4
WORD = "[0-9A-Za-zÀ-ɏ]"


def name_parts(names: Iterable[str], kept: Iterable[str]) -> set[str]:
    """The single words of names, but for those that others are called, too.

    >>> sorted(name_parts(["Bob Builder"], ["Bob Baker"]))
    ['Builder']
    """
    others = {
        word.casefold() for name in kept for word in re.findall(r"\w+", name or "")
    }
    words = {word for name in names for word in re.findall(r"[\w'’-]+", name or "")}
    return {
        word
        for word in words
        if len(word) > SHORTEST_TERM and word.casefold() not in others
    }


def make_pattern(terms: Iterable[str]) -> re.Pattern | None:
    """A pattern that finds any of these terms, also as HTML writes them.

    Words of Latin letters are found as words only.

    :return: None when there is nothing to find
    """
    spellings = set()
    for term in terms:
        term = (term or "").strip()
        if len(term) >= SHORTEST_TERM:
            spellings |= {term, str(escape(term))}
    parts = []
    for spelling in sorted(spellings, key=len, reverse=True):
        before = f"(?<!{WORD})" if re.match(WORD, spelling[0]) else ""
        after = f"(?!{WORD})" if re.match(WORD, spelling[-1]) else ""
        text = r"\s+".join(re.escape(word) for word in spelling.split())
        caseless = "i" if len(spelling) >= CASELESS_FROM else ""
        parts.append(f"{before}(?{caseless}:{text}){after}")
    return re.compile("|".join(parts)) if parts else None


def scrub(text: str | None, pattern: re.Pattern | None, instead: str) -> str | None:
    """The text with every hit replaced; the same object when there is none.

    >>> scrub("Call Bob Builder!", make_pattern(["bob builder"]), "…")
    'Call …!'
    """
    if not text or pattern is None or not pattern.search(text):
        return text
    return pattern.sub(lambda match: instead, text)
