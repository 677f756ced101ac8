"""Names of people who have not agreed to be named, on pages outside."""

import re

_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Stands for a character that is not told.
_HIDDEN = "○"


def initials(name: str | None) -> str:
    """What tells who knows the person already who is meant, and nobody else.

    >>> initials("Anita Oliver")
    'A. O.'
    >>> initials("Jean-Luc van den Berg")
    'J. v. d. B.'
    >>> initials("王小明")
    '王○○'
    >>> initials("  ")
    ''
    """
    words = (name or "").split()
    if words and _IDEOGRAPHS.match(words[0]):
        first, *rest = "".join(words)
        return first + _HIDDEN * len(rest)
    return " ".join(
        f"{letters[0]}." for word in words if (letters := re.sub(r"[\W\d_]", "", word))
    )


def greet_without(text: str, name: str) -> str:
    """The letter with a greeting that names nobody: whoever passes it on adds the name.

    >>> greet_without("Hello L. L.,\\nMay I introduce L. L.?", "L. L.")
    'Hello,\\nMay I introduce L. L.?'
    >>> greet_without("王○○ 您好：\\n想介紹", "王○○")
    '您好：\\n想介紹'
    """
    greeting, line_break, rest = text.partition("\n")
    if name and name in greeting:
        greeting = " ".join(greeting.replace(name, " ").split()).replace(" ,", ",")
    return greeting + line_break + rest
