"""Who calls, as an agent types it in one go: name, number, mail, or all of them."""

import re
import unicodedata

MAIL = re.compile(r"[^\s<>,;]+@[^\s<>,;]+\.[^\s<>,;]+")
# Six digits or more, and what people write between them.
NUMBER = re.compile(r"\+?\(?\d(?:[ \-/().]{0,2}\d){5,}")
# Behind a number: to whom one is put through.
EXTENSION = re.compile(
    r"[\s,;]*(?:ext(?:ension|\.)?|x|#|分機|分机|轉|转|內線|内线)[\s.:：]*\d{1,6}#?\s*$",
    re.I,
)
AROUND = " \t,;:<>()·-"


def read_caller(words: str | None) -> dict[str, str]:
    """Tell name, number and mail apart.

    :param words: as typed
    :return: ``caller_name``, ``phone`` and ``email``, those that there are

    >>> read_caller("Chen 0912-345-678")
    {'phone': '0912-345-678', 'caller_name': 'Chen'}
    >>> read_caller("+32 2 290 34 90")
    {'phone': '+32 2 290 34 90'}
    >>> read_caller("Ann Lee <ann@example.com>")
    {'email': 'ann@example.com', 'caller_name': 'Ann Lee'}
    >>> read_caller("陳小姐 ０２－２３４５－６７８９ 分機 12")
    {'phone': '02-2345-6789 分機 12', 'caller_name': '陳小姐'}
    >>> read_caller("Room 12")
    {'caller_name': 'Room 12'}
    >>> read_caller("  ")
    {}
    """
    # An input method may write digits, signs and letters as wide as Chinese ones.
    rest, found = unicodedata.normalize("NFKC", words or "").strip(), {}
    for name, pattern in (("email", MAIL), ("phone", NUMBER)):
        if match := pattern.search(rest):
            end = match.end()
            if name == "phone" and (extension := EXTENSION.match(rest, end)):
                end = extension.end()
            found[name] = rest[match.start() : end].strip()
            rest = rest[: match.start()] + rest[end:]
    rest = " ".join(rest.split()).strip(AROUND)
    return {**found, **({"caller_name": rest} if rest else {})}


def without_extension(number: str) -> str:
    """Leave out to whom one is put through: who calls is told by the number.

    :param number: a phone number, as typed

    >>> without_extension("02-2345-6789 轉 12")
    '02-2345-6789'
    >>> without_extension("+32 2 290 34 90")
    '+32 2 290 34 90'
    """
    return EXTENSION.sub("", number)
